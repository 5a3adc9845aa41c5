//! Table `rfcs`: one row per AMS request for change, merged from all sources, or
//! per change ticket.

use std::borrow::Cow;

use crate::model::report::Report;
use crate::model::rfc::Rfc;
use crate::report::column::{Cell, Column, Table, list, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    Table::of("rfcs", "one row per RFC or change ticket, merged from all sources", COLUMNS, &report.rfcs)
}

const COLUMNS: &[Column<Rfc>] = &[
    Column::text("rfc_id", "id of the RFC or ticket", |r| text(&r.rfc_id)),
    Column::text("change_type_id", "id of its change type", |r| maybe(&r.change_type_id)),
    Column::text("change_type_name", "name of the change type, from the catalogue", |r| {
        maybe(&r.change_type_name)
    }),
    Column::text("change_type_version", "version of the change type", |r| maybe(&r.change_type_version)),
    Column::text("title", "title as its author wrote it", |r| maybe(&r.title)),
    Column::text("status", "as AMS spells it; `unknown` if only CloudTrail saw it; empty: a ticket", |r| {
        match maybe(&r.status) {
            Cell::Empty if !r.is_ticket() => word("unknown"),
            known => known,
        }
    }),
    Column::text("automation", "automation status", |r| maybe(&r.automation)),
    Column::text("account_id", "account where it was raised", |r| maybe(&r.account_id)),
    Column::text("target_account_id", "account it acts on; empty if unknowable or several", |r| {
        maybe(&r.target_account_id)
    }),
    Column::text("mode", "mode that its change type enables or its ticket file serves", |r| maybe(&r.mode)),
    Column::text("action", "enable_mode, destructive, privilege or other", |r| word(r.action.as_str())),
    Column::text("created_by", "who created or requested it", |r| maybe(&r.created_by)),
    Column::time("created_at", "when it was created, UTC", |r| moment(r.created_at)),
    Column::text("submitted_by", "who submitted it", |r| maybe(&r.submitted_by)),
    Column::time("submitted_at", "when it was last submitted, UTC", |r| moment(r.submitted_at)),
    Column::text("approved_by", "who approved it", |r| maybe(&r.approved_by)),
    Column::time("approved_at", "when it was approved, UTC", |r| moment(r.approved_at)),
    Column::text("aws_approval", "approval status on the side of AWS", |r| maybe(&r.aws_approval)),
    Column::text("customer_approval", "approval status on the side of the customer", |r| {
        maybe(&r.customer_approval)
    }),
    Column::time("requested_start", "requested start of its execution, or of its ticket, UTC", |r| {
        moment(r.requested_start)
    }),
    Column::time("requested_end", "requested end of its execution, or of its ticket, UTC", |r| {
        moment(r.requested_end)
    }),
    Column::time("started_at", "actual start of its execution, UTC", |r| moment(r.started_at)),
    Column::time("ended_at", "actual end of its execution, UTC", |r| moment(r.ended_at)),
    Column::text("parameters", "execution parameters as JSON, secrets replaced; what a ticket allows", |r| {
        maybe(&r.parameters)
    }),
    Column::list("sources", "kinds of records that told of it", |r| {
        Cell::List(r.sources.iter().map(|source| Cow::Borrowed(source.as_str())).collect())
    }),
    Column::list("conflicts", "fields on which the sources disagree", |r| list(&r.conflicts)),
    Column::text("source_object", "object that holds the record that won", |r| text(&r.evidence.object)),
    Column::int("source_record", "0-based ordinal of that record", |r| number(r.evidence.record)),
];
