//! One row of the timeline, or of the events, as a sentence.

use std::collections::BTreeMap;

use crate::explain::Entry;
use crate::readback::{Grid, Tables};

/// Columns of the timeline that hold ids.
const IDS: [&str; 6] = ["account_id", "window_id", "session_id", "rfc_id", "event_id", "finding_id"];

/// A row of the timeline.
pub(super) fn of_timeline(tables: &Tables, actions: &Actions, row: usize) -> Entry {
    let grid = tables.grid("timeline");
    let kind = grid.text(row, "kind");
    let (summary, actor) = (grid.text(row, "summary"), grid.text(row, "actor"));
    // Older reports name the call alone.
    let whole = kind != "destructive_action" || summary.contains(" called ");
    let account = grid.text(row, "account_id");
    let placed = !account.is_empty() && summary.contains(&format!("in account {account}"));
    let mut sentence = match kind.as_str() {
        "destructive_action" if !whole && !actor.is_empty() => format!("{actor} called {summary}"),
        "finding" if actor.is_empty() || summary.contains(&actor) => format!("Finding: {summary}"),
        "finding" => format!("Finding: {summary}, by {actor}"),
        _ if actor.is_empty() || summary.contains(&actor) => summary,
        _ => format!("{summary}, by {actor}"),
    };
    if !placed {
        sentence.push_str(&place(grid, row));
    }
    let evidence = evidence(grid, row);
    if !whole {
        let action = evidence.as_ref().and_then(|evidence| actions.0.get(evidence));
        sentence.push_str(&action.map_or_else(String::new, |action| outcome(tables, *action)));
    }
    sentence.push('.');
    Entry {
        time: grid.time(row, "time"),
        kind,
        severity: grid.text(row, "severity"),
        sentence,
        ids: ids(grid, row),
        evidence,
        itself: false,
    }
}

/// A row of the table of events.
pub(super) fn of_call(tables: &Tables, row: usize) -> Entry {
    let grid = tables.grid("events");
    let text = |column: &str| grid.text(row, column);
    let who = Some(text("principal_arn")).filter(|arn| !arn.is_empty());
    let who = who.unwrap_or_else(|| "a caller whose ARN is not recorded".to_owned());
    let mut sentence = format!("{who} called {} of {}", text("event_name"), text("event_source"));
    sentence.push_str(&place(grid, row));
    if !text("source_ip").is_empty() {
        sentence.push_str(&format!(", from {}", text("source_ip")));
    }
    if !text("error_code").is_empty() {
        sentence.push_str(&format!("; it did not succeed: {}", text("error_code")));
    }
    sentence.push('.');
    Entry {
        time: grid.time(row, "event_time"),
        kind: "event".to_owned(),
        severity: String::new(),
        sentence,
        ids: ids(grid, row),
        evidence: evidence(grid, row),
        itself: false,
    }
}

/// The rows of destructive calls by where their records lie.
pub(super) struct Actions(BTreeMap<(String, u64), usize>);

impl Actions {
    pub(super) fn of(tables: &Tables) -> Self {
        let grid = tables.grid("destructive_actions");
        Self((0..grid.rows()).filter_map(|row| Some((evidence(grid, row)?, row))).collect())
    }
}

/// What became of a destructive call, to be added to its sentence.
pub(super) fn outcome(tables: &Tables, row: usize) -> String {
    let grid = tables.grid("destructive_actions");
    let text = |column: &str| grid.text(row, column);
    match text("outcome").as_str() {
        "succeeded" => {}
        "denied" => return "; it was denied and destroyed nothing".to_owned(),
        "failed" => return "; it failed and destroyed nothing".to_owned(),
        "dry_run" => return "; it was a dry run and destroyed nothing".to_owned(),
        _ => return String::new(),
    }
    if let Some(time) = grid.time(row, "undone_at") {
        return format!("; it was undone at {time}");
    }
    match text("reversibility").as_str() {
        "irreversible" => "; it cannot be undone".to_owned(),
        "recoverable" => "; what it destroyed can be recovered".to_owned(),
        "recoverable_until" => {
            let until = grid.time(row, "recoverable_until");
            until
                .map_or_else(String::new, |time| format!("; what it destroyed can be recovered until {time}"))
        }
        "rebuildable" => "; what it destroyed can be made again".to_owned(),
        "reversible" => "; the opposite call undoes it".to_owned(),
        _ => "; whether it can be undone is unknown".to_owned(),
    }
}

fn place(grid: &Grid, row: usize) -> String {
    let (account, region) = (grid.text(row, "account_id"), grid.text(row, "region"));
    match (account.is_empty(), region.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(", in account {account}"),
        (true, false) => format!(", in {region}"),
        (false, false) => format!(", in account {account}, {region}"),
    }
}

/// Where the record of a row lies.
pub(super) fn evidence(grid: &Grid, row: usize) -> Option<(String, u64)> {
    let object = grid.text(row, "source_object");
    let record = grid.number(row, "source_record");
    record.filter(|_| !object.is_empty()).map(|record| (object, record))
}

fn ids(grid: &Grid, row: usize) -> BTreeMap<&'static str, String> {
    IDS.iter().map(|column| (*column, grid.text(row, column))).filter(|(_, id)| !id.is_empty()).collect()
}
