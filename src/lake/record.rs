//! What the table needs of a record beyond its head, found without reading the
//! record again.
//!
//! Owns: a walk over the members at the top of a record's text, which is JSON
//! that was checked before. What is odd is left to `normalise`.

use memchr::memchr;

use crate::decode::head::Head;
use crate::decode::json::{balanced_end, string_end};

/// Members of a record that its head does not hold; empty where there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rest<'a> {
    pub(super) event_type: &'a str,
    pub(super) request_id: &'a str,
    pub(super) shared_id: &'a str,
    pub(super) vpc_endpoint: &'a str,
    /// Raw JSON.
    pub(super) resources: &'a str,
    /// Raw JSON.
    pub(super) additional: &'a str,
    pub(super) read_only: Option<bool>,
}

/// The places of known members: those of the head are known only to tell whether
/// one comes twice.
fn place(key: &[u8]) -> Option<u32> {
    let place = match key {
        b"eventType" => 0,
        b"requestID" => 1,
        b"sharedEventID" => 2,
        b"vpcEndpointId" => 3,
        b"resources" => 4,
        b"additionalEventData" => 5,
        b"readOnly" => 6,
        b"eventVersion" => 7,
        b"eventID" => 8,
        b"eventTime" => 9,
        b"eventSource" => 10,
        b"eventName" => 11,
        b"awsRegion" => 12,
        b"recipientAccountId" => 13,
        b"eventCategory" => 14,
        b"userIdentity" => 15,
        b"userAgent" => 16,
        b"errorCode" => 17,
        b"errorMessage" => 18,
        b"requestParameters" => 19,
        b"responseElements" => 20,
        b"sourceIPAddress" => 21,
        _ => return None,
    };
    Some(place)
}

fn past_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Where the raw values of a head begin and end in its text.
fn spans(text: &str, head: &Head<'_>) -> [(usize, usize); 3] {
    let base = text.as_ptr() as usize;
    [head.user_identity, head.request, head.response].map(|raw| match raw {
        Some(raw) => {
            let start = (raw.as_ptr() as usize).wrapping_sub(base);
            (start, start.wrapping_add(raw.len()))
        }
        None => (usize::MAX, usize::MAX),
    })
}

/// The rest of a record, whose text is sound JSON; `None` if a known member comes
/// twice, a key holds an escape, or a member is of another kind than it should be.
pub(super) fn rest<'a>(text: &'a str, head: &Head<'_>) -> Option<Rest<'a>> {
    let bytes = text.as_bytes();
    let spans = spans(text, head);
    let mut rest = Rest::default();
    let mut seen = 0u32;
    let mut at = past_blanks(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    at = past_blanks(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return Some(rest);
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let key_end = at + 1 + memchr(b'"', bytes.get(at + 1..)?)?;
        let key = &bytes[at + 1..key_end];
        if key.contains(&b'\\') {
            return None;
        }
        at = past_blanks(bytes, key_end + 1);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let start = past_blanks(bytes, at + 1);
        let end = value_end(bytes, start, &spans)?;
        if let Some(place) = place(key) {
            if seen & 1 << place != 0 {
                return None;
            }
            seen |= 1 << place;
            rest.take(place, text.get(start..end)?)?;
        }
        at = past_blanks(bytes, end);
        match bytes.get(at) {
            Some(b',') => at = past_blanks(bytes, at + 1),
            Some(b'}') => return Some(rest),
            _ => return None,
        }
    }
}

fn value_end(bytes: &[u8], start: usize, spans: &[(usize, usize); 3]) -> Option<usize> {
    match bytes.get(start)? {
        b'"' => string_end(bytes, start),
        b'{' | b'[' => match spans.iter().find(|(span, _)| *span == start) {
            Some((_, end)) => Some(*end).filter(|end| *end <= bytes.len()),
            None => balanced_end(bytes, start),
        },
        _ => {
            let length = bytes[start..].iter().position(|byte| b",} \t\r\n]".contains(byte))?;
            Some(start + length)
        }
    }
}

impl<'a> Rest<'a> {
    fn take(&mut self, place: u32, raw: &'a str) -> Option<()> {
        if raw == "null" {
            return Some(());
        }
        match place {
            0 => self.event_type = plain(raw)?,
            1 => self.request_id = plain(raw)?,
            2 => self.shared_id = plain(raw)?,
            3 => self.vpc_endpoint = plain(raw)?,
            4 => self.resources = raw,
            5 => self.additional = raw,
            6 => {
                self.read_only = Some(match raw {
                    "true" => true,
                    "false" => false,
                    _ => return None,
                })
            }
            _ => {}
        }
        Some(())
    }
}

/// The text of a string without escapes.
fn plain(raw: &str) -> Option<&str> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    memchr(b'\\', inner.as_bytes()).is_none().then_some(inner)
}
