//! What weakens or destroys the place where trails keep their logs.
//!
//! Owns: this claim, and which succeeded calls on such a bucket make it. Which
//! buckets are meant is `log_bucket`'s above; deleted log objects are
//! `log_objects`'.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::model::event::{Event, Outcome};
use crate::model::id::{AccountId, EventId};
use crate::model::time::UtcTime;

use super::super::joined::joined;
use super::super::log_bucket::{LOGS, LogBucket, LogBuckets};
use super::super::{actor, burst, payload};
use super::Facts;
use super::acts::Acts;
use super::claim::Claim;

mod lifecycle;
mod policy;

/// One succeeded call that harms a log bucket.
struct Harm<'a> {
    place: usize,
    event: &'a Event,
    /// What it does, to stand behind the name of the call.
    does: String,
    /// Whether logs are lost or no more protected by it, and not only perhaps.
    sure: bool,
}

type Whose<'a> = (Option<&'a AccountId>, Option<Arc<str>>, String);

/// One claim per bucket, actor and account, and run of calls with gaps under an
/// hour.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    if facts.log_buckets.is_empty() {
        return Vec::new();
    }
    let mut by_actor: BTreeMap<Whose<'_>, Vec<Harm<'_>>> = BTreeMap::new();
    let mut before: BTreeMap<String, (Whose<'_>, Option<Harm<'_>>)> = BTreeMap::new();
    for (place, event) in facts.events.iter().enumerate().filter(|(_, event)| is_on_bucket(event)) {
        let request = payload::parse(event.request_parameters.as_ref());
        let Some(name) = payload::text(&request, &["bucketName"]) else { continue };
        let Some(bucket) = facts.log_buckets.get(name) else { continue };
        let harm = harm(event, &request, bucket).map(|(does, sure)| Harm { place, event, does, sure });
        let whose = (event.account_id.as_ref(), who(place, event, facts), name.to_owned());
        match (is_before(event.time, bucket), sets_lifecycle(event)) {
            // What is set before the first log holds for the logs, if it stays.
            (true, true) => {
                before.insert(name.to_owned(), (whose, harm));
            }
            (true, false) => {}
            (false, _) => by_actor.entry(whose).or_default().extend(harm),
        }
    }
    for (whose, harm) in before.into_values() {
        by_actor.entry(whose).or_default().extend(harm);
    }
    let mut claims = Vec::new();
    for ((account, actor, name), harms) in by_actor {
        let Some(bucket) = facts.log_buckets.get(&name) else { continue };
        for run in burst::runs(harms, |harm| harm.event.time) {
            claims.extend(claim((account, actor.clone(), &name), &run, (bucket, facts)));
        }
    }
    claims
}

/// Succeeded calls of S3 that set or delete something of a bucket, or the lock of
/// its objects.
fn is_on_bucket(event: &Event) -> bool {
    let name = &*event.event_name;
    let sets = name.starts_with("Put") || name.starts_with("Delete");
    let about = name.contains("Bucket") || name.contains("ObjectLock");
    &*event.event_source == "s3.amazonaws.com"
        && (sets && about || matches!(name, "DeleteObjects" | "PutObjectRetention" | "PutObjectLegalHold"))
        && event.outcome() == Outcome::Succeeded
}

/// Whether a call is one on a bucket that a trail is known to use.
pub(in super::super) fn is_on_log_bucket(event: &Event, log_buckets: &LogBuckets) -> bool {
    if log_buckets.is_empty() || !is_on_bucket(event) {
        return false;
    }
    let request = payload::parse(event.request_parameters.as_ref());
    payload::text(&request, &["bucketName"]).is_some_and(|name| log_buckets.get(name).is_some())
}

fn sets_lifecycle(event: &Event) -> bool {
    event.event_name.contains("BucketLifecycle")
}

/// Whether no trail is known to have used the bucket yet.
fn is_before(time: Option<UtcTime>, bucket: &LogBucket) -> bool {
    time.zip(bucket.since).is_some_and(|(time, since)| time < since)
}

fn who(place: usize, event: &Event, facts: Facts<'_>) -> Option<Arc<str>> {
    let session = facts.sessions.of_event.get(&place).and_then(|session| facts.sessions.rows.get(*session));
    session.and_then(|session| session.actor.clone()).or_else(|| actor::of(&event.principal))
}

/// What a call does to the logs, and whether that is sure. Of calls that only
/// sometimes harm, the catalogue has judged the parameters.
///
/// Source: facts/cloudtrail.md 1.6 (S3 event names), 6.3 (parameters); S3 User
/// Guide, "Locking objects with Object Lock", "Replicating objects".
fn harm(event: &Event, request: &Value, bucket: &LogBucket) -> Option<(String, bool)> {
    let judged = event.category.is_some();
    let does = match &*event.event_name {
        "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" => {
            lifecycle::harm(request, &bucket.prefixes, judged)?
        }
        "PutBucketPolicy" => return policy::harm(request),
        "DeleteBucket" => "deletes the bucket".to_owned(),
        "DeleteBucketPolicy" => "deletes the policy that lets CloudTrail write to it".to_owned(),
        "PutBucketVersioning" if judged => of_versioning(request).to_owned(),
        "PutBucketObjectLockConfiguration" | "PutObjectLockConfiguration" if judged => {
            "takes the default lock from objects to come".to_owned()
        }
        "PutBucketReplication" if judged => "switches a replication rule off".to_owned(),
        "DeleteBucketReplication" => "ends its replication".to_owned(),
        "DeleteBucketPublicAccessBlock" => "removes its public access block".to_owned(),
        "PutObjectRetention" | "PutObjectLegalHold" if judged && is_log(request) => {
            "weakens the lock of a log".to_owned()
        }
        "DeleteObjects" if names_no_object(request) => {
            return Some(("deletes objects that the record does not name".to_owned(), false));
        }
        _ => return None,
    };
    Some((does, true))
}

fn of_versioning(request: &Value) -> &'static str {
    match payload::text(request, &["versioningConfiguration", "status"]) {
        Some("Suspended") => "suspends versioning",
        _ => "lets versions be deleted without MFA",
    }
}

fn is_log(request: &Value) -> bool {
    payload::text(request, &["key"]).is_some_and(|key| key.contains(LOGS))
}

/// Where data events name each object, its deletion is another finding.
fn names_no_object(request: &Value) -> bool {
    let lists = [&["delete", "object"][..], &["delete", "objects"], &["objects"], &["keys"], &["key"]];
    lists.iter().all(|path| payload::at(request, path).is_none())
}

fn claim(
    (account, actor, name): (Option<&AccountId>, Option<Arc<str>>, &str),
    run: &[Harm<'_>],
    (bucket, facts): (&LogBucket, Facts<'_>),
) -> Option<Claim> {
    let first = run.first()?.event;
    let done = run.iter().map(|harm| format!("{} ({})", harm.event.event_name, harm.does));
    let summary = format!(
        "{} changed bucket {name}, {}, in account {}: {}",
        actor.as_deref().unwrap_or("an unknown caller"),
        bucket.told,
        account.map_or("of unknown id", AccountId::as_str),
        joined(done)
    );
    let sessions = run.iter().filter_map(|harm| facts.sessions.of_event.get(&harm.place));
    let sessions: Vec<_> = sessions.filter_map(|session| facts.sessions.rows.get(*session)).collect();
    let mut session_ids: Vec<_> = sessions.iter().map(|session| session.session_id.clone()).collect();
    session_ids.sort();
    session_ids.dedup();
    let records = run.iter().map(|harm| harm.event.evidence.clone());
    Some(Claim {
        subject: format!("{name} {}", first.event_id.as_ref().map_or("", EventId::as_str)),
        account_id: account.cloned(),
        mode: sessions.first().map(|session| session.mode.clone()),
        time: first.time,
        end_time: run.iter().filter_map(|harm| harm.event.time).max(),
        actor,
        summary,
        count: run.len() as u64,
        acts: Acts::default(),
        window_id: sessions.first().and_then(|session| session.window_id.clone()),
        session_ids,
        rfc_ids: Vec::new(),
        evidence: first.evidence.clone(),
        lowered: !run.iter().any(|harm| harm.sure),
        tried: false,
        instead: None,
        doubt: None,
        rests_on: records.chain(bucket.evidence.clone()).collect(),
    })
}
