//! What must be acted on first: deadlines for recovery, and incidents by them.
//!
//! Owns: which deadlines are open at the time that the report is told for, and
//! the order of what is urgent. Reads no clock.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::count::{counted, grouped as number};
use crate::model::destructive::DestructiveAction;
use crate::model::finding::Incident;
use crate::model::report::{Report, Scope};
use crate::model::severity::Severity;
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

/// Open deadlines of one actor, account, kind of call and time.
#[derive(Clone, Debug)]
pub struct DeadlineGroup<'a> {
    /// Until when.
    pub until: UtcTime,
    /// The first of the calls.
    pub action: &'a DestructiveAction,
    /// How many calls there are.
    pub calls: u64,
    /// How many things they concern.
    pub things: u64,
    /// Whether one of them is critical, or part of a critical incident.
    pub critical: bool,
}

impl DeadlineGroup<'_> {
    /// How many things are not named by the first of the first call, as the end of
    /// a list; empty if there are none.
    pub fn more(&self) -> String {
        let named = u64::from(!self.action.resources.is_empty());
        match (self.things.saturating_sub(named), self.calls) {
            (0, _) => String::new(),
            (more, 1) => format!(" and {} more", number(more)),
            (more, calls) => format!(" and {} more, in {}", number(more), counted(calls, "call")),
        }
    }

    /// The account, or that it is not known.
    pub fn account(&self) -> &str {
        self.action.account_id.as_ref().map_or("unknown", |account| account.as_str())
    }
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

/// The open ones, equal ones together: what is critical first, then by time.
pub(super) fn grouped<'a>(report: &Report, deadlines: &[Deadline<'a>]) -> Vec<DeadlineGroup<'a>> {
    let mut critical: BTreeMap<_, Vec<&Incident>> = BTreeMap::new();
    for incident in report.incidents.iter().filter(|one| one.severity == Severity::Critical) {
        critical.entry((&incident.account_id, &incident.actor)).or_default().push(incident);
    }
    let is_critical = |action: &DestructiveAction| {
        let during = |incident: &&Incident| {
            incident.started_at <= action.event_time && action.event_time <= incident.ended_at
        };
        action.severity == Severity::Critical
            || critical.get(&(&action.account_id, &action.actor)).is_some_and(|all| all.iter().any(during))
    };
    let mut groups: Vec<DeadlineGroup<'a>> = Vec::new();
    let mut places = BTreeMap::new();
    for Deadline { until, action, .. } in deadlines.iter().filter(|deadline| !deadline.passed) {
        let key = (*until, &action.account_id, &action.actor, &action.event_name);
        let place = *places.entry(key).or_insert(groups.len());
        if place == groups.len() {
            groups.push(DeadlineGroup { until: *until, action, calls: 0, things: 0, critical: false });
        }
        let Some(group) = groups.get_mut(place) else { continue };
        group.calls += 1;
        group.things += action.resource_count;
        group.critical |= is_critical(action);
    }
    groups.sort_by_key(|group| (!group.critical, group.until));
    groups
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
            "{} for recovery {} open, {} {} passed",
            counted(open, "deadline"),
            verb(open, "is", "are"),
            number(passed),
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

/// What must be acted on first: the gravest, then the nearest open deadline, then
/// the oldest. To sort by, least first. Deadlines of what is less grave are not
/// lost: heads list all open deadlines apart.
pub fn urgency(incident: &Incident) -> impl Ord + use<> {
    let none_last = |time: Option<UtcTime>| (time.is_none(), time);
    (Reverse(incident.severity), none_last(incident.next_deadline), none_last(incident.started_at))
}

/// The incidents in that order; those alike stay in the order of the table.
pub(super) fn most_urgent_first(incidents: &[Incident]) -> Vec<&Incident> {
    let mut sorted: Vec<&Incident> = incidents.iter().collect();
    sorted.sort_by_key(|incident| urgency(incident));
    sorted
}
