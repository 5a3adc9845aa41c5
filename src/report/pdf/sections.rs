//! The tables that the PDF shows, summarised.
//!
//! Owns: which tables, in which order, with which columns and rows, and how
//! many pages each may take. A table that a report does not have is left out,
//! as is a column; the appendix lists every table that there is.

use std::collections::BTreeMap;

use crate::model::control::{ControlRow, Verdict};
use crate::model::count::{counted, grouped};
use crate::model::report::Report;
use crate::report::column::{Cell, Table};
use crate::report::escape::shorten;
use crate::report::headline::{Headline, LISTED_MAX};
use crate::report::tables::{self, controls, destructive, findings, incidents, windows};

use super::flow::{Flow, PLAIN, SMALL};
use super::grid::{Lane, grid};

/// Actors named in a cell.
const ACTORS_MAX: usize = 4;
/// Characters of a cell.
const CELL_CHARS_MAX: usize = 260;

/// One table of the PDF.
struct Section {
    /// The table's name.
    table: &'static str,
    /// The heading above it.
    title: &'static str,
    /// Its columns and their width in points, all in all that of the page, about;
    /// empty for the first six, alike.
    columns: &'static [(&'static str, f32)],
    /// The table with the rows to show, in their order; `None` for all, in that of
    /// the table.
    rows: Option<for<'a> fn(&'a Report, &'a Headline<'a>) -> Table<'a>>,
    /// How many pages it may take.
    pages_max: usize,
    /// What is said of the rows that are left out on purpose, one sentence each.
    left_out: fn(&Report) -> Vec<String>,
}

const SECTIONS: &[Section] = &[
    Section {
        table: "mode_windows",
        title: "Mode windows",
        columns: &[
            ("account_id", 54.0),
            ("mode", 47.0),
            ("opened_at", 46.0),
            ("opened_bound", 42.0),
            ("closed_at", 48.0),
            ("authorization", 55.0),
            ("authorization_reason", 70.0),
            ("actors", 72.0),
            ("destructive_actions", 40.0),
            ("window_id", 68.0),
        ],
        rows: Some(|_, head| {
            windows::of((head.ordered_windows.len(), || head.ordered_windows.iter().copied()))
        }),
        pages_max: 4,
        left_out: nothing,
    },
    Section {
        table: "incidents",
        title: "Incidents, by what must be acted on first",
        columns: &[
            ("next_deadline", 44.0),
            ("severity", 50.0),
            ("started_at", 44.0),
            ("account_id", 52.0),
            ("actor", 66.0),
            ("summary", 190.0),
            ("incident_id", 65.0),
        ],
        rows: Some(|_, head| incidents::of((head.incidents.len(), || head.incidents.iter()))),
        pages_max: 5,
        left_out: nothing,
    },
    Section {
        table: "findings",
        title: "Findings, gravest first",
        columns: &[
            ("severity", 50.0),
            ("title", 82.0),
            ("account_id", 52.0),
            ("time", 44.0),
            ("actor", 66.0),
            ("summary", 152.0),
            ("finding_id", 65.0),
        ],
        rows: Some(|_, head| {
            let raised = || head.claims.first.iter().filter(|one| one.suppression.is_none());
            let all = head.findings.iter().map(|(_, count)| count).sum();
            findings::of((raised().count(), move || raised().map(|one| &**one))).of_all(Some(all))
        }),
        pages_max: 5,
        left_out: nothing,
    },
    Section {
        table: "controls",
        title: "Controls, exceptions first",
        columns: &[
            ("framework", 74.0),
            ("control", 62.0),
            ("title", 181.0),
            ("findings", 40.0),
            ("suppressed", 48.0),
            ("rules", 106.0),
        ],
        rows: Some(|report, _| {
            let exception = |row: &&ControlRow| row.verdict == Verdict::ExceptionsFound;
            let rows = move || report.controls.iter().filter(exception);
            controls::of((rows().count(), rows))
        }),
        pages_max: 6,
        left_out: other_controls,
    },
    Section {
        table: "destructive_actions",
        title: "Destructive actions that succeeded, gravest first",
        columns: &[
            ("event_time", 44.0),
            ("severity", 50.0),
            ("event_name", 76.0),
            ("account_id", 52.0),
            ("actor", 66.0),
            ("mode", 45.0),
            ("reversibility", 64.0),
            ("recoverable_until", 46.0),
            ("resources", 80.0),
        ],
        rows: Some(|_, head| {
            let gravest = &head.calls.gravest;
            let rows = (gravest.len(), || gravest.iter().map(|one| &**one));
            destructive::of(rows).of_all(Some(head.destructive.succeeded))
        }),
        pages_max: 5,
        left_out: nothing,
    },
    Section { table: "actors", title: "Actors", columns: &[], rows: None, pages_max: 2, left_out: nothing },
];

const fn nothing(_: &Report) -> Vec<String> {
    Vec::new()
}

/// How many controls have no exception, framework by framework, and how many could
/// not be assessed.
fn other_controls(report: &Report) -> Vec<String> {
    let told = |verdict, what: &str| {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for control in report.controls.iter().filter(|control| control.verdict == verdict) {
            *counts.entry(&*control.framework).or_default() += 1;
        }
        let of = |(framework, count): (&&str, &u64)| format!("{} of {framework}", grouped(*count));
        let each: Vec<String> = counts.iter().map(of).collect();
        let all = counted(counts.values().sum(), "control");
        (!each.is_empty()).then(|| format!("{what}: {all} ({}).", each.join(", ")))
    };
    [
        told(
            Verdict::NoneFound,
            "No exception found in covered evidence, which is no proof that there is none",
        ),
        told(Verdict::NotAssessable, "Not assessable, as evidence lacks"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Draws every section whose table has rows.
pub(super) fn draw(flow: &mut Flow<'_>, report: &Report, head: &Headline<'_>) {
    let tables = tables::all(report);
    for section in SECTIONS {
        if let Some(table) = tables.iter().find(|table| table.name == section.table) {
            let chosen = section.rows.map(|rows| rows(report, head));
            section.draw(flow, report, chosen.as_ref().unwrap_or(table));
        }
    }
}

impl Section {
    fn draw(&self, flow: &mut Flow<'_>, report: &Report, table: &Table<'_>) {
        let left_out = (self.left_out)(report);
        if table.rows() == 0 && left_out.is_empty() {
            return;
        }
        flow.heading(self.title);
        if table.rows() == 0 {
            flow.paragraph(PLAIN, "None.");
            left_out.iter().for_each(|sentence| flow.item(sentence));
            return;
        }
        let columns = self.columns(table);
        let lanes: Vec<Lane> =
            columns.iter().map(|(_, title, share)| Lane { title, share: *share }).collect();
        let mut rows: Vec<Vec<String>> = Vec::new();
        table.each_while(|row| {
            rows.push(columns.iter().map(|(place, name, _)| print(row.cell(*place), name)).collect());
            rows.len() < LISTED_MAX
        });
        let shown = grid(flow, &lanes, rows.into_iter(), self.pages_max);
        let more = table.rows() - shown;
        let rest = match more {
            0 => format!("All columns are in the table {}.", self.table),
            more => format!(
                "… and {} more rows; all of them are in the table {}.",
                grouped(more as u64),
                self.table
            ),
        };
        flow.paragraph(SMALL, &rest);
        left_out.iter().for_each(|sentence| flow.item(sentence));
    }

    /// Place, name and share of the columns that the table has.
    fn columns(&self, table: &Table<'_>) -> Vec<(usize, &'static str, f32)> {
        const FIRST: usize = 6;
        if self.columns.is_empty() {
            return table
                .columns
                .iter()
                .take(FIRST)
                .enumerate()
                .map(|(at, head)| (at, head.name, 1.0))
                .collect();
        }
        self.columns.iter().filter_map(|(name, share)| Some((table.column(name)?, *name, *share))).collect()
    }
}

/// The text of a cell, short.
fn print(cell: Cell<'_>, name: &str) -> String {
    match cell {
        Cell::Empty | Cell::Place if name == "closed_at" => "no end seen".to_owned(),
        Cell::Empty | Cell::Place => String::new(),
        Cell::Text(text) => shorten(&text, CELL_CHARS_MAX).into_owned(),
        Cell::Int(number) => grouped(number),
        Cell::Time(time) => time.to_string().replace('T', " "),
        Cell::Bool(truth) => truth.to_string(),
        Cell::List(items) => {
            // Who used a window is what is asked first.
            let named = if name == "actors" { ACTORS_MAX } else { 1 };
            let first: Vec<_> = items.iter().take(named).map(|item| shorten(item, CELL_CHARS_MAX)).collect();
            let first = first.join(", ");
            match items.len().saturating_sub(named) {
                0 => first,
                more => format!("{first} and {} more", grouped(more as u64)),
            }
        }
    }
}
