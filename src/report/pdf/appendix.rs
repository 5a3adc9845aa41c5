//! What stands at the end: how far to trust it, how it was made, where the rest is,
//! and how to read it.
//!
//! Owns: what stands there and in which order. The facts are the headline's.

use crate::model::count::grouped;
use crate::model::report::Report;
use crate::report::escape::shorten;
use crate::report::headline::{Headline, none_lacking};
use crate::report::provenance::Provenance;
use crate::report::tables;

use super::flow::{Flow, PLAIN, SMALL};
use super::grid::{Lane, grid};
use super::parts::short;

/// Stretches without evidence listed.
const GAPS_MAX: usize = 40;

/// How far to trust it, and where everything else is.
pub(super) fn draw(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>, made: &Provenance<'_>) {
    integrity(flow, head);
    gaps(flow, report, head);
    problems(flow, head);
    how_made(flow, made);
    tables_behind(flow, report);
    flow.heading("Appendix: how to read it");
    for (word, meaning) in GLOSSARY {
        flow.labelled(word, PLAIN, meaning);
    }
}

/// What digests prove of the objects, verdict by verdict.
fn integrity(flow: &mut Flow<'_>, head: &Headline<'_>) {
    flow.heading("Appendix: integrity of the objects");
    let lanes = [("verdict", 2.0), ("objects", 1.0), ("what it means", 7.0)]
        .map(|(title, share)| Lane { title, share });
    let verdicts = head.objects.verdicts();
    if verdicts.is_empty() {
        flow.paragraph(PLAIN, "No object was found.");
        return;
    }
    let rows =
        verdicts.iter().map(|one| vec![one.word.to_owned(), grouped(one.objects), one.meaning.to_owned()]);
    let _ = grid(flow, &lanes, rows, 1);
}

/// Where evidence is lacking.
fn gaps(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>) {
    flow.heading("Appendix: stretches without evidence");
    if head.stretches.is_empty() {
        flow.paragraph(PLAIN, none_lacking(report));
        return;
    }
    let lanes = [("account", 2.0), ("region", 2.0), ("from", 1.5), ("to", 1.5), ("", 3.0)]
        .map(|(title, share)| Lane { title, share });
    let rows = head.stretches.iter().take(GAPS_MAX).map(|one| {
        vec![
            one.account_id.to_string(),
            shorten(one.region.as_str(), 60).into_owned(),
            one.from.to_string(),
            one.until.to_string(),
            one.place.as_str().to_owned(),
        ]
    });
    let shown = grid(flow, &lanes, rows, 1);
    if head.stretches.len() > shown {
        let more = grouped((head.stretches.len() - shown) as u64);
        flow.paragraph(SMALL, &format!("… and {more} more, in the table coverage."));
    }
}

fn how_made(flow: &mut Flow<'_>, made: &Provenance<'_>) {
    flow.heading("Appendix: how this report was made");
    for (label, text) in made.lines() {
        flow.labelled(label, PLAIN, &text);
    }
    flow.labelled("Options", PLAIN, &short(&made.options()));
}

fn problems(flow: &mut Flow<'_>, head: &Headline<'_>) {
    flow.heading("Problems of the evidence");
    let lanes =
        [("problem", 3.0), ("severity", 1.4), ("evidence lost", 1.4), ("count", 1.0), ("first in", 6.0)]
            .map(|(title, share)| Lane { title, share });
    if head.problems.is_empty() {
        flow.paragraph(PLAIN, "None.");
    } else {
        let rows = head.problems.iter().map(|group| {
            vec![
                group.kind.as_str().to_owned(),
                group.kind.severity().to_string(),
                if group.kind.is_loss() { "yes" } else { "no" }.to_owned(),
                grouped(group.problems.len() as u64),
                group
                    .problems
                    .first()
                    .map(|p| shorten(p.object.as_str(), 200).into_owned())
                    .unwrap_or_default(),
            ]
        });
        let _ = grid(flow, &lanes, rows, 2);
    }
}

fn tables_behind(flow: &mut Flow<'_>, report: &Report) {
    flow.heading("Appendix: the tables behind this summary");
    let text = "Every row of every table names the object and the record it comes from. They are in tables/ as CSV and Parquet and in report.xlsx; SHA256SUMS holds the hash of each file.";
    flow.paragraph(PLAIN, text);
    flow.gap(4.0);
    let lanes =
        [("table", 2.0), ("rows", 1.0), ("what a row is", 7.0)].map(|(title, share)| Lane { title, share });
    let rows = tables::all(report)
        .into_iter()
        .map(|table| vec![table.name.to_owned(), grouped(table.rows() as u64), table.about.to_owned()]);
    let _ = grid(flow, &lanes, rows, 2);
}

const GLOSSARY: &[(&str, &str)] = &[
    ("Times", "UTC throughout; records tell whole seconds, so that within one second no order is known."),
    (
        "Mode window",
        "the stretch in which a privileged mode was open: from the creation of its marker role, or the first sign of it, to the deletion of the last one. No RFC closes a window.",
    ),
    (
        "No end seen",
        "no deletion of the role is in the evidence. It may have been closed where the evidence does not reach.",
    ),
    (
        "Authorization",
        "authorized: an RFC that was carried out explains the opening. Unauthorized: RFC evidence covers the time and holds none.",
    ),
    ("Unknown", "the evidence does not tell; it is never a guess, and never a No."),
    ("Attempt", "a call that was denied, failed or a dry run. It destroyed nothing."),
    ("Irreversible", "nothing in the evidence or in AWS's documentation brings it back."),
    (
        "Hidden text",
        "characters that command, hide or reorder, and those that this document's typeface cannot draw, stand as \\u{…}. Tables in Parquet have the text as recorded.",
    ),
];
