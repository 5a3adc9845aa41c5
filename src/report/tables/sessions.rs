//! Table `mode_sessions`: credential sessions of mode roles and their descendants.

use crate::model::mode::ModeSession;
use crate::model::report::Report;
use crate::report::column::{Cell, Column, Table, list, maybe, moment, number, text, word};

/// The table.
pub(super) fn table(report: &Report) -> Table<'_> {
    let about = "one row per credential session of a mode role, and per session descended from one";
    Table::of("mode_sessions", about, COLUMNS, &report.sessions)
}

const COLUMNS: &[Column<ModeSession>] = &[
    Column::text("session_id", "stable id of the session", |s| text(&s.session_id)),
    Column::text("window_id", "window it falls in", |s| maybe(&s.window_id)),
    Column::text("mode", "mode of its role, or of the root of its chain", |s| text(&s.mode)),
    Column::text("account_id", "account that owns the role", |s| text(&s.account_id)),
    Column::text("role_name", "role it wears", |s| text(&s.role_name)),
    Column::text("role_session_name", "its role session name", |s| maybe(&s.role_session_name)),
    Column::text("actor", "person or thing behind the root of the chain", |s| maybe(&s.actor)),
    Column::text("access_key_id", "access key it used; names a key, is no secret", |s| {
        maybe(&s.access_key_id)
    }),
    Column::text("federation", "identity provider it came through", |s| maybe(&s.federation)),
    Column::bool("mfa", "whether MFA was used", |s| s.mfa.map_or(Cell::Empty, Cell::Bool)),
    Column::time("started_at", "when it began, UTC", |s| moment(s.started_at)),
    Column::text("start_basis", "assume_role, creation_date or first_use", |s| word(s.start_basis.as_str())),
    Column::time("expires_at", "when its credentials end, UTC, if the issuing call is in evidence", |s| {
        moment(s.expires_at)
    }),
    Column::time("last_event_at", "its latest event, UTC", |s| moment(s.last_event_at)),
    Column::int("depth", "0 = the mode role itself, else steps from it", |s| number(u64::from(s.depth))),
    Column::text("parent_session_id", "session it descends from", |s| maybe(&s.parent_session_id)),
    Column::text("via", "role_chain or workload", |s| s.via.map_or(Cell::Empty, |via| word(via.as_str()))),
    Column::int("events", "events made with it", |s| number(s.events)),
    Column::int("writes", "how many of them were no reads", |s| number(s.writes)),
    Column::int("denied", "how many of them were denied", |s| number(s.denied)),
    Column::int("destructive_actions", "how many of them destroyed something and succeeded", |s| {
        number(s.destructive_actions)
    }),
    Column::list("services", "event sources it called", |s| list(&s.services)),
    Column::list("regions", "regions it called", |s| list(&s.regions)),
    Column::list("source_ips", "addresses it called from", |s| list(&s.source_ips)),
    Column::list("user_agents", "programs it called with", |s| list(&s.user_agents)),
    Column::text("source_object", "object that holds the record that shows it first", |s| {
        text(&s.evidence.object)
    }),
    Column::int("source_record", "0-based ordinal of that record", |s| number(s.evidence.record)),
    Column::text(
        "link_confidence",
        "weakest link to the mode role's own session: proved by key, strong or weak; empty at depth 0",
        |s| s.link_confidence.map_or(Cell::Empty, |link| word(link.as_str())),
    ),
    Column::text("attribution_path", "from the person to this session, each step with its event", |s| {
        text(&s.attribution_path)
    }),
];
