//! Content that is no JSON: byte order marks, UTF-16, damaged UTF-8, lookalikes.
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

/// The content as UTF-8 if it is UTF-16, by its byte order mark or, without
/// one, by a zero beside its first brace. Tells how many units were no text.
///
/// Source: facts/cloudtrail.md 2.2 row 29.
pub(crate) fn from_utf16(content: &[u8]) -> Option<(String, usize)> {
    let (little, from) = match content {
        [0xff, 0xfe, ..] => (true, 2),
        [0xfe, 0xff, ..] => (false, 2),
        [b'{' | b'[', 0, ..] => (true, 0),
        [0, b'{' | b'[', ..] => (false, 0),
        _ => return None,
    };
    let pairs = content[from..].chunks(2);
    let units = pairs.map(|pair| {
        let unit = [pair[0], pair.get(1).copied().unwrap_or_default()];
        if little { u16::from_le_bytes(unit) } else { u16::from_be_bytes(unit) }
    });
    let mut lost = 0;
    let mut text = String::with_capacity(content.len() / 2);
    for unit in char::decode_utf16(units) {
        text.push(unit.unwrap_or_else(|_| {
            lost += 1;
            char::REPLACEMENT_CHARACTER
        }));
    }
    Some((text, lost))
}

/// Whether the text begins like JSON.
pub(crate) fn begins_as_json(all: &str) -> bool {
    all.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}

/// What the content is if it is not JSON; `None` if it may be.
pub(crate) fn other_than_json(all: &str, bad_bytes: &[usize], sink: &mut dyn Sink) -> Option<Decoded> {
    let text = all.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        let verdict = if bad_bytes.is_empty() { Verdict::Empty } else { Verdict::Unknown };
        return Some(Decoded { format: "", verdict, rejected: 0, note: String::new() });
    }
    if text.starts_with(['{', '[']) && !looks_binary(text, bad_bytes) {
        return None;
    }
    if let Some(name) = known_text(text)
        && let Reading::Document(kind) = named(name).reading
    {
        let start = all.len() - all.trim_start_matches('\u{feff}').trim_start().len();
        let place = Place { ordinal: 0, start, end: start + text.len() };
        sink.document(Document { kind, text, place });
        return Some(Decoded { format: name, verdict: Verdict::Evidence, rejected: 0, note: String::new() });
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
    Some(Decoded { format: "", verdict, rejected: 0, note: String::new() })
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
/// Source: facts/cloudtrail.md, section 4.
fn known_text(text: &str) -> Option<&'static str> {
    let line = text.lines().next().unwrap_or_default().trim().to_ascii_lowercase();
    if line.starts_with("user,arn,user_creation_time") {
        return Some("credential_report");
    }
    None
}
