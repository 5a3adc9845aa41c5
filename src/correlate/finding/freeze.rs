//! Destruction in a change freeze of the policy.
//!
//! Owns: this claim. What an AWS service does on its own behalf is no change.

use crate::policy::Topic;

use super::breach::{self, is_service};
use super::{Facts, Watch};

/// One claim per freeze, account and actor, and run of calls.
pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    facts.policy.says(Topic::Freezes).then(|| {
        breach::watch(
            facts,
            move |action, account| {
                let freeze = facts.policy.freeze(account, action.event_time?)?;
                (!is_service(action)).then(|| freeze.name.clone())
            },
            move |freeze, _| format!("in the change freeze \"{freeze}\""),
        )
    })
}
