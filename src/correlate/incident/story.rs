//! What one incident comes to, in one plain sentence.
//!
//! Owns: its words. Counts nothing that the row does not count, but what was
//! undone, what can be made again, and which deadlines passed.

use crate::model::count::{counted, grouped};
use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::finding::{Finding, Incident};
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

/// The parts of an incident that its sentence is made of.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    /// Its destructive calls that succeeded.
    pub(super) done: &'a [&'a DestructiveAction],
    /// Its findings.
    pub(super) findings: &'a [&'a Finding],
    /// The time that deadlines are compared with.
    pub(super) as_of: Option<UtcTime>,
}

/// The sentence.
pub(super) fn of(incident: &Incident, parts: Parts<'_>) -> String {
    let actor = incident.actor.as_deref().unwrap_or("an unknown caller");
    let account = incident.account_id.as_ref().map_or("of unknown id", AccountId::as_str);
    let within = took(incident).map(|took| format!(" within {took}")).unwrap_or_default();
    let mode = incident.mode.as_ref().map(|mode| format!(", in {mode} mode")).unwrap_or_default();
    let place = format!("in account {account}{within}{mode}");
    let found = gravest(parts.findings);
    let mut text = match (incident.actions, found) {
        (0, None) => format!("{actor} destroyed nothing {place}"),
        // What was found is what there is to say.
        (0, Some(found)) => format!("{actor} {place}: {found}; nothing was destroyed"),
        (calls, found) => {
            let calls = counted(calls, "destructive call");
            let things = counted(incident.resources, "resource");
            let fates = fates(incident, parts).join(", ");
            let found = found.map(|found| format!("; {found}")).unwrap_or_default();
            format!("{actor} made {calls} on {things} {place}: {fates}{found}")
        }
    };
    if incident.attempts > 0 {
        text.push_str(&format!("; {} came to nothing", counted(incident.attempts, "attempt")));
    }
    text
}

/// The title of the gravest finding, how grave it is, and how many more there are.
fn gravest(findings: &[&Finding]) -> Option<String> {
    let first = findings.iter().rev().max_by_key(|finding| finding.severity)?;
    let more = match findings.len() - 1 {
        0 => String::new(),
        more => format!(" and {}", counted(more as u64, "more finding")),
    };
    Some(format!("{} ({}){more}", first.title, first.severity))
}

/// What can be done about the calls that were not undone, the worst first; what
/// there is none of is left out.
fn fates(incident: &Incident, Parts { done, as_of, .. }: Parts<'_>) -> Vec<String> {
    let count = |wanted: &dyn Fn(&DestructiveAction) -> bool| {
        done.iter().filter(|action| wanted(action)).count() as u64
    };
    let that = |wanted: &[Reversibility]| {
        count(&|action| !action.is_undone() && wanted.contains(&action.reversibility))
    };
    let passed = |until: UtcTime| as_of.is_some_and(|now| until < now);
    let counts = [
        (that(&[Reversibility::Irreversible]), "irreversible"),
        (that(&[Reversibility::Unknown]), "of which it is not known whether it can be undone"),
        (that(&[Reversibility::Recoverable, Reversibility::RecoverableUntil]), "recoverable"),
        (that(&[Reversibility::Rebuildable]), "to be made again"),
        (that(&[Reversibility::Reversible]), "that the opposite call undoes"),
        (count(&DestructiveAction::is_undone), "undone since"),
    ];
    let mut fates: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(count)))
        .collect();
    let late = count(&|action| action.unresolved_deadline().is_some_and(passed));
    if late > 0 {
        fates.push(format!("the deadline for {} passed", grouped(late)));
    }
    if let Some(until) = incident.next_deadline {
        fates.push(format!("act before {until}"));
    }
    fates
}

/// How long it took, in whole minutes or hours, rounded up; `None` for an
/// instant.
fn took(incident: &Incident) -> Option<String> {
    let (from, to) = incident.started_at.zip(incident.ended_at)?;
    let minutes = u64::try_from(to.seconds() - from.seconds()).ok()?.div_ceil(60);
    match minutes {
        0 => None,
        minutes if minutes <= 120 => Some(counted(minutes, "minute")),
        minutes => Some(counted(minutes.div_ceil(60), "hour")),
    }
}
