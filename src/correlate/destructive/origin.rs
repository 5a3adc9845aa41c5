//! What the copies in the evidence are copies of.
//!
//! Owns: telling that a restore brought something else back under the name of
//! what was lost. A copy whose making is not in the evidence may be of anything.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::{Catalogue, bare};
use crate::model::event::Event;

use super::super::payload;
use super::place;

/// Account, region, bare id of a copy.
type Key<'e> = (&'e str, &'e str, String);

/// Copies, each with what destroys the thing it is of, and that thing's name.
#[derive(Debug, Default)]
pub(super) struct Origins<'e>(BTreeMap<Key<'e>, Vec<(&'static str, String)>>);

impl<'e> Origins<'e> {
    /// Takes in one succeeded event, with its parsed columns.
    pub(super) fn add(&mut self, event: &'e Event, catalogue: &Catalogue, request: &Value, response: &Value) {
        let Some((account, region)) = place::of(event) else { return };
        for copying in catalogue.copyings(&event.event_source, &event.event_name) {
            for copied in copying.copied(request, response) {
                let of = copying.needed_by().map(|operation| (operation, copied.thing.clone()));
                self.0.entry((account, region, bare(&copied.copy))).or_default().extend(of);
            }
        }
    }

    /// Whether a restore is known to be from a copy of something else than a
    /// call destroyed.
    pub(super) fn of_another(&self, by: &Event, lost: (&Event, &Value), catalogue: &Catalogue) -> bool {
        let (event, request) = lost;
        let Some(operand) = catalogue.operand(&event.event_source, &event.event_name) else { return false };
        let Some((account, region)) = place::of(by) else { return false };
        let lost = operand.names(request);
        let (asked, answered) =
            (payload::parse(by.request_parameters.as_ref()), payload::parse(by.response_elements.as_ref()));
        let pairs = catalogue.undoes(&by.event_source, &by.event_name);
        let named =
            pairs.iter().filter_map(|pair| catalogue.inverse(*pair)?.undone_for(&asked, &answered, true));
        let from = named.flatten().flatten().filter_map(|name| self.0.get(&(account, region, name)));
        let mut things = from.flatten().filter(|(operation, _)| *operation == operand.operation).peekable();
        things.peek().is_some() && things.all(|(_, thing)| !lost.contains(thing))
    }
}
