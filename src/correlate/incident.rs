//! Destructive calls and findings gathered by actor, account and time: the rows
//! of `incidents`.
//!
//! Owns: what one incident comes to. Where it ends and the next begins is
//! `burst`'s. What has no time or no actor belongs to none. Holds the incidents
//! that are open, never their parts.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::model::finding::{Finding, Incident};
use crate::model::id::{AccountId, FindingId, IncidentId, ModeName, SessionId, WindowId, stable_id};
use crate::model::severity::Severity;
use crate::model::time::UtcTime;
use crate::runs::{Filling, Room, Runs};

use super::burst::Bursts;
use super::order;

mod story;
#[cfg(test)]
mod tests;

use story::Fates;

/// The incidents of rows that come in order of time.
pub(super) struct Incidents {
    /// The time that deadlines are compared with.
    as_of: Option<UtcTime>,
    open: Bursts<(Option<AccountId>, Arc<str>), Open>,
    made: Filling<Incident>,
}

/// What the parts of an incident come to so far.
struct Open {
    account: Option<AccountId>,
    actor: Arc<str>,
    span: (UtcTime, UtcTime),
    severity: Severity,
    /// Of its calls, and of its findings.
    modes: [Option<ModeName>; 2],
    attempts: u64,
    resources: u64,
    fates: Fates,
    next_deadline: Option<UtcTime>,
    /// Title and severity of the first of its gravest findings.
    gravest: Option<(String, Severity)>,
    finding_ids: Vec<FindingId>,
    window_ids: BTreeSet<WindowId>,
    session_ids: BTreeSet<SessionId>,
}

impl Incidents {
    /// None yet. `as_of` is the time that deadlines are compared with.
    pub(super) fn new(as_of: Option<UtcTime>, room: &Arc<Room>) -> Self {
        Self { as_of, open: Bursts::new(true), made: Filling::sorted_by(room, in_order) }
    }

    /// Whether a finding stands before a call: it does if it is of an earlier time.
    pub(super) fn comes_before(finding: &Finding, action: &DestructiveAction) -> bool {
        order::none_last(finding.time) < order::none_last(action.event_time)
    }

    /// Takes in a destructive call.
    pub(super) fn acted(&mut self, action: &DestructiveAction) {
        let as_of = self.as_of;
        let of = (&action.account_id, action.actor.as_ref(), action.event_time);
        self.part(of, action.severity, |open| open.acted(action, as_of));
    }

    /// Takes in a finding. What was accepted is no part of an incident.
    pub(super) fn found(&mut self, finding: &Finding) {
        if finding.suppression.is_none() {
            let of = (&finding.account_id, finding.actor.as_ref(), finding.time);
            self.part(of, finding.severity, |open| open.found(finding));
        }
    }

    fn part(
        &mut self,
        (account, actor, time): (&Option<AccountId>, Option<&Arc<str>>, Option<UtcTime>),
        severity: Severity,
        add: impl FnOnce(&mut Open),
    ) {
        let (Some(actor), Some(time)) = (actor, time) else { return };
        let new = || Open::new(account.clone(), actor.clone(), time);
        let (open, ended) = self.open.enter((account.clone(), actor.clone()), Some(time), new);
        open.span = (open.span.0.min(time), open.span.1.max(time));
        open.severity = open.severity.max(severity);
        add(open);
        let over = ended.into_iter().chain(self.open.over(Some(time)));
        self.made.extend(over.map(Open::incident));
    }

    /// All incidents, ordered by start, account and actor.
    pub(super) fn finish(mut self) -> Runs<Incident> {
        self.made.extend(self.open.finish().map(Open::incident));
        self.made.finish()
    }
}

fn in_order(one: &Incident, other: &Incident) -> Ordering {
    fn place(incident: &Incident) -> impl Ord + '_ {
        let whose = (&incident.account_id, &incident.actor);
        (order::none_last(incident.started_at), whose, &incident.incident_id)
    }
    place(one).cmp(&place(other))
}

impl Open {
    fn new(account: Option<AccountId>, actor: Arc<str>, time: UtcTime) -> Self {
        Self {
            account,
            actor,
            span: (time, time),
            severity: Severity::Informational,
            modes: [None, None],
            attempts: 0,
            resources: 0,
            fates: Fates::default(),
            next_deadline: None,
            gravest: None,
            finding_ids: Vec::new(),
            window_ids: BTreeSet::new(),
            session_ids: BTreeSet::new(),
        }
    }

    fn acted(&mut self, action: &DestructiveAction, as_of: Option<UtcTime>) {
        if self.modes[0].is_none() {
            self.modes[0].clone_from(&action.mode);
        }
        keep(&mut self.window_ids, action.window_id.as_ref());
        keep(&mut self.session_ids, action.session_id.as_ref());
        if action.outcome != Outcome::Succeeded {
            self.attempts += 1;
            return;
        }
        self.resources += action.resource_count;
        self.fates.add(action, as_of);
        let open = |until: &UtcTime| as_of.is_none_or(|now| *until >= now);
        let deadline = action.unresolved_deadline().filter(open);
        self.next_deadline = self.next_deadline.into_iter().chain(deadline).min();
    }

    fn found(&mut self, finding: &Finding) {
        if self.modes[1].is_none() {
            self.modes[1].clone_from(&finding.mode);
        }
        if self.gravest.as_ref().is_none_or(|(_, severity)| finding.severity > *severity) {
            self.gravest = Some((finding.title.to_string(), finding.severity));
        }
        self.finding_ids.push(finding.finding_id.clone());
        keep(&mut self.window_ids, finding.window_id.as_ref());
        finding.session_ids.iter().for_each(|id| keep(&mut self.session_ids, Some(id)));
    }

    fn incident(self) -> Incident {
        let (start, end) = self.span;
        let place = self.account.as_ref().map(AccountId::as_str).unwrap_or_default();
        let [of_calls, of_findings] = self.modes;
        let that = |wanted: &[Reversibility]| self.fates.done(wanted);
        let incident = Incident {
            incident_id: IncidentId::new(stable_id("inc-", &[place, &self.actor, &start.to_string()])),
            account_id: self.account,
            mode: of_calls.or(of_findings),
            actor: Some(self.actor),
            started_at: Some(start),
            ended_at: Some(end),
            severity: self.severity,
            actions: self.fates.all(),
            attempts: self.attempts,
            resources: self.resources,
            irreversible: that(&[Reversibility::Irreversible]),
            recoverable: that(&[Reversibility::Recoverable, Reversibility::RecoverableUntil]),
            next_deadline: self.next_deadline,
            finding_ids: self.finding_ids,
            window_ids: self.window_ids,
            session_ids: self.session_ids,
            summary: String::new(),
        };
        let summary = story::of(&incident, &self.fates, self.gravest.as_ref());
        Incident { summary, ..incident }
    }
}

fn keep<T: Ord + Clone>(ids: &mut BTreeSet<T>, id: Option<&T>) {
    if let Some(id) = id.filter(|id| !ids.contains(*id)) {
        ids.insert(id.clone());
    }
}
