//! What was and was not read: the scope of every statement of absence.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::model::id::{AccountId, Region};
use crate::model::time::{Day, UtcTime};

/// One account, region and UTC day; or, with no objects, the first day of a
/// stretch without evidence.
#[derive(Clone, Debug)]
pub struct CoverageDay {
    /// The account.
    pub account_id: AccountId,
    /// The region.
    pub region: Region,
    /// The day, or the first day of a stretch without evidence.
    pub day: Day,
    /// The last day of a stretch without evidence; else the same day.
    pub until: Day,
    /// Objects that hold at least one record of that day.
    pub objects: u64,
    /// Records of that day, duplicates included.
    pub records: u64,
    /// Earliest event time of that day.
    pub first_event_time: Option<UtcTime>,
    /// Latest event time of that day.
    pub last_event_time: Option<UtcTime>,
    /// Whether there is nothing to read: no record, while digests cover the time
    /// and every log they list for it was read.
    pub quiet: bool,
    /// Hours of the day that a digest covers; `None` without any digest.
    pub digest_hours: Option<u64>,
    /// Hours of the day without a digest though the trail writes them.
    pub missing_digest_hours: Option<u64>,
    /// Objects that digests list, or whose delivery an event recorded, and that
    /// the dump does not hold.
    pub missing_objects: Option<u64>,
    /// Event categories seen.
    pub categories: BTreeSet<String>,
}

/// Days in a row of one account and region of which the dump holds no record
/// though it may lack some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap<'a> {
    /// The account.
    pub account_id: &'a AccountId,
    /// The region.
    pub region: &'a Region,
    /// The first day.
    pub day: Day,
    /// The last day.
    pub until: Day,
}

/// The stretches without evidence in rows that are ordered by account, region
/// and day. Days that digests prove quiet are none.
pub fn gaps(rows: &[CoverageDay]) -> Vec<Gap<'_>> {
    let mut gaps: Vec<Gap<'_>> = Vec::new();
    for row in rows.iter().filter(|row| row.objects == 0 && !row.quiet) {
        match gaps.last_mut() {
            Some(gap)
                if gap.account_id == &row.account_id
                    && gap.region == &row.region
                    && gap.until.next() == row.day =>
            {
                gap.until = row.until;
            }
            _ => gaps.push(Gap {
                account_id: &row.account_id,
                region: &row.region,
                day: row.day,
                until: row.until,
            }),
        }
    }
    gaps
}

/// How the records of a run were spent. They close: seen is the sum of the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records and entries met.
    pub seen: u64,
    /// Events, RFC records and rows of other exports kept.
    pub kept: u64,
    /// Copies of an event kept or counted from another place.
    pub duplicates: u64,
    /// Events of no interest to any table: read, understood, counted.
    pub counted_only: u64,
    /// Entries that could not be decoded, or whose form is not read.
    pub rejected: u64,
}

impl Counts {
    /// Whether every record seen is accounted for.
    pub const fn close(&self) -> bool {
        self.seen == self.kept + self.duplicates + self.counted_only + self.rejected
    }
}
