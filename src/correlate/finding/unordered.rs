//! Calls of one second, of which one undoes the other: which came last, no record
//! tells.
//!
//! Owns: telling so of a call. What undoes what is the catalogue's.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::model::event::{Event, Outcome};
use crate::model::evidence::Evidence;

use super::super::payload;
use super::Facts;
use super::acts::Act;

/// Succeeded calls that may undo others, and those of which it can be asked, by
/// their second.
pub(super) struct Unordered<'a> {
    catalogue: &'a Catalogue,
    undoing: BTreeMap<i64, Vec<&'a Event>>,
    asked: BTreeMap<&'a Evidence, &'a Event>,
}

impl<'a> Unordered<'a> {
    /// Looks at all events; `asked` are those of which it can be asked.
    pub(super) fn of(facts: Facts<'a>, asked: impl Fn(&Event) -> bool) -> Self {
        let catalogue = facts.catalogue;
        let mut all = Self { catalogue, undoing: BTreeMap::new(), asked: BTreeMap::new() };
        for event in facts.events.iter().filter(|event| event.outcome() == Outcome::Succeeded) {
            if asked(event) {
                all.asked.entry(&event.evidence).or_insert(event);
            }
            let undoes = !catalogue.undoes(&event.event_source, &event.event_name).is_empty();
            if let Some(time) = event.time.filter(|_| undoes) {
                all.undoing.entry(time.seconds()).or_default().push(event);
            }
        }
        all
    }

    /// Whether another call of its second may have undone it.
    pub(super) fn holds(&self, call: &Act) -> bool {
        let around = call.time.and_then(|time| self.undoing.get(&time.seconds()));
        let Some(event) = self.asked.get(&call.evidence) else { return false };
        around.into_iter().flatten().any(|other| undoes(other, event, self.catalogue))
    }
}

/// Whether one call would undo the other if it came later.
fn undoes(other: &Event, call: &Event, catalogue: &Catalogue) -> bool {
    let pairs = catalogue.undoes(&other.event_source, &other.event_name);
    if pairs.is_empty() || other.account_id != call.account_id || other.region != call.region {
        return false;
    }
    let columns = |event: &Event| {
        (payload::parse(event.request_parameters.as_ref()), payload::parse(event.response_elements.as_ref()))
    };
    let ((request, response), (other_request, other_response)) = (columns(call), columns(other));
    let undone_by = catalogue.undone_by(&call.event_source, &call.event_name).iter();
    undone_by.filter(|pair| pairs.contains(pair)).filter_map(|pair| catalogue.inverse(*pair)).any(|inverse| {
        let done = inverse.done_to(&request, &response, &[]).unwrap_or_default();
        let harmless = other.category.is_none();
        let undone = inverse.undone_for(&other_request, &other_response, harmless).unwrap_or_default();
        let undone: BTreeSet<&String> = undone.iter().flatten().collect();
        done.iter().flatten().any(|name| undone.contains(name))
    })
}
