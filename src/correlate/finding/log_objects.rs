//! Deliveries of audit logs deleted from their bucket.
//!
//! Owns: this claim, and which keys are such deliveries.

use std::collections::BTreeMap;

use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;

use super::super::incident;
use super::Facts;
use super::claim::{Claim, of_actions};

/// One claim per actor and account, and run of calls with gaps under an hour.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut by_actor: BTreeMap<_, Vec<&DestructiveAction>> = BTreeMap::new();
    for action in facts.destructive.iter().filter(|action| deletes_logs(action)) {
        let whose = (action.account_id.as_ref(), action.actor.as_ref());
        by_actor.entry(whose).or_default().push(action);
    }
    let mut claims = Vec::new();
    for actions in by_actor.into_values() {
        for run in incident::runs(actions, |action| action.event_time) {
            let first = run.first().and_then(|action| action.event_id.as_ref());
            let subject = first.map(|id| id.as_str().to_owned()).unwrap_or_default();
            claims.extend(of_actions(subject, run, "that deleted delivered audit logs"));
        }
    }
    claims
}

fn deletes_logs(action: &DestructiveAction) -> bool {
    &*action.event_source == "s3.amazonaws.com"
        && action.outcome == Outcome::Succeeded
        && action.resources.iter().any(|name| is_delivery(name))
}

/// `…/AWSLogs/<account or organization>/…/CloudTrail/…`, digests and Config too.
///
/// Source: facts/cloudtrail.md 2 (grammar of keys), 3.1 (`CloudTrail-Digest`).
fn is_delivery(object: &str) -> bool {
    let Some((_, below)) = object.split_once("/AWSLogs/") else { return false };
    ["CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight", "Config"]
        .iter()
        .any(|service| below.split('/').skip(1).take(2).any(|part| part == *service))
}
