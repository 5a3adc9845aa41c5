//! Versions behind a delete marker that were destroyed after it was left.
//!
//! Owns: finding the later call that destroyed a version of the same object, or
//! the bucket that held it, and what is left to say then. What the first call did
//! is `versions`'.
//!
//! Source: S3 User Guide, "Deleting object versions"; S3 API Reference,
//! `DeleteBucket` (all versions and delete markers must be gone before).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::UndoKind;
use crate::model::destructive::Reversibility;
use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::super::payload;
use super::history::{Call, History};
use super::place;
use super::undone::Undoing;
use super::versions::{self, Told};

/// One version that a call named.
#[derive(Debug)]
struct Purge {
    at: UtcTime,
    by: usize,
    version: String,
}

/// Deleted versions and buckets, each list in order of time.
#[derive(Debug, Default)]
pub(super) struct Purges<'e> {
    /// By account, bucket and key.
    versions: BTreeMap<(&'e str, String, String), Vec<Purge>>,
    /// By account and bucket.
    buckets: BTreeMap<(&'e str, String), Vec<(UtcTime, usize)>>,
}

/// Whether a call may destroy versions. Asked of every destructive call, so it
/// looks at names first.
pub(super) fn may_purge(event: &Event) -> bool {
    &*event.event_source == "s3.amazonaws.com"
        && match &*event.event_name {
            "DeleteBucket" => true,
            "DeleteObject" | "DeleteObjects" => {
                let request = event.request_parameters.as_deref().unwrap_or_default();
                let response = event.response_elements.as_deref().unwrap_or_default();
                request.contains("ersionId") || response.contains("ersionId")
            }
            _ => false,
        }
}

impl<'e> Purges<'e> {
    /// Takes in one succeeded event, with its parsed columns.
    pub(super) fn add(&mut self, (at_place, event): (usize, &'e Event), request: &Value, response: &Value) {
        let (Some(at), Some((account, _))) = (event.time.filter(|_| may_purge(event)), place::of(event))
        else {
            return;
        };
        let Some(bucket) = payload::text(request, &["bucketName"]) else { return };
        if &*event.event_name == "DeleteBucket" {
            self.buckets.entry((account, bucket.to_owned())).or_default().push((at, at_place));
        }
        for (key, version) in versions::destroyed(event, request, response) {
            let purge = Purge { at, by: at_place, version };
            self.versions.entry((account, bucket.to_owned(), key)).or_default().push(purge);
        }
    }

    /// The first version of an object that a later call destroyed, but for the
    /// marker itself. Within one second the order does not matter: it is gone.
    fn version(
        &self,
        event: &Event,
        bucket: &str,
        key: &str,
        marker: Option<&str>,
    ) -> Option<(UtcTime, usize)> {
        let (time, (account, _)) = (event.time?, place::of(event)?);
        let all = self.versions.get(&(account, bucket.to_owned(), key.to_owned()))?;
        let later = &all[all.partition_point(|purge| purge.at.seconds() < time.seconds())..];
        later.iter().find(|purge| Some(purge.version.as_str()) != marker).map(|purge| (purge.at, purge.by))
    }

    fn bucket(&self, event: &Event, bucket: &str) -> Option<(UtcTime, usize)> {
        let (time, (account, _)) = (event.time?, place::of(event)?);
        let all = self.buckets.get(&(account, bucket.to_owned()))?;
        all.get(all.partition_point(|(at, _)| at.seconds() < time.seconds())).copied()
    }
}

/// What is left to say of markers that a call left, if what lay behind them was
/// destroyed later and they were not taken away before.
pub(super) fn after(told: Told, call: Call<'_>, history: &History<'_>) -> Told {
    if told.reversibility == Reversibility::Irreversible
        || !versions::leaves_markers(call.event, call.request)
    {
        return told;
    }
    let bucket = payload::text(call.request, &["bucketName"]).unwrap_or_default();
    let emptied = history.purges.bucket(call.event, bucket);
    let marker = versions::marker_of(call.event, call.response);
    let keys = versions::unversioned(call.request, call.response);
    let purged =
        keys.iter().filter_map(|key| history.purges.version(call.event, bucket, key, marker.as_deref()));
    let purged: Vec<(UtcTime, usize)> = purged.collect();
    if emptied.is_none() && purged.is_empty() {
        return told;
    }
    let undone = match history.undoing_of(call, &[]) {
        Some(Undoing::Whole(undone)) if undone.kind != UndoKind::Recreated => Some(undone.at),
        _ => None,
    };
    let in_time = |at: UtcTime| undone.is_none_or(|undone| at < undone);
    if let Some((at, _)) = emptied.filter(|(at, _)| in_time(*at)) {
        let recovery = format!(
            "DeleteBucket at {at} shows that nothing was left in the bucket by then, no version and no marker; restore from a replica or backup"
        );
        return Told { reversibility: Reversibility::Irreversible, recovery };
    }
    let purged: Vec<(UtcTime, usize)> = purged.into_iter().filter(|(at, _)| in_time(*at)).collect();
    let Some((at, by)) = purged.iter().min().copied() else { return told };
    let by = history.event(by).map(|event| &*event.event_name).unwrap_or_default();
    let of = match keys.len() {
        1 => "a version of it".to_owned(),
        all => format!("a version of {} of the {all} objects", purged.len()),
    };
    Told {
        reversibility: Reversibility::Unknown,
        recovery: format!(
            "{by} at {at} destroyed {of}; whether an older one is left behind the delete marker is not in the evidence: list the versions"
        ),
    }
}

#[cfg(test)]
mod tests;
