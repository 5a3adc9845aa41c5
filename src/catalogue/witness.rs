//! Calls that do no harm and yet tell what became of a loss: those that undo it,
//! make copies of it, or set how long it is kept and whether it is protected.
//!
//! Owns: the set of their names, asked of every record of a dump, and how much of
//! such a call is looked at to find what it is about.

use rustc_hash::FxHashMap;

use crate::catalogue::copying::Copyings;
use crate::catalogue::inverse::Inverses;
use crate::catalogue::needed::Needed;
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

/// The names by event source: two look-ups of borrowed words, no allocation. Of
/// each, what is asked of its request and its response.
#[derive(Debug)]
pub(super) struct Witnesses {
    by_source: FxHashMap<&'static str, FxHashMap<&'static str, [Needed; 2]>>,
}

impl Witnesses {
    pub(super) fn of(inverses: &Inverses, copyings: &Copyings, protections: &Protections) -> Self {
        let mut by_source: FxHashMap<_, FxHashMap<_, [Needed; 2]>> = FxHashMap::default();
        let known = inverses.undoings().chain(copyings.makings()).chain(SETTINGS);
        for (source, name) in known.chain(protections.calls()) {
            by_source.entry(source).or_default().entry(name).or_insert_with(|| {
                let mut columns = <[Needed; 2]>::default();
                let pairs = inverses.of_undoing(source, name).iter().filter_map(|pair| inverses.get(*pair));
                pairs.for_each(|pair| pair.add_needed(&mut columns));
                copyings.of(source, name).iter().for_each(|kind| kind.add_needed(&mut columns));
                protections.add_needed((source, name), &mut columns);
                let [request, _] = &mut columns;
                setting_names(source).iter().for_each(|name| request.add_member(name));
                columns
            });
        }
        Self { by_source }
    }

    /// What is asked of the request and the response of a call; `None` if nothing
    /// is asked of calls of its name.
    pub(super) fn needed(&self, event_source: &str, event_name: &str) -> Option<&[Needed; 2]> {
        self.by_source.get(short_source(event_source))?.get(event_name)
    }
}

/// The members of a request that name what settings of a service are about.
pub fn setting_names(event_source: &str) -> &'static [&'static str] {
    match short_source(event_source) {
        "s3" => &["bucketName"],
        "dynamodb" => &["tableName", "targetTableName"],
        "rds" => &["dBInstanceIdentifier", "targetDBInstanceIdentifier", "dBClusterIdentifier"],
        _ => &[],
    }
}
