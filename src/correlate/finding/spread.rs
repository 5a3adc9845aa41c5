//! The same destructive call in many regions or accounts within minutes.
//!
//! Owns: this pattern. Only succeeded calls count, and no calls of services:
//! those do by themselves what one call asked of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::count::counted;
use crate::model::destructive::{Category, DestructiveAction};
use crate::model::event::Outcome;
use crate::model::id::{AccountId, Region};
use crate::model::time::UtcTime;

use super::Facts;
use super::claim::{Claim, by, joined, of_calls};

/// Regions and accounts, taken together, from which on they are many.
const PLACES_MIN: usize = 3;

/// The time within which they are reached, in seconds.
const WITHIN_S: i64 = 10 * 60;

type Call<'a> = (UtcTime, &'a DestructiveAction);
type Place<'a> = (Option<&'a AccountId>, Option<&'a Region>);

/// One claim per actor, operation and stretch of such calls.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut by_call: BTreeMap<(&Arc<str>, &str, &str), Vec<Call<'_>>> = BTreeMap::new();
    for call in facts.destructive.iter().filter(|call| counts(call)) {
        if let (Some(time), Some(actor)) = (call.event_time, &call.actor) {
            by_call.entry((actor, &call.event_source, &call.event_name)).or_default().push((time, call));
        }
    }
    by_call.into_values().flat_map(|calls| stretches(&calls)).filter_map(claim).collect()
}

fn counts(call: &DestructiveAction) -> bool {
    call.outcome == Outcome::Succeeded
        && call.category != Category::ConfigDeletion
        && call.principal_type.as_deref() != Some("AWSService")
        && call.actor.as_ref().is_some_and(|actor| !actor.ends_with(".amazonaws.com"))
}

fn place<'a>(call: &'a DestructiveAction) -> Place<'a> {
    (call.account_id.as_ref(), call.region.as_ref())
}

/// Calls that lie in a stretch of time which reaches enough places; stretches
/// that touch are one.
fn stretches<'a>(calls: &[Call<'a>]) -> Vec<Vec<&'a DestructiveAction>> {
    let mut found: Vec<Vec<&DestructiveAction>> = Vec::new();
    let mut reached: BTreeMap<Place<'_>, usize> = BTreeMap::new();
    let (mut first, mut taken) = (0usize, 0usize);
    for (number, (time, call)) in calls.iter().enumerate() {
        *reached.entry(place(call)).or_default() += 1;
        while let Some((earlier, gone)) = calls.get(first)
            && time.seconds() - earlier.seconds() > WITHIN_S
        {
            match reached.get_mut(&place(gone)) {
                Some(left) if *left > 1 => *left -= 1,
                _ => drop(reached.remove(&place(gone))),
            }
            first += 1;
        }
        if reached.len() < PLACES_MIN {
            continue;
        }
        if first >= taken || found.is_empty() {
            found.push(Vec::new());
        }
        let from = first.max(taken);
        let more = calls.get(from..=number).unwrap_or_default().iter().map(|(_, call)| *call);
        if let Some(stretch) = found.last_mut() {
            stretch.extend(more);
        }
        taken = number + 1;
    }
    found
}

fn claim(calls: Vec<&DestructiveAction>) -> Option<Claim<'_>> {
    let first = *calls.first()?;
    let regions: BTreeSet<&str> =
        calls.iter().filter_map(|call| call.region.as_ref()).map(Region::as_str).collect();
    let accounts: BTreeSet<&str> =
        calls.iter().filter_map(|call| call.account_id.as_ref()).map(AccountId::as_str).collect();
    let summary = format!(
        "{} called {} {} in {} ({}) and {} ({}) within minutes",
        by(first),
        first.event_name,
        counted(calls.len() as u64, "time"),
        counted(accounts.len() as u64, "account"),
        joined(accounts.into_iter()),
        counted(regions.len() as u64, "region"),
        joined(regions.into_iter()),
    );
    let subject = first.event_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
    Some(Claim { account_id: first.account_id.clone(), ..of_calls(subject, calls, summary)? })
}
