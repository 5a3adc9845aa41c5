//! Framing: what an object's content is, and where its records lie in it.
//!
//! Bytes in, records and problems out; decoding never fails. Opens no file,
//! and does not know what a field means beyond the few that route a record.

mod columns;
mod damaged;
mod ecs;
mod entry;
mod field;
mod flag;
pub mod format;
pub mod head;
pub mod json;
mod lines;
mod ocsf;
mod parquet;
mod reading;
mod rebuild;
mod row_text;
mod scan;
mod skim;
mod stops;
mod text;
mod walk;
mod wrapper;

use crate::decode::head::Head;
use crate::model::problem::ProblemKind;
use crate::model::source_grade::SourceGrade;

pub use crate::decode::format::{DocumentKind, FORMATS, Format};
pub use crate::decode::skim::{Skimmed, Wanted, skim};

/// One CloudTrail record as it lies in an object.
#[derive(Debug)]
pub struct Record<'a> {
    /// Its routing fields.
    pub head: Head<'a>,
    /// Its JSON text.
    pub text: &'a str,
    /// Where it lies.
    pub place: Place,
    /// The account that the envelope around it names.
    pub envelope_account: Option<&'a str>,
    /// How well its source is anchored, before digests are looked at.
    pub grade: SourceGrade,
}

/// A CloudTrail record that tells of no single call: counted, never an event.
#[derive(Debug)]
pub struct Aside<'a> {
    /// Its routing fields.
    pub head: Head<'a>,
    /// Its JSON text.
    pub text: &'a str,
    /// Where it lies.
    pub place: Place,
    /// Which kind.
    pub kind: AsideKind,
}

/// Which kind of record that tells of no single call.
///
/// Source: facts/cloudtrail.md 1.1 (Insights, Aggregated).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AsideKind {
    /// An unusual rate of calls or errors.
    Insight,
    /// Counts of data events over a few minutes.
    Aggregated,
}

/// Where an entry lies in its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 0-based ordinal among the entries of the object.
    pub ordinal: u64,
    /// First byte in the inflated content.
    pub start: usize,
    /// One past the last byte in the inflated content.
    pub end: usize,
}

/// Which kind of RFC record an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RfcKind {
    /// The RFC in full.
    Full,
    /// An element of `RfcSummaries`.
    Summary,
    /// The whole EventBridge envelope of a state change.
    StateChange,
}

/// One RFC record as it lies in an object.
#[derive(Debug)]
pub struct RfcEntry<'a> {
    /// Which kind.
    pub kind: RfcKind,
    /// Its JSON text.
    pub text: &'a str,
    /// Where it lies.
    pub place: Place,
}

/// One document beside records and RFCs, as it lies in an object.
#[derive(Debug)]
pub struct Document<'a> {
    /// Which kind.
    pub kind: DocumentKind,
    /// Its JSON text.
    pub text: &'a str,
    /// Where it lies.
    pub place: Place,
}

/// A loss or oddity met while decoding.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What kind.
    pub kind: ProblemKind,
    /// The entry concerned, if it is one.
    pub ordinal: Option<u64>,
    /// Where in the inflated content.
    pub byte: usize,
    /// In words.
    pub detail: String,
}

/// Takes what decoding finds, in the order of the object.
pub trait Sink {
    /// A CloudTrail record.
    fn record(&mut self, record: Record<'_>);
    /// An RFC record.
    fn rfc(&mut self, entry: RfcEntry<'_>);
    /// A CloudTrail record that tells of no single call.
    fn aside(&mut self, aside: Aside<'_>);
    /// A document beside records and RFCs.
    fn document(&mut self, document: Document<'_>);
    /// A loss or oddity.
    fn fault(&mut self, fault: Fault);
}

/// What an object turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Evidence in a form that is read.
    Evidence,
    /// Evidence in a form that is not read.
    NotRead,
    /// Something else; what.
    NotEvidence(String),
    /// Nothing that could be recognised.
    Unknown,
    /// No content, or no entries by its own word.
    Empty,
}

/// What decoding an object came to.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Name of the form, empty if none was recognised.
    pub format: &'static str,
    /// What the object turned out to be.
    pub verdict: Verdict,
    /// Entries that were not decoded.
    pub rejected: u64,
    /// What the reader of its records has to know, in words; mostly empty.
    pub note: String,
}

/// Finds every record in the content of an object.
///
/// Bytes that are no UTF-8 are overwritten by `?` in place, so that offsets
/// stay true; each record that holds one gets a fault.
pub fn decode(content: &mut [u8], sink: &mut dyn Sink) -> Decoded {
    if content.starts_with(parquet::MAGIC) {
        return parquet::decode(content, sink);
    }
    let Some((text, lost)) = text::from_utf16(content) else { return decode_utf8(content, sink) };
    if lost > 0 {
        let detail = format!("{lost} places that are no UTF-16; each is shown as U+FFFD");
        sink.fault(Fault { kind: ProblemKind::InvalidUtf8, ordinal: None, byte: 0, detail });
    }
    let note = "text in UTF-16; offsets are those of the same text in UTF-8".to_owned();
    Decoded { note, ..decode_utf8(&mut text.into_bytes(), sink) }
}

fn decode_utf8(content: &mut [u8], sink: &mut dyn Sink) -> Decoded {
    let (all, bad_bytes) = match simdutf8::basic::from_utf8(content) {
        Ok(all) => (all, Vec::new()),
        Err(_) => {
            let bad_bytes = text::make_utf8(content);
            let Ok(all) = std::str::from_utf8(content) else {
                unreachable!("every byte that is no UTF-8 was overwritten");
            };
            (all, bad_bytes)
        }
    };
    if !text::begins_as_json(all) {
        if let Some(table) = columns::table(all) {
            let mut walk = walk::Walk::new(all, bad_bytes, sink);
            walk.table(&table);
            return walk.verdict(0);
        }
        if let Some(form) = lines::form(all) {
            let mut walk = walk::Walk::new(all, bad_bytes, sink);
            walk.prefixed_lines(form);
            return walk.verdict(0);
        }
    }
    if let Some(decoded) = text::other_than_json(all, &bad_bytes, sink) {
        return decoded;
    }
    walk::Walk::new(all, bad_bytes, sink).run()
}
