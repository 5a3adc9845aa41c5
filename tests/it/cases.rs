//! Every story of `sample-logs/cases`: its tables equal `expected/`, and agree
//! with the truth that the generator wrote down when it made the story.
//!
//! `DEVTRAIL_BLESS=1` rewrites `expected/`; the difference is read in review.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::runner::{Analysis, Row, TABLES, analyze, project};

pub(crate) fn cases() -> Vec<PathBuf> {
    let folder = project().join("sample-logs/cases");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    assert!(found.len() >= 6, "the cases are found");
    found
}

pub(crate) fn arguments(case: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(case.join("case.toml")).expect("case.toml");
    let all: toml::Table = text.parse().expect("case.toml is TOML");
    let Some(args) = all.get("args") else { return Vec::new() };
    let words = args.as_array().expect("args is a list");
    let place = case.to_str().expect("UTF-8");
    words.iter().map(|word| word.as_str().expect("args are strings").replace("{case}", place)).collect()
}

pub(crate) fn run_case(case: &Path) -> Analysis {
    let args = arguments(case);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = analyze(&case.join("input"), &args);
    assert!([0, 3].contains(&done.ended.code), "{}: {}", case.display(), done.ended.stderr);
    done
}

#[test]
fn every_table_of_every_case_equals_what_is_expected() {
    let bless = std::env::var_os("DEVTRAIL_BLESS").is_some();
    let mut faults = Vec::new();
    for case in cases() {
        let done = run_case(&case);
        for table in TABLES {
            let name = format!("{table}.csv");
            let found = std::fs::read_to_string(done.out.join("tables").join(&name)).expect("a table");
            let expected = case.join("expected").join(&name);
            if bless {
                std::fs::create_dir_all(case.join("expected")).expect("a folder");
                std::fs::write(&expected, &found).expect("a file");
            }
            let known = std::fs::read_to_string(&expected).unwrap_or_default();
            if known != found {
                faults.push(format!("{}\n--- expected\n{known}\n--- found\n{found}", expected.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_case_agrees_with_the_generators_truth() {
    for case in cases() {
        let done = run_case(&case);
        agrees(&done, &case.join("truth.json"));
    }
}

/// Compares tables and truth on counts, windows, sessions and destructive calls.
pub(crate) fn agrees(done: &Analysis, truth: &Path) {
    let place = truth.display();
    let text = std::fs::read_to_string(truth).unwrap_or_else(|e| panic!("{place}: {e}"));
    let truth: Value = serde_json::from_str(&text).expect("truth is JSON");
    totals(done, &truth, &place.to_string());
    windows(done, &truth, &place.to_string());
    sessions(done, &truth, &place.to_string());
    paths(done, &truth, &place.to_string());
    destructive(done, &truth, &place.to_string());
    intents(done, &truth, &place.to_string());
    claims(done, &truth, &place.to_string());
}

/// Findings about modes and their RFCs or tickets, where the story lists them.
fn claims(done: &Analysis, truth: &Value, place: &str) {
    let Some(told) = truth["claims"].as_array() else { return };
    let keys = ["rule_id", "account_id"];
    let about = |row: &&Row| ["mode/", "rfc/"].iter().any(|kind| row["rule_id"].starts_with(kind));
    let rows = done.table("findings");
    let mut found: Vec<[String; 2]> =
        rows.iter().filter(about).map(|row| keys.map(|key| row[key].clone())).collect();
    let mut expected: Vec<[String; 2]> =
        told.iter().map(|claim| keys.map(|key| text(claim, key).to_owned())).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{place}: claims");
}

/// A pattern that nobody followed may not be found.
fn intents(done: &Analysis, truth: &Value, place: &str) {
    let keys = ["rule_id", "account_id", "actor"];
    let rows = done.table("findings");
    let mut found: Vec<[String; 3]> = rows
        .iter()
        .filter(|row| row["rule_id"].starts_with("intent/"))
        .map(|row| keys.map(|key| row[key].clone()))
        .collect();
    let told = truth["intents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut expected: Vec<[String; 3]> =
        told.iter().map(|intent| keys.map(|key| text(intent, key).to_owned())).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{place}: intents");
}

fn number(row: &Row, column: &str) -> u64 {
    row[column].parse().unwrap_or(0)
}

fn totals(done: &Analysis, truth: &Value, place: &str) {
    let evidence = done.table("evidence");
    let logs: Vec<&Row> = evidence.iter().filter(|row| row["format"].starts_with("cloudtrail")).collect();
    let sum = |column: &str| logs.iter().map(|row| number(row, column)).sum::<u64>();
    let of = |name: &str| truth["totals"][name].as_u64().expect("a total");
    assert_eq!(sum("records"), of("records"), "{place}: records");
    // The generator counts the second content of an event id as a copy; here
    // both contents are kept, and a problem names them.
    assert_eq!(sum("duplicates") + of("conflicting"), of("duplicates"), "{place}: duplicates");
    let conflicts = done.problems().get("conflicting_copies").copied().unwrap_or(0);
    assert_eq!(conflicts as u64, of("conflicting"), "{place}: conflicts");
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn windows(done: &Analysis, truth: &Value, place: &str) {
    let keys = [
        "account_id",
        "mode",
        "opened_at",
        "opened_bound",
        "open_basis",
        "closed_at",
        "close_basis",
        "authorization",
    ];
    let of_row = |row: &Row| -> Vec<String> {
        let mut facts: Vec<String> = keys.iter().map(|key| row[*key].clone()).collect();
        facts.push(row["role_names"].clone());
        facts.push(if row["authorization"] == "authorized" { row["rfc_ids"].clone() } else { String::new() });
        facts
    };
    let list = |value: &Value| -> String {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
    };
    let of_truth = |window: &Value| -> Vec<String> {
        let mut facts: Vec<String> = keys.iter().map(|key| text(window, key).to_owned()).collect();
        facts.push(list(&window["role_names"]));
        facts.push(list(&window["rfc_ids"]));
        facts
    };
    let mut found: Vec<_> = done.table("mode_windows").iter().map(of_row).collect();
    let mut expected: Vec<_> = truth["windows"].as_array().expect("windows").iter().map(of_truth).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{place}: windows");
}

fn sessions(done: &Analysis, truth: &Value, place: &str) {
    let keys = [
        "account_id",
        "mode",
        "role_name",
        "role_session_name",
        "access_key_id",
        "actor",
        "started_at",
        "start_basis",
    ];
    let counts = ["depth", "events", "writes", "denied"];
    let of_row =
        |row: &Row| -> Vec<String> { keys.iter().chain(&counts).map(|key| row[*key].clone()).collect() };
    // The generator counts an altered copy of an event as that event; here both
    // contents are kept, and both count.
    let altered = truth["totals"]["conflicting"].as_u64().unwrap_or(0);
    let of_truth = |session: &Value| -> Vec<String> {
        let words = keys.iter().map(|key| text(session, key).to_owned());
        let count = |key: &&str| {
            session[*key].as_u64().expect("a count") + if *key == "events" { altered } else { 0 }
        };
        words.chain(counts.iter().map(|key| count(key).to_string())).collect()
    };
    let mut found: Vec<_> = done.table("mode_sessions").iter().map(of_row).collect();
    let all = truth["sessions"].as_array().expect("sessions");
    let mut expected: Vec<_> = all.iter().map(of_truth).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{place}: sessions");
}

/// The event ids in the way to a session, where the story says which.
fn paths(done: &Analysis, truth: &Value, place: &str) {
    let rows = done.table("mode_sessions");
    for session in truth["sessions"].as_array().expect("sessions") {
        let Some(expected) = session["path"].as_array() else { continue };
        let key = text(session, "access_key_id");
        let row = rows.iter().find(|row| row["access_key_id"] == key).expect("the session");
        let words =
            row["attribution_path"].split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-');
        let found: Vec<&str> = words.filter(|word| word.len() == 36).collect();
        let expected: Vec<&str> = expected.iter().filter_map(Value::as_str).collect();
        assert_eq!(found, expected, "{place}: {}", row["attribution_path"]);
    }
}

/// What can be done about one call, and what was, where the story says it.
fn loss(row: &Row, truth: &Value, place: &str) {
    let told = format!("{place}: {} {}: {}", row["event_name"], row["event_id"], row["recovery"]);
    if !text(truth, "reversibility").is_empty() {
        assert_eq!(row["reversibility"], text(truth, "reversibility"), "{told}");
        assert_eq!(row["recoverable_until"], text(truth, "recoverable_until"), "{told}");
        assert_eq!(row["undone_at"], text(truth, "undone_at"), "{told}");
        assert_eq!(row["undone_by_event_id"], text(truth, "undone_by_event_id"), "{told}");
    }
    if let Some(count) = truth["resource_count"].as_u64() {
        assert_eq!(number(row, "resource_count"), count, "{told}");
    }
}

fn destructive(done: &Analysis, truth: &Value, place: &str) {
    let found = done.table("destructive_actions");
    let all = truth["destructive_actions"].as_array().expect("destructive_actions");
    for action in all {
        let id = text(action, "event_id");
        let rows: Vec<&Row> = found.iter().filter(|row| row["event_id"] == id).collect();
        assert_eq!(rows.len(), 1, "{place}: {} {id} is one row", text(action, "event_name"));
        let row = rows[0];
        for key in [
            "event_time",
            "event_name",
            "account_id",
            "actor",
            "outcome",
            "mode",
            "attribution",
            "authorization",
            "rfc_id",
        ] {
            assert_eq!(row[key], text(action, key), "{place}: {key} of {id}");
        }
        assert_eq!(
            number(row, "copies"),
            action["copies"].as_u64().expect("copies"),
            "{place}: copies of {id}"
        );
        let named: Vec<&str> = row["resources"].split(';').collect();
        let things = action["resources"].as_array().expect("resources");
        for thing in things.iter().filter_map(Value::as_str) {
            assert!(named.iter().any(|name| name.ends_with(thing)), "{place}: {thing} of {id} in {named:?}");
        }
        assert!(
            row["resource_count"].parse::<usize>().unwrap_or(0) >= things.len(),
            "{place}: count of {id}"
        );
    }
    for action in all.iter().filter(|action| action["loss"].is_object()) {
        let id = text(action, "event_id");
        let row = found.iter().find(|row| row["event_id"] == id).expect("the row");
        loss(row, &action["loss"], place);
    }
    let counts = truth["destructive_counts"].as_object().expect("counts");
    for (outcome, count) in counts {
        let rows = found.iter().filter(|row| row["outcome"] == *outcome).count();
        assert_eq!(rows as u64, count.as_u64().expect("a count"), "{place}: {outcome} calls");
    }
}
