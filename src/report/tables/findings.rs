//! Table `findings`: claims of the tool, each with its evidence.

use std::borrow::{Borrow, Cow};

use crate::model::evidence::Evidence;
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::report::column::{Cell, Column, Table, list, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    of((report.findings.len(), || report.findings.iter()))
}

/// The table of such rows.
pub(in crate::report) fn of<'a, I: Iterator<Item: Borrow<Finding>>>(
    rows: (usize, impl Fn() -> I + Sync + 'a),
) -> Table<'a> {
    let about = "one row per claim of the tool";
    Table::made("findings", about, COLUMNS, rows)
}

const COLUMNS: &[Column<Finding>] = &[
    Column::text("finding_id", "stable id of the finding", |f| text(&f.finding_id)),
    Column::text("rule_id", "rule or correlation that made it", |f| text(&f.rule_id)),
    Column::text("title", "title of the rule; `Attempt: ` stands before it where nothing was done", |f| {
        text(&f.title)
    }),
    Column::text("severity", "how grave it is", |f| word(f.severity.as_str())),
    Column::text("account_id", "account it concerns", |f| maybe(&f.account_id)),
    Column::text("mode", "mode it concerns", |f| maybe(&f.mode)),
    Column::time("time", "when it begins, UTC", |f| moment(f.time)),
    Column::time("end_time", "when it ends, UTC, if it has an end", |f| moment(f.end_time)),
    Column::text("actor", "person or thing behind it", |f| maybe(&f.actor)),
    Column::text("summary", "the claim in one or two sentences", |f| text(&f.summary)),
    Column::int("count", "how many things it counts", |f| number(f.count)),
    Column::list("event_ids", "events it rests on, the first 100; `count` counts all", |f| {
        list(&f.event_ids)
    }),
    Column::text("window_id", "window it concerns", |f| maybe(&f.window_id)),
    Column::list("session_ids", "sessions it concerns", |f| list(&f.session_ids)),
    Column::list("rfc_ids", "RFCs it concerns", |f| list(&f.rfc_ids)),
    Column::list("technique_ids", "MITRE ATT&CK techniques, version 19", |f| list(&f.technique_ids)),
    Column::list("controls", "controls it bears on", |f| list(&f.controls)),
    Column::text("response", "what to do about it", |f| text(&f.response)),
    Column::text("confidence", "high, medium or low: that of its rule, lowered by its weakest record", |f| {
        word(f.confidence.as_str())
    }),
    Column::text("source_object", "object that holds the record that shows it first", |f| {
        text(&f.evidence.object)
    }),
    Column::int("source_record", "0-based ordinal of that record", |f| number(f.evidence.record)),
    Column::text("confidence_reason", "why it is that sure: its rule, and its weakest record", |f| {
        text(&f.confidence_reason)
    }),
    Column::text("suppressed_by", "who accepted it in the policy; empty if nobody did", |f| {
        f.suppression.as_ref().map_or(Cell::Empty, |suppression| text(&suppression.author))
    }),
    Column::text("suppression_reason", "why it was accepted", |f| {
        f.suppression.as_ref().map_or(Cell::Empty, |suppression| text(&suppression.reason))
    }),
    Column::text("suppression_expires", "last day (UTC) on which it is accepted", |f| {
        let expires = f.suppression.as_ref().map(|suppression| suppression.expires.to_string());
        expires.map_or(Cell::Empty, |day| Cell::Text(day.into()))
    }),
    Column::list("source_records", "records it rests on, as object#ordinal; at most 100", |f| {
        let place = |one: &Evidence| Cow::Owned(format!("{}#{}", one.object.as_str(), one.record));
        Cell::List(f.records.iter().map(place).collect())
    }),
];
