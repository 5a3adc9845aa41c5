//! How many objects digests say the same of, and what that means.
//!
//! Owns: these words, which all appendices share, and that objects are gone
//! through once.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::id::{AccountId, Region};
use crate::model::object::{Integrity, Object, ObjectStatus};

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

/// What one pass over the objects gives, however many they are.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    counts: BTreeMap<Option<Integrity>, u64>,
    /// Accounts and regions of which log objects were read.
    pub(super) logs_read: BTreeSet<(AccountId, Region)>,
}

impl Objects {
    /// Goes through objects.
    pub(super) fn of<O: Borrow<Object>>(objects: impl IntoIterator<Item = O>) -> Self {
        let mut all = Self::default();
        for object in objects {
            let object = object.borrow();
            *all.counts.entry(object.integrity).or_default() += 1;
            if is_read_log(object) {
                all.logs_read.extend(object.account_id.clone().zip(object.region.clone()));
            }
        }
        all
    }

    /// How many there are of a verdict.
    pub(super) fn count(&self, verdict: Integrity) -> u64 {
        self.counts.get(&Some(verdict)).copied().unwrap_or_default()
    }

    /// Each verdict of which there are objects, in the order of the enumeration.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let verdict = |(integrity, objects): (&Option<Integrity>, &u64)| Verdict {
            integrity: *integrity,
            word: integrity.map_or("not_applicable", Integrity::as_str),
            meaning: integrity.map_or("no digest ever covers objects of this kind", meaning),
            objects: *objects,
        };
        self.counts.iter().map(verdict).collect()
    }
}

/// Whether it is in a form of logs of calls, and was read. A digest lists logs and
/// is none.
fn is_read_log(object: &Object) -> bool {
    const LOGS: [&str; 4] =
        ["cloudtrail_delivery", "cloudtrail_array", "cloudtrail_lines", "cloudtrail_record"];
    LOGS.contains(&&*object.format)
        && matches!(object.status, ObjectStatus::Read | ObjectStatus::Partial | ObjectStatus::Empty)
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
