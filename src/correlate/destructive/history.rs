//! What the rest of the evidence tells about losses: undoings, copies, settings,
//! Recycle Bin rules.
//!
//! Owns: one pass over the events, which looks into those alone whose name the
//! catalogue says can tell anything.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::{Catalogue, UndoKind, Wait};
use crate::model::event::{Event, Outcome};
use crate::model::inventory::ConfigItem;

use super::super::payload;
use super::bin::Bins;
use super::copies::{Copies, Found};
use super::cut::{self, Cuts};
use super::kept::Kept;
use super::origin::Origins;
use super::purge::{self, Purges};
use super::undone::{Undoing, Undoings};

/// One call with its parsed columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'c> {
    /// The call.
    pub(super) event: &'c Event,
    /// `requestParameters`; null where not recorded.
    pub(super) request: &'c Value,
    /// `responseElements`; null where not recorded.
    pub(super) response: &'c Value,
}

/// Everything that other events tell.
#[derive(Debug)]
pub(super) struct History<'e> {
    events: &'e [Event],
    catalogue: &'e Catalogue,
    undoings: Undoings<'e>,
    copies: Copies<'e>,
    cuts: Cuts<'e>,
    /// What the restores at these places restored from, as far as that is known:
    /// what destroys each such thing, and its name.
    restores: BTreeMap<usize, Vec<(&'static str, String)>>,
    /// Versions and buckets that were destroyed.
    pub(super) purges: Purges<'e>,
    /// Settings of buckets, tables and databases.
    pub(super) kept: Kept<'e>,
    /// Recycle Bin rules.
    pub(super) bins: Bins<'e>,
}

impl<'e> History<'e> {
    /// Of these events, in order of time, and these items of AWS Config.
    pub(super) fn of(events: &'e [Event], items: &'e [ConfigItem], catalogue: &'e Catalogue) -> Self {
        let mut history = Self {
            events,
            catalogue,
            undoings: Undoings::default(),
            copies: Copies::default(),
            cuts: Cuts::default(),
            restores: BTreeMap::new(),
            purges: Purges::default(),
            kept: Kept::default(),
            bins: Bins::default(),
        };
        history.kept.add_items(items);
        let (mut origins, mut restores) = (Origins::default(), Vec::new());
        for (place, event) in events.iter().enumerate() {
            let (source, name) = (&*event.event_source, &*event.event_name);
            let tells = catalogue.may_explain_loss(source, name)
                || event.category.is_some()
                    && (catalogue.operand(source, name).is_some()
                        || cut::may_cut(event)
                        || purge::may_purge(event));
            if !tells || event.outcome() != Outcome::Succeeded {
                continue;
            }
            let request = payload::parse(event.request_parameters.as_ref());
            let response = payload::parse(event.response_elements.as_ref());
            history.undoings.add((place, event), catalogue, &request, &response);
            history.copies.add((place, event), catalogue, &request, &response);
            history.cuts.add((place, event), &request, &response);
            history.purges.add((place, event), &request, &response);
            origins.add(event, catalogue, &request, &response);
            history.kept.add(event, &request, &response);
            history.bins.add(event, &request, &response);
            if restores_from_copy(event, catalogue) {
                restores.push((place, request, response));
            }
        }
        for (place, request, response) in restores {
            let from = origins.restored_by(&events[place], catalogue, (&request, &response));
            if !from.is_empty() {
                history.restores.insert(place, from);
            }
        }
        history.kept.finish();
        let copies = std::mem::take(&mut history.copies);
        history.copies = copies.settle(&|place| history.is_back(place));
        history
    }

    /// Copies of what a call destroyed that are still there.
    pub(super) fn copies_of(&self, call: Call<'_>) -> Found {
        self.copies.of(call.event, self.catalogue, call.request)
    }

    /// What undid a call, whose things have these copies.
    pub(super) fn undoing_of(&self, call: Call<'_>, copies: &[String]) -> Option<Undoing> {
        let operand = self.catalogue.operand(&call.event.event_source, &call.event.event_name);
        let lost = operand.map(|operand| (operand.operation, operand.names(call.request)));
        let is_of_this = |by: usize| match &lost {
            Some((operation, names)) => !self.is_of_another(by, operation, names),
            None => true,
        };
        self.undoings.of(call, self.catalogue, copies, &is_of_this)
    }

    /// Whether the restore at a place is known to be from a copy of something
    /// else than the things of those names, which that operation destroyed.
    fn is_of_another(&self, by: usize, operation: &str, names: &[String]) -> bool {
        let from = self.restores.get(&by).into_iter().flatten();
        let mut things = from.filter(|(destroyed_by, _)| *destroyed_by == operation).peekable();
        things.peek().is_some() && things.all(|(_, thing)| !names.contains(thing))
    }

    /// The call that destroyed what the call at a place had left for a while, if
    /// nothing was brought back before.
    pub(super) fn cut_of(&self, place: usize, call: Call<'_>) -> Option<&'e Event> {
        let (at, by) = self.cuts.of((place, call.event), call.request, call.response)?;
        let undone = self.undoing_of(call, &[]);
        let back = matches!(undone, Some(Undoing::Whole(undone)) if undone.kind != UndoKind::Recreated && undone.at <= at);
        if back { None } else { self.event(by) }
    }

    /// Whether what the call at a place destroyed was itself brought back.
    fn is_back(&self, place: usize) -> bool {
        let Some(event) = self.events.get(place) else { return false };
        let request = payload::parse(event.request_parameters.as_ref());
        let response = payload::parse(event.response_elements.as_ref());
        let call = Call { event, request: &request, response: &response };
        matches!(self.undoing_of(call, &[]), Some(Undoing::Whole(undone)) if undone.kind == UndoKind::Restored)
    }

    /// The event at a place.
    pub(super) fn event(&self, place: usize) -> Option<&'e Event> {
        self.events.get(place)
    }

    /// How long a call of that name waits.
    pub(super) fn wait(&self, event: &Event) -> Option<&'e Wait> {
        self.catalogue.wait(&event.event_source, &event.event_name)
    }
}

fn restores_from_copy(event: &Event, catalogue: &Catalogue) -> bool {
    let pairs = catalogue.undoes(&event.event_source, &event.event_name);
    let mut kinds = pairs.iter().filter_map(|pair| Some(catalogue.inverse(*pair)?.kind));
    kinds.any(|kind| kind == UndoKind::RestoredFromCopy)
}
