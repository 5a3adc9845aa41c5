//! Backups destroyed, and then the data.
//!
//! Owns: this pattern: one actor in one account. Which backup is of which data
//! records seldom tell. Backups of the very thing, told by its name, tie
//! anybody's calls; in a privileged mode the same service is enough, and AWS
//! Backup is of every service. Outside a mode that would only find clean-up jobs,
//! which delete old snapshots and old volumes all day.

use crate::model::destructive::{Category, DestructiveAction, Reversibility};

use super::Facts;
use super::claim::Claim;
use super::sequence::{Before, Words, claims, was_meant};
use super::thing;

/// How long after it a destruction is tied to that of a backup, in seconds.
const WITHIN_S: i64 = 24 * 3600;

const WORDS: Words = Words {
    second: "data",
    first: "backups were destroyed or cut",
    vain: "Ask the caller why, and see which copies of the data are left: it is still there, its backups were destroyed or cut.",
};

/// One claim per actor, account and burst of destruction.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let whose = |call: &'_ DestructiveAction| (call.account_id.clone(), call.actor.clone());
    let backups = facts.destructive.iter().filter(|call| destroys_backup(call) && call.is_surely_in_mode());
    let gone = Before::of(backups.map(|call| ((whose(call), thing::service(call)), call)));
    let cuts = facts.destructive.iter().filter(|call| call.category == Category::RecoveryInhibition);
    let cut =
        Before::of(cuts.flat_map(|call| thing::of(call).map(move |thing| ((whose(call), thing), call))));
    let steps = facts.destructive.iter().filter(|call| destroys_data(call)).filter_map(|call| {
        let time = call.event_time?;
        let who = whose(call);
        let of_service = [thing::service(call), "backup"]
            .into_iter()
            .filter(|_| call.is_surely_in_mode())
            .find_map(|service| gone.latest(&(who.clone(), service), time, WITHIN_S));
        let mut things = thing::with_holders(call);
        let of_thing = || things.find_map(|thing| cut.latest(&(who.clone(), thing), time, WITHIN_S));
        Some((of_service.or_else(of_thing)?, call))
    });
    claims(steps.collect(), WORDS)
}

/// A plan or a setting can be made again; a recovery point cannot.
fn destroys_backup(call: &DestructiveAction) -> bool {
    call.category == Category::RecoveryInhibition
        && !matches!(call.reversibility, Reversibility::Rebuildable | Reversibility::Reversible)
}

fn destroys_data(call: &DestructiveAction) -> bool {
    let lost_with_it =
        call.category == Category::ResourceDestruction && call.reversibility == Reversibility::Irreversible;
    was_meant(call) && (call.category == Category::DataDestruction || lost_with_it)
}
