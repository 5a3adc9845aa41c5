//! Backups, retention and replication destroyed or switched off, whoever did it.
//!
//! Owns: this claim. Which calls do so is the catalogue's. What a service does on
//! its own behalf is left out: it deletes by the plans of its user all day. So is
//! the deletion of a copy or two outside a mode: housekeeping, told by the table.

use crate::catalogue::Catalogue;
use crate::model::destructive::Category;
use crate::model::event::Outcome;
use crate::model::id::WindowId;

use super::super::burst::Bursts;
use super::acts::{Acts, Seen, Whose};
use super::breach::is_service;
use super::claim::{Claim, of_actions};
use super::sequence::was_meant;
use super::{Facts, Watch};

/// Copies deleted in one run that are no more than housekeeping.
const COPIES_MAX: u64 = 2;

/// One claim per actor and account, and run of calls with gaps under an hour; what
/// was only tried stands apart.
struct Recovery<'a> {
    catalogue: &'a Catalogue,
    bursts: Bursts<(Whose, Option<WindowId>, bool), Burst>,
}

#[derive(Default)]
struct Burst {
    acts: Acts,
    /// How many of them are no deletion of a copy outside a mode.
    graver: u64,
}

pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    Some(Box::new(Recovery { catalogue: facts.catalogue, bursts: Bursts::new(facts.all_timed) }))
}

impl Watch for Recovery<'_> {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        if row.category != Category::RecoveryInhibition || !was_meant(row) || is_service(row) {
            return;
        }
        let key = (row.whose(), row.window_id.clone(), row.succeeded());
        let (burst, ended) = self.bursts.enter(key, row.event_time, Burst::default);
        burst.acts.add(row.act());
        let of_copy =
            row.mode.is_none() && self.catalogue.operand(&row.event_source, &row.event_name).is_some();
        burst.graver += u64::from(!of_copy);
        let over = ended.into_iter().chain(self.bursts.over(row.event_time));
        made.extend(over.filter_map(claim));
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        made.extend(self.bursts.finish().filter_map(claim));
    }
}

fn claim(Burst { acts, graver }: Burst) -> Option<Claim> {
    // A few copies, and nothing makes more of it.
    if acts.count <= COPIES_MAX && graver == 0 {
        return None;
    }
    let first = acts.first()?.id();
    let (subject, which) = match acts.ended(Outcome::Succeeded) {
        true => (first.to_owned(), "by which backups, their retention or replicas were destroyed or cut"),
        // A call that was done and one that was tried may share an event id.
        false => (format!("{first}/attempt"), "to destroy or cut backups, their retention or replicas"),
    };
    of_actions(subject, acts, which)
}
