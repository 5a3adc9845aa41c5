//! Records ruled out by their `eventName` alone.
//!
//! Owns: which names may answer a query that asks for one. Like all that rules out, it
//! may let too many through, never too few.

use regex::Regex;

/// Longer names, and those of other characters than ASCII letters and digits, are left to the
/// query: there a secret may have to be replaced first.
const NAME_BYTES_MAX: usize = 64;

/// Names that are remembered: an account makes calls of some hundred.
const REMEMBERED: usize = 256;

/// What one object's names are asked for.
#[derive(Default)]
pub(super) struct Names<'q> {
    /// With a value that matches one of these a record may answer.
    patterns: Vec<&'q Regex>,
    /// The last name of each place, and what came of it.
    remembered: Vec<(Box<[u8]>, bool)>,
}

impl<'q> Names<'q> {
    pub(super) fn new(patterns: Vec<&'q Regex>) -> Self {
        Self { patterns, remembered: Vec::new() }
    }

    pub(super) fn any(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Whether a record with this name may answer.
    pub(super) fn may_answer(&mut self, name: &[u8]) -> bool {
        if self.remembered.is_empty() {
            self.remembered.resize(REMEMBERED, (Box::default(), self.matches(b"")));
        }
        let at = sum(name) % REMEMBERED;
        match self.remembered.get(at) {
            Some((known, answers)) if **known == *name => *answers,
            _ => {
                let answers = self.matches(name);
                if let Some(place) = self.remembered.get_mut(at) {
                    *place = (name.into(), answers);
                }
                answers
            }
        }
    }

    fn matches(&self, name: &[u8]) -> bool {
        let plain = name.len() <= NAME_BYTES_MAX && name.iter().all(u8::is_ascii_alphanumeric);
        let Some(text) = str::from_utf8(name).ok().filter(|_| plain) else { return true };
        self.patterns.iter().any(|pattern| pattern.is_match(text))
    }
}

/// Enough of a name to part it from most others: its length, its ends.
fn sum(name: &[u8]) -> usize {
    let number = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
    let ends = number(name.first_chunk()) ^ number(name.last_chunk()).rotate_left(9);
    let mixed = (ends ^ name.len() << 20).wrapping_mul(0x9e37_79b9);
    mixed >> 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_asked_once_and_told_the_same_ever_after() {
        let patterns = [Regex::new("^Delete(A|B)").expect("a pattern"), Regex::new("^$").expect("a pattern")];
        let mut names = Names::new(patterns.iter().collect());
        assert!(names.any() && !Names::default().any());
        // More than are remembered, so that some share a place.
        for _ in 0..2 {
            for n in 0..1000 {
                for (name, answers) in [("DeleteA", true), ("DeleteC", false), ("deleteA", false)] {
                    assert_eq!(names.may_answer(format!("{name}{n}").as_bytes()), answers, "{name}{n}");
                }
                assert!(names.may_answer(b""));
            }
        }
        for left in [&b"x_y"[..], b"\xff", &[b'x'; 65]] {
            assert!(names.may_answer(left), "left to the query");
        }
        assert!(!names.may_answer(&[b'x'; 64]));
    }
}
