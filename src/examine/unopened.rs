//! The rows of what is not read as records itself: links, devices, archives,
//! packings that this version does not open.

use crate::decode::{Decoded, Fault, Sink as _, Verdict};
use crate::evidence::archive::ArchiveKind;
use crate::evidence::discover::{Found, Obstacle};
use crate::evidence::s3_key::KeyFacts;
use crate::model::object::{Object, ObjectStatus};
use crate::model::problem::ProblemKind;

use super::sink::ObjectSink;

/// An entry of the dump that was not opened at all.
pub(super) fn not_opened(found: &Found, obstacle: &Obstacle, key: KeyFacts) -> Object {
    let (status, note) = match obstacle {
        Obstacle::LinkInside(target) => (
            ObjectStatus::NotEvidence,
            format!("symbolic link to `{target}`, which is read at its own place"),
        ),
        Obstacle::LinkOutside(target) => (
            ObjectStatus::Unreadable,
            format!("symbolic link to `{target}`, outside the paths given: not followed"),
        ),
        Obstacle::NotAFile => (ObjectStatus::Unreadable, "not a regular file".to_owned()),
        Obstacle::Unreadable(why) => (ObjectStatus::Unreadable, why.clone()),
    };
    Object { account_id: key.account_id, region: key.region, status, note, ..Object::blank(&found.path) }
}

/// The row of an archive says that it was opened; its entries have their own.
pub(super) fn archive_itself(kind: ArchiveKind) -> Decoded {
    let note = "an archive: its entries have rows of their own".to_owned();
    Decoded { format: kind.as_str(), verdict: Verdict::Evidence, rejected: 0, note }
}

/// What is not opened; without a name, its fault was told already.
pub(super) fn not_opened_packing(packing: &'static str, sink: &mut ObjectSink<'_, '_>) -> Decoded {
    if packing.is_empty() {
        return Decoded { format: "", verdict: Verdict::NotRead, rejected: 0, note: String::new() };
    }
    let instead = match packing {
        "7z" => "unpack it first",
        "orc" => {
            "export the same rows as Parquet or JSON (`UNLOAD … WITH (format = 'PARQUET')`, or a CTAS), or the \
             trail's own objects"
        }
        "parquet_encrypted" => "export it without encryption of the file itself",
        _ => "export the trail's own objects, or JSON, instead",
    };
    let detail = format!("{packing}: recognised; this version does not read it: {instead}");
    sink.fault(Fault { kind: ProblemKind::FormNotRead, ordinal: None, byte: 0, detail });
    Decoded { format: packing, verdict: Verdict::NotRead, rejected: 0, note: String::new() }
}
