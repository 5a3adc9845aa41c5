//! Destructive calls and findings gathered by actor, account and time: the rows
//! of `incidents`.
//!
//! Owns: where one incident ends and the next begins. What has no time or no
//! actor belongs to none.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::model::finding::{Finding, Incident};
use crate::model::id::{AccountId, IncidentId, stable_id};
use crate::model::severity::Severity;
use crate::model::time::UtcTime;

use super::order;

mod story;
#[cfg(test)]
mod tests;

/// Parts of one incident lie less than this apart, in microseconds.
/// Source: contract, table `incidents` ("gaps are under an hour").
const GAP_US: u64 = 3600 * 1_000_000;

/// A part of an incident.
#[derive(Clone, Copy)]
enum Part<'a> {
    Action(&'a DestructiveAction),
    Finding(&'a Finding),
}

impl<'a> Part<'a> {
    fn time(&self) -> Option<UtcTime> {
        match self {
            Self::Action(action) => action.event_time,
            Self::Finding(finding) => finding.time,
        }
    }

    fn action(&self) -> Option<&'a DestructiveAction> {
        match self {
            Self::Action(action) => Some(action),
            Self::Finding(_) => None,
        }
    }

    fn finding(&self) -> Option<&'a Finding> {
        match self {
            Self::Finding(finding) => Some(finding),
            Self::Action(_) => None,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Action(action) => action.severity,
            Self::Finding(finding) => finding.severity,
        }
    }
}

/// All incidents, ordered by start, account and actor.
///
/// `as_of` is the time that deadlines are compared with.
pub(super) fn of(
    destructive: &[DestructiveAction],
    findings: &[Finding],
    as_of: Option<UtcTime>,
) -> Vec<Incident> {
    let actions = destructive.iter().map(|action| {
        let whose = (action.account_id.clone(), action.actor.clone());
        (whose, Part::Action(action))
    });
    // What was accepted is no part of an incident.
    let claims = findings.iter().filter(|finding| finding.suppression.is_none()).map(|finding| {
        let whose = (finding.account_id.clone(), finding.actor.clone());
        (whose, Part::Finding(finding))
    });
    let mut by_actor: BTreeMap<(Option<AccountId>, Arc<str>), Vec<Part<'_>>> = BTreeMap::new();
    for ((account, actor), part) in actions.chain(claims) {
        if let (Some(actor), Some(_)) = (actor, part.time()) {
            by_actor.entry((account, actor)).or_default().push(part);
        }
    }
    let mut incidents = Vec::new();
    for ((account, actor), parts) in by_actor {
        let of_run = |run: Vec<Part<'_>>| incident((account.clone(), actor.clone()), &run, as_of);
        incidents.extend(runs(parts, Part::time).into_iter().map(of_run));
    }
    incidents.shrink_to_fit();
    incidents.sort_by_cached_key(|incident: &Incident| {
        let whose = (incident.account_id.clone(), incident.actor.clone());
        (order::none_last(incident.started_at), whose, incident.incident_id.clone())
    });
    incidents
}

/// Splits items into runs whose gaps are under an hour, oldest first. An item
/// without a time stands at the end of the last run.
pub(super) fn runs<T>(mut items: Vec<T>, time: impl Fn(&T) -> Option<UtcTime>) -> Vec<Vec<T>> {
    items.sort_by_key(|item| order::none_last(time(item)));
    let mut runs: Vec<Vec<T>> = Vec::new();
    for item in items {
        let before = runs.last().and_then(|run| run.last()).and_then(&time);
        let apart = before.zip(time(&item)).map(|(before, now)| now.micros().abs_diff(before.micros()));
        match runs.last_mut() {
            Some(run) if apart.is_none_or(|apart| apart < GAP_US) => run.push(item),
            _ => runs.push(vec![item]),
        }
    }
    runs
}

fn incident(
    (account, actor): (Option<AccountId>, Arc<str>),
    parts: &[Part<'_>],
    as_of: Option<UtcTime>,
) -> Incident {
    let actions: Vec<&DestructiveAction> = parts.iter().filter_map(Part::action).collect();
    let findings: Vec<&Finding> = parts.iter().filter_map(Part::finding).collect();
    let done: Vec<&DestructiveAction> =
        actions.iter().copied().filter(|action| action.outcome == Outcome::Succeeded).collect();
    let times: Vec<UtcTime> = parts.iter().filter_map(Part::time).collect();
    let (started_at, ended_at) = (times.iter().min().copied(), times.iter().max().copied());
    let that = |wanted: &[Reversibility]| {
        done.iter().filter(|action| wanted.contains(&action.reversibility)).count() as u64
    };
    let deadlines = done.iter().filter_map(|action| action.unresolved_deadline());
    let place = account.as_ref().map(AccountId::as_str).unwrap_or_default().to_owned();
    let start = started_at.map(|time| time.to_string()).unwrap_or_default();
    let windows = actions.iter().filter_map(|action| action.window_id.clone());
    let sessions = actions.iter().filter_map(|action| action.session_id.clone());
    let mode = actions.iter().find_map(|action| action.mode.clone());
    let incident = Incident {
        incident_id: IncidentId::new(stable_id("inc-", &[&place, &actor, &start])),
        account_id: account,
        mode: mode.or_else(|| findings.iter().find_map(|finding| finding.mode.clone())),
        actor: Some(actor),
        started_at,
        ended_at,
        severity: parts.iter().map(Part::severity).max().unwrap_or(Severity::Informational),
        actions: done.len() as u64,
        attempts: (actions.len() - done.len()) as u64,
        resources: done.iter().map(|action| action.resource_count).sum(),
        irreversible: that(&[Reversibility::Irreversible]),
        recoverable: that(&[Reversibility::Recoverable, Reversibility::RecoverableUntil]),
        next_deadline: deadlines.filter(|until| as_of.is_none_or(|now| *until >= now)).min(),
        finding_ids: findings.iter().map(|finding| finding.finding_id.clone()).collect(),
        window_ids: windows.chain(findings.iter().filter_map(|finding| finding.window_id.clone())).collect(),
        session_ids: sessions
            .chain(findings.iter().flat_map(|finding| finding.session_ids.iter().cloned()))
            .collect(),
        summary: String::new(),
    };
    let parts = story::Parts { done: &done, findings: &findings, as_of };
    Incident { summary: story::of(&incident, parts), ..incident }
}
