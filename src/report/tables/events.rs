//! Table `events`: every kept, or every, normalised event; only if asked for.

use crate::model::event::Event;
use crate::report::column::{Cell, Column, Table, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(events: &[Event]) -> Table<'_> {
    Table::of("events", "one row per normalised event", COLUMNS, events)
}

const COLUMNS: &[Column<Event>] = &[
    Column::time("event_time", "when the request completed, UTC", |e| moment(e.time)),
    Column::text("event_id", "CloudTrail's id of the event", |e| maybe(&e.event_id)),
    Column::text("event_version", "version of the record format", |e| maybe(&e.event_version)),
    Column::text("account_id", "account the event is about", |e| maybe(&e.account_id)),
    Column::text("region", "region that was called", |e| maybe(&e.region)),
    Column::text("event_source", "service that was called", |e| text(&e.event_source)),
    Column::text("event_name", "operation, without an API date", |e| text(&e.event_name)),
    Column::text("event_name_raw", "operation as recorded", |e| text(&e.event_name_raw)),
    Column::text("event_type", "what made the event", |e| maybe(&e.event_type)),
    Column::text("event_category", "Management, Data, NetworkActivity or Insight", |e| {
        maybe(&e.event_category)
    }),
    Column::bool("read_only", "whether the call was a read", |e| e.read_only.map_or(Cell::Empty, Cell::Bool)),
    Column::text("error_code", "error code of a call that did not succeed", |e| maybe(&e.error_code)),
    Column::text("error_message", "error message of such a call", |e| maybe(&e.error_message)),
    Column::text("source_ip", "address or service it came from", |e| maybe(&e.source_ip)),
    Column::text("user_agent", "program it came from, as the caller says", |e| maybe(&e.user_agent)),
    Column::text("identity_type", "type of the caller", |e| maybe(&e.principal.identity_type)),
    Column::text("principal_id", "unique id of the caller", |e| maybe(&e.principal.principal_id)),
    Column::text("principal_arn", "ARN of the caller", |e| maybe(&e.principal.arn)),
    Column::text("identity_account_id", "account the caller belongs to", |e| maybe(&e.principal.account_id)),
    Column::text("access_key_id", "access key used; names a key, is no secret", |e| {
        maybe(&e.principal.access_key_id)
    }),
    Column::text("issuer_arn", "ARN of the role or user that the session was issued from", |e| {
        e.principal.issuer.as_ref().map_or(Cell::Empty, |issuer| maybe(&issuer.arn))
    }),
    Column::text("issuer_name", "name of that role or user", |e| {
        e.principal.issuer.as_ref().map_or(Cell::Empty, |issuer| maybe(&issuer.name))
    }),
    Column::text("role_session_name", "role session name of the caller", |e| {
        Cell::of(e.principal.role_session_name().unwrap_or_default())
    }),
    Column::text("source_identity", "source identity of the session", |e| {
        maybe(&e.principal.source_identity)
    }),
    Column::text("invoked_by", "service that used the caller's credentials", |e| {
        maybe(&e.principal.invoked_by)
    }),
    Column::bool("mfa", "whether MFA was used", |e| e.principal.mfa.map_or(Cell::Empty, Cell::Bool)),
    Column::time("session_created_at", "when the session was issued, UTC", |e| {
        moment(e.principal.session_created_at)
    }),
    Column::text("request_id", "id of the request", |e| maybe(&e.request_id)),
    Column::text("shared_event_id", "id shared by copies in several accounts", |e| maybe(&e.shared_event_id)),
    Column::text("vpc_endpoint_id", "VPC endpoint it came through", |e| maybe(&e.vpc_endpoint_id)),
    Column::text("recipient_account_id", "account that received the event", |e| {
        maybe(&e.recipient_account_id)
    }),
    Column::text("resources", "resources as recorded, JSON", |e| maybe(&e.resources)),
    Column::text("request_parameters", "request parameters as recorded, JSON, secrets replaced", |e| {
        maybe(&e.request_parameters)
    }),
    Column::text("response_elements", "response elements as recorded, JSON, secrets replaced", |e| {
        maybe(&e.response_elements)
    }),
    Column::text("additional_event_data", "additional data as recorded, JSON, secrets replaced", |e| {
        maybe(&e.additional_event_data)
    }),
    Column::text("category", "kind of harm, if the call is destructive", |e| {
        e.category.map_or(Cell::Empty, |category| word(category.as_str()))
    }),
    Column::int("copies", "deliveries of the event in the dump; 1 = once", |e| number(u64::from(e.copies))),
    Column::text("source_object", "object that holds the record", |e| text(&e.evidence.object)),
    Column::int("source_record", "0-based ordinal of the record", |e| number(e.evidence.record)),
];
