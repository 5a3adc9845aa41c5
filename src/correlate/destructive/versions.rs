//! What deleting an S3 object did: left a delete marker, destroyed a version, or
//! took a marker away.
//!
//! Owns: telling these apart from the request, the answer, and what the evidence
//! shows of the bucket before. Where it cannot be told, it is said why.
//!
//! Source: S3 User Guide, "Deleting object versions", "Working with delete
//! markers"; facts/cloudtrail.md 1.5, 6.3 (versionId).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::destructive::Reversibility;
use crate::model::event::Event;

use super::super::payload;
use super::kept::{Kept, Versioning};

/// What can be done about a deletion of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Whether it can be undone.
    pub(super) reversibility: Reversibility,
    /// What to do, or why it is not known.
    pub(super) recovery: String,
}

/// What became of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    MarkerRemoved,
    MarkerLeft,
    Unknown,
    VersionGone,
}

/// What a succeeded `DeleteObject` or `DeleteObjects` did; `None` for any other
/// call.
pub(super) fn of(event: &Event, request: &Value, response: &Value, kept: &Kept<'_>) -> Option<Told> {
    if &*event.event_source != "s3.amazonaws.com" {
        return None;
    }
    let told = match &*event.event_name {
        "DeleteObject" => one(event, request, response, kept),
        "DeleteObjects" => many(event, request, response, kept),
        _ => return None,
    };
    let bypassed = ["x-amz-bypass-governance-retention", "bypassGovernanceRetention"]
        .iter()
        .any(|key| payload::flag(request, &[key]) == Some(true));
    Some(if bypassed {
        Told { recovery: format!("{}; governance retention was bypassed", told.recovery), ..told }
    } else {
        told
    })
}

/// Whether a deletion of objects left markers, or may have.
pub(super) fn leaves_markers(event: &Event, request: &Value) -> bool {
    &*event.event_name == "DeleteObjects" || asked_version(request).is_none()
}

/// The id of the delete marker that a `DeleteObject` left, as answered.
pub(super) fn marker_of(event: &Event, response: &Value) -> Option<String> {
    let extra = payload::parse(event.additional_event_data.as_ref());
    let key = &["x-amz-version-id"];
    payload::text(response, key).or_else(|| payload::text(&extra, key)).map(str::to_owned)
}

/// Keys that a deletion names without a version, each once.
pub(super) fn unversioned(request: &Value, response: &Value) -> Vec<String> {
    let mut keys: Vec<String> = items(request, response)
        .into_iter()
        .filter(|item| asked_version(item).is_none())
        .filter_map(|item| payload::text(item, &["key"]).map(str::to_owned))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Key and version of each version that a deletion destroyed, or may have: where
/// the answer tells that it was a delete marker, it destroyed none.
pub(super) fn destroyed(event: &Event, request: &Value, response: &Value) -> Vec<(String, String)> {
    if &*event.event_name == "DeleteObject" {
        let extra = payload::parse(event.additional_event_data.as_ref());
        if is_marker(response, &extra) {
            return Vec::new();
        }
    }
    let named = items(request, response)
        .into_iter()
        .filter(|item| payload::flag(item, &["deleteMarker"]) != Some(true));
    let pair =
        |item: &Value| Some((payload::text(item, &["key"])?.to_owned(), asked_version(item)?.to_owned()));
    named.filter_map(pair).collect()
}

/// The objects that a deletion names: itself, or the items of its batch.
fn items<'v>(request: &'v Value, response: &'v Value) -> Vec<&'v Value> {
    if payload::text(request, &["key"]).is_some() {
        return vec![request];
    }
    let answered = list(response, ANSWERED);
    if answered.is_empty() { list(request, ASKED) } else { answered }
}

const ANSWERED: &[&[&str]] = &[&["deleteResult", "deleted"], &["deleted"], &["deletedObjects"]];
const ASKED: &[&[&str]] = &[&["delete", "object"], &["delete", "objects"], &["objects"]];

fn asked_version(request: &Value) -> Option<&str> {
    payload::text(request, &["versionId"]).or_else(|| payload::text(request, &["x-amz-version-id"]))
}

fn is_marker(response: &Value, extra: &Value) -> bool {
    let key = &["x-amz-delete-marker"];
    let said = payload::at(response, key).or_else(|| payload::at(extra, key));
    said.is_some_and(|value| *value == Value::Bool(true) || value.as_str() == Some("true"))
}

fn told(reversibility: Reversibility, recovery: impl Into<String>) -> Told {
    Told { reversibility, recovery: recovery.into() }
}

const VERSION_GONE: &str = "this version is gone for good; restore from a replica or backup";

fn one(event: &Event, request: &Value, response: &Value, kept: &Kept<'_>) -> Told {
    let extra = payload::parse(event.additional_event_data.as_ref());
    let said = |key: &str| payload::at(response, &[key]).or_else(|| payload::at(&extra, &[key]));
    let said_text = |key: &str| said(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let marker = is_marker(response, &extra);
    let version = said_text("x-amz-version-id");
    match (asked_version(request), marker) {
        (Some(asked), true) => told(
            Reversibility::Reversible,
            format!("this removed the delete marker {asked}: the object shows again; nothing was lost"),
        ),
        (Some(_), false) if response.is_object() || version.is_some() => {
            told(Reversibility::Irreversible, VERSION_GONE)
        }
        (Some(_), false) => told(
            Reversibility::Unknown,
            "the answer was not recorded: either this version is gone for good, or a delete marker was removed; list the object's versions",
        ),
        (None, true) if version == Some("null") => {
            suspended("the answer names the marker null: versioning was suspended")
        }
        (None, true) => match version {
            Some(marker) => told(
                Reversibility::Reversible,
                format!(
                    "call DeleteObject with versionId={marker} to remove the delete marker; the versions are still there"
                ),
            ),
            None => told(Reversibility::Reversible, "remove the delete marker; the versions are still there"),
        },
        (None, false) => by_bucket(event, request, response, kept),
    }
}

fn suspended(why: &str) -> Told {
    told(
        Reversibility::Unknown,
        format!(
            "{why}; what was written while it was is gone, versions from before are still there behind the delete marker"
        ),
    )
}

/// The answer tells of no marker: the bucket's own setting decides.
fn by_bucket(event: &Event, request: &Value, response: &Value, kept: &Kept<'_>) -> Told {
    let bucket = payload::text(request, &["bucketName"]).unwrap_or_default();
    match kept.versioning(event, bucket) {
        Some((since, Versioning::Enabled)) => told(
            Reversibility::Reversible,
            format!(
                "remove the delete marker: the bucket kept versions as of {since}, so the versions are still there"
            ),
        ),
        Some((since, Versioning::Off)) => told(
            Reversibility::Irreversible,
            format!("the bucket kept no versions as of {since}; restore from a replica or backup"),
        ),
        Some((since, Versioning::Suspended)) => suspended(&format!("versioning was suspended as of {since}")),
        None if response.as_object().is_some_and(|fields| !fields.is_empty()) => told(
            Reversibility::Irreversible,
            "the answer tells of no delete marker, so the bucket kept no versions; restore from a replica or backup",
        ),
        None => told(
            Reversibility::Unknown,
            "neither the answer nor earlier evidence tells whether the bucket kept versions: if it did, remove the delete marker; else restore from a replica or backup",
        ),
    }
}

fn list<'v>(value: &'v Value, paths: &[&[&str]]) -> Vec<&'v Value> {
    let found = paths.iter().find_map(|path| payload::at(value, path));
    match found {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(item @ Value::Object(_)) => vec![item],
        _ => Vec::new(),
    }
}

fn many(event: &Event, request: &Value, response: &Value, kept: &Kept<'_>) -> Told {
    let answered = list(response, ANSWERED);
    let asked = list(request, ASKED);
    let bucket = payload::text(request, &["bucketName"]).unwrap_or_default();
    let versioning = kept.versioning(event, bucket).map(|(_, versioning)| versioning);
    let of_answer =
        |item: &&Value| match (payload::flag(item, &["deleteMarker"]), payload::text(item, &["versionId"])) {
            (Some(true), Some(_)) => Fate::MarkerRemoved,
            (_, Some(_)) => Fate::VersionGone,
            (Some(true), None) if payload::text(item, &["deleteMarkerVersionId"]) == Some("null") => {
                Fate::Unknown
            }
            (Some(true), None) => Fate::MarkerLeft,
            (_, None) => Fate::VersionGone,
        };
    let of_request = |item: &&Value| match (payload::text(item, &["versionId"]), versioning) {
        (Some(_), _) => Fate::Unknown,
        (None, Some(Versioning::Enabled)) => Fate::MarkerLeft,
        (None, Some(Versioning::Off)) => Fate::VersionGone,
        (None, _) => Fate::Unknown,
    };
    let errors =
        list(response, &[&["deleteResult", "error"], &["deleteResult", "errors"], &["errors"], &["error"]]);
    let refused: BTreeSet<&str> = errors.iter().filter_map(|item| payload::text(item, &["key"])).collect();
    let done = |item: &&&Value| payload::text(item, &["key"]).is_none_or(|key| !refused.contains(key));
    let fates: Vec<Fate> = if answered.is_empty() {
        asked.iter().filter(done).map(of_request).collect()
    } else {
        answered.iter().map(of_answer).collect()
    };
    if fates.is_empty() {
        return by_bucket(event, request, &Value::Null, kept);
    }
    let count = |wanted: Fate| fates.iter().filter(|fate| **fate == wanted).count();
    let parts = [
        (count(Fate::VersionGone), "gone for good: restore from a replica or backup"),
        (
            count(Fate::Unknown),
            "perhaps behind a delete marker, which the record does not tell: list the versions",
        ),
        (count(Fate::MarkerLeft), "behind delete markers: remove these"),
        (count(Fate::MarkerRemoved), "showing again, as a delete marker was removed"),
    ];
    let words: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let reversibility = match fates.iter().max() {
        Some(Fate::VersionGone) => Reversibility::Irreversible,
        Some(Fate::Unknown) | None => Reversibility::Unknown,
        Some(Fate::MarkerLeft | Fate::MarkerRemoved) => Reversibility::Reversible,
    };
    told(reversibility, words.join("; "))
}
