//! What verification needs of a log object without decoding its records: that
//! it is one, and when its first and last event happened.
//!
//! Looks for words in the bytes and understands no JSON. So it says yes only to
//! an object whose key, beginning and end are those of a delivered log, and
//! that holds no word by which a record or a document in it could bear on
//! integrity. A word may stand where it means something else: whoever finds the
//! times at odds with a digest has to decode the object before he says so.

use memchr::memmem;

use crate::decode::{Decoded, Verdict};
use crate::evidence::read::Content;
use crate::evidence::s3_key;
use crate::model::evidence::ObjectPath;
use crate::model::time::UtcTime;

use super::covered::packing;
use super::{DELIVERY, Examined, ObjectSink, row};

/// How much of each object is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every record.
    Records,
    /// What bears on integrity: the records of a delivered log are skipped
    /// where that is sure to be enough.
    Integrity,
}

/// First and last time that a log object spells as `eventTime`; `None` if the
/// object has to be decoded.
pub(super) fn times(path: &ObjectPath, content: &[u8]) -> Option<(UtcTime, UtcTime)> {
    let key = s3_key::facts(path.as_str());
    let named = key.account_id.is_some() && key.region.is_some();
    if !named || s3_key::delivered_at(path.as_str()).is_none() || !is_delivery(content) {
        return None;
    }
    if OF_DOCUMENTS.iter().any(|word| memmem::find(content, word).is_some())
        || tells_of_delivery(content)
        || has_escaped_letter(content)
    {
        return None;
    }
    let (mut first, mut last): (Option<&[u8]>, Option<&[u8]>) = (None, None);
    for at in memmem::find_iter(content, EVENT_TIME) {
        let time = text_after(&content[at + EVENT_TIME.len()..])?;
        first = Some(first.map_or(time, |first| first.min(time)));
        last = last.max(Some(time));
    }
    let parse = |text: &[u8]| UtcTime::parse(std::str::from_utf8(text).ok()?);
    Some((parse(first?)?, parse(last?)?))
}

impl ObjectSink<'_, '_> {
    /// The object as far as it was looked at.
    pub(super) fn skimmed(self, content: &Content, (first, last): (UtcTime, UtcTime)) -> Examined {
        let verdict = Verdict::Evidence;
        let decoded = Decoded { format: DELIVERY, verdict, rejected: 0, note: String::new() };
        let object = row(&self.path, content, &decoded);
        let mut one = Examined { packing: packing(content), skimmed: true, ..self.finish(object) };
        (one.object.first_event_time, one.object.last_event_time) = (Some(first), Some(last));
        one
    }
}

const EVENT_TIME: &[u8] = b"\"eventTime\"";

/// One word of each document that is read for integrity.
const OF_DOCUMENTS: [&[u8]; 3] = [b"digestStartTime", b"ublicKeyList", b"\"Metadata\""];

/// Whether it begins and ends as `{"Records":[…]}`.
fn is_delivery(content: &[u8]) -> bool {
    let mut rest = content.trim_ascii();
    for part in [&b"{"[..], b"\"Records\"", b":", b"["] {
        let Some(after) = rest.strip_prefix(part) else { return false };
        rest = after.trim_ascii_start();
    }
    rest.strip_suffix(b"}").is_some_and(|rest| rest.trim_ascii_end().ends_with(b"]"))
}

/// Whether a record may tell of the delivery of a log object: all words that
/// `integrity::Delivery` asks for stand somewhere.
fn tells_of_delivery(content: &[u8]) -> bool {
    let words = ["\"PutObject\"", "_CloudTrail", "\"cloudtrail.amazonaws.com\""];
    words.iter().all(|word| memmem::find(content, word.as_bytes()).is_some())
}

/// Whether a letter, a `_` or a dot is spelled as `\u0041`: a word could hide
/// behind it. CloudTrail itself escapes other punctuation only.
fn has_escaped_letter(content: &[u8]) -> bool {
    let codes = memmem::find_iter(content, b"\\u00").filter_map(|at| content.get(at + 4..at + 6));
    codes.into_iter().any(|code| matches!(code, [b'4'..=b'7', _] | b"2e" | b"2E"))
}

/// The time that stands as a text behind a key, if it has the usual spelling:
/// `2026-01-02T03:04:05Z`, whose order is that of its bytes.
fn text_after(rest: &[u8]) -> Option<&[u8]> {
    let value = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let (time, after) = value.split_at_checked(20)?;
    (after.first() == Some(&b'"') && time.last() == Some(&b'Z')).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/\
        111122223333_CloudTrail_eu-west-1_20260102T0310Z_AbCdEfGhIjKlMnOp.json.gz";

    fn skimmed(path: &str, content: &str) -> Option<(String, String)> {
        let times = times(&ObjectPath::new(path), content.as_bytes());
        times.map(|(first, last)| (first.to_string(), last.to_string()))
    }

    #[test]
    fn a_delivered_log_tells_its_times() {
        let log = "\n{ \"Records\" : [{\"eventTime\":\"2026-01-02T03:00:00Z\"},\
            {\"eventTime\" : \"2026-01-02T02:00:00Z\"},{\"eventTime\":\"2026-01-02T02:30:00Z\"}] }\n";
        let times = Some(("2026-01-02T02:00:00Z".to_owned(), "2026-01-02T03:00:00Z".to_owned()));
        assert_eq!(skimmed(PATH, log), times);
        assert_eq!(skimmed("elsewhere/log.json", log), None);
    }

    #[test]
    fn whatever_may_bear_on_integrity_is_decoded() {
        let log = |more: &str| format!(r#"{{"Records":[{{"eventTime":"2026-01-02T03:00:00Z",{more}}}]}}"#);
        assert!(skimmed(PATH, &log(r#""a":"\u003c""#)).is_some());
        assert!(skimmed(PATH, &log(r#""eventName":"PutObject","a":"cloudtrail.amazonaws.com""#)).is_some());
        for more in [
            r#""eventName":"PutObject","key":"1_CloudTrail_x","userIdentity":{"invokedBy":"cloudtrail.amazonaws.com"}"#,
            r#""invokedBy":"cloudtrail\u002eamazonaws.com""#,
            r#""eventName":"\u0050utObject""#,
            r#""digestStartTime":"x""#,
            r#""publicKeyList":[]"#,
            r#""Metadata":{}"#,
            r#""eventTime":7"#,
            r#""eventTime":"2026-01-02""#,
        ] {
            assert_eq!(skimmed(PATH, &log(more)), None, "{more}");
        }
        for content in ["", "{", "[]", r#"{"Records":[]}"#, r#"{"Records":[{"eventTime""#, r#"{"Events":[]}"#]
        {
            assert_eq!(skimmed(PATH, content), None, "{content}");
        }
    }
}
