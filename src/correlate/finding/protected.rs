//! Destruction of what the policy protects.
//!
//! Owns: this claim. Whoever did it, and whether or not it was undone.

use super::Facts;
use super::breach::claims;
use super::claim::Claim;
use super::suppressed::things;

/// One claim per pattern, account and actor, and run of calls.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    claims(
        facts,
        |action, _| things(action).find_map(|thing| facts.policy.protects(thing)).map(str::to_owned),
        |pattern, first| {
            let hit = |thing: &crate::policy::Named<'_>| facts.policy.protects(*thing) == Some(pattern);
            let name = things(first).find(hit).map(|thing| thing.resource).unwrap_or_default();
            format!("on what the policy protects as `{pattern}`, first {name}")
        },
    )
}
