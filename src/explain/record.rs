//! The records behind a story, read again from the dump.
//!
//! Owns: where the objects of a report lie now, and that a record is shown only
//! if its object still has the hash that the report states. Secrets are taken
//! out before a record leaves this room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use crate::decode::{self, Aside, Document, Fault, Place, Record, RfcEntry, Sink};
use crate::evidence::discover::Found;
use crate::evidence::read::{Container, Content, Hashes};
use crate::examine::archive::contents_in_turn;
use crate::model::evidence::ObjectPath;
use crate::normalise::secrets::redact;
use crate::report::escape::shorten;

/// Where a record lies: object and ordinal.
pub type RecordPlace = (String, u64);

/// Characters kept of an export of settings, which may have millions.
const DOCUMENT_CHARS_MAX: usize = 100_000;

/// What became of a record since the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reread {
    /// It is as it was: its text without secrets.
    Record(String),
    /// The object has another hash than the report states.
    Changed,
    /// Only objects whose path ends alike are there, and none has the hash.
    Unlike,
    /// The object is not where it was looked for.
    NoObject,
    /// The object is the one that was read, and has no such record.
    NoRecord,
}

impl Reread {
    /// Why there is no record to show; `None` if there is.
    pub fn why_not(&self) -> Option<&'static str> {
        match self {
            Self::Record(_) => None,
            Self::Changed => Some(
                "the object has changed since the report was written: its SHA-256 is another, and its record is not shown",
            ),
            Self::NoObject => {
                Some("the object is not in the dump that was looked at; --dump says where it lies")
            }
            Self::Unlike => Some(
                "no object whose path ends so has the SHA-256 that the report states: it has changed since, or these are others",
            ),
            Self::NoRecord => Some("the object has no such record"),
        }
    }
}

/// An object that is looked at again.
#[derive(Debug)]
struct Wanted<'w> {
    /// Its path in the report.
    object: &'w str,
    /// The hash that the report states.
    sha256: &'w str,
    records: &'w BTreeSet<u64>,
    /// What it means if the hash is another.
    else_it_is: Reread,
}

/// What is wanted from an object of the dump, by its path there or inside it.
type Inside<'w> = BTreeMap<String, Vec<Wanted<'w>>>;

/// Objects with the same end of their path that are tried.
const PLACES_MAX: usize = 8;

/// Reads records again. `sha256` holds the hash of each object by its path.
pub fn reread(
    found: &[Found],
    places: &BTreeSet<RecordPlace>,
    sha256: &BTreeMap<String, String>,
) -> BTreeMap<RecordPlace, Reread> {
    let known: BTreeMap<&str, &Found> = found.iter().map(|one| (one.path.as_str(), one)).collect();
    let mut wanted = BTreeMap::<&str, BTreeSet<u64>>::new();
    for (object, record) in places {
        wanted.entry(object).or_default().insert(*record);
    }
    // By the object of the dump that holds it: what is wanted, by its path there.
    let mut by_found = BTreeMap::<&str, (&Found, Inside<'_>)>::new();
    let mut texts: BTreeMap<RecordPlace, Reread> =
        places.iter().map(|place| (place.clone(), Reread::NoObject)).collect();
    for (object, records) in &wanted {
        let sha256 = sha256.get(*object).map(String::as_str).unwrap_or_default();
        let (places, else_it_is) = places_of(object, &known, found);
        for (one, inside) in places {
            let path = format!("{}{inside}", one.path);
            let all = &mut by_found.entry(one.path.as_str()).or_insert_with(|| (one, BTreeMap::new())).1;
            let else_it_is = else_it_is.clone();
            all.entry(path).or_default().push(Wanted { object, sha256, records, else_it_is });
        }
    }
    let by_found: Vec<_> = by_found.into_values().collect();
    let read: Vec<Vec<(RecordPlace, Reread)>> =
        by_found.par_iter().map(|(one, wanted)| records_of(one, wanted)).collect();
    for (place, reread) in read.into_iter().flatten() {
        // Of several places that may be it, one has the record.
        let best = texts.entry(place).or_insert(Reread::NoObject);
        if best.why_not().is_some() {
            *best = reread;
        }
    }
    texts
}

/// Objects of the dump that a path of the report may name, each with what of
/// the path lies inside it: an entry of an archive, or nothing. And what it
/// means if they are not as the report states. A dump may have moved: without
/// that very path, one with the same end will do.
fn places_of<'f, 'o>(
    object: &'o str,
    known: &BTreeMap<&str, &'f Found>,
    found: &'f [Found],
) -> (Vec<(&'f Found, &'o str)>, Reread) {
    let splits = std::iter::once(object.len()).chain(object.rmatch_indices('!').map(|(at, _)| at));
    let splits: Vec<(&str, &str)> = splits.map(|at| object.split_at(at)).collect();
    let openable = |one: &Found| one.obstacle.is_none();
    for (outer, inside) in &splits {
        if let Some(one) = known.get(outer).filter(|one| openable(one)) {
            return (vec![(*one, *inside)], Reread::Changed);
        }
    }
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|front| front.ends_with('/'));
    let alike = |one: &Found, outer: &str| ends(one.path.as_str(), outer) || ends(outer, one.path.as_str());
    let moved = splits.iter().flat_map(|(outer, inside)| {
        let alike = move |one: &&Found| openable(one) && alike(one, outer);
        found.iter().filter(alike).map(|one| (one, *inside))
    });
    (moved.take(PLACES_MAX).collect(), Reread::Unlike)
}

/// The wanted records of one object of the dump.
fn records_of(found: &Found, wanted: &Inside<'_>) -> Vec<(RecordPlace, Reread)> {
    let mut all = Vec::new();
    let each = |path: &ObjectPath, content: Content, inflated: &mut [u8]| {
        let wanted = wanted.get(path.as_str()).into_iter().flatten();
        wanted.flat_map(|wanted| of_content(wanted, &content, inflated)).collect::<Vec<_>>()
    };
    let any_day = ((None, None), &AtomicBool::new(false), Hashes::Both);
    contents_in_turn(found, any_day, &each, &mut |some| all.extend(some));
    all
}

fn of_content(wanted: &Wanted<'_>, content: &Content, inflated: &mut [u8]) -> Vec<(RecordPlace, Reread)> {
    let all = |outcome: Reread| {
        let each = |record: &u64| ((wanted.object.to_owned(), *record), outcome.clone());
        wanted.records.iter().map(each).collect()
    };
    if wanted.sha256.is_empty() || content.sha256 != wanted.sha256 {
        return all(wanted.else_it_is.clone());
    }
    if matches!(content.container, Container::NotOpened(_) | Container::Archive(_)) {
        return all(Reread::NoRecord);
    }
    let mut sink = TextSink { records: wanted.records, texts: BTreeMap::new(), document: false };
    decode::decode(inflated, &mut sink);
    let of = |record: u64| sink.texts.get(&record).cloned().map_or(Reread::NoRecord, Reread::Record);
    wanted.records.iter().map(|record| ((wanted.object.to_owned(), *record), of(*record))).collect()
}

/// Takes the texts of some entries.
struct TextSink<'w> {
    records: &'w BTreeSet<u64>,
    texts: BTreeMap<u64, String>,
    /// A document was met: rows of it have the ordinals from its own on.
    document: bool,
}

impl TextSink<'_> {
    fn take(&mut self, place: Place, text: &str) {
        if self.records.contains(&place.ordinal) {
            self.texts.insert(place.ordinal, redact(text).into_owned());
        }
    }
}

impl Sink for TextSink<'_> {
    fn record(&mut self, record: Record<'_>) {
        self.take(record.place, record.text);
    }

    fn rfc(&mut self, entry: RfcEntry<'_>) {
        self.take(entry.place, entry.text);
    }

    fn aside(&mut self, aside: Aside<'_>) {
        self.take(aside.place, aside.text);
    }

    fn document(&mut self, document: Document<'_>) {
        // A row of an export is shown with the whole export around it.
        let first = document.place.ordinal;
        if !std::mem::replace(&mut self.document, true) {
            for record in self.records.range(first..) {
                let text = redact(document.text);
                self.texts.insert(*record, shorten(&text, DOCUMENT_CHARS_MAX).into_owned());
            }
        }
    }

    fn fault(&mut self, _: Fault) {}
}
