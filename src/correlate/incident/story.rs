//! What one incident comes to, in one plain sentence.
//!
//! Owns: its words. Counts nothing that the row does not count, but what was
//! undone, what can be made again, and which deadlines passed.

use std::collections::BTreeMap;

use crate::model::count::{counted, grouped};
use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::finding::Incident;
use crate::model::id::AccountId;
use crate::model::severity::Severity;
use crate::model::time::UtcTime;

/// What became of the calls of an incident that succeeded.
#[derive(Debug, Default)]
pub(super) struct Fates {
    /// By whether it was undone, and whether it can be.
    counts: BTreeMap<(bool, Reversibility), u64>,
    /// Those whose deadline passed.
    late: u64,
}

impl Fates {
    /// Takes in one call. `as_of` is the time that deadlines are compared with.
    pub(super) fn add(&mut self, action: &DestructiveAction, as_of: Option<UtcTime>) {
        *self.counts.entry((action.is_undone(), action.reversibility)).or_default() += 1;
        let passed = |until: UtcTime| as_of.is_some_and(|now| until < now);
        self.late += u64::from(action.unresolved_deadline().is_some_and(passed));
    }

    /// How many calls there are.
    pub(super) fn all(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many of them are of such a kind, undone or not.
    pub(super) fn done(&self, wanted: &[Reversibility]) -> u64 {
        self.that(|_, reversibility| wanted.contains(&reversibility))
    }

    fn that(&self, wanted: impl Fn(bool, Reversibility) -> bool) -> u64 {
        let those = self.counts.iter().filter(|((undone, reversibility), _)| wanted(*undone, *reversibility));
        those.map(|(_, count)| count).sum()
    }
}

/// The sentence. `gravest` is the title of the gravest finding, and how grave it is.
pub(super) fn of(incident: &Incident, fates: &Fates, gravest: Option<&(String, Severity)>) -> String {
    let actor = incident.actor.as_deref().unwrap_or("an unknown caller");
    let account = incident.account_id.as_ref().map_or("of unknown id", AccountId::as_str);
    let within = took(incident).map(|took| format!(" within {took}")).unwrap_or_default();
    let mode = incident.mode.as_ref().map(|mode| format!(", in {mode} mode")).unwrap_or_default();
    let place = format!("in account {account}{within}{mode}");
    let found = gravest.map(|gravest| found(gravest, incident.finding_ids.len()));
    let mut text = match (incident.actions, found) {
        (0, None) => format!("{actor} destroyed nothing {place}"),
        // What was found is what there is to say.
        (0, Some(found)) => format!("{actor} {place}: {found}; nothing was destroyed"),
        (calls, found) => {
            let calls = counted(calls, "destructive call");
            let things = counted(incident.resources, "resource");
            let fates = came_to(incident, fates).join(", ");
            let found = found.map(|found| format!("; {found}")).unwrap_or_default();
            format!("{actor} made {calls} on {things} {place}: {fates}{found}")
        }
    };
    if incident.attempts > 0 {
        text.push_str(&format!("; {} came to nothing", counted(incident.attempts, "attempt")));
    }
    text
}

/// The gravest of some findings, and how many more there are.
fn found((title, severity): &(String, Severity), count: usize) -> String {
    let more = match count - 1 {
        0 => String::new(),
        more => format!(" and {}", counted(more as u64, "more finding")),
    };
    format!("{title} ({severity}){more}")
}

/// What can be done about the calls that were not undone, the worst first; what
/// there is none of is left out.
fn came_to(incident: &Incident, fates: &Fates) -> Vec<String> {
    let that = |wanted: &[Reversibility]| {
        fates.that(|undone, reversibility| !undone && wanted.contains(&reversibility))
    };
    let counts = [
        (that(&[Reversibility::Irreversible]), "irreversible"),
        (that(&[Reversibility::Unknown]), "of which it is not known whether it can be undone"),
        (that(&[Reversibility::Recoverable, Reversibility::RecoverableUntil]), "recoverable"),
        (that(&[Reversibility::Rebuildable]), "to be made again"),
        (that(&[Reversibility::Reversible]), "that the opposite call undoes"),
        (fates.that(|undone, _| undone), "undone since"),
    ];
    let mut told: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(count)))
        .collect();
    if fates.late > 0 {
        told.push(format!("the deadline for {} passed", grouped(fates.late)));
    }
    if let Some(until) = incident.next_deadline {
        told.push(format!("act before {until}"));
    }
    told
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
