//! The first few of many words, for a sentence.
//!
//! Owns: how many are shown. Holds no more than those, however many come.

use std::fmt;

/// Words that a sentence shows before it says that there are more.
const SHOWN_MAX: usize = 6;

/// Words in the order in which they came, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    shown: Vec<String>,
    more: bool,
}

impl Joined {
    /// Takes in one more word.
    pub(super) fn add(&mut self, word: &str) {
        if self.more || self.shown.iter().any(|known| known == word) {
            return;
        }
        if self.shown.len() < SHOWN_MAX { self.shown.push(word.to_owned()) } else { self.more = true }
    }

    /// Takes in those that came after its own.
    pub(super) fn append(&mut self, later: &Self) {
        later.shown.iter().for_each(|word| self.add(word));
        self.more |= later.more;
    }
}

impl<T: AsRef<str>> Extend<T> for Joined {
    fn extend<I: IntoIterator<Item = T>>(&mut self, words: I) {
        words.into_iter().for_each(|word| self.add(word.as_ref()));
    }
}

impl fmt::Display for Joined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.shown.join(", "), if self.more { " and more" } else { "" })
    }
}

/// The first few of a list without repetition, for a sentence.
pub(super) fn joined<T: AsRef<str>>(words: impl Iterator<Item = T>) -> String {
    let mut all = Joined::default();
    all.extend(words);
    all.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_words_are_shown_and_parts_make_what_the_whole_makes() {
        assert_eq!(joined(["a", "b", "a"].iter()), "a, b");
        assert_eq!(joined("abcdefabc".split("").filter(|word| !word.is_empty())), "a, b, c, d, e, f");
        let words: Vec<String> = (0..9).map(|number| (number * 5 % 8).to_string()).collect();
        for cut in 0..words.len() {
            let (mut whole, mut later) = (Joined::default(), Joined::default());
            whole.extend(&words[..cut]);
            later.extend(&words[cut..]);
            whole.append(&later);
            assert_eq!(whole.to_string(), joined(words.iter()));
            assert!(whole.to_string().ends_with(" and more"));
        }
    }
}
