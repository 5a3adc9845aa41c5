//! Table `destructive_actions`: destructive and recovery-inhibiting calls.

use std::borrow::Borrow;

use crate::model::destructive::DestructiveAction;
use crate::model::report::Report;
use crate::report::column::{Cell, Column, Table, list, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    of((report.destructive.len(), || report.destructive.iter()))
}

/// The table of such rows.
pub(in crate::report) fn of<'a, I: Iterator<Item: Borrow<DestructiveAction>>>(
    rows: (usize, impl Fn() -> I + Sync + 'a),
) -> Table<'a> {
    let about = "one row per destructive or recovery-inhibiting call, whoever made it";
    Table::made("destructive_actions", about, COLUMNS, rows)
}

const COLUMNS: &[Column<DestructiveAction>] = &[
    Column::time("event_time", "when the call completed, UTC", |a| moment(a.event_time)),
    Column::text("event_id", "CloudTrail's id of the call", |a| maybe(&a.event_id)),
    Column::text("account_id", "account it was done in", |a| maybe(&a.account_id)),
    Column::text("region", "region it was done in", |a| maybe(&a.region)),
    Column::text("event_source", "service that was called", |a| text(&a.event_source)),
    Column::text("event_name", "operation, without an API date", |a| text(&a.event_name)),
    Column::text("category", "kind of harm", |a| word(a.category.as_str())),
    Column::text("outcome", "succeeded, denied, failed or dry_run; only the first destroyed", |a| {
        word(a.outcome.as_str())
    }),
    Column::text("error_code", "error code of a call that did not succeed", |a| maybe(&a.error_code)),
    Column::text("reversibility", "whether what was done can be undone", |a| word(a.reversibility.as_str())),
    Column::time("recoverable_until", "deadline for recovery, UTC, if one is known", |a| {
        moment(a.recoverable_until)
    }),
    Column::text("recovery", "what to do about it", |a| text(&a.recovery)),
    Column::text("undone_by_event_id", "event that undid it", |a| maybe(&a.undone_by_event_id)),
    Column::time("undone_at", "when it was undone, UTC", |a| moment(a.undone_at)),
    Column::text("resource_type", "type of what was destroyed", |a| maybe(&a.resource_type)),
    Column::list("resources", "identifiers, one per destroyed thing", |a| list(&a.resources)),
    Column::int("resource_count", "how many things; at least as many as `resources` names", |a| {
        number(a.resource_count)
    }),
    Column::text("mode", "mode whose session did it, else none", |a| match maybe(&a.mode) {
        Cell::Empty => word("none"),
        mode => mode,
    }),
    Column::text("attribution", "direct, via_service, chained, workload or none", |a| {
        word(a.attribution.as_str())
    }),
    Column::text("window_id", "window it falls in", |a| maybe(&a.window_id)),
    Column::text("session_id", "session that did it", |a| maybe(&a.session_id)),
    Column::text("actor", "person or thing behind it", |a| maybe(&a.actor)),
    Column::text("principal_arn", "ARN of the caller", |a| maybe(&a.principal_arn)),
    Column::text("principal_type", "type of the caller", |a| maybe(&a.principal_type)),
    Column::text("source_ip", "address or service it came from", |a| maybe(&a.source_ip)),
    Column::text("user_agent", "program it came from, as the caller says", |a| maybe(&a.user_agent)),
    Column::text("authorization", "authorized, unauthorized, unknown or outside_mode", |a| {
        word(a.authorization.as_str())
    }),
    Column::text("rfc_id", "RFC that explains it", |a| maybe(&a.rfc_id)),
    Column::text("severity", "how grave it is", |a| word(a.severity.as_str())),
    Column::text("technique_id", "MITRE ATT&CK technique, version 19", |a| maybe(&a.technique_id)),
    Column::text("technique_id_legacy", "the same technique as versions before 19 named it", |a| {
        maybe(&a.technique_id_legacy)
    }),
    Column::int("copies", "deliveries of the event in the dump; 1 = once", |a| number(u64::from(a.copies))),
    Column::text("source_object", "object that holds the record", |a| text(&a.evidence.object)),
    Column::int("source_record", "0-based ordinal of the record", |a| number(a.evidence.record)),
    Column::text(
        "lost_configuration",
        "last configuration that AWS Config recorded before the call, without secrets, cut if long",
        |a| maybe(&a.lost_configuration),
    ),
    Column::text(
        "source_grade",
        "how well the source of the record is anchored, from digest_signed to summary",
        |a| word(a.source_grade.as_str()),
    ),
    Column::text("principal_class", "ams_operator, ams_automation, aws_service, customer or unknown", |a| {
        word(a.principal_class.as_str())
    }),
    Column::text(
        "link_confidence",
        "weakest link to the mode role's own session: proved by key, strong or weak; empty without a chain",
        |a| a.link_confidence.map_or(Cell::Empty, |link| word(link.as_str())),
    ),
    Column::text("attribution_path", "from the person to this call, each step with its event", |a| {
        text(&a.attribution_path)
    }),
];
