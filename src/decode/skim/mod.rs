//! A delivered object looked through for a few of its records: those that may be
//! wanted are read, all others are checked to be sound and counted.
//!
//! Owns: telling that of an object which [`decode`](crate::decode::decode) would hand
//! out record by record, without a fault. What is not told for sure here (another
//! form, white space between values, damage of any kind, an entry that is no call) is
//! `None`, never an error: then the object has to be decoded. The tests hold both
//! together, byte by byte.

mod marks;
mod records;
mod sound;

use crate::decode::head::Head;
use crate::decode::scan::Scanner;
use crate::decode::skim::records::Records;
use crate::decode::wrapper::is_picked;
use crate::decode::{Place, Record, Sink};
use crate::model::source_grade::SourceGrade;

/// What a reader wants of the records of an object.
pub trait Wanted {
    /// The first place at or after `from` where something begins that a wanted record
    /// may hold as it is spelled; `usize::MAX` if there is none. `from` only rises.
    fn next(&mut self, text: &str, from: usize) -> usize;

    /// Whether any escape may spell what is wanted, and not only `\u`.
    fn any_escape(&self) -> bool;

    /// Whether records are wanted by what stands under a key `eventName`, whatever its case,
    /// anywhere in them.
    fn asks_names(&self) -> bool;

    /// Whether a record may be wanted that has such a key with this text, which is spelled
    /// without escapes.
    fn name(&mut self, spelled: &[u8]) -> bool;
}

/// How many records of an object were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skimmed {
    /// Handed to the sink.
    pub read: u64,
    /// Not handed to it, as they hold nothing that is wanted.
    pub passed: u64,
}

/// Hands each record on that may be wanted, with its ordinal; `None` without handing
/// on any if the object has to be decoded.
///
/// What it takes is an object as a trail delivers it, one array of records without
/// white space.
///
/// Source: facts/cloudtrail.md 2.2 row 1.
pub fn skim(content: &[u8], wanted: &mut dyn Wanted, sink: &mut dyn Sink) -> Option<Skimmed> {
    // Whatever is no delivery is told by its first bytes.
    sound::may_be_delivery(content).then_some(())?;
    let text = simdutf8::basic::from_utf8(content).ok()?;
    let records = sound::records(text, Records::new(text, wanted))?;
    let mut scanner = Scanner::new(text);
    let mut read = Vec::with_capacity(records.asked.len());
    for place in &records.asked {
        let whole = text.get(place.start..place.end)?;
        let head = head(&mut scanner, place, whole)?;
        (head.is_record() && !is_picked(&head, whole)).then_some(())?;
        read.push(Record {
            head,
            text: whole,
            place: *place,
            envelope_account: None,
            grade: SourceGrade::Unreferenced,
        });
    }
    let skimmed = Skimmed { read: read.len() as u64, passed: records.count.checked_sub(read.len() as u64)? };
    read.into_iter().for_each(|record| sink.record(record));
    Some(skimmed)
}

/// The head of a sound record, read as a walk reads it.
fn head<'a>(scanner: &mut Scanner<'a>, place: &Place, whole: &'a str) -> Option<Head<'a>> {
    match scanner.head(place.start) {
        Some((head, end)) => (end == place.end).then_some(head),
        None => serde_json::from_str(whole).ok().or_else(|| Head::tolerant(whole)),
    }
}

#[cfg(test)]
mod tests;
