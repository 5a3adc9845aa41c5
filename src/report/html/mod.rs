//! report.html: one self-contained page for people.
//!
//! Owns: the page's sections, its style and script, and the policy that keeps
//! it from loading or running anything else. Text of the evidence reaches the
//! page only as `view::Shown`, and the template escapes it again for HTML.

mod axis;
mod picture;
mod shown;
mod since;
mod view;

use askama::Template;
use sha2::{Digest, Sha256};

use crate::model::count::grouped;
use crate::model::report::Report;
use crate::report::headline::Headline;
use picture::Picture;
use since::SinceView;
use view::{DeadlineView, Shown, TableView};

/// The file's name in the output folder.
pub const FILE: &str = "report.html";

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
struct Page {
    policy: String,
    act_before: Option<DeadlineView>,
    coverage: Shown,
    facts: Vec<Shown>,
    cards: Vec<Card>,
    not_covered: Vec<Shown>,
    open_windows: Vec<Shown>,
    deadlines: Vec<DeadlineView>,
    deadlines_note: String,
    since: Option<SinceView>,
    picture: Picture,
    tables: Vec<TableView>,
    style: &'static str,
    script: &'static str,
}

/// One number of the head.
struct Card {
    label: &'static str,
    value: String,
    note: String,
    tone: &'static str,
}

/// The file's content.
pub fn render(report: &Report, head: &Headline<'_>) -> String {
    let open: Vec<_> = head.open_deadlines().collect();
    let facts = [&head.windows_sentence, &head.destructive_sentence].into_iter();
    let facts = facts.chain(&head.deadlines_sentence).chain([&head.counts]);
    let page = Page {
        policy: policy(),
        act_before: open.first().map(|deadline| DeadlineView::of(deadline)),
        coverage: Shown::of(&head.coverage),
        facts: facts.map(|text| Shown::of(text)).collect(),
        cards: cards(head),
        not_covered: head.not_covered.iter().map(|text| Shown::of(text)).collect(),
        open_windows: head
            .open_windows
            .iter()
            .map(|window| view::open_window(window, report.scope.account_names.get(&window.account_id)))
            .collect(),
        deadlines: open.iter().take(view::DEADLINES_MAX).map(|deadline| DeadlineView::of(deadline)).collect(),
        deadlines_note: deadlines_note(open.len(), head.deadlines.len()),
        since: report.since.as_ref().map(SinceView::of),
        picture: Picture::of(report, head),
        tables: view::tables(report, head),
        style: STYLE,
        script: SCRIPT,
    };
    page.render().expect("the template writes to memory only, which cannot fail")
}

/// What is said of the deadlines that are not listed.
fn deadlines_note(open: usize, all: usize) -> String {
    let mut sentences = Vec::new();
    if let Some(more) = open.checked_sub(view::DEADLINES_MAX).filter(|more| *more > 0) {
        sentences.push(format!(
            "{} more: sort the destructive actions by recoverable_until.",
            grouped(more as u64)
        ));
    }
    match all - open {
        0 => {}
        1 => sentences.push("1 more has passed.".to_owned()),
        passed => sentences.push(format!("{} more have passed.", grouped(passed as u64))),
    }
    sentences.join(" ")
}

/// Nothing is fetched; only the page's own style and script are in force.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

fn cards(head: &Headline<'_>) -> Vec<Card> {
    let card = |label, value: u64, note: String, tone| {
        let tone = if value == 0 { "calm" } else { tone };
        Card { label, value: grouped(value), note, tone }
    };
    let (windows, calls) = (head.windows, head.destructive);
    let open = head.open_deadlines().count() as u64;
    let severe: u64 = head.findings.iter().take(2).map(|(_, count)| count).sum();
    let mut findings: Vec<_> = head
        .findings
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{} {severity}", grouped(*count)))
        .collect();
    if head.suppressed > 0 {
        findings.push(format!("{} suppressed", grouped(head.suppressed)));
    }
    let losses = head.losses() as u64;
    vec![
        card(
            "windows with no end seen",
            windows.open,
            format!("of {} in all", grouped(windows.total)),
            "warn",
        ),
        card(
            "windows unauthorized",
            windows.unauthorized,
            format!("{} authorized, {} unknown", grouped(windows.authorized), grouped(windows.unknown)),
            "bad",
        ),
        card(
            "destructive actions",
            calls.succeeded,
            format!("{} in a mode, {} attempts more", grouped(calls.in_mode), grouped(calls.attempts)),
            "warn",
        ),
        card(
            "irreversible",
            calls.irreversible,
            format!("{} recoverable, {} undone", grouped(calls.recoverable), grouped(calls.undone)),
            "bad",
        ),
        card(
            "deadlines open",
            open,
            format!("{} passed", grouped(head.deadlines.len() as u64 - open)),
            "warn",
        ),
        card("findings high or critical", severe, findings.join(", "), "bad"),
        card(
            "losses of evidence",
            losses,
            match head.gaps.len() {
                1 => "1 stretch without evidence".to_owned(),
                gaps => format!("{} stretches without evidence", grouped(gaps as u64)),
            },
            "warn",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn page_of(report: &Report) -> String {
        render(report, &Headline::of(report))
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_policy_allows_exactly_what_the_page_holds() {
        let page = page_of(&sample::plain());
        for (open, close, text) in [("<style>", "</style>", STYLE), ("<script>", "</script>", SCRIPT)] {
            let (_, rest) = page.split_once(open).expect("the block is there");
            let (block, _) = rest.split_once(close).expect("it ends");
            assert_eq!(block, text);
            assert!(page.contains(&base64(&Sha256::digest(block.as_bytes()))));
        }
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("<style").count(), 1);
        assert!(!page.contains(" style=") && !page.contains(" onclick="));
    }

    #[test]
    fn nothing_is_fetched() {
        for report in [Report::default(), sample::plain()] {
            let page = page_of(&report);
            for forbidden in ["http:", "https:", "src=", "@import", "<link", "<iframe", "url(\"", "fetch("] {
                assert!(!page.contains(forbidden), "{forbidden}");
            }
        }
    }

    #[test]
    fn no_markup_comes_out_of_the_evidence() {
        let (page, plain) = (page_of(&sample::hostile()), page_of(&sample::plain()));
        for forbidden in ["<script>alert", "<img", "\u{202e}", "\u{200b}", "\x1b", "\0"] {
            assert!(!page.contains(forbidden), "{forbidden:?}");
        }
        assert_eq!(page.matches('<').count(), plain.matches('<').count());
        assert!(page.contains("&#60;script&#62;alert(1)"), "the hostile text is shown");
        assert!(page.contains(r"\u{202e}gnp\u{200b}\u{1b}[31m"));
    }

    #[test]
    fn what_was_read_comes_first_and_every_table_is_there() {
        let page = page_of(&sample::plain());
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is there"));
        assert!(place("Act before <time>") < place("Read 5 objects"));
        assert!(place("Read 5 objects") < place("What cannot be seen"));
        assert!(place("What cannot be seen") < place("<svg"));
        for id in [
            "mode_windows",
            "mode_sessions",
            "destructive_actions",
            "findings",
            "incidents",
            "rfcs",
            "problems",
            "coverage",
            "evidence",
        ] {
            assert!(page.contains(&format!("<section id=\"{id}\"")), "{id}");
        }
    }

    #[test]
    fn incidents_stand_in_the_order_in_which_to_act() {
        let mut report = sample::plain();
        let one = report.incidents[0].clone();
        let mut late = one.clone();
        (late.next_deadline, late.summary) = (None, "no hurry".to_owned());
        report.incidents = vec![late, one];
        let page = page_of(&report);
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is there"));
        assert!(place("jane.roe destroyed 64 things") < place("no hurry"));
        assert_eq!(report.incidents[0].summary, "no hurry", "the table keeps its own order");
    }

    #[test]
    fn an_empty_report_is_a_whole_page() {
        let page = page_of(&Report::default());
        assert!(page.contains("Nothing was read"));
        assert!(page.trim_end().ends_with("</html>"));
    }

    #[test]
    fn long_tables_are_cut_and_say_so() {
        let mut report = sample::plain();
        let action = report.destructive[0].clone();
        report.destructive = vec![action; 2_100];
        let page = page_of(&report);
        assert!(page.contains("The first 2,000 of 2,100 rows"), "the note is there");
    }
}
