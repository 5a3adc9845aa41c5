//! Table `controls`: what the findings come to, control by control.

use std::borrow::Borrow;

use crate::model::control::ControlRow;
use crate::model::report::Report;
use crate::report::column::{Column, Table, list, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    of((report.controls.len(), || report.controls.iter()))
}

/// The table of such rows.
pub(in crate::report) fn of<'a, I: Iterator<Item: Borrow<ControlRow>>>(
    rows: (usize, impl Fn() -> I + Sync + 'a),
) -> Table<'a> {
    let about = "one row per control of a framework that a rule bears on";
    Table::made("controls", about, COLUMNS, rows)
}

const COLUMNS: &[Column<ControlRow>] = &[
    Column::text("framework", "framework with its version; other = named by a rule of yours only", |c| {
        text(&c.framework)
    }),
    Column::text("control", "id of the control in that framework", |c| text(&c.control)),
    Column::text("title", "short name of ours, no text of the standard", |c| text(&c.title)),
    Column::list("rules", "rules that bear on it", |c| list(&c.rules)),
    Column::int("findings", "findings of these rules that nobody suppressed, attempts included", |c| {
        number(c.findings)
    }),
    Column::text("verdict", "exceptions_found, none_found (in covered evidence) or not_assessable", |c| {
        word(c.verdict.as_str())
    }),
    Column::text("coverage", "what the verdict rests on, and which rules could not be judged", |c| {
        text(&c.coverage)
    }),
    Column::int("suppressed", "findings that the policy suppresses; they are exceptions all the same", |c| {
        number(c.suppressed)
    }),
    Column::list("rules_not_assessed", "rules for which evidence is lacking", |c| {
        list(&c.rules_not_assessed)
    }),
    Column::list(
        "finding_ids",
        "the findings, attempts and suppressed ones included; the first 10,000",
        |c| list(&c.finding_ids),
    ),
];
