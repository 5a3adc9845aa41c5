//! The table of all events: the same rows however it is divided, and no change
//! to any other table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars_core::prelude::{AnyValue, DataFrame};
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;
use serde_json::json;

use crate::runner::{TABLES, analyze, project, put, run, scratch};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn frame(path: &Path) -> DataFrame {
    ParquetReader::new(std::fs::File::open(path).expect("a file")).finish().expect("Parquet")
}

/// The time of a row; what has none comes last.
fn time(frame: &DataFrame, row: usize) -> i64 {
    match frame.column("event_time").expect("times").get(row).expect("a row") {
        AnyValue::Datetime(micros, _, _) | AnyValue::DatetimeOwned(micros, _, _) => micros,
        AnyValue::Null => i64::MAX,
        other => panic!("{other:?} is no time"),
    }
}

/// `event_time`, `source_object` and `source_record` of each row.
fn rows(frame: &DataFrame) -> Vec<String> {
    let cell =
        |name: &str, row: usize| frame.column(name).expect("a column").get(row).expect("a row").to_string();
    let of =
        |row| format!("{} {} {}", time(frame, row), cell("source_object", row), cell("source_record", row));
    (0..frame.height()).map(of).collect()
}

#[test]
fn no_other_table_changes_and_every_event_is_counted_as_kept() {
    for input in ["sample-logs/demo", "sample-logs/cases/duplicate-delivery/input"] {
        let input = project().join(input);
        let flags = ["--format", "csv", "--format", "json", "--format", "parquet"];
        let plain = analyze(&input, &flags);
        let all = analyze(&input, &[&flags[..], &["--events", "all"]].concat());
        for table in TABLES {
            assert_eq!(all.table(table), plain.table(table), "{table} of {}", input.display());
        }
        let count = |done: &crate::runner::Analysis, what: &str| {
            done.summary(&format!("/counts/{what}")).as_u64().expect("a number")
        };
        let (kept, counted) = (count(&all, "kept"), count(&all, "counted_only"));
        assert_eq!(kept + counted, count(&plain, "kept") + count(&plain, "counted_only"));
        assert_eq!(count(&all, "duplicates"), count(&plain, "duplicates"));
        let events = all.table("events").len();
        assert!(events > plain.table("destructive_actions").len());
        assert_eq!(all.summary("/tables/events").as_u64(), Some(events as u64));
        assert_eq!(rows(&frame(&all.out.join("tables/events.parquet"))).len(), events);
    }
}

#[test]
fn folders_by_account_and_day_hold_the_same_rows() {
    let input = project().join("sample-logs/demo");
    let whole = analyze(&input, &["--events", "all", "--format", "parquet"]);
    let whole = rows(&frame(&whole.out.join("tables/events.parquet")));
    for by in [&["--events-by", "account,day"][..], &["--events-by", "day"], &["--events-by", "account"]] {
        let done = analyze(&input, &[&["--events", "all", "--format", "parquet"], by].concat());
        assert!(!done.out.join("tables/events.parquet").exists());
        let parts = files(&done.out.join("tables/events"));
        assert!(parts.len() > 4, "{by:?}: {}", parts.len());
        let sums = std::fs::read_to_string(done.out.join("SHA256SUMS")).expect("sums");
        let mut found = Vec::new();
        for part in &parts {
            let name = part.strip_prefix(&done.out).expect("inside").to_string_lossy().into_owned();
            assert!(sums.lines().any(|line| line.ends_with(&format!("  {name}"))), "{name}");
            let part = frame(part);
            assert!((0..part.height()).map(|row| time(&part, row)).is_sorted(), "{name}");
            found.extend(rows(&part));
        }
        found.sort();
        let mut expected = whole.clone();
        expected.sort();
        assert_eq!(found, expected, "{by:?}");
    }
}

#[test]
fn no_account_of_a_record_names_a_folder_unless_it_is_one() {
    let dump = scratch();
    let accounts = [
        "../../../up",
        "111122223333",
        "12\u{0}",
        "a/b=c",
        "１２３４５６７８９０１２",
        "..",
        "x".repeat(400).as_str(),
    ]
    .map(str::to_owned);
    let times = ["2026-01-02T03:04:05Z", "0001-01-01T00:00:00Z", "+12345-01-01T00:00:00Z", "never"];
    let records: Vec<_> = accounts
        .iter()
        .flat_map(|account| times.map(|time| (account, time)))
        .map(|(account, time)| {
            json!({
                "eventVersion": "1.08", "eventTime": time, "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
                "eventID": format!("{account}{time}"), "recipientAccountId": account, "awsRegion": "../r",
            })
        })
        .collect();
    put(dump.path(), "a.json", json!({"Records": records}).to_string());
    let done =
        analyze(dump.path(), &["--events", "all", "--events-by", "account,day", "--format", "parquet"]);
    let tables = done.out.join("tables/events");
    let folders: BTreeSet<String> = files(&tables)
        .iter()
        .map(|path| {
            path.strip_prefix(&tables)
                .expect("inside")
                .parent()
                .expect("a folder")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let none = "__HIVE_DEFAULT_PARTITION__";
    for folder in &folders {
        let (account, day) = folder.split_once('/').expect("two folders");
        assert!(
            [format!("account={none}"), "account=111122223333".to_owned()].contains(&account.to_owned()),
            "{folder}"
        );
        let days = [format!("day={none}"), "day=2026-01-02".to_owned(), "day=0001-01-01".to_owned()];
        assert!(days.contains(&day.to_owned()), "{folder}");
    }
    let found: usize = files(&tables).iter().map(|path| rows(&frame(path)).len()).sum();
    assert_eq!(found, records.len());
}

#[test]
fn only_the_table_of_all_events_is_divided() {
    let dump = project().join("sample-logs/demo");
    let dump = dump.to_str().expect("UTF-8");
    for words in [vec!["--events-by", "day"], vec!["--events-by", "day", "--events", "kept"]] {
        let ended = run(&[&["analyze", dump, "-o", "/nonexistent/audit"], &words[..]].concat());
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains("--events all"), "{}", ended.stderr);
    }
    let ended = run(&["analyze", dump, "-o", "/nonexistent/audit", "--events", "all", "--events-by", "hour"]);
    assert_eq!(ended.code, 2);
}

#[test]
fn selected_rows_alone_are_in_it() {
    let input = project().join("sample-logs/demo");
    let flags = [
        "--events",
        "all",
        "--format",
        "csv",
        "--from",
        "2026-01-13",
        "--to",
        "2026-01-17",
        "--account",
        "111122223333",
    ];
    let done = analyze(&input, &flags);
    let all = analyze(&input, &["--events", "all", "--format", "csv"]);
    let wanted = |row: &crate::runner::Row| {
        row["account_id"] == "111122223333"
            && ("2026-01-13".."2026-01-17").contains(&row["event_time"].as_str())
    };
    let expected: Vec<_> = all.table("events").into_iter().filter(wanted).collect();
    assert!(!expected.is_empty());
    assert_eq!(done.table("events"), expected);
}
