//! Findings and incidents: new, going on, gone.
//!
//! Owns: when a claim under another id is the same one.

use std::collections::BTreeMap;

use crate::compare::windows::Now;
use crate::compare::{Change, Changes, Row, Side, Subject, What, alone, by_id, only_new, only_old};
use crate::model::time::UtcTime;

/// What is told of a finding that both reports have.
const OF_FINDING: [&str; 5] = ["severity", "confidence", "end_time", "count", "window_id"];
/// What is told of an incident that both reports have.
const OF_INCIDENT: [&str; 7] =
    ["started_at", "ended_at", "severity", "actions", "attempts", "irreversible", "next_deadline"];

type Rows<'s> = BTreeMap<String, Row<'s>>;

/// Compares findings. One whose window has another id has another id too: it is
/// the same if the rule found that window once in each report.
pub(super) fn findings<'s>(
    (old, new): (&'s Side<'s>, &'s Side<'s>),
    same_window: &BTreeMap<String, Now>,
    changes: &mut Changes,
) {
    let is_one = |before: &Row<'_>, now: &Row<'_>| {
        same_window.get(&before.text("window_id")).is_some_and(|window| window.id == now.text("window_id"))
    };
    let kind = Kind {
        subject: Subject::Finding,
        table: "findings",
        id: "finding_id",
        told: &OF_FINDING,
        alike: &["rule_id", "account_id", "actor"],
        begins: "time",
        ends: "end_time",
        is_over: |_| false,
    };
    // Why a claim that a window has no end is gone is then plain.
    let ended = |row: &Row<'_>| match same_window.get(&row.text("window_id")) {
        Some(window) if !window.closed_at.is_empty() => {
            format!("; its window {} closed at {}", window.id, window.closed_at)
        }
        _ => String::new(),
    };
    kind.compare((old, new), (is_one, ended), changes);
}

/// Compares incidents. Two of one actor in one account that overlap are one: an
/// incident ends only where nothing follows within the hour.
pub(super) fn incidents<'s>((old, new): (&'s Side<'s>, &'s Side<'s>), changes: &mut Changes) {
    let is_one = |before: &Row<'_>, now: &Row<'_>| {
        let times = |row: &Row<'_>| row.time("started_at").zip(row.time("ended_at"));
        times(before).zip(times(now)).is_some_and(|(one, two)| one.0 <= two.1 && two.0 <= one.1)
    };
    let kind = Kind {
        subject: Subject::Incident,
        table: "incidents",
        id: "incident_id",
        told: &OF_INCIDENT,
        alike: &["account_id", "actor"],
        begins: "started_at",
        ends: "ended_at",
        // With no deadline left, nothing about it is still to be done.
        is_over: |row| row.text("next_deadline").is_empty(),
    };
    kind.compare((old, new), (is_one, |_: &Row<'_>| String::new()), changes);
}

/// One kind of claim.
struct Kind {
    subject: Subject,
    table: &'static str,
    id: &'static str,
    told: &'static [&'static str],
    /// Columns in which two rows of one claim are the same, whatever their ids.
    alike: &'static [&'static str],
    begins: &'static str,
    ends: &'static str,
    is_over: fn(&Row<'_>) -> bool,
}

impl Kind {
    fn compare<'s>(
        &self,
        (old, new): (&'s Side<'s>, &'s Side<'s>),
        (is_one, also): (impl Fn(&Row<'_>, &Row<'_>) -> bool, impl Fn(&Row<'_>) -> String),
        changes: &mut Changes,
    ) {
        let mut before = by_id(old, self.table, self.id, false);
        let mut now = by_id(new, self.table, self.id, true);
        now.retain(|id, row| before.remove(id).map(|old| self.both(&old, row, changes)).is_none());
        for (old_id, new_id) in self.one_each(&before, &now, is_one) {
            if let (Some(old), Some(new)) = (before.remove(&old_id), now.remove(&new_id)) {
                let detail = new.differences(&old, self.told);
                let row = new.change(self.subject, What::Refined, self.id, detail);
                changes.rows.push(Change { old_id, ..row });
            }
        }
        for row in now.values() {
            let detail = only_new(row, old, self.times(row));
            changes.rows.push(row.change(self.subject, What::New, self.id, detail));
        }
        for row in before.values() {
            let (what, mut detail) = only_old(row, new, self.times(row));
            detail.push_str(&also(row));
            changes.rows.push(row.change(self.subject, what, self.id, detail));
        }
    }

    fn both(&self, old: &Row<'_>, new: &Row<'_>, changes: &mut Changes) {
        let detail = new.differences(old, self.told);
        let what = match (detail.is_empty(), (self.is_over)(new)) {
            (false, true) => What::Changed,
            (_, false) => What::Ongoing,
            (true, true) => return changes.same(self.subject),
        };
        changes.rows.push(new.change(self.subject, what, self.id, detail));
    }

    fn times(&self, row: &Row<'_>) -> (Option<UtcTime>, Option<UtcTime>) {
        let begins = row.time(self.begins);
        (begins, row.time(self.ends).or(begins))
    }

    /// Pairs that fit each other and nothing else.
    fn one_each(
        &self,
        old: &Rows<'_>,
        new: &Rows<'_>,
        is_one: impl Fn(&Row<'_>, &Row<'_>) -> bool,
    ) -> Vec<(String, String)> {
        let key =
            |row: &Row<'_>| -> Vec<String> { self.alike.iter().map(|column| row.text(column)).collect() };
        let mut alike = BTreeMap::<Vec<String>, Vec<(&String, &Row<'_>)>>::new();
        for (id, row) in new {
            alike.entry(key(row)).or_default().push((id, row));
        }
        let mut pairs = Vec::new();
        for (old_id, before) in old {
            let fit = alike.get(&key(before)).into_iter().flatten();
            let fit = fit.filter(|(_, now)| is_one(before, now));
            pairs.extend(fit.map(|(new_id, _)| (old_id.clone(), (*new_id).clone())));
        }
        alone(&pairs)
    }
}
