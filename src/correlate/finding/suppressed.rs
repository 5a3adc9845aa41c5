//! What a policy decides about findings that are made: their severity, and which
//! are accepted.
//!
//! Owns: that decision. No finding is ever left out; an accepted one is marked. A
//! suppression that has expired or says too little is named, and does nothing; so is
//! one that no finding is about.

use std::collections::BTreeMap;

use crate::model::destructive::DestructiveAction;
use crate::model::evidence::ObjectPath;
use crate::model::finding::{Finding, FindingSuppression};
use crate::model::id::EventId;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::UtcTime;
use crate::policy::{Named, Policy, Suppression};
use crate::runs::Runs;

use super::Facts;

/// What decides about one finding after the other.
pub(in super::super) struct Governor<'a> {
    policy: &'a Policy,
    /// The suppressions that hold, and whether a finding was one that they describe.
    held: Vec<(&'a Suppression, bool)>,
    /// Of the events of findings that a suppression of resources may be about: for
    /// each held suppression whether it covers all that the event's call names.
    covered: BTreeMap<EventId, Vec<bool>>,
}

impl<'a> Governor<'a> {
    /// Looks at what the findings rest on, if a suppression asks for it. Suppressions
    /// that do not hold at the time that the report is told for become problems.
    pub(in super::super) fn of(
        findings: &Runs<Finding>,
        facts: Facts<'a>,
        as_of: Option<UtcTime>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut governor = Self { policy: facts.policy, held: Vec::new(), covered: BTreeMap::new() };
        for suppression in facts.policy.suppressions() {
            match suppression.lack(as_of) {
                None => governor.held.push((suppression, false)),
                Some(lack) => problems.push(idle(suppression, ProblemKind::SuppressionNotApplied, &lack)),
            }
        }
        if governor.held.iter().any(|(suppression, _)| suppression.names_resource()) {
            governor.look_up(findings, facts.destructive);
        }
        governor
    }

    /// Looks at the calls of the findings that a suppression of resources may be about.
    fn look_up(&mut self, findings: &Runs<Finding>, rows: &Runs<DestructiveAction>) {
        let mut of_event: BTreeMap<EventId, Option<Vec<bool>>> = BTreeMap::new();
        for finding in findings {
            let mut narrowed = self.held.iter().filter(|(suppression, _)| suppression.names_resource());
            if lists_all(&finding) && narrowed.any(|(suppression, _)| describes(suppression, &finding)) {
                of_event.extend(finding.event_ids.iter().map(|id| (id.clone(), None)));
            }
        }
        if of_event.is_empty() {
            return;
        }
        for row in rows {
            let Some(known) = row.event_id.as_ref().and_then(|id| of_event.get_mut(id)) else { continue };
            let covers = |suppression: &Suppression| {
                !row.resources.is_empty() && things(&row).all(|thing| suppression.covers(thing))
            };
            // An id that two calls share stands for both of them.
            let all = known.get_or_insert_with(|| vec![true; self.held.len()]);
            for (all, (suppression, _)) in all.iter_mut().zip(&self.held) {
                *all = *all && covers(suppression);
            }
        }
        let found = of_event.into_iter().filter_map(|(id, covered)| Some((id, covered?)));
        self.covered = found.collect();
    }

    /// Gives a finding the severity and the suppression that the policy says.
    pub(in super::super) fn decide(&mut self, finding: &mut Finding) {
        if let Some(severity) = self.policy.severity(&finding.rule_id) {
            finding.severity = severity;
        }
        for (number, (suppression, used)) in self.held.iter_mut().enumerate() {
            if describes(suppression, finding) && is_covered(suppression, number, (finding, &self.covered)) {
                *used = true;
                finding.suppression = finding.suppression.take().or_else(|| mark(suppression));
            }
        }
    }

    /// The problems of suppressions that no finding was about.
    pub(in super::super) fn finish(self) -> impl Iterator<Item = Problem> {
        let unused = self.held.into_iter().filter(|(_, used)| !used);
        let why = "no finding of this evidence is what it describes";
        unused.map(move |(one, _)| idle(one, ProblemKind::SuppressionWithoutMatch, why))
    }
}

/// The problem of a suppression that does nothing.
fn idle(suppression: &Suppression, kind: ProblemKind, why: &str) -> Problem {
    let (rule, line) = (&suppression.rule_id, suppression.line);
    let detail =
        format!("the suppression of `{rule}` in line {line} of the policy suppresses nothing: {why}");
    Problem::of_object(&ObjectPath::new("."), kind, detail)
}

fn mark(suppression: &Suppression) -> Option<FindingSuppression> {
    Some(FindingSuppression {
        author: suppression.author.clone()?,
        reason: suppression.reason.clone()?,
        expires: suppression.expires?,
    })
}

/// Whether rule, account and actor of a finding are those of a suppression.
fn describes(suppression: &Suppression, finding: &Finding) -> bool {
    suppression.rule_id == finding.rule_id
        && suppression.concerns(finding.account_id.as_ref(), finding.actor.as_deref())
}

/// Whether a finding lists every event that it counts.
fn lists_all(finding: &Finding) -> bool {
    let listed = finding.event_ids.len() as u64;
    listed > 0 && listed >= finding.count
}

/// Whether a suppression leaves nothing out that a finding is about. One of
/// resources must cover every thing that the finding's calls name: otherwise it would
/// hide the others. Where the finding does not list all of its events, nobody knows.
fn is_covered(
    suppression: &Suppression,
    number: usize,
    (finding, covered): (&Finding, &BTreeMap<EventId, Vec<bool>>),
) -> bool {
    let covers = |id| covered.get(id).and_then(|covered| covered.get(number)).copied().unwrap_or(false);
    !suppression.names_resource() || (lists_all(finding) && finding.event_ids.iter().all(covers))
}

/// The things that a call names.
pub(super) fn things(action: &DestructiveAction) -> impl Iterator<Item = Named<'_>> {
    action.resources.iter().map(|resource| Named {
        event_source: &action.event_source,
        region: action.region.as_ref(),
        account: action.account_id.as_ref(),
        resource,
    })
}
