//! What a person meets first: help, flags, exit codes, and what goes to which
//! stream.
//!
//! `DEVTRAIL_BLESS=1` rewrites `snapshots/`; the difference is read in review.

use std::path::Path;

use crate::runner::{analyze, delivery, devtrail, ended, gzip, project, put, run, scratch};

const DEMO: &str = "sample-logs/demo";

fn snapshot(name: &str, found: &str) {
    let path = project().join("tests/it/snapshots").join(name);
    if std::env::var_os("DEVTRAIL_BLESS").is_some() {
        put(path.parent().expect("a parent"), name, found);
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == found, "{}\n--- expected\n{known}\n--- found\n{found}", path.display());
}

#[test]
fn help_and_man_page_are_as_reviewed() {
    for (name, words) in [
        ("help.txt", vec!["--help"]),
        ("help-short.txt", vec!["-h"]),
        ("analyze-help.txt", vec!["analyze", "--help"]),
        ("analyze-help-short.txt", vec!["analyze", "-h"]),
        ("compare-help.txt", vec!["compare", "--help"]),
        ("explain-help.txt", vec!["explain", "--help"]),
        ("ingest-help.txt", vec!["ingest", "--help"]),
        ("search-help.txt", vec!["search", "--help"]),
        ("rules-help.txt", vec!["rules", "--help"]),
        ("rules-list-help.txt", vec!["rules", "list", "--help"]),
        ("rules-show-help.txt", vec!["rules", "show", "--help"]),
        ("rules-check-help.txt", vec!["rules", "check", "--help"]),
        ("man.txt", vec!["man"]),
    ] {
        let done = run(&words);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{name}");
        if name != "man.txt" {
            let wide = done.stdout.lines().find(|line| line.chars().count() > 98);
            assert_eq!(wide, None, "{name}");
        }
        snapshot(name, &done.stdout);
    }
}

#[test]
fn version_and_completions_are_printed() {
    let version = run(&["--version"]);
    assert_eq!(version.code, 0);
    assert_eq!(version.stdout, format!("devtrail {}\n", env!("CARGO_PKG_VERSION")));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = run(&["completions", shell]);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{shell}");
        assert!(done.stdout.contains("analyze") && done.stdout.contains("fail-on"), "{shell}");
    }
}

/// Wrong usage ends with 2, says why on stderr, and makes nothing.
#[track_caller]
fn wrong(words: &[&str]) -> String {
    let place = scratch();
    let done = ended(devtrail().args(words).current_dir(place.path()).output().expect("it starts"));
    assert_eq!(done.code, 2, "{words:?}: {}", done.stderr);
    assert_eq!(done.stdout, "", "{words:?}");
    assert!(!done.stderr.is_empty(), "{words:?}");
    assert_eq!(std::fs::read_dir(place.path()).expect("a folder").count(), 0, "{words:?}");
    done.stderr
}

#[test]
fn wrong_usage_ends_with_two_before_anything_is_opened() {
    wrong(&[]);
    wrong(&["no-such-command"]);
    wrong(&["analyze"]);
    wrong(&["analyze", "dump"]);
    wrong(&["completions", "tcsh"]);
    // The path does not exist: a value is refused before it is looked at.
    for (flag, value, told) in [
        ("--no-such-flag", "", "--no-such-flag"),
        ("--format", "docx", "docx"),
        ("--events", "some", "some"),
        ("--from", "yesterday", "not a time"),
        ("--to", "2026-13-01", "not a time"),
        ("--account", "12345", "12 digits"),
        ("--account", "11112222333x", "12 digits"),
        ("--region", "EU West", "not a region"),
        ("--object-date-from", "2026-1-x", "not a date"),
        ("--object-date-to", "tomorrow", "not a date"),
        ("--rfc-complete", "2026-01-01", "FROM..TO"),
        ("--rfc-complete", "2026-01-02..2026-01-01", "before"),
        ("--fail-on", "grave", "critical"),
        ("--threads", "0", "0 is not in"),
        ("--threads", "many", "invalid"),
        ("--color", "pink", "pink"),
    ] {
        let mut words = vec!["analyze", "missing", "-o", "out", flag];
        words.extend((!value.is_empty()).then_some(value));
        let said = wrong(&words);
        assert!(said.contains(told), "{flag} {value}: {}", said);
        assert!(!said.contains("cannot look at"), "{flag} {value}");
    }
    wrong(&["analyze", "missing", "-o", "out", "-q", "-v"]);
    let turned = wrong(&["analyze", "missing", "-o", "out", "--from", "2026-02-01", "--to", "2026-01-01"]);
    assert!(turned.contains("before"), "{}", turned);
    let days = ["--object-date-from", "2026-02-01", "--object-date-to", "2026-02-01"];
    let turned = wrong(&[["analyze", "missing", "-o", "out"].as_slice(), &days].concat());
    assert!(turned.contains("before"), "{}", turned);
}

#[test]
fn standard_output_takes_one_text() {
    for formats in [vec![], vec!["csv", "json"], vec!["parquet"]] {
        let mut words = vec!["analyze", "missing", "-o", "-"];
        words.extend(formats.iter().flat_map(|format| ["--format", *format]));
        let said = wrong(&words);
        assert!(said.contains("one --format"), "{formats:?}: {}", said);
    }
}

#[test]
fn both_spellings_of_the_command_do_the_same() {
    let place = scratch();
    let demo = project().join(DEMO);
    let mut sums = Vec::new();
    for (command, out) in [("analyze", "z"), ("analyse", "s")] {
        let out = place.path().join(out);
        let done = ended(devtrail().arg(command).arg(&demo).arg("-o").arg(&out).output().expect("it starts"));
        assert_eq!(done.code, 0, "{}", done.stderr);
        sums.push(std::fs::read_to_string(out.join("SHA256SUMS")).expect("sums"));
    }
    assert_eq!(sums[0], sums[1]);
}

#[test]
fn each_stream_carries_what_it_should() {
    let demo = project().join(DEMO);
    let loud = analyze(&demo, &[]);
    assert_eq!(loud.ended.stderr, "", "no progress in a pipe, no problems in the demo");
    assert!(loud.ended.stdout.contains("Coverage:") && loud.ended.stdout.lines().count() <= 25);
    let quiet = analyze(&demo, &["-q"]);
    assert_eq!((quiet.ended.stdout.as_str(), quiet.ended.stderr.as_str()), ("", ""));
    for (format, begins) in
        [("csv", "seq,"), ("json", "{"), ("md", "#"), ("html", "<!"), ("timesketch", "{\"message\"")]
    {
        let mut command = devtrail();
        command.arg("analyze").arg(&demo).args(["-o", "-", "--format", format]);
        let done = ended(command.output().expect("it starts"));
        assert_eq!(done.code, 0, "{format}: {}", done.stderr);
        assert!(done.stdout.to_ascii_lowercase().starts_with(begins), "{format}: {}", &done.stdout[..40]);
        assert!(!done.stdout.contains("Coverage:") || matches!(format, "md" | "html"), "{format}");
        assert!(
            done.stderr.starts_with("Coverage: ") && done.stderr.contains("\nAct before: "),
            "{format}: {}",
            done.stderr
        );
        if format == "csv" {
            let rows =
                csv::Reader::from_reader(done.stdout.as_bytes()).records().filter(Result::is_ok).count();
            assert_eq!(rows, loud.table("timeline").len());
        }
    }
}

#[test]
fn colour_is_the_users_choice() {
    let demo = project().join(DEMO);
    let colored = |flags: &[&str], no_color: &str| {
        let place = scratch();
        let mut command = devtrail();
        command.env("NO_COLOR", no_color).arg("analyze").arg(&demo).arg("-o").arg(place.path().join("out"));
        let done = ended(command.args(flags).output().expect("it starts"));
        assert_eq!(done.code, 0, "{}", done.stderr);
        done.stdout.contains('\u{1b}')
    };
    assert!(!colored(&[], ""), "a pipe is no terminal");
    assert!(colored(&["--color", "always"], ""));
    assert!(colored(&["--color", "always"], "1"), "the flag is stronger than the variable");
    assert!(!colored(&["--color", "never"], ""));
    assert!(!colored(&["--color", "auto"], "1"));
}

#[test]
fn a_summary_of_a_bad_dump_stays_short() {
    let dump = scratch();
    for n in 0..60 {
        put(dump.path(), &format!("bad-{n}.json"), "{\"Records\":[{\"a");
        put(dump.path(), &format!("good-{n}.json.gz"), gzip(delivery(&[&format!("g{n}")]).as_bytes()));
    }
    let done = analyze(dump.path(), &[]);
    assert_eq!(done.ended.code, 3);
    assert!(done.ended.stdout.lines().count() <= 25, "{}", done.ended.stdout);
    assert!(done.ended.stderr.lines().count() <= 10, "similar problems are grouped: {}", done.ended.stderr);
    assert!(done.ended.stderr.contains("more, see tables/problems.csv"), "{}", done.ended.stderr);
    let all = analyze(dump.path(), &["-v"]);
    assert!(all.ended.stderr.lines().count() >= 60, "{}", all.ended.stderr);
}

#[test]
fn fail_on_turns_findings_into_one_and_losses_into_three() {
    let demo = project().join(DEMO);
    assert_eq!(analyze(&demo, &["--fail-on", "informational"]).ended.code, 1);
    let worst = analyze(&demo, &[]);
    assert_eq!(worst.ended.code, 0);
    let critical = !worst.rows("findings", "severity", "critical").is_empty();
    assert_eq!(analyze(&demo, &["--fail-on", "critical"]).ended.code, i32::from(critical));
    let dump = scratch();
    copy(&demo, &dump.path().join("demo"));
    put(dump.path(), "bad.json", "{\"Records\":[{\"a");
    assert_eq!(analyze(dump.path(), &["--fail-on", "informational"]).ended.code, 3, "3 outranks 1");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
