//! Changes of what a mode role may do, or of who may wear it, while it is there.
//!
//! Owns: this claim, and which changes belong to the setting up of the role.

use std::collections::BTreeMap;

use crate::model::event::Event;

use super::super::actor;
use super::super::joined::joined;
use super::super::window::Shown;
use super::Facts;
use super::claim::{Claim, of_window};

/// Changes by whoever created the role are its setting up for so long, seconds.
const SET_UP_S: i64 = 3600;

/// Calls that change trust, policies or boundary. Tags and descriptions allow
/// nothing.
///
/// Source: facts/ams.md 5, SCP-AMS-033/034.
const GRANTS: [&str; 7] = [
    "AttachRolePolicy",
    "DetachRolePolicy",
    "PutRolePolicy",
    "DeleteRolePolicy",
    "PutRolePermissionsBoundary",
    "DeleteRolePermissionsBoundary",
    "UpdateAssumeRolePolicy",
];

/// One claim per window.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let mut by_window: BTreeMap<usize, Vec<&Event>> = BTreeMap::new();
    for change in &facts.windows.inner_changes {
        let (Some(window), Shown::Event(place)) = (change.window, change.shown) else { continue };
        let event = &facts.events[place];
        if GRANTS.contains(&&*event.event_name) && !sets_up(event, window, facts) {
            by_window.entry(window).or_default().push(event);
        }
    }
    let claims = by_window.into_iter().filter_map(|(place, changes)| {
        let (window, first) = (facts.windows.rows.get(place)?, *changes.first()?);
        let row = &window.row;
        let who = actor::of(&first.principal);
        let summary = format!(
            "{} changed the role of {} mode in account {} while it was open: {}",
            who.as_deref().unwrap_or("an unknown caller"),
            row.mode,
            row.account_id,
            joined(changes.iter().map(|event| &*event.event_name))
        );
        Some(Claim {
            time: first.time,
            end_time: changes.iter().filter_map(|event| event.time).max(),
            actor: who,
            count: changes.len() as u64,
            evidence: first.evidence.clone(),
            rests_on: changes.iter().map(|event| event.evidence.clone()).collect(),
            ..of_window(window, facts.sessions, summary)
        })
    });
    claims.collect()
}

/// Whether the caller that created the role goes on to set it up.
fn sets_up(event: &Event, window: usize, facts: Facts<'_>) -> bool {
    let Some(creation) = facts.windows.rows.get(window).and_then(|window| window.opened_by_event) else {
        return false;
    };
    let creation = &facts.events[creation];
    let soon =
        creation.time.zip(event.time).is_some_and(|(from, to)| to.seconds() - from.seconds() <= SET_UP_S);
    soon && creation.principal.arn == event.principal.arn && creation.principal.arn.is_some()
}
