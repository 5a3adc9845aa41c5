//! The row of an object, from its content and what decoding came to.

use crate::decode::{Decoded, Verdict};
use crate::evidence::read::Content;
use crate::model::evidence::ObjectPath;
use crate::model::object::{Object, ObjectStatus};

/// What counts and digests say is filled in later.
pub(super) fn row(path: &ObjectPath, content: &Content, decoded: &Decoded) -> Object {
    let (status, note) = match &decoded.verdict {
        Verdict::Evidence => (ObjectStatus::Read, decoded.note.clone()),
        Verdict::NotRead => (ObjectStatus::Unreadable, "recognised, not read: see problems".to_owned()),
        Verdict::NotEvidence(what) => (ObjectStatus::NotEvidence, what.clone()),
        Verdict::Unknown => (ObjectStatus::Unreadable, "nothing in it could be recognised".to_owned()),
        Verdict::Empty => (ObjectStatus::Empty, "no content, or no entries by its own word".to_owned()),
    };
    Object {
        sha256: content.sha256,
        inflated_sha256: content.inflated_sha256,
        bytes: content.bytes,
        inflated_bytes: content.inflated_bytes,
        format: decoded.format.into(),
        rejected: decoded.rejected,
        status,
        note,
        ..Object::blank(path)
    }
}
