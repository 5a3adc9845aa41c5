//! How many windows, destructive calls, findings and problems there are, and of
//! which kind.
//!
//! Owns: counting rows. An attempt never counts as destroyed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::model::mode::{Authorization, ModeWindow};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::report::Report;
use crate::model::severity::Severity;

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

pub(super) fn count_destructive(report: &Report) -> DestructiveCounts {
    let mut counts = DestructiveCounts::default();
    let now = report.scope.as_of;
    let too_late = |action: &DestructiveAction| {
        action.unresolved_deadline().zip(now).is_some_and(|(until, now)| until < now)
    };
    for action in &report.destructive {
        if action.outcome != Outcome::Succeeded {
            counts.attempts += 1;
            continue;
        }
        counts.succeeded += 1;
        counts.in_mode += u64::from(action.mode.is_some());
        counts.undone += u64::from(action.is_undone());
        match action.reversibility {
            Reversibility::Irreversible => counts.irreversible += 1,
            Reversibility::Recoverable | Reversibility::RecoverableUntil => match too_late(action) {
                true => counts.deadline_passed += 1,
                false => counts.recoverable += 1,
            },
            Reversibility::Unknown => counts.reversibility_unknown += 1,
            Reversibility::Rebuildable | Reversibility::Reversible => {}
        }
    }
    counts
}

/// Those that the policy suppresses are not counted.
pub(super) fn count_findings(report: &Report) -> Vec<(Severity, u64)> {
    let raised = || report.findings.iter().filter(|finding| finding.suppression.is_none());
    let count = |wanted| raised().filter(|finding| finding.severity == wanted).count() as u64;
    Severity::ALL.into_iter().rev().map(|severity| (severity, count(severity))).collect()
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
