//! Which days have evidence, counted for each account and region, and which
//! have none.
//!
//! Owns: counting days, and the order in which stretches without evidence are
//! named. A day that digests prove quiet has evidence. Decides nothing about
//! what happened on a day that has none.

use std::cmp::Reverse;

use crate::model::count::{counted, grouped};
use crate::model::coverage::CoverageDay;
use crate::model::id::{AccountId, Region};
use crate::model::report::Report;
use crate::model::time::Day;

/// Stretches named in one sentence.
const NAMED_MAX: usize = 3;

/// Days in a row of one account and region that have no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch<'a> {
    /// The account.
    pub account_id: &'a AccountId,
    /// The region.
    pub region: &'a Region,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// Where it lies.
    pub place: Place,
}

/// Where days without evidence lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Days with evidence lie on both sides.
    Between,
    /// Before the first day with evidence, or after the last.
    Beside,
    /// The account and region has no day with evidence; only digests and deliveries
    /// tell of it.
    Alone,
}

impl Place {
    /// What an appendix says of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Between => "between days with evidence",
            Self::Beside => "before or after days with evidence",
            Self::Alone => "no day has evidence",
        }
    }
}

/// What an appendix says where no day lacks evidence.
pub fn none_lacking(report: &Report) -> &'static str {
    if report.coverage.is_empty() {
        "No record tells of any account, region and day."
    } else {
        "Every account and region has evidence of every day, from the first event to the last."
    }
}

impl Stretch<'_> {
    const fn days(&self) -> u64 {
        self.until.0.abs_diff(self.from.0) + 1
    }
}

/// The days of a report, from its first event to its last.
#[derive(Clone, Debug, Default)]
pub(super) struct Days<'a> {
    /// Days that have evidence.
    pub(super) with: u64,
    /// All days.
    pub(super) all: u64,
    /// How many accounts and regions they are counted for.
    pub(super) pairs: u64,
    /// Stretches without evidence: those between days that have some first, by
    /// account, region and day, then the longest. Digests and deliveries also tell of days before
    /// the first event and after the last.
    pub(super) stretches: Vec<Stretch<'a>>,
}

impl<'a> Days<'a> {
    /// The days of that report; none if no event has a time.
    pub(super) fn of(report: &'a Report) -> Self {
        let mut days = Self::default();
        let (Some(first), Some(last)) = (report.scope.first_event_time, report.scope.last_event_time) else {
            return days;
        };
        let span = (first.day(), last.day());
        let pair = |row: &CoverageDay| (row.account_id.clone(), row.region.clone());
        for rows in report.coverage.chunk_by(|a, b| pair(a) == pair(b)) {
            days.add(rows, span);
        }
        days.stretches.sort_by_key(|stretch| match stretch.place {
            Place::Between => (0, Reverse(0)),
            Place::Beside => (1, Reverse(stretch.days())),
            Place::Alone => (2, Reverse(stretch.days())),
        });
        days
    }

    /// Adds the rows of one account and region, which are ordered by day.
    fn add(&mut self, rows: &'a [CoverageDay], (first, last): (Day, Day)) {
        let Some(CoverageDay { account_id, region, .. }) = rows.first() else { return };
        let (from, until) = rows
            .iter()
            .filter(|row| !has_evidence(row))
            .fold((first, last), |(from, until), row| (from.min(row.day), until.max(row.until)));
        self.pairs += 1;
        self.all += last.0.abs_diff(first.0) + 1;
        let mut next = from;
        let mut some_before = false;
        for row in rows.iter().filter(|row| has_evidence(row)) {
            let inside = row.day.max(first).0..=row.until.min(last).0;
            self.with += if inside.is_empty() { 0 } else { inside.end().abs_diff(*inside.start()) + 1 };
            if next < row.day {
                let until = Day(row.day.0 - 1);
                let place = if some_before { Place::Between } else { Place::Beside };
                self.stretches.push(Stretch { account_id, region, from: next, until, place });
            }
            next = next.max(row.until.next());
            some_before = true;
        }
        if next <= until {
            let place = if some_before { Place::Beside } else { Place::Alone };
            self.stretches.push(Stretch { account_id, region, from: next, until, place });
        }
    }

    /// Whether every day of every account and region has evidence.
    pub(super) const fn are_complete(&self) -> bool {
        self.with == self.all && self.stretches.is_empty()
    }

    /// How many of them have evidence, to be put after a verb.
    pub(super) fn told(&self) -> String {
        let each = if self.pairs == 1 { "" } else { " counted for each account and region" };
        format!("with evidence on {} of {}{each}", grouped(self.with), counted(self.all, "day"))
    }

    /// The first stretches without evidence; `None` if there are none. Accounts and
    /// regions without any day of evidence are told apart, by name.
    pub(super) fn sentence(&self) -> Option<String> {
        let lacking: Vec<_> = self.stretches.iter().filter(|one| one.place != Place::Alone).collect();
        let days = lacking.iter().map(|one| one.days()).sum();
        let name = |one: &Stretch<'_>| {
            let when = if one.from == one.until {
                format!("on {}", one.from)
            } else {
                format!("from {} to {}", one.from, one.until)
            };
            format!("{} in {} {when}", one.account_id, one.region)
        };
        let named: Vec<String> = lacking.iter().take(NAMED_MAX).map(|one| name(one)).collect();
        let more = match lacking.len() - named.len() {
            0 => String::new(),
            1 => " and 1 more stretch".to_owned(),
            more => format!(" and {} more stretches", grouped(more as u64)),
        };
        (!named.is_empty()).then(|| {
            format!(
                "No evidence on {} of an account and region: {}{more}; nothing was done there then, or it \
                 cannot be seen.",
                counted(days, "day"),
                named.join("; "),
            )
        })
    }
}

fn has_evidence(row: &CoverageDay) -> bool {
    row.objects > 0 || row.quiet
}
