//! How many objects digests say the same of, and what that means.
//!
//! Owns: these words, which all appendices share.

use std::collections::BTreeMap;

use crate::model::object::Integrity;
use crate::model::report::Report;

/// Objects of which digests say the same.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// What they say; `None` for objects of a kind that no digest covers.
    pub integrity: Option<Integrity>,
    /// The word of the table.
    pub word: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// How many objects there are.
    pub objects: u64,
}

/// Each verdict of which there are objects, in the order of the enumeration.
pub fn verdicts(report: &Report) -> Vec<Verdict> {
    let mut counts: BTreeMap<Option<Integrity>, u64> = BTreeMap::new();
    for object in &report.objects {
        *counts.entry(object.integrity).or_default() += 1;
    }
    let verdict = |(integrity, objects): (Option<Integrity>, u64)| Verdict {
        integrity,
        word: integrity.map_or("not_applicable", Integrity::as_str),
        meaning: integrity.map_or("no digest ever covers objects of this kind", meaning),
        objects,
    };
    counts.into_iter().map(verdict).collect()
}

const fn meaning(verdict: Integrity) -> &'static str {
    match verdict {
        Integrity::Signed => "covered by a digest whose signature verified",
        Integrity::HashChained => "covered by a digest that a later digest's hash anchors; no key",
        Integrity::HashListed => "its hash equals the one in a digest that is itself not verified",
        Integrity::Unreferenced => "digests of its trail are in the dump and none lists it",
        Integrity::Modified => "a digest lists another hash for it",
        Integrity::Missing => "a digest lists it and the dump does not hold it",
        Integrity::TrailingData => "bytes follow the first gzip member, which no digest covers",
        Integrity::NoDigest => "no digest of its account, region and time: alterations cannot be seen",
    }
}
