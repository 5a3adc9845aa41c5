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
use crate::policy::{Named, Suppression};

use super::Facts;

/// The findings with severity and suppression as the policy says. Suppressions that
/// do not hold at the time that the report is told for, or that no finding is about,
/// become problems.
pub(in super::super) fn governed(
    mut findings: Vec<Finding>,
    facts: Facts<'_>,
    as_of: Option<UtcTime>,
    problems: &mut Vec<Problem>,
) -> Vec<Finding> {
    let mut held: Vec<&Suppression> = Vec::new();
    for suppression in facts.policy.suppressions() {
        match suppression.lack(as_of) {
            None => held.push(suppression),
            Some(lack) => problems.push(idle(suppression, ProblemKind::SuppressionNotApplied, &lack)),
        }
    }
    let mut used = vec![false; held.len()];
    let by_resource = held.iter().any(|suppression| suppression.names_resource());
    let actions: BTreeMap<&EventId, &DestructiveAction> = facts
        .destructive
        .iter()
        .filter(|_| by_resource)
        .filter_map(|action| Some((action.event_id.as_ref()?, action)))
        .collect();
    for finding in &mut findings {
        if let Some(severity) = facts.policy.severity(&finding.rule_id) {
            finding.severity = severity;
        }
        for (suppression, used) in held.iter().zip(&mut used) {
            if is_about(suppression, finding, &actions) {
                *used = true;
                finding.suppression = finding.suppression.take().or_else(|| mark(suppression));
            }
        }
    }
    let unused = held.iter().zip(used).filter(|(_, used)| !used).map(|(suppression, _)| *suppression);
    let why = "no finding of this evidence is what it describes";
    problems.extend(unused.map(|one| idle(one, ProblemKind::SuppressionWithoutMatch, why)));
    findings
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

/// Whether a suppression is about a finding. One of resources must cover every
/// thing that the finding's calls name: otherwise it would hide the others.
fn is_about(
    suppression: &Suppression,
    finding: &Finding,
    actions: &BTreeMap<&EventId, &DestructiveAction>,
) -> bool {
    if suppression.rule_id != finding.rule_id
        || !suppression.concerns(finding.account_id.as_ref(), finding.actor.as_deref())
    {
        return false;
    }
    if !suppression.names_resource() {
        return true;
    }
    let named = finding.event_ids.len() as u64;
    let covered = |id| {
        let action: Option<&&DestructiveAction> = actions.get(id);
        action.is_some_and(|action| {
            !action.resources.is_empty() && things(action).all(|thing| suppression.covers(thing))
        })
    };
    named > 0 && named >= finding.count && finding.event_ids.iter().all(covered)
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
