//! Many things destroyed for good in one burst, outside any mode and RFC.
//!
//! Owns: this claim, and how many are many. Objects and items of tables are
//! destroyed by the thousand every day, so that more of them must be gone.

use std::collections::BTreeMap;

use crate::model::destructive::{ActionAuthorization, Category, DestructiveAction, Reversibility};
use crate::model::event::Outcome;

use super::super::incident;
use super::Facts;
use super::claim::{Claim, of_actions};

/// Things from which on they are many.
const THINGS_MIN: u64 = 20;

/// Objects or items that weigh as much as one other thing.
const OBJECTS_PER_THING: u64 = 50;

/// Calls that destroy what lies in a bucket or table, not the thing itself.
const OF_OBJECTS: [&str; 6] = [
    "DeleteObject",
    "DeleteObjects",
    "DeleteObjectVersion",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
];

/// One claim per actor and account, and run of calls with gaps under an hour.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut by_actor: BTreeMap<_, Vec<&DestructiveAction>> = BTreeMap::new();
    for action in facts.destructive.iter().filter(|action| counts(action)) {
        let whose = (action.account_id.as_ref(), action.actor.as_ref());
        by_actor.entry(whose).or_default().push(action);
    }
    let mut claims = Vec::new();
    for actions in by_actor.into_values() {
        for run in incident::runs(actions, |action| action.event_time) {
            let objects = |wanted: bool| -> u64 {
                let those = run.iter().filter(|action| OF_OBJECTS.contains(&&*action.event_name) == wanted);
                those.map(|action| action.resource_count).sum()
            };
            if objects(false) + objects(true) / OBJECTS_PER_THING < THINGS_MIN {
                continue;
            }
            let first = run.first().and_then(|action| action.event_id.as_ref());
            let subject = first.map(|id| id.as_str().to_owned()).unwrap_or_default();
            claims.extend(of_actions(
                subject,
                run,
                "that destroyed in bulk, outside any mode and RFC in evidence,",
            ));
        }
    }
    claims
}

fn counts(action: &DestructiveAction) -> bool {
    action.outcome == Outcome::Succeeded
        && action.authorization == ActionAuthorization::OutsideMode
        && action.reversibility == Reversibility::Irreversible
        && !matches!(action.category, Category::ConfigDeletion | Category::IdentityRemoval)
}
