//! What was and was not read: the scope of every statement of absence.

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
    /// Hours of the day that a digest covers; `None` without any digest.
    pub digest_hours: Option<u64>,
    /// Hours of the day without a digest though the trail writes them.
    pub missing_digest_hours: Option<u64>,
    /// Objects listed by digests that the dump does not hold.
    pub missing_objects: Option<u64>,
    /// Event categories seen.
    pub categories: BTreeSet<String>,
}

/// How the records of a run were spent. They close: seen is the sum of the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
