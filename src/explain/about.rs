//! What an id is, in sentences, and the chain from a person to a call.
//!
//! Owns: which columns of a row are told and in which words. Says nothing of a
//! cell that is empty, unless its absence is what matters.

use crate::explain::Entry;
use crate::explain::sentence::outcome;
use crate::explain::subject::{Kind, Rows};
use crate::model::count::counted;
use crate::readback::{Grid, Tables};

/// Links of a chain of sessions that are told; a loop of ids ends there.
const LINKS_MAX: usize = 32;

/// What the id is. A kind that has rows of its own is told from each of them.
pub(super) fn of(tables: &Tables, kind: Kind, rows: &Rows) -> Vec<String> {
    let (table, tell): (_, fn(&Tables, &Row<'_>) -> Vec<String>) = match kind {
        Kind::Event => ("destructive_actions", event),
        Kind::Session => ("mode_sessions", session),
        Kind::Window => ("mode_windows", window),
        Kind::Rfc => ("rfcs", rfc),
        Kind::Finding => ("findings", finding),
        Kind::Incident => ("incidents", incident),
        Kind::Actor | Kind::AccessKey | Kind::Resource | Kind::Address | Kind::Account => return Vec::new(),
    };
    let grid = tables.grid(table);
    let told = rows.of(table).flat_map(|row| tell(tables, &Row { grid, row }));
    told.filter(|sentence| !sentence.is_empty()).collect()
}

/// What a reader could take for all there is, and is not.
pub(super) fn not_told(tables: &Tables, kind: Kind, entries: &[Entry]) -> Vec<String> {
    let of_calls =
        matches!(kind, Kind::Actor | Kind::AccessKey | Kind::Resource | Kind::Address | Kind::Account);
    let mut sentences = Vec::new();
    if of_calls {
        let calls =
            entries.iter().filter(|entry| matches!(entry.kind.as_str(), "destructive_action" | "event"));
        sentences.push(format!(
            "{} in the story, {} of them calls.",
            counted(entries.len() as u64, "step"),
            calls.count()
        ));
    }
    if of_calls && !tables.has("events") {
        sentences.push(
            "This report holds no table of events: calls that destroyed nothing are not told here. \
             `devtrail search` finds them in the dump, and `analyze --events all` keeps them."
                .to_owned(),
        );
    }
    sentences
}

/// The chain that the report states, with what proves each of its links.
pub(super) fn stated_path(tables: &Tables, kind: Kind, rows: &Rows) -> String {
    let table = match kind {
        Kind::Event => "destructive_actions",
        Kind::Session | Kind::AccessKey => "mode_sessions",
        _ => return String::new(),
    };
    let row = rows.of(table).next();
    row.map_or_else(String::new, |row| tables.grid(table).text(row, "attribution_path"))
}

/// From the person to the call, session by session.
pub(super) fn chain(tables: &Tables, kind: Kind, rows: &Rows) -> Vec<String> {
    let (table, session) = match kind {
        Kind::Event => ("destructive_actions", "session_id"),
        Kind::Session | Kind::AccessKey => ("mode_sessions", "session_id"),
        _ => return Vec::new(),
    };
    let grid = tables.grid(table);
    let Some(row) = rows.of(table).next() else { return Vec::new() };
    let row = Row { grid, row };
    let mut links = sessions(tables, &row.text(session));
    let actor = row.text("actor");
    if links.is_empty() && actor.is_empty() && row.text("principal_arn").is_empty() {
        return links;
    }
    let first = if actor.is_empty() { row.text("principal_arn") } else { actor };
    links.insert(0, first);
    if kind == Kind::Event {
        if links.len() == 1 {
            let arn = row.text("principal_arn");
            links.extend(Some(arn).filter(|arn| !arn.is_empty() && *arn != links[0]));
        }
        links.push(format!("{} of {}", row.text("event_name"), row.text("event_source")));
    }
    links
}

/// The sessions of a chain, from its root down to this one.
fn sessions(tables: &Tables, id: &str) -> Vec<String> {
    let grid = tables.grid("mode_sessions");
    let mut links = Vec::new();
    let mut next = id.to_owned();
    while links.len() < LINKS_MAX && !next.is_empty() {
        let Some(row) = grid.find("session_id", &|session| session == next).first().copied() else { break };
        let row = Row { grid, row };
        let via = row.text("via");
        links.push(format!(
            "session {next} of {}{}{}",
            row.text("role_name"),
            row.with(" with key ", "access_key_id"),
            if via.is_empty() { via } else { format!(", by {}", via.replace('_', " ")) },
        ));
        next = row.text("parent_session_id");
    }
    links.reverse();
    links
}

/// One row, whose cells become words.
struct Row<'g> {
    grid: &'g Grid,
    row: usize,
}

impl Row<'_> {
    fn text(&self, column: &str) -> String {
        self.grid.text(self.row, column)
    }

    /// Words and the cell after them; nothing if it is empty.
    fn with(&self, before: &str, column: &str) -> String {
        let text = self.grid.list(self.row, column).join(", ");
        if text.is_empty() { text } else { format!("{before}{text}") }
    }

    /// A sentence of parts; nothing if all of them are empty.
    fn sentence(&self, parts: &[(&str, &str)]) -> String {
        let told = parts.iter().map(|(before, column)| (!before.is_empty(), self.with(before, column)));
        let told: Vec<(bool, String)> = told.filter(|(_, part)| !part.is_empty()).collect();
        let parts: Vec<&str> = told.iter().map(|(_, part)| part.as_str()).collect();
        let mut text = parts.join("; ");
        // Only words of ours get a capital: what they introduce stays as it is.
        if told.first().is_some_and(|(ours, _)| *ours)
            && let Some(first) = text.get_mut(..1)
        {
            first.make_ascii_uppercase();
        }
        if text.is_empty() || text.ends_with('.') { text } else { format!("{text}.") }
    }

    fn count(&self, column: &str) -> u64 {
        self.grid.number(self.row, column).unwrap_or(0)
    }
}

fn event(tables: &Tables, row: &Row<'_>) -> Vec<String> {
    let actor = row.text("actor");
    let who = if actor.is_empty() { row.text("principal_arn") } else { actor };
    let what = format!(
        "{who} called {} of {}{}{}{}{}.",
        row.text("event_name"),
        row.text("event_source"),
        row.with(" in account ", "account_id"),
        row.with(", ", "region"),
        row.with(", at ", "event_time"),
        outcome(tables, row.row),
    );
    vec![
        what,
        row.sentence(&[
            ("Error: ", "error_code"),
            ("kind of harm: ", "category"),
            ("severity: ", "severity"),
        ]),
        row.sentence(&[("It named: ", "resources"), ("type: ", "resource_type")]),
        row.sentence(&[("What to do: ", "recovery"), ("undone by event ", "undone_by_event_id")]),
        row.sentence(&[
            ("Mode: ", "mode"),
            ("attribution: ", "attribution"),
            ("weakest link: ", "link_confidence"),
            ("window ", "window_id"),
        ]),
        row.sentence(&[("Authorization: ", "authorization"), ("RFC ", "rfc_id")]),
        row.sentence(&[
            ("Caller: ", "principal_arn"),
            ("type ", "principal_type"),
            ("class ", "principal_class"),
            ("from ", "source_ip"),
            ("with ", "user_agent"),
        ]),
        row.sentence(&[("Last known configuration: ", "lost_configuration")]),
        row.sentence(&[("Deliveries in the dump: ", "copies"), ("anchored as ", "source_grade")]),
    ]
}

fn session(_: &Tables, row: &Row<'_>) -> Vec<String> {
    let actor = row.text("actor");
    let actor = if actor.is_empty() { "Someone unknown".to_owned() } else { actor };
    vec![
        format!(
            "{actor} wore the role {}{}{}.",
            row.text("role_name"),
            row.with(" of account ", "account_id"),
            row.with(" under the session name ", "role_session_name"),
        ),
        row.sentence(&[
            ("It began at ", "started_at"),
            ("known by ", "start_basis"),
            ("its latest event is of ", "last_event_at"),
            ("its credentials end at ", "expires_at"),
        ]),
        row.sentence(&[
            ("Mode: ", "mode"),
            ("window ", "window_id"),
            ("steps from the mode's own role: ", "depth"),
            ("by ", "via"),
            ("from session ", "parent_session_id"),
            ("weakest link: ", "link_confidence"),
        ]),
        row.sentence(&[("Access key: ", "access_key_id"), ("federation: ", "federation"), ("MFA: ", "mfa")]),
        format!(
            "It made {}: {}, {} denied, {} that succeeded.",
            counted(row.count("events"), "call"),
            counted(row.count("writes"), "write"),
            row.count("denied"),
            counted(row.count("destructive_actions"), "destructive action"),
        ),
        row.sentence(&[("Services: ", "services"), ("regions: ", "regions"), ("from ", "source_ips")]),
        row.sentence(&[("Programs: ", "user_agents")]),
    ]
}

fn window(_: &Tables, row: &Row<'_>) -> Vec<String> {
    let closed = row.text("closed_at");
    let end = if closed.is_empty() {
        format!("no end seen{}", row.with("; last seen open at ", "last_seen_at"))
    } else {
        format!("closed at {closed} ({})", row.text("close_basis"))
    };
    vec![
        format!(
            "{} mode was open in account {}: opened at {} ({}, {}), {end}.",
            row.text("mode"),
            row.text("account_id"),
            row.text("opened_at"),
            row.text("opened_bound"),
            row.text("open_basis"),
        ),
        row.sentence(&[("Authorization: ", "authorization"), ("", "authorization_reason")]),
        row.sentence(&[
            ("RFCs: ", "rfc_ids"),
            ("requested by ", "requested_by"),
            ("submitted by ", "submitted_by"),
            ("approved by ", "approved_by"),
        ]),
        row.sentence(&[("Opened by ", "opened_by"), ("marker roles: ", "role_names")]),
        format!(
            "{} used it{}; {} in it succeeded.",
            counted(row.count("sessions"), "session"),
            row.with(": ", "actors"),
            counted(row.count("destructive_actions"), "destructive action"),
        ),
    ]
}

fn rfc(_: &Tables, row: &Row<'_>) -> Vec<String> {
    vec![
        row.sentence(&[
            ("Title: ", "title"),
            ("change type: ", "change_type_name"),
            ("id ", "change_type_id"),
            ("version ", "change_type_version"),
        ]),
        row.sentence(&[
            ("Status: ", "status"),
            ("automation: ", "automation"),
            ("approval of AWS: ", "aws_approval"),
            ("approval of the customer: ", "customer_approval"),
        ]),
        row.sentence(&[
            ("Raised in account ", "account_id"),
            ("acts on account ", "target_account_id"),
            ("mode: ", "mode"),
            ("action: ", "action"),
        ]),
        row.sentence(&[("Created by ", "created_by"), ("at ", "created_at")]),
        row.sentence(&[("Submitted by ", "submitted_by"), ("at ", "submitted_at")]),
        row.sentence(&[("Approved by ", "approved_by"), ("approved at ", "approved_at")]),
        row.sentence(&[("Requested to run from ", "requested_start"), ("to ", "requested_end")]),
        row.sentence(&[("Ran from ", "started_at"), ("to ", "ended_at")]),
        row.sentence(&[("Parameters: ", "parameters")]),
        row.sentence(&[("Told by ", "sources"), ("they disagree on ", "conflicts")]),
    ]
}

fn finding(_: &Tables, row: &Row<'_>) -> Vec<String> {
    vec![
        row.sentence(&[("", "title"), ("severity: ", "severity"), ("confidence: ", "confidence")]),
        row.sentence(&[("", "summary")]),
        row.sentence(&[("What to do: ", "response")]),
        row.sentence(&[
            ("Suppressed by ", "suppressed_by"),
            ("reason: ", "suppression_reason"),
            ("until the end of ", "suppression_expires"),
        ]),
        row.sentence(&[
            ("Rule ", "rule_id"),
            ("account ", "account_id"),
            ("mode ", "mode"),
            ("by ", "actor"),
            ("techniques: ", "technique_ids"),
            ("controls: ", "controls"),
        ]),
    ]
}

fn incident(_: &Tables, row: &Row<'_>) -> Vec<String> {
    vec![
        row.sentence(&[("", "summary"), ("severity: ", "severity")]),
        row.sentence(&[("It began at ", "started_at"), ("it ended at ", "ended_at"), ("mode ", "mode")]),
        row.sentence(&[("Act before ", "next_deadline")]),
        format!(
            "{}, {}, {} that cannot be undone, {} that can be recovered.",
            counted(row.count("actions"), "action"),
            counted(row.count("attempts"), "attempt"),
            row.count("irreversible"),
            row.count("recoverable"),
        ),
    ]
}
