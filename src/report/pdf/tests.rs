//! The pages of the fixed report: what stands on them, and how many they are.

use std::collections::BTreeMap;

use super::flow::{self, Colour, Mark};
use super::*;
use crate::model::control::ControlRow;
use crate::model::finding::Incident;
use crate::model::severity::Severity;
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
    let until = head.calls.open_deadlines().next().unwrap().until.to_string();
    assert!(text.contains(&format!("Act before {until}")), "{text}");
    let (_, first) = text.split_once("The head").expect("a head");
    let place = |part: &str| first.find(part).unwrap_or_else(|| panic!("{part}: {first}"));
    let order = [
        "Read 5 objects",
        "3 mode windows",
        "no end seen: unauthorized, used by",
        "Act before",
        "destructive actions succeeded",
        "Findings:",
        "What cannot be seen",
        "not as a digest says",
    ];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{first}");
    for part in
        ["Mode windows", "Incidents", "Findings", "What cannot be seen", "Appendix", "c0ffee", "Conclusion"]
    {
        assert!(text.contains(part), "{part}");
    }
}

/// Every mark of every page.
fn marks_of(report: &Report) -> Vec<Mark> {
    let facts = sample::facts();
    let made = Provenance::of(&facts, "ab".repeat(32));
    let faces = Faces::new();
    pages(&faces, report, &Headline::of(report), &made).pages.into_iter().flatten().collect()
}

/// The colours of the marks that are no text.
fn colours(marks: &[Mark]) -> BTreeMap<Colour, usize> {
    let mut colours = BTreeMap::new();
    for mark in marks {
        if let Mark::Box { colour, .. } | Mark::Shape { colour, .. } = mark {
            *colours.entry(*colour).or_default() += 1;
        }
    }
    colours
}

#[test]
fn the_picture_shows_windows_sessions_calls_rfcs_and_gaps() {
    let report = sample::plain();
    let (_, text) = text_of(&report);
    let parts = ["developer", "direct_change", "sessions", "irreversible", "recoverable", "unknown"];
    for part in parts.iter().chain(&["made again", "attempts", "RFCs", "evidence", "no end seen"]) {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Each thing leaves marks of its colour when it is gone.
    let all = colours(&marks_of(&report));
    let without = |change: fn(&mut Report)| {
        let mut report = sample::plain();
        change(&mut report);
        colours(&marks_of(&report))
    };
    let session = (0x0e, 0x74, 0x90);
    let drawn = |colours: &BTreeMap<Colour, usize>, colour| colours.get(&colour).copied().unwrap_or_default();
    // The legend's own stay: one full session, and one of two lines.
    assert_eq!((drawn(&all, session), drawn(&without(|r| r.sessions.clear()), session)), (6, 3));
    assert!(drawn(&all, flow::GREEN) > drawn(&without(|r| r.rfcs.clear()), flow::GREEN));
    assert!(drawn(&all, flow::AMBER) > drawn(&without(|r| r.coverage.clear()), flow::AMBER), "gaps");
}

#[test]
fn nothing_is_drawn_off_the_paper() {
    let mut far = sample::hostile();
    far.sessions[0].started_at = Some(sample::at("9999-12-31T00:00:00Z"));
    far.rfcs[0].started_at = Some(sample::at("0001-01-01T00:00:00Z"));
    assert!(text_of(&far).1.contains("more than ten years away from the others"));
    for report in [sample::plain(), far] {
        let faces = Faces::new();
        for mark in marks_of(&report) {
            let (left, right, low) = match &mark {
                Mark::Text { at, size, bold, text, .. } => {
                    (at.0, at.0 + faces.of(*bold).width(text, *size), at.1)
                }
                Mark::Box { area, .. } => (area.0, area.0 + area.2, area.1 + area.3),
                Mark::Shape { points, .. } => (
                    points.iter().map(|p| p.0).fold(f32::MAX, f32::min),
                    points.iter().map(|p| p.0).fold(f32::MIN, f32::max),
                    points.iter().map(|p| p.1).fold(f32::MIN, f32::max),
                ),
            };
            let inside = left >= 20.0 && right <= flow::PAPER.0 - 20.0 && low <= flow::PAPER.1;
            let text = if let Mark::Text { text, .. } = &mark { text.as_str() } else { "a shape" };
            assert!(inside, "{left} to {right}, down to {low}: {text}");
        }
    }
}

#[test]
fn the_case_is_on_the_cover_and_on_every_page() {
    let mut report = sample::plain();
    assert!(text_of(&report).1.contains("Case"), "a line to write it on");
    report.scope.case_name = Some("INC-7 \u{202e}night".into());
    report.scope.selections = vec!["Rows of one account only.".to_owned()];
    let (_, text) = text_of(&report);
    assert!(text.contains(r"INC-7 \u{202e}night"), "{text}");
    assert!(text.contains("Left out Rows of one account only."), "{text}");
    assert_eq!(text.matches(" Case ").count(), 1, "it is not to be written by hand: {text}");
    let facts = sample::facts();
    assert!(foot(&report, &Provenance::of(&facts, "ab".repeat(32))).ends_with("case INC-7 \u{202e}night"));
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
    report.incidents = vec![incident; 3_000].into();
    report.scope.selections = vec!["word ".repeat(3_000); 3_000];
    let (pages, text) = text_of(&report);
    assert!((20..=PAGES_MAX).contains(&pages), "{pages}");
    assert!(text.contains("more rows; all of them are in the table mode_windows."));
    assert!(text.contains("more, in summary.json."));
}

#[test]
fn the_appendix_says_how_far_to_trust_it_and_how_it_was_made() {
    let (_, text) = text_of(&sample::plain());
    let (_, text) = text.split_once("Appendix: integrity").expect("an appendix");
    for part in [
        "modified 1 a digest lists another hash for it",
        "2025-03-04 2025-03-20",
        "those built into devtrail 0.1.0",
        "Options --as-of 2025-03-20T18:00:00Z",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_table_of_windows_names_who_used_them() {
    let mut report = sample::plain();
    report.windows.truncate(1);
    report.windows[0].actors = ["ann", "ben", "cho", "dan", "eve"].map(Into::into).into();
    let (_, text) = text_of(&report);
    let (_, table) = text.split_once("authorization_ reason").expect("the table of windows");
    assert!(table.contains("ann, ben, cho, dan and 1 more"), "{table}");
}

#[test]
fn no_exception_to_a_control_gives_way_to_one_that_passes() {
    let mut report = sample::plain();
    let (exception, passed) = (report.controls[0].clone(), report.controls[1].clone());
    let named = |row: &ControlRow, n: usize| ControlRow { control: format!("C-{n}").into(), ..row.clone() };
    // Passing ones stand first in the table.
    report.controls = (0..200).map(|n| named(&passed, n)).collect();
    report.controls.extend((200..320).map(|n| named(&exception, n)));
    let (_, text) = text_of(&report);
    for n in 200..320 {
        assert!(text.contains(&format!(" C-{n} ")), "C-{n}");
    }
    assert!(!text.contains(" C-7 "), "one that passed");
    assert!(text.contains("200 controls (200 of nist_800_53_r5)"), "{text}");
}

#[test]
fn incidents_and_deadlines_that_are_critical_come_first() {
    let mut report = sample::plain();
    let one = report.incidents[0].clone();
    let incident = |actor: &str, severity, next_deadline| Incident {
        actor: Some(actor.into()),
        severity,
        next_deadline,
        ..one.clone()
    };
    report.incidents = vec![incident("many", Severity::High, one.next_deadline); 400].into();
    report.incidents.push(incident("the-critical-one", Severity::Critical, None));
    let (_, text) = text_of(&report);
    let (_, listed) = text.split_once("Incidents, by what").expect("the section");
    assert!(listed.find("the-critical-one") < listed.find("many"), "{listed}");
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
