//! Backups destroyed, and then the data.
//!
//! Owns: this pattern: one actor in one account. Which backup is of which data
//! records seldom tell. Backups of the very thing, told by its name, tie
//! anybody's calls; in a privileged mode the same service is enough, and AWS
//! Backup is of every service. Outside a mode that would only find clean-up jobs,
//! which delete old snapshots and old volumes all day.

use std::sync::Arc;

use crate::model::destructive::{Category, DestructiveAction, Reversibility};
use crate::model::time::UtcTime;

use super::acts::{Seen, Whose};
use super::claim::Claim;
use super::sequence::{Before, Prepared, Steps, Words, was_meant};
use super::thing::{self, OwnThing};
use super::{Facts, Watch};

/// How long after it a destruction is tied to that of a backup, in seconds.
const WITHIN_S: i64 = 24 * 3600;

const WORDS: Words = Words {
    second: "data",
    first: "backups were destroyed or cut",
    vain: "Ask the caller why, and see which copies of the data are left: it is still there, its backups were destroyed or cut.",
    also: |claim, _| claim,
};

/// One claim per actor, account and burst of destruction.
struct Backups {
    /// By service: backups that a mode destroyed.
    gone: Before<(Whose, Box<str>)>,
    cut: Before<(Whose, OwnThing)>,
    steps: Steps,
}

pub(super) fn watch(_: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    let (gone, cut) = (Before::new(WITHIN_S), Before::new(WITHIN_S));
    Some(Box::new(Backups { gone, cut, steps: Steps::new(WORDS) }))
}

impl Watch for Backups {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        let Some(time) = row.event_time else { return };
        if row.category == Category::RecoveryInhibition && row.succeeded() {
            let act = row.act().held();
            let whose = (act.account_id.clone(), act.actor.clone());
            let call = Prepared { act: Arc::new(act), told: true };
            if destroys_backup(row) && row.is_surely_in_mode() {
                self.gone.add((whose.clone(), thing::service(row).into()), time, &call);
            }
            for thing in thing::of(row) {
                self.cut.add((whose.clone(), thing::owned(thing)), time, &call);
            }
        } else if destroys_data(row)
            && let Some(backup) = self.backup(row, time).cloned()
        {
            self.steps.see(&backup, row, made);
        }
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        self.steps.finish(made);
    }
}

impl Backups {
    /// The backup that was destroyed before these data.
    fn backup(&self, row: &Seen<'_>, time: UtcTime) -> Option<&Prepared> {
        if self.gone.is_empty() && self.cut.is_empty() {
            return None;
        }
        let of_service = [thing::service(row), "backup"]
            .into_iter()
            .filter(|_| row.is_surely_in_mode())
            .find_map(|service| self.gone.latest(&(row.whose(), service.into()), time));
        let mut things = thing::with_holders(row);
        let of_thing = || things.find_map(|thing| self.cut.latest(&(row.whose(), thing::owned(thing)), time));
        of_service.or_else(of_thing)
    }
}

/// A plan or a setting can be made again; a recovery point cannot.
fn destroys_backup(call: &DestructiveAction) -> bool {
    !matches!(call.reversibility, Reversibility::Rebuildable | Reversibility::Reversible)
}

fn destroys_data(call: &DestructiveAction) -> bool {
    let lost_with_it =
        call.category == Category::ResourceDestruction && call.reversibility == Reversibility::Irreversible;
    was_meant(call) && (call.category == Category::DataDestruction || lost_with_it)
}
