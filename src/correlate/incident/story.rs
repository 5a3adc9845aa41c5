//! What one incident comes to, in one plain sentence.
//!
//! Owns: its words. Counts nothing that the row does not count, but what was
//! undone and which deadlines passed.

use crate::model::count::{counted, grouped};
use crate::model::destructive::DestructiveAction;
use crate::model::finding::Incident;
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

/// The sentence. `done` are its destructive calls that succeeded.
pub(super) fn of(incident: &Incident, done: &[&DestructiveAction], as_of: Option<UtcTime>) -> String {
    let actor = incident.actor.as_deref().unwrap_or("an unknown caller");
    let account = incident.account_id.as_ref().map_or("of unknown id", AccountId::as_str);
    let within = took(incident).map(|took| format!(" within {took}")).unwrap_or_default();
    let mode = incident.mode.as_ref().map(|mode| format!(", in {mode} mode")).unwrap_or_default();
    let mut text = match incident.actions {
        0 => format!("{actor} destroyed nothing in account {account}{within}{mode}"),
        calls => format!(
            "{actor} made {} on {} in account {account}{within}{mode}: {}",
            counted(calls, "destructive call"),
            counted(incident.resources, "resource"),
            fates(incident, done, as_of).join(", "),
        ),
    };
    if incident.attempts > 0 {
        text.push_str(&format!("; {} came to nothing", counted(incident.attempts, "attempt")));
    }
    if !incident.finding_ids.is_empty() {
        text.push_str(&format!("; {}", counted(incident.finding_ids.len() as u64, "finding")));
    }
    text
}

/// What can be done about the calls, the worst first.
fn fates(incident: &Incident, done: &[&DestructiveAction], as_of: Option<UtcTime>) -> Vec<String> {
    let undone = done.iter().filter(|action| action.is_undone()).count() as u64;
    let passed = |until: UtcTime| as_of.is_some_and(|now| until < now);
    let late = done.iter().filter(|action| action.unresolved_deadline().is_some_and(passed)).count() as u64;
    let mut fates = vec![
        format!("{} irreversible", grouped(incident.irreversible)),
        format!("{} recoverable", grouped(incident.recoverable)),
    ];
    if undone > 0 {
        fates.push(format!("{} undone since", grouped(undone)));
    }
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
