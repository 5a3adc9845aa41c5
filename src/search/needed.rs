//! The texts without one of which no record can answer a query.
//!
//! Owns: ruling records out by their raw text, one by one or all of an object at once.
//! It only ever rules out: what holds such a text is still to be asked.

use std::sync::atomic::{AtomicU64, Ordering};

use regex::Regex;
use regex_syntax::hir::literal::Extractor;

use crate::decode::{Skimmed, Wanted};
use crate::normalise::secrets::REDACTED;
use crate::search::names::Names;
use crate::search::query::Query;
use crate::search::term::{Subject, Term, in_escaped_string, pattern, touches_redacted};

/// A text that every record which answers holds.
#[derive(Clone, Debug)]
pub(super) struct Needed {
    /// In the text of the record.
    in_text: Regex,
    /// In one of its strings.
    in_string: Regex,
    /// An escape other than by number may spell a part of it.
    any_escape: bool,
    /// What an `eventName` of every record that answers matches, if it is needed there.
    name: Option<Regex>,
    /// How much it rules out, as far as its length tells: the more the fewer records
    /// hold it. Keys stand in most records.
    weight: usize,
}

impl Needed {
    /// These characters, whatever their case; `None` if a record may get them only
    /// once its secrets are replaced.
    ///
    /// # Errors
    /// A text too long to look for.
    pub(super) fn text(text: &str) -> Result<Option<Self>, String> {
        if text.is_empty() || touches_redacted(text) {
            return Ok(None);
        }
        let value = pattern(&regex::escape(text), true)?;
        Ok(Some(Self {
            in_text: value.clone(),
            in_string: value,
            any_escape: has_own_escape(text),
            name: None,
            weight: text.len(),
        }))
    }

    /// A key, with its quotes.
    ///
    /// # Errors
    /// A text too long to look for.
    pub(super) fn key(key: &str) -> Result<Self, String> {
        let escaped = regex::escape(key);
        Ok(Self {
            in_text: pattern(&format!("\"{escaped}\""), true)?,
            in_string: pattern(&escaped, true)?,
            any_escape: has_own_escape(key),
            name: None,
            weight: 0,
        })
    }

    /// The texts with one of which every match of a regular expression begins; `None`
    /// where there is no such list, or one of them may come of a secret's replacement.
    pub(super) fn beginnings(text: &str) -> Option<Self> {
        let hir = regex_syntax::parse(text).ok()?;
        let found = Extractor::new().extract(&hir);
        let texts: Vec<&str> = found
            .literals()?
            .iter()
            .map(|one| std::str::from_utf8(one.as_bytes()))
            .collect::<Result<_, _>>()
            .ok()?;
        let weight = texts.iter().map(|one| one.len()).min().filter(|shortest| *shortest > 0)?;
        if texts.iter().any(|one| touches_redacted(one)) {
            return None;
        }
        let escaped: Vec<String> = texts.iter().map(|one| regex::escape(one)).collect();
        let value = pattern(&escaped.join("|"), false).ok()?;
        let any_escape = texts.iter().any(|one| has_own_escape(one));
        Some(Self { in_text: value.clone(), in_string: value, any_escape, name: None, weight })
    }

    /// The same, needed where the key is `eventName` and the value matches: then the names of
    /// records tell more than their texts do. A pattern that may come of a secret's
    /// replacement is none.
    pub(super) fn under_name(mut self, value: &Regex) -> Self {
        self.name = (!value.is_match(REDACTED)).then(|| value.clone());
        self
    }

    /// Whether a record may hold it.
    pub(super) fn may_stand_in(&self, subject: &Subject<'_>) -> bool {
        self.in_text.is_match(subject.raw())
            || (subject.has_escapes() && in_escaped_string(subject.raw(), &self.in_string))
    }

    /// How much it rules out.
    pub(super) const fn weight(&self) -> usize {
        self.weight
    }
}

/// Whether JSON has an escape of its own for a character of the text. Every other
/// one is spelled as it is, or by number.
fn has_own_escape(text: &str) -> bool {
    text.contains(|c: char| matches!(c, '"' | '\\' | '/') || c.is_control())
}

/// Share of records, in hundredths, that may be read because of what they hold before
/// looking ahead for it costs more than it saves.
const READ_PER_CENT_MAX: u64 = 40;

/// Records after which that share says something.
const RECORDS_MIN: u64 = 20_000;

/// What of an object is worth a look, for the query of a search.
pub(super) struct Glance<'q> {
    /// One of these stands in every record that answers; `None` if nothing is known of it.
    needed: Option<Vec<&'q Needed>>,
    /// Terms about fields: a record that is the first to have one has to be asked.
    fields: Vec<&'q Term>,
    read: AtomicU64,
    passed: AtomicU64,
}

impl<'q> Glance<'q> {
    pub(super) fn new(query: &'q Query) -> Self {
        Self {
            needed: query.needed(),
            fields: query.terms().into_iter().filter(|term| term.key().is_some()).collect(),
            read: AtomicU64::new(0),
            passed: AtomicU64::new(0),
        }
    }

    /// What to look for in the next object; `None` if all of it has to be asked.
    pub(super) fn texts(&self) -> Option<Texts<'q>> {
        let needed = self.needed.as_ref()?;
        let (read, passed) = (self.read.load(Ordering::Relaxed), self.passed.load(Ordering::Relaxed));
        if read + passed > RECORDS_MIN && read * 100 > (read + passed) * READ_PER_CENT_MAX {
            return None;
        }
        let unseen =
            self.fields.iter().filter(|term| term.unknown_field().is_some()).filter_map(|term| term.key());
        let names = needed.iter().filter_map(|text| text.name.as_ref()).collect();
        let texts: Vec<&Needed> =
            needed.iter().copied().filter(|text| text.name.is_none()).chain(unseen).collect();
        Some(Texts {
            any_escape: texts.iter().any(|text| text.any_escape),
            next: texts.into_iter().map(|text| (&text.in_text, 0)).collect(),
            names: Names::new(names),
        })
    }

    /// Notes how many records of an object had to be read.
    pub(super) fn learn(&self, skimmed: Skimmed) {
        self.read.fetch_add(skimmed.read, Ordering::Relaxed);
        self.passed.fetch_add(skimmed.passed, Ordering::Relaxed);
    }
}

/// The texts that are looked for in one object.
pub(super) struct Texts<'q> {
    /// Each with the place where it was last found; the end of all places if it is
    /// found no more.
    next: Vec<(&'q Regex, usize)>,
    any_escape: bool,
    /// What names are asked for beside them.
    names: Names<'q>,
}

impl Wanted for Texts<'_> {
    fn next(&mut self, text: &str, from: usize) -> usize {
        let place = |(regex, at): &mut (&Regex, usize)| {
            if *at < from {
                *at = regex.find_at(text, from).map_or(usize::MAX, |found| found.start());
            }
            *at
        };
        self.next.iter_mut().map(place).min().unwrap_or(usize::MAX)
    }

    fn any_escape(&self) -> bool {
        self.any_escape
    }

    fn asks_names(&self) -> bool {
        self.names.any()
    }

    fn name(&mut self, spelled: &[u8]) -> bool {
        self.names.may_answer(spelled)
    }
}

#[cfg(test)]
mod tests;
