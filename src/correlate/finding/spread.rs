//! The same destructive call in many regions or accounts within minutes.
//!
//! Owns: this pattern. Only succeeded calls count, and no calls of services:
//! those do by themselves what one call asked of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::model::count::counted;
use crate::model::destructive::Category;
use crate::model::id::{AccountId, Region};
use crate::model::time::UtcTime;

use super::super::joined::joined;
use super::acts::{Acts, Seen};
use super::claim::{Claim, of_calls};
use super::{Facts, Watch};

/// Regions and accounts, taken together, from which on they are many.
const PLACES_MIN: usize = 3;

/// The time within which they are reached, in seconds.
const WITHIN_S: i64 = 10 * 60;

/// Callers and calls below which none is looked for that is over.
const SWEPT_MIN: usize = 1024;

type Place = (Option<AccountId>, Option<Region>);

/// Actor, service and call.
type Which = (Arc<str>, Arc<str>, Arc<str>);

/// One claim per actor, operation and stretch of such calls.
struct Spread {
    by_call: BTreeMap<Which, Stretches>,
    swept_at: usize,
}

/// What one actor did with one operation: the calls of the last minutes, and the
/// stretch of time that reached enough places.
#[derive(Default)]
struct Stretches {
    seconds: VecDeque<Second>,
    /// In how many of these seconds a place was called.
    reached: BTreeMap<Place, usize>,
    found: Option<Stretch>,
}

/// The calls of one second.
struct Second {
    at: i64,
    places: BTreeSet<Place>,
    /// Those that no stretch holds yet.
    left: Acts,
}

#[derive(Default)]
struct Stretch {
    acts: Acts,
    places: BTreeSet<Place>,
    /// The second of its last call.
    until: i64,
}

pub(super) fn watch(_: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    Some(Box::new(Spread { by_call: BTreeMap::new(), swept_at: SWEPT_MIN }))
}

impl Watch for Spread {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        let (Some(time), Some(actor), true) = (row.event_time, &row.actor, counts(row)) else { return };
        let key = (actor.clone(), row.event_source.clone(), row.event_name.clone());
        let stretches = self.by_call.entry(key).or_default();
        made.extend(stretches.see(row, time).and_then(claim));
        if self.by_call.len() >= self.swept_at {
            let over = self.by_call.extract_if(.., |_, stretches| stretches.are_over(time));
            made.extend(over.filter_map(|(_, stretches)| claim(stretches.found?)));
            self.swept_at = SWEPT_MIN.max(self.by_call.len() * 2);
        }
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        made.extend(self.by_call.into_values().filter_map(|stretches| claim(stretches.found?)));
    }
}

fn counts(call: &Seen<'_>) -> bool {
    call.succeeded()
        && call.category != Category::ConfigDeletion
        && call.principal_type.as_deref() != Some("AWSService")
        && call.actor.as_ref().is_some_and(|actor| !actor.ends_with(".amazonaws.com"))
}

impl Stretches {
    /// Takes in one more call. Returns the stretch that is over by then. Stretches
    /// that touch are one.
    fn see(&mut self, row: &Seen<'_>, time: UtcTime) -> Option<Stretch> {
        let now = time.seconds();
        self.forget(now);
        if self.seconds.back().is_none_or(|last| last.at != now) {
            self.seconds.push_back(Second { at: now, places: BTreeSet::new(), left: Acts::default() });
        }
        let second = self.seconds.back_mut()?;
        second.left.add(row.act());
        let place = (row.account_id.clone(), row.region.clone());
        if second.places.insert(place.clone()) {
            *self.reached.entry(place).or_default() += 1;
        }
        if self.reached.len() < PLACES_MIN {
            return None;
        }
        let over = self.found.take_if(|found| now - found.until > WITHIN_S);
        let found = self.found.get_or_insert_default();
        found.until = now;
        let taken = self.seconds.iter().rposition(|second| second.left.is_empty());
        for second in self.seconds.range_mut(taken.map_or(0, |taken| taken + 1)..) {
            found.acts.append(std::mem::take(&mut second.left));
            found.places.extend(second.places.iter().cloned());
        }
        over
    }

    /// Lets go of the seconds that are too long ago.
    fn forget(&mut self, now: i64) {
        while let Some(gone) = self.seconds.pop_front_if(|first| now - first.at > WITHIN_S) {
            for place in gone.places {
                match self.reached.get_mut(&place) {
                    Some(left) if *left > 1 => *left -= 1,
                    _ => drop(self.reached.remove(&place)),
                }
            }
        }
    }

    /// Whether no later call can touch it.
    fn are_over(&self, now: UtcTime) -> bool {
        self.seconds.back().is_none_or(|last| now.seconds() - last.at > WITHIN_S)
    }
}

fn claim(Stretch { acts, places, .. }: Stretch) -> Option<Claim> {
    let first = acts.first()?;
    let accounts: BTreeSet<&str> =
        places.iter().filter_map(|(account, _)| account.as_ref()).map(AccountId::as_str).collect();
    let regions: BTreeSet<&str> =
        places.iter().filter_map(|(_, region)| region.as_ref()).map(Region::as_str).collect();
    let summary = format!(
        "{} called {} {} in {} ({}) and {} ({}) within minutes",
        first.by(),
        first.event_name,
        counted(acts.count, "time"),
        counted(accounts.len() as u64, "account"),
        joined(accounts.into_iter()),
        counted(regions.len() as u64, "region"),
        joined(regions.into_iter()),
    );
    let account_id = first.account_id.clone();
    let subject = first.id().to_owned();
    Some(Claim { account_id, ..of_calls(subject, acts, summary)? })
}
