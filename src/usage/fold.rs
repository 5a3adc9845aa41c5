//! What is remembered of callers, within bounds.
//!
//! Owns: the bounds. Of too many callers, and of too many values of one, those
//! stay that sort first: what is among the first of all is among the first of
//! any part, so everything that stays is counted whole.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::limits::{ACTOR_VALUES_MAX, ACTORS_MAX};
use crate::model::actor::{ActorKey, ActorSeen, Actors, Calls, Span, Trait, Values, WeekHours};

/// What is remembered so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Folded {
    seen: BTreeMap<ActorKey, Marked>,
    rest: Calls,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Marked {
    /// By which copies of its events are told.
    mark: [u8; 5],
    seen: ActorSeen,
}

/// All calls of one caller, as far as a shard counted them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) span: Span,
    pub(super) calls: Calls,
    pub(super) hours: WeekHours,
}

impl Folded {
    /// Makes room for a caller, if it stays.
    fn entry(&mut self, key: &ActorKey, mark: [u8; 5]) -> Option<&mut ActorSeen> {
        if !self.seen.contains_key(key) {
            if self.seen.len() >= ACTORS_MAX {
                let last = self.seen.last_key_value().map(|(last, _)| last);
                if last.is_some_and(|last| last < key) {
                    return None;
                }
                self.drop_last();
            }
            self.seen.insert(key.clone(), Marked { mark, seen: ActorSeen::default() });
        }
        self.seen.get_mut(key).map(|marked| &mut marked.seen)
    }

    fn drop_last(&mut self) {
        if let Some((_, marked)) = self.seen.pop_last() {
            self.rest.add(marked.seen.calls);
        }
    }

    /// Adds calls of a caller.
    pub(super) fn add(&mut self, (key, mark): (&ActorKey, [u8; 5]), sum: Sum) {
        let Some(seen) = self.entry(key, mark) else {
            self.rest.add(sum.calls);
            return;
        };
        seen.span.merge(sum.span);
        seen.calls.add(sum.calls);
        seen.hours.merge(sum.hours);
    }

    /// Notes a value of a caller whose calls were added, if the caller stayed.
    pub(super) fn note(&mut self, key: &ActorKey, (which, value): (Trait, &Arc<str>), span: Span) {
        if let Some(marked) = self.seen.get_mut(key) {
            note(&mut marked.seen.values[which as usize], value, span);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.rest.add(other.rest);
        for (key, Marked { mark, seen }) in other.seen {
            let Some(known) = self.entry(&key, mark) else {
                self.rest.add(seen.calls);
                continue;
            };
            known.span.merge(seen.span);
            known.calls.add(seen.calls);
            known.hours.merge(seen.hours);
            for (known, values) in known.values.iter_mut().zip(seen.values) {
                known.cut |= values.cut;
                for (value, span) in &values.kept {
                    note(known, value, *span);
                }
            }
        }
    }

    /// All of it, without the calls that are copies of others.
    pub(super) fn finish(self, mut copies: BTreeMap<[u8; 5], Calls>) -> Actors {
        let mut actors = Actors { rest: self.rest, ..Actors::default() };
        for (key, Marked { mark, mut seen }) in self.seen {
            if let Some(copies) = copies.remove(&mark) {
                seen.calls.subtract(copies);
            }
            actors.seen.insert(key, seen);
        }
        // What is left are copies of calls of callers that did not fit.
        for calls in copies.into_values() {
            actors.rest.subtract(calls);
        }
        actors
    }
}

fn note(values: &mut Values, value: &Arc<str>, span: Span) {
    if value.is_empty() {
        return;
    }
    if let Some(known) = values.kept.get_mut(value) {
        known.merge(span);
        return;
    }
    values.kept.insert(value.clone(), span);
    if values.kept.len() > ACTOR_VALUES_MAX {
        values.kept.pop_last();
        values.cut = true;
    }
}
