//! Calls of one second, of which one undoes the other: which came last, no record
//! tells.
//!
//! Owns: finding them for a few calls. What undoes what is the catalogue's.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Catalogue;
use crate::model::destructive::DestructiveAction;
use crate::model::event::{Event, Outcome};
use crate::model::evidence::Evidence;

use super::super::payload;
use super::Facts;

/// Calls that another one of their second may have undone, by their records.
pub(super) struct Unordered(BTreeSet<Evidence>);

impl Unordered {
    /// Looks at the events of the seconds of these calls.
    pub(super) fn of<'a>(calls: impl Iterator<Item = &'a DestructiveAction>, facts: Facts<'a>) -> Self {
        let calls: Vec<(i64, &Evidence)> =
            calls.filter_map(|call| Some((call.event_time?.seconds(), &call.evidence))).collect();
        let seconds: BTreeSet<i64> = calls.iter().map(|(second, _)| *second).collect();
        let mut by_second: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
        for event in facts.events.iter().filter(|event| event.outcome() == Outcome::Succeeded) {
            let second = event.time.map(|time| time.seconds()).filter(|second| seconds.contains(second));
            if let Some(second) = second {
                by_second.entry(second).or_default().push(event);
            }
        }
        let met = calls.into_iter().filter(|(second, record)| {
            let around = by_second.get(second).map(Vec::as_slice).unwrap_or_default();
            let Some(call) = around.iter().find(|event| event.evidence == **record) else { return false };
            around.iter().any(|other| undoes(other, call, facts.catalogue))
        });
        Self(met.map(|(_, record)| record.clone()).collect())
    }

    pub(super) fn holds(&self, call: &DestructiveAction) -> bool {
        self.0.contains(&call.evidence)
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
