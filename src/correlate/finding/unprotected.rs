//! Protection taken away, and then what it protected destroyed.
//!
//! Owns: this pattern: the same thing in the same account, by whomever. A call
//! that sets something to be unprotected does not tell whether it was protected
//! before. Where an earlier call tells that it was not, nothing was taken away;
//! where none tells, the claim says so and is less sure.

use crate::model::destructive::{Category, DestructiveAction};
use crate::model::evidence::Evidence;

use super::Facts;
use super::claim::Claim;
use super::protected_before::{Before as Protected, States};
use super::sequence::{Before, Words, claims, was_meant};
use super::thing;

/// How long after it a destruction is tied to a removed protection, in seconds.
const WITHIN_S: i64 = 24 * 3600;

/// Removed protections that never kept anything from being deleted.
///
/// Source: catalogue/data/operations.csv (what each is for).
const NOT_AGAINST_DELETION: [&str; 4] = [
    "DisableKeyRotation",
    "DisableEbsEncryptionByDefault",
    "DeleteBucketPublicAccessBlock",
    "DeleteAccountPublicAccessBlock",
];

const WORDS: Words = Words {
    second: "what was set to be unprotected",
    first: "protection set to off or removed",
    vain: "Ask the caller why, and switch the protection on again: nothing was destroyed, but it is off.",
};

/// One claim per actor, account and burst of destruction.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let removals = facts.destructive.iter().filter(|call| {
        call.category == Category::ProtectionRemoval && !NOT_AGAINST_DELETION.contains(&&*call.event_name)
    });
    let removals: Vec<&DestructiveAction> = removals.collect();
    if removals.is_empty() {
        return Vec::new();
    }
    let states = States::of(facts);
    let took = removals.into_iter().filter(|call| states.before(&call.evidence) != Some(Protected::Off));
    let removed = Before::of(took.flat_map(|call| thing::of(call).map(move |thing| (thing, call))));
    let steps = facts.destructive.iter().filter(|call| destroys(call)).filter_map(|call| {
        let time = call.event_time?;
        let mut things = thing::with_holders(call);
        let removal = things.find_map(|thing| removed.latest(&thing, time, WITHIN_S))?;
        Some((removal, call))
    });
    let mut made = claims(steps.collect(), WORDS);
    made.iter_mut().for_each(|claim| doubt(claim, &states));
    made
}

/// Says what was set before, and is less sure where no call in evidence tells it.
fn doubt(claim: &mut Claim<'_>, states: &States<'_>) {
    let removal = |call: &&&DestructiveAction| call.category == Category::ProtectionRemoval;
    let records: Vec<&Evidence> = claim.actions.iter().filter(removal).map(|call| &call.evidence).collect();
    if records.iter().all(|record| states.before(record) == Some(Protected::On)) {
        claim.summary.push_str(", which was on before");
    } else {
        claim.summary.push_str("; no earlier call in evidence tells whether it was on before");
        claim.doubt = Some("no earlier call in evidence tells that the protection was on".to_owned());
    }
}

/// Identities have no protection against deletion, and configuration no data.
fn destroys(call: &DestructiveAction) -> bool {
    was_meant(call)
        && matches!(
            call.category,
            Category::DataDestruction
                | Category::ResourceDestruction
                | Category::KeyDestruction
                | Category::RecoveryInhibition
        )
}
