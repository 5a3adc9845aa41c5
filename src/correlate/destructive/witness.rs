//! By which names a loss and a call that tells of it find each other.
//!
//! Owns: the names on either side, so that only those calls are understood that
//! bear on a loss in the evidence. May join too much, never too little: whether a
//! call really undid, copied or kept anything is judged from its whole record.

use serde_json::Value;

use crate::catalogue::{Catalogue, bare, setting_names};
use crate::model::event::{Event, Outcome};
use crate::model::witness::Bearing;

use super::super::payload;

/// The names in a succeeded call that does no harm: `call` is event source and
/// event name without API date, the columns its parsed request and response, or
/// what [`Catalogue::told_of_loss`] reads of them.
pub fn witnessed(
    call: (&str, &str),
    (request, response): (&Value, &Value),
    catalogue: &Catalogue,
) -> Vec<(Bearing, String)> {
    let (source, name) = call;
    let mut found = Vec::new();
    for &pair in catalogue.undoes(source, name) {
        let names = catalogue.inverse(pair).and_then(|pair| pair.undone_for(request, response, true));
        for name in names.into_iter().flatten().flatten() {
            found.push((Bearing::Undoes, placed(name, pair)));
        }
    }
    for copied in catalogue.copyings(source, name).iter().flat_map(|kind| kind.copied(request, response)) {
        found.push((Bearing::Copies, copied.thing));
        found.push((Bearing::Makes, bare(&copied.copy)));
    }
    found.extend(kept(source, request).map(|name| (Bearing::Keeps, name)));
    found.extend(protected(call, (request, response), catalogue));
    found.sort_unstable();
    found.dedup();
    found
}

/// The names by which calls that bear on what an event destroyed would name it;
/// none if it destroyed nothing.
pub fn lost(event: &Event, catalogue: &Catalogue) -> Vec<(Bearing, String)> {
    if event.category.is_none() || event.outcome() != Outcome::Succeeded {
        return Vec::new();
    }
    let (source, name) = (&*event.event_source, &*event.event_name);
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let mut found = Vec::new();
    for &pair in catalogue.undone_by(source, name) {
        // Copies are found by what they are copies of.
        let names = catalogue.inverse(pair).and_then(|pair| pair.done_to(&request, &response, &[]));
        for name in names.into_iter().flatten().flatten() {
            found.push((Bearing::Undoes, placed(name, pair)));
        }
    }
    if let Some(operand) = catalogue.operand(source, name) {
        found.extend(operand.names(&request).into_iter().map(|name| (Bearing::Copies, name)));
    }
    found.extend(kept(source, &request).map(|name| (Bearing::Keeps, name)));
    found.extend(protected((source, name), (&request, &response), catalogue));
    found
}

/// The things whose protection a call tells of: what it was set to before, earlier
/// calls tell.
fn protected(
    call: (&str, &str),
    columns: (&Value, &Value),
    catalogue: &Catalogue,
) -> impl Iterator<Item = (Bearing, String)> {
    catalogue.protected_things(call, columns).into_iter().map(|name| (Bearing::Keeps, name))
}

/// A pair about a whole account or region names nothing: its number stands for it.
fn placed(name: String, pair: usize) -> String {
    if name.is_empty() { format!("\n{pair}") } else { name }
}

/// What `Kept` knows its settings by.
fn kept(source: &str, request: &Value) -> impl Iterator<Item = String> {
    let named = setting_names(source).iter();
    named.filter_map(|key| payload::text(request, &[key])).map(bare)
}
