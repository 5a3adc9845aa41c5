//! Sigma rules from outside: findings, correlations, and what is not used.

use std::path::Path;

use serde_json::{Value, json};

use crate::runner::{Analysis, analyze, put, record, scratch};

const BASES: &str = "\
title: Bucket deleted
id: base-delete
name: bucket_deleted
description: |
    Detects the deletion
    of a bucket.
status: test
author: A. Uthor
license: DRL-1.1
tags:
    - attack.impact
    - attack.t1485
falsepositives:
    - Cleaning up
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        eventSource: s3.amazonaws.com
        eventName: DeleteBucket
    condition: selection
level: medium
---
title: Bucket made
id: base-make
name: bucket_made
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        eventName: CreateBucket
    condition: selection
level: low
";

fn correlation(id: &str, kind: &str, lines: &str) -> String {
    format!(
        "---\ntitle: Correlated {id}\nid: {id}\nauthor: Cor Relator\ncorrelation:\n    type: {kind}\n{lines}level: critical\n"
    )
}

/// A dump of calls: minute and second, event name, bucket, user.
fn dump(folder: &Path, calls: &[(&str, &str, &str, &str)]) {
    let records: Vec<Value> = calls
        .iter()
        .enumerate()
        .map(|(number, (time, name, bucket, user))| {
            let mut call = record(&format!("e{number}"), &format!("2026-01-02T03:{time}Z"));
            call["eventName"] = json!(name);
            call["requestParameters"]["bucketName"] = json!(bucket);
            call["userIdentity"]["userName"] = json!((!user.is_empty()).then_some(user));
            call
        })
        .collect();
    put(folder, "dump/a.json", json!({ "Records": records }).to_string());
}

fn run(folder: &Path) -> Analysis {
    analyze(&folder.join("dump"), &["--sigma", &folder.join("sigma").display().to_string()])
}

/// Rule id, actor, count and event ids of the findings of Sigma rules.
fn found(done: &Analysis) -> Vec<String> {
    let rows = done.table("findings").into_iter().filter(|row| row["rule_id"].starts_with("sigma:"));
    let shown = |row: &crate::runner::Row| {
        ["rule_id", "actor", "count", "event_ids"].map(|column| row[column].clone()).join(" ")
    };
    rows.map(|row| shown(&row)).collect()
}

#[test]
fn a_sigma_rule_makes_findings_in_its_own_words() {
    let place = scratch();
    put(place.path(), "sigma/aws/rules.yml", BASES);
    dump(
        place.path(),
        &[
            ("00:00", "DeleteBucket", "b1", "ann"),
            ("01:00", "DeleteBucket", "b2", "ann"),
            ("02:00", "GetBucketAcl", "b2", "ann"),
        ],
    );
    let done = run(place.path());
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(found(&done), ["sigma:base-delete ann 2 e0;e1"]);
    let row = &done.rows("findings", "rule_id", "sigma:base-delete")[0];
    assert_eq!(
        row["summary"],
        "ann made 2 calls in account 111122223333 (DeleteBucket): Detects the deletion of a bucket (Sigma rule by A. Uthor; licence: DRL-1.1)."
    );
    for (column, value) in [
        ("title", "Bucket deleted"),
        ("severity", "medium"),
        ("technique_ids", "T1485"),
        ("confidence", "low"),
    ] {
        assert_eq!(row[column], value, "{column}");
    }
    assert!(row["response"].contains("Cleaning up"), "{}", row["response"]);
}

#[test]
fn correlations_count_within_their_group_and_time() {
    let place = scratch();
    let by_user = "    group-by: [userIdentity.userName]\n    timespan: 10m\n";
    let rules = [
        BASES.to_owned(),
        correlation("many", "event_count", &format!("    rules: [bucket_deleted]\n{by_user}    condition:\n        gte: 3\n")),
        correlation("spread", "value_count", &format!("    rules: [base-delete]\n{by_user}    condition:\n        field: requestParameters.bucketName\n        gte: 3\n")),
        correlation("pair", "temporal", &format!("    rules: [base-delete, base-make]\n{by_user}")),
        correlation("order", "temporal_ordered", &format!("    rules: [base-make, base-delete]\n{by_user}")),
    ]
    .concat();
    put(place.path(), "sigma/rules.yml", rules);
    dump(
        place.path(),
        &[
            // ann: three deletions within ten minutes, of two buckets; the first is too old.
            ("00:00", "DeleteBucket", "b0", "ann"),
            ("20:00", "DeleteBucket", "b1", "ann"),
            ("22:00", "DeleteBucket", "b1", "ann"),
            ("29:59", "DeleteBucket", "b2", "ann"),
            // ben: three buckets, but exactly ten minutes apart from first to last.
            ("20:00", "DeleteBucket", "c1", "ben"),
            ("25:00", "DeleteBucket", "c2", "ben"),
            ("30:00", "DeleteBucket", "c3", "ben"),
            // cat: a deletion before a making, then dan the other way round.
            ("40:00", "DeleteBucket", "d1", "cat"),
            ("41:00", "CreateBucket", "d1", "cat"),
            ("50:00", "CreateBucket", "f1", "dan"),
            ("51:00", "DeleteBucket", "f1", "dan"),
            // eve: three buckets within the time.
            ("55:00", "DeleteBucket", "g1", "eve"),
            ("55:01", "DeleteBucket", "g2", "eve"),
            ("55:02", "DeleteBucket", "g3", "eve"),
            // Four buckets by callers that tell no name: nobody knows whether they are one.
            ("57:00", "DeleteBucket", "h1", ""),
            ("57:01", "DeleteBucket", "h2", ""),
            ("57:02", "DeleteBucket", "h3", ""),
        ],
    );
    let done = run(place.path());
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    // The base rules speak through the correlations alone.
    assert_eq!(
        found(&done),
        [
            "sigma:many ann 3 e1;e2;e3",
            "sigma:pair cat 2 e7;e8",
            "sigma:order dan 2 e9;e10",
            "sigma:pair dan 2 e9;e10",
            "sigma:many eve 3 e11;e12;e13",
            "sigma:spread eve 3 e11;e12;e13",
        ]
    );
    let row = &done.rows("findings", "rule_id", "sigma:order")[0];
    assert_eq!(
        row["summary"],
        "dan made 2 calls in account 111122223333 (CreateBucket, DeleteBucket), with userIdentity.userName dan: Correlated order (Sigma rule by Cor Relator; licence: not stated in the rule)."
    );
    assert_eq!(row["severity"], "critical");
}

/// Rules from before Sigma 2 count in their condition.
#[test]
fn conditions_that_count_are_correlations() {
    let place = scratch();
    let counting = |id: &str, count: &str, more: &str| {
        let rule = BASES.split("---").next().unwrap_or_default();
        let rule = rule.replace("base-delete", id).replace("bucket_deleted", id);
        rule.replace("condition: selection", &format!("condition: selection | {count}{more}"))
    };
    let rules = [
        counting("many", "count() by userIdentity.userName > 2", "\n    timeframe: 10m"),
        counting(
            "spread",
            "count(requestParameters.bucketName) by userIdentity.userName >= 3",
            "\ntimeframe: 10m",
        ),
        counting("ever", "count() >= 7", ""),
    ];
    put(place.path(), "sigma/old.yml", rules.join("---\n"));
    dump(
        place.path(),
        &[
            ("00:00", "DeleteBucket", "b0", "ann"),
            ("20:00", "DeleteBucket", "b1", "ann"),
            ("22:00", "DeleteBucket", "b1", "ann"),
            ("29:59", "DeleteBucket", "b2", "ann"),
            ("29:59", "CreateBucket", "b2", "ann"),
            ("50:00", "DeleteBucket", "c1", "ben"),
            ("51:00", "DeleteBucket", "c2", "ben"),
            ("52:00", "DeleteBucket", "c3", "ben"),
        ],
    );
    let done = run(place.path());
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    assert_eq!(
        found(&done),
        [
            "sigma:ever  7 e0;e1;e2;e3;e5;e6;e7",
            "sigma:many ann 3 e1;e2;e3",
            "sigma:many ben 3 e5;e6;e7",
            "sigma:spread ben 3 e5;e6;e7",
        ]
    );
    let row = &done.rows("findings", "rule_id", "sigma:many")[0];
    assert!(
        row["summary"].contains("with userIdentity.userName ann: Detects the deletion"),
        "{}",
        row["summary"]
    );
}

#[test]
fn base_rules_speak_too_if_the_correlation_lets_them() {
    let place = scratch();
    let lines = "    rules: [base-delete]\n    timespan: 1h\n    condition:\n        gte: 2\n    aliases:\n        x:\n            base-delete: userIdentity.userName\n    group-by: [x]\n";
    let rule = correlation("many", "event_count", lines)
        .replace("level: critical", "generate: true\nlevel: critical");
    put(place.path(), "sigma/rules.yml", [BASES, &rule].concat());
    dump(
        place.path(),
        &[
            ("00:00", "DeleteBucket", "b1", "ann"),
            ("01:00", "DeleteBucket", "b2", "ben"),
            ("02:00", "DeleteBucket", "b2", "ben"),
        ],
    );
    let done = run(place.path());
    assert_eq!(
        found(&done),
        ["sigma:base-delete ann 1 e0", "sigma:base-delete ben 2 e1;e2", "sigma:many ben 2 e1;e2"]
    );
    assert!(done.rows("findings", "rule_id", "sigma:many")[0]["summary"].contains("with x ben"));
}

#[test]
fn no_secret_reaches_a_finding_by_a_rule() {
    let place = scratch();
    let lines = "    rules: [base-delete]\n    timespan: 1h\n    condition:\n        gte: 1\n    group-by: [responseElements.credentials.sessionToken]\n";
    put(place.path(), "sigma/rules.yml", [BASES, &correlation("many", "event_count", lines)].concat());
    let mut call = record("e0", "2026-01-02T03:00:00Z");
    call["responseElements"] = json!({"credentials": {"sessionToken": "HUSH-HUSH"}});
    put(place.path(), "dump/a.json", json!({ "Records": [call] }).to_string());
    let done = run(place.path());
    let summary = done.rows("findings", "rule_id", "sigma:many")[0]["summary"].clone();
    assert!(summary.contains("sessionToken REDACTED") && !summary.contains("HUSH"), "{summary}");
}

#[test]
fn rules_that_are_not_used_are_problems_and_the_others_work() {
    let place = scratch();
    put(place.path(), "sigma/good.yml", BASES);
    put(
        place.path(),
        "sigma/odd.yml",
        BASES.replace("eventSource:", "eventSource|odd:").replace("base-", "odd-"),
    );
    for name in ["w1", "w2", "w3"] {
        put(
            place.path(),
            &format!("sigma/windows/{name}.yml"),
            BASES.replace("product: aws", "product: windows").replace("base-", name),
        );
    }
    dump(place.path(), &[("00:00", "DeleteBucket", "b1", "ann")]);
    let done = run(place.path());
    assert_eq!(done.ended.code, 3, "{}", done.ended.stderr);
    assert_eq!(found(&done), ["sigma:base-delete ann 1 e0"]);
    let not_used = done.rows("problems", "problem", "rule_not_used");
    assert_eq!((not_used.len(), not_used[0]["source_object"].as_str()), (1, "odd.yml"), "{not_used:?}");
    assert!(
        not_used[0]["detail"].starts_with("line 20: ") && not_used[0]["detail"].contains("odd"),
        "{not_used:?}"
    );
    let others = done.rows("problems", "problem", "rule_for_other_logs");
    assert_eq!((others.len(), others[0]["severity"].as_str()), (1, "low"));
    assert!(others[0]["detail"].contains("product windows, service cloudtrail, as are 5 more"), "{others:?}");
    let none =
        analyze(&place.path().join("dump"), &["--sigma", &place.path().join("dump").display().to_string()]);
    assert_eq!(none.ended.code, 2);
    assert!(none.ended.stderr.contains("ends in .yml or .yaml"), "{}", none.ended.stderr);
}
