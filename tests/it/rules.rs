//! Rules from outside: those of the user beside the built-in ones, and the
//! command that lists, shows and checks them.

use std::path::Path;

use serde_json::{Value, json};

use crate::runner::{Analysis, Row, analyze, put, record, run, scratch};

/// A rule of a user that names buckets called `secret…`.
fn own_rule(hit_bucket: &str) -> String {
    let of = |bucket: &str| {
        let mut record = record("h", "2026-01-02T03:04:05Z");
        record["requestParameters"]["bucketName"] = json!(bucket);
        record.to_string()
    };
    format!(
        r#"title = "Secret bucket deleted"
severity = "critical"
status = "test"
author = "=cmd|' /C calc'!A0"
licence = "Apache-2.0"
summary = "a bucket that nobody may delete"
response = "Tell its owner."
references = ["our own list of buckets"]
controls = ["OWN-1"]
techniques = ["T1485"]
event_source = "s3.amazonaws.com"
event_name = "DeleteBucket"
tell = ["requestParameters.bucketName", "sourceIPAddress"]

[[when]]
field = "requestParameters.bucketName"
starts_with = "secret"

[[hit]]
shows = "a secret bucket"
record = '''{}'''

[[miss]]
shows = "another bucket"
record = '''{}'''
"#,
        of(hit_bucket),
        of("public-1")
    )
}

/// A dump of calls by alice, each of a bucket, a minute and an error code.
fn dump(folder: &Path, calls: &[(&str, &str, Option<&str>)]) {
    let records: Vec<Value> = calls
        .iter()
        .enumerate()
        .map(|(number, (time, bucket, error))| {
            let mut call = record(&format!("e{number}"), &format!("2026-01-02T{time}:00Z"));
            call["requestParameters"]["bucketName"] = json!(bucket);
            if let Some(error) = error {
                call["errorCode"] = json!(error);
            }
            call
        })
        .collect();
    put(folder, "dump/a.json", json!({ "Records": records }).to_string());
}

fn of_rule(rows: Vec<Row>, rule: &str) -> Vec<Row> {
    rows.into_iter().filter(|row| row["rule_id"] == rule).collect()
}

#[test]
fn hits_of_one_actor_within_an_hour_are_one_finding_and_attempts_stand_apart() {
    let place = scratch();
    put(place.path(), "rules/buckets/secret.toml", own_rule("secret-1"));
    dump(
        place.path(),
        &[
            ("03:00", "secret-1", None),
            ("03:40", "secret-2", None),
            ("03:41", "public-3", None),
            ("03:50", "secret-4", Some("AccessDenied")),
            ("05:00", "secret-5", None),
        ],
    );
    // The same object once more: copies are one event.
    let copy = std::fs::read(place.path().join("dump/a.json")).expect("the dump");
    put(place.path(), "dump/b.json", copy);
    let rules = place.path().join("rules");
    let done = analyze(&place.path().join("dump"), &["--rules", &rules.display().to_string()]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let rows = of_rule(done.table("findings"), "buckets/secret");
    let short: Vec<[&str; 5]> = rows
        .iter()
        .map(|row| ["severity", "time", "end_time", "count", "event_ids"].map(|column| row[column].as_str()))
        .collect();
    assert_eq!(
        short,
        [
            ["critical", "2026-01-02T03:00:00Z", "2026-01-02T03:40:00Z", "2", "e0;e1"],
            ["high", "2026-01-02T03:50:00Z", "2026-01-02T03:50:00Z", "1", "e3"],
            ["critical", "2026-01-02T05:00:00Z", "2026-01-02T05:00:00Z", "1", "e4"],
        ]
    );
    assert_eq!(
        rows[0]["summary"],
        "alice made 2 calls in account 111122223333 (DeleteBucket), naming secret-1, secret-2, from 192.0.2.7: a bucket that nobody may delete."
    );
    assert_eq!(
        rows[1]["summary"],
        "Attempt (denied): alice made 1 call in account 111122223333 (DeleteBucket), naming secret-4, from 192.0.2.7; had it succeeded: a bucket that nobody may delete."
    );
    for (column, value) in [
        ("title", "Secret bucket deleted"),
        ("actor", "alice"),
        ("controls", "OWN-1"),
        ("technique_ids", "T1485"),
        ("response", "Tell its owner."),
        ("confidence", "medium"),
        (
            "confidence_reason",
            "its rule says high, lowered because the weakest record it rests on is unreferenced",
        ),
        ("source_object", "a.json"),
        ("source_record", "0"),
    ] {
        assert_eq!(rows[0][column], value, "{column}");
    }
    // Nothing was done: neither the title nor the response says so.
    assert_eq!(rows[1]["title"], "Attempt: Secret bucket deleted");
    assert_eq!(
        rows[1]["response"],
        "Ask the caller why, and look at what they did before and after; nothing has to be restored."
    );
    assert_eq!(rows[0]["source_records"], "a.json#0;a.json#1");
    let entries = done.rows("timeline", "kind", "finding");
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{}: {}", row["title"], row["summary"].trim_end_matches('.')))
        .collect();
    assert_eq!(entries.iter().filter(|row| told.contains(&row["summary"])).count(), 3);
    attempts_are_no_exceptions(&done);
}

/// Two calls were exceptions to the control, the attempt is none.
#[track_caller]
fn attempts_are_no_exceptions(done: &Analysis) {
    let controls = done.rows("controls", "control", "OWN-1");
    assert_eq!((&*controls[0]["findings"], &*controls[0]["verdict"]), ("3", "exceptions_found"));
    assert!(
        controls[0]["coverage"].ends_with("1 finding is an attempt, denied or failed: no exception."),
        "{}",
        controls[0]["coverage"]
    );
}

#[test]
fn a_control_that_was_only_tried_has_held() {
    let place = scratch();
    put(place.path(), "rules/buckets/secret.toml", own_rule("secret-1"));
    dump(
        place.path(),
        &[("03:00", "secret-1", Some("AccessDenied")), ("05:00", "secret-2", Some("NoSuchBucket"))],
    );
    let rules = place.path().join("rules").display().to_string();
    let done =
        analyze(&place.path().join("dump"), &["--rules", &rules, "--format", "csv", "--format", "sarif"]);
    let controls = done.rows("controls", "control", "OWN-1");
    assert_eq!((&*controls[0]["findings"], &*controls[0]["verdict"]), ("2", "none_found"));
    assert!(
        controls[0]["coverage"].ends_with("2 findings are attempts, denied or failed: no exception."),
        "{}",
        controls[0]["coverage"]
    );
    assert_eq!(controls[0]["finding_ids"].split(';').count(), 2);
    // The rule is told by its own title, whatever became of the calls.
    let sarif = std::fs::read_to_string(done.out.join("findings.sarif")).expect("SARIF");
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let named = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules").iter();
    let own = named.into_iter().find(|rule| rule["id"] == "buckets/secret").expect("the rule");
    assert_eq!(own["name"], "Secret bucket deleted");
}

#[test]
fn what_an_hour_holds_is_counted_whole_and_listed_in_part() {
    let place = scratch();
    put(place.path(), "rules/secret.toml", own_rule("secret-1"));
    let times: Vec<String> = (0..250).map(|number| format!("03:{:02}", number / 5)).collect();
    let calls: Vec<(&str, &str, Option<&str>)> =
        times.iter().map(|time| (time.as_str(), "secret-x", None)).collect();
    dump(place.path(), &calls);
    let rules = place.path().join("rules");
    let done = analyze(&place.path().join("dump"), &["--rules", &rules.display().to_string()]);
    let rows = of_rule(done.table("findings"), "secret");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["count"], "250");
    assert_eq!(rows[0]["event_ids"].split(';').count(), 100);
}

#[test]
fn a_value_that_no_rule_can_read_is_named() {
    let place = scratch();
    put(place.path(), "rules/secret.toml", own_rule("secret-1"));
    let mut call = record("e0", "2026-01-02T03:00:00Z").to_string();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    call = call.replace("{\"bucketName\":\"bucket-e0\"}", &format!("{{\"bucketName\":{deep}}}"));
    put(place.path(), "dump/a.json", format!("{{\"Records\":[{call}]}}"));
    let rules = place.path().join("rules");
    let done = analyze(&place.path().join("dump"), &["--rules", &rules.display().to_string()]);
    assert_eq!(done.ended.code, 3);
    assert_eq!(done.problems().get("unjudged_record"), Some(&1), "{:?}", done.problems());
}

#[test]
fn rules_that_cannot_be_used_end_the_run_before_it_begins() {
    let place = scratch();
    let rules = place.path().join("rules");
    let out = place.path().join("out");
    let words = |folder: &Path| -> Vec<String> {
        let folder = folder.display().to_string();
        ["analyze", "missing", "-o", &out.display().to_string(), "--rules", &folder]
            .map(str::to_owned)
            .to_vec()
    };
    let refused = |told: &str| {
        let done = run(&words(&rules));
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{}", done.stderr);
        assert!(done.stderr.contains(told), "{told}: {}", done.stderr);
        assert!(done.stderr.contains("Hint:"), "{}", done.stderr);
    };
    refused("cannot read the rules");
    put(place.path(), "rules/readme.txt", "nothing");
    refused("no file below");
    put(place.path(), "rules/own/a.toml", own_rule("secret-1").replace("\"critical\"", "\"grave\""));
    refused("rules/own/a.toml:2: `grave` is none of");
    put(place.path(), "rules/own/a.toml", own_rule("public-1"));
    refused("rule `own/a`, line 21: it does not match its hit `a secret bucket`");
}

#[test]
fn rules_are_listed_and_shown_whole() {
    let place = scratch();
    put(place.path(), "rules/own/secret.toml", own_rule("secret-1"));
    let rules = place.path().join("rules").display().to_string();
    let listed = run(&["rules", "list"]);
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    assert!(listed.stdout.lines().count() >= 30, "{}", listed.stdout);
    let line = listed.stdout.lines().find(|line| line.starts_with("access/root-used ")).expect("a rule");
    assert!(line.ends_with("high           Root user used (8 controls)"), "{line}");
    let json: Value =
        serde_json::from_str(&run(&["rules", "list", "--rules", &rules, "--format", "json"]).stdout)
            .expect("JSON");
    let ids: Vec<&str> =
        json.as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(ids.is_sorted() && ids.contains(&"own/secret"), "{ids:?}");
    for one in json.as_array().expect("a list") {
        assert!(one["references"].as_array().is_some_and(|list| !list.is_empty()), "{}", one["id"]);
    }
    // Findings over several rows are listed and shown like the others.
    for id in devtrail::correlate::rule_ids() {
        assert!(ids.contains(&id), "{id}");
    }
    let shown = run(&["rules", "show", "logging/log-bucket-weakened"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    for told in [
        "title         Bucket of a trail weakened, or its logs set to be deleted",
        "made          A succeeded call",
        "case          a lifecycle of one day",
        "near miss     logs kept for a year",
        "pci_dss_4_0_1:10.5.1",
    ] {
        assert!(shown.stdout.contains(told), "{told}: {}", shown.stdout);
    }
    let shown = run(&["rules", "show", "own/secret", "--rules", &rules]);
    for told in [
        "severity      critical",
        "licence       Apache-2.0",
        "hit           a secret bucket",
        "miss  ",
        "secret-1",
    ] {
        assert!(shown.stdout.contains(told), "{told}: {}", shown.stdout);
    }
    let unknown = run(&["rules", "show", "no/such"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("there is no rule `no/such`"), "{}", unknown.stderr);
}

#[test]
fn a_folder_of_rules_is_checked_and_every_failure_told() {
    let place = scratch();
    let folder = place.path().join("rules").display().to_string();
    put(place.path(), "rules/a.toml", own_rule("secret-1"));
    let done = run(&["rules", "check", &folder]);
    assert_eq!(
        (done.code, done.stdout.as_str(), done.stderr.as_str()),
        (0, "1 of 1 rule proven by their records\n", "")
    );
    put(place.path(), "rules/b.toml", own_rule("public-2"));
    put(
        place.path(),
        "rules/c.toml",
        own_rule("public-3").replace("starts_with = \"secret\"", "contains = \"-\""),
    );
    let done = run(&["rules", "check", &folder]);
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (3, "1 of 3 rules proven by their records\n"),
        "{}",
        done.stderr
    );
    let told: Vec<&str> = done.stderr.lines().collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].ends_with("b.toml:21: does not match its hit `a secret bucket`"), "{told:?}");
    assert!(told[1].ends_with("c.toml:25: matches its miss `another bucket`"), "{told:?}");
    put(place.path(), "rules/d.toml", "title = 5");
    let done = run(&["rules", "check", &folder]);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{}", done.stderr);
    assert!(done.stderr.contains("d.toml:1: "), "{}", done.stderr);
}
