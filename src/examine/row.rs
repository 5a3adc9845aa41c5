//! The row of an object, as far as its container and its decoding tell.

use crate::decode::{Decoded, Verdict};
use crate::evidence::read::Content;
use crate::model::evidence::ObjectPath;
use crate::model::object::{Object, ObjectStatus};

pub(super) fn row(path: &ObjectPath, content: &Content, decoded: &Decoded) -> Object {
    let (status, note) = match &decoded.verdict {
        Verdict::Evidence => (ObjectStatus::Read, decoded.note.clone()),
        Verdict::NotRead => (ObjectStatus::Unreadable, "recognised, not read: see problems".to_owned()),
        Verdict::NotEvidence(what) => (ObjectStatus::NotEvidence, what.clone()),
        Verdict::Unknown => (ObjectStatus::Unreadable, "nothing in it could be recognised".to_owned()),
        Verdict::Empty => (ObjectStatus::Empty, "no content, or no entries by its own word".to_owned()),
    };
    Object {
        sha256: content.sha256.clone(),
        inflated_sha256: content.inflated_sha256.clone(),
        bytes: content.bytes,
        inflated_bytes: content.inflated_bytes,
        format: decoded.format,
        rejected: decoded.rejected,
        status,
        note,
        ..Object::blank(path)
    }
}
