//! Which time the digests cover, per account and region.
//!
//! Times only; says nothing about logs beyond counting those that lack.

use std::collections::{BTreeMap, BTreeSet};

use crate::integrity::Assessment;
use crate::integrity::standing::{Sheet, Standing};
use crate::model::time::{Day, UtcTime};

/// Time covered by the digests of one account and region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// Covered stretches in seconds, apart and in order; the end is not included.
    covered: Vec<(i64, i64)>,
    /// Listed logs that are not in the dump, by their day of delivery.
    pub(crate) missing: BTreeMap<Day, u64>,
    /// Days of delivery with a listed log that was not read as it is listed.
    pub(crate) unread: BTreeSet<Day>,
    /// Days in which a digest ends, whatever the digest is worth: a spoiled
    /// one still tells that there is a trail.
    days: BTreeSet<Day>,
}

/// What digests say of one day, or of several in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Whole hours that digests cover, and hours between the first and the last
    /// digest that none covers; `None` if there is no digest at all.
    pub hours: Option<(u64, u64)>,
    /// Listed or delivered objects that lack.
    pub missing_objects: u64,
    /// Whether digests cover the time without a gap and every log they list for
    /// it was read.
    pub complete: bool,
}

const HOUR_S: i64 = 3600;

/// Seconds without a digest that are no missing hour: seams between digests.
const SEAM_S: i64 = 60;

/// Collects the time that digests cover. A digest that failed a check covers
/// nothing.
pub(crate) fn cover(sheets: &[Sheet<'_>], standings: &[Standing], done: &mut Assessment) {
    for (sheet, standing) in sheets.iter().zip(standings) {
        let name = &sheet.digest.name;
        let hours = done.hours.entry((name.account_id.clone(), name.region.clone())).or_default();
        // The last second belongs to it, the end does not: a digest that ends at
        // midnight is one of the day before.
        hours.days.insert(sheet.digest.end.plus_seconds(-1).day());
        if !standing.is_invalid() && !name.backfill {
            hours.covered.push((sheet.digest.start.seconds(), sheet.digest.end.seconds()));
        }
    }
    for hours in done.hours.values_mut() {
        hours.covered = merged(std::mem::take(&mut hours.covered));
    }
}

fn merged(mut stretches: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    stretches.sort_unstable();
    let mut apart: Vec<(i64, i64)> = Vec::new();
    for (start, end) in stretches {
        match apart.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => apart.push((start, end)),
        }
    }
    apart
}

impl Hours {
    /// Whether a digest covers this time.
    pub(crate) fn covers(&self, time: UtcTime) -> bool {
        let at = time.seconds();
        let next = self.covered.partition_point(|(start, _)| *start <= at);
        next > 0 && at < self.covered[next - 1].1
    }

    /// Whether a digest covers some of this day.
    pub(crate) fn touches(&self, day: Day) -> bool {
        self.seconds_in(day.start().seconds(), day.next().start().seconds()) > 0
    }

    fn seconds_in(&self, from: i64, to: i64) -> i64 {
        let first = self.covered.partition_point(|(_, end)| *end <= from);
        let inside = self.covered[first..].iter().take_while(|(start, _)| *start < to);
        inside.map(|(start, end)| (*end).min(to) - (*start).max(from)).sum()
    }

    /// Days that a digest or the name of an absent object tells of.
    pub(crate) fn days(&self) -> BTreeSet<Day> {
        self.days.iter().chain(self.missing.keys()).copied().collect()
    }

    /// What digests say of the days from `day` to `until`.
    pub fn of_days(&self, day: Day, until: Day) -> Covered {
        let (from, to) = (day.start().seconds(), until.next().start().seconds());
        let covered = self.seconds_in(from, to);
        let span = match (self.covered.first(), self.covered.last()) {
            (Some((first, _)), Some((_, last))) => ((*last).min(to) - (*first).max(from)).max(0),
            _ => 0,
        };
        let lacking = span - covered;
        let missing = if lacking > SEAM_S { (lacking + HOUR_S - 1) / HOUR_S } else { 0 };
        let whole = if lacking > SEAM_S { covered } else { covered + lacking } / HOUR_S;
        let hours = (u64::try_from(whole).unwrap_or(0), u64::try_from(missing).unwrap_or(0));
        let missing_objects = self.missing.range(day..=until).map(|(_, count)| count).sum();
        let unread = self.unread.range(day..=until).next().is_some();
        Covered {
            hours: (!self.days.is_empty()).then_some(hours),
            missing_objects,
            complete: covered > 0 && missing == 0 && missing_objects == 0 && !unread,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_counted_per_day_and_gaps_lie_between_digests_only() {
        let at = |hour: i64| (hour * HOUR_S + 1048, (hour + 1) * HOUR_S + 1048);
        let covered = merged([at(3), at(1), at(2), at(30), at(6)].into());
        let hours = Hours {
            covered,
            missing: BTreeMap::from([(Day(0), 2)]),
            days: BTreeSet::from([Day(0), Day(1)]),
            ..Hours::default()
        };
        assert_eq!(hours.covered.len(), 3);
        let of = |day, until| {
            let Covered { hours, missing_objects, complete } = hours.of_days(Day(day), Day(until));
            (hours, missing_objects, complete)
        };
        assert_eq!(of(0, 0), (Some((4, 19)), 2, false));
        assert_eq!(of(1, 1), (Some((1, 7)), 0, false));
        assert_eq!(of(2, 9), (Some((0, 0)), 0, false));
        assert_eq!(Hours::default().of_days(Day(0), Day(0)).hours, None);
        assert!(hours.covers(UtcTime::from_seconds(2 * HOUR_S)));
        assert!(!hours.covers(UtcTime::from_seconds(5 * HOUR_S)));
        assert!(hours.touches(Day(1)) && !hours.touches(Day(2)));
    }

    #[test]
    fn a_day_is_complete_if_digests_cover_it_and_no_listed_log_lacks() {
        let whole = Hours { covered: vec![(0, 2 * 24 * HOUR_S)], ..Hours::default() };
        assert!(whole.of_days(Day(0), Day(1)).complete);
        let unread = Hours { unread: BTreeSet::from([Day(1)]), ..whole.clone() };
        assert!(unread.of_days(Day(0), Day(0)).complete && !unread.of_days(Day(1), Day(1)).complete);
        let missing = Hours { missing: BTreeMap::from([(Day(1), 1)]), ..whole };
        assert!(!missing.of_days(Day(1), Day(1)).complete);
        assert_eq!(missing.days(), BTreeSet::from([Day(1)]));
        assert!(!Hours::default().of_days(Day(0), Day(0)).complete);
    }
}
