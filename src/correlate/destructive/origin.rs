//! What the copies in the evidence are copies of.
//!
//! Owns: telling that a restore brought something else back under the name of
//! what was lost. A copy whose making is not in the evidence may be of anything.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::catalogue::{Catalogue, UndoKind, bare};
use crate::model::event::Event;

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

    /// What the copies are of that a call restores from: what destroys each such
    /// thing, and its name. Nothing where the evidence does not tell.
    pub(super) fn restored_by(
        &self,
        by: &Event,
        catalogue: &Catalogue,
        (request, response): (&Value, &Value),
    ) -> Vec<(&'static str, String)> {
        let Some((account, region)) = place::of(by) else { return Vec::new() };
        let pairs = catalogue.undoes(&by.event_source, &by.event_name);
        let named = pairs.iter().filter_map(|pair| {
            let inverse = catalogue.inverse(*pair)?;
            let from_copy = inverse.kind == UndoKind::RestoredFromCopy;
            inverse.undone_for(request, response, true).filter(|_| from_copy)
        });
        let from = named.flatten().flatten().filter_map(|name| self.0.get(&(account, region, name)));
        let things: BTreeSet<&(&'static str, String)> = from.flatten().collect();
        things.into_iter().cloned().collect()
    }
}
