//! Table `coverage`: what was read, per account, region and UTC day.

use std::borrow::Cow;

use crate::model::coverage::CoverageDay;
use crate::model::report::Report;
use crate::report::column::{Cell, Column, Table, list, moment, number, text};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    let about = "one row per account, region and UTC day of which records, digests or deliveries tell, and one per stretch between";
    Table::of("coverage", about, COLUMNS, &report.coverage)
}

const COLUMNS: &[Column<CoverageDay>] = &[
    Column::text("account_id", "the account", |d| text(&d.account_id)),
    Column::text("region", "the region", |d| text(&d.region)),
    Column::text("day", "the UTC day, or the first day of a stretch that nothing tells of", |d| {
        Cell::Text(Cow::Owned(d.day.to_string()))
    }),
    Column::int("objects", "objects that hold a record of that day; 0 = none was read", |d| {
        number(d.objects)
    }),
    Column::int("records", "records of that day, duplicates included", |d| number(d.records)),
    Column::time("first_event_time", "earliest event time of that day, UTC", |d| moment(d.first_event_time)),
    Column::time("last_event_time", "latest event time of that day, UTC", |d| moment(d.last_event_time)),
    Column::int("digest_hours", "hours of the day that a digest covers; empty without any digest", |d| {
        number(d.digest_hours)
    }),
    Column::int(
        "missing_digest_hours",
        "hours of the day without a digest though the trail writes them",
        |d| number(d.missing_digest_hours),
    ),
    Column::int(
        "missing_objects",
        "objects that digests list or data events recorded, and that the dump does not hold",
        |d| number(d.missing_objects),
    ),
    Column::list("categories", "event categories seen", |d| list(&d.categories)),
];
