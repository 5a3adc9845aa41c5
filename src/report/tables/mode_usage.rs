//! Table `mode_usage`: what the mode roles were really used for.

use crate::model::actor::ModeUse;
use crate::model::report::Report;
use crate::report::column::{Column, Table, moment, number, text};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    let about = "one row per mode role and call that it was used for: what is not here, it did not need";
    Table::of("mode_usage", about, COLUMNS, &report.mode_usage)
}

const COLUMNS: &[Column<ModeUse>] = &[
    Column::text("account_id", "account of the role", |u| text(&u.account_id)),
    Column::text("mode", "mode of the role", |u| text(&u.mode)),
    Column::text("role_name", "the mode role, as the evidence spells it", |u| text(&u.role_name)),
    Column::text("event_source", "service called", |u| text(&u.event_source)),
    Column::text("event_name", "call, without API date", |u| text(&u.event_name)),
    Column::int("calls", "calls by its own sessions, tried ones included", |u| number(u.calls)),
    Column::int("denied", "calls among them that were denied", |u| number(u.denied)),
    Column::time("first_seen", "first of them, UTC", |u| moment(u.span.first)),
    Column::time("last_seen", "last of them, UTC", |u| moment(u.span.last)),
];
