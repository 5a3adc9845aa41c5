//! Flags that change what a run reads and reports, and how a run is stopped.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::runner::{analyze, delivery, devtrail, gzip, put, record, scratch};

/// Waits for an end, so that a hanging run fails the test instead of it all.
fn wait(child: &mut Child) -> i32 {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code().unwrap_or(-1);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it can be killed");
    panic!("it does not end");
}

/// Accounts, regions and days: 2 × 2 × 3 objects of one event each.
fn spread(folder: &Path) {
    for account in ["111122223333", "444455556666"] {
        for region in ["eu-west-1", "us-east-1"] {
            for day in ["01", "02", "03"] {
                let mut one =
                    record(&format!("{account}-{region}-{day}"), &format!("2026-01-{day}T12:00:00Z"));
                one["awsRegion"] = region.into();
                one["recipientAccountId"] = account.into();
                let name = format!(
                    "AWSLogs/{account}/CloudTrail/{region}/2026/01/{day}/{account}_CloudTrail_{region}_202601{day}T1205Z_AbCdEfGhIjKlMnOp.json.gz"
                );
                put(folder, &name, gzip(json!({"Records": [one]}).to_string().as_bytes()));
            }
        }
    }
}

#[test]
fn selections_choose_rows_and_are_said() {
    let dump = scratch();
    spread(dump.path());
    for (flags, rows) in [
        (vec![], 12),
        (vec!["--from", "2026-01-02"], 8),
        (vec!["--to", "2026-01-02"], 4),
        (vec!["--from", "2026-01-02T12:00:00Z", "--to", "2026-01-03T12:00:00Z"], 4),
        (vec!["--account", "111122223333"], 6),
        (vec!["--account", "111122223333", "--account", "444455556666"], 12),
        (vec!["--region", "eu-west-1"], 6),
        (vec!["--region", "eu-west-1", "--account", "444455556666", "--from", "2026-01-03"], 1),
        (vec!["--account", "999999999999"], 0),
    ] {
        let done = analyze(dump.path(), &flags);
        assert_eq!(done.ended.code, 0, "{flags:?}: {}", done.ended.stderr);
        assert_eq!(done.table("destructive_actions").len(), rows, "{flags:?}");
        assert_eq!(done.table("evidence").len(), 12, "{flags:?}: all of the dump was read");
        for value in flags.iter().filter(|word| !word.starts_with("--")) {
            let shown = value.trim_end_matches("T12:00:00Z");
            assert!(done.ended.stdout.contains(shown), "{flags:?} is said: {}", done.ended.stdout);
        }
    }
}

#[test]
fn object_dates_leave_objects_unopened_and_say_how_many() {
    let dump = scratch();
    spread(dump.path());
    put(dump.path(), "undated.json", delivery(&["undated"]));
    for (flags, objects, left_out) in [
        (vec!["--object-date-from", "2026-01-02"], 9, 4),
        (vec!["--object-date-to", "2026-01-02"], 5, 8),
        (vec!["--object-date-from", "2026-01-02", "--object-date-to", "2026-01-03"], 5, 8),
    ] {
        let done = analyze(dump.path(), &flags);
        assert_eq!(done.table("evidence").len(), objects, "{flags:?}");
        assert!(
            done.ended.stdout.contains(&format!("{left_out} objects")),
            "{flags:?}: {}",
            done.ended.stdout
        );
    }
}

#[test]
fn a_mode_of_ones_own_opens_a_window() {
    let dump = scratch();
    let mut created = record("made", "2026-01-02T03:00:00Z");
    created["eventSource"] = "iam.amazonaws.com".into();
    created["eventName"] = "CreateRole".into();
    created["requestParameters"] = json!({"roleName": "BreakGlassAdmin"});
    created["responseElements"] = json!({"role": {"roleName": "BreakGlassAdmin", "arn": "arn:aws:iam::111122223333:role/BreakGlassAdmin"}});
    put(
        dump.path(),
        "a.json",
        json!({"Records": [created, record("x", "2026-01-02T04:00:00Z")]}).to_string(),
    );
    let place = scratch();
    // The example of the help, to the letter.
    let help = crate::runner::run(&["analyze", "--help"]).stdout;
    let example: Vec<&str> =
        help.lines().skip_while(|line| line.trim() != "[[mode]]").take(3).map(str::trim).collect();
    put(place.path(), "modes.toml", example.join("\n"));
    let file = place.path().join("modes.toml");
    let done = analyze(dump.path(), &["--modes", file.to_str().expect("UTF-8")]);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let windows = done.table("mode_windows");
    assert_eq!(windows.len(), 1);
    assert_eq!(
        (windows[0]["mode"].as_str(), windows[0]["opened_at"].as_str()),
        ("break_glass", "2026-01-02T03:00:00Z")
    );
    assert_eq!(analyze(dump.path(), &[]).table("mode_windows").len(), 0);
}

#[test]
fn a_bad_file_of_modes_is_named_with_its_line() {
    let place = scratch();
    put(place.path(), "dump/a.json", delivery(&["a"]));
    for (text, line) in [
        ("[[mode]]\nname = \"x\"\nroles = []\n", 3),
        ("# none\n\n[[mode]\n", 3),
        ("[[mode]]\nname = \"Not A Name\"\n", 2),
        ("[[mode]]\nname = \"empty\"\n", 2),
    ] {
        put(place.path(), "modes.toml", text);
        let file = place.path().join("modes.toml");
        let done = analyze(&place.path().join("dump"), &["--modes", file.to_str().expect("UTF-8")]);
        assert_eq!(done.ended.code, 2, "{text}: {}", done.ended.stderr);
        let told = format!("modes.toml:{line}: ");
        assert!(done.ended.stderr.contains(&told), "{text}: {}", done.ended.stderr);
        assert!(!done.out.exists());
    }
    let missing = analyze(&place.path().join("dump"), &["--modes", "missing.toml"]);
    assert_eq!(missing.ended.code, 2, "{}", missing.ended.stderr);
}

#[test]
fn the_table_of_events_holds_what_was_asked_for() {
    let dump = scratch();
    let mut reading = record("reading", "2026-01-02T03:00:00Z");
    reading["eventName"] = "ListBuckets".into();
    reading["readOnly"] = true.into();
    put(
        dump.path(),
        "a.json",
        json!({"Records": [reading, record("x", "2026-01-02T04:00:00Z")]}).to_string(),
    );
    let file =
        |done: &crate::runner::Analysis, kind: &str| done.out.join(format!("tables/events.{kind}")).exists();
    let none = analyze(dump.path(), &[]);
    assert_eq!((file(&none, "parquet"), file(&none, "csv")), (false, false));
    let default = analyze(dump.path(), &["--events", "kept"]);
    assert_eq!((file(&default, "parquet"), file(&default, "csv")), (true, false));
    let kept = analyze(dump.path(), &["--events", "kept", "--format", "csv"]);
    assert_eq!((file(&kept, "parquet"), kept.table("events").len()), (false, 1));
    let all = analyze(dump.path(), &["--events", "all", "--format", "csv", "--format", "parquet"]);
    assert_eq!((file(&all, "parquet"), all.table("events").len()), (true, 2));
}

#[test]
fn timings_tell_each_stage_and_change_no_report() {
    let dump = scratch();
    spread(dump.path());
    let plain = analyze(dump.path(), &["--no-progress"]);
    let timed = analyze(dump.path(), &["--timings", "--no-progress"]);
    let lines: Vec<&str> =
        timed.ended.stderr.lines().skip_while(|line| !line.starts_with("Timings: ")).collect();
    for what in [
        "  finding the objects ",
        "  reading the objects ",
        "    reading and inflating ",
        "    hashing ",
        "    decoding ",
        "    examining records ",
        "  checking digests ",
        "  following credentials ",
        "  comparing copies ",
        "  correlating ",
        "  writing the reports ",
        "    parquet ",
        "    html ",
        "    xlsx ",
    ] {
        let told = lines.iter().filter(|line| line.starts_with(what)).collect::<Vec<_>>();
        assert_eq!(told.len(), 1, "{what}: {}", timed.ended.stderr);
        assert!(told[0].ends_with(" %") && told[0].len() <= 80, "{told:?}");
    }
    assert!(!plain.ended.stderr.contains("Timings"));
    let sums = |out: &Path| std::fs::read_to_string(out.join("SHA256SUMS")).expect("it is written");
    assert_eq!(sums(&plain.out), sums(&timed.out));
}

#[test]
fn a_reader_that_goes_away_ends_a_run_quietly() {
    let dump = scratch();
    let ids: Vec<String> = (0..3000).map(|n| format!("event-{n:04}")).collect();
    put(
        dump.path(),
        "a.json",
        json!({"Records": ids.iter().map(|id| record(id, "2026-01-02T03:04:05Z")).collect::<Vec<_>>()})
            .to_string(),
    );
    let report = analyze(dump.path(), &["-q"]);
    let report = report.out.to_str().expect("UTF-8");
    let dump = dump.path().to_str().expect("UTF-8").to_owned();
    for words in [
        vec!["explain", report, "111122223333"],
        vec!["explain", report, "alice", "--format", "jsonl", "--raw"],
        vec!["search", &dump, "alice", "-q"],
        vec!["search", &dump, "alice", "-q", "--format", "csv"],
        vec!["analyze", &dump, "-o", "-", "--format", "csv", "-q"],
        vec!["analyze", &dump, "-o", "-", "--format", "html", "-q"],
        vec!["analyze", &dump, "-o", "-", "--format", "timesketch", "-q"],
        vec!["man"],
        vec!["completions", "bash"],
        vec!["analyze", "--help"],
    ] {
        for lines in [0, 1] {
            let mut child = devtrail()
                .args(&words)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts");
            let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
            for _ in 0..lines {
                out.read_line(&mut String::new()).expect("a line");
            }
            drop(out);
            let code = wait(&mut child);
            let mut said = String::new();
            std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut said)
                .expect("UTF-8");
            assert_eq!((code, said.as_str()), (0, ""), "{words:?}");
        }
    }
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_with_130_and_leaves_nothing() {
    let place = scratch();
    let dump = place.path().join("dump");
    // Many copies of one object: long to read, quick to make.
    let ids: Vec<String> = (0..1500).map(|n| format!("event-{n:04}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let records: Vec<_> = ids.iter().map(|id| record(id, "2026-01-02T03:04:05Z")).collect();
    let content = gzip(json!({ "Records": records }).to_string().as_bytes());
    for n in 0..200 {
        put(&dump, &format!("{n}.json.gz"), &content);
    }
    let out = place.path().join("results/audit");
    let mut child = devtrail()
        .arg("analyze")
        .arg(&dump)
        .arg("-o")
        .arg(&out)
        .args(["--threads", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let begun = Instant::now();
    while !out.parent().is_some_and(Path::exists) && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(100));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill starts");
    assert!(sent.success());
    assert_eq!(wait(&mut child), 130);
    let left: Vec<_> =
        std::fs::read_dir(place.path().join("results")).map(Iterator::collect).unwrap_or_default();
    assert!(left.is_empty(), "nothing is left: {left:?}");
    let said = std::io::read_to_string(child.stderr.take().expect("a pipe")).expect("UTF-8");
    assert!(said.contains("interrupted"), "{said}");
}

/// The same dump, told for other times: every output opens with what can still
/// be acted on, and says of the rest that it passed.
/// These parts stand in a text one after the other.
#[track_caller]
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part}, after the others: {text}")).1;
    }
}

#[test]
fn the_time_told_for_decides_what_must_be_acted_on() {
    let dump = crate::runner::project().join("sample-logs/cases/weekend-wipe/input");
    let told = |flags: &[&str]| {
        let done = analyze(&dump, flags);
        assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
        let read = |name: &str| std::fs::read_to_string(done.out.join(name)).expect("a report");
        let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).expect("JSON");
        let deadlines: Vec<String> =
            done.table("incidents").iter().map(|row| row["next_deadline"].clone()).collect();
        // What the page says before any data and any script of it.
        let page = read("report.html");
        let html = page.split("<script type=").next().expect("the head of the page").to_owned();
        (done.ended.stdout.clone(), read("report.md"), html, summary, deadlines.concat())
    };
    let until = "2026-01-24T21:40:00Z";
    for (flags, why) in [
        (vec![], "As of 2026-01-19T08:30:00Z (the end of the evidence)"),
        (vec!["--as-of", until], "As of 2026-01-24T21:40:00Z (given with --as-of)"),
    ] {
        let (printed, md, html, summary, deadlines) = told(&flags);
        // Coverage, then windows with who used them, then what to act on: the same everywhere.
        let key = "arn:aws:kms:us-east-1:333344445555:key/1f0e0b52-6a0c-4a57-9f3c-7d0f3a1c0101";
        let users = "alice@example.com, bob, carol@example.com, dave";
        let act =
            format!("Act before: {until} (ScheduleKeyDeletion of {key} in account 333344445555 by carol");
        in_order(
            &printed,
            &["Coverage: Read", "Windows: 1 mode window", users, &act, "Findings:", "not covered:"],
        );
        let act = format!("**Act before {until}**: `ScheduleKeyDeletion` of `{key}`");
        in_order(
            &md,
            &["# devtrail report\n\nRead", "1 mode window", users, &act, "Findings:", "## What cannot"],
        );
        let link = format!("<span class=\"place\">{key}</span>");
        in_order(
            &html,
            &["coverage-sentence", "1 mode window", users, &link, "Findings</h2>", "Not covered"],
        );
        assert!(html.contains("<h2 id=\"act-head\">Act before</h2>"));
        assert!(html.contains(&format!("<strong><time>{until}</time></strong>")));
        assert_eq!(summary["act_before"]["recoverable_until"], until);
        assert_eq!(summary["incidents"][0]["next_deadline"], until, "first is what must be acted on first");
        assert_eq!(deadlines, until);
        for text in [&printed, &md, &html] {
            assert!(text.contains(&format!("{why}, 1 deadline for recovery is open.")), "{text}");
        }
    }
    let (printed, md, html, summary, deadlines) = told(&["--as-of", "2026-01-24T21:40:01Z"]);
    for text in [&printed, &md, &html] {
        assert!(!text.contains("Act before"), "{text}");
        assert!(text.contains("(given with --as-of), 1 deadline for recovery has passed."), "{text}");
    }
    assert!(summary["act_before"].is_null() && summary["as_of_given"] == true);
    assert_eq!((summary["deadlines"][0]["passed"].as_bool(), &*deadlines), (Some(true), ""));
}
