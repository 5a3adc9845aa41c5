//! The buckets that trails deliver to, as far as the evidence tells.
//!
//! Owns: where that stands: in calls that set a trail, in exports of trails, and
//! in the folders of the dump. What is done to such a bucket is a finding's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::event::{Event, Outcome};
use crate::model::evidence::Evidence;
use crate::model::inventory::TrailSettings;
use crate::model::object::Object;
use crate::model::time::UtcTime;

use super::payload;

/// What every key of a delivered log holds.
///
/// Source: facts/cloudtrail.md 2.1 (KEY).
pub(super) const LOGS: &str = "AWSLogs/";

/// Buckets of trails, by name: a name is one bucket in all accounts.
#[derive(Clone, Debug, Default)]
pub(super) struct LogBuckets(BTreeMap<Arc<str>, LogBucket>);

/// What is known of one bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct LogBucket {
    /// How its log keys begin, each ending with `AWSLogs/`.
    pub(super) prefixes: BTreeSet<String>,
    /// The first call that shows it; `None` where something of no time tells.
    pub(super) since: Option<UtcTime>,
    /// What tells it, as the end of a sentence about the bucket.
    pub(super) told: String,
    /// The record that tells it, if one does.
    pub(super) evidence: Option<Evidence>,
    /// Whether a call or an export names it. That a folder has the name of a bucket
    /// shows only when somebody calls that bucket.
    named: bool,
}

impl LogBuckets {
    /// From succeeded calls that set a trail, from exports, and from the folders
    /// that logs of trails lie in.
    pub(super) fn of(events: &[Event], trails: &[TrailSettings], objects: &[Object]) -> Self {
        let mut known = Self::default();
        for event in events.iter().filter(|event| sets_trail(event)) {
            known.add_call(event);
        }
        for trail in trails {
            if let Some(bucket) = &trail.bucket {
                let told = "to which a trail delivers, as an export of its settings says".to_owned();
                known.add_timeless(bucket, &log_prefix(trail.key_prefix.as_deref()), told).named = true;
            }
        }
        known.add_folders(objects);
        known
    }

    /// What is known of a bucket; `None` for one that no trail is known to use.
    pub(super) fn get(&self, bucket: &str) -> Option<&LogBucket> {
        self.0.get(bucket)
    }

    /// Whether no bucket could be one.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of those that calls or exports name, in order. Folders may have
    /// any name, so that they do not show that the buckets are known.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, bucket)| bucket.named).map(|(name, _)| &**name)
    }

    /// The answer says what holds after the call; a request for a new trail is as
    /// good, one that changes a trail may leave the key prefix as it was.
    fn add_call(&mut self, event: &Event) {
        let request = payload::parse(event.request_parameters.as_ref());
        let response = payload::parse(event.response_elements.as_ref());
        let answered = payload::text(&response, &["s3BucketName"]);
        let Some(bucket) = answered.or_else(|| payload::text(&request, &["s3BucketName"])) else { return };
        let from = if answered.is_some() { &response } else { &request };
        let trail = [&response, &request].into_iter().find_map(|value| payload::text(value, &["name"]));
        let at = event.time.map(|time| format!(" at {time}")).unwrap_or_default();
        let told =
            format!("to which trail {} was set to deliver ({}{at})", trail.unwrap_or("?"), event.event_name);
        let is_new = !self.0.contains_key(bucket);
        let entry = self.0.entry(Arc::from(bucket)).or_default();
        entry.prefixes.insert(log_prefix(payload::text(from, &["s3KeyPrefix"])));
        entry.named = true;
        // Events are in order of time: the first one tells since when.
        if is_new {
            entry.since = event.time;
            entry.told = told;
            entry.evidence = Some(event.evidence.clone());
        }
    }

    fn add_timeless(&mut self, bucket: &str, prefix: &str, told: String) -> &mut LogBucket {
        let entry = self.0.entry(Arc::from(bucket)).or_default();
        entry.prefixes.insert(prefix.to_owned());
        entry.since = None;
        if entry.told.is_empty() {
            entry.told = told;
        }
        entry
    }

    /// Folders above `AWSLogs` below which logs of CloudTrail lie, each with what
    /// stands between it and them. Which of them is the bucket the dump does not
    /// tell; a call on a bucket of that very name does.
    fn add_folders(&mut self, objects: &[Object]) {
        let mut above: BTreeSet<&str> = BTreeSet::new();
        for object in objects {
            let path = object.path.as_str();
            let cut = path.find("/AWSLogs/").filter(|cut| path[*cut..].contains("/CloudTrail"));
            above.extend(cut.and_then(|cut| path.get(..cut)));
        }
        for folders in above {
            let parts: Vec<&str> = folders.split(['/', '!']).collect();
            for (place, part) in parts.iter().enumerate().filter(|(_, part)| is_bucket_name(part)) {
                let between = parts.get(place + 1..).unwrap_or_default().join("/");
                let told = "in whose folder of this dump logs of CloudTrail lie".to_owned();
                self.add_timeless(part, &log_prefix(Some(&between)), told);
            }
        }
    }
}

/// Source: CloudTrail API Reference, `CreateTrail`, `UpdateTrail`.
fn sets_trail(event: &Event) -> bool {
    &*event.event_source == "cloudtrail.amazonaws.com"
        && matches!(&*event.event_name, "CreateTrail" | "UpdateTrail")
        && event.outcome() == Outcome::Succeeded
}

fn log_prefix(key_prefix: Option<&str>) -> String {
    let prefix = key_prefix.unwrap_or_default().trim_end_matches('/');
    if prefix.is_empty() { LOGS.to_owned() } else { format!("{prefix}/{LOGS}") }
}

/// Source: S3 User Guide, "General purpose bucket naming rules".
fn is_bucket_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    (3..=63).contains(&text.len()) && text.bytes().all(fits)
}
