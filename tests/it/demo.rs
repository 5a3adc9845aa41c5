//! The README's first command, and what it leaves behind.

use std::process::Command;

use crate::cases::agrees;
use crate::runner::{TABLES, analyze, project};

#[test]
fn the_demo_agrees_with_its_truth_and_ends_with_zero() {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    assert_eq!(done.ended.code, 0, "{}{}", done.ended.stdout, done.ended.stderr);
    agrees(&done, &project().join("sample-logs/demo-truth.json"));
}

#[test]
fn every_promised_file_is_there_and_its_sum_is_right() {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    for name in [
        "report.html",
        "report.md",
        "summary.json",
        "run.json",
        "timeline.timesketch.jsonl",
        "timeline.timesketch.csv",
        "timeline.l2t.csv",
        "report.xlsx",
        "report.pdf",
        "manifest.sha256",
        "SHA256SUMS",
    ] {
        assert!(done.out.join(name).is_file(), "{name}");
    }
    for table in TABLES {
        for kind in ["csv", "parquet"] {
            assert!(done.out.join("tables").join(format!("{table}.{kind}")).is_file(), "{table}.{kind}");
        }
    }
    let check =
        Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(&done.out).output();
    match check {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(error) => println!("skipped: sha256sum does not start: {error}"),
    }
}

/// Events are not kept without need: asking for OCSF asks for those that matter.
#[test]
fn events_become_ocsf_if_they_are_asked_for() {
    let demo = project().join("sample-logs/demo");
    let plain = analyze(&demo, &[]);
    assert!(!plain.out.join("events.ocsf.jsonl").exists());
    let alone = analyze(&demo, &["--format", "ocsf"]);
    assert!(alone.out.join("events.ocsf.jsonl").exists() && !alone.out.join("tables").exists());
    let lines = |args: &[&str]| {
        let done = analyze(&demo, args);
        assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
        let text = std::fs::read_to_string(done.out.join("events.ocsf.jsonl")).expect("events as OCSF");
        assert_eq!(text.lines().count(), done.table("events").len(), "every event of the demo has a time");
        text.lines().count()
    };
    let kept = lines(&["--format", "ocsf", "--format", "csv"]);
    let all = lines(&["--events", "all", "--format", "ocsf", "--format", "csv"]);
    assert!(0 < kept && kept < all, "{kept} of {all}");
}

/// The manifest of the input is checked inside the dump.
#[test]
fn the_manifest_of_the_input_checks_the_dump() {
    let dump = project().join("sample-logs/demo");
    let done = analyze(&dump, &[]);
    let manifest = done.out.join("manifest.sha256");
    let lines = std::fs::read_to_string(&manifest).expect("the manifest").lines().count();
    assert_eq!(lines, done.table("evidence").len());
    match Command::new("sha256sum").args(["-c", "--quiet"]).arg(&manifest).current_dir(&dump).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(error) => println!("skipped: sha256sum does not start: {error}"),
    }
}

/// `verify --manifest` tells what changed since, and only that.
#[test]
fn a_manifest_tells_what_has_changed_since() {
    let scratch = crate::runner::scratch();
    let dump = scratch.path().join("dump");
    for name in ["a.json", "b.json", "c.json"] {
        crate::runner::put(&dump, name, crate::runner::delivery(&[name]));
    }
    let done = analyze(&dump, &[]);
    let manifest = done.out.join("manifest.sha256");
    let verify = || {
        let words: [&std::ffi::OsStr; 4] =
            ["verify".as_ref(), dump.as_ref(), "--manifest".as_ref(), manifest.as_ref()];
        crate::runner::run(&words)
    };
    let same = verify();
    assert_eq!(
        (same.code, same.stdout.as_str(), same.stderr.as_str()),
        (0, "3/3 objects as the manifest lists them\n", "")
    );
    std::fs::write(dump.join("a.json"), crate::runner::delivery(&["other"])).expect("a change");
    std::fs::remove_file(dump.join("b.json")).expect("a removal");
    crate::runner::put(&dump, "d.json", "{}");
    let changed = verify();
    assert_eq!(changed.code, 3);
    assert_eq!(changed.stdout, "1/3 objects as the manifest lists them\n");
    let told: Vec<&str> = changed.stderr.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(told, ["Object\ta.json\tCHANGED", "Object\tb.json\tMISSING", "Object\td.json\tNEW"]);
    std::fs::write(&manifest, "no manifest").expect("a change");
    assert_eq!(verify().code, 2);
}

/// A generated dump, every story in it, against the generator's truth.
#[test]
fn a_generated_landing_zone_agrees_with_its_truth() {
    let scratch = crate::runner::scratch();
    let options = sample_logs::Options { seed: 11, events: 20_000, days: 14, single_delivery: false };
    sample_logs::generate(&options, scratch.path()).expect("a dump");
    let done = analyze(&scratch.path().join("dump"), &["--format", "csv", "--format", "json"]);
    assert_eq!(done.ended.code, 0, "{}{}", done.ended.stdout, done.ended.stderr);
    agrees(&done, &scratch.path().join("truth.json"));
}
