//! Table `timeline`: the merged story.

use crate::model::report::Report;
use crate::model::timeline::TimelineEntry;
use crate::report::column::{Cell, Column, Table, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    Table::over("timeline", "one row per thing that happened, in order", COLUMNS, &report.timeline)
}

const COLUMNS: &[Column<TimelineEntry>] = &[
    Column::int("seq", "place in the story, from 1", |_| Cell::Place),
    Column::time("time", "when, UTC", |t| moment(t.time)),
    Column::text("kind", "what kind of thing happened", |t| word(t.kind.as_str())),
    Column::text("account_id", "account it concerns", |t| maybe(&t.account_id)),
    Column::text("region", "region it concerns", |t| maybe(&t.region)),
    Column::text("mode", "mode it concerns", |t| maybe(&t.mode)),
    Column::text("actor", "who did it", |t| maybe(&t.actor)),
    Column::text("summary", "what happened, in one sentence", |t| text(&t.summary)),
    Column::text("severity", "how grave it is", |t| word(t.severity.as_str())),
    Column::text("window_id", "window it belongs to", |t| maybe(&t.window_id)),
    Column::text("session_id", "session it belongs to", |t| maybe(&t.session_id)),
    Column::text("rfc_id", "RFC it belongs to", |t| maybe(&t.rfc_id)),
    Column::text("event_id", "event that shows it", |t| maybe(&t.event_id)),
    Column::text("finding_id", "finding that it is", |t| maybe(&t.finding_id)),
    Column::text("source_object", "object that shows it; empty for an absence", |t| {
        t.evidence.as_ref().map_or(Cell::Empty, |evidence| text(&evidence.object))
    }),
    Column::int("source_record", "0-based ordinal of the record that shows it", |t| {
        number(t.evidence.as_ref().map(|evidence| evidence.record))
    }),
    Column::text("source_grade", "how well the source of its event is anchored; empty if it has none", |t| {
        t.source_grade.map_or(Cell::Empty, |grade| word(grade.as_str()))
    }),
];
