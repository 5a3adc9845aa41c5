//! Objects of the dump that disappeared or changed, and what is covered.
//!
//! Owns: these changes. An object that is new is no change worth a row: what it
//! covers is.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Change, Changes, Row, Side, Subject, What};
use crate::model::count::counted;
use crate::model::time::{Day, UtcTime};

const ID: &str = "source_object";

/// Objects that the old report lists.
pub(super) fn evidence<'s>((old, new): (&'s Side<'s>, &'s Side<'s>), changes: &mut Changes) {
    let grid = old.tables.grid("evidence");
    let of_new = new.tables.grid("evidence");
    let moved = moved(new);
    let mut left = BTreeMap::<(String, String), (u64, Option<Day>, Option<Day>)>::new();
    for (path, &row) in &old.objects {
        let row = Row { side: old, grid, row, in_new: false };
        let sha256 = row.text("sha256");
        if let Some(&now) = new.objects.get(path) {
            let now = Row { side: new, grid: of_new, row: now, in_new: true };
            if sha256 == now.text("sha256") {
                changes.same(Subject::Evidence);
            } else {
                let detail = now.differences(&row, &["sha256", "bytes", "status"]);
                changes.rows.push(change(&now, What::Changed, detail));
            }
        } else if let Some(place) = moved.get(&sha256).filter(|_| !sha256.is_empty()) {
            let detail = format!("the same bytes lie at {place} now");
            changes.rows.push(change(&row, What::Changed, detail));
        } else if let Some(day) = day(&row).filter(|day| !new.spans(*day)) {
            let left = left.entry((row.text("account_id"), row.text("region"))).or_default();
            *left = (left.0 + 1, left.1.into_iter().chain([day]).min(), left.2.max(Some(day)));
        } else {
            let why = match day(&row) {
                Some(day) => format!("the new report has evidence from before and after {day}, or of it"),
                None => "no time tells whether the new dump was to hold it".to_owned(),
            };
            changes.rows.push(change(&row, What::Gone, format!("it is not in the new dump; {why}")));
        }
    }
    for ((account_id, region), (count, first, last)) in left {
        let days = first.zip(last).map_or_else(String::new, |(first, last)| format!(" of {first} to {last}"));
        changes.rows.push(Change {
            account_id,
            region,
            time: first.map(Day::start),
            summary: format!("{}{days}", counted(count, "object")),
            detail: "the new report has evidence of another time".to_owned(),
            ..blank(Subject::Evidence, What::NotCovered, false)
        });
    }
}

/// Where an object of these bytes lies, if one does alone.
fn moved(side: &Side<'_>) -> BTreeMap<String, String> {
    let grid = side.tables.grid("evidence");
    let mut places = BTreeMap::<String, Vec<&String>>::new();
    for (path, row) in &side.objects {
        places.entry(grid.text(*row, "sha256")).or_default().push(path);
    }
    let first = |(sha256, paths): (String, Vec<&String>)| Some((sha256, (*paths.first()?).clone()));
    places.into_iter().filter_map(first).collect()
}

/// The day of an object's records, else the one in its key.
fn day(row: &Row<'_>) -> Option<Day> {
    let of_records = row.time("first_event_time").or_else(|| row.time("last_event_time"));
    of_records.map(UtcTime::day).or_else(|| {
        let path = row.text(ID);
        let parts: Vec<&str> = path.split('/').collect();
        let mut dates = parts.windows(3);
        dates.find_map(|date| Day::parse(&date.join("-")))
    })
}

/// Accounts and regions of which there are records in one report alone.
pub(super) fn coverage((old, new): (&Side<'_>, &Side<'_>), changes: &mut Changes) {
    let (before, now): (BTreeSet<_>, BTreeSet<_>) = (old.days.keys().collect(), new.days.keys().collect());
    let told = |whose: &(String, String), side: &Side<'_>, what: What| {
        let days = side.days.get(whose);
        let first = days.and_then(BTreeSet::first).copied();
        let last = days.and_then(BTreeSet::last).copied();
        let span =
            first.zip(last).map_or_else(String::new, |(first, last)| format!(" from {first} to {last}"));
        let count = days.map_or(0, |days| days.len() as u64);
        Change {
            id: format!("{}/{}", whose.0, whose.1),
            account_id: whose.0.clone(),
            region: whose.1.clone(),
            time: first.map(Day::start),
            summary: format!("records of {}{span}", counted(count, "day")),
            detail: match what {
                What::New => "the old report has no record of it".to_owned(),
                _ => "the new report has no record of it".to_owned(),
            },
            ..blank(Subject::Coverage, what, what == What::New)
        }
    };
    changes.rows.extend(now.difference(&before).map(|whose| told(whose, new, What::New)));
    changes.rows.extend(before.difference(&now).map(|whose| told(whose, old, What::Gone)));
    for _ in before.intersection(&now) {
        changes.same(Subject::Coverage);
    }
}

fn change(row: &Row<'_>, what: What, detail: String) -> Change {
    let time = row.time("first_event_time");
    let summary = format!(
        "{} of {}",
        row.text("format"),
        counted(row.grid.number(row.row, "records").unwrap_or(0), "record")
    );
    let source_object = row.text(ID);
    Change { time, summary, source_object, ..row.change(Subject::Evidence, what, ID, detail) }
}

fn blank(subject: Subject, what: What, in_new: bool) -> Change {
    Change {
        subject,
        what,
        id: String::new(),
        old_id: String::new(),
        account_id: String::new(),
        region: String::new(),
        mode: String::new(),
        actor: String::new(),
        time: None,
        severity: String::new(),
        summary: String::new(),
        detail: String::new(),
        in_new,
        source_object: String::new(),
        source_record: None,
    }
}
