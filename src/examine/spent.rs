//! How long the threads of a run were at each part of the work on objects.
//!
//! Owns: adding it up. Objects are timed as a whole; of their records, one in
//! [`SAMPLE`] is. Nothing of this reaches a report.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Of so many records, one is timed.
pub(super) const SAMPLE: u32 = 64;

/// A part of the work on one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Reading and inflating it.
    Inflating,
    /// Both SHA-256.
    Hashing,
    /// Finding its records.
    Decoding,
    /// Counting them, and keeping some.
    Examining,
}

impl Part {
    /// All, in the order of the work.
    pub const ALL: [Self; 4] = [Self::Inflating, Self::Hashing, Self::Decoding, Self::Examining];

    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inflating => "reading and inflating",
            Self::Hashing => "hashing",
            Self::Decoding => "decoding",
            Self::Examining => "examining records",
        }
    }
}

/// Times of all threads together, in nanoseconds.
#[derive(Debug, Default)]
pub struct Spent([AtomicU64; Part::ALL.len()]);

impl Spent {
    pub(super) fn add(&self, part: Part, time: Duration) {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0[part as usize].fetch_add(time, Ordering::Relaxed);
    }

    /// The time of all threads at this part so far.
    pub fn at(&self, part: Part) -> Duration {
        Duration::from_nanos(self.0[part as usize].load(Ordering::Relaxed))
    }
}
