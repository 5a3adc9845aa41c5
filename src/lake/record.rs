//! What the table needs of a record beyond what routes it, if nothing in it is odd.
//!
//! Owns: reading the raw members of a head. What is odd is left to `normalise`.

use memchr::memchr;

use crate::decode::head::{Flag, Head};

/// Members of a record; empty where there is none.
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

/// The rest of a record; `None` if a member comes twice, or is of another kind
/// than it should be.
pub(super) fn rest<'a>(head: &Head<'a>) -> Option<Rest<'a>> {
    if head.twice {
        return None;
    }
    Some(Rest {
        event_type: plain(head.event_type)?,
        request_id: plain(head.request_id)?,
        shared_id: plain(head.shared_event_id)?,
        vpc_endpoint: plain(head.vpc_endpoint_id)?,
        resources: there(head.resources),
        additional: there(head.additional),
        read_only: match head.read_only {
            Flag::Absent => None,
            Flag::No => Some(false),
            Flag::Yes => Some(true),
            Flag::WrongType => return None,
        },
    })
}

fn there(raw: Option<&str>) -> &str {
    raw.filter(|raw| *raw != "null").unwrap_or_default()
}

/// The text of a string without escapes.
fn plain(raw: Option<&str>) -> Option<&str> {
    let raw = there(raw);
    if raw.is_empty() {
        return Some("");
    }
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    memchr(b'\\', inner.as_bytes()).is_none().then_some(inner)
}
