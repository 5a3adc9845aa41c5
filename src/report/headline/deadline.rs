//! What must be acted on first: deadlines for recovery, and incidents by them.
//!
//! Owns: which deadlines are open at the time that the report is told for, and
//! the order of what is urgent. Reads no clock.

use std::cmp::Reverse;

use crate::model::count::counted;
use crate::model::destructive::DestructiveAction;
use crate::model::finding::Incident;
use crate::model::report::{Report, Scope};
use crate::model::time::UtcTime;

/// A destructive call that can be undone until a known time, and of which no
/// undoing is in evidence.
#[derive(Clone, Copy, Debug)]
pub struct Deadline<'a> {
    /// Until when.
    pub until: UtcTime,
    /// Whether that was before the time that the report is told for.
    pub passed: bool,
    /// The call.
    pub action: &'a DestructiveAction,
}

/// The deadlines, open ones first, each kind by its time.
pub(super) fn of(report: &Report) -> Vec<Deadline<'_>> {
    let as_of = report.scope.as_of;
    let with_deadline =
        report.destructive.iter().filter_map(|action| Some((action.unresolved_deadline()?, action)));
    let mut deadlines: Vec<_> = with_deadline
        .map(|(until, action)| Deadline { until, passed: as_of.is_some_and(|now| until < now), action })
        .collect();
    deadlines.sort_by_key(|deadline| (deadline.passed, deadline.until));
    deadlines
}

/// How many deadlines are open and how many passed, and by when; `None` if
/// there are none.
pub(super) fn sentence(deadlines: &[Deadline<'_>], scope: &Scope) -> Option<String> {
    let passed = deadlines.iter().filter(|deadline| deadline.passed).count() as u64;
    let open = deadlines.len() as u64 - passed;
    let verb = |count: u64, one: &'static str, more: &'static str| if count == 1 { one } else { more };
    let told = match (open, passed) {
        (0, 0) => return None,
        (open, 0) => format!("{} for recovery {} open", counted(open, "deadline"), verb(open, "is", "are")),
        (0, passed) => {
            format!("{} for recovery {} passed", counted(passed, "deadline"), verb(passed, "has", "have"))
        }
        (open, passed) => format!(
            "{} for recovery {} open, {passed} {} passed",
            counted(open, "deadline"),
            verb(open, "is", "are"),
            verb(passed, "has", "have"),
        ),
    };
    Some(format!("{}, {told}.", as_of(scope)?))
}

/// The time that the report is told for, and why that one.
fn as_of(scope: &Scope) -> Option<String> {
    let why = if scope.as_of_given { "given with --as-of" } else { "the end of the evidence" };
    Some(format!("As of {} ({why})", scope.as_of?))
}

/// What must be acted on first: the nearest open deadline, then the gravest,
/// then the oldest. To sort by, least first.
pub fn urgency(incident: &Incident) -> impl Ord + use<> {
    let none_last = |time: Option<UtcTime>| (time.is_none(), time);
    (none_last(incident.next_deadline), Reverse(incident.severity), none_last(incident.started_at))
}

/// The incidents in that order; those alike stay in the order of the table.
pub(super) fn most_urgent_first(incidents: &[Incident]) -> Vec<&Incident> {
    let mut sorted: Vec<&Incident> = incidents.iter().collect();
    sorted.sort_by_key(|incident| urgency(incident));
    sorted
}
