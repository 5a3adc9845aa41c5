//! Destruction of what the policy protects.
//!
//! Owns: this claim. Whoever did it, and whether or not it was undone.

use crate::policy::Topic;

use super::breach;
use super::suppressed::things;
use super::{Facts, Watch};

/// One claim per pattern, account and actor, and run of calls.
pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    facts.policy.says(Topic::Protected).then(|| {
        breach::watch(
            facts,
            move |action, _| things(action).find_map(|thing| facts.policy.protects(thing)).map(str::to_owned),
            move |pattern, first| {
                let hit = |thing: &crate::policy::Named<'_>| facts.policy.protects(*thing) == Some(pattern);
                let name = things(first).find(hit).map(|thing| thing.resource).unwrap_or_default();
                format!("on what the policy protects as `{pattern}`, first {name}")
            },
        )
    })
}
