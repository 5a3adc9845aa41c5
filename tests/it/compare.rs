//! `compare`: what has changed between two reports, against the generator's
//! truth where there is one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::runner::{
    Analysis, Ended, Row, analyze, delivery, devtrail, ended, project, put, record, scratch, table,
};

/// The day at which the generated dump is split; nothing is told near its midnight.
pub(crate) const SPLIT: &str = "2026-01-18";

pub(crate) fn compare(old: &Path, new: &Path, flags: &[&str]) -> Ended {
    ended(devtrail().arg("compare").arg(old).arg(new).args(flags).output().expect("it starts"))
}

/// The changes between two reports, as rows.
#[track_caller]
pub(crate) fn changes(old: &Analysis, new: &Analysis) -> Vec<Row> {
    let done = compare(&old.out, &new.out, &["--format", "csv"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let place = scratch();
    put(place.path(), "changes.csv", &done.stdout);
    table(&place.path().join("changes.csv"))
}

pub(crate) fn of<'r>(rows: &'r [Row], subject: &str) -> Vec<&'r Row> {
    rows.iter().filter(|row| row["subject"] == subject).collect()
}

/// Word, account, mode and time of each change of a subject.
fn told(rows: &[Row], subject: &str) -> BTreeSet<[String; 4]> {
    let key = |row: &Row| ["change", "account_id", "mode", "time"].map(|column| row[column].clone());
    of(rows, subject).into_iter().map(key).collect()
}

pub(crate) fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

pub(crate) struct Months {
    scratch: tempfile::TempDir,
    pub(crate) truth: Value,
}

impl Months {
    pub(crate) fn dump(&self) -> PathBuf {
        self.scratch.path().join("dump")
    }

    fn windows(&self) -> &[Value] {
        self.truth["windows"].as_array().expect("windows")
    }
}

pub(crate) fn generated() -> Months {
    let scratch = scratch();
    let options = sample_logs::Options { seed: 23, events: 6_000, days: 40, single_delivery: true };
    sample_logs::generate(&options, scratch.path()).expect("a dump");
    let truth = std::fs::read_to_string(scratch.path().join("truth.json")).expect("the truth");
    Months { scratch, truth: serde_json::from_str(&truth).expect("JSON") }
}

const FORMATS: [&str; 4] = ["--format", "csv", "--format", "parquet"];

#[track_caller]
pub(crate) fn audit(dump: &Path, flags: &[&str]) -> Analysis {
    let done = analyze(dump, &[&FORMATS, flags].concat());
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    done
}

/// The first report ends at the split, the second holds both parts. The RFC
/// archive is in both: of a window that an RFC opens after the split, the first
/// report knows that RFC alone.
#[test]
fn two_audits_of_a_landing_zone_differ_by_what_its_truth_tells() {
    let months = generated();
    let first = audit(&months.dump(), &["--object-date-to", SPLIT]);
    let second = audit(&months.dump(), &[]);
    let rows = changes(&first, &second);
    let mut windows = BTreeSet::new();
    let mut still_open = BTreeSet::new();
    let mut without_rfc = BTreeSet::new();
    for window in months.windows() {
        let [account, mode, opened, closed] =
            ["account_id", "mode", "opened_at", "closed_at"].map(|key| text(window, key));
        let (early, open) = (opened.as_str() < SPLIT, closed.is_empty());
        let ended_since = closed.as_str() >= SPLIT;
        let by_rfc = window["rfc_ids"].as_array().is_some_and(|rfcs| !rfcs.is_empty());
        let word = match (early, open, by_rfc) {
            (true, true, _) => Some("ongoing"),
            (true, false, _) => ended_since.then_some("ended"),
            (false, _, true) => Some("refined"),
            (false, _, false) => Some("new"),
        };
        let row = |word: &str| [word.to_owned(), account.clone(), mode.clone(), opened.clone()];
        windows.extend(word.map(row));
        still_open.extend(match (word, open) {
            (Some("ended"), _) => Some(row("gone")),
            (Some(word), true) => Some(row(word)),
            _ => None,
        });
        if text(window, "authorization") == "unauthorized" {
            without_rfc.insert(row(if early { "ongoing" } else { "new" }));
        }
    }
    let words: BTreeSet<&str> = windows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(words, BTreeSet::from(["ended", "ongoing", "refined"]), "the truth has a window of each kind");
    assert_eq!(told(&rows, "window"), windows);
    let of_rule = |rule: &str| {
        let all = first.table("findings").into_iter().chain(second.table("findings"));
        let ids: BTreeSet<String> =
            all.filter(|row| row["rule_id"] == rule).map(|row| row["finding_id"].clone()).collect();
        let rows: Vec<Row> = rows.iter().filter(|row| ids.contains(&row["id"])).cloned().collect();
        told(&rows, "finding")
    };
    assert_eq!(of_rule("mode/still-open"), still_open);
    assert_eq!(of_rule("mode/opened-without-rfc"), without_rfc);
    assert!(of(&rows, "evidence").is_empty(), "nothing disappeared");
    every_id_is_told_once(&rows, (&first, &second));
}

/// Findings and incidents of either report: those of one report alone have a
/// word that says so, those of both have none or one that says that.
fn every_id_is_told_once(rows: &[Row], (old, new): (&Analysis, &Analysis)) {
    for (subject, name, id) in
        [("finding", "findings", "finding_id"), ("incident", "incidents", "incident_id")]
    {
        let ids = |done: &Analysis| -> BTreeSet<String> {
            done.table(name).into_iter().map(|row| row[id].clone()).collect()
        };
        let (before, now) = (ids(old), ids(new));
        let words: BTreeMap<String, String> =
            of(rows, subject).into_iter().map(|row| (row["id"].clone(), row["change"].clone())).collect();
        let replaced: BTreeSet<String> =
            of(rows, subject).into_iter().map(|row| row["old_id"].clone()).collect();
        assert_eq!(words.len(), of(rows, subject).len(), "{subject}: once each");
        for id in now.difference(&before) {
            assert!(["new", "refined"].contains(&words[id].as_str()), "{id}: {}", words[id]);
        }
        for id in before.difference(&now).filter(|id| !replaced.contains(*id)) {
            assert!(["gone", "not_covered"].contains(&words[id].as_str()), "{id}: {}", words[id]);
        }
        for id in before.intersection(&now) {
            let word = words.get(id).map(String::as_str);
            assert!(matches!(word, None | Some("ongoing" | "changed")), "{id}: {word:?}");
        }
    }
}

/// The second report holds the second part alone: what only the first part
/// shows is not gone.
#[test]
fn what_the_new_evidence_does_not_cover_is_not_gone() {
    let months = generated();
    let first = audit(&months.dump(), &["--object-date-to", SPLIT]);
    let second = audit(&months.dump(), &["--object-date-from", SPLIT]);
    let rows = changes(&first, &second);
    assert!(rows.iter().all(|row| row["change"] != "gone" || row["subject"] == "coverage"), "{rows:?}");
    let mut expected = BTreeSet::new();
    for window in months.windows().iter().filter(|window| text(window, "opened_at").as_str() < SPLIT) {
        let by_rfc = window["rfc_ids"].as_array().is_some_and(|rfcs| !rfcs.is_empty());
        let closed = text(window, "closed_at");
        let whose = [text(window, "account_id"), text(window, "mode")];
        let word = |word: &str| [word.to_owned(), whose[0].clone(), whose[1].clone()];
        // The archive still shows the RFC, whose end lies in the known window.
        expected.insert(word(if by_rfc { "changed" } else { "not_covered" }));
        if by_rfc && closed.as_str() >= SPLIT {
            expected.insert(word("ended"));
        }
    }
    let early: BTreeSet<[String; 3]> = told(&rows, "window")
        .into_iter()
        .filter(|[_, _, _, time]| time.as_str() < SPLIT)
        .map(|[word, account, mode, _]| [word, account, mode])
        .collect();
    assert_eq!(early, expected);
    // Dated objects of the first part are told together, and all of them.
    let dated = |row: &Row| row["source_object"].contains("/CloudTrail/");
    let objects = first.table("evidence").into_iter().filter(dated).count() as u64;
    let told = of(&rows, "evidence");
    let count =
        |row: &&Row| row["summary"].split(' ').next().and_then(|n| n.replace(',', "").parse::<u64>().ok());
    assert_eq!(told.iter().filter_map(count).sum::<u64>(), objects);
    assert!(told.iter().all(|row| row["change"] == "not_covered"), "{told:?}");
}

#[test]
fn objects_that_disappeared_or_changed_are_named() {
    let place = scratch();
    let dump = place.path().join("dump");
    for (name, time) in [("a.json", "02"), ("b\u{1b}[31m.json", "03"), ("c.json", "04"), ("d.json", "05")] {
        let record = record(name, &format!("2026-01-{time}T03:04:05Z"));
        put(&dump, name, serde_json::json!({ "Records": [record] }).to_string());
    }
    let old = audit(&dump, &[]);
    std::fs::remove_file(dump.join("b\u{1b}[31m.json")).expect("it was there");
    std::fs::rename(dump.join("c.json"), dump.join("e.json")).expect("it was there");
    put(&dump, "a.json", delivery(&["other"]));
    let new = audit(&dump, &[]);
    let rows = changes(&old, &new);
    let told: BTreeSet<(String, String)> = of(&rows, "evidence")
        .into_iter()
        .map(|row| (row["change"].clone(), row["source_object"].clone()))
        .collect();
    let expected = [("changed", "a.json"), ("changed", "c.json"), ("gone", "b\\u{1b}[31m.json")];
    assert_eq!(told, expected.map(|(word, name)| (word.to_owned(), name.to_owned())).into());
    // The call that only the lost object shows: no record of its day is left.
    let printed = compare(&old.out, &new.out, &[]);
    assert!(
        printed.stdout.contains("Evidence of the old report: 2 changed, 1 gone, 1 as before"),
        "{}",
        printed.stdout
    );
    assert!(!printed.stdout.contains('\u{1b}'), "{}", printed.stdout);
}

/// Deadlines by the truth of the case, told for the day of the last call and
/// for a month later.
#[test]
fn deadlines_pass_with_the_time_a_report_is_told_for() {
    let case = project().join("sample-logs/cases/deadlines");
    let truth = std::fs::read_to_string(case.join("truth.json")).expect("the truth");
    let truth: Value = serde_json::from_str(&truth).expect("JSON");
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z");
    let old = audit(&case.join("input"), &["--as-of", early]);
    let new = audit(&case.join("input"), &["--as-of", late]);
    let mut expected = BTreeSet::new();
    for action in truth["destructive_actions"].as_array().expect("actions") {
        let (until, undone) =
            (text(&action["loss"], "recoverable_until"), text(&action["loss"], "undone_at"));
        if until.is_empty() || !undone.is_empty() || text(action, "outcome") != "succeeded" {
            continue;
        }
        let word = if until.as_str() < late { "passed" } else { "ongoing" };
        expected.insert((word.to_owned(), text(action, "event_id"), until));
    }
    assert!(expected.iter().any(|row| row.0 == "passed"), "the truth has a deadline that passes");
    let rows = changes(&old, &new);
    let told: BTreeSet<(String, String, String)> = of(&rows, "deadline")
        .into_iter()
        .map(|row| (row["change"].clone(), row["id"].clone(), row["time"].clone()))
        .collect();
    assert_eq!(told, expected);
}

/// The first report ends before things were undone.
#[test]
fn a_deadline_is_met_when_the_loss_was_undone_since() {
    let case = project().join("sample-logs/cases/undone");
    let truth = std::fs::read_to_string(case.join("truth.json")).expect("the truth");
    let truth: Value = serde_json::from_str(&truth).expect("JSON");
    let all = audit(&case.join("input"), &[]);
    let cut = "2026-02-03T08:28:00Z";
    let place = scratch();
    for object in all.table("evidence").iter().filter(|row| row["format"] != "rfc") {
        let name = &object["source_object"];
        let file = std::fs::File::open(case.join("input").join(name)).expect("an object");
        let Ok(mut all) = serde_json::from_reader::<_, Value>(flate2::read::GzDecoder::new(file)) else {
            continue;
        };
        let Some(records) = all["Records"].as_array_mut() else { continue };
        records.retain(|record| text(record, "eventTime").as_str() < cut);
        put(place.path(), name.trim_end_matches(".gz"), all.to_string());
    }
    let old = audit(place.path(), &[]);
    let there: BTreeSet<String> =
        old.table("destructive_actions").iter().map(|row| row["event_id"].clone()).collect();
    let mut expected = BTreeSet::new();
    for action in truth["destructive_actions"].as_array().expect("actions") {
        let undone = text(&action["loss"], "undone_at");
        let id = text(action, "event_id");
        if !text(&action["loss"], "recoverable_until").is_empty()
            && undone.as_str() > cut
            && there.contains(&id)
        {
            expected.insert(id);
        }
    }
    assert!(!expected.is_empty(), "the truth has losses that were undone after the cut");
    let rows = changes(&old, &all);
    let met =
        of(&rows, "deadline").into_iter().filter(|row| row["change"] == "met" && there.contains(&row["id"]));
    assert_eq!(met.map(|row| row["id"].clone()).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn accounts_and_regions_that_are_new_or_lost_are_named() {
    let dump = |account: &str, region: &str| {
        let place = scratch();
        let mut one = record("one", "2026-01-02T03:04:05Z");
        let mut two = record("two", "2026-01-02T03:05:05Z");
        one["recipientAccountId"] = account.into();
        two["awsRegion"] = region.into();
        put(place.path(), "a.json", serde_json::json!({ "Records": [one, two] }).to_string());
        let done = audit(place.path(), &[]);
        (done, place)
    };
    let (old, _old_dump) = dump("222233334444", "eu-west-1");
    let (new, _new_dump) = dump("111122223333", "eu-west-2");
    let rows = changes(&old, &new);
    let told: BTreeSet<(String, String)> =
        of(&rows, "coverage").into_iter().map(|row| (row["change"].clone(), row["id"].clone())).collect();
    let expected = [
        ("gone", "111122223333/eu-west-1"),
        ("gone", "222233334444/us-east-1"),
        ("new", "111122223333/eu-west-2"),
        ("new", "111122223333/us-east-1"),
    ];
    assert_eq!(told, expected.map(|(word, id)| (word.to_owned(), id.to_owned())).into());
}

#[test]
fn a_report_compared_with_itself_has_nothing_new_and_nothing_gone() {
    let demo = project().join("sample-logs/demo");
    let done = audit(&demo, &[]);
    let rows = changes(&done, &done);
    assert!(rows.iter().all(|row| row["change"] == "ongoing"), "{rows:?}");
    assert_eq!(of(&rows, "finding").len(), done.table("findings").len());
    let open = done.table("mode_windows").iter().filter(|row| row["closed_at"].is_empty()).count();
    assert_eq!(of(&rows, "window").len(), open);
    // A selection leaves rows out; they are not gone.
    let window = &done.table("mode_windows")[0];
    let account = window["account_id"].as_str();
    let selected = audit(&demo, &["--account", account]);
    let rows = changes(&done, &selected);
    let others: Vec<&Row> = rows.iter().filter(|row| row["change"] != "ongoing").collect();
    assert!(!others.is_empty());
    for row in others {
        assert_eq!(
            (row["change"].as_str(), row["detail"].as_str()),
            ("not_covered", "left out by --account"),
            "{row:?}"
        );
        assert_ne!(row["account_id"], account);
    }
}

#[test]
fn the_formats_say_the_same_and_a_folder_gets_the_table() {
    let case = |name: &str| audit(&project().join("sample-logs/cases").join(name).join("input"), &[]);
    let (old, new) = (case("enable-and-forget"), case("weekend-wipe"));
    let csv = compare(&old.out, &new.out, &["--format", "csv"]);
    let place = scratch();
    let out = place.path().join("changes");
    let written = compare(&old.out, &new.out, &["--format", "jsonl", "-o", &out.display().to_string()]);
    assert_eq!((csv.code, written.code), (0, 0), "{}{}", csv.stderr, written.stderr);
    assert_eq!(std::fs::read_to_string(out.join("changes.csv")).expect("the table"), csv.stdout);
    assert!(out.join("SHA256SUMS").exists());
    let rows = table(&out.join("changes.csv"));
    assert!(!rows.is_empty());
    let lines: Vec<Value> =
        written.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), rows.len());
    for (line, row) in lines.iter().zip(&rows) {
        assert_eq!((text(line, "change"), text(line, "id")), (row["change"].clone(), row["id"].clone()));
    }
    let again = compare(&old.out, &new.out, &["--format", "csv"]);
    assert_eq!(again.stdout, csv.stdout);
    // Neither report may be written into, and the folder is not replaced.
    let inside = old.out.join("changes").display().to_string();
    assert_eq!(compare(&old.out, &new.out, &["-o", &inside]).code, 2);
    assert!(!old.out.join("changes").exists());
    assert_eq!(compare(&old.out, &new.out, &["-o", &out.display().to_string()]).code, 2);
}

#[test]
fn a_folder_without_a_report_is_wrong_usage_and_an_altered_one_is_not_compared() {
    let demo = audit(&project().join("sample-logs/demo"), &[]);
    let empty = scratch();
    let none = compare(empty.path(), &demo.out, &[]);
    assert_eq!((none.code, none.stdout.as_str()), (2, ""), "{}", none.stderr);
    let path = demo.out.join("tables/findings.parquet");
    let mut bytes = std::fs::read(&path).expect("the table");
    bytes.push(0);
    std::fs::write(&path, bytes).expect("a change");
    let altered = compare(&demo.out, &demo.out, &[]);
    assert_eq!((altered.code, altered.stdout.as_str()), (4, ""), "{}", altered.stderr);
}
