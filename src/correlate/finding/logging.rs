//! Calls that stop or delete logging or set it to record less, whoever made them.
//! What was recorded before, such a call does not tell.
//!
//! Owns: this claim. Which calls do so is the catalogue's.

use std::collections::BTreeMap;

use crate::model::destructive::{Category, DestructiveAction};
use crate::model::event::Outcome;

use super::super::incident;
use super::Facts;
use super::claim::{Claim, of_actions};

/// One claim per actor and account, and run of calls with gaps under an hour.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut by_actor: BTreeMap<_, Vec<&DestructiveAction>> = BTreeMap::new();
    for action in facts.destructive {
        if action.category == Category::ImpairLogging && action.outcome == Outcome::Succeeded {
            let whose = (action.account_id.clone(), action.actor.clone(), action.window_id.clone());
            by_actor.entry(whose).or_default().push(action);
        }
    }
    let mut claims = Vec::new();
    for actions in by_actor.into_values() {
        for run in incident::runs(actions, |action| action.event_time) {
            let first = run.first().and_then(|action| action.event_id.as_ref());
            let subject = first.map(|id| id.as_str().to_owned()).unwrap_or_default();
            claims.extend(of_actions(
                subject,
                run,
                "by which logging was stopped, deleted or set to record less than it could",
            ));
        }
    }
    claims
}
