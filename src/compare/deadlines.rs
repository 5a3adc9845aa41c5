//! Deadlines for recovery: new, open still, passed, met.
//!
//! Owns: how a deadline stands in a report. It is met if what it is about was
//! undone, and passed if it lies before the time that the report is told for.

use std::collections::BTreeMap;

use crate::compare::{Change, Changes, Row, Side, Subject, What, only_new, only_old};

/// How a deadline stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Passed,
    Met,
}

/// What is told of a deadline that both reports have.
const TOLD: [&str; 3] = ["recoverable_until", "undone_at", "undone_by_event_id"];

/// Compares the deadlines of calls that succeeded.
pub(super) fn compare<'s>((old, new): (&'s Side<'s>, &'s Side<'s>), changes: &mut Changes) {
    let mut before = rows(old, false);
    for (call, row) in rows(new, true) {
        let now = state(&row);
        let Some(earlier) = before.remove(&call) else {
            let what = match now {
                State::Open => What::New,
                State::Passed => What::Passed,
                State::Met => What::Met,
            };
            let time = row.time("event_time");
            changes.rows.push(change(&row, what, only_new(&row, old, (time, time))));
            continue;
        };
        let detail = row.differences(&earlier, &TOLD);
        let what = match (state(&earlier), now) {
            (State::Open, State::Open) => What::Ongoing,
            (State::Open | State::Met, State::Passed) => What::Passed,
            (State::Open | State::Passed, State::Met) => What::Met,
            (State::Passed | State::Met, State::Open) => What::Changed,
            (State::Passed, State::Passed) | (State::Met, State::Met) => {
                changes.same(Subject::Deadline);
                continue;
            }
        };
        changes.rows.push(change(&row, what, detail));
    }
    for row in before.values() {
        let time = row.time("event_time");
        let (what, detail) = only_old(row, new, (time, time));
        changes.rows.push(change(row, what, detail));
    }
}

/// The deadlines of a report by their call: its event, else its record.
fn rows<'s>(side: &'s Side<'s>, in_new: bool) -> BTreeMap<String, Row<'s>> {
    let grid = side.tables.grid("destructive_actions");
    let rows = (0..grid.rows()).map(|row| Row { side, grid, row, in_new });
    let rows =
        rows.filter(|row| row.text("outcome") == "succeeded" && row.time("recoverable_until").is_some());
    rows.map(|row| {
        let event = row.text("event_id");
        let record = || format!("{}#{}", row.text("source_object"), row.text("source_record"));
        (if event.is_empty() { record() } else { event }, row)
    })
    .collect()
}

fn state(row: &Row<'_>) -> State {
    let undone = row.time("undone_at").is_some() || !row.text("undone_by_event_id").is_empty();
    match (row.time("recoverable_until"), row.side.as_of) {
        _ if undone => State::Met,
        (Some(until), Some(now)) if until < now => State::Passed,
        _ => State::Open,
    }
}

fn change(row: &Row<'_>, what: What, detail: String) -> Change {
    let summary = format!(
        "{} of {}: recoverable until {}",
        row.text("event_name"),
        row.text("resources"),
        row.text("recoverable_until")
    );
    Change {
        summary,
        time: row.time("recoverable_until"),
        ..row.change(Subject::Deadline, what, "event_id", detail)
    }
}
