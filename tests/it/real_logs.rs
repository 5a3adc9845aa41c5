//! Public CloudTrail material that lies beside the project, if it does: the
//! counts of its own README, and the succeeded/failed split of every event name
//! that both sides call destructive.
//!
//! The folder is `../shared/data`, or what `DEVTRAIL_REAL_LOGS` names. Nothing
//! of it is copied into the project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::runner::{Analysis, analyze, project};

pub(crate) fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("DEVTRAIL_REAL_LOGS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| project().join("../shared/data"));
    if folder.join("README.md").is_file() {
        return Some(folder);
    }
    println!("skipped: no public logs at {}", folder.display());
    None
}

/// Records and different event ids of each folder, from the README's table.
fn expected_counts(readme: &str) -> BTreeMap<String, (u64, u64)> {
    let mut counts = BTreeMap::new();
    for line in readme.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let Some((records, unique)) = cells.get(8).and_then(|cell| cell.split_once(" / ")) else { continue };
        if let (Ok(records), Ok(unique)) = (records.parse(), unique.parse()) {
            counts.insert(cells[1].to_owned(), (records, unique));
        }
    }
    assert!(counts.len() >= 12, "the README's table is read: {counts:?}");
    counts
}

#[test]
fn records_and_event_ids_are_as_many_as_the_readme_counts() {
    let Some(folder) = folder() else { return };
    let readme = std::fs::read_to_string(folder.join("README.md")).expect("its README");
    for (name, (records, unique)) in expected_counts(&readme) {
        let done = analyze(&folder.join(&name), &["--events", "all", "--format", "csv", "--format", "json"]);
        assert!([0, 3].contains(&done.ended.code), "{name}: {}", done.ended.stderr);
        // The README leaves out Insights, which are counted here and noted.
        let counted: u64 = done
            .table("evidence")
            .iter()
            .filter(|row| !row["note"].contains("category Insight"))
            .map(|row| row["records"].parse().unwrap_or(0))
            .sum();
        assert_eq!(counted, records, "{name}: records");
        let events = done.table("events");
        let ids: BTreeSet<&str> =
            events.iter().map(|row| row["event_id"].as_str()).filter(|id| !id.is_empty()).collect();
        // The README counts each record without an id as one of its own.
        let without = events.iter().filter(|row| row["event_id"].is_empty()).count();
        assert_eq!((ids.len() + without) as u64, unique, "{name}: event ids");
        every_file_is_explained(&done, &name);
    }
}

fn every_file_is_explained(done: &Analysis, name: &str) {
    for row in done.table("evidence") {
        let explained = row["status"] == "read"
            || !row["note"].is_empty()
            || !done.rows("problems", "source_object", &row["source_object"]).is_empty();
        assert!(explained, "{name}: {row:?}");
    }
}

#[test]
fn destructive_calls_split_as_the_readme_counts_them() {
    let Some(folder) = folder() else { return };
    let readme = std::fs::read_to_string(folder.join("README.md")).expect("its README");
    let line = readme
        .lines()
        .find_map(|line| line.strip_prefix("Destructive by name (ok/failed): "))
        .expect("the README's list of names");
    let done = analyze(&folder.join("invictus-first-half"), &["--format", "csv"]);
    let mut found = BTreeMap::<String, (u64, u64)>::new();
    for row in done.table("destructive_actions") {
        let split = found.entry(row["event_name"].clone()).or_default();
        if row["outcome"] == "succeeded" { split.0 += 1 } else { split.1 += 1 }
    }
    let mut both = 0;
    for item in line.trim_end_matches('.').split(", ") {
        let (name, split) = item.split_once(' ').expect("name and split");
        let (ok, failed) = split.split_once('/').expect("ok/failed");
        let split = (ok.parse().expect("a number"), failed.parse().expect("a number"));
        if let Some(ours) = found.get(name) {
            assert_eq!(*ours, split, "{name}");
            both += 1;
        }
    }
    assert!(both >= 15, "most names are counted by both: {both}");
}

#[test]
fn no_session_token_and_no_mode_is_in_any_output() {
    let Some(folder) = folder() else { return };
    let done = analyze(&folder, &["--events", "all"]);
    assert_eq!(done.ended.code, 3, "{}", done.ended.stderr);
    assert_eq!(done.table("mode_windows").len(), 0);
    assert_eq!(done.table("mode_sessions").len(), 0);
    assert_eq!(done.summary("/counts/seen"), sum_of_counts(&done));
    let mut tokens = BTreeSet::new();
    collect_tokens(&folder, &mut tokens);
    assert!(!tokens.is_empty(), "the logs hold tokens to look for");
    for entry in walk(&done.out) {
        let content = std::fs::read(&entry).expect("an output");
        for token in &tokens {
            let start = &token.as_bytes()[..token.len().min(40)];
            assert!(
                memchr::memmem::find(&content, start).is_none(),
                "a session token in {}",
                entry.display()
            );
        }
    }
}

/// Each of these findings was compared with the records behind it. What adds
/// or drops one is to be compared with them again.
const REVIEWED: [(&str, usize); 36] = [
    ("access/access-key-for-another-user", 3),
    ("access/console-sign-in-without-mfa", 1),
    ("access/federation-token-issued", 1),
    ("access/identity-provider-changed", 1),
    ("access/login-profile-created", 4),
    ("access/root-sign-in-failed", 1),
    ("access/root-sign-in-without-mfa", 1),
    ("access/root-used", 4),
    ("data/exported", 1),
    ("data/secrets-read-in-bulk", 2),
    ("defence/guardduty-impaired", 1),
    ("defence/logging-attempt", 6),
    ("defence/logging-attempt-untold", 2),
    ("defence/security-hub-findings-hidden", 1),
    ("destroy/in-bulk", 1),
    ("exposure/bucket-public-access-block-removed", 2),
    ("exposure/database-public", 4),
    ("exposure/function-public", 1),
    ("exposure/image-shared", 1),
    ("exposure/security-group-open", 1),
    ("exposure/snapshot-public", 2),
    ("exposure/snapshot-shared", 1),
    ("host/command-sent", 2),
    ("host/password-read", 4),
    ("host/session-started", 2),
    ("host/ssh-key-pushed", 1),
    ("host/start-script-changed", 1),
    ("intent/blind-then-changed", 2),
    ("logging/impaired", 10),
    ("logging/log-bucket-weakened", 1),
    ("organization/default-network-made", 1),
    ("organization/left", 2),
    ("privilege/administrator-attached", 2),
    ("privilege/permissions-boundary-removed", 1),
    ("privilege/role-trust-behind-external-id", 1),
    ("recovery/impaired", 5),
];

#[test]
fn findings_are_those_that_were_reviewed_and_none_is_about_a_mode() {
    let Some(folder) = folder() else { return };
    let done = analyze(&folder, &[]);
    let rows = done.table("findings");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for row in &rows {
        *counts.entry(&row["rule_id"]).or_default() += 1;
        assert!(ids.insert(&row["finding_id"]), "two findings {}", row["finding_id"]);
        assert_eq!((&*row["mode"], &*row["window_id"], &*row["session_ids"]), ("", "", ""));
        let about = ["mode/", "rfc/", "developer-mode/", "direct-change/"];
        assert!(!about.iter().any(|about| row["rule_id"].starts_with(about)), "{}", row["rule_id"]);
    }
    assert_eq!(counts, BTreeMap::from(REVIEWED));
}

fn sum_of_counts(done: &Analysis) -> u64 {
    ["kept", "duplicates", "counted_only", "rejected"]
        .iter()
        .map(|part| done.summary(&format!("/counts/{part}")).as_u64().expect("a count"))
        .sum()
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

/// Every value of a `sessionToken` in the material, as long as real ones are.
fn collect_tokens(folder: &std::path::Path, tokens: &mut BTreeSet<String>) {
    for path in walk(folder) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for part in text.split("sessionToken").skip(1) {
            let value: String = part
                .chars()
                .skip_while(|c| "\\\": ".contains(*c))
                .take_while(|c| !"\"\\".contains(*c))
                .collect();
            if value.len() >= 40 {
                tokens.insert(value);
            }
        }
    }
}
