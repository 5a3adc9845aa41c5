//! Deliveries that data events recorded, against what the dump holds.

use serde_json::json;

use crate::runner::{analyze, delivery, put, scratch};

const FOLDER: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/02";

fn name(number: usize) -> String {
    format!("111122223333_CloudTrail_us-east-1_20260102T03{number:02}Z_AbCdEfGhIjKlMn{number:02}.json")
}

/// The data event of one delivery, by the caller given.
fn put_object(number: usize, caller: &str) -> serde_json::Value {
    json!({
        "eventVersion": "1.11", "eventTime": "2026-01-02T03:59:00Z", "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject", "awsRegion": "us-east-1", "eventID": format!("put-{number}-{caller}"),
        "userIdentity": {"type": "AWSService", "invokedBy": caller}, "recipientAccountId": "222233334444",
        "requestParameters": {"bucketName": "logs", "key": format!("{FOLDER}/{}.gz", name(number))},
        "eventCategory": "Data", "readOnly": false
    })
}

#[test]
fn exactly_the_objects_that_were_removed_are_named() {
    let dump = scratch();
    let removed = [3, 7, 11];
    let records: Vec<_> = (0..12).map(|number| put_object(number, "cloudtrail.amazonaws.com")).collect();
    put(dump.path(), "logs/data-events.json", json!({ "Records": records }).to_string());
    for number in (0..12).filter(|number| !removed.contains(number)) {
        let id = format!("e{number}");
        put(dump.path(), &format!("logs/{FOLDER}/{}", name(number)), delivery(&[&id]));
    }
    let done = analyze(dump.path(), &[]);
    let expected: Vec<String> =
        removed.iter().map(|number| format!("logs/{FOLDER}/{}.gz", name(*number))).collect();
    let missing: Vec<String> = done
        .rows("evidence", "integrity", "missing")
        .into_iter()
        .map(|row| row["source_object"].clone())
        .collect();
    assert_eq!(missing, expected);
    assert_eq!(done.problems().get("missing_object"), Some(&3));
    assert_eq!(done.ended.code, 3);
    let day = &done.rows("coverage", "account_id", "111122223333")[0];
    assert_eq!((day["day"].as_str(), day["missing_objects"].as_str()), ("2026-01-02", "3"));
}

#[test]
fn what_others_put_into_a_bucket_is_no_delivery() {
    let dump = scratch();
    let records: Vec<_> =
        (0..3).map(|number| put_object(number, "elasticloadbalancing.amazonaws.com")).collect();
    put(dump.path(), "data-events.json", json!({ "Records": records }).to_string());
    let done = analyze(dump.path(), &[]);
    assert_eq!(done.rows("evidence", "integrity", "missing").len(), 0);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
}
