//! Mode windows: new, open still, ended since, gone.
//!
//! Owns: when two rows under different ids are one window. They are if one of
//! the reports shows the mode open throughout, from before the opening in the
//! other until after it: two windows of a mode in an account never overlap.

use std::collections::BTreeMap;

use crate::compare::{Change, Changes, Row, Side, Subject, What, alone, by_id, only_new, only_old};
use crate::model::time::UtcTime;

/// What is told of a window that both reports have.
const TOLD: [&str; 5] = ["opened_at", "opened_bound", "closed_at", "authorization", "rfc_ids"];

const ID: &str = "window_id";

/// A window that both reports have, as the new one has it.
pub(super) struct Now {
    /// Its id there.
    pub(super) id: String,
    /// When it closed; empty if no end is seen.
    pub(super) closed_at: String,
}

/// Compares windows; gives each that both reports have, by its id in the old one.
pub(super) fn compare<'s>(
    (old, new): (&'s Side<'s>, &'s Side<'s>),
    changes: &mut Changes,
) -> BTreeMap<String, Now> {
    let mut before = by_id(old, "mode_windows", ID, false);
    let mut now = by_id(new, "mode_windows", ID, true);
    let mut same: Vec<(Row<'_>, Row<'_>)> = Vec::new();
    now.retain(|id, row| before.remove(id).map(|old| same.push((old, *row))).is_none());
    for (old_id, new_id) in one_stretch(&before, &now) {
        if let (Some(old), Some(new)) = (before.remove(&old_id), now.remove(&new_id)) {
            same.push((old, new));
        }
    }
    let joined = same.iter().map(|(old, new)| {
        let now = Now { id: new.text(ID), closed_at: new.text("closed_at") };
        (old.text(ID), now)
    });
    let joined = joined.collect();
    for (old, new) in &same {
        both(old, new, changes);
    }
    for row in now.values() {
        let mut detail = only_new(row, old, span(row));
        detail.push_str(&maybe(row, before.values()));
        changes.rows.push(change(row, What::New, detail));
    }
    for row in before.values() {
        let (what, mut detail) = only_old(row, new, span(row));
        detail.push_str(&maybe(row, now.values()));
        changes.rows.push(change(row, what, detail));
    }
    joined
}

/// The ids of rows that are surely one window: each fits one of the other
/// report alone.
fn one_stretch(old: &BTreeMap<String, Row<'_>>, new: &BTreeMap<String, Row<'_>>) -> Vec<(String, String)> {
    let whose = |row: &Row<'_>| (row.text("account_id"), row.text("mode"));
    let mut alike = BTreeMap::<(String, String), Vec<(&String, &Row<'_>)>>::new();
    for (id, row) in new {
        alike.entry(whose(row)).or_default().push((id, row));
    }
    let mut pairs = Vec::new();
    for (old_id, before) in old {
        let fit = alike.get(&whose(before)).into_iter().flatten();
        let fit = fit.filter(|(_, now)| shows_open(now, opening(before)) || shows_open(before, opening(now)));
        pairs.extend(fit.map(|(new_id, _)| (old_id.clone(), (*new_id).clone())));
    }
    alone(&pairs)
}

fn opening(row: &Row<'_>) -> Option<UtcTime> {
    row.time("opened_at")
}

/// Whether a row shows the mode open at that time: between its opening and its
/// close, or the latest sign of it.
fn shows_open(row: &Row<'_>, time: Option<UtcTime>) -> bool {
    let end = row.time("closed_at").or_else(|| row.time("last_seen_at"));
    let (Some(time), Some(opened), Some(end)) = (time, opening(row), end) else { return false };
    opened <= time && time <= end
}

fn both(old: &Row<'_>, new: &Row<'_>, changes: &mut Changes) {
    let detail = new.differences(old, &TOLD);
    let (was_open, is_open) = (old.time("closed_at").is_none(), new.time("closed_at").is_none());
    let other_id = old.text(ID) != new.text(ID);
    let mut told = Vec::new();
    match (was_open, is_open) {
        (true, false) => told.push(What::Ended),
        (false, true) => told.push(What::Changed),
        (true, true) if !other_id => told.push(What::Ongoing),
        (false, false) if !other_id && !detail.is_empty() => told.push(What::Changed),
        _ => {}
    }
    if other_id {
        // Whoever knows the opening from further back knows it better.
        let better = opening(new) <= opening(old);
        told.push(if better { What::Refined } else { What::Changed });
    }
    if told.is_empty() {
        changes.same(Subject::Window);
    }
    let old_id = if other_id { old.text(ID) } else { String::new() };
    for what in told {
        changes.rows.push(Change { old_id: old_id.clone(), ..change(new, what, detail.clone()) });
    }
}

/// What else a row may be, that cannot be told.
fn maybe<'r>(row: &Row<'_>, others: impl Iterator<Item = &'r Row<'r>>) -> String {
    let alike = |other: &Row<'_>, column: &str| other.text(column) == row.text(column);
    let open_before = |early: &Row<'_>, late: &Row<'_>| {
        early.time("closed_at").is_none()
            && opening(early) < opening(late)
            && late.text("opened_bound") == "at_or_before"
    };
    let could = others.filter(|other| alike(other, "account_id") && alike(other, "mode"));
    let could = could.filter(|other| open_before(row, other) || open_before(other, row));
    let ids: Vec<String> = could.map(|other| other.text(ID)).collect();
    if ids.is_empty() {
        return String::new();
    }
    let report = if row.in_new { "old" } else { "new" };
    format!("; whether it is {} of the {report} report is not shown", ids.join(" or "))
}

fn span(row: &Row<'_>) -> (Option<UtcTime>, Option<UtcTime>) {
    (opening(row), row.time("closed_at"))
}

fn change(row: &Row<'_>, what: What, detail: String) -> Change {
    let closed = row.text("closed_at");
    let end = if closed.is_empty() { "no end seen".to_owned() } else { format!("closed at {closed}") };
    let opened = if row.text("opened_bound") == "exact" { "opened at" } else { "open at the latest at" };
    let summary = format!(
        "{} mode {opened} {}, {end}, {}",
        row.text("mode"),
        row.text("opened_at"),
        match row.text("authorization").as_str() {
            "unknown" => "of unknown authorization".to_owned(),
            told => told.to_owned(),
        }
    );
    Change { summary, actor: row.text("opened_by"), ..row.change(Subject::Window, what, ID, detail) }
}
