//! Which copies of a destroyed thing the evidence shows, and whether they are
//! still there.
//!
//! Owns: joining copies with what they are copies of and with what destroyed
//! them. A copy counts if it was made by the time of the loss and is not itself
//! destroyed, before or after, as far as the evidence goes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::{Catalogue, bare};
use crate::limits::COPY_DEPTH_MAX;
use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::place;

/// Account, region, destroying operation, bare name.
type Key<'e> = (&'e str, String, &'static str, String);

/// All copies and all losses of copies.
#[derive(Debug, Default)]
pub(super) struct Copies<'e> {
    made: BTreeMap<Key<'e>, Vec<Copy>>,
    lost: BTreeMap<Key<'e>, Vec<(UtcTime, usize)>>,
    settled: BTreeMap<Key<'e>, Settled>,
}

/// Copies of one thing, oldest first: those still there, and those destroyed,
/// with the time and the place of the call that did.
#[derive(Debug, Default)]
struct Settled {
    surviving: Vec<Copy>,
    lost: Vec<(Copy, UtcTime, usize)>,
}

/// One copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// Its id, as the record spells it.
    pub(super) id: String,
    /// When it was made.
    pub(super) made_at: UtcTime,
    /// The place of the call that made it.
    pub(super) made_by: usize,
    /// The call that brings the thing back.
    pub(super) restore: &'static str,
    /// Where it lies.
    region: String,
    /// What destroys it.
    lost_with: Vec<&'static str>,
}

impl<'e> Copies<'e> {
    /// Takes in one succeeded event, with its parsed columns.
    pub(super) fn add(
        &mut self,
        (at_place, event): (usize, &'e Event),
        catalogue: &Catalogue,
        request: &Value,
        response: &Value,
    ) {
        let Some(time) = event.time else { return };
        let Some((account, region)) = place::of(event) else { return };
        for copying in catalogue.copyings(&event.event_source, &event.event_name) {
            for copied in copying.copied(request, response) {
                let copy = Copy {
                    id: copied.copy,
                    made_at: time,
                    made_by: at_place,
                    restore: copying.restore,
                    region: region.to_owned(),
                    lost_with: copying.lost_with().collect(),
                };
                let thing_region = match copied.region {
                    Some(named) if !region.is_empty() => named,
                    _ => region.to_owned(),
                };
                for operation in copying.needed_by() {
                    let thing_region =
                        if operation.starts_with("s3:") { String::new() } else { thing_region.clone() };
                    let key = (account, thing_region, operation, copied.thing.clone());
                    self.made.entry(key).or_default().push(copy.clone());
                }
            }
        }
        if let Some(operand) = catalogue.operand(&event.event_source, &event.event_name) {
            for name in operand.names(request) {
                let key = (account, region.to_owned(), operand.operation, name);
                self.lost.entry(key).or_default().push((time, at_place));
            }
        }
    }

    /// Parts the copies that are still there from those destroyed, once all are
    /// known. `is_back` tells whether what the call at a place destroyed was
    /// brought back.
    pub(super) fn settle(mut self, is_back: &dyn Fn(usize) -> bool) -> Self {
        for (key, copies) in std::mem::take(&mut self.made) {
            let mut settled = Settled::default();
            for copy in copies {
                match self.loss_of(key.0, &copy, is_back) {
                    None => settled.surviving.push(copy),
                    Some((at, at_place)) => settled.lost.push((copy, at, at_place)),
                }
            }
            self.settled.insert(key, settled);
        }
        self
    }

    /// When a copy was destroyed for good, and by the call at which place.
    fn loss_of(
        &self,
        account: &str,
        copy: &Copy,
        is_back: &dyn Fn(usize) -> bool,
    ) -> Option<(UtcTime, usize)> {
        let losses = copy.lost_with.iter().filter_map(|operation| {
            let lost = self.lost.get(&(account, copy.region.clone(), *operation, bare(&copy.id)))?;
            let after = &lost[lost.partition_point(|(at, _)| *at < copy.made_at)..];
            after.iter().take(LOSSES_MAX).find(|(_, at_place)| !is_back(*at_place)).copied()
        });
        losses.min()
    }

    /// The newest copy of each thing that a call destroyed and that is still
    /// there, by the things' names, in the order of the request.
    pub(super) fn of(&self, event: &Event, catalogue: &Catalogue, request: &Value) -> Found {
        let none = Found::default();
        let (Some(time), Some((account, region))) = (event.time, place::of(event)) else { return none };
        let Some(operand) = catalogue.operand(&event.event_source, &event.event_name) else { return none };
        let names = operand.names(request);
        let mut found = Found { things: names.len(), ..none };
        for name in names {
            let key = (account, region.to_owned(), operand.operation, name);
            match self.surviving(&key, time, 0) {
                Some(copy) => found.copies.push(copy),
                None => found.lost.extend(self.last_lost(&key, time)),
            }
        }
        found
    }

    fn last_lost(&self, key: &Key<'_>, time: UtcTime) -> Option<(Copy, usize)> {
        let lost = &self.settled.get(key)?.lost;
        let (copy, _, at_place) = lost[..lost.partition_point(|(copy, ..)| copy.made_at <= time)].last()?;
        Some((copy.clone(), *at_place))
    }

    fn surviving(&self, key: &Key<'_>, time: UtcTime, depth: u32) -> Option<Copy> {
        let Settled { surviving, lost } = self.settled.get(key)?;
        let newest = surviving[..surviving.partition_point(|copy| copy.made_at <= time)].last();
        if newest.is_some() || depth >= COPY_DEPTH_MAX {
            return newest.cloned();
        }
        // A copy that is gone may have been copied itself, also later than the
        // loss: what counts is that this was before its own.
        let in_time = &lost[..lost.partition_point(|(copy, ..)| copy.made_at <= time)];
        let copies = in_time.iter().rev().take(COPIES_MAX).filter_map(|(copy, gone, _)| {
            let operation = *copy.lost_with.first()?;
            self.surviving(&(key.0, copy.region.clone(), operation, bare(&copy.id)), *gone, depth + 1)
        });
        copies.max_by_key(|copy| (copy.made_at, copy.made_by))
    }
}

/// Copies of what one call destroyed.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// How many things the call names.
    pub(super) things: usize,
    /// The newest copy of each thing that has one.
    pub(super) copies: Vec<Copy>,
    /// Of things that have none left, the newest one that was destroyed, with the
    /// place of the call that did.
    pub(super) lost: Vec<(Copy, usize)>,
}

/// Destroyed copies of one thing that are followed to their own copies.
const COPIES_MAX: usize = 5;

/// Destructions of one copy that are looked at: each but the last was undone.
const LOSSES_MAX: usize = 20;
