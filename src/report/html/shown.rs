//! Text of the evidence on its way into the page.
//!
//! Owns: what such text looks like and where its links lead. The template
//! escapes it once more for HTML.

use std::fmt;
use std::fmt::Write as _;

use crate::report::escape::{shorten, terminal};

/// Characters of one text of the head.
const CHARS_MAX: usize = 400;
/// Characters of a sentence of ours; only names in it are of the evidence.
const SENTENCE_CHARS_MAX: usize = 4_000;

/// Text in which nothing hides or moves, and which is not long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown(String);

impl Shown {
    /// That text, with all that misleads made visible, and cut with a mark.
    pub(super) fn of(text: &str) -> Self {
        Self::short(text, CHARS_MAX)
    }

    /// The same, of at most so many characters.
    pub(super) fn short(text: &str, chars: usize) -> Self {
        Self(shorten(&terminal(text), chars).into_owned())
    }

    /// A sentence of ours, which is long by itself.
    pub(super) fn whole(text: &str) -> Self {
        Self::short(text, SENTENCE_CHARS_MAX)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the story of an id lies in the page, as the script reads it. The id
/// stands there as the page shows it, since that is what the script knows.
pub(super) fn story(kind: &str, id: &str) -> String {
    let mut link = format!("#{kind}/");
    for byte in terminal(id).bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            write!(link, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_nothing_that_means_something_elsewhere() {
        assert_eq!(story("window", "win-0a1b"), "#window/win-0a1b");
        assert_eq!(story("actor", "a b\"'<é>"), "#actor/a%20b%22%27%3C%C3%A9%3E");
        assert_eq!(story("actor", "\u{202e}"), "#actor/%5Cu%7B202e%7D");
    }

    #[test]
    fn a_long_text_is_cut_with_a_mark() {
        assert_eq!(Shown::short("abcdef", 3).to_string(), "abc… (cut)");
        assert_eq!(Shown::whole(&"x".repeat(3_000)).to_string().len(), 3_000);
    }
}
