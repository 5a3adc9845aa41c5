//! What of one call took effect: dry runs, items of a batch that failed, things
//! that were gone before.
//!
//! Owns: reading the answers of batch calls. A list of failures is known by its
//! name and by what its entries hold, not by the operation; only EC2 instances,
//! DynamoDB writes and S3 objects are answered in shapes of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::model::count::counted;
use crate::model::event::{Event, Outcome, is_denial};

use super::super::payload;
use super::resources::{Named, names_the_same};

/// How deep lists of failures are looked for.
const DEPTH_MAX: u32 = 4;

/// What a call did, as its answer tells.
#[derive(Clone, Debug)]
pub(super) struct Effect {
    /// What it named, without what failed.
    pub(super) named: Named,
    /// How it ended, all items taken together.
    pub(super) outcome: Outcome,
    /// What to say about items that failed.
    pub(super) note: Option<String>,
}

/// The effect of a call that named so much.
pub(super) fn of(event: &Event, request: &Value, response: &Value, named: Named) -> Effect {
    let outcome = event.outcome();
    if outcome != Outcome::Succeeded {
        return Effect { named, outcome, note: None };
    }
    if is_true(payload::at(request, &["dryRun"])) {
        return Effect { named, outcome: Outcome::DryRun, note: None };
    }
    match (&*event.event_source, &*event.event_name) {
        ("ec2.amazonaws.com", "TerminateInstances") => instances(response, named),
        ("dynamodb.amazonaws.com", "BatchWriteItem") => writes(request, response, named),
        ("s3.amazonaws.com", "DeleteObjects") => objects(request, response, named),
        _ => without(named, &failures(response), longest_list(request, 0)),
    }
}

fn is_true(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Bool(true))) || value.and_then(Value::as_str) == Some("true")
}

fn whole(named: Named) -> Effect {
    Effect { named, outcome: Outcome::Succeeded, note: None }
}

/// Elements of a list, also where it is spelled as `{"items": [...]}` or as the
/// one element itself.
fn elements(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(fields)) => match fields.get("items").or_else(|| fields.get("item")) {
            Some(inner) => elements(Some(inner)),
            None if fields.is_empty() => Vec::new(),
            None => value.into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

/// Instances whose state the call did not change were gone before.
///
/// Source: facts/cloudtrail.md 6.3 (responseElements confirming state).
fn instances(response: &Value, named: Named) -> Effect {
    let items = elements(payload::at(response, &["instancesSet"]));
    let state = |item: &Value, when: &str| payload::text(item, &[when, "name"]).map(str::to_owned);
    let unchanged = |item: &&Value| {
        let before = state(item, "previousState");
        before.is_some() && before == state(item, "currentState")
    };
    let gone: BTreeSet<&str> = items
        .iter()
        .filter(|item| unchanged(item))
        .filter_map(|item| payload::text(item, &["instanceId"]))
        .collect();
    if gone.is_empty() {
        return whole(named);
    }
    let before = named.count;
    let identifiers: Vec<Arc<str>> =
        named.identifiers.into_iter().filter(|name| !gone.contains(&**name)).collect();
    let count = identifiers.len() as u64;
    let note = format!("{} of {before} had been terminated before, not counted", before - count.min(before));
    Effect { named: Named { identifiers, count, ..named }, outcome: Outcome::Succeeded, note: Some(note) }
}

/// How many deletions a batch of DynamoDB writes holds, by table.
///
/// Source: DynamoDB API Reference, `BatchWriteItem`; the shapes are those that
/// CloudTrail's records of data events were seen in.
fn deletions(items: Option<&Value>) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let mut count = |table: &str, write: &Value| {
        let operation = payload::text(write, &["operation"]).unwrap_or_default();
        let deletes = payload::at(write, &["deleteRequest"]).is_some_and(|inner| !inner.is_null())
            || operation.to_ascii_lowercase().starts_with("delete");
        if deletes {
            *found.entry(table.to_owned()).or_default() += 1;
        }
    };
    match items {
        Some(Value::Array(writes)) => {
            for write in writes {
                count(payload::text(write, &["tableName"]).unwrap_or_default(), write);
            }
        }
        Some(Value::Object(tables)) => {
            for (table, writes) in tables {
                for write in elements(Some(writes)) {
                    count(table, write);
                }
            }
        }
        _ => {}
    }
    found
}

fn writes(request: &Value, response: &Value, named: Named) -> Effect {
    let asked = deletions(payload::at(request, &["requestItems"]));
    let left = deletions(payload::at(response, &["unprocessedItems"]));
    let (asked_count, left_count) = (asked.values().sum::<u64>(), left.values().sum::<u64>());
    if asked_count == 0 {
        return whole(named);
    }
    let done = |table: &String| asked.get(table) > left.get(table);
    let tables: Vec<Arc<str>> = asked
        .keys()
        .filter(|table| !table.is_empty() && done(table))
        .map(|table| table.as_str().into())
        .collect();
    let from_request = named.identifiers.is_empty() || !tables.is_empty();
    let resource_type = named.resource_type.or_else(|| Some("AWS::DynamoDB::Table".into()));
    let identifiers = if from_request { tables } else { named.identifiers };
    let count = asked_count.saturating_sub(left_count);
    let note = (left_count > 0).then(|| {
        format!("{left_count} of {} were left unprocessed, not counted", counted(asked_count, "deletion"))
    });
    let outcome = if count == 0 { Outcome::Failed } else { Outcome::Succeeded };
    Effect { named: Named { identifiers, count, resource_type }, outcome, note }
}

/// Objects that the answer lists as deleted, or not.
///
/// Source: S3 API Reference, `DeleteObjects` (`Deleted`, `Error`).
fn objects(request: &Value, response: &Value, named: Named) -> Effect {
    let root = payload::at(response, &["deleteResult"]).unwrap_or(response);
    let list = |keys: [&str; 2]| {
        keys.iter()
            .map(|key| elements(payload::at(root, &[key])))
            .find(|items| !items.is_empty())
            .unwrap_or_default()
    };
    let bucket = payload::text(request, &["bucketName"]).unwrap_or_default();
    let keyed = |item: &&Value| -> Option<Arc<str>> {
        let key = payload::text(item, &["key"])?;
        Some(format!("arn:aws:s3:::{bucket}/{key}").into())
    };
    let errors = list(["errors", "error"]);
    let mut deleted: Vec<Arc<str>> = list(["deleted", "deletedObjects"]).iter().filter_map(keyed).collect();
    deleted.sort();
    deleted.dedup();
    let names_keys = named.identifiers.iter().any(|name| name.matches('/').count() > 0);
    if names_keys || deleted.is_empty() {
        return without(named, &Failures::of_entries(&errors), 0);
    }
    let count = deleted.len() as u64;
    let resource_type = Some("AWS::S3::Object".into());
    let failed = errors.len() as u64;
    let note = (failed > 0).then(|| Failures::of_entries(&errors).sentence(failed, failed + count, true));
    Effect { named: Named { identifiers: deleted, count, resource_type }, outcome: Outcome::Succeeded, note }
}

/// What an answer lists as failed.
#[derive(Clone, Debug, Default)]
struct Failures {
    /// How many.
    count: u64,
    /// Every text in the entries, to find names among.
    texts: Vec<String>,
    /// The error codes.
    codes: BTreeSet<String>,
}

impl Failures {
    fn of_entries(entries: &[&Value]) -> Self {
        let mut failures = Self::default();
        for entry in entries {
            failures.add(entry);
        }
        failures
    }

    fn add(&mut self, entry: &Value) {
        self.count += 1;
        texts(entry, 0, &mut self.texts);
        let code = ["errorCode", "code", "failureCode", "exceptionName"]
            .iter()
            .find_map(|key| payload::text(entry, &[key]).or_else(|| payload::text(entry, &["error", key])));
        self.codes.extend(code.map(str::to_owned));
    }

    fn sentence(&self, failed: u64, asked: u64, named: bool) -> String {
        let codes: Vec<&str> = self.codes.iter().map(String::as_str).take(3).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(" ")) };
        let which = if named || failed >= asked { "" } else { "; which of them is not in the record" };
        format!("{failed} of {asked} failed{codes}, not counted{which}")
    }
}

fn texts(value: &Value, depth: u32, found: &mut Vec<String>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, depth + 1, found)),
        Value::Object(fields) => fields.values().for_each(|inner| texts(inner, depth + 1, found)),
        _ => {}
    }
}

/// Looks for lists of failures by the names that services give them.
///
/// Source: botocore 1.43.11, members of outputs of batch operations.
fn failures(response: &Value) -> Failures {
    let mut found = Failures::default();
    let mut told = 0;
    look_for_failures(response, 0, (&mut found, &mut told));
    Failures { count: found.count.max(told), ..found }
}

fn look_for_failures(value: &Value, depth: u32, (found, told): (&mut Failures, &mut u64)) {
    let Value::Object(fields) = value else { return };
    for (key, inner) in fields {
        let key = key.to_ascii_lowercase();
        let lists = ["unsuccessful", "failed", "unprocessed"].iter().any(|start| key.starts_with(start))
            || matches!(&*key, "errors" | "failures" | "errorset" | "errorentries" | "invalidparameters");
        if !lists {
            if depth < DEPTH_MAX {
                look_for_failures(inner, depth + 1, (&mut *found, &mut *told));
            }
            continue;
        }
        let sure = key.starts_with("unprocessed") || key == "invalidparameters";
        // An object that is no list tells of a failure only under a name of lists.
        let single = inner
            .as_object()
            .is_some_and(|fields| !["items", "item"].iter().any(|key| fields.contains_key(*key)));
        if single && key.starts_with("failed") {
            continue;
        }
        for entry in elements(Some(inner)) {
            if sure || entry.is_string() || says_why(entry) {
                found.add(entry);
            }
        }
        // Some answers tell the number alone, or the number and the list.
        if key.ends_with("count") {
            *told = inner.as_u64().unwrap_or(0).max(*told);
        }
    }
}

/// Whether an entry tells of an error, as those of lists of failures do.
fn says_why(entry: &Value) -> bool {
    const WORDS: [&str; 7] = ["error", "code", "message", "reason", "exception", "failure", "status"];
    let Value::Object(fields) = entry else { return false };
    fields.keys().any(|key| {
        let key = key.to_ascii_lowercase();
        WORDS.iter().any(|word| key.contains(word))
    })
}

/// How many elements the longest list of a request has: a batch may list its
/// items by something that is no name of theirs.
fn longest_list(value: &Value, depth: u32) -> u64 {
    if depth > DEPTH_MAX {
        return 0;
    }
    let inner = |values: &mut dyn Iterator<Item = &Value>| {
        values.map(|inner| longest_list(inner, depth + 1)).max().unwrap_or(0)
    };
    match value {
        Value::Array(items) => inner(&mut items.iter()).max(items.len() as u64),
        Value::Object(fields) => inner(&mut fields.values()),
        _ => 0,
    }
}

/// What was named, without what failed. `listed`: how many items the request
/// lists at least.
fn without(named: Named, failures: &Failures, listed: u64) -> Effect {
    if failures.count == 0 {
        return whole(named);
    }
    let asked = named.count.max(named.identifiers.len() as u64).max(listed);
    let has_failed =
        |name: &Arc<str>| failures.texts.iter().any(|text| names_the_same(text, name) || is_key(name, text));
    let (gone, left): (Vec<Arc<str>>, Vec<Arc<str>>) =
        named.identifiers.iter().cloned().partition(has_failed);
    // The answer may name what failed otherwise than the request: then it is
    // told how many failed, and not which.
    let failed = failures.count.max(gone.len() as u64);
    let count = asked.saturating_sub(failed);
    let identified = gone.len() as u64 >= failures.count;
    let note = failures.sentence(failed.min(asked.max(1)), asked.max(1), identified);
    if count == 0 {
        let denied = !failures.codes.is_empty() && failures.codes.iter().all(|code| is_denial(code));
        let outcome = if denied { Outcome::Denied } else { Outcome::Failed };
        let note = note.replace(", not counted", "");
        return Effect { named: Named { count: asked, ..named }, outcome, note: Some(note) };
    }
    let named = Named { identifiers: left, count, ..named };
    Effect { named, outcome: Outcome::Succeeded, note: Some(note) }
}

/// Whether an object's ARN ends with that key.
fn is_key(name: &str, key: &str) -> bool {
    let rest = name.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split_once('/'));
    rest.is_some_and(|(_, inner)| inner == key)
}

#[cfg(test)]
mod tests;
