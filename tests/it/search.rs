//! `search`: what it finds, in what, in which forms, and what it says of the rest.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::runner::{Ended, analyze, delivery, devtrail, ended, gzip, project, put, record, scratch};

const DEMO: &str = "sample-logs/demo";

/// Searches a dump.
pub(crate) fn search(dump: &Path, query: &str, flags: &[&str]) -> Ended {
    let mut command = devtrail();
    ended(command.arg("search").arg(dump).arg(query).args(flags).output().expect("it starts"))
}

/// The lines of a search in JSON.
#[track_caller]
fn lines(dump: &Path, query: &str, flags: &[&str]) -> Vec<Value> {
    let mut all = vec!["--format", "jsonl"];
    all.extend(flags);
    let done = search(dump, query, &all);
    assert!([0, 3].contains(&done.code), "{query}: {}", done.stderr);
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    done.stdout.lines().map(parse).collect()
}

/// Where the hits lie.
fn places(hits: &[Value]) -> Vec<(String, u64)> {
    let of = |hit: &Value| {
        let object = hit["source_object"].as_str().expect("an object").to_owned();
        (object, hit["source_record"].as_u64().expect("an ordinal"))
    };
    hits.iter().map(of).collect()
}

/// Two ways to one set: the table of events, filtered here, and the search.
#[test]
fn hits_are_the_records_that_the_table_of_events_names() {
    let mut dumps = vec![project().join(DEMO)];
    if let Some(folder) = crate::real_logs::folder() {
        dumps.extend(["invictus-first-half", "stratus-detonation"].map(|name| folder.join(name)));
    }
    for dump in dumps {
        let done = analyze(&dump, &["--events", "all", "--format", "csv"]);
        let events = done.table("events");
        for (query, column, fits) in [
            ("eventName:Delete*", "event_name_raw", (|name| name.starts_with("Delete")) as fn(&str) -> bool),
            ("eventSource:s3.amazonaws.com", "event_source", |source| source == "s3.amazonaws.com"),
            ("errorCode:*Denied*", "error_code", |code| code.contains("Denied")),
        ] {
            let expected: BTreeSet<(String, u64)> = events
                .iter()
                .filter(|row| row["copies"] == "1" && fits(&row[column]))
                .map(|row| (row["source_object"].clone(), row["source_record"].parse().expect("an ordinal")))
                .collect();
            let hits = lines(&dump, query, &[]);
            let found: BTreeSet<(String, u64)> = places(&hits)
                .into_iter()
                .filter(|place| expected.contains(place) || hits.is_empty())
                .collect();
            assert_eq!(found, expected, "{}: {query}", dump.display());
            // What it finds beyond that are further deliveries of an event.
            let ids: BTreeSet<&str> =
                events.iter().filter(|row| fits(&row[column])).map(|row| row["event_id"].as_str()).collect();
            for hit in hits.iter().filter(|hit| hit["kind"] == "event") {
                assert!(ids.contains(hit["event_id"].as_str().unwrap_or("")), "{query}: {hit}");
            }
        }
    }
}

#[test]
fn a_hit_is_the_whole_record_in_every_form() {
    let dump = scratch();
    let wanted = record("wanted", "2026-01-02T03:04:05Z");
    let other = record("other", "2026-01-02T03:04:06Z");
    put(dump.path(), "a/log.json.gz", gzip(json!({"Records": [other, wanted]}).to_string().as_bytes()));
    let hits = lines(dump.path(), "bucket-wanted", &[]);
    assert_eq!(hits.len(), 1);
    let hit = &hits[0];
    assert_eq!(hit["record"], wanted);
    for (key, value) in [
        ("source_object", json!("a/log.json.gz")),
        ("source_record", json!(1)),
        ("kind", json!("event")),
        ("event_time", json!("2026-01-02T03:04:05Z")),
        ("event_id", json!("wanted")),
        ("account_id", json!("111122223333")),
        ("region", json!("us-east-1")),
        ("event_source", json!("s3.amazonaws.com")),
        ("event_name", json!("DeleteBucket")),
        ("principal_arn", json!("arn:aws:iam::111122223333:user/alice")),
    ] {
        assert_eq!(hit[key], value, "{key}");
    }
    let csv = search(dump.path(), "bucket-wanted", &["--format", "csv"]).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let row = reader.records().next().expect("a row").expect("a row");
    assert_eq!(
        (header.get(0), row.get(0), row.get(1)),
        (Some("source_object"), Some("a/log.json.gz"), Some("1"))
    );
    let of_row: Value = serde_json::from_str(row.get(10).expect("a record")).expect("JSON");
    assert_eq!(of_row, wanted);
    let text = search(dump.path(), "bucket-wanted", &[]);
    assert!(
        text.stdout
            .starts_with("a/log.json.gz record 1\n  2026-01-02T03:04:05Z s3.amazonaws.com DeleteBucket")
    );
    let (_, body) = text.stdout.split_once("event wanted\n").expect("a head");
    assert_eq!(serde_json::from_str::<Value>(body).expect("the record, laid out"), wanted);
    assert_eq!(text.stderr, "1 record found in 1 object; searched 2 records in 1 object.\n");
}

#[test]
fn every_kind_of_record_is_searched_in_archives_too() {
    let dump = scratch();
    let mut zipped = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in [
        ("logs/needle.json.gz", gzip(delivery(&["x", "needle"]).as_bytes())),
        ("rfc.json", br#"{"Rfc":{"RfcId":"needle-rfc","ChangeTypeId":"ct-1opjmhuddw194","Title":"t","Status":{"Id":"Success"},"CreatedTime":"2026-01-01T00:00:00Z","ExecutionParameters":"{}"}}"#.to_vec()),
        ("insight.json", br#"{"Records":[{"eventVersion":"1.07","eventTime":"2026-01-01T00:00:00Z","awsRegion":"us-east-1","eventID":"i","eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","insightDetails":{"eventSource":"needle.amazonaws.com","eventName":"X"},"eventCategory":"Insight"}]}"#.to_vec()),
    ] {
        zipped.start_file(name, options).expect("memory takes it");
        zipped.write_all(&content).expect("memory takes it");
    }
    let inner = zipped.finish().expect("memory takes it").into_inner();
    put(dump.path(), "outer.json.gz", gzip(&inner));
    let hits = lines(dump.path(), "needle", &[]);
    let found: Vec<(String, u64, String)> = places(&hits)
        .into_iter()
        .zip(&hits)
        .map(|((object, record), hit)| (object, record, hit["kind"].as_str().expect("a kind").to_owned()))
        .collect();
    let at = |entry: &str| format!("outer.json.gz!content!{entry}");
    assert_eq!(
        found,
        [
            (at("logs/needle.json.gz"), 1, "event".to_owned()),
            (at("rfc.json"), 0, "rfc".to_owned()),
            (at("insight.json"), 0, "insight".to_owned()),
        ]
    );
    assert_eq!(
        (hits[1]["event_id"].as_str(), hits[1]["event_time"].as_str()),
        (Some("needle-rfc"), Some("2026-01-01T00:00:00Z"))
    );
}

#[test]
fn a_spelling_by_escapes_hides_nothing() {
    let dump = scratch();
    let text = json!({"Records": [record("e1", "2026-01-02T03:04:05Z")]}).to_string();
    let spelled = text
        .replace("DeleteBucket", "\\u0044eleteBucket")
        .replace("arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user\\/\\u0061lice");
    assert_ne!(text, spelled);
    put(dump.path(), "a.json", spelled);
    for query in ["deletebucket", "eventName:DeleteBucket", "arn:*user/alice", "/user.alice/", "user/alice"] {
        assert_eq!(lines(dump.path(), query, &[]).len(), 1, "{query}");
    }
    assert_eq!(lines(dump.path(), "NOT deletebucket", &[]).len(), 0);
}

#[test]
fn secrets_are_neither_shown_nor_found() {
    let dump = scratch();
    let mut one = record("e1", "2026-01-02T03:04:05Z");
    one["requestParameters"] =
        json!({"masterUserPassword": "h0rseBattery", "note": "{\"password\":\"h0rseBattery\"}"});
    one["responseElements"] =
        json!({"credentials": {"sessionToken": "h0rseBatteryToken", "accessKeyId": "ASIAX"}});
    put(dump.path(), "a.json", json!({"Records": [one]}).to_string());
    for format in ["text", "jsonl", "csv"] {
        let done = search(dump.path(), "ASIAX", &["--format", format]);
        assert!(
            done.stdout.contains("REDACTED") && !done.stdout.contains("h0rse"),
            "{format}: {}",
            done.stdout
        );
    }
    for query in
        ["h0rseBattery", "h0rse", "/h0rse/", "sessionToken:h0rse*", "masterUserPassword:/^h/", "note:*h0rse*"]
    {
        assert_eq!(lines(dump.path(), query, &[]), Vec::<Value>::new(), "{query}");
        assert_eq!(lines(dump.path(), &format!("ASIAX NOT {query}"), &[]).len(), 1, "{query}");
    }
    assert_eq!(lines(dump.path(), "sessionToken:REDACTED", &[]).len(), 1);
}

#[test]
fn nothing_found_is_said_with_what_was_searched() {
    let dump = scratch();
    put(dump.path(), "a.json.gz", gzip(delivery(&["e1", "e2"]).as_bytes()));
    put(dump.path(), "notes.txt", "no evidence");
    put(
        dump.path(),
        "b/111122223333_CloudTrail_us-east-1_20260102T0305Z_AbCdEfGhIjKlMnOp.json.gz",
        gzip(delivery(&["e3"]).as_bytes()),
    );
    let done = search(dump.path(), "nowhere", &["--object-date-from", "2026-02-01"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""));
    assert_eq!(
        done.stderr,
        "Nothing found; searched 2 records in 1 object; 1 object left unopened by their date; 1 object without any record.\n"
    );
    let done = search(dump.path(), "AROAX:alice", &[]);
    assert_eq!(done.code, 0);
    assert!(done.stderr.starts_with("no record has a field `AROAX`"), "{}", done.stderr);
    let done = search(dump.path(), "nowhere", &["-q"]);
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
}

#[test]
fn what_could_not_be_searched_is_named_and_ends_with_three() {
    let dump = scratch();
    let packed = gzip(delivery(&["e1", "e2", "e3"]).as_bytes());
    put(dump.path(), "cut.json.gz", &packed[..packed.len() - 20]);
    put(dump.path(), "good.json.gz", &packed);
    let done = search(dump.path(), "bucket-e1", &["--count"]);
    assert_eq!(done.code, 3, "{}", done.stderr);
    assert!(done.stdout.contains("       1  good.json.gz\n"), "{}", done.stdout);
    assert!(done.stderr.contains("problem: truncated_object: cut.json.gz"), "{}", done.stderr);
    assert!(done.stderr.contains("NOT all was searched"), "{}", done.stderr);
    let empty = scratch();
    put(empty.path(), "notes.txt", "no evidence");
    let done = search(empty.path(), "x", &[]);
    assert_eq!(done.code, 3, "nothing was searched: {}", done.stderr);
}

#[test]
fn hits_are_counted_by_fields() {
    let dump = scratch();
    let with = |id: &str, code: Option<&str>| {
        let mut one = record(id, "2026-01-05T00:00:00Z");
        if let Some(code) = code {
            one["errorCode"] = code.into();
        }
        one
    };
    let records = json!({"Records": [with("e1", None), with("e2", Some("AccessDenied")), with("e3", None)]});
    put(dump.path(), "a.json", records.to_string());
    put(dump.path(), "b.json.gz", gzip(records.to_string().as_bytes()));
    let by = ["--count-by", "day,errorCode", "--format", "csv"];
    let done = search(dump.path(), "eventName:*", &by);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.stdout, "day,errorCode,hits\n2026-01-05,,4\n2026-01-05,AccessDenied,2\n");
    assert!(done.stderr.contains("6 records found in 2 objects"), "{}", done.stderr);
    let done = search(dump.path(), "eventName:*", &["--count-by", "kind,nowhere"]);
    assert_eq!(done.stdout, "       6  event  -\n");
    assert!(done.stderr.contains("no record found has a value for `nowhere`"), "{}", done.stderr);
    let done = search(dump.path(), "eventName:*", &["--count-by", "kind,kind", "--format", "jsonl"]);
    assert_eq!(done.stdout, "{\"kind\":\"event\",\"hits\":6}\n");
    for wrong in [
        &["--count-by", "kind", "--count"][..],
        &["--count-by", "kind", "--limit", "1"],
        &["--count-by", ""],
        &["--count-by", "day,hits"],
    ] {
        assert_eq!(search(dump.path(), "x", wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn selections_and_limits_are_kept_and_said() {
    let dump = scratch();
    let mut far = record("far", "2026-01-05T00:00:00Z");
    far["awsRegion"] = "eu-west-1".into();
    far["recipientAccountId"] = "444455556666".into();
    put(dump.path(), "a.json", json!({"Records": [record("near", "2026-01-02T03:04:05Z"), far]}).to_string());
    for (flags, expected) in [
        (vec![], vec!["near", "far"]),
        (vec!["--from", "2026-01-03"], vec!["far"]),
        (vec!["--to", "2026-01-03"], vec!["near"]),
        (vec!["--account", "444455556666"], vec!["far"]),
        (vec!["--region", "us-east-1"], vec!["near"]),
        (vec!["--region", "us-east-1", "--account", "444455556666"], vec![]),
        (vec!["--limit", "1"], vec!["near"]),
    ] {
        let hits = lines(dump.path(), "DeleteBucket", &flags);
        let ids: Vec<&str> = hits.iter().filter_map(|hit| hit["event_id"].as_str()).collect();
        assert_eq!(ids, expected, "{flags:?}");
    }
    let done = search(dump.path(), "DeleteBucket", &["--limit", "1", "--format", "jsonl"]);
    assert_eq!(done.code, 0);
    assert!(done.stderr.contains("there may be more"), "{}", done.stderr);
    let done = search(dump.path(), "DeleteBucket", &["--from", "2026-01-03"]);
    assert!(done.stderr.contains("as far as they are selected"), "{}", done.stderr);
}

#[test]
fn the_output_is_the_same_whatever_the_threads() {
    let dump = scratch();
    for n in 0..700 {
        put(
            dump.path(),
            &format!("{:03}/log.json.gz", n % 40 + n),
            gzip(delivery(&[&format!("e{n}")]).as_bytes()),
        );
    }
    let one = search(dump.path(), "/e[0-9]*7/", &["--format", "jsonl", "--threads", "1"]);
    assert_eq!(one.code, 0, "{}", one.stderr);
    let objects: Vec<String> = one
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["source_object"].to_string())
        .collect();
    assert!(objects.len() > 60 && objects.is_sorted(), "{objects:?}");
    for threads in ["2", "7"] {
        let other = search(dump.path(), "/e[0-9]*7/", &["--format", "jsonl", "--threads", threads]);
        assert_eq!((&one.stdout, &one.stderr), (&other.stdout, &other.stderr), "{threads}");
    }
}

#[test]
fn attack_records_cannot_act_on_a_terminal() {
    let dump = scratch();
    let mut one = record("e\u{1b}]0;owned\u{7}", "2026-01-02T03:04:05Z");
    one["userAgent"] = "needle \u{202e}\u{9b}31m\r\nForged: line \u{200b}".into();
    one["eventName"] = "=cmd|' /C calc'!A0".into();
    put(dump.path(), "ev\u{1b}il\u{202e}.json", json!({"Records": [one]}).to_string());
    for flags in [
        vec![],
        vec!["--format", "jsonl"],
        vec!["--format", "csv"],
        vec!["--count"],
        vec!["--count-by", "eventName,userAgent"],
    ] {
        let done = search(dump.path(), "needle", &flags);
        assert_eq!(done.code, 0, "{}", done.stderr);
        for text in [&done.stdout, &done.stderr] {
            let bad =
                text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{200b}'));
            let of_csv = flags.contains(&"csv") && bad == Some('\u{202e}');
            assert!(bad.is_none() || of_csv, "{flags:?}: {bad:?} in {text}");
            assert!(!text.lines().any(|line| line.starts_with("Forged")), "{flags:?}: {text}");
        }
        if flags.contains(&"csv") {
            assert!(done.stdout.contains("'=cmd"), "{}", done.stdout);
        }
    }
    assert_eq!(
        lines(dump.path(), "needle", &[])[0]["record"]["userAgent"],
        "needle \u{202e}\u{9b}31m\r\nForged: line \u{200b}"
    );
}

#[test]
fn queries_and_paths_are_told_apart() {
    let place = scratch();
    put(place.path(), "one/a.json", delivery(&["e1"]));
    put(place.path(), "two/b.json", delivery(&["e2"]));
    let run = |words: &[&str]| {
        ended(devtrail().arg("search").args(words).current_dir(place.path()).output().expect("it starts"))
    };
    for words in [
        vec!["one", "two", "DeleteBucket", "--count"],
        vec!["one", "--count", "two", "DeleteBucket"],
        vec!["--query", "DeleteBucket", "one", "--count", "two"],
        vec!["-e", "DeleteBucket", "--count", "one", "two"],
        vec!["-e", "-eventName:List*", "--count", "one", "two"],
        vec!["--count", "one", "two", "--", "-eventName:List*"],
    ] {
        let done = run(&words);
        assert_eq!(
            (done.code, done.stdout.as_str()),
            (0, "       1  one/a.json\n       1  two/b.json\n"),
            "{words:?} {}",
            done.stderr
        );
    }
    for (words, told) in [
        (vec!["one"], "query"),
        (vec!["one", "two"], "it is a path"),
        (vec!["one", "DeleteBucket", "alice"], "cannot look at `DeleteBucket`"),
        (vec!["missing", "alice"], "cannot look at `missing`"),
        (vec!["one", "(alice"], "without its `)`"),
        (vec!["one", "/[/"], "no pattern"),
        (vec!["one", "x", "--from", "2026-02-01", "--to", "2026-01-01"], "before"),
        (vec!["one", "x", "--limit", "0"], "limit"),
        (vec!["one", "x", "--format", "xml"], "xml"),
    ] {
        let done = run(&words);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{words:?}");
        assert!(done.stderr.contains(told), "{words:?}: {}", done.stderr);
    }
}
