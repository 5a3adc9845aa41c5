//! Protection taken away, and then what it protected destroyed.
//!
//! Owns: this pattern: the same thing in the same account, by whomever. A call
//! that sets something to be unprotected does not tell whether it was protected
//! before, so no sentence here says that it was.

use crate::model::destructive::{Category, DestructiveAction};

use super::Facts;
use super::claim::Claim;
use super::sequence::{Before, claims, was_meant};
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

/// One claim per actor, account and burst of destruction.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let removals = facts.destructive.iter().filter(|call| {
        call.category == Category::ProtectionRemoval && !NOT_AGAINST_DELETION.contains(&&*call.event_name)
    });
    let removed = Before::of(removals.flat_map(|call| thing::of(call).map(move |thing| (thing, call))));
    let steps = facts.destructive.iter().filter(|call| destroys(call)).filter_map(|call| {
        let time = call.event_time?;
        let mut things = thing::with_holders(call);
        let removal = things.find_map(|thing| removed.latest(&thing, time, WITHIN_S))?;
        Some((removal, call))
    });
    claims(steps.collect(), ("what was set to be unprotected", "protection switched off or removed"))
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
