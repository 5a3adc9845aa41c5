//! Backups, retention and replication destroyed or switched off, whoever did it.
//!
//! Owns: this claim. Which calls do so is the catalogue's. What a service does on
//! its own behalf is left out: it deletes by the plans of its user all day. So is
//! the deletion of a copy or two outside a mode: housekeeping, told by the table.

use std::collections::BTreeMap;

use crate::model::destructive::{Category, DestructiveAction};
use crate::model::event::Outcome;

use super::super::incident;
use super::Facts;
use super::breach::is_service;
use super::claim::{Claim, of_actions};
use super::sequence::was_meant;

/// Copies deleted in one run that are no more than housekeeping.
const COPIES_MAX: usize = 2;

/// One claim per actor and account, and run of calls with gaps under an hour; what
/// was only tried stands apart.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut by_actor: BTreeMap<_, Vec<&DestructiveAction>> = BTreeMap::new();
    let cuts = facts.destructive.iter().filter(|call| call.category == Category::RecoveryInhibition);
    for call in cuts.filter(|call| was_meant(call) && !is_service(call)) {
        let done = call.outcome == Outcome::Succeeded;
        let whose = (call.account_id.clone(), call.actor.clone(), call.window_id.clone(), done);
        by_actor.entry(whose).or_default().push(call);
    }
    let mut claims = Vec::new();
    for ((.., done), calls) in by_actor {
        let runs = incident::runs(calls, |call| call.event_time);
        for run in runs.into_iter().filter(|run| !is_housekeeping(run, facts)) {
            let first = run.first().and_then(|call| call.event_id.as_ref());
            let first = first.map(|id| id.as_str()).unwrap_or_default();
            let (subject, which) = match done {
                true => {
                    (first.to_owned(), "by which backups, their retention or replicas were destroyed or cut")
                }
                // A call that was done and one that was tried may share an event id.
                false => {
                    (format!("{first}/attempt"), "to destroy or cut backups, their retention or replicas")
                }
            };
            claims.extend(of_actions(subject, run, which));
        }
    }
    claims
}

/// Whether a run of calls deletes a few copies, and nothing makes more of it.
fn is_housekeeping(run: &[&DestructiveAction], facts: Facts<'_>) -> bool {
    let of_copy = |call: &&DestructiveAction| {
        call.mode.is_none() && facts.catalogue.operand(&call.event_source, &call.event_name).is_some()
    };
    run.len() <= COPIES_MAX && run.iter().all(of_copy)
}
