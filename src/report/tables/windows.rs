//! Table `mode_windows`: stretches in which a mode was open in an account.

use std::borrow::Borrow;

use crate::model::mode::ModeWindow;
use crate::model::report::Report;
use crate::report::column::{Column, Table, list, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    of((report.windows.len(), || report.windows.iter()))
}

/// The table of such rows.
pub(in crate::report) fn of<'a, I: Iterator<Item: Borrow<ModeWindow>>>(
    rows: (usize, impl Fn() -> I + Sync + 'a),
) -> Table<'a> {
    let about = "one row per stretch in which a mode was open in an account";
    Table::made("mode_windows", about, COLUMNS, rows)
}

const COLUMNS: &[Column<ModeWindow>] = &[
    Column::text("window_id", "stable id of the window", |w| text(&w.window_id)),
    Column::text("account_id", "account that owns the marker role", |w| text(&w.account_id)),
    Column::text("mode", "developer, direct_change or a name from the user's profile", |w| text(&w.mode)),
    Column::text("landing_zone", "malz or salz, if the role or change type tells", |w| {
        maybe(&w.landing_zone)
    }),
    Column::time("opened_at", "when it opened, or was first seen open, UTC", |w| moment(w.opened_at)),
    Column::text("opened_bound", "exact, or at_or_before: open by then, perhaps earlier", |w| {
        word(w.opened_bound.as_str())
    }),
    Column::text("open_basis", "what shows that it was open", |w| word(w.open_basis.as_str())),
    Column::time("closed_at", "when its last marker role was deleted, UTC; empty = no end seen", |w| {
        moment(w.closed_at)
    }),
    Column::text("close_basis", "role_deleted or none_seen", |w| {
        word(if w.closed_at.is_some() { "role_deleted" } else { "none_seen" })
    }),
    Column::time("last_seen_at", "latest sign that it was open, UTC", |w| moment(w.last_seen_at)),
    Column::text("authorization", "authorized, unauthorized or unknown", |w| word(w.authorization.as_str())),
    Column::text("authorization_reason", "why, in one sentence", |w| text(&w.authorization_reason)),
    Column::list("rfc_ids", "enabling RFCs that bear on it", |w| list(&w.rfc_ids)),
    Column::text("requested_by", "who created the enabling RFC", |w| maybe(&w.requested_by)),
    Column::text("submitted_by", "who submitted it", |w| maybe(&w.submitted_by)),
    Column::text("approved_by", "who approved it", |w| maybe(&w.approved_by)),
    Column::text("opened_by", "ARN of the caller that created the role", |w| maybe(&w.opened_by)),
    Column::list("role_names", "marker roles seen in it", |w| list(&w.role_names)),
    Column::int("sessions", "how many sessions used it", |w| number(w.sessions)),
    Column::list("actors", "who used it", |w| list(&w.actors)),
    Column::int("destructive_actions", "destructive calls in it that succeeded", |w| {
        number(w.destructive_actions)
    }),
    Column::text("source_object", "object that holds the record that shows the opening", |w| {
        text(&w.evidence.object)
    }),
    Column::int("source_record", "0-based ordinal of that record", |w| number(w.evidence.record)),
];
