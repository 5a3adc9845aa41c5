//! Which rules a record could match, told from its event source and name.
//!
//! Owns: the look-up that every record of a dump passes. It may name a rule
//! that does not match, never leave out one that does; the tests hold it to
//! the linear evaluation.

use crate::decode::head::Head;
use crate::detect::literal::{Literals, Odd};
use crate::model::event::strip_api_date;

/// What a matching record must have: an event source, a name, or both. Case is
/// not told apart here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pin {
    /// `eventSource`.
    pub(super) source: Option<String>,
    /// `eventName`, as recorded or without API date.
    pub(super) name: Option<String>,
}

/// How records find their way to one rule.
#[derive(Debug)]
pub(super) struct Route {
    /// Where records are told apart first.
    pub(super) way: Way,
    /// Texts of which every matching record holds one, if they are known.
    pub(super) literals: Option<Literals>,
}

/// Where records are told apart first.
#[derive(Debug)]
pub(super) enum Way {
    /// Every matching record has one of these; none is empty.
    Pinned(Vec<Pin>),
    /// Only calls of mode roles match.
    Modes,
    /// Any record may match.
    Any,
}

/// The routes of all rules.
#[derive(Debug)]
pub(super) struct Index {
    by_name: Table,
    by_source: Table,
    of_modes: Vec<u32>,
    any: Vec<u32>,
    /// Of each rule.
    literals: Vec<Option<Literals>>,
}

impl Index {
    /// The place of each route is that of its rule.
    pub(super) fn new(routes: impl Iterator<Item = Route>) -> Self {
        let (mut names, mut sources) = (Vec::new(), Vec::new());
        let (mut of_modes, mut any, mut literals) = (Vec::new(), Vec::new(), Vec::new());
        for (rule, route) in (0u32..).zip(routes) {
            literals.push(route.literals);
            match route.way {
                Way::Modes => of_modes.push(rule),
                Way::Any => any.push(rule),
                Way::Pinned(pins) => {
                    for pin in pins {
                        let source = pin.source.map(|source| folded(&source));
                        match (pin.name, source) {
                            (Some(name), source) => names.push((folded(&name), source, rule)),
                            (None, Some(source)) => sources.push((source, None, rule)),
                            (None, None) => any.push(rule),
                        }
                    }
                }
            }
        }
        Self { by_name: Table::new(names), by_source: Table::new(sources), of_modes, any, literals }
    }

    /// Places of the rules that the record could match, in order, each once.
    pub(super) fn candidates(&self, head: &Head<'_>, text: &str, in_mode: bool) -> Vec<u32> {
        let mut found = Vec::new();
        let source = folded(head.event_source.as_str().unwrap_or_default());
        let raw = head.event_name.as_str().unwrap_or_default();
        let plain = strip_api_date(raw);
        self.by_name.look_up(folded(raw), Some(source), &mut found);
        if plain.len() != raw.len() {
            self.by_name.look_up(folded(plain), Some(source), &mut found);
        }
        self.by_source.look_up(source, None, &mut found);
        if in_mode {
            found.extend(&self.of_modes);
        }
        let odd = Odd::new(head, text);
        let may_match = |rule: &u32| {
            let literals = self.literals.get(*rule as usize).and_then(Option::as_ref);
            literals.is_none_or(|literals| literals.may_stand_in(&odd))
        };
        found.retain(may_match);
        found.extend(self.any.iter().filter(|rule| may_match(rule)));
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Rules by a hash, with a filter of bits before it: most records end there.
#[derive(Debug)]
struct Table {
    bits: Vec<u64>,
    rows: Vec<(u64, Option<u64>, u32)>,
}

/// Bits of the filter: with a thousand rules, one record in sixty passes by chance.
const BITS: u64 = 1 << 16;

impl Table {
    fn new(mut rows: Vec<(u64, Option<u64>, u32)>) -> Self {
        rows.sort_unstable();
        rows.dedup();
        let mut bits = vec![0u64; (BITS / 64) as usize];
        for (hash, _, _) in &rows {
            let bit = hash % BITS;
            if let Some(word) = bits.get_mut((bit / 64) as usize) {
                *word |= 1 << (bit % 64);
            }
        }
        Self { bits, rows }
    }

    fn look_up(&self, hash: u64, source: Option<u64>, found: &mut Vec<u32>) {
        let bit = hash % BITS;
        if self.bits.get((bit / 64) as usize).is_none_or(|word| word >> (bit % 64) & 1 == 0) {
            return;
        }
        let start = self.rows.partition_point(|(known, _, _)| *known < hash);
        let rows = self.rows.iter().skip(start).take_while(|(known, _, _)| *known == hash);
        let fits = |wanted: &Option<u64>| wanted.is_none() || *wanted == source;
        found.extend(rows.filter(|(_, wanted, _)| fits(wanted)).map(|(_, _, rule)| *rule));
    }
}

/// A hash of a text whose case is not told apart. Equal texts have equal
/// hashes; that others may too costs a look, and nothing else.
fn folded(text: &str) -> u64 {
    if text.is_ascii() { hash(text.as_bytes()) } else { hash(text.to_lowercase().as_bytes()) }
}

/// Sets the bit that makes letters small in each byte; other bytes may
/// collide by it.
fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    const SMALL: u64 = 0x2020_2020_2020_2020;
    let mix = |state: u64, word: u64| {
        let state = (state ^ (word | SMALL)).wrapping_mul(FACTOR);
        state ^ (state >> 29)
    };
    let (words, rest) = bytes.as_chunks();
    let length = (bytes.len() as u64).wrapping_mul(FACTOR);
    let state = words.iter().fold(length, |state, word| mix(state, u64::from_le_bytes(*word)));
    mix(state, rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head<'a>(text: &'a str) -> Head<'a> {
        serde_json::from_str(text).expect("a record")
    }

    fn pinned(source: Option<&str>, name: Option<&str>) -> Route {
        let pin = Pin { source: source.map(str::to_owned), name: name.map(str::to_owned) };
        Route { way: Way::Pinned(vec![pin]), literals: None }
    }

    #[test]
    fn records_find_their_rules_whatever_the_case_and_the_date() {
        let routes = [
            pinned(Some("lambda.amazonaws.com"), Some("DeleteFunction")),
            pinned(None, Some("deletefunction20150331")),
            pinned(Some("lambda.amazonaws.com"), None),
            pinned(Some("s3.amazonaws.com"), Some("DeleteFunction")),
            Route { way: Way::Modes, literals: None },
            Route { way: Way::Any, literals: Literals::new("userAgent", &["evil-tool".to_owned()], true) },
            Route { way: Way::Any, literals: None },
        ];
        let index = Index::new(routes.into_iter());
        let text = r#"{"eventSource":"lambda.amazonaws.com","eventName":"DeleteFunction20150331"}"#;
        assert_eq!(index.candidates(&head(text), text, false), [0, 1, 2, 6]);
        assert_eq!(index.candidates(&head(text), text, true), [0, 1, 2, 4, 6]);
        let text = r#"{"eventSource":"x","eventName":"y","userAgent":"EVIL-tool"}"#;
        assert_eq!(index.candidates(&head(text), text, false), [5, 6]);
        let text = r#"{"eventSource":"S3.amazonaws.com","eventName":"DELETEFUNCTION"}"#;
        assert_eq!(index.candidates(&head(text), text, false), [3, 6]);
    }
}
