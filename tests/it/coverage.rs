//! Accounts and regions of which the dump holds digests or recorded deliveries,
//! and no record.

use serde_json::json;

use crate::runner::{Analysis, analyze, delivery, gzip, put, scratch};

const OTHER: &str = "222233334444";

fn log_key(name: &str) -> String {
    let day = format!("{}/{}/{}", &name[..4], &name[4..6], &name[6..8]);
    format!(
        "AWSLogs/{OTHER}/CloudTrail/eu-west-1/{day}/{OTHER}_CloudTrail_eu-west-1_{name}Z_AbCdEfGhIjKlMnOp.json.gz"
    )
}

/// Writes a digest of the other account: from, to, and the logs it lists.
fn digest(dump: &std::path::Path, (from, to): (&str, &str), logs: &[String]) {
    let end = to.replace(['-', ':'], "");
    let key = format!(
        "AWSLogs/{OTHER}/CloudTrail-Digest/eu-west-1/2026/01/02/{OTHER}_CloudTrail-Digest_eu-west-1_t_eu-west-1_{end}.json.gz"
    );
    let logs: Vec<_> = logs
        .iter()
        .map(|log| json!({"s3Bucket": "b", "s3Object": log, "hashValue": "0".repeat(64), "hashAlgorithm": "SHA-256"}))
        .collect();
    let text = json!({
        "awsAccountId": OTHER, "digestStartTime": from, "digestEndTime": to,
        "digestS3Bucket": "b", "digestS3Object": key,
        "digestPublicKeyFingerprint": "00", "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Bucket": null, "previousDigestS3Object": null, "previousDigestHashValue": null,
        "previousDigestHashAlgorithm": null, "previousDigestSignature": null, "logFiles": logs
    });
    put(dump, &format!("b/{key}"), gzip(text.to_string().as_bytes()));
}

/// The rows of the table: account, day, and every count.
fn rows(done: &Analysis) -> Vec<String> {
    const COLUMNS: [&str; 7] = [
        "account_id",
        "day",
        "objects",
        "records",
        "digest_hours",
        "missing_digest_hours",
        "missing_objects",
    ];
    let row = |row: &crate::runner::Row| COLUMNS.map(|column| row[column].as_str()).join(" ");
    done.table("coverage").iter().map(row).collect()
}

#[test]
fn an_account_known_by_its_digests_alone_has_rows() {
    let dump = scratch();
    put(dump.path(), "log.json", delivery(&["a"]));
    digest(dump.path(), ("2026-01-02T03:00:00Z", "2026-01-02T04:00:00Z"), &[log_key("20260102T0310")]);
    digest(dump.path(), ("2026-01-05T03:00:00Z", "2026-01-05T04:00:00Z"), &[]);
    let done = analyze(dump.path(), &[]);
    assert_eq!(
        rows(&done),
        [
            "111122223333 2026-01-02 1 1   ",
            "222233334444 2026-01-02 0 0 1 20 1",
            "222233334444 2026-01-03 0 0 0 48 0",
            "222233334444 2026-01-05 0 0 1 3 0",
        ]
    );
    // Days that lie side by side without evidence are one stretch.
    let gaps = done.rows("timeline", "kind", "evidence_gap");
    let told: Vec<&str> = gaps.iter().map(|row| row["summary"].as_str()).collect();
    assert_eq!(told, ["no evidence from 2026-01-02 to 2026-01-05"]);
    let sentence = done.summary("/coverage/sentence").to_string();
    assert!(sentence.contains("about 1 account in 1 region, with events from"), "{sentence}");
    assert!(sentence.contains(", 1 stretch without evidence before, in between or after."), "{sentence}");
    let not_covered = done.summary("/coverage/not_covered").to_string();
    let named = "No event of 1 account and region whose logs or digests are known to exist: 222233334444 in eu-west-1";
    assert!(not_covered.contains(named), "{not_covered}");
}

#[test]
fn a_day_that_digests_prove_quiet_is_no_stretch_without_evidence() {
    let dump = scratch();
    put(dump.path(), "log.json", delivery(&["a"]));
    for (from, to) in [
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"),
        ("2026-01-03T00:00:00Z", "2026-01-03T12:00:00Z"),
    ] {
        digest(dump.path(), (from, to), &[]);
    }
    let done = analyze(dump.path(), &[]);
    assert_eq!(
        rows(&done)[1..],
        [
            "222233334444 2026-01-01 0 0 24 0 0",
            "222233334444 2026-01-02 0 0 24 0 0",
            "222233334444 2026-01-03 0 0 12 0 0",
        ]
    );
    assert_eq!(done.rows("timeline", "kind", "evidence_gap").len(), 0);
    let sentence = done.summary("/coverage/sentence").to_string();
    assert!(sentence.contains("no whole day of an account and region missing in between"), "{sentence}");
    let not_covered = done.summary("/coverage/not_covered").to_string();
    assert!(!not_covered.contains("known to exist"), "{not_covered}");
}

#[test]
fn a_delivery_that_is_recorded_and_absent_makes_a_row_without_digest_hours() {
    let dump = scratch();
    let put_object = json!({
        "eventVersion": "1.11", "eventTime": "2026-01-04T00:00:00Z", "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject", "awsRegion": "us-east-1", "eventID": "put-1",
        "userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
        "recipientAccountId": "111122223333",
        "requestParameters": {"bucketName": "b", "key": log_key("20260103T2350")},
        "eventCategory": "Data", "readOnly": false
    });
    put(dump.path(), "log.json", json!({"Records": [put_object]}).to_string());
    let lists = scratch();
    put(lists.path(), "expected", "111122223333\n222233334444\n");
    let list = lists.path().join("expected").display().to_string();
    let done = analyze(dump.path(), &["--expect-accounts", &list]);
    assert_eq!(rows(&done), ["111122223333 2026-01-04 1 1   ", "222233334444 2026-01-03 0 0   1"]);
    // A row without a record shows nothing of what was done in the account.
    assert_eq!(done.problems().get("expected_account_missing"), Some(&1));
}
