//! Table `problems`: one row per loss or oddity of the evidence.

use crate::model::problem::Problem;
use crate::model::report::Report;
use crate::report::column::{Column, Table, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    Table::of("problems", "one row per loss or oddity of the evidence", COLUMNS, &report.problems)
}

const COLUMNS: &[Column<Problem>] = &[
    Column::text("problem", "what kind of loss or oddity", |p| word(p.kind.as_str())),
    Column::text("severity", "how grave it is", |p| word(p.kind.severity().as_str())),
    Column::text("source_object", "the object concerned", |p| text(&p.object)),
    Column::int("source_record", "0-based ordinal of the record concerned, if it is one", |p| {
        number(p.record)
    }),
    Column::int("byte_offset", "offset in the inflated content, in bytes, if known", |p| {
        number(p.byte_offset)
    }),
    Column::text("detail", "in words; may quote the evidence", |p| text(&p.detail)),
];
