//! `compare` of two audits of a generated landing zone: deadlines, incidents and
//! objects, exactly as the generator's truth and the test's own changes tell.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::compare::{audit, changes, generated, of, text};
use crate::runner::{gzip, scratch};

/// Seconds of a time of the truth.
fn seconds(time: &str) -> i64 {
    devtrail::model::time::UtcTime::parse(time).expect("a time").seconds()
}

/// Nothing that is told may happen so shortly before the split: it might be
/// delivered after it.
fn away_from(split: &str, times: impl Iterator<Item = String>) {
    let split = seconds(split);
    for time in times {
        let apart = split - seconds(&time);
        assert!(!(0..3600).contains(&apart), "{time} is too near the split");
    }
}

/// The first audit is told for its end, the second for a time before its own: so
/// there is a deadline of every kind.
#[test]
fn deadlines_change_as_the_truth_tells() {
    let (split, early, late) = ("2026-01-28", "2026-01-28T00:00:00Z", "2026-02-10T00:00:00Z");
    let months = generated();
    let waits = |action: &&Value| {
        text(action, "outcome") == "succeeded" && !text(&action["loss"], "recoverable_until").is_empty()
    };
    let actions: Vec<&Value> =
        months.truth["destructive_actions"].as_array().expect("actions").iter().filter(waits).collect();
    away_from(split, actions.iter().map(|action| text(action, "event_time")));
    let mut expected = BTreeSet::new();
    let mut as_before = 0;
    for action in actions {
        let until = text(&action["loss"], "recoverable_until");
        let known = text(action, "event_time").as_str() < split;
        let word = match (known, until.as_str() < early, until.as_str() < late) {
            (true, true, true) => {
                as_before += 1;
                continue;
            }
            (_, false, true) | (false, _, true) => "passed",
            (true, _, false) => "ongoing",
            (false, _, false) => "new",
        };
        expected.insert([word.to_owned(), text(action, "event_id"), text(action, "account_id"), until]);
    }
    let words: BTreeSet<&str> = expected.iter().map(|row| row[0].as_str()).collect();
    assert_eq!((words, as_before), (BTreeSet::from(["new", "ongoing"]), 1), "the truth has several kinds");
    let old = audit(&months.dump(), &["--object-date-to", split, "--as-of", early]);
    let new = audit(&months.dump(), &["--as-of", late]);
    let rows = changes(&old, &new);
    let told: BTreeSet<[String; 4]> = of(&rows, "deadline")
        .into_iter()
        .map(|row| ["change", "id", "account_id", "time"].map(|column| row[column].clone()))
        .collect();
    assert_eq!(told, expected);
}

/// A run of calls of one actor in one account whose gaps are under an hour, as the
/// truth lists the calls.
struct Run {
    first: String,
    last: String,
    /// Until when what they lost can be undone.
    deadlines: Vec<String>,
}

fn runs(truth: &Value) -> BTreeMap<(String, String), Vec<Run>> {
    let mut calls: BTreeMap<(String, String), BTreeSet<(String, String)>> = BTreeMap::new();
    for action in truth["destructive_actions"].as_array().expect("actions") {
        let whose = (text(action, "account_id"), text(action, "actor"));
        let until = text(&action["loss"], "recoverable_until");
        calls.entry(whose).or_default().insert((text(action, "event_time"), until));
    }
    let split = |calls: BTreeSet<(String, String)>| {
        let mut runs: Vec<Run> = Vec::new();
        for (time, until) in calls {
            let goes_on = |run: &&mut Run| seconds(&time) - seconds(&run.last) < 3600;
            if runs.last_mut().filter(goes_on).is_none() {
                runs.push(Run { first: time.clone(), last: time.clone(), deadlines: Vec::new() });
            }
            let run = runs.last_mut().expect("one is there");
            run.last = time;
            run.deadlines.extend(Some(until).filter(|until| !until.is_empty()));
        }
        runs
    };
    calls.into_iter().map(|(whose, times)| (whose, split(times))).collect()
}

/// What became of each run: an incident that both audits have is a change only if a
/// deadline of it has passed since.
#[test]
fn incidents_change_as_the_truth_tells() {
    let (split, early, late) = ("2026-01-28", "2026-01-28T00:00:00Z", "2026-02-25T00:00:00Z");
    let months = generated();
    let runs = runs(&months.truth);
    away_from(split, runs.values().flatten().map(|run| run.last.clone()));
    let old = audit(&months.dump(), &["--object-date-to", split, "--as-of", early]);
    let new = audit(&months.dump(), &["--as-of", late]);
    let incidents = new.table("incidents");
    let mut words = BTreeMap::new();
    for ((account, actor), run) in
        runs.iter().flat_map(|(whose, runs)| runs.iter().map(move |run| (whose, run)))
    {
        // Findings may lengthen the incident of a run; no other run is in it.
        let holds = |row: &&crate::runner::Row| {
            row["account_id"] == *account
                && row["actor"] == *actor
                && row["started_at"] <= run.first
                && run.last <= row["ended_at"]
        };
        let found: Vec<_> = incidents.iter().filter(holds).collect();
        let [one] = found.as_slice() else { panic!("{account} {actor} {}: {found:?}", run.first) };
        let passed = |until: &String| early <= until.as_str() && until.as_str() < late;
        let word = match (run.first.as_str() < split, run.deadlines.iter().any(passed)) {
            (false, _) => Some("new"),
            (true, true) => Some("changed"),
            (true, false) => None,
        };
        assert_eq!(words.insert(one["incident_id"].clone(), word), None, "two runs in one incident");
    }
    let without_calls = |row: &&crate::runner::Row| row["actions"] == "0" && row["attempts"] == "0";
    assert_eq!(incidents.len(), words.len() + incidents.iter().filter(without_calls).count());
    let count = |wanted: Option<&str>| words.values().filter(|word| **word == wanted).count();
    assert!(count(Some("new")) > 20 && count(None) > 20, "the truth has many of both");
    assert_eq!(count(Some("changed")), 1);
    let rows = changes(&old, &new);
    let told: BTreeMap<String, Option<&str>> = of(&rows, "incident")
        .into_iter()
        .filter(|row| words.contains_key(&row["id"]))
        .map(|row| (row["id"].clone(), Some(row["change"].as_str())))
        .collect();
    words.retain(|_, word| word.is_some());
    assert_eq!(told, words);
}

/// Every file below a folder, by its path inside it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(one) = open.pop() {
        for entry in std::fs::read_dir(&one).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("inside").to_str().expect("UTF-8").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Of the objects of the first audit some are lost, one is altered and one lies
/// elsewhere when the second is made; another day's objects are out of its range.
#[test]
fn objects_change_as_they_were_changed() {
    let months = generated();
    let dump = months.dump();
    let old = audit(&dump, &[]);
    let all = files(&dump);
    let logs: Vec<&String> = all.iter().filter(|path| path.contains("/CloudTrail/")).collect();
    let rfcs = all.iter().find(|path| path.contains("get-rfc")).expect("an RFC");
    let day = |path: &str, day: &str| path.contains(&format!("/2026/01/{day}/"));
    let of_day = |wanted: &str| logs.iter().filter(|path| day(path, wanted)).collect::<Vec<_>>();
    let ([lost_one, lost_two, ..], [altered, ..], [moved, ..]) =
        (&of_day("15")[..], &of_day("16")[..], &of_day("17")[..])
    else {
        panic!("{logs:?}")
    };
    for path in [lost_one, lost_two, &&rfcs] {
        std::fs::remove_file(dump.join(path)).expect("it was there");
    }
    let mut text = String::new();
    let file = std::fs::File::open(dump.join(altered)).expect("it is there");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let mut object: Value = serde_json::from_str(&text).expect("JSON");
    object["Records"].as_array_mut().expect("records").pop();
    std::fs::write(dump.join(altered), gzip(object.to_string().as_bytes())).expect("a file");
    let elsewhere = scratch();
    let kept = elsewhere.path().join("kept");
    std::fs::rename(dump.join(moved), &kept).expect("it was there");
    std::fs::create_dir(dump.join("saved")).expect("a folder");
    std::fs::rename(&kept, dump.join("saved/kept.json.gz")).expect("it was there");
    let new = audit(&dump, &["--object-date-from", "2026-01-15"]);
    let rows = changes(&old, &new);
    let mut expected: BTreeSet<(&str, &str)> = BTreeSet::new();
    expected.extend([("gone", lost_one.as_str()), ("gone", lost_two.as_str()), ("gone", rfcs.as_str())]);
    expected.extend([("changed", altered.as_str()), ("changed", moved.as_str())]);
    let told: BTreeSet<(&str, &str)> = of(&rows, "evidence")
        .into_iter()
        .filter(|row| row["change"] != "not_covered")
        .map(|row| (row["change"].as_str(), row["source_object"].as_str()))
        .collect();
    assert_eq!(told, expected);
    let early = logs.iter().filter(|path| ["12", "13", "14"].iter().any(|early| day(path, early)));
    let left_out: u64 = of(&rows, "evidence")
        .into_iter()
        .filter(|row| row["change"] == "not_covered")
        .map(|row| {
            row["summary"].split(' ').next().and_then(|count| count.parse::<u64>().ok()).expect("a count")
        })
        .sum();
    assert_eq!(left_out, early.count() as u64);
}

/// Rule, account, actor, time and number of calls.
type Found = [String; 5];

/// What the generator says that an auditor has to find.
fn to_find(truth: &Value) -> BTreeSet<Found> {
    let all = truth["findings"].as_array().expect("findings");
    all.iter()
        .map(|one| {
            let count = one["count"].as_u64().expect("a number").to_string();
            [text(one, "rule_id"), text(one, "account_id"), text(one, "actor"), text(one, "time"), count]
        })
        .collect()
}

fn found(row: &crate::runner::Row) -> Found {
    ["rule_id", "account_id", "actor", "time", "count"].map(|column| row[column].clone())
}

/// The landing zone yields the findings of its truth, and no others; between two
/// audits they change as the truth tells, each of them and nothing else.
#[test]
fn findings_change_as_the_truth_tells() {
    let split = "2026-01-28";
    let months = generated();
    let truth = to_find(&months.truth);
    away_from(split, truth.iter().map(|[_, _, _, time, _]| time.clone()));
    let old = audit(&months.dump(), &["--object-date-to", split]);
    let new = audit(&months.dump(), &[]);
    let all = new.table("findings");
    assert_eq!(all.iter().map(found).collect::<BTreeSet<_>>(), truth);
    assert_eq!(all.len(), truth.len(), "each once");
    let rules: BTreeSet<&str> = truth.iter().map(|[rule, ..]| rule.as_str()).collect();
    assert_eq!(rules.len(), 9, "the truth has findings of many rules: {rules:?}");

    // A mode is unused only when the days of that have passed, which they had not.
    let was_known = |[rule, _, _, time, _]: &Found| rule != "mode/unused" && time.as_str() < split;
    let expected: BTreeSet<(String, Found)> = truth
        .into_iter()
        .map(|one| (if was_known(&one) { "ongoing" } else { "new" }.to_owned(), one))
        .collect();
    let words: BTreeSet<&str> = expected.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words.len(), 2, "the truth has findings of each kind");
    let by_id: BTreeMap<&str, Found> =
        all.iter().map(|row| (row["finding_id"].as_str(), found(row))).collect();
    let rows = changes(&old, &new);
    let told = of(&rows, "finding");
    let changed: BTreeSet<(String, Found)> =
        told.iter().map(|row| (row["change"].clone(), by_id[row["id"].as_str()].clone())).collect();
    assert_eq!(changed, expected);
    assert_eq!(told.len(), expected.len(), "each once");
    // What the first audit found is what was known then.
    let before: BTreeSet<Found> = old.table("findings").iter().map(found).collect();
    let known: BTreeSet<Found> =
        expected.into_iter().filter(|(word, _)| word == "ongoing").map(|(_, one)| one).collect();
    assert_eq!(before, known);
}
