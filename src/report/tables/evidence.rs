//! Table `evidence`: one row per object found, read or not.

use crate::model::object::Object;
use crate::model::report::Report;
use crate::report::column::{Cell, Column, Table, hash, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    Table::over("evidence", "one row per object found, read or not", COLUMNS, &report.objects)
}

const COLUMNS: &[Column<Object>] = &[
    Column::text("source_object", "path inside the dump, `outer!inner` for archives", |o| text(&o.path)),
    Column::text("sha256", "SHA-256 of the bytes as stored, lower-case hex", |o| hash(o.sha256)),
    Column::text("inflated_sha256", "SHA-256 of the inflated content, lower-case hex", |o| {
        hash(o.inflated_sha256)
    }),
    Column::int("bytes", "size as stored, in bytes", |o| number(o.bytes)),
    Column::int("inflated_bytes", "size inflated, in bytes, as far as it was inflated", |o| {
        number(o.inflated_bytes)
    }),
    Column::text("format", "the form its content was read as; empty if none was recognised", |o| {
        text(&o.format)
    }),
    Column::text("account_id", "account of its key, else of its records if they agree", |o| {
        maybe(&o.account_id)
    }),
    Column::text("region", "region of its key, else of its records if they agree", |o| maybe(&o.region)),
    Column::int("records", "records decoded, duplicates included", |o| number(o.records)),
    Column::int("duplicates", "records that are copies of an event kept from another object", |o| {
        number(o.duplicates)
    }),
    Column::int("rejected", "entries that could not be decoded", |o| number(o.rejected)),
    Column::time("first_event_time", "earliest event time in it, UTC", |o| moment(o.first_event_time)),
    Column::time("last_event_time", "latest event time in it, UTC", |o| moment(o.last_event_time)),
    Column::text("status", "read, partial, unreadable, not_evidence or empty", |o| word(o.status.as_str())),
    Column::text("integrity", "what the digests say of it; empty for what no digest ever covers", |o| {
        o.integrity.map_or(Cell::Empty, |integrity| word(integrity.as_str()))
    }),
    Column::text("note", "why, in words", |o| text(&o.note)),
];
