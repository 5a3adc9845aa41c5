//! What one pass over the destructive calls gives, however many they are.
//!
//! Owns: that they are gone through once for all heads and pictures, and that no
//! more of them is held than what is shown. An attempt never counts as destroyed.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::model::id::AccountId;
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::time::UtcTime;
use crate::report::sorted::{First, Sorted, Sorting};
use crate::runs::{Filling, Row, Runs};

use super::LISTED_MAX;
use super::count::DestructiveCounts;

/// Calls held of those that are gone for good.
const GONE_MAX: usize = 16;

/// What the destructive calls come to.
#[derive(Clone, Debug)]
pub struct Calls<'a> {
    /// How many there are, and of which kind.
    pub counts: DestructiveCounts,
    /// Those that succeeded, gravest first, then in the order of the table; the
    /// first [`LISTED_MAX`] of them.
    pub gravest: Vec<Cow<'a, DestructiveAction>>,
    /// What succeeded, cannot be undone and was not, in the same order; the first
    /// few.
    pub gone: Vec<Cow<'a, DestructiveAction>>,
    /// How many there are of those.
    pub gone_count: u64,
    /// How many records behind them are anchored how well.
    pub grades: BTreeMap<SourceGrade, u64>,
    /// By technique, how many succeeded and how many did not.
    pub techniques: BTreeMap<String, (u64, u64)>,
    /// Those that have a time, in order of time.
    pub timed: Runs<Timed>,
    /// The accounts that they name.
    pub accounts: Vec<Option<AccountId>>,
    /// Those with an open deadline, the nearest first.
    pub(super) open: Sorted<'a, DestructiveAction>,
    /// Those with a deadline that has passed, the oldest first.
    pub(super) passed: Sorted<'a, DestructiveAction>,
}

/// When a call was made, and what became of it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Timed {
    /// Microseconds since 1970.
    pub micros: i64,
    /// Its place in [`Calls::accounts`].
    pub account: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it can be undone.
    pub reversibility: Reversibility,
}

impl Row for Timed {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl<'a> Calls<'a> {
    /// Goes through those of a report.
    pub(super) fn of(report: &'a Report) -> Self {
        let mut pass = Pass::over(report);
        for action in &report.destructive {
            pass.take(action);
        }
        pass.finish()
    }
}

/// A key by which the gravest come first.
type Gravest<'a> = First<Reverse<Severity>, Cow<'a, DestructiveAction>>;

struct Pass<'a> {
    as_of: Option<UtcTime>,
    counts: DestructiveCounts,
    gravest: Gravest<'a>,
    gone: Gravest<'a>,
    grades: BTreeMap<SourceGrade, u64>,
    techniques: BTreeMap<String, (u64, u64)>,
    timed: Filling<Timed>,
    accounts: BTreeMap<Option<AccountId>, usize>,
    open: Sorting<'a, DestructiveAction>,
    passed: Sorting<'a, DestructiveAction>,
}

impl<'a> Pass<'a> {
    fn over(report: &Report) -> Self {
        let list = &report.destructive;
        let by_deadline = || {
            Sorting::of(list, |one: &DestructiveAction, other: &DestructiveAction| {
                one.unresolved_deadline().cmp(&other.unresolved_deadline())
            })
        };
        Self {
            as_of: report.scope.as_of,
            counts: DestructiveCounts::default(),
            gravest: First::new(LISTED_MAX),
            gone: First::new(GONE_MAX),
            grades: BTreeMap::new(),
            techniques: BTreeMap::new(),
            timed: Filling::sorted_by(&list.room(), |one: &Timed, other| one.micros.cmp(&other.micros)),
            accounts: BTreeMap::new(),
            open: by_deadline(),
            passed: by_deadline(),
        }
    }

    fn take(&mut self, action: Cow<'a, DestructiveAction>) {
        let too_late = action.unresolved_deadline().map(|until| self.as_of.is_some_and(|now| until < now));
        self.counts.add(&action, too_late == Some(true));
        *self.grades.entry(action.source_grade).or_default() += 1;
        self.note_technique(&action);
        self.note_time(&action);
        if action.outcome == Outcome::Succeeded {
            let key = Reverse(action.severity);
            self.gravest.offer(key, || action.clone());
            if action.reversibility == Reversibility::Irreversible && !action.is_undone() {
                self.gone.offer(key, || action.clone());
            }
        }
        match too_late {
            Some(true) => self.passed.push(action),
            Some(false) => self.open.push(action),
            None => {}
        }
    }

    fn note_technique(&mut self, action: &DestructiveAction) {
        let Some(id) = action.technique_id.as_deref() else { return };
        let succeeded = action.outcome == Outcome::Succeeded;
        let more = (u64::from(succeeded), u64::from(!succeeded));
        match self.techniques.get_mut(id) {
            Some(seen) => *seen = (seen.0 + more.0, seen.1 + more.1),
            None => {
                self.techniques.insert(id.to_owned(), more);
            }
        }
    }

    fn note_time(&mut self, action: &DestructiveAction) {
        let Some(time) = action.event_time else { return };
        let next = self.accounts.len();
        let account = match self.accounts.get(&action.account_id) {
            Some(account) => *account,
            None => *self.accounts.entry(action.account_id.clone()).or_insert(next),
        };
        let (outcome, reversibility) = (action.outcome, action.reversibility);
        self.timed.push(Timed { micros: time.micros(), account, outcome, reversibility });
    }

    fn finish(self) -> Calls<'a> {
        let mut accounts: Vec<_> = self.accounts.into_iter().collect();
        accounts.sort_by_key(|(_, place)| *place);
        Calls {
            counts: self.counts,
            gravest: self.gravest.into_rows(),
            gone_count: self.gone.offered,
            gone: self.gone.into_rows(),
            grades: self.grades,
            techniques: self.techniques,
            timed: self.timed.finish(),
            accounts: accounts.into_iter().map(|(account, _)| account).collect(),
            open: self.open.finish(),
            passed: self.passed.finish(),
        }
    }
}
