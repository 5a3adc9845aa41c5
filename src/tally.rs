//! Counting without keeping: what an object's records were about, and its
//! problems up to a bound.
//!
//! Counts only; knows no field's meaning and drops nothing uncounted.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::limits::PROBLEMS_PER_KIND_MAX;
use crate::model::coverage::CoverageDay;
use crate::model::id::{AccountId, Region};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::{Day, UtcTime};

/// Records of one account, region and day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct DayTally {
    records: u64,
    first: Option<UtcTime>,
    last: Option<UtcTime>,
    categories: BTreeSet<String>,
}

/// Account, region and day; any may be unknown.
type DayKey = (Option<AccountId>, Option<Region>, Option<Day>);

/// Counts per account, region and day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    days: Vec<(DayKey, DayTally)>,
    /// Places of days, while records are added.
    #[serde(skip)]
    index: BTreeMap<DayKey, usize>,
    /// The place used last: records of one object mostly share it.
    latest: usize,
}

impl Tally {
    /// No more records follow.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.days.shrink_to_fit();
        Self { days: self.days, index: BTreeMap::new(), latest: 0 }
    }

    /// Bytes that it takes, roughly.
    pub fn bytes(&self) -> usize {
        let categories =
            |day: &DayTally| day.categories.iter().map(|one| one.len() + 24).sum::<usize>() + 256;
        self.days.iter().map(|(_, day)| size_of::<(DayKey, DayTally)>() + categories(day)).sum()
    }

    /// Counts one record.
    pub fn add(
        &mut self,
        account: Option<&AccountId>,
        region: Option<&str>,
        time: Option<UtcTime>,
        category: Option<&str>,
    ) {
        let day = time.map(UtcTime::day);
        let same = self.days.get(self.latest).is_some_and(|((a, r, d), _)| {
            a.as_ref() == account && r.as_ref().map(Region::as_str) == region && *d == day
        });
        if !same {
            let key = (account.cloned(), region.map(Region::from), day);
            let next = self.days.len();
            self.latest = *self.index.entry(key.clone()).or_insert(next);
            if self.latest == next {
                self.days.push((key, DayTally::default()));
            }
        }
        let tally = &mut self.days[self.latest].1;
        tally.records += 1;
        tally.first = earlier(tally.first, time);
        tally.last = tally.last.max(time);
        if let Some(category) = category
            && !tally.categories.contains(category)
        {
            tally.categories.insert(category.to_owned());
        }
    }

    /// The account and the region that all records agree on.
    pub fn agreed(&self) -> (Option<AccountId>, Option<Region>) {
        let accounts: BTreeSet<_> = self.days.iter().map(|((account, _, _), _)| account).collect();
        let regions: BTreeSet<_> = self.days.iter().map(|((_, region, _), _)| region).collect();
        let account = if accounts.len() == 1 { accounts.into_iter().next().cloned().flatten() } else { None };
        let region = if regions.len() == 1 { regions.into_iter().next().cloned().flatten() } else { None };
        (account, region)
    }

    /// Earliest and latest event time.
    pub fn span(&self) -> (Option<UtcTime>, Option<UtcTime>) {
        let first = self.days.iter().filter_map(|(_, tally)| tally.first).min();
        let last = self.days.iter().filter_map(|(_, tally)| tally.last).max();
        (first, last)
    }
}

/// The earlier of two times, where nothing is later than anything.
fn earlier(a: Option<UtcTime>, b: Option<UtcTime>) -> Option<UtcTime> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The tallies of all objects, added up.
#[derive(Debug, Default)]
pub struct Days {
    days: BTreeMap<(AccountId, Region, Day), (u64, DayTally)>,
    /// Event categories seen.
    pub categories: BTreeSet<String>,
    /// Earliest event time.
    pub first: Option<UtcTime>,
    /// Latest event time.
    pub last: Option<UtcTime>,
}

impl Days {
    /// Adds the tally of an object.
    ///
    /// Records without an account, a region or a time cover nothing and make no row.
    pub fn add(&mut self, tally: &Tally) {
        let (first, last) = tally.span();
        self.first = earlier(self.first, first);
        self.last = self.last.max(last);
        for ((account, region, day), one) in &tally.days {
            for category in &one.categories {
                if !self.categories.contains(category) {
                    self.categories.insert(category.clone());
                }
            }
            let (Some(account), Some(region), Some(day)) = (account, region, day) else { continue };
            let place = (account.clone(), region.clone(), *day);
            let (objects, merged) = self.days.entry(place).or_default();
            *objects += 1;
            merged.records += one.records;
            merged.first = earlier(merged.first, one.first);
            merged.last = merged.last.max(one.last);
            merged.categories.extend(one.categories.iter().cloned());
        }
    }

    /// The coverage table: a row per account, region and day, and a row per stretch
    /// without evidence between the first and the last day of that account and
    /// region. `told` are days that have a row even without a record, because digests
    /// or deliveries tell of them.
    pub fn coverage<'t>(
        &self,
        told: impl Iterator<Item = (&'t AccountId, &'t Region, Day)>,
    ) -> Vec<CoverageDay> {
        let none = (0, DayTally::default());
        let mut days: BTreeMap<(&AccountId, &Region, Day), &(u64, DayTally)> =
            told.map(|place| (place, &none)).collect();
        days.extend(self.days.iter().map(|((account, region, day), one)| ((account, region, *day), one)));
        let mut rows: Vec<CoverageDay> = Vec::new();
        for ((account, region, day), (objects, one)) in days {
            if let Some(before) = rows.last()
                && &before.account_id == account
                && &before.region == region
                && before.day.next() < day
            {
                rows.push(blank(account, region, (before.day.next(), Day(day.0 - 1))));
            }
            rows.push(CoverageDay {
                objects: *objects,
                records: one.records,
                first_event_time: one.first,
                last_event_time: one.last,
                categories: one.categories.clone(),
                ..blank(account, region, (day, day))
            });
        }
        rows
    }
}

/// A row of which nothing is known yet.
fn blank(account: &AccountId, region: &Region, (day, until): (Day, Day)) -> CoverageDay {
    CoverageDay {
        account_id: account.clone(),
        region: region.clone(),
        day,
        until,
        objects: 0,
        records: 0,
        first_event_time: None,
        last_event_time: None,
        quiet: false,
        digest_hours: None,
        missing_digest_hours: None,
        missing_objects: None,
        categories: BTreeSet::new(),
    }
}

/// The problems of one object, bounded per kind.
#[derive(Debug, Default)]
pub struct ProblemList {
    problems: Vec<Problem>,
    counts: BTreeMap<ProblemKind, u64>,
}

impl ProblemList {
    /// Adds one; past the bound it is only counted.
    pub fn add(&mut self, problem: Problem) {
        let count = self.counts.entry(problem.kind).or_default();
        *count += 1;
        if *count <= PROBLEMS_PER_KIND_MAX {
            self.problems.push(problem);
        }
    }

    /// Adds several.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.add(problem);
        }
    }

    /// All of them, and one more row for each kind that went past the bound.
    pub fn finish(mut self) -> Vec<Problem> {
        for (kind, count) in self.counts {
            let Some(more) = count.checked_sub(PROBLEMS_PER_KIND_MAX).filter(|more| *more > 0) else {
                continue;
            };
            let Some(first) = self.problems.iter().find(|problem| problem.kind == kind) else { continue };
            let detail = format!("{more} more of this kind in this object");
            let row = Problem::of_object(&first.object, kind, detail);
            self.problems.push(row);
        }
        self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_between_days_are_rows_and_unknowns_are_not() {
        let mut tally = Tally::default();
        let account = AccountId::from("111122223333");
        let mut add = |text: &str, region: Option<&str>| {
            tally.add(Some(&account), region, UtcTime::parse(text), Some("Management"));
        };
        add("2026-01-05T00:00:00Z", Some("eu-west-1"));
        add("2026-01-01T23:59:59Z", Some("eu-west-1"));
        add("2026-01-01T00:00:00Z", Some("eu-west-1"));
        add("2026-01-09T00:00:00Z", Some("us-east-1"));
        add("2026-01-09T00:00:00Z", None);
        add("no time", Some("eu-west-1"));
        let shown = |rows: &[CoverageDay]| -> Vec<String> {
            rows.iter()
                .map(|row| {
                    format!("{} {} {} {} {}", row.region, row.day, row.until, row.objects, row.records)
                })
                .collect()
        };
        let mut days = Days::default();
        days.add(&tally);
        let rows = days.coverage(std::iter::empty());
        assert_eq!(
            shown(&rows),
            [
                "eu-west-1 2026-01-01 2026-01-01 1 2",
                "eu-west-1 2026-01-02 2026-01-04 0 0",
                "eu-west-1 2026-01-05 2026-01-05 1 1",
                "us-east-1 2026-01-09 2026-01-09 1 1",
            ]
        );
        // Days that digests tell of have rows too, and what lies between is closed.
        let (region, other) = (Region::from("eu-west-1"), Region::from("sa-east-1"));
        let day = |text: &str| Day::parse(text).expect("a day");
        let told = [
            (&account, &region, day("2026-01-03")),
            (&account, &region, day("2026-01-07")),
            (&account, &other, day("2026-01-01")),
        ];
        let mut days = Days::default();
        days.add(&tally);
        let rows = days.coverage(told.into_iter());
        assert_eq!(
            shown(&rows),
            [
                "eu-west-1 2026-01-01 2026-01-01 1 2",
                "eu-west-1 2026-01-02 2026-01-02 0 0",
                "eu-west-1 2026-01-03 2026-01-03 0 0",
                "eu-west-1 2026-01-04 2026-01-04 0 0",
                "eu-west-1 2026-01-05 2026-01-05 1 1",
                "eu-west-1 2026-01-06 2026-01-06 0 0",
                "eu-west-1 2026-01-07 2026-01-07 0 0",
                "sa-east-1 2026-01-01 2026-01-01 0 0",
                "us-east-1 2026-01-09 2026-01-09 1 1",
            ]
        );
        let gaps: Vec<String> = crate::model::coverage::gaps(&rows)
            .iter()
            .map(|gap| format!("{} {} {}", gap.region, gap.day, gap.until))
            .collect();
        assert_eq!(
            gaps,
            [
                "eu-west-1 2026-01-02 2026-01-04",
                "eu-west-1 2026-01-06 2026-01-07",
                "sa-east-1 2026-01-01 2026-01-01",
            ]
        );
        assert_eq!(tally.agreed().0, Some(account));
        assert_eq!(tally.agreed().1, None);
    }

    #[test]
    fn problems_past_the_bound_are_counted() {
        let mut list = ProblemList::default();
        let object = crate::model::evidence::ObjectPath::new("o");
        for _ in 0..PROBLEMS_PER_KIND_MAX + 7 {
            list.add(Problem::of_object(&object, ProblemKind::WrongType, "x"));
        }
        let problems = list.finish();
        assert_eq!(problems.len() as u64, PROBLEMS_PER_KIND_MAX + 1);
        assert_eq!(
            problems.last().map(|problem| problem.detail.as_str()),
            Some("7 more of this kind in this object")
        );
    }
}
