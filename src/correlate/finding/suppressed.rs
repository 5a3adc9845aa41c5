//! What a policy decides about findings that are made: their severity, and which
//! are accepted.
//!
//! Owns: that decision. No finding is ever left out; an accepted one is marked. A
//! suppression that has expired or says too little is named, and does nothing; so is
//! one that no finding is about.

use std::collections::BTreeMap;

use crate::limits::FINDING_EVENTS_MAX;
use crate::model::destructive::DestructiveAction;
use crate::model::evidence::ObjectPath;
use crate::model::finding::{Finding, FindingSuppression};
use crate::model::id::{EventId, FindingId};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::UtcTime;
use crate::policy::{Named, Policy, Suppression};
use crate::runs::Runs;

use super::claim::Claim;

/// Of a finding, for each suppression that holds, whether it covers all that the
/// finding's calls name.
pub(in super::super) type Covered = BTreeMap<FindingId, Vec<bool>>;

/// What decides about one finding after the other.
pub(in super::super) struct Governor<'a> {
    policy: &'a Policy,
    /// The suppressions that hold.
    held: Vec<&'a Suppression>,
    /// Whether a finding was one that they describe.
    used: Vec<bool>,
    /// For the events of findings what [`Covered`] tells of whole findings.
    of_event: BTreeMap<EventId, Vec<bool>>,
    of_finding: Covered,
}

impl<'a> Governor<'a> {
    /// Suppressions that do not hold at the time that the report is told for become
    /// problems.
    pub(in super::super) fn of(
        policy: &'a Policy,
        as_of: Option<UtcTime>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut held = Vec::new();
        for suppression in policy.suppressions() {
            match suppression.lack(as_of) {
                None => held.push(suppression),
                Some(lack) => problems.push(idle(suppression, ProblemKind::SuppressionNotApplied, &lack)),
            }
        }
        let used = vec![false; held.len()];
        Self { policy, held, used, of_event: BTreeMap::new(), of_finding: BTreeMap::new() }
    }

    /// The suppressions of which must be asked whether they cover a call; none if no
    /// suppression names resources.
    pub(in super::super) fn asked(&self) -> &[&'a Suppression] {
        let narrowed = self.held.iter().any(|suppression| suppression.names_resource());
        if narrowed { &self.held } else { &[] }
    }

    /// Looks at the calls of the findings that a suppression of resources may be
    /// about. `of_finding` tells of those that do not list all of their events.
    pub(in super::super) fn look_up(
        &mut self,
        findings: &Runs<Finding>,
        rows: &Runs<DestructiveAction>,
        of_finding: Covered,
    ) {
        self.of_finding = of_finding;
        let mut wanted: BTreeMap<EventId, Option<Vec<bool>>> = BTreeMap::new();
        if self.asked().is_empty() {
            return;
        }
        for finding in findings {
            let mut narrowed = self.held.iter().filter(|suppression| suppression.names_resource());
            if lists_all(&finding) && narrowed.any(|suppression| describes(suppression, &finding)) {
                wanted.extend(finding.event_ids.iter().map(|id| (id.clone(), None)));
            }
        }
        if wanted.is_empty() {
            return;
        }
        for row in rows {
            let Some(known) = row.event_id.as_ref().and_then(|id| wanted.get_mut(id)) else { continue };
            // An id that two calls share stands for both of them.
            let all = known.get_or_insert_with(|| vec![true; self.held.len()]);
            for (all, suppression) in all.iter_mut().zip(&self.held) {
                *all = *all && covers(suppression, &row);
            }
        }
        self.of_event = wanted.into_iter().filter_map(|(id, covered)| Some((id, covered?))).collect();
    }

    /// Gives a finding the severity and the suppression that the policy says.
    pub(in super::super) fn decide(&mut self, finding: &mut Finding) {
        if let Some(severity) = self.policy.severity(&finding.rule_id) {
            finding.severity = severity;
        }
        for (number, suppression) in self.held.iter().enumerate() {
            if describes(suppression, finding) && self.leaves_nothing_out(number, finding) {
                self.used[number] = true;
                finding.suppression = finding.suppression.take().or_else(|| mark(suppression));
            }
        }
    }

    /// Whether a suppression leaves nothing out that a finding is about. One of
    /// resources must cover every thing that the finding's calls name: otherwise it
    /// would hide the others. Where nobody knows, it does not.
    fn leaves_nothing_out(&self, number: usize, finding: &Finding) -> bool {
        let is_true = |covered: Option<&Vec<bool>>| {
            covered.and_then(|covered| covered.get(number)).copied().unwrap_or(false)
        };
        !self.held[number].names_resource()
            || is_true(self.of_finding.get(&finding.finding_id))
            || (lists_all(finding) && finding.event_ids.iter().all(|id| is_true(self.of_event.get(id))))
    }

    /// The problems of suppressions that no finding was about.
    pub(in super::super) fn finish(self) -> impl Iterator<Item = Problem> {
        let unused = self.held.into_iter().zip(self.used).filter(|(_, used)| !used);
        let why = "no finding of this evidence is what it describes";
        unused.map(move |(one, _)| idle(one, ProblemKind::SuppressionWithoutMatch, why))
    }
}

/// What suppressions cover of a claim that rests on more calls than its finding
/// lists; `None` if that tells nothing.
pub(super) fn covered(claim: &Claim) -> Option<Vec<bool>> {
    let (acts, all_are_calls) = (&claim.acts, claim.rests_on.is_empty());
    let tells = acts.count > FINDING_EVENTS_MAX as u64 && all_are_calls && acts.covered().contains(&true);
    tells.then(|| acts.covered().to_vec())
}

/// Whether a suppression covers everything that a call names, and it names something.
pub(super) fn covers(suppression: &Suppression, row: &DestructiveAction) -> bool {
    !row.resources.is_empty() && things(row).all(|thing| suppression.covers(thing))
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

/// The things that a call names.
pub(super) fn things(action: &DestructiveAction) -> impl Iterator<Item = Named<'_>> {
    action.resources.iter().map(|resource| Named {
        event_source: &action.event_source,
        region: action.region.as_ref(),
        account: action.account_id.as_ref(),
        resource,
    })
}
