//! `--policy`: what it does to a whole run, and how a bad one is refused.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::runner::{analyze, delivery, project, put, scratch};

#[test]
fn the_example_of_the_documents_is_taken_and_its_hash_told() {
    let path = project().join("docs/policy.toml");
    let done = analyze(&project().join("sample-logs/demo"), &["--policy", path.to_str().expect("UTF-8")]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let run = std::fs::read_to_string(done.out.join("run.json")).expect("run.json");
    let run: serde_json::Value = serde_json::from_str(&run).expect("JSON");
    let hash: String = Sha256::digest(std::fs::read(path).expect("the policy"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(run["policy_sha256"].as_str(), Some(hash.as_str()));
    let rules: BTreeSet<String> = done.table("findings").iter().map(|row| row["rule_id"].clone()).collect();
    for rule in
        ["mode/not-allowed", "rfc/not-an-approver", "destroy/outside-hours", "destroy/untrusted-network"]
    {
        assert!(rules.contains(rule), "{rules:?}");
    }
    let without = analyze(&project().join("sample-logs/demo"), &[]);
    let run = std::fs::read_to_string(without.out.join("run.json")).expect("run.json");
    assert!(run.contains("\"policy_sha256\": null"), "{run}");
}

#[test]
fn suppressed_findings_stay_and_trip_no_fail_on_until_they_expire() {
    let demo = project().join("sample-logs/demo");
    let found = analyze(&demo, &[]).table("findings");
    let rules: BTreeSet<&str> = found.iter().map(|row| row["rule_id"].as_str()).collect();
    assert!(!rules.is_empty());
    let place = scratch();
    let file = place.path().join("policy.toml");
    let run = |expires: &str, as_of: &[&str]| {
        let each = rules.iter().map(|rule| {
            format!("[[suppression]]\nrule = \"{rule}\"\nreason = \"=cmd()\"\nauthor = \"rita\"\nexpires = \"{expires}\"\n")
        });
        put(place.path(), "policy.toml", each.collect::<String>());
        let flags = ["--policy", file.to_str().expect("UTF-8"), "--fail-on", "informational"];
        analyze(&demo, &[&flags, as_of].concat())
    };
    let done = run("2999-12-31", &[]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let rows = done.table("findings");
    assert_eq!(rows.len(), found.len());
    for row in rows {
        assert_eq!(row["suppressed_by"], "rita");
        assert_eq!(row["suppression_expires"], "2999-12-31");
        assert_eq!(row["suppression_reason"], "'=cmd()", "no formula for a spreadsheet");
    }
    assert!(done.ended.stdout.contains("suppressed by the policy"), "{}", done.ended.stdout);
    for expired in [run("2000-01-01", &[]), run("2999-12-31", &["--as-of", "3000-01-01"])] {
        assert_eq!(expired.ended.code, 1);
        assert!(expired.table("findings").iter().all(|row| row["suppressed_by"].is_empty()));
        assert_eq!(expired.problems().get("suppression_not_applied"), Some(&rules.len()));
    }
}

#[test]
fn modes_of_a_policy_and_of_a_file_work_together() {
    let place = scratch();
    put(place.path(), "dump/a.json", delivery(&["a"]));
    put(place.path(), "modes.toml", "[[mode]]\nname = \"one\"\nrole = [{ name = \"One\" }]\n");
    put(
        place.path(),
        "policy.toml",
        "[defaults]\nallowed_modes = [\"one\", \"two\"]\n[[mode]]\nname = \"two\"\nrole = [{ name = \"Two\" }]\n",
    );
    let path = |name: &str| place.path().join(name).display().to_string();
    let dump = place.path().join("dump");
    let both = analyze(&dump, &["--modes", &path("modes.toml"), "--policy", &path("policy.toml")]);
    assert_eq!(both.ended.code, 0, "{}", both.ended.stderr);
    let alone = analyze(&dump, &["--policy", &path("policy.toml")]);
    assert_eq!(alone.ended.code, 2);
    assert!(alone.ended.stderr.contains("policy.toml:2: there is no mode `one`"), "{}", alone.ended.stderr);
}

#[test]
fn a_bad_policy_is_named_with_its_line_and_a_hint() {
    let place = scratch();
    put(place.path(), "dump/a.json", delivery(&["a"]));
    let file = place.path().join("policy.toml");
    for (text, told) in [
        ("\n[[account]]\nid = \"12\"\n", "policy.toml:3: `12` is no account id"),
        ("[defaults]\napprover = [\"x\"]\n", "policy.toml:2: unknown field `approver`"),
        ("[[freeze\n", "policy.toml:1: "),
    ] {
        put(place.path(), "policy.toml", text);
        let done = analyze(&place.path().join("dump"), &["--policy", file.to_str().expect("UTF-8")]);
        assert_eq!(done.ended.code, 2, "{text}: {}", done.ended.stderr);
        assert!(done.ended.stderr.contains(told), "{text}: {}", done.ended.stderr);
        assert!(done.ended.stderr.contains("docs/policy.toml"), "{}", done.ended.stderr);
        assert!(!done.out.exists());
    }
    let missing = analyze(&place.path().join("dump"), &["--policy", "missing.toml"]);
    assert_eq!(missing.ended.code, 2, "{}", missing.ended.stderr);
}
