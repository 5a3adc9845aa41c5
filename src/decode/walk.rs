//! The way through an object's JSON: from value to value, from entry to entry.
//!
//! Keeps the ordinal of entries and what the object turned out to be. What an
//! entry is, `entry` says; what to do with damage, `damaged` says.

use serde_json::Deserializer;

use crate::decode::entry::is_document;
use crate::decode::format::{ARRAY, DELIVERY, LINES, RECORD};
use crate::decode::head::Head;
use crate::decode::scan::Scanner;
use crate::decode::{Decoded, Fault, Place, Sink, Verdict};
use crate::limits::RECORD_BYTES_MAX;
use crate::model::problem::ProblemKind;

/// Keys whose array holds the entries of an object, where the key comes first:
/// then the array is walked without reading the object twice.
const LEADING_KEYS: [&str; 4] = ["Records", "Events", "RfcSummaries", "rfcSummaries"];

/// A walk through one object.
pub(crate) struct Walk<'a, 's> {
    pub(crate) text: &'a str,
    pub(crate) sink: &'s mut dyn Sink,
    scanner: Scanner<'a>,
    bad_bytes: Vec<usize>,
    next_bad: usize,
    ordinal: u64,
    pub(crate) rejected: u64,
    format: &'static str,
    frame: &'static str,
    pub(crate) evidence: bool,
    pub(crate) not_read: bool,
    /// Entries that are no evidence, met before any that is; the first of them.
    pub(crate) lookalikes: Option<(Place, String)>,
    pub(crate) lookalike_count: u64,
    pub(crate) resync_tries: usize,
    /// Something in the object was damaged: stray brackets no longer matter.
    pub(crate) damaged: bool,
}

impl<'a, 's> Walk<'a, 's> {
    pub(crate) fn new(text: &'a str, bad_bytes: Vec<usize>, sink: &'s mut dyn Sink) -> Self {
        Self {
            text,
            sink,
            scanner: Scanner::new(text),
            bad_bytes,
            next_bad: 0,
            ordinal: 0,
            rejected: 0,
            format: "",
            frame: RECORD,
            evidence: false,
            not_read: false,
            lookalikes: None,
            lookalike_count: 0,
            resync_tries: 0,
            damaged: false,
        }
    }

    /// Walks all values of the object.
    pub(crate) fn run(mut self) -> Decoded {
        let mut at = self.skip(if self.text.starts_with('\u{feff}') { 3 } else { 0 }, b"");
        let mut values = 0u64;
        while let Some(&byte) = self.text.as_bytes().get(at) {
            values += 1;
            self.frame = if values > 1 { LINES } else { RECORD };
            at = match byte {
                b'{' => self.object(at),
                b'[' => {
                    self.frame = ARRAY;
                    self.elements(at + 1)
                }
                b',' | b']' | b'}' if self.damaged => at + 1,
                _ => self.damaged_from(at),
            };
            at = self.skip(at, b"");
        }
        self.verdict(values)
    }

    /// What the object came to, after all of it was walked.
    pub(crate) fn verdict(mut self, values: u64) -> Decoded {
        let format = if self.format == RECORD && values > 1 { LINES } else { self.format };
        if self.evidence
            && let Some((place, what)) = self.lookalikes.take()
        {
            self.rejected += self.lookalike_count;
            let detail = format!(
                "{} entries among the evidence that are none; the first: {what}",
                self.lookalike_count
            );
            self.fault(ProblemKind::RejectedRecord, Some(place.ordinal), place.start, detail);
        }
        let verdict = if self.evidence {
            Verdict::Evidence
        } else if self.not_read {
            Verdict::NotRead
        } else if self.rejected > 0 {
            Verdict::Unknown
        } else if self.ordinal == 0 && !self.damaged {
            Verdict::Empty
        } else {
            let what = self.lookalikes.map(|(_, what)| what);
            Verdict::NotEvidence(what.unwrap_or_else(|| "JSON in no known form".to_owned()))
        };
        Decoded { format, verdict, rejected: self.rejected, note: String::new() }
    }

    /// An object at the top: walked by its leading key, or an entry.
    fn object(&mut self, at: usize) -> usize {
        let Some((key, value)) = self.leading_key(at) else { return self.entry(at) };
        let Some(key) = LEADING_KEYS.into_iter().find(|leading| *leading == key) else {
            return self.entry(at);
        };
        match self.text.as_bytes().get(value) {
            Some(b'[') => {
                if key == "Records" {
                    self.frame = DELIVERY;
                    self.note_format(DELIVERY);
                } else {
                    self.note_container(key);
                }
                let after = self.elements(value + 1);
                self.rest_of_object(after)
            }
            _ => self.entry(at),
        }
    }

    /// The first key of the object at `at`, and where its value begins.
    fn leading_key(&self, at: usize) -> Option<(&'a str, usize)> {
        let key_at = self.skip(at + 1, b"");
        let rest = self.text.get(key_at..)?.strip_prefix('"')?;
        let key = &rest[..rest.find('"')?];
        let colon = self.skip(key_at + key.len() + 2, b"");
        (self.text.as_bytes().get(colon) == Some(&b':')).then(|| (key, self.skip(colon + 1, b"")))
    }

    /// What follows the array of a leading key, up to the object's end. A
    /// second array of the same kind is walked too: nothing hides behind it.
    fn rest_of_object(&mut self, mut at: usize) -> usize {
        loop {
            at = self.skip(at, b",");
            match self.text.as_bytes().get(at) {
                Some(b'}') => return at + 1,
                Some(b'"') => {}
                _ => return at,
            }
            let Some((key, value)) = self.leading_key(at.saturating_sub(1)) else { return at };
            let array = self.text.as_bytes().get(value) == Some(&b'[');
            at = if array && LEADING_KEYS.contains(&key) {
                let detail = format!("a second array of entries under `{key}`; both were read");
                self.fault(ProblemKind::DuplicateKey, None, at, detail);
                self.elements(value + 1)
            } else {
                let mut values =
                    Deserializer::from_str(&self.text[value..]).into_iter::<serde::de::IgnoredAny>();
                match values.next() {
                    Some(Ok(_)) => value + values.byte_offset(),
                    _ => return self.damaged_from(value),
                }
            };
        }
    }

    /// The elements of an array, from inside its bracket to after its end.
    pub(crate) fn elements(&mut self, mut at: usize) -> usize {
        loop {
            at = self.skip(at, b",");
            match self.text.as_bytes().get(at) {
                None => {
                    self.damaged = true;
                    let detail = "the JSON ends before its closing bracket; all entries before were read";
                    self.fault(ProblemKind::TruncatedObject, None, at, detail.to_owned());
                    return at;
                }
                Some(b']') => return at + 1,
                Some(b'{') => at = self.entry(at),
                Some(_) => at = self.no_object(at),
            }
        }
    }

    /// An element that is no object: counted and named.
    fn no_object(&mut self, at: usize) -> usize {
        let mut values = Deserializer::from_str(&self.text[at..]).into_iter::<serde::de::IgnoredAny>();
        let Some(Ok(_)) = values.next() else { return self.damaged_from(at) };
        let end = at + values.byte_offset();
        if self.text[at..end].contains('{') && self.text[at..].starts_with('"') {
            // A quote out of place turned the beginning of an entry into a string.
            return self.damaged_from(at);
        }
        let place = self.next_place(at, end);
        self.reject(ProblemKind::RejectedRecord, place, "an entry that is no JSON object".to_owned());
        end
    }

    /// One entry that begins at `at`; returns where it ends.
    fn entry(&mut self, at: usize) -> usize {
        if let Some((head, end)) = self.scanner.head(at) {
            self.whole_entry(head, at, end);
            return end;
        }
        let mut heads = Deserializer::from_str(&self.text[at..]).into_iter::<Head<'a>>();
        match heads.next() {
            Some(Ok(head)) => {
                let end = at + heads.byte_offset();
                self.whole_entry(head, at, end);
                end
            }
            _ => self.damaged_from(at),
        }
    }

    /// An entry that was read as JSON.
    pub(crate) fn whole_entry(&mut self, head: Head<'a>, start: usize, end: usize) {
        if end - start > RECORD_BYTES_MAX && !is_document(&self.text[start..end]) {
            let place = self.next_place(start, end);
            let detail = format!("an entry of {} bytes; at most {RECORD_BYTES_MAX} are read", end - start);
            return self.reject(ProblemKind::LimitReached, place, detail);
        }
        self.take(head, &self.text[start..end], (start, end), 0);
    }

    /// Gives out the next ordinal, and says which bytes of it were no UTF-8.
    pub(crate) fn next_place(&mut self, start: usize, end: usize) -> Place {
        let place = Place { ordinal: self.ordinal, start, end };
        self.ordinal += 1;
        while self.bad_bytes.get(self.next_bad).is_some_and(|&bad| bad < start) {
            self.next_bad += 1;
        }
        let first = self.bad_bytes.get(self.next_bad).copied().filter(|&bad| bad < end);
        if let Some(first) = first {
            let count = self.bad_bytes[self.next_bad..].iter().take_while(|&&bad| bad < end).count();
            let detail = format!("{count} bytes that are no UTF-8; each is shown as `?`");
            self.fault(ProblemKind::InvalidUtf8, Some(place.ordinal), first, detail);
        }
        place
    }

    /// The frame records stand in, as the name of a form.
    pub(crate) fn note_record_format(&mut self) {
        let frame = self.frame;
        self.note_format(frame);
    }

    /// The first form met names the object.
    pub(crate) fn note_format(&mut self, name: &'static str) {
        if self.format.is_empty() {
            self.format = name;
        }
    }

    /// The form of an entry names the object, also where all that is known so
    /// far is that the object holds `Records`.
    pub(crate) fn note_format_of_entry(&mut self, name: &'static str) {
        if self.format.is_empty() || (self.format == DELIVERY && self.ordinal == 0) {
            self.format = name;
        }
    }

    /// Takes the name of a form back that turned out not to be the object's.
    pub(crate) fn forget_format(&mut self, name: &'static str) {
        if self.format == name {
            self.format = "";
        }
    }

    /// How many entries were met so far.
    pub(crate) fn entries(&self) -> u64 {
        self.ordinal
    }

    /// Whether the array at hand is that of a delivered object.
    pub(crate) fn is_delivery(&self) -> bool {
        self.frame == DELIVERY
    }

    pub(crate) fn enter_delivery(&mut self) {
        self.frame = DELIVERY;
    }

    fn note_container(&mut self, key: &'static str) {
        self.note_format(if key == "Events" { "lookup_events" } else { "rfc_summaries" });
    }

    /// An entry that is lost: counted, and named in a fault.
    pub(crate) fn reject(&mut self, kind: ProblemKind, place: Place, detail: String) {
        self.rejected += 1;
        self.fault(kind, Some(place.ordinal), place.start, detail);
    }

    /// Entries in a row that are lost, all of them: counted, and named in one fault.
    pub(crate) fn lose(&mut self, kind: ProblemKind, (entries, byte): (u64, usize), detail: String) {
        self.not_read = true;
        self.fault(kind, (entries > 0).then_some(self.ordinal), byte, detail);
        self.rejected += entries;
        self.ordinal += entries;
    }

    pub(crate) fn fault(&mut self, kind: ProblemKind, ordinal: Option<u64>, byte: usize, detail: String) {
        self.sink.fault(Fault { kind, ordinal, byte, detail });
    }

    /// The next position that is neither JSON white space nor one of `also`.
    pub(crate) fn skip(&self, at: usize, also: &[u8]) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let run = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t') || also.contains(byte))
            .count();
        (at + run).min(self.text.len())
    }
}
