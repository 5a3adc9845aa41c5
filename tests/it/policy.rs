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

/// A dump in which a role of the policy's own mode is made at noon, and its policy.
fn break_glass(place: &std::path::Path, tickets: &str) {
    let mut made = crate::runner::record("made", "2026-01-02T12:00:00Z");
    made["eventSource"] = "iam.amazonaws.com".into();
    made["eventName"] = "CreateRole".into();
    made["requestParameters"] = serde_json::json!({ "roleName": "BreakGlassAdmin" });
    put(place, "dump/a.json", serde_json::json!({ "Records": [made] }).to_string());
    let policy = format!(
        "[[mode]]\nname = \"break_glass\"\nrole = [{{ name = \"BreakGlassAdmin\" }}]\n\
         [[tickets]]\nfile = \"{tickets}\"\nmodes = [\"break_glass\"]\n"
    );
    put(place, "policy.toml", policy);
}

const TICKET: &str = "id,account,from,to,requester,approver\n\
                      CHG-1,111122223333,2026-01-02T11:00:00Z,2026-01-02T13:00:00Z,rita,omar\n";

#[test]
fn a_ticket_file_is_evidence_wherever_it_lies() {
    for (tickets, row, in_manifest) in
        [("more/t.csv", "policy:more/t.csv", false), ("dump/t.csv", "t.csv", true)]
    {
        let place = scratch();
        break_glass(place.path(), tickets);
        put(place.path(), tickets, TICKET);
        let policy = place.path().join("policy.toml");
        let done = analyze(&place.path().join("dump"), &["--policy", policy.to_str().expect("UTF-8")]);
        assert_eq!(done.ended.code, 0, "{tickets}: {}", done.ended.stderr);
        let objects = done.rows("evidence", "source_object", row);
        let [object] = objects.as_slice() else { panic!("{tickets}: {objects:?}") };
        let hash: String =
            Sha256::digest(TICKET.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(object["sha256"], hash);
        assert_eq!(
            (&*object["format"], &*object["records"], &*object["status"]),
            ("change_tickets", "1", "read")
        );
        assert_eq!(done.table("evidence").len(), 2, "it stands there once");
        let window = &done.table("mode_windows")[0];
        assert_eq!((&*window["authorization"], &*window["rfc_ids"]), ("authorized", "CHG-1"));
        let ticket = &done.rows("rfcs", "sources", "ticket")[0];
        assert_eq!((&*ticket["source_object"], &*ticket["status"]), (row, ""));
        let manifest = std::fs::read_to_string(done.out.join("manifest.sha256")).expect("a manifest");
        assert_eq!(manifest.contains("t.csv"), in_manifest, "{manifest}");
        assert_eq!(std::fs::read_to_string(place.path().join(tickets)).expect("it is there"), TICKET);
    }
}

#[test]
fn a_file_that_is_none_of_tickets_ends_the_run_with_path_line_and_hint() {
    let place = scratch();
    break_glass(place.path(), "t.csv");
    let policy = place.path().join("policy.toml");
    let refused = |text: Option<&[u8]>| {
        let file = place.path().join("t.csv");
        let _ = std::fs::remove_file(&file);
        if let Some(text) = text {
            put(place.path(), "t.csv", text);
        }
        let done = analyze(&place.path().join("dump"), &["--policy", policy.to_str().expect("UTF-8")]);
        assert_eq!(done.ended.code, 2, "{}", done.ended.stderr);
        assert!(!done.out.exists());
        done.ended.stderr
    };
    let missing = refused(Some(b"\nid,account,from,to,requester\n"));
    assert!(missing.contains("t.csv:2: missing: `approver`"), "{missing}");
    assert!(missing.contains("docs/tickets.csv"), "{missing}");
    assert!(refused(None).contains("cannot read the tickets"), "{}", refused(None));
    let cut = &crate::runner::gzip(TICKET.as_bytes())[..40];
    assert!(refused(Some(cut)).contains("cannot read the tickets"), "{}", refused(Some(cut)));
    let zip = refused(Some(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    assert!(zip.contains("it is an archive"), "{zip}");
}

/// Nothing in a ticket reaches a terminal or a spreadsheet as it is.
#[test]
fn a_hostile_ticket_is_harmless() {
    let place = scratch();
    break_glass(place.path(), "t.csv");
    let row = "\"=cmd|'/c calc'!A1\",111122223333,2026-01-02T11:00:00Z,2026-01-02T13:00:00Z,\"\u{1b}[31m@x\",<script>alert(7)</script>\n";
    let bad = "\u{1b}[2Jx,111122223333,\u{1b}]0;x,2026-01-02T13:00:00Z,a,b\n";
    put(place.path(), "t.csv", format!("id,account,from,to,requester,approver\n{row}{bad}"));
    let policy = place.path().join("policy.toml");
    let done = analyze(&place.path().join("dump"), &["--policy", policy.to_str().expect("UTF-8"), "-v"]);
    assert_eq!(done.ended.code, 3, "{}", done.ended.stderr);
    assert!(!done.ended.stderr.contains('\u{1b}') && !done.ended.stdout.contains('\u{1b}'));
    assert!(done.table("rfcs")[0]["rfc_id"].starts_with("'=cmd"));
    let html = std::fs::read_to_string(done.out.join("report.html")).expect("the page");
    assert!(!html.contains("<script>alert"), "no script of a ticket");
}

#[test]
fn a_suppression_that_nothing_is_about_is_told_with_its_line() {
    let place = scratch();
    put(place.path(), "dump/a.json", delivery(&["a"]));
    let one = |rule: &str| {
        format!(
            "[[suppression]]\nrule = \"{rule}\"\nreason = \"x\"\nauthor = \"rita\"\nexpires = \"2999-12-31\"\n"
        )
    };
    let protected = "[[protected]]\nresource = \"bucket-*\"\n";
    let policy = format!("{}{protected}{}", one("mode/unused"), one("destroy/protected-resource"));
    put(place.path(), "policy.toml", policy);
    let path = place.path().join("policy.toml");
    let done = analyze(&place.path().join("dump"), &["--policy", path.to_str().expect("UTF-8")]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let told = done.rows("problems", "problem", "suppression_without_match");
    let [row] = told.as_slice() else { panic!("{told:?}") };
    assert!(row["detail"].starts_with("the suppression of `mode/unused` in line 2 of the policy"), "{row:?}");
}
