//! `explain`: the story of every kind of id, against the tables it comes from,
//! and the records behind it, against the dump.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::cases::{cases, run_case};
use crate::runner::{Analysis, Ended, Row, analyze, devtrail, ended, project, put, record, scratch};
use crate::search::search;

const DEMO: &str = "sample-logs/demo";

pub(crate) fn demo() -> Analysis {
    let done = analyze(&project().join(DEMO), &["--events", "all"]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    done
}

pub(crate) fn explain(report: &Path, id: &str, flags: &[&str]) -> Ended {
    ended(devtrail().arg("explain").arg(report).arg(id).args(flags).output().expect("it starts"))
}

/// The lines of a story in JSON: subjects, and entries of all of them.
#[track_caller]
pub(crate) fn lines(report: &Path, id: &str, flags: &[&str]) -> (Vec<Value>, Vec<Value>) {
    let mut all = vec!["--format", "jsonl"];
    all.extend(flags);
    let done = explain(report, id, &all);
    assert_eq!(done.code, 0, "{id}: {}", done.stderr);
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    done.stdout.lines().map(parse).partition(|line: &Value| line["line"] == "subject")
}

/// A row of the timeline and an entry of a story, by what tells them apart.
fn key(get: impl Fn(&str) -> String) -> [String; 6] {
    ["time", "kind", "event_id", "finding_id", "source_object", "source_record"].map(get)
}

fn of_row(row: &Row) -> [String; 6] {
    key(|column| row[column].clone())
}

fn of_entry(entry: &Value) -> [String; 6] {
    key(|column| match &entry[column] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    })
}

/// Every row of the timeline for which this holds is in the story of the id.
#[track_caller]
fn tells(done: &Analysis, id: &str, kind: &str, holds: impl Fn(&Row) -> bool) -> Vec<Value> {
    let (subjects, entries) = lines(&done.out, id, &["--no-raw"]);
    let kinds: Vec<&str> = subjects.iter().filter_map(|subject| subject["subject_kind"].as_str()).collect();
    assert_eq!(kinds, [kind], "{id}");
    let told: BTreeSet<_> = entries.iter().map(of_entry).collect();
    let rows: Vec<Row> = done.table("timeline").into_iter().filter(holds).collect();
    assert!(!rows.is_empty(), "{id}: the timeline has rows of it");
    for row in &rows {
        assert!(told.contains(&of_row(row)), "{id}: {row:?} is told");
    }
    let times: Vec<&str> = entries.iter().map(|entry| entry["time"].as_str().unwrap_or("")).collect();
    assert!(times.is_sorted(), "{id}: in order: {times:?}");
    entries
}

#[test]
fn every_kind_of_id_is_told_with_all_that_the_timeline_has() {
    let done = demo();
    for window in done.table("mode_windows") {
        let id = window["window_id"].clone();
        let entries = tells(&done, &id, "window", |row| row["window_id"] == id);
        let rfcs: BTreeSet<&str> = entries.iter().filter_map(|entry| entry["rfc_id"].as_str()).collect();
        for rfc in window["rfc_ids"].split(';').filter(|rfc| !rfc.is_empty()) {
            assert!(rfcs.contains(rfc), "{id}: RFC {rfc} is told");
        }
    }
    for session in done.table("mode_sessions") {
        let id = session["session_id"].clone();
        let entries = tells(&done, &id, "session", |row| row["session_id"] == id);
        assert!(entries.iter().any(|entry| entry["kind"] == "mode_opened"), "{id}: its window is told");
        tells(&done, &session["access_key_id"], "access key", |row| row["session_id"] == id);
    }
    for finding in done.table("findings") {
        let id = finding["finding_id"].clone();
        let events: Vec<&str> = finding["event_ids"].split(';').filter(|id| !id.is_empty()).collect();
        tells(&done, &id, "finding", |row| {
            row["finding_id"] == id || events.contains(&row["event_id"].as_str())
        });
    }
    for rfc in done.table("rfcs") {
        let id = rfc["rfc_id"].clone();
        tells(&done, &id, "RFC", |row| row["rfc_id"] == id && row["kind"].starts_with("rfc_"));
    }
    for incident in done.table("incidents") {
        let findings: Vec<&str> = incident["finding_ids"].split(';').collect();
        tells(&done, &incident["incident_id"], "incident", |row| {
            let call = row["kind"] == "destructive_action"
                && row["actor"] == incident["actor"]
                && row["account_id"] == incident["account_id"]
                && (&incident["started_at"]..=&incident["ended_at"]).contains(&&row["time"]);
            // An incident may be of findings alone.
            call || row["kind"] == "finding" && findings.contains(&row["finding_id"].as_str())
        });
    }
}

#[test]
fn actors_resources_addresses_and_accounts_are_told_in_order() {
    let done = demo();
    for action in done.table("destructive_actions") {
        let id = action["event_id"].clone();
        for (column, kind) in [("actor", "actor"), ("principal_arn", "actor"), ("source_ip", "address")] {
            let (subjects, entries) = lines(&done.out, &action[column], &["--no-raw"]);
            assert!(subjects.iter().any(|subject| subject["subject_kind"] == kind), "{}", action[column]);
            let told = entries.iter().any(|entry| {
                entry["event_id"] == id.as_str()
                    && entry["kind"] == "destructive_action"
                    && entry["subject_kind"] == kind
            });
            assert!(told, "{column} {} of {id}", action[column]);
        }
        for resource in action["resources"].split(';').filter(|name| !name.is_empty()) {
            let (_, entries) = lines(&done.out, resource, &["--no-raw"]);
            let told = entries
                .iter()
                .any(|entry| entry["subject_kind"] == "resource" && entry["event_id"] == id.as_str());
            assert!(told, "{resource} of {id}");
        }
    }
    let account = "444455556666";
    tells(&done, account, "account", |row| row["account_id"] == account);
    // Calls that destroyed nothing come from the table of events.
    let (_, entries) = lines(&done.out, account, &["--no-raw"]);
    let calls = entries.iter().filter(|entry| entry["kind"] == "event").count();
    assert!(calls > 50, "{calls}");
    let without = analyze(&project().join(DEMO), &[]);
    let told = explain(&without.out, account, &[]);
    assert!(told.stdout.contains("holds no table of events"), "{}", told.stdout);
}

#[test]
fn a_table_of_events_in_folders_tells_what_one_in_a_file_does() {
    let (whole, divided) =
        (demo(), analyze(&project().join(DEMO), &["--events", "all", "--events-by", "account,day"]));
    assert!(!divided.out.join("tables/events.parquet").exists());
    let told = |done: &Analysis| explain(&done.out, "444455556666", &["--no-raw"]);
    assert_eq!(told(&divided).stdout, told(&whole).stdout);
    // One file of many that is not as it was written is one too many.
    let folder = divided.out.join("tables/events/account=444455556666");
    let day = std::fs::read_dir(&folder).expect("days").next().expect("a day").expect("a day").path();
    put(&day, "part-0.parquet", b"PAR1");
    let ended = explain(&divided.out, "444455556666", &["--no-raw"]);
    assert_eq!(ended.code, 4, "{}", ended.stdout);
    assert!(ended.stderr.contains("part-0.parquet"), "{}", ended.stderr);
}

/// The record of an object, read here by other means.
fn record_of(object: &Path, ordinal: u64) -> Value {
    let mut text = String::new();
    let file = std::fs::File::open(object).expect("an object");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    all["Records"][usize::try_from(ordinal).expect("small")].clone()
}

#[test]
fn an_event_is_told_with_its_chain_and_its_record() {
    let done = demo();
    let mut chained = 0;
    for action in done.table("destructive_actions") {
        let (subjects, entries) = lines(&done.out, &action["event_id"], &[]);
        let own: Vec<&Value> = entries.iter().filter(|entry| !entry["record"].is_null()).collect();
        assert_eq!(own.len(), 1, "the record is shown once: {}", action["event_id"]);
        let ordinal = action["source_record"].parse().expect("an ordinal");
        let object = project().join(DEMO).join(&action["source_object"]);
        assert_eq!(own[0]["record"], record_of(&object, ordinal));
        assert_eq!(
            (&own[0]["kind"], &own[0]["source_record"]),
            (&json!("destructive_action"), &json!(ordinal))
        );
        assert_eq!(subjects[0]["attribution_path"], action["attribution_path"].as_str());
        let chain: Vec<&str> =
            subjects[0]["chain"].as_array().expect("a chain").iter().filter_map(Value::as_str).collect();
        assert!(chain.last().is_some_and(|link| link.starts_with(&action["event_name"])), "{chain:?}");
        if !action["session_id"].is_empty() {
            assert_eq!(chain[0], action["actor"]);
            assert!(chain.iter().any(|link| link.contains(&action["session_id"])), "{chain:?}");
            chained += 1;
        }
    }
    assert!(chained >= 10);
}

#[test]
fn raw_shows_every_record_and_text_is_wrapped() {
    let done = demo();
    let window = &done.table("mode_windows")[0]["window_id"];
    let (_, entries) = lines(&done.out, window, &["--raw"]);
    let places: BTreeSet<_> = entries
        .iter()
        .map(|entry| entry["source_object"].to_string() + &entry["source_record"].to_string())
        .collect();
    let records = entries.iter().filter(|entry| !entry["record"].is_null()).count();
    assert_eq!(records, places.len());
    let narrow = ended(
        devtrail()
            .env("COLUMNS", "60")
            .arg("explain")
            .arg(&done.out)
            .arg(window)
            .output()
            .expect("it starts"),
    );
    let long = narrow
        .stdout
        .lines()
        .find(|line| line.chars().count() > 60 && line.trim().contains(' ') && !line.contains("evidence:"));
    assert_eq!(long, None, "only lines of one word are longer");
}

#[test]
fn unknown_ids_and_folders_that_are_no_report_end_with_two() {
    let done = demo();
    let session = done.table("mode_sessions")[0]["session_id"].clone();
    let typed = format!("{}0", &session[..session.len() - 1]);
    let told = explain(&done.out, &typed, &[]);
    assert_eq!((told.code, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains(&session), "the nearest is named: {}", told.stderr);
    assert!(
        told.stderr.contains("Hint: an id is that of an event") && told.stderr.contains("devtrail search")
    );
    for id in ["", "x", "\u{1b}[2J\u{202e}", "-x", &"y".repeat(100_000)] {
        let told = explain(&done.out, id, &[]);
        assert_eq!((told.code, told.stdout.as_str()), (2, ""), "{id:?}");
        assert!(!told.stderr.contains('\u{1b}') && !told.stderr.contains('\u{202e}'), "{}", told.stderr);
    }
    let place = scratch();
    assert_eq!(explain(place.path(), "x", &[]).code, 2, "an empty folder");
    assert_eq!(explain(&place.path().join("missing"), "x", &[]).code, 2);
    put(place.path(), "run.json", "{\"tool\":\"another\",\"arguments\":[]}");
    assert_eq!(explain(place.path(), "x", &[]).code, 2);
    let csv = analyze(&project().join(DEMO), &["--format", "csv"]);
    let told = explain(&csv.out, "mallory", &[]);
    assert_eq!(told.code, 2);
    assert!(
        told.stderr.contains("as Parquet") && told.stderr.contains("--format parquet"),
        "{}",
        told.stderr
    );
}

#[test]
fn an_id_that_is_several_things_is_told_as_each() {
    let dump = scratch();
    let mut one = record("e1", "2026-01-02T03:04:05Z");
    one["requestParameters"] = json!({"bucketName": "alice"});
    put(dump.path(), "a.json", json!({"Records": [one]}).to_string());
    let done = analyze(dump.path(), &[]);
    let actor = done.table("destructive_actions")[0]["actor"].clone();
    assert_eq!(actor, "alice");
    let (subjects, entries) = lines(&done.out, "alice", &[]);
    let kinds: Vec<&str> = subjects.iter().filter_map(|subject| subject["subject_kind"].as_str()).collect();
    assert_eq!(kinds, ["actor", "resource"]);
    assert_eq!(entries.iter().filter(|entry| entry["event_id"] == "e1").count(), 2);
    let text = explain(&done.out, "alice", &[]).stdout;
    assert!(text.starts_with("Actor alice\n") && text.contains("\nResource alice\n"), "{text}");
}

#[test]
fn attack_a_story_cannot_act_on_a_terminal_and_tells_no_secret() {
    let dump = scratch();
    let evil = "mal\u{1b}]0;owned\u{7}\u{202e}\u{9b}31m\r\nForged: line\u{200b}";
    let mut one = record("e1", "2026-01-02T03:04:05Z");
    one["userIdentity"]["userName"] = evil.into();
    one["userIdentity"]["arn"] = format!("arn:aws:iam::111122223333:user/{evil}").into();
    one["userAgent"] = evil.into();
    one["requestParameters"] = json!({"bucketName": evil, "adminPassword": "h0rseBattery"});
    put(dump.path(), "ev\u{1b}il.json", json!({"Records": [one]}).to_string());
    let done = analyze(dump.path(), &["--events", "all"]);
    for id in ["e1", "192.0.2.7", evil, "111122223333"] {
        for flags in [vec!["--raw"], vec!["--raw", "--format", "jsonl"]] {
            let told = explain(&done.out, id, &flags);
            assert_eq!(told.code, 0, "{id:?}: {}", told.stderr);
            let bad = told
                .stdout
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{200b}'));
            assert_eq!(bad, None, "{id:?} {flags:?}");
            assert!(!told.stdout.lines().any(|line| line.starts_with("Forged")), "{}", told.stdout);
            assert!(told.stdout.contains("REDACTED") && !told.stdout.contains("h0rse"), "{}", told.stdout);
        }
    }
}

#[test]
fn colour_and_pipes_are_as_elsewhere() {
    let done = demo();
    let run = |flags: &[&str], no_color: &str| {
        let mut command = devtrail();
        command.env("NO_COLOR", no_color).arg("explain").arg(&done.out).arg("mallory").args(flags);
        ended(command.output().expect("it starts")).stdout.contains('\u{1b}')
    };
    assert!(!run(&[], ""), "a pipe is no terminal");
    assert!(run(&["--color", "always"], "1"));
    assert!(!run(&["--color", "never"], ""));
}

/// Both ways back to the bytes: every row of a story's tables can be asked for,
/// and every copy of its call is found by its id.
#[test]
fn every_story_of_the_cases_can_be_walked_back() {
    for case in cases() {
        let done = run_case(&case);
        let name = case.display();
        for (table, column) in [
            ("mode_windows", "window_id"),
            ("mode_sessions", "session_id"),
            ("rfcs", "rfc_id"),
            ("findings", "finding_id"),
            ("incidents", "incident_id"),
        ] {
            for row in done.table(table) {
                let (subjects, _) = lines(&done.out, &row[column], &["--raw"]);
                let about = subjects[0]["about"].as_array().expect("sentences");
                assert!(!about.is_empty(), "{name}: {} is told", row[column]);
            }
        }
        let all = search(&case.join("input"), "eventID:*", &["--format", "jsonl"]).stdout;
        let hits: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        for action in done.table("destructive_actions") {
            let id = action["event_id"].as_str();
            let (_, entries) = lines(&done.out, id, &[]);
            assert!(entries.iter().any(|entry| entry["record"]["eventID"] == id), "{name}: {id} is shown");
            let copies: Vec<&Value> = hits
                .iter()
                .filter(|hit| hit["event_id"] == id && hit["account_id"] == action["account_id"].as_str())
                .collect();
            let place = |hit: &&&Value| {
                hit["source_object"] == action["source_object"].as_str()
                    && hit["source_record"].as_u64() == action["source_record"].parse().ok()
            };
            assert!(copies.iter().any(|hit| place(&hit)), "{name}: {id} is found where the row says");
            assert_eq!(copies.len().to_string(), action["copies"], "{name}: every copy of {id} is found");
        }
    }
}
