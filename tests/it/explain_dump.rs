//! `explain` when the dump or the tables are not where, or what, they were.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use polars_core::prelude::{Column, DataFrame};
use polars_io::SerReader as _;
use polars_io::prelude::{ParquetReader, ParquetWriter};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::explain::{demo, explain, lines};
use crate::runner::{analyze, delivery, devtrail, ended, gzip, put, record, scratch};

#[test]
fn a_changed_or_missing_object_is_said_and_ends_with_three() {
    let place = scratch();
    let dump = place.path().join("dump");
    put(&dump, "a.json", delivery(&["one", "two"]));
    put(&dump, "b.json", delivery(&["three"]));
    let done = analyze(&dump, &[]);
    assert_eq!(explain(&done.out, "one", &[]).code, 0);
    put(&dump, "a.json", delivery(&["one", "forged"]));
    let told = explain(&done.out, "one", &[]);
    assert_eq!(told.code, 3);
    assert!(told.stdout.contains("the object has changed since the report"), "{}", told.stdout);
    assert!(
        told.stderr.contains("1 of 1 records not shown: the object has changed since"),
        "{}",
        told.stderr
    );
    assert!(!told.stdout.contains("\"eventID\""), "no record of the changed object: {}", told.stdout);
    let jsonl = explain(&done.out, "two", &["--format", "jsonl"]);
    assert_eq!(jsonl.code, 3);
    assert!(jsonl.stdout.contains("\"record_missing\":\"the object has changed"), "{}", jsonl.stdout);
    assert_eq!(explain(&done.out, "three", &[]).code, 0, "the other object is as it was");
    assert_eq!(explain(&done.out, "one", &["--no-raw"]).code, 0, "nothing was asked of the dump");
    std::fs::rename(&dump, place.path().join("moved")).expect("it moves");
    let told = explain(&done.out, "three", &[]);
    assert_eq!(told.code, 3);
    assert!(told.stderr.contains("--dump says where it lies"), "{}", told.stderr);
    for moved in [place.path().join("moved"), place.path().to_owned()] {
        let told = explain(&done.out, "three", &["--dump", moved.to_str().expect("UTF-8")]);
        assert_eq!(told.code, 0, "{}", told.stderr);
        assert!(told.stdout.contains("bucket-three"), "{}", told.stdout);
    }
    assert_eq!(explain(&done.out, "three", &["--dump", "missing"]).code, 2);
    // Another object of that name is not called changed; beside the real one it does no harm.
    put(place.path(), "other/b.json", delivery(&["another"]));
    let other = place.path().join("other/b.json");
    let told = explain(&done.out, "three", &["--dump", other.to_str().expect("UTF-8")]);
    assert_eq!(told.code, 3, "that very path, with another content");
    std::fs::create_dir_all(place.path().join("other/deep")).expect("a folder");
    put(place.path(), "other/deep/b.json", delivery(&["another"]));
    std::fs::remove_file(&other).expect("it goes");
    let told = explain(&done.out, "three", &["--dump", place.path().join("other").to_str().expect("UTF-8")]);
    assert_eq!(told.code, 3);
    assert!(told.stderr.contains("or these are others"), "{}", told.stderr);
    let told = explain(&done.out, "three", &["--dump", place.path().to_str().expect("UTF-8")]);
    assert_eq!(told.code, 0, "{}", told.stderr);
}

#[test]
fn an_entry_of_an_archive_is_read_again_in_place() {
    let place = scratch();
    let dump = place.path().join("dump");
    let archive = |ids: &[&str]| {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in [("x/other!.json", delivery(&["other"])), ("x/log.json", delivery(ids))] {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, name, content.as_bytes()).expect("memory takes it");
        }
        gzip(&builder.into_inner().expect("memory takes it"))
    };
    put(&dump, "odd!name.tar.gz", archive(&["first", "second"]));
    let done = analyze(&dump, &[]);
    for id in ["second", "other"] {
        let (_, entries) = lines(&done.out, id, &[]);
        let own = entries.iter().find(|entry| !entry["record"].is_null()).expect("a record");
        assert_eq!(own["record"]["eventID"], id);
        assert!(own["source_object"].as_str().is_some_and(|path| path.starts_with("odd!name.tar.gz!x/")));
    }
    put(&dump, "odd!name.tar.gz", archive(&["first", "changed"]));
    assert_eq!(explain(&done.out, "other", &[]).code, 0, "that entry is as it was");
    assert_eq!(explain(&done.out, "second", &[]).code, 3);
}

#[test]
fn a_run_with_relative_paths_is_found_from_anywhere() {
    let place = scratch();
    put(place.path(), "work/dump/a.json", delivery(&["one"]));
    let started = place.path().join("work");
    let mut command = devtrail();
    command.current_dir(&started).args(["analyze", "dump", "-o", "out/audit", "-q"]);
    assert_eq!(ended(command.output().expect("it starts")).code, 0);
    let told = explain(&started.join("out/audit"), "one", &[]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains("bucket-one"), "{}", told.stdout);
}

/// Puts other bytes into a table of a report, with or without its sum.
fn replace_table(report: &Path, table: &str, bytes: &[u8], with_sum: bool) {
    let name = format!("tables/{table}.parquet");
    let old = std::fs::read(report.join(&name)).expect("a table");
    put(report, &name, bytes);
    if with_sum {
        let hex =
            |bytes: &[u8]| -> String { Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect() };
        let sums = std::fs::read_to_string(report.join("SHA256SUMS")).expect("sums");
        put(report, "SHA256SUMS", sums.replace(&hex(&old), &hex(bytes)));
    }
}

#[test]
fn altered_tables_are_refused() {
    let done = demo();
    let path = done.out.join("tables/timeline.parquet");
    let sound = std::fs::read(&path).expect("a table");
    for at in [4, sound.len() / 2, sound.len() - 9] {
        let mut bad = sound.clone();
        bad[at] ^= 0xff;
        replace_table(&done.out, "timeline", &bad, false);
        let told = explain(&done.out, "mallory", &[]);
        assert_eq!((told.code, told.stdout.as_str()), (4, ""));
        assert!(told.stderr.contains("its SHA-256 is not the one in SHA256SUMS"), "{}", told.stderr);
    }
    // Whoever altered the table and its sum meets the reader.
    replace_table(&done.out, "timeline", b"PAR1 no table PAR1", true);
    let told = explain(&done.out, "mallory", &[]);
    assert_eq!((told.code, told.stdout.as_str()), (4, ""), "{}", told.stderr);
}

/// Reads a table, changes it, and puts it back with its sum.
fn edit_table(report: &Path, table: &str, edit: impl Fn(&mut DataFrame)) {
    let path = report.join(format!("tables/{table}.parquet"));
    let bytes = std::fs::read(path).expect("a table");
    let mut frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("Parquet");
    edit(&mut frame);
    let mut out = Vec::new();
    ParquetWriter::new(&mut out).finish(&mut frame).expect("Parquet");
    replace_table(report, table, &out, true);
}

#[test]
fn a_stated_attribution_path_is_told_and_other_columns_do_no_harm() {
    let done = demo();
    let action = done.table("destructive_actions").into_iter().find(|row| !row["session_id"].is_empty());
    let id = action.expect("an action in a mode")["event_id"].clone();
    edit_table(&done.out, "destructive_actions", |frame| {
        let stated = vec!["alice -> session of a role -> the call"; frame.height()];
        frame.with_column(Column::new("attribution_path".into(), stated)).expect("a column");
        let other = vec![7i64; frame.height()];
        frame.with_column(Column::new("a_column_of_tomorrow".into(), other)).expect("a column");
        frame.drop_in_place("user_agent").expect("a column");
    });
    let (subjects, _) = lines(&done.out, &id, &[]);
    assert_eq!(subjects[0]["attribution_path"], "alice -> session of a role -> the call");
    let text = explain(&done.out, &id, &["--no-raw"]).stdout;
    assert!(text.contains("\nChain\n  alice -> session of a role -> the call\n"), "{text}");
}

/// Whoever exports logs may give one id to several records: a story is of those
/// records alone that its finding rests on.
#[test]
fn calls_that_share_an_event_id_are_told_apart_by_where_they_lie() {
    let place = scratch();
    let call = |id: &str, minute: &str, name: &str, bucket: &str| {
        let mut call = record(id, &format!("2026-01-02T03:{minute}:00Z"));
        call["eventName"] = json!(name);
        call["requestParameters"] = json!({ "bucketName": bucket });
        call
    };
    let mut denied = call("1", "05", "DeleteBucketPublicAccessBlock", "a");
    denied["errorCode"] = json!("AccessDenied");
    let records = [
        call("1", "00", "DeleteBucket", "first"),
        denied,
        call("1", "10", "DeleteBucketPublicAccessBlock", "b"),
        call("2", "11", "DeleteBucketPublicAccessBlock", "c"),
        call("1", "50", "DeleteBucket", "last"),
    ];
    put(place.path(), "dump/a.json", json!({ "Records": records }).to_string());
    let done = analyze(&place.path().join("dump"), &["--events", "all"]);
    let rule = "exposure/bucket-public-access-block-removed";
    let findings = done.rows("findings", "rule_id", rule);
    let told: Vec<(&str, &str)> =
        findings.iter().map(|row| (&*row["event_ids"], &*row["source_records"])).collect();
    assert_eq!(told, [("1", "a.json#1"), ("1;2", "a.json#2;a.json#3")]);
    for (finding, records) in findings.iter().zip([&[1][..], &[2, 3]]) {
        let (_, entries) = lines(&done.out, &finding["finding_id"], &["--no-raw"]);
        let calls = entries.iter().filter(|entry| entry["kind"] != "finding");
        let mut found: Vec<u64> = calls.filter_map(|entry| entry["source_record"].as_u64()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, records, "{}", finding["finding_id"]);
    }
    // Whoever asks for the id asks for all of them.
    let (_, entries) = lines(&done.out, "1", &["--no-raw"]);
    let found: BTreeSet<u64> = entries.iter().filter_map(|entry| entry["source_record"].as_u64()).collect();
    assert_eq!(found, [0, 1, 2, 4].into());
}
