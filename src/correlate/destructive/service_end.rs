//! What a service records when a deletion that was asked for has ended.
//!
//! Owns: taking such a record for the end of its call, so that one loss is one
//! row. Where the call is not in evidence, the record is all there is, and stays
//! a row of its own.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::bare;
use crate::model::destructive::DestructiveAction;
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

/// Leaves out the rows of ends whose call has a row; that row says when.
pub(super) fn fold(rows: &mut Vec<(usize, DestructiveAction)>, events: &[Event]) {
    let mut asked: BTreeMap<Key<'_>, Vec<(UtcTime, usize)>> = BTreeMap::new();
    let mut ends: Vec<(usize, UtcTime, Vec<Key<'_>>)> = Vec::new();
    for (number, (at, row)) in rows.iter().enumerate() {
        let event = &events[*at];
        let source = &*event.event_source;
        let (true, Some(time)) = (row.outcome == Outcome::Succeeded, event.time) else { continue };
        if ENDS.iter().any(|(of, _, call)| *of == source && **call == *event.event_name) {
            for key in keys(event, true) {
                asked.entry(key).or_default().push((time, number));
            }
        } else if ENDS.iter().any(|(of, end, _)| *of == source && **end == *event.event_name) {
            ends.push((number, time, keys(event, false)));
        }
    }
    let mut told: BTreeMap<usize, UtcTime> = BTreeMap::new();
    let mut folded: Vec<usize> = Vec::new();
    for (number, time, names) in ends {
        let before = names.iter().filter_map(|key| latest(asked.get(key)?, time)).max();
        let Some((_, call)) = before else { continue };
        let end = told.entry(call).or_insert(time);
        *end = time.max(*end);
        folded.push(number);
    }
    for (number, end) in told {
        let row = &mut rows[number].1;
        let recovery = &row.recovery;
        row.recovery = format!("{recovery}; the service recorded the end of the deletion at {end}").into();
    }
    let mut number = 0;
    rows.retain(|_| {
        number += 1;
        folded.binary_search(&(number - 1)).is_err()
    });
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
