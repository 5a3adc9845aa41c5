//! `verify` and the integrity columns of `analyze` on two chains of digests that
//! lie beside the project, if they do, and on attacks made here.
//!
//! The folders are `../shared/fixtures/digest`, or what
//! `DEVTRAIL_DIGEST_FIXTURES` names, and `../shared/data/digest-chain`, below
//! what `DEVTRAIL_REAL_LOGS` names. The verdicts expected there were given by
//! aws-cli's own code, run offline.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::runner::{Ended, analyze, delivery, gzip, project, put, run, scratch};

fn folder(variable: &str, below: &str, usual: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(|root| PathBuf::from(root).join(below));
    let folder = named.unwrap_or_else(|| project().join(usual));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no digests at {}", folder.display());
    None
}

fn fixture() -> Option<PathBuf> {
    folder("DEVTRAIL_DIGEST_FIXTURES", "", "../shared/fixtures/digest")
}

fn real(scenario: &str) -> Option<PathBuf> {
    let below = format!("digest-chain/{scenario}");
    folder("DEVTRAIL_REAL_LOGS", &below, &format!("../shared/data/{below}"))
}

fn json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

fn verify(input: &Path, more: &[&str]) -> Ended {
    let mut words = vec!["verify", input.to_str().expect("UTF-8"), "--verbose"];
    words.extend(more);
    run(&words)
}

/// The verdict of each `Digest file` and `Log file` line, by the end of its key.
fn verdicts(ended: &Ended, what: &str) -> BTreeMap<String, String> {
    let lines = ended.stdout.lines().chain(ended.stderr.lines());
    lines
        .map(|line| line.strip_prefix("(backfill) ").unwrap_or(line))
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (kind, url, verdict) = (cells.next()?, cells.next()?, cells.next()?);
            let key = &url[url.find("AWSLogs/")?..];
            (kind == what).then(|| (key.to_owned(), verdict.to_owned()))
        })
        .collect()
}

#[test]
fn the_fixture_gets_the_verdicts_that_aws_cli_gave() {
    let Some(folder) = fixture() else { return };
    let expected = json(&folder.join("expected.json"));
    let ended = verify(&folder, &[]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    for (part, what) in [("digests", "Digest file"), ("logs", "Log file")] {
        let found = verdicts(&ended, what);
        let expected = expected[part].as_object().expect("verdicts");
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (key, verdict) in expected {
            let words = match verdict.as_str().expect("a verdict") {
                "valid" => "valid".to_owned(),
                "unreferenced" => "UNREFERENCED: digests cover its time and none lists it".to_owned(),
                other => format!("INVALID: {other}"),
            };
            assert_eq!(found[key], words, "{key}");
        }
    }
    for line in [
        "7/8 digest files valid, 1/8 digest files INVALID",
        "1/1 backfill digest files valid",
        "6/10 log files valid, 4/10 log files INVALID",
    ] {
        assert!(ended.stdout.lines().any(|found| found == line), "{}", ended.stdout);
    }
}

/// How many rows have each word in the column `integrity`, and the rows' words.
fn integrity(input: &Path, args: &[&str]) -> BTreeMap<String, String> {
    let done = analyze(input, args);
    assert!([0, 3].contains(&done.ended.code), "{}", done.ended.stderr);
    let rows = done.table("evidence").into_iter();
    rows.filter(|row| row["format"].starts_with("cloudtrail") || row["integrity"] == "modified")
        .map(|row| {
            let path = &row["source_object"];
            (path[path.find("AWSLogs/").unwrap_or(0)..].to_owned(), row["integrity"].clone())
        })
        .collect()
}

fn counts(words: &BTreeMap<String, String>) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for word in words.values() {
        *counts.entry(word.as_str()).or_default() += 1;
    }
    counts
}

/// A copy of the fixture without the files of these names.
fn without(folder: &Path, names: &[&str]) -> tempfile::TempDir {
    let scratch = scratch();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let inside = path.strip_prefix(folder).expect("below it").to_str().expect("UTF-8").to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !names.contains(&inside.as_str()) {
                put(scratch.path(), &inside, std::fs::read(&path).expect("a file"));
            }
        }
    }
    scratch
}

/// Levels of trust, least first; the words of damage stand beside them.
const LEVELS: [&str; 3] = ["hash_listed", "hash_chained", "signed"];

#[test]
fn levels_fall_without_keys_or_side_cars_and_never_rise() {
    let Some(folder) = fixture() else { return };
    let (keys, heads) = ("list-public-keys.json", "head-objects.jsonl");
    let all = integrity(&folder, &[]);
    assert_eq!(
        counts(&all),
        BTreeMap::from([
            ("signed", 14),
            ("modified", 3),
            ("missing", 1),
            ("trailing_data", 1),
            ("unreferenced", 1)
        ])
    );
    for names in [&[keys][..], &[heads], &[keys, heads]] {
        let copy = without(&folder, names);
        let less = integrity(copy.path(), &[]);
        assert_eq!(less.len(), all.len());
        for (path, word) in &less {
            let level = |word: &str| LEVELS.iter().position(|level| *level == word);
            match (level(&all[path]), level(word)) {
                (Some(before), Some(now)) => assert!(now <= before, "{names:?} {path}: {word}"),
                // The tampered digest is told only by a signature, or by the next one's hash.
                _ => assert_eq!(word, &all[path], "{names:?} {path}"),
            }
            assert!(word != "signed" || !names.contains(&keys), "{path} without keys");
        }
    }
    let copy = without(&folder, &[keys]);
    let file = folder.join(keys);
    let given = integrity(copy.path(), &["--public-keys", file.to_str().expect("UTF-8")]);
    assert_eq!(given, all, "keys given are worth as much as keys in the dump");
}

#[test]
fn real_logs_get_the_result_of_aws_cli_in_its_words() {
    for scenario in ["clean", "log-modified"] {
        let Some(folder) = real(scenario) else { return };
        let expected = &json(&folder.join("EXPECTED.json"))["aws_cli_validate_logs"];
        let ended = run(&["verify", folder.to_str().expect("UTF-8")]);
        let lines = |of: &str| -> Vec<String> {
            let lines = expected[of].as_array().expect("lines").iter();
            lines.map(|line| line.as_str().expect("text").to_owned()).collect()
        };
        // The first lines hold the times that aws-cli was asked for.
        let result = lines("stdout").split_off(3).join("\n");
        assert!(ended.stdout.contains(&result), "{scenario}: {}", ended.stdout);
        let faults: Vec<&str> = ended.stderr.lines().filter(|line| line.contains("INVALID")).collect();
        assert_eq!(faults, lines("stderr"), "{scenario}");
        assert_eq!(ended.code, if scenario == "clean" { 0 } else { 3 }, "{}", ended.stderr);
    }
}

/// A bucket with one digest that lists one log of this content, unsigned.
fn bucket(listed: &str, stored: &[u8]) -> tempfile::TempDir {
    bucket_with_times(listed, stored, [serde_json::Value::Null, serde_json::Value::Null])
}

/// The same, with the oldest and newest event time that the digest states.
fn bucket_with_times(
    listed: &str,
    stored: &[u8],
    [oldest, newest]: [serde_json::Value; 2],
) -> tempfile::TempDir {
    let scratch = scratch();
    let log = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/02/\
        111122223333_CloudTrail_us-east-1_20260102T0310Z_AbCdEfGhIjKlMnOp.json.gz";
    let digest = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/02/\
        111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260102T040000Z.json.gz";
    let hash: String = Sha256::digest(listed.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = serde_json::json!({
        "awsAccountId": "111122223333",
        "digestStartTime": "2026-01-02T03:00:00Z", "digestEndTime": "2026-01-02T04:00:00Z",
        "digestS3Bucket": "b", "digestS3Object": digest,
        "digestPublicKeyFingerprint": "00", "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Bucket": null, "previousDigestS3Object": null, "previousDigestHashValue": null,
        "previousDigestHashAlgorithm": null, "previousDigestSignature": null,
        "logFiles": [{"s3Bucket": "b", "s3Object": log, "hashValue": hash, "hashAlgorithm": "SHA-256",
            "oldestEventTime": oldest, "newestEventTime": newest}]
    });
    put(scratch.path(), &format!("b/{digest}"), gzip(text.to_string().as_bytes()));
    put(scratch.path(), &format!("b/{log}"), stored);
    scratch
}

#[test]
fn records_in_an_appended_member_never_become_evidence() {
    let (real, forged) = (delivery(&["e1", "e2"]), delivery(&["f1", "f2", "f3"]));
    let stored = [gzip(real.as_bytes()), gzip(forged.as_bytes())].concat();
    let done =
        analyze(bucket(&real, &stored).path(), &["--events", "all", "--format", "csv", "--format", "json"]);
    assert_eq!(done.ended.code, 3);
    let ids: Vec<String> = done.table("events").into_iter().map(|row| row["event_id"].clone()).collect();
    assert_eq!(ids, ["e1", "e2"]);
    assert_eq!(done.table("destructive_actions").len(), 2);
    let log = &done.rows("evidence", "integrity", "trailing_data")[0];
    assert_eq!(
        (log["records"].as_str(), log["rejected"].as_str(), log["status"].as_str()),
        ("2", "3", "partial")
    );
    assert_eq!(done.problems()["uncovered_data"], 1);
    // Two records and the digest are kept.
    let count = |part: &str| done.summary(&format!("/counts/{part}")).as_u64();
    assert_eq!((count("seen"), count("kept"), count("rejected")), (Some(6), Some(3), Some(3)));
    let coverage = done.table("coverage");
    assert_eq!(coverage[0]["records"], "2");
    assert_eq!(
        (coverage[0]["digest_hours"].as_str(), coverage[0]["missing_digest_hours"].as_str()),
        ("1", "0")
    );
}

#[test]
fn a_forged_first_copy_in_an_appended_member_does_not_replace_the_real_one() {
    let real = delivery(&["e1"]);
    let stored = [gzip(real.as_bytes()), gzip(real.replace("alice", "mallory").as_bytes())].concat();
    let done = analyze(bucket(&real, &stored).path(), &["--format", "csv", "--format", "json"]);
    assert_eq!(done.rows("destructive_actions", "actor", "mallory").len(), 0);
    assert_eq!(done.problems().get("conflicting_copies"), None);
}

#[test]
fn what_was_not_checked_is_never_called_valid() {
    let real = delivery(&["e1"]);
    let ended = verify(bucket(&real, &gzip(real.as_bytes())).path(), &[]);
    assert_eq!(ended.code, 3);
    assert!(!ended.stdout.contains("\tvalid"), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("0/1 digest files valid, 1/1 digest files NOT CHECKED"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stderr.contains("NOT CHECKED: public key not found in region us-east-1 for fingerprint 00")
    );
}

#[test]
fn a_missing_log_has_a_row_and_is_counted_in_its_day() {
    let real = delivery(&["e1"]);
    let scratch = bucket(&real, b"");
    put(scratch.path(), "export.json", &real);
    let log = scratch.path().join("b/AWSLogs/111122223333/CloudTrail");
    std::fs::remove_dir_all(log).expect("removed");
    // The content is there under another name: nothing is lost.
    let done = analyze(scratch.path(), &["--format", "csv", "--format", "json"]);
    assert_eq!(done.rows("evidence", "integrity", "hash_listed").len(), 2);
    put(scratch.path(), "export.json", delivery(&["e2"]));
    let done = analyze(scratch.path(), &["--format", "csv", "--format", "json"]);
    let row = &done.rows("evidence", "integrity", "missing")[0];
    assert_eq!((row["status"].as_str(), row["bytes"].as_str()), ("unreadable", "0"));
    assert!(row["source_object"].starts_with("b/AWSLogs/111122223333/CloudTrail/"), "{row:?}");
    assert_eq!(done.table("coverage")[0]["missing_objects"], "1");
    assert_eq!(done.rows("evidence", "source_object", "export.json")[0]["integrity"], "no_digest");
}

#[test]
fn a_file_of_keys_that_holds_none_is_wrong_usage() {
    let scratch = scratch();
    put(scratch.path(), "dump/x.json", delivery(&["e1"]));
    put(scratch.path(), "keys.json", "{}");
    let (dump, keys) = (scratch.path().join("dump"), scratch.path().join("keys.json"));
    for keys in [keys, scratch.path().join("absent.json")] {
        let words = ["verify", dump.to_str().expect("UTF-8"), "--public-keys", keys.to_str().expect("UTF-8")];
        let ended = run(&words);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains("list-public-keys"), "{}", ended.stderr);
    }
    let ended = run(&["verify", dump.to_str().expect("UTF-8")]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, "No digests found\n"));
}

#[test]
fn the_help_tells_how_to_save_keys_and_side_cars() {
    let help = run(&["verify", "--help"]).stdout;
    for word in ["aws cloudtrail list-public-keys --region", "aws s3api head-object", "validate-logs"] {
        assert!(help.contains(word), "{help}");
    }
}

#[test]
fn verify_does_not_take_a_word_inside_a_request_for_the_time_of_an_event() {
    let mut inside = crate::runner::record("e1", "2026-01-02T03:04:00Z");
    inside["requestParameters"]["eventTime"] = "2031-01-01T00:00:00Z".into();
    let log = serde_json::json!({ "Records": [inside] }).to_string();
    let told = |newest: &str| {
        let times = ["2026-01-02T03:04:00Z".into(), newest.into()];
        let ended = verify(bucket_with_times(&log, &gzip(log.as_bytes()), times).path(), &[]);
        [ended.stdout, ended.stderr].concat()
    };
    let right = told("2026-01-02T03:04:00Z");
    assert!(!right.contains("its records are from") && !right.contains("events go on until"), "{right}");
    let wrong = told("2026-01-02T03:05:00Z");
    assert!(wrong.contains("its records are from 2026-01-02T03:04:00Z to 2026-01-02T03:04:00Z"), "{wrong}");
}

#[test]
fn verify_finds_deliveries_that_logs_of_the_trail_record() {
    let mut put_object = crate::runner::record("e1", "2026-01-02T03:04:00Z");
    put_object["eventName"] = "PutObject".into();
    put_object["userIdentity"] =
        serde_json::json!({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"});
    put_object["requestParameters"] = serde_json::json!({"bucketName": "b",
        "key": "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/02/111122223333_CloudTrail_us-east-1_20260102T0320Z_AbCdEfGhIjKlMnOq.json.gz"});
    let log = serde_json::json!({ "Records": [put_object] }).to_string();
    let ended = verify(bucket(&log, &gzip(log.as_bytes())).path(), &[]);
    let all = [ended.stdout, ended.stderr].concat();
    let line = "20260102T0320Z_AbCdEfGhIjKlMnOq.json.gz\tNOT FOUND: an event recorded its delivery";
    assert!(all.contains(line), "{all}");
}

/// A folder of query results, whose sign file no key is known for.
fn query_results(folder: &Path, stored: &[u8]) {
    let text =
        "eventName,eventSource,eventTime,eventID\nDeleteBucket,s3.amazonaws.com,2026-01-02 03:04:05.000,e0\n";
    let result = gzip(text.as_bytes());
    let hash =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let sign = serde_json::json!({"version": "1.0", "region": "eu-west-1", "hashAlgorithm": "SHA-256",
        "files": [{"fileHashValue": hash(&result), "fileName": "result_1.csv.gz"},
            {"fileHashValue": hash(b"gone"), "fileName": "result_2.csv.gz"}],
        "signatureAlgorithm": "SHA256withRSA", "queryCompleteTime": "2026-01-02T03:04:05Z",
        "hashSignature": "00", "publicKeyFingerprint": "67b9"});
    put(folder, "query/result_sign.json", sign.to_string());
    put(folder, "query/result_1.csv.gz", [&result, stored].concat());
}

#[test]
fn query_results_are_held_against_their_sign_file() {
    let dump = scratch();
    query_results(dump.path(), b"");
    let done = analyze(dump.path(), &["--format", "csv"]);
    let told: Vec<(String, String)> =
        done.table("evidence").iter().map(|row| (row["format"].clone(), row["integrity"].clone())).collect();
    let pair = |format: &str, word: &str| (format.to_owned(), word.to_owned());
    assert_eq!(
        told,
        [
            pair("lake_csv", "hash_listed"),
            pair("lake_csv", "missing"),
            pair("lake_query_sign", "hash_listed")
        ]
    );
    assert!(done.problems().contains_key("no_public_key"), "{:?}", done.table("problems"));
    let ended = verify(dump.path(), &[]);
    assert_eq!(ended.code, 3);
    for line in [
        "Sign file\tquery/result_sign.json\tNOT CHECKED: public key not found in region eu-west-1 for fingerprint 67b9",
        "Query result file\tquery/result_1.csv.gz\tNOT CHECKED: hash value matches",
        "Query result file\tquery/result_2.csv.gz\tINVALID: not found",
    ] {
        assert!(ended.stderr.contains(line), "{line}: {}", ended.stderr);
    }
    query_results(dump.path(), b"more");
    let done = analyze(dump.path(), &["--format", "csv"]);
    assert_eq!(done.table("evidence")[0]["integrity"], "modified");
    assert!(done.problems().contains_key("modified_object"));
}
