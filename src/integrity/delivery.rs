//! Deliveries that the logs themselves record: where data events of the log
//! bucket are on, each log object and digest that CloudTrail wrote left a
//! `PutObject` event. What was delivered and is not in the dump is missing.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::decode::Record;
use crate::decode::json::{Members, string};
use crate::evidence::s3_key;
use crate::integrity::place::{file, is_at_home};
use crate::integrity::{Assessment, Given, Missing, Stored};
use crate::model::evidence::ObjectPath;
use crate::model::problem::{Problem, ProblemKind};

/// One delivery, as its data event tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Delivery {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
    /// The event.
    pub event_id: String,
}

/// What CloudTrail calls itself where it writes to a bucket.
///
/// Source: facts/cloudtrail.md 1.2 (AWSService, `invokedBy`).
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

impl Delivery {
    /// The delivery that a record tells of; `None` for any other record, and
    /// for a call that failed.
    pub fn of(record: &Record<'_>) -> Option<Self> {
        let head = &record.head;
        let put = head.event_source.as_str() == Some("s3.amazonaws.com")
            && head.event_name.as_str() == Some("PutObject")
            && head.user_identity.is_some_and(|identity| identity.contains(CLOUDTRAIL));
        if !put {
            return None;
        }
        let members = Members::parse(record.text)?;
        if members.get("errorCode").is_some_and(|code| code != "null") {
            return None;
        }
        let caller = Members::parse(head.user_identity?)?;
        if caller.get("invokedBy").and_then(string).as_deref() != Some(CLOUDTRAIL) {
            return None;
        }
        let parameters = Members::parse(members.get("requestParameters")?)?;
        let word = |key: &str| parameters.get(key).and_then(string).map(String::from);
        let delivery = Self {
            bucket: word("bucketName")?,
            key: word("key")?,
            event_id: head.event_id.as_str().unwrap_or_default().to_owned(),
        };
        file(&delivery.key).contains("_CloudTrail").then_some(delivery)
    }
}

/// Names every delivered object that the dump does not hold and no digest
/// named already.
pub(super) fn missing(objects: &[Stored<'_>], given: Given<'_>, done: &mut Assessment) {
    // One object may have been delivered, and told of, more than once.
    let all: BTreeSet<&Delivery> = objects.iter().flat_map(|stored| stored.deliveries).collect();
    let mut deliveries: Vec<&Delivery> = all.into_iter().collect();
    deliveries.dedup_by(|a, b| (&a.bucket, &a.key) == (&b.bucket, &b.key));
    if deliveries.is_empty() {
        return;
    }
    let mut here: Vec<&str> = objects.iter().map(|stored| stored.object.path.as_str()).collect();
    here.extend(given.left_out.iter().map(ObjectPath::as_str));
    here.extend(done.missing.iter().map(|one| one.path.as_str()));
    here.sort_by_key(|path| file(path));
    let mut found = Vec::new();
    for delivery in deliveries {
        let name = file(&delivery.key);
        let first = here.partition_point(|path| file(path) < name);
        let same_name = here[first..].iter().take_while(|path| file(path) == name);
        if same_name.clone().any(|path| is_at_home(path, &delivery.key)) {
            continue;
        }
        let facts = s3_key::facts(&delivery.key);
        let (Some(account_id), Some(region)) = (facts.account_id, facts.region) else { continue };
        if let Some(day) = facts.day {
            let hours = done.hours.entry((account_id.clone(), region.clone())).or_default();
            *hours.missing.entry(day).or_default() += 1;
        }
        let format =
            if name.contains("_CloudTrail-Digest_") { "cloudtrail_digest" } else { "cloudtrail_delivery" };
        let note = format!("event {} recorded its delivery", delivery.event_id);
        let path = ObjectPath::new(format!("{}/{}", delivery.bucket, delivery.key));
        let (account_id, region) = (Some(account_id), Some(region));
        found.push(Missing { path, account_id, region, format, note });
    }
    for one in &found {
        done.problems.push(Problem::of_object(&one.path, ProblemKind::MissingObject, one.note.clone()));
    }
    done.not_collected = found.iter().map(|one| one.path.clone()).collect();
    done.missing.extend(found);
}
