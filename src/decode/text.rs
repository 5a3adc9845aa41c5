//! Content that is no JSON: byte order marks, damaged UTF-8, CSV exports.
//!
//! Decides what a text is; reads no record.

use crate::decode::format::{Reading, named};
use crate::decode::{Decoded, Document, Fault, Place, Sink, Verdict};
use crate::model::problem::ProblemKind;

/// Overwrites each byte that is no part of UTF-8 by `?` and tells where.
pub(crate) fn make_utf8(content: &mut [u8]) -> Vec<usize> {
    let mut bad = Vec::new();
    let mut at = 0;
    while let Err(error) = std::str::from_utf8(&content[at..]) {
        let start = at + error.valid_up_to();
        let end = error.error_len().map_or(content.len(), |length| start + length);
        for (offset, byte) in content[start..end].iter_mut().enumerate() {
            *byte = b'?';
            bad.push(start + offset);
        }
        at = end;
    }
    bad
}

/// What the content is if it is not JSON; `None` if it may be.
pub(crate) fn other_than_json(all: &str, bad_bytes: &[usize], sink: &mut dyn Sink) -> Option<Decoded> {
    let text = all.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        let verdict = if bad_bytes.is_empty() { Verdict::Empty } else { Verdict::Unknown };
        return Some(Decoded { format: "", verdict, rejected: 0 });
    }
    if text.starts_with(['{', '[']) && !looks_binary(text, bad_bytes) {
        return None;
    }
    if let Some(name) = known_text(text, bad_bytes) {
        if let Reading::Document(kind) = named(name).reading {
            let start = all.len() - all.trim_start_matches('\u{feff}').trim_start().len();
            let place = Place { ordinal: 0, start, end: start + text.len() };
            sink.document(Document { kind, text, place });
            return Some(Decoded { format: name, verdict: Verdict::Evidence, rejected: 0 });
        }
        return Some(not_read(name, sink));
    }
    if names_evidence(text) {
        return None;
    }
    let verdict = if looks_binary(text, bad_bytes) {
        Verdict::Unknown
    } else if text.starts_with("Permission Check Successful") {
        Verdict::NotEvidence("write test of CloudWatch Logs".to_owned())
    } else {
        Verdict::NotEvidence("text that is no JSON and no known export".to_owned())
    };
    if verdict == Verdict::Unknown {
        let detail = "content in no known form".to_owned();
        sink.fault(Fault { kind: ProblemKind::UnknownForm, ordinal: None, byte: 0, detail });
    }
    Some(Decoded { format: "", verdict, rejected: 0 })
}

/// Keys of records and RFCs, wherever they stand: evidence with a damaged
/// beginning, or with a hole in it, is still worth walking through.
fn names_evidence(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
    has(&["\"eventSource\"", "\"eventName\""])
        || has(&["\"CloudTrailEvent\""])
        || has(&["\"RfcId\"", "\"ChangeTypeId\""])
}

/// More than one byte in twenty of the first 4,096 is no text.
fn looks_binary(text: &str, bad_bytes: &[usize]) -> bool {
    let head = &text.as_bytes()[..text.len().min(4096)];
    let control =
        head.iter().filter(|&&byte| byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c)).count();
    let bad = bad_bytes.iter().take_while(|&&at| at < 4096).count();
    (control + bad) * 20 > head.len()
}

/// Exports that are known by their first line.
///
/// Source: facts/cloudtrail.md 2.2 rows 8, 13, 18, 21, 29; section 4.
fn known_text(text: &str, bad_bytes: &[usize]) -> Option<&'static str> {
    if bad_bytes.starts_with(&[0, 1]) && text.starts_with("??") {
        return Some("utf16_text");
    }
    let line = text.lines().next().unwrap_or_default().trim().to_ascii_lowercase();
    // The header of a CSV holds no JSON.
    let has = |words: &[&str]| !line.contains('{') && words.iter().all(|word| line.contains(word));
    if line.starts_with("# execution time") {
        return Some("lake_csv");
    }
    if line.starts_with("user,arn,user_creation_time") {
        return Some("credential_report");
    }
    if has(&["event name", "event time", "event id"]) && line.contains(',') {
        return Some("console_csv");
    }
    if has(&["eventversion", "useridentity", "eventname"]) && line.contains(',') {
        return Some("athena_csv");
    }
    let (time, rest) = line.split_once(' ')?;
    let dated = time.len() >= 20 && time.ends_with('z') && time.as_bytes().get(10) == Some(&b't');
    (dated && rest.starts_with('{')).then_some("cloudwatch_export")
}

/// A form that is named and not read: one problem for the object.
pub(crate) fn not_read(name: &'static str, sink: &mut dyn Sink) -> Decoded {
    let format = named(name);
    let why = match format.reading {
        Reading::NotRead(why) | Reading::NotEvidence(why) => why,
        _ => "",
    };
    let detail = format!("{}: recognised; {why}", format.about);
    sink.fault(Fault { kind: ProblemKind::FormNotRead, ordinal: None, byte: 0, detail });
    Decoded { format: format.name, verdict: Verdict::NotRead, rejected: 0 }
}
