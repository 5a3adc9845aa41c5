//! What was undone later, and by which call.
//!
//! Owns: joining a call that did harm with the first later call that undoes it:
//! same account, same region, same thing. Calls within one second have no order
//! that a record tells, so the second must come at least a second later.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::{Catalogue, UndoKind};
use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::history::Call;
use super::place;

/// Account, region, pair of the catalogue, alternative, bare name.
type Key<'e> = (&'e str, &'e str, usize, usize, String);

/// Restores under one name that are looked at, the first ones: each but the last
/// was of something else.
const RESTORES_MAX: usize = 100;

/// Every call that undoes something, by what it undoes, in order of time.
#[derive(Debug, Default)]
pub(super) struct Undoings<'e> {
    by_thing: BTreeMap<Key<'e>, Vec<(UtcTime, usize)>>,
}

/// How one call was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undone {
    /// The place of the call that completed it.
    pub(super) by: usize,
    /// When.
    pub(super) at: UtcTime,
    /// In which way.
    pub(super) kind: UndoKind,
}

/// What is known of the undoing of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undoing {
    /// All of it.
    Whole(Undone),
    /// So many of so many things.
    Part(u64, u64),
}

impl<'e> Undoings<'e> {
    /// Takes in one event, with its parsed columns.
    pub(super) fn add(
        &mut self,
        (at_place, event): (usize, &'e Event),
        catalogue: &Catalogue,
        request: &Value,
        response: &Value,
    ) {
        let Some(time) = event.time else { return };
        let Some((account, region)) = place::of(event) else { return };
        for &pair in catalogue.undoes(&event.event_source, &event.event_name) {
            let Some(inverse) = catalogue.inverse(pair) else { continue };
            let Some(names) = inverse.undone_for(request, response, event.category.is_none()) else {
                continue;
            };
            for (alternative, names) in names.into_iter().enumerate() {
                for name in names {
                    let key = (account, region, pair, alternative, name);
                    self.by_thing.entry(key).or_default().push((time, at_place));
                }
            }
        }
    }

    /// What undid a call. `copies` are the ids of copies of what it destroyed;
    /// `is_of_this` tells whether what the call at a place restored from a copy
    /// may be what was lost: one that restored something else hides none after it.
    ///
    /// Pairs with different conditions must all have been undone; of one
    /// condition, the first pair and the first alternative that was.
    pub(super) fn of(
        &self,
        Call { event, request, response }: Call<'_>,
        catalogue: &Catalogue,
        copies: &[String],
        is_of_this: &dyn Fn(usize) -> bool,
    ) -> Option<Undoing> {
        let time = event.time?;
        let (account, region) = place::of(event)?;
        let mut parts: BTreeMap<&str, Option<Undoing>> = BTreeMap::new();
        for &pair in catalogue.undone_by(&event.event_source, &event.event_name) {
            let Some(inverse) = catalogue.inverse(pair) else { continue };
            let Some(names) = inverse.done_to(request, response, copies) else { continue };
            let known = parts.entry(inverse.part).or_default();
            for (alternative, names) in names.iter().enumerate() {
                let first = |name: &String, of: usize| {
                    let key = (account, region, pair, of, name.clone());
                    let all = self.by_thing.get(&key)?;
                    let later = all.get(all.partition_point(|(at, _)| *at <= time)..)?.iter();
                    let any = inverse.kind != UndoKind::RestoredFromCopy;
                    later.take(RESTORES_MAX).find(|(_, by)| any || is_of_this(*by)).copied()
                };
                let others = inverse.compared_with(alternative);
                let found = |name: &String| others.clone().filter_map(|of| first(name, of)).min();
                let found: Vec<(UtcTime, usize)> = names.iter().filter_map(found).collect();
                *known = better(*known, told(&found, names.len(), inverse.kind));
            }
        }
        let mut all = parts.into_values();
        let first = all.next()??;
        all.try_fold(first, |one, other| Some(joined(one, other?)))
    }
}

fn told(found: &[(UtcTime, usize)], names: usize, kind: UndoKind) -> Option<Undoing> {
    let (at, by) = found.iter().max().copied()?;
    if found.len() == names {
        return Some(Undoing::Whole(Undone { by, at, kind }));
    }
    Some(Undoing::Part(found.len() as u64, names as u64))
}

/// The better of two for the same condition: all before some, what brings data
/// back before what only bears its name, then the earlier.
fn better(one: Option<Undoing>, other: Option<Undoing>) -> Option<Undoing> {
    let rank = |undoing: &Undoing| match undoing {
        Undoing::Whole(undone) => (0, undone.kind == UndoKind::Recreated, Some(undone.at), undone.by),
        Undoing::Part(..) => (1, false, None, 0),
    };
    [one, other].into_iter().flatten().min_by_key(rank)
}

/// Both are needed: the later ends it.
fn joined(one: Undoing, other: Undoing) -> Undoing {
    match (one, other) {
        (Undoing::Whole(a), Undoing::Whole(b)) => {
            Undoing::Whole(if (a.at, a.by) < (b.at, b.by) { b } else { a })
        }
        (part @ Undoing::Part(..), _) | (_, part) => part,
    }
}

#[cfg(test)]
mod tests;
