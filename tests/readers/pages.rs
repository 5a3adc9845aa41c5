//! The PDF in pdftotext: the head's numbers are text that can be found.

use std::process::Command;

use crate::runner::{analyze, project};

/// The text of a PDF, in one line.
fn text(pdf: &std::path::Path) -> String {
    let done = Command::new("pdftotext")
        .arg(pdf)
        .arg("-")
        .output()
        .expect("pdftotext is installed: apt-get install poppler-utils");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("UTF-8").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_heads_numbers_are_found_in_the_pdf() {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    let text = text(&done.out.join("report.pdf"));
    for pointer in [
        "/coverage/sentence",
        "/mode_windows/sentence",
        "/destructive_actions/sentence",
        "/deadlines_sentence",
        "/act_before/recoverable_until",
        "/mode_windows/windows/0/window_id",
    ] {
        let fact = done.summary(pointer);
        let fact = fact.as_str().unwrap_or_else(|| panic!("{pointer} is text"));
        assert!(text.contains(fact), "{pointer}: {fact}");
    }
}

#[test]
fn its_fonts_are_embedded_and_its_pages_few() {
    let done = analyze(&project().join("sample-logs/demo"), &[]);
    let run = |program: &str| {
        let out = Command::new(program).arg(done.out.join("report.pdf")).output().expect("poppler-utils");
        assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let fonts = run("pdffonts");
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 2, "{fonts}");
    for row in rows {
        // … emb sub uni object ID
        let words: Vec<&str> = row.split_whitespace().rev().collect();
        assert_eq!(words.get(2..5), Some(&["yes", "yes", "yes"][..]), "{fonts}");
    }
    let info = run("pdfinfo");
    let pages = info.lines().find_map(|line| line.strip_prefix("Pages:")).expect("pages").trim();
    assert!(pages.parse::<u32>().is_ok_and(|pages| pages <= 40), "{info}");
}
