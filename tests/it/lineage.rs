//! The same records descend from the mode however they lie in the dump: late
//! or early in an object, in one object or many, delivered twice, in an archive.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use crate::runner::{Analysis, analyze, gzip, project, put, scratch};

const CASES: [&str; 6] = [
    "lineage-keys",
    "lineage-later-runs",
    "lineage-sign-in",
    "lineage-workloads",
    "lineage-accounts",
    "role-chain",
];

fn input(case: &str) -> PathBuf {
    project().join("sample-logs/cases").join(case).join("input")
}

/// Everything about sessions and calls but where their records lie.
fn told(done: &Analysis) -> BTreeMap<&'static str, Vec<Vec<String>>> {
    assert!([0, 3].contains(&done.ended.code), "{}", done.ended.stderr);
    let of = |table: &'static str, left_out: &[&str]| {
        let rows = done.table(table);
        let row = |row: &crate::runner::Row| {
            row.iter().filter(|(key, _)| !left_out.contains(&key.as_str())).map(|(_, v)| v.clone()).collect()
        };
        let mut rows: Vec<Vec<String>> = rows.iter().map(row).collect();
        rows.sort();
        (table, rows)
    };
    let place = ["source_object", "source_record", "copies", "source_grade"];
    [of("mode_sessions", &place), of("destructive_actions", &place)].into_iter().collect()
}

fn counts(done: &Analysis) -> String {
    let line = done.ended.stdout.lines().find(|line| line.starts_with("Counts:"));
    line.expect("the counts are printed").to_owned()
}

/// The objects below a folder, by their path in it, unpacked.
fn objects(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut bytes = std::fs::read(&path).expect("an object");
            if path.extension().is_some_and(|end| end == "gz") {
                let mut plain = Vec::new();
                MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).expect("gzip");
                bytes = plain;
            }
            let name = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
            found.push((name, bytes));
        }
    }
    found.sort();
    found
}

#[test]
fn sessions_descend_alike_in_one_object_and_in_any_order_in_it() {
    for case in CASES {
        let plain = told(&analyze(&input(case), &[]));
        let mut records: Vec<Value> = Vec::new();
        let dump = scratch();
        for (name, bytes) in objects(&input(case)) {
            match serde_json::from_slice::<Value>(&bytes).expect("JSON")["Records"].as_array() {
                Some(all) => records.extend(all.iter().cloned()),
                None => put(dump.path(), &name, &bytes),
            }
        }
        for reversed in [false, true] {
            if reversed {
                records.reverse();
            }
            put(
                dump.path(),
                "all.json.gz",
                gzip(serde_json::json!({ "Records": records }).to_string().as_bytes()),
            );
            let done = analyze(dump.path(), &[]);
            assert_eq!(told(&done), plain, "{case}, reversed: {reversed}");
        }
        // Used before it was handed out, and delivered twice.
        std::fs::copy(dump.path().join("all.json.gz"), dump.path().join("again.json.gz")).expect("a copy");
        let done = analyze(dump.path(), &[]);
        assert_eq!(told(&done), plain, "{case}, reversed and twice");
        assert!(counts(&done).contains(&format!("{} duplicates", records.len())), "{}", counts(&done));
        std::fs::remove_file(dump.path().join("again.json.gz")).expect("it goes");
        // One record an object.
        let apart = scratch();
        for (place, record) in records.iter().enumerate() {
            let text = serde_json::json!({ "Records": [record] }).to_string();
            put(apart.path(), &format!("{:04}.json", (place * 7919) % 9973), text);
        }
        for (name, bytes) in objects(dump.path()).into_iter().filter(|(name, _)| name != "all.json.gz") {
            put(apart.path(), &name, bytes);
        }
        let runs: Vec<Analysis> = (0..4).map(|_| analyze(apart.path(), &["--threads", "4"])).collect();
        for done in &runs {
            assert_eq!(told(done), plain, "{case}, apart");
            assert_eq!(counts(done), counts(&runs[0]), "{case}, apart");
        }
    }
}

#[test]
fn sessions_descend_alike_when_all_is_delivered_twice() {
    for case in CASES {
        let once = analyze(&input(case), &[]);
        let dump = scratch();
        for (name, bytes) in objects(&input(case)) {
            put(dump.path(), &format!("a/{name}").replace(".gz", ""), &bytes);
            put(dump.path(), &format!("b/{name}").replace(".gz", ""), &bytes);
        }
        let twice = analyze(dump.path(), &[]);
        assert_eq!(told(&twice), told(&once), "{case}");
        let copies = twice.table("destructive_actions");
        assert!(copies.iter().all(|row| row["copies"] == "2"), "{case}");
    }
}

#[test]
fn sessions_descend_alike_in_an_archive_and_with_all_events_kept() {
    for case in CASES {
        let plain = told(&analyze(&input(case), &[]));
        let dump = scratch();
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_dir_all("dump", input(case)).expect("a tar");
        let bytes = archive.into_inner().expect("a tar");
        put(dump.path(), "dump.tar.gz", gzip(&bytes));
        assert_eq!(told(&analyze(dump.path(), &[])), plain, "{case}, archive");
        assert_eq!(told(&analyze(&input(case), &["--events", "all"])), plain, "{case}, all events");
    }
}
