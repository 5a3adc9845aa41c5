//! Calls that do no harm and yet tell what became of a loss: those that undo it,
//! make copies of it, or set how long it is kept and whether it is protected.
//!
//! Owns: the set of their names, asked of every record of a dump.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::copying::Copyings;
use crate::catalogue::inverse::Inverses;
use crate::catalogue::operation::short_source;
use crate::catalogue::protection::Protections;

/// Calls that set whether and how long deleted things are kept.
///
/// Source: facts/cloudtrail.md 6.3 (grace windows, parameters).
const SETTINGS: [(&str, &str); 10] = [
    ("dynamodb", "UpdateContinuousBackups"),
    ("rbin", "CreateRule"),
    ("rbin", "DeleteRule"),
    ("rbin", "UpdateRule"),
    ("rds", "CreateDBCluster"),
    ("rds", "CreateDBInstance"),
    ("rds", "ModifyDBCluster"),
    ("rds", "ModifyDBInstance"),
    ("s3", "CreateBucket"),
    ("s3", "PutBucketVersioning"),
];

/// The names by event source: two look-ups of borrowed words, no allocation.
#[derive(Debug)]
pub(super) struct Witnesses {
    by_source: FxHashMap<&'static str, FxHashSet<&'static str>>,
}

impl Witnesses {
    pub(super) fn of(inverses: &Inverses, copyings: &Copyings, protections: &Protections) -> Self {
        let mut by_source: FxHashMap<_, FxHashSet<_>> = FxHashMap::default();
        let known = inverses.undoings().chain(copyings.makings()).chain(SETTINGS);
        for (source, name) in known.chain(protections.calls()) {
            by_source.entry(source).or_default().insert(name);
        }
        Self { by_source }
    }

    pub(super) fn holds(&self, event_source: &str, event_name: &str) -> bool {
        let of_source = self.by_source.get(short_source(event_source));
        of_source.is_some_and(|names| names.contains(event_name))
    }
}
