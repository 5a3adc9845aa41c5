//! Tables `actors` and `mode_usage`, and what is new against a baseline.

use std::path::Path;

use serde_json::{Value, json};

use crate::cases::{cases, run_case};
use crate::runner::{Analysis, Row, analyze, gzip, put, record, run, scratch};

fn number(row: &Row, column: &str) -> u64 {
    row[column].parse().unwrap_or(0)
}

fn sum(rows: &[Row], column: &str) -> u64 {
    rows.iter().map(|row| number(row, column)).sum()
}

#[test]
fn every_call_of_every_case_is_somebodys_and_copies_are_counted_once() {
    for case in cases() {
        let done = run_case(&case);
        let evidence = done.table("evidence");
        let logs: Vec<Row> =
            evidence.into_iter().filter(|row| row["format"].starts_with("cloudtrail")).collect();
        let actors = done.table("actors");
        let calls = sum(&actors, "reads") + sum(&actors, "writes");
        assert_eq!(calls, sum(&logs, "records") - sum(&logs, "duplicates"), "{}", case.display());
        let destroyed = done.rows("destructive_actions", "outcome", "succeeded").len() as u64;
        assert_eq!(sum(&actors, "destructive"), destroyed, "{}", case.display());
        let own: Vec<Row> = done.rows("mode_sessions", "depth", "0");
        let used = done.table("mode_usage");
        assert_eq!(sum(&used, "calls"), sum(&own, "events"), "{}", case.display());
        assert_eq!(sum(&used, "denied"), sum(&own, "denied"), "{}", case.display());
    }
}

/// A call that terminates, by alice, from an address.
fn terminate(id: &str, time: &str, address: &str) -> Value {
    let mut call = record(id, time);
    call["eventSource"] = json!("ec2.amazonaws.com");
    call["eventName"] = json!("TerminateInstances");
    call["requestParameters"] = json!({"instancesSet": {"items": [{"instanceId": "i-1"}]}});
    call["sourceIPAddress"] = json!(address);
    call
}

fn dump(folder: &Path, name: &str, calls: &[Value]) {
    put(folder, name, json!({ "Records": calls }).to_string());
}

#[test]
fn an_object_of_which_a_part_may_not_count_is_counted_with_all_others() {
    let place = scratch();
    let of = |id: &str| json!({"Records": [record(id, "2026-01-02T03:00:00Z")]}).to_string();
    let two = [gzip(of("e1").as_bytes()), gzip(of("e2").as_bytes())].concat();
    put(place.path(), "dump/two-members.json.gz", two);
    put(place.path(), "dump/one.json", of("e2"));
    let done = analyze(&place.path().join("dump"), &[]);
    let actors = done.table("actors");
    assert_eq!(actors.len(), 1);
    assert_eq!(number(&actors[0], "reads") + number(&actors[0], "writes"), 2, "{:?}", actors[0]);
}

fn new_ones(done: &Analysis) -> Vec<String> {
    let mut found: Vec<String> = done.table("findings").iter().map(|row| row["rule_id"].clone()).collect();
    found.retain(|rule| rule.contains("-new-to-"));
    found
}

#[test]
fn new_is_told_from_a_part_of_the_evidence_or_from_an_older_report() {
    let place = scratch();
    dump(place.path(), "old/a.json", &[terminate("e1", "2026-01-02T03:00:00Z", "192.0.2.1")]);
    let later = [
        terminate("e2", "2026-02-02T03:00:00Z", "192.0.2.9"),
        terminate("e3", "2026-02-02T04:30:00Z", "203.0.113.5"),
    ];
    dump(place.path(), "new/b.json", &later);
    let old = analyze(&place.path().join("old"), &[]);
    assert!(new_ones(&old).is_empty());
    let text = std::fs::read_to_string(old.out.join("report.md")).expect("report.md");
    assert!(text.contains("No baseline was given"), "{text}");

    let older = old.out.display().to_string();
    let against = analyze(&place.path().join("new"), &["--baseline", &older]);
    assert_eq!(new_ones(&against), ["destroy/network-new-to-actor"], "{}", against.ended.stderr);
    let finding = &against.rows("findings", "rule_id", "destroy/network-new-to-actor")[0];
    assert_eq!(finding["event_ids"], "e3");

    dump(place.path(), "both/a.json", &[terminate("e1", "2026-01-02T03:00:00Z", "192.0.2.1")]);
    dump(place.path(), "both/b.json", &later);
    let both = analyze(&place.path().join("both"), &["--baseline", "2026-01-01..2026-01-31"]);
    assert_eq!(new_ones(&both), ["destroy/network-new-to-actor"]);
    let row = &both.table("actors")[0];
    assert_eq!(row["networks"], "192.0.2.0/24;203.0.113.0/24");
    assert_eq!((row["writes"].as_str(), row["destructive"].as_str()), ("3", "3"));
}

#[test]
fn a_baseline_that_is_none_ends_the_run_before_it_begins() {
    let place = scratch();
    dump(place.path(), "dump/a.json", &[record("e1", "2026-01-02T03:00:00Z")]);
    let (input, out) = (place.path().join("dump"), place.path().join("out"));
    let words = [input.display().to_string(), out.display().to_string()];
    for (wrong, told) in [("2026-02-01..2026-01-01", "FROM must be before TO"), ("no/such/report", "report")]
    {
        let ended = run(&["analyze", &words[0], "-o", &words[1], "--baseline", wrong]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
        assert!(!out.exists());
    }
}
