//! Texts without which a rule cannot match: looked for in the bytes of a
//! record before anything is parsed.
//!
//! Owns: what makes a safe text, and finding it. May find too often, never too
//! seldom.

use std::cell::OnceCell;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::decode::head::{Field, Head};
use crate::detect::condition::{Condition, Test, Words};

/// Characters from which looking for a text in a large place pays.
const CHARS_MIN: usize = 4;

/// A record that holds none of these texts does not match.
#[derive(Debug)]
pub(super) struct Literals {
    needles: Vec<Needle>,
    place: Place,
    /// Whether blanks in the record could part a text: only one that holds a
    /// colon, where an object is searched as text.
    parted: bool,
    /// Whether a letter beyond ASCII could be one of a text.
    folded: bool,
}

/// The part of a record in which a text must stand: the smaller, the cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Source,
    Name,
    Agent,
    Identity,
    Anywhere,
}

impl Place {
    /// The place of a field, told by the first part of its path.
    fn of(first: &str) -> Self {
        match first {
            "eventSource" => Self::Source,
            "eventName" => Self::Name,
            "userAgent" => Self::Agent,
            "userIdentity" => Self::Identity,
            _ => Self::Anywhere,
        }
    }

    fn text<'h>(self, head: &'h Head<'_>, text: &'h str) -> &'h str {
        match self {
            Self::Source => head.event_source.as_str().unwrap_or_default(),
            Self::Name => head.event_name.as_str().unwrap_or_default(),
            Self::Agent => match &head.user_agent {
                Field::Text(agent) => agent,
                Field::Absent => "",
                Field::WrongType => text,
            },
            Self::Identity => head.user_identity.unwrap_or_default(),
            Self::Anywhere => text,
        }
    }

    /// Characters from which looking for a text in it pays.
    const fn chars_min(self) -> usize {
        match self {
            Self::Source | Self::Name | Self::Agent => 1,
            Self::Identity | Self::Anywhere => CHARS_MIN,
        }
    }
}

#[derive(Debug)]
enum Needle {
    Exact(Box<Finder<'static>>),
    AnyCase(AnyCase),
}

impl Literals {
    /// What every record that fulfils all conditions holds; `None` if they
    /// tell of no such text.
    pub(super) fn of_conditions(conditions: &[Condition]) -> Option<Self> {
        let found = conditions.iter().filter_map(|condition| match condition {
            Condition::All(parts) => Self::of_conditions(parts),
            Condition::Field(path, test) => {
                let words = needed(test)?;
                Self::new(path.first(), &words.list, words.ignore_case)
            }
            Condition::Any(_) | Condition::Not(_) => None,
        });
        found.min_by_key(|literals| literals.needles.len())
    }

    /// The texts by which a field, told by the first part of its path, holds
    /// one of these words; `None` if a word has no text that is safe to look for.
    pub(super) fn new(first: &str, words: &[String], ignore_case: bool) -> Option<Self> {
        let place = Place::of(first);
        let needle = |word: &String| {
            let text = safe_part(word).filter(|text| text.len() >= place.chars_min())?;
            Some(match ignore_case {
                true => Needle::AnyCase(AnyCase::new(text)),
                false => Needle::Exact(Box::new(Finder::new(text).into_owned())),
            })
        };
        let needles: Vec<Needle> = words.iter().map(needle).collect::<Option<_>>()?;
        let parted = words.iter().filter_map(|word| safe_part(word)).any(|text| text.contains(':'));
        (!needles.is_empty()).then_some(Self { needles, place, parted, folded: ignore_case })
    }

    /// Whether one may stand in the record: it does, or the bytes of its place
    /// could hide it.
    pub(super) fn may_stand_in(&self, record: &Odd<'_>) -> bool {
        let place = self.place.text(record.head, record.text).as_bytes();
        let stands = self.needles.iter().any(|needle| match needle {
            Needle::Exact(finder) => finder.find(place).is_some(),
            Needle::AnyCase(any_case) => any_case.stands_in(place),
        });
        stands || record.may_hide(self)
    }
}

/// One record, and what in it may hide a text from a search of its bytes. That
/// is found out for a place when it is first asked for.
pub(super) struct Odd<'h> {
    head: &'h Head<'h>,
    text: &'h str,
    identity: Hiding<'h>,
    whole: Hiding<'h>,
}

impl<'h> Odd<'h> {
    pub(super) fn new(head: &'h Head<'h>, text: &'h str) -> Self {
        let identity = Hiding::of(head.user_identity.unwrap_or_default());
        Self { head, text, identity, whole: Hiding::of(text) }
    }

    fn may_hide(&self, literals: &Literals) -> bool {
        match literals.place {
            // Read already: no escapes are left, but letters may have two cases.
            Place::Source | Place::Name => !literals.place.text(self.head, self.text).is_ascii(),
            Place::Agent => match &self.head.user_agent {
                Field::Text(agent) => !agent.is_ascii(),
                Field::Absent => false,
                Field::WrongType => self.whole.may_hide(literals),
            },
            Place::Identity => self.identity.may_hide(literals),
            Place::Anywhere => self.whole.may_hide(literals),
        }
    }
}

/// What hides texts in one place.
struct Hiding<'h> {
    bytes: &'h [u8],
    escapes: OnceCell<bool>,
    letters: OnceCell<bool>,
    blanks: OnceCell<bool>,
}

impl<'h> Hiding<'h> {
    const fn of(text: &'h str) -> Self {
        Self {
            bytes: text.as_bytes(),
            escapes: OnceCell::new(),
            letters: OnceCell::new(),
            blanks: OnceCell::new(),
        }
    }

    fn may_hide(&self, literals: &Literals) -> bool {
        *self.escapes.get_or_init(|| self.has_escapes())
            || literals.folded && *self.letters.get_or_init(|| !self.bytes.is_ascii())
            || literals.parted && *self.blanks.get_or_init(|| self.has_blanks())
    }

    /// Escapes that could stand for a letter.
    fn has_escapes(&self) -> bool {
        let is_letter = |place: usize| matches!(self.bytes.get(place + 1), Some(b'u' | b'/'));
        memchr::memchr_iter(b'\\', self.bytes).any(is_letter)
    }

    /// Blanks that could part a colon from its key.
    fn has_blanks(&self) -> bool {
        static AFTER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\": "));
        static BEFORE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\" :"));
        memchr::memchr3(b'\n', b'\r', b'\t', self.bytes).is_some()
            || AFTER.find(self.bytes).is_some()
            || BEFORE.find(self.bytes).is_some()
    }
}

/// The words of a test of which a passing value holds one.
fn needed(test: &Test) -> Option<&Words> {
    match test {
        Test::Equals(words) | Test::Contains(words) | Test::StartsWith(words) | Test::EndsWith(words) => {
            Some(words)
        }
        _ => None,
    }
}

/// The longest part of a word that JSON writes as it is. A number may be
/// written in several ways, and there may be blanks around brackets and
/// commas of an object that is searched as text.
fn safe_part(word: &str) -> Option<&str> {
    if word.parse::<f64>().is_ok() {
        return None;
    }
    let safe = |c: char| c.is_ascii_graphic() && !"\"\\{}[],".contains(c) || c == ' ';
    let longest = word.split(|c| !safe(c)).max_by_key(|part| part.len())?;
    (!longest.is_empty()).then_some(longest)
}

/// An ASCII text in any mix of cases: its rarest letter is looked for, in both
/// cases, then its neighbours.
#[derive(Debug)]
struct AnyCase {
    needle: Vec<u8>,
    rare: usize,
}

impl AnyCase {
    fn new(text: &str) -> Self {
        /// Bytes of CloudTrail records, the most frequent first.
        const FREQUENT: &[u8] = b"\"eastronid:,1ucm02lp-vgw345Ay.6789hf{}/bkR_DPT jxqz";
        let needle = text.to_ascii_lowercase().into_bytes();
        let rank = |byte: &u8| FREQUENT.iter().position(|known| known == byte).unwrap_or(usize::MAX);
        let rare = (0..needle.len()).max_by_key(|place| rank(&needle[*place])).unwrap_or_default();
        Self { needle, rare }
    }

    fn stands_in(&self, text: &[u8]) -> bool {
        let Some(&rare) = self.needle.get(self.rare) else { return true };
        let mut places = memchr::memchr2_iter(rare, rare.to_ascii_uppercase(), text);
        places.any(|place| {
            let start = place.checked_sub(self.rare);
            let found = start.and_then(|start| text.get(start..start + self.needle.len()));
            found.is_some_and(|found| found.eq_ignore_ascii_case(&self.needle))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_case_wherever_it_stands() {
        let any = AnyCase::new("Trail-x");
        for (text, found) in
            [("tRAIL-X", true), ("..Trail-x", true), ("Trail-", false), ("", false), ("trail_x", false)]
        {
            assert_eq!(any.stands_in(text.as_bytes()), found, "{text}");
        }
    }

    #[test]
    fn only_texts_that_json_cannot_spell_otherwise_are_looked_for() {
        assert_eq!(
            safe_part("arn:aws:iam::aws:policy/AdministratorAccess"),
            Some("arn:aws:iam::aws:policy/AdministratorAccess")
        );
        assert_eq!(safe_part("\"{\\"), None);
        assert_eq!(safe_part("12345"), None);
        assert_eq!(safe_part("true"), Some("true"));
    }
}
