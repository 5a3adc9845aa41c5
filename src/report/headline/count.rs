//! How many windows, destructive calls and problems there are, and of which kind.
//!
//! Owns: counting rows. An attempt never counts as destroyed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::model::mode::{Authorization, ModeWindow};
use crate::model::problem::{Problem, ProblemKind};

/// How many windows there are, and of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WindowCounts {
    /// All of them.
    pub total: u64,
    /// Those with no end seen.
    pub open: u64,
    /// Those that an RFC explains.
    pub authorized: u64,
    /// Those that no RFC explains though RFC evidence covers them.
    pub unauthorized: u64,
    /// Those of which that cannot be said.
    pub unknown: u64,
}

/// How many destructive calls there are, and of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DestructiveCounts {
    /// Calls that succeeded.
    pub succeeded: u64,
    /// Calls that were denied, failed or dry runs: nothing was destroyed.
    pub attempts: u64,
    /// Succeeded, cannot be undone.
    pub irreversible: u64,
    /// Succeeded, can be undone by a known call or copy, perhaps until a deadline
    /// that has not passed at the time that the report is told for.
    pub recoverable: u64,
    /// Succeeded, reversibility unknown.
    pub reversibility_unknown: u64,
    /// Succeeded, and an event that undid it is in evidence.
    pub undone: u64,
    /// Succeeded, by a session of a mode.
    pub in_mode: u64,
    /// Succeeded, could be undone until a deadline that has passed; nothing in
    /// evidence undid it.
    pub deadline_passed: u64,
}

/// The problems of one kind.
#[derive(Clone, Debug)]
pub struct ProblemGroup<'a> {
    /// The kind.
    pub kind: ProblemKind,
    /// All of them, in the order of the table.
    pub problems: Vec<&'a Problem>,
}

pub(super) fn count_windows(windows: &[ModeWindow]) -> WindowCounts {
    let count = |wanted| windows.iter().filter(|window| window.authorization == wanted).count() as u64;
    WindowCounts {
        total: windows.len() as u64,
        open: windows.iter().filter(|window| window.closed_at.is_none()).count() as u64,
        authorized: count(Authorization::Authorized),
        unauthorized: count(Authorization::Unauthorized),
        unknown: count(Authorization::Unknown),
    }
}

impl DestructiveCounts {
    /// Counts one call; `too_late` tells that its deadline has passed.
    pub(super) fn add(&mut self, action: &DestructiveAction, too_late: bool) {
        if action.outcome != Outcome::Succeeded {
            self.attempts += 1;
            return;
        }
        self.succeeded += 1;
        self.in_mode += u64::from(action.mode.is_some());
        self.undone += u64::from(action.is_undone());
        match action.reversibility {
            Reversibility::Irreversible => self.irreversible += 1,
            Reversibility::Recoverable | Reversibility::RecoverableUntil => match too_late {
                true => self.deadline_passed += 1,
                false => self.recoverable += 1,
            },
            Reversibility::Unknown => self.reversibility_unknown += 1,
            Reversibility::Rebuildable | Reversibility::Reversible => {}
        }
    }
}

pub(super) fn group_problems(problems: &[Problem]) -> Vec<ProblemGroup<'_>> {
    let mut kinds: BTreeMap<ProblemKind, Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        kinds.entry(problem.kind).or_default().push(problem);
    }
    let mut groups: Vec<_> =
        kinds.into_iter().map(|(kind, problems)| ProblemGroup { kind, problems }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.kind.is_loss(), group.kind.severity())));
    groups
}
