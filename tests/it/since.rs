//! `analyze --since`: a report that tells what has changed since the last audit.

use crate::compare::{SPLIT, audit, changes, compare};
use crate::runner::{analyze, delivery, devtrail, ended, project, put, scratch};

/// `analyze --since` tells in the report itself what `compare` tells of it.
#[test]
fn a_report_tells_what_has_changed_since_the_last_audit() {
    let demo = project().join("sample-logs/demo");
    let last = audit(&demo, &["--object-date-to", SPLIT]);
    let since = ["--since", last.out.to_str().expect("UTF-8")];
    let done = analyze(&demo, &since);
    assert_eq!(done.ended.code, 0, "{}", done.ended.stderr);
    let told = compare(&last.out, &done.out, &[]).stdout;
    let heads: Vec<&str> = told.split("\n\n").skip(1).filter_map(|part| part.lines().next()).collect();
    assert_eq!(heads.len(), 6, "{told}");
    let markdown = std::fs::read_to_string(done.out.join("report.md")).expect("report.md");
    let page = std::fs::read_to_string(done.out.join("report.html")).expect("report.html");
    let line = done.ended.stdout.lines().find(|line| line.starts_with("Since last audit: ")).expect("a line");
    for head in heads {
        assert!(markdown.contains(&format!("\n- {head}\n")), "{head}: {markdown}");
        assert!(page.contains(&format!("<li>{head}\n")), "{head}");
        assert!(line.contains(head), "{head}: {line}");
    }
    assert!(markdown.contains("## Since the last audit") && page.contains("id=\"since\""));
    for row in changes(&last, &done).iter().filter(|row| row["subject"] == "window") {
        assert!(markdown.contains(&row["id"]) && page.contains(&row["id"]), "{row:?}");
    }
    // Without it, no word of it; and the tables are the same.
    let plain = analyze(&demo, &[]);
    let without = std::fs::read_to_string(plain.out.join("report.md")).expect("report.md");
    assert!(!without.contains("last audit") && !plain.ended.stdout.contains("last audit"));
    assert_eq!(plain.table("findings"), done.table("findings"));
}

#[test]
fn a_last_audit_that_is_none_or_would_be_overwritten_is_wrong_usage() {
    let demo = project().join("sample-logs/demo");
    let none = analyze(&demo, &["--since", demo.to_str().expect("UTF-8")]);
    assert_eq!(none.ended.code, 2, "{}", none.ended.stderr);
    assert!(none.ended.stderr.contains("holds no report") && !none.out.exists());
    let last = audit(&demo, &[]);
    let out = last.out.to_str().expect("UTF-8");
    let words = ["analyze", demo.to_str().expect("UTF-8"), "-o", out, "--force", "--since", out];
    let done = ended(devtrail().args(words).output().expect("it starts"));
    assert_eq!(done.code, 2, "{}", done.stderr);
}

/// Texts of the old report are as hostile as the evidence they came from.
#[test]
fn what_the_old_report_quotes_is_escaped_in_the_new_one() {
    let place = scratch();
    put(place.path(), "dump/a\u{1b}[31m<script>alert(7)</script>.json", delivery(&["one"]));
    put(place.path(), "dump/b.json", delivery(&["two"]));
    let dump = place.path().join("dump");
    let last = audit(&dump, &[]);
    std::fs::remove_file(dump.join("a\u{1b}[31m<script>alert(7)</script>.json")).expect("it was there");
    let done = analyze(&dump, &["--since", last.out.to_str().expect("UTF-8")]);
    for file in ["report.md", "report.html"] {
        let text = std::fs::read_to_string(done.out.join(file)).expect(file);
        assert!(text.contains("gone") && !text.contains('\u{1b}'), "{file}");
        assert!(file == "report.md" || !text.contains("<script>alert"), "{file}");
    }
}
