//! What the rows of destructive calls come to, counted while they come.
//!
//! Owns: the numbers of other tables that count them, and what must be known of
//! all of them before they are gone through.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::actor::ActorKey;
use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::evidence::Evidence;
use crate::model::id::SessionId;
use crate::runs::{Filling, Room, Runs};

/// Counts over all rows.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Succeeded calls of each mode session.
    pub(super) of_session: BTreeMap<SessionId, u64>,
    /// Succeeded calls of each caller.
    pub(super) of_caller: BTreeMap<Arc<ActorKey>, u64>,
    /// The records of calls that undid one of them.
    pub(super) undoing: BTreeSet<Evidence>,
    /// Whether one of them has no time.
    pub(super) has_untimed: bool,
}

impl Totals {
    /// Takes in rows in their order, as they are handed out, and returns them.
    pub(super) fn of(
        hand_out: impl FnOnce(&mut dyn FnMut(DestructiveAction)),
        room: &Arc<Room>,
    ) -> (Runs<DestructiveAction>, Self) {
        let (mut filling, mut totals) = (Filling::in_order(room), Self::default());
        hand_out(&mut |row| {
            totals.add(&row);
            filling.push(row);
        });
        (filling.finish(), totals)
    }

    fn add(&mut self, row: &DestructiveAction) {
        self.has_untimed |= row.event_time.is_none();
        if let Some(record) = row.undone_evidence.as_ref().filter(|record| !self.undoing.contains(record)) {
            let mut record = record.clone();
            record.object.share();
            self.undoing.insert(record);
        }
        if row.outcome != Outcome::Succeeded {
            return;
        }
        match self.of_caller.get_mut(&row.caller) {
            Some(count) => *count += 1,
            None => drop(self.of_caller.insert(row.caller.clone(), 1)),
        }
        if let Some(session) = &row.session_id {
            match self.of_session.get_mut(session) {
                Some(count) => *count += 1,
                None => drop(self.of_session.insert(session.clone(), 1)),
            }
        }
    }
}
