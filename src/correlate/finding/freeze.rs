//! Destruction in a change freeze of the policy.
//!
//! Owns: this claim. What an AWS service does on its own behalf is no change.

use super::Facts;
use super::breach::{claims, is_service};
use super::claim::Claim;

/// One claim per freeze, account and actor, and run of calls.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    claims(
        facts,
        |action, account| {
            let freeze = facts.policy.freeze(account, action.event_time?)?;
            (!is_service(action)).then(|| freeze.name.clone())
        },
        |freeze, _| format!("in the change freeze \"{freeze}\""),
    )
}
