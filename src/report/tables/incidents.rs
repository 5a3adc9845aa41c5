//! Table `incidents`: destructive calls and findings of one actor, gathered.

use std::borrow::Borrow;

use crate::model::finding::Incident;
use crate::model::report::Report;
use crate::report::column::{Column, Table, list, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    of((report.incidents.len(), || report.incidents.iter()))
}

/// The table of such rows.
pub(in crate::report) fn of<'a, I: Iterator<Item: Borrow<Incident>>>(
    rows: (usize, impl Fn() -> I + Sync + 'a),
) -> Table<'a> {
    let about = "one row per run of calls and findings of one actor in one account with gaps under an hour";
    Table::made("incidents", about, COLUMNS, rows)
}

const COLUMNS: &[Column<Incident>] = &[
    Column::text("incident_id", "stable id of the incident", |i| text(&i.incident_id)),
    Column::text("account_id", "the account", |i| maybe(&i.account_id)),
    Column::text("actor", "person or thing behind it", |i| maybe(&i.actor)),
    Column::text("mode", "mode used, if one was", |i| maybe(&i.mode)),
    Column::time("started_at", "its first call, UTC", |i| moment(i.started_at)),
    Column::time("ended_at", "its last call, UTC", |i| moment(i.ended_at)),
    Column::text("severity", "the gravest of its parts", |i| word(i.severity.as_str())),
    Column::int("actions", "destructive calls that succeeded", |i| number(i.actions)),
    Column::int("attempts", "destructive calls that were denied, failed or tests", |i| number(i.attempts)),
    Column::int("resources", "things destroyed", |i| number(i.resources)),
    Column::int("irreversible", "calls that cannot be undone", |i| number(i.irreversible)),
    Column::int("recoverable", "calls that can be undone while a call or copy lasts", |i| {
        number(i.recoverable)
    }),
    Column::time("next_deadline", "the nearest deadline for recovery that is open, UTC", |i| {
        moment(i.next_deadline)
    }),
    Column::list("finding_ids", "its findings", |i| list(&i.finding_ids)),
    Column::list("window_ids", "windows it belongs to", |i| list(&i.window_ids)),
    Column::list("session_ids", "sessions it belongs to", |i| list(&i.session_ids)),
    Column::text("summary", "what happened, in one sentence", |i| text(&i.summary)),
];
