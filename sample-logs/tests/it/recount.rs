//! Counts a dump again from its bytes, with nothing of the generator's own book-keeping, and compares with the truth.

use crate::{home, scratch, tree};
use flate2::read::GzDecoder;
use sample_logs::{Options, casebook, generate};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

/// The deletions that the generator makes, by event name.
const DESTRUCTIVE: &[&str] = &[
    "DeleteAccessKey",
    "ModifyDBInstance",
    "BatchWriteItem",
    "CloseAccount",
    "DeleteBackup",
    "DeleteBucket",
    "DeleteCertificateAuthority",
    "DeleteDBCluster",
    "DeleteDBInstance",
    "DeleteDBSnapshot",
    "DeleteEventDataStore",
    "DeleteFlowLogs",
    "DeleteFunction20150331",
    "DeleteKey",
    "DeleteLogGroup",
    "DeleteObject",
    "DeleteObjects",
    "DeleteParameters",
    "DeleteRole",
    "DeleteSecret",
    "DeleteSnapshot",
    "DeleteStack",
    "DeleteTable",
    "DeleteVolume",
    "DeregisterImage",
    "DetachPolicy",
    "DisableAlarmActions",
    "DisableRule",
    "PutBucketLifecycle",
    "PutBucketVersioning",
    "ScheduleKeyDeletion",
    "StopConfigurationRecorder",
    "StopLogging",
    "TerminateInstances",
];

#[derive(Default)]
struct Recount {
    records: u64,
    conflicting: u64,
    copies: BTreeMap<String, u64>,
    events: BTreeMap<String, Value>,
    rfcs: BTreeSet<String>,
}

#[test]
fn generated_dump() {
    let out = scratch("recount");
    generate(&Options { events: 20_000, ..Options::default() }, &out).unwrap();
    check(&out.join("dump"), &out.join("truth.json"));
}

#[test]
fn generated_dump_delivered_once() {
    let out = scratch("recount-once");
    generate(&Options { events: 4_000, single_delivery: true, ..Options::default() }, &out).unwrap();
    check(&out.join("dump"), &out.join("truth.json"));
}

#[test]
fn demo() {
    check(&home().join("demo"), &home().join("demo-truth.json"));
}

#[test]
fn cases() {
    for case in casebook::all().unwrap() {
        let folder = home().join("cases").join(case.name);
        check(&folder.join("input"), &folder.join("truth.json"));
    }
}

fn check(dump: &Path, truth: &Path) {
    let counted = recount(dump);
    let truth: Value = serde_json::from_slice(&fs::read(truth).unwrap()).unwrap();
    let unique = counted.copies.len() as u64;
    let totals = json!({
        "records": counted.records, "unique": unique, "duplicates": counted.records - unique,
        "conflicting": counted.conflicting, "rfcs": counted.rfcs.len(),
    });
    assert_eq!(totals, truth["totals"], "{}", dump.display());
    check_sessions(&counted, &truth);
    check_destruction(&counted, &truth);
}

fn check_sessions(counted: &Recount, truth: &Value) {
    for session in truth["sessions"].as_array().unwrap() {
        let made: Vec<&Value> = counted
            .events
            .values()
            .filter(|event| event["userIdentity"]["accessKeyId"] == session["access_key_id"])
            .filter(|event| !was_deleted_by(event["eventTime"].as_str(), &session["access_key_id"], counted))
            .collect();
        let writes = made.iter().filter(|event| event["readOnly"] == false).count();
        let refused = |event: &&&Value| {
            let code = event["errorCode"].as_str().unwrap_or("");
            code.ends_with("AccessDenied") || code.ends_with("UnauthorizedOperation")
        };
        let denied = made.iter().filter(refused).count();
        let expected = json!([session["events"], session["writes"], session["denied"]]);
        assert_eq!(json!([made.len(), writes, denied]), expected, "{session}");
    }
}

/// Whether a key had been deleted by that time: what is made with its id later is nobody's.
fn was_deleted_by(time: Option<&str>, key: &Value, counted: &Recount) -> bool {
    counted.events.values().any(|event| {
        event["eventName"] == "DeleteAccessKey"
            && event["requestParameters"]["accessKeyId"] == *key
            && event["eventTime"].as_str() < time
    })
}

/// Whether a call that only sometimes harms does so by its parameters.
fn harms(event: &Value) -> bool {
    let request = &event["requestParameters"];
    match event["eventName"].as_str() {
        Some("ModifyDBInstance") => request["deletionProtection"] == false,
        Some("PutBucketVersioning") => request["VersioningConfiguration"]["Status"] == "Suspended",
        Some("PutBucketLifecycle") => {
            let rules = &request["LifecycleConfiguration"]["Rule"];
            let rules = rules.as_array().cloned().unwrap_or_else(|| vec![rules.clone()]);
            rules.iter().any(wipes)
        }
        _ => true,
    }
}

/// An enabled rule after which, a day later, objects or old versions are gone; within a week, all objects.
fn wipes(rule: &Value) -> bool {
    let days = [&rule["Expiration"]["Days"], &rule["NoncurrentVersionExpiration"]["NoncurrentDays"]];
    let least = days.iter().filter_map(|days| days.as_u64()).min();
    let everything = ["", "null", "{\"Prefix\":\"\"}", "\"\""].contains(&rule["Filter"].to_string().as_str());
    let soon = rule["Expiration"]["Date"].as_str().is_some_and(|date| date.starts_with("2026-02"));
    rule["Status"] == "Enabled" && (soon || least.is_some_and(|days| days <= if everything { 7 } else { 1 }))
}

fn check_destruction(counted: &Recount, truth: &Value) {
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    let is_destructive =
        |event: &&Value| DESTRUCTIVE.iter().any(|name| event["eventName"] == *name) && harms(event);
    for event in counted.events.values().filter(is_destructive) {
        let outcome = match event["errorCode"].as_str() {
            None => "succeeded",
            Some("Client.DryRunOperation") => "dry_run",
            Some("AccessDenied" | "Client.UnauthorizedOperation") => "denied",
            Some(_) => "failed",
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    assert_eq!(json!(outcomes), truth["destructive_counts"]);
    for action in truth["destructive_actions"].as_array().unwrap() {
        let id = action["event_id"].as_str().unwrap();
        let event = &counted.events[id];
        assert_eq!(counted.copies[id], action["copies"], "{action}");
        assert_eq!(event["eventTime"], action["event_time"], "{action}");
        assert_eq!(event["recipientAccountId"], action["account_id"], "{action}");
        let request = event["requestParameters"].to_string();
        for resource in action["resources"].as_array().unwrap() {
            assert!(request.contains(resource.as_str().unwrap()), "{resource} is not in {request}");
        }
    }
}

fn recount(dump: &Path) -> Recount {
    let mut counted = Recount::default();
    for (path, bytes) in tree(dump) {
        let name = path.to_string_lossy().into_owned();
        let (text, whole) = inflate(&bytes, name.ends_with(".gz"));
        if name.starts_with("rfc-archive") {
            counted.note_rfcs(&text);
            continue;
        }
        // The cut of the generator falls behind a whole record; only the end of the list is missing.
        let text = if whole { text } else { text + "]}" };
        let object: Value = serde_json::from_str(&text).unwrap();
        for record in object["Records"].as_array().unwrap() {
            counted.note(record);
        }
    }
    counted
}

fn inflate(bytes: &[u8], gzip: bool) -> (String, bool) {
    let mut text = Vec::new();
    let whole = if gzip {
        GzDecoder::new(bytes).read_to_end(&mut text).is_ok()
    } else {
        text.extend_from_slice(bytes);
        true
    };
    (String::from_utf8(text).unwrap(), whole)
}

impl Recount {
    fn note(&mut self, record: &Value) {
        let id = record["eventID"].as_str().unwrap().to_owned();
        self.records += 1;
        *self.copies.entry(id.clone()).or_default() += 1;
        for name in ["CreateRfc", "SubmitRfc"] {
            if record["eventName"] == name {
                let known = [&record["responseElements"], &record["requestParameters"]];
                self.rfcs.extend(known.iter().filter_map(|part| part["rfcId"].as_str()).map(str::to_owned));
            }
        }
        match self.events.get(&id) {
            Some(known) if known != record => self.conflicting += 1,
            Some(_) => {}
            None => {
                self.events.insert(id, record.clone());
            }
        }
    }

    fn note_rfcs(&mut self, text: &str) {
        for part in text.split("\"RfcId\":").skip(1) {
            self.rfcs.insert(part.split('"').nth(1).unwrap().to_owned());
        }
    }
}
