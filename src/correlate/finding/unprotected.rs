//! Protection taken away, and then what it protected destroyed.
//!
//! Owns: this pattern: the same thing in the same account, by whomever. A call
//! that sets something to be unprotected does not tell whether it was protected
//! before. Where an earlier call tells that it was not, nothing was taken away;
//! where none tells, the claim says so and is less sure.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::model::destructive::{Category, DestructiveAction};

use super::acts::Seen;
use super::claim::Claim;
use super::protected_before::{Before as Protected, States};
use super::sequence::{Before, Prepared, Steps, Words, was_meant};
use super::thing::{self, OwnThing};
use super::{Facts, Watch};

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
    also: doubt,
};

/// One claim per actor, account and burst of destruction.
struct Unprotected<'a> {
    facts: Facts<'a>,
    /// Made when the first protection is removed.
    states: OnceCell<States<'a>>,
    removed: Before<OwnThing>,
    steps: Steps,
}

pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    let removed = Before::new(WITHIN_S);
    Some(Box::new(Unprotected { facts, states: OnceCell::new(), removed, steps: Steps::new(WORDS) }))
}

impl Watch for Unprotected<'_> {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        let Some(time) = row.event_time else { return };
        if removes(row) && row.succeeded() {
            let states = self.states.get_or_init(|| States::of(self.facts));
            let state = states.before(&row.evidence);
            if state == Some(Protected::Off) {
                return;
            }
            let call = Prepared { act: Arc::new(row.act().held()), told: state == Some(Protected::On) };
            thing::of(row).for_each(|thing| self.removed.add(thing::owned(thing), time, &call));
        } else if !self.removed.is_empty() && destroys(row) {
            let mut things = thing::with_holders(row);
            let removal = things.find_map(|thing| self.removed.latest(&thing::owned(thing), time));
            if let Some(removal) = removal {
                self.steps.see(removal, row, made);
            }
        }
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        self.steps.finish(made);
    }
}

/// Says what was set before, and is less sure where no call in evidence tells it.
fn doubt(mut claim: Claim, told: bool) -> Claim {
    if told {
        claim.summary.push_str(", which was on before");
    } else {
        claim.summary.push_str("; no earlier call in evidence tells whether it was on before");
        claim.doubt = Some("no earlier call in evidence tells that the protection was on".to_owned());
    }
    claim
}

fn removes(call: &DestructiveAction) -> bool {
    call.category == Category::ProtectionRemoval && !NOT_AGAINST_DELETION.contains(&&*call.event_name)
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
