//! The pages of the fixed report: what stands on them, and how many they are.

use super::flow::Mark;
use super::*;
use crate::model::finding::Incident;
use crate::report::sample;

/// Pages that a PDF may have.
const PAGES_MAX: usize = 40;

fn text_of(report: &Report) -> (usize, String) {
    let facts = sample::facts();
    let made = Provenance::of(&facts, "ab".repeat(32));
    let faces = Faces::new();
    let flow = pages(&faces, report, &Headline::of(report), &made);
    let texts = flow.pages.iter().flatten().filter_map(|mark| match mark {
        Mark::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    (flow.pages.len(), texts.collect::<Vec<_>>().join(" "))
}

fn bytes_of(report: &Report) -> Vec<u8> {
    let facts = sample::facts();
    let made = Provenance::of(&facts, "ab".repeat(32));
    let mut out = Vec::new();
    write(report, &Headline::of(report), &made, &mut out).unwrap();
    out
}

#[test]
fn it_says_what_the_head_says() {
    let report = sample::plain();
    let head = Headline::of(&report);
    let (_, text) = text_of(&report);
    for sentence in [&head.coverage, &head.windows_sentence, &head.destructive_sentence, &head.counts] {
        assert!(text.contains(sentence.as_str()), "{sentence}");
    }
    let until = head.open_deadlines().next().unwrap().until.to_string();
    assert!(text.contains(&format!("Act before {until}")), "{text}");
    for part in
        ["Mode windows", "Incidents", "Findings", "What cannot be seen", "Appendix", "c0ffee", "Conclusion"]
    {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn hostile_text_is_drawn_as_text() {
    let report = sample::hostile();
    let (_, text) = text_of(&report);
    assert!(text.contains(r"\u{202e}") && text.contains("<script>"), "it is shown");
    assert!(!text.chars().any(|c| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}')));
    let bytes = bytes_of(&report);
    for forbidden in [&b"/JavaScript"[..], b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile"] {
        assert!(!bytes.windows(forbidden.len()).any(|window| window == forbidden), "{forbidden:?}");
    }
}

#[test]
fn a_large_report_is_summarised_and_says_where_the_rest_is() {
    let mut report = sample::hostile();
    let many = |n: usize| std::iter::repeat_n(n, 3_000);
    report.windows = many(0).map(|n| report.windows[n].clone()).collect();
    report.findings = many(0).map(|n| report.findings[n].clone()).collect();
    report.destructive = many(1).map(|n| report.destructive[n].clone()).collect();
    let incident: Incident = report.incidents[0].clone();
    report.incidents = vec![incident; 3_000];
    report.scope.selections = vec!["word ".repeat(3_000); 3_000];
    let (pages, text) = text_of(&report);
    assert!((20..=PAGES_MAX).contains(&pages), "{pages}");
    assert!(text.contains("more rows; all of them are in the table mode_windows."));
    assert!(text.contains("more, in summary.json."));
}

#[test]
fn an_empty_report_says_that_nothing_was_read() {
    let (pages, text) = text_of(&Report::default());
    assert!(text.contains("Nothing was read"), "{text}");
    assert!(pages <= 4, "{pages}");
}

#[test]
fn equal_reports_give_equal_bytes() {
    let report = sample::hostile();
    let first = bytes_of(&report);
    assert!(first.starts_with(b"%PDF-"));
    assert!(first == bytes_of(&report));
}
