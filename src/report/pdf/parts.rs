//! The cover and the head.
//!
//! Owns: what stands on them and in which order. The facts are the headline's.

use crate::model::count::{counted, grouped};
use crate::model::id::AccountId;
use crate::model::mode::Authorization;
use crate::model::report::Report;
use crate::report::escape::shorten;
use crate::report::headline::{DeadlineGroup, Headline, window_line};
use crate::report::provenance::Provenance;

use super::flow::{BLUE, Flow, GREY, INK, MARGIN, Mark, PLAIN, RED, SMALL, Style, WIDTH};
use super::grid::{Lane, grid};

/// Characters of one text.
const TEXT_CHARS_MAX: usize = 900;
/// Accounts and regions named on the cover.
const NAMES_MAX: usize = 40;
/// Sentences on what cannot be seen.
const SENTENCES_MAX: usize = 24;
/// Lines of deadlines listed.
const DEADLINES_MAX: usize = 12;
/// Deadlines that stand in the head.
const ACT_MAX: usize = 3;
/// Windows that stand in the head.
const WINDOWS_MAX: usize = 6;
/// Characters of the name of the case.
const CASE_CHARS_MAX: usize = 160;
/// Sentences on the cover about what was left out by flags.
const SELECTIONS_MAX: usize = 3;
/// What is written on the cover by hand.
const SIGNED: [&str; 5] = ["Conclusion", "Prepared by", "Date, signature", "Reviewed by", "Date, signature"];

/// The first page: what this is about, and where to sign.
pub(super) fn cover(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>, made: &Provenance<'_>) {
    let scope = &report.scope;
    flow.gap(70.0);
    flow.text(
        (MARGIN.0, flow.y),
        Style { size: 26.0, bold: true, colour: BLUE },
        "Audit of privileged modes",
    );
    flow.gap(22.0);
    let about =
        "AMS Developer mode, Direct Change mode and what was destroyed, told from exported logs alone";
    flow.paragraph(Style { size: 11.0, bold: false, colour: GREY }, about);
    flow.gap(26.0);
    if let Some(case) = &scope.case_name {
        let style = Style { size: 13.0, bold: true, colour: INK };
        flow.labelled("Case", style, &shorten(case, CASE_CHARS_MAX));
        flow.gap(6.0);
    }
    flow.labelled("What was read", PLAIN, &short(&head.coverage));
    let account = |id: &AccountId| match scope.account_names.get(id) {
        Some(name) => format!("{id} ({})", shorten(name, 60)),
        None => id.to_string(),
    };
    flow.labelled("Accounts", PLAIN, &listed(scope.accounts.iter().map(account)));
    flow.labelled("Regions", PLAIN, &listed(scope.regions.iter().map(ToString::to_string)));
    for (label, time) in [
        ("First event, UTC", scope.first_event_time),
        ("Last event, UTC", scope.last_event_time),
        ("Told for, UTC", scope.as_of),
    ] {
        flow.labelled(label, PLAIN, &time.map_or_else(|| "none".to_owned(), |time| time.to_string()));
    }
    for selection in scope.selections.iter().take(SELECTIONS_MAX) {
        flow.labelled("Left out", PLAIN, &short(selection));
    }
    for (label, text) in made.lines() {
        flow.labelled(label, PLAIN, &text);
    }
    flow.gap(30.0);
    // A case that was named is not to be written by hand.
    let written: &[&str] = if scope.case_name.is_none() { &["Case"] } else { &[] };
    for label in written.iter().chain(&SIGNED) {
        flow.gap(24.0);
        flow.text((MARGIN.0, flow.y), Style { size: 9.0, bold: true, colour: INK }, label);
        flow.mark(Mark::Box { area: (MARGIN.0 + 128.0, flow.y + 1.0, WIDTH - 128.0, 0.6), colour: GREY });
    }
    flow.turn();
}

/// The head facts: what a reader must know first.
pub(super) fn first_things(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>) {
    flow.heading("The head");
    flow.paragraph(PLAIN, &short(&head.coverage));
    flow.gap(4.0);
    flow.item(&short(&head.windows_sentence));
    windows(flow, report, head);
    for group in head.act_first(ACT_MAX) {
        flow.paragraph(Style { size: 10.0, bold: true, colour: RED }, &short(&act_line(group)));
        flow.gap(4.0);
    }
    let findings: Vec<_> =
        head.findings.iter().map(|(severity, count)| format!("{} {severity}", grouped(*count))).collect();
    for sentence in [
        Some(head.destructive_sentence.clone()),
        head.deadlines_sentence.clone(),
        Some(format!(
            "Findings: {}; {} more accepted by the policy.",
            findings.join(", "),
            grouped(head.suppressed)
        )),
        Some(format!("{}.", counted(head.incidents.len() as u64, "incident"))),
        Some(head.counts.clone()),
    ] {
        sentence.iter().for_each(|sentence| flow.item(&short(sentence)));
    }
    flow.heading("What cannot be seen in the evidence");
    let (first, more) = head.not_covered_first(SENTENCES_MAX);
    first.iter().for_each(|sentence| flow.item(&short(sentence)));
    match (first.len(), more.len()) {
        (0, _) => flow.paragraph(PLAIN, "Nothing that the tool knows to look for."),
        (_, 0) => {}
        (_, more) => flow.paragraph(SMALL, &format!("… and {more} more, in summary.json.")),
    }
    deadlines(flow, head);
}

/// The windows to look at first, each with who used it.
fn windows(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>) {
    for window in head.ordered_windows.iter().take(WINDOWS_MAX) {
        let name = report.scope.account_names.get(&window.account_id).map(|name| shorten(name, 60));
        let text = window_line(window, name.as_deref());
        let grave = window.closed_at.is_none() || window.authorization == Authorization::Unauthorized;
        flow.indented(12.0, if grave { Style { bold: true, ..PLAIN } } else { PLAIN }, &short(&text));
        flow.gap(2.0);
    }
    if let Some(more) = head.ordered_windows.len().checked_sub(WINDOWS_MAX).filter(|more| *more > 0) {
        flow.indented(12.0, SMALL, &format!("… and {} more, in the table below.", grouped(more as u64)));
    }
}

/// What is to be done about what, and until when.
fn act_line(group: &DeadlineGroup<'_>) -> String {
    let action = &group.action;
    let of = action.resources.first().map(|name| format!(" of {}", shorten(name, 200))).unwrap_or_default();
    let by = action.actor.as_ref().map(|actor| format!(" by {}", shorten(actor, 100))).unwrap_or_default();
    format!(
        "Act before {}: {}{of}{} in account {}{by}: {}",
        group.until,
        action.event_name,
        group.more(),
        group.account(),
        action.recovery
    )
}

/// All of them, equal ones together.
fn deadlines(flow: &mut Flow<'_>, head: &Headline<'_>) {
    if head.act_before.count == 0 {
        return;
    }
    flow.heading("Open deadlines for recovery");
    let lanes = [
        ("until, UTC", 50.0),
        ("call", 80.0),
        ("account", 54.0),
        ("by", 66.0),
        ("resource", 116.0),
        ("what to do", 145.0),
    ]
    .map(|(title, share)| Lane { title, share });
    let rows = head.act_before.first.iter().take(DEADLINES_MAX).map(|group| {
        let action = &group.action;
        let resource =
            action.resources.first().map(|name| shorten(name, 200).into_owned()).unwrap_or_default();
        vec![
            group.until.to_string().replace('T', " "),
            shorten(&action.event_name, 80).into_owned(),
            group.account().to_owned(),
            action.actor.as_ref().map(|actor| shorten(actor, 100).into_owned()).unwrap_or_default(),
            format!("{resource}{}", group.more()),
            shorten(&action.recovery, 260).into_owned(),
        ]
    });
    let shown = grid(flow, &lanes, rows, 2);
    if head.act_before.count > shown {
        let more = grouped((head.act_before.count - shown) as u64);
        flow.paragraph(SMALL, &format!("… and {more} more lines, in the table destructive_actions."));
    }
}

pub(super) fn short(text: &str) -> String {
    shorten(text, TEXT_CHARS_MAX).into_owned()
}

/// The items in one text, cut short with their number.
fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(NAMES_MAX);
    let mut shown: Vec<String> = items.take(NAMES_MAX).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}
