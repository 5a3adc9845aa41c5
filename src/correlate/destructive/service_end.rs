//! What a service records when a deletion that was asked for has ended.
//!
//! Owns: taking such a record for the end of its call, so that one loss is one
//! row. Where the call is not in evidence, the record is all there is, and stays
//! a row of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::catalogue::bare;
use crate::model::event::{Event, Outcome};
use crate::model::time::UtcTime;

use super::super::payload;
use super::place;

/// The record of the end, the call that asked for it, and in words what ended.
///
/// Source: facts/cloudtrail.md 6.4 (AwsServiceEvent: secretsmanager
/// EndSecretVersionDelete, kms DeleteKey).
const ENDS: [(&str, &str, &str); 2] = [
    ("secretsmanager.amazonaws.com", "EndSecretVersionDelete", "DeleteSecret"),
    ("kms.amazonaws.com", "DeleteKey", "ScheduleKeyDeletion"),
];

/// Account, region, service, and a name of the thing.
type Key<'e> = (&'e str, &'e str, &'e str, String);

/// The ends that services recorded, by the places of the events.
#[derive(Debug, Default)]
pub(super) struct Ends {
    told: BTreeMap<usize, UtcTime>,
    folded: BTreeSet<usize>,
}

impl Ends {
    /// Of these events, which are in order. `outcome` tells how one ended, if it has
    /// a row.
    pub(super) fn of(events: &[Event], outcome: impl Fn(&Event) -> Option<Outcome>) -> Self {
        let mut asked: BTreeMap<Key<'_>, Vec<(UtcTime, usize)>> = BTreeMap::new();
        let mut ends: Vec<(usize, UtcTime, Vec<Key<'_>>)> = Vec::new();
        let named = events.iter().enumerate().filter(|(_, event)| is_asked(event) || is_end(event));
        for (place, event) in named {
            let (Some(Outcome::Succeeded), Some(time)) = (outcome(event), event.time) else { continue };
            if is_asked(event) {
                for key in keys(event, true) {
                    asked.entry(key).or_default().push((time, place));
                }
            } else {
                ends.push((place, time, keys(event, false)));
            }
        }
        let mut all = Self::default();
        for (place, time, names) in ends {
            let before = names.iter().filter_map(|key| latest(asked.get(key)?, time)).max();
            let Some((_, call)) = before else { continue };
            let end = all.told.entry(call).or_insert(time);
            *end = time.max(*end);
            all.folded.insert(place);
        }
        all
    }

    /// Whether the event at a place is the end of a call that has a row; that row
    /// says when.
    pub(super) fn hide(&self, place: usize) -> bool {
        self.folded.contains(&place)
    }

    /// When the deletion that the call at a place asked for ended.
    pub(super) fn of_call(&self, place: usize) -> Option<UtcTime> {
        self.told.get(&place).copied()
    }
}

/// Whether a call asks for a deletion whose end the service records.
pub(super) fn is_asked(event: &Event) -> bool {
    ENDS.iter().any(|(of, _, call)| **of == *event.event_source && **call == *event.event_name)
}

/// Whether an event is the record of such an end.
pub(super) fn is_end(event: &Event) -> bool {
    ENDS.iter().any(|(of, end, _)| **of == *event.event_source && **end == *event.event_name)
}

/// The names that an event tells its thing by, wherever it lies.
pub(super) fn names(event: &Event, is_call: bool) -> Vec<String> {
    keys(event, is_call).into_iter().map(|(.., name)| name).collect()
}

/// The latest call that is not after this time. Within one second the order
/// does not matter: no end comes before its call.
fn latest(calls: &[(UtcTime, usize)], time: UtcTime) -> Option<(UtcTime, usize)> {
    calls.iter().filter(|(at, _)| at.seconds() <= time.seconds()).max().copied()
}

/// The names that an event tells its thing by. Of a call, its ARN alone if it
/// tells one: a thing made anew under its old name has another ARN.
fn keys(event: &Event, is_call: bool) -> Vec<Key<'_>> {
    let Some((account, region)) = place::of(event) else { return Vec::new() };
    let columns = [&event.request_parameters, &event.response_elements, &event.additional_event_data];
    let columns = columns.map(|column| payload::parse(column.as_ref()));
    let details = payload::parse(event.service_event_details.as_ref());
    let resources = payload::parse(event.resources.as_ref());
    let listed = resources.as_array().into_iter().flatten().filter_map(|item| payload::text(item, &["ARN"]));
    let of = |value: &'_ Value| -> Vec<String> {
        const NAMED: [&str; 6] = ["secretId", "aRN", "ARN", "name", "keyId", "keyArn"];
        NAMED.iter().filter_map(|key| payload::text(value, &[key]).map(str::to_owned)).collect()
    };
    let mut names: Vec<String> = columns.iter().chain([&details]).flat_map(of).collect();
    names.extend(listed.map(str::to_owned));
    let by_arn = is_call && names.iter().any(|name| name.starts_with("arn:"));
    names.retain(|name| !by_arn || name.starts_with("arn:"));
    // A key has one id, with and without its ARN.
    let is_key = &*event.event_source == "kms.amazonaws.com";
    let mut names: Vec<String> =
        names.into_iter().map(|name| if is_key { bare(&name) } else { name }).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| (account, region, &*event.event_source, name)).collect()
}

#[cfg(test)]
mod tests;
