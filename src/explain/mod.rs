//! The story of an id, from the tables of a report, with the evidence of each
//! sentence.
//!
//! Owns: what a story is and how it is put together. It computes no new fact:
//! what the tables do not say is not told. `record` reads the records behind
//! it again from the dump, `print` writes it down.

mod about;
pub mod print;
pub mod record;
mod scope;
mod sentence;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use self::subject::Kind;

use crate::error::Error;
use crate::explain::scope::Scope;
use crate::explain::sentence::Actions;
use crate::explain::subject::{Rows, look_up, nearest};
use crate::model::time::UtcTime;
use crate::readback::Tables;

/// The tables that a story is made of; each must be there.
const NEEDED: [&str; 8] = [
    "evidence",
    "rfcs",
    "mode_windows",
    "mode_sessions",
    "destructive_actions",
    "timeline",
    "findings",
    "incidents",
];

/// Columns of the table of events that a story needs: it may be very large.
const EVENT_COLUMNS: [&str; 16] = [
    "event_time",
    "event_id",
    "account_id",
    "region",
    "event_source",
    "event_name",
    "error_code",
    "source_ip",
    "principal_arn",
    "access_key_id",
    "role_session_name",
    "source_identity",
    "resources",
    "request_parameters",
    "source_object",
    "source_record",
];

/// What a report tells of an id.
#[derive(Debug)]
pub struct Story {
    /// One part for each kind of thing that the id names.
    pub subjects: Vec<Subject>,
    /// SHA-256 of the objects, as stored, when the report was written.
    pub sha256: BTreeMap<String, String>,
}

/// What a report tells of an id as one kind of thing.
#[derive(Debug)]
pub struct Subject {
    /// What kind of thing.
    pub kind: Kind,
    /// The id.
    pub id: String,
    /// What it is, in sentences.
    pub about: Vec<String>,
    /// The chain as the report states it; empty if it states none.
    pub attribution_path: String,
    /// From the person to the call, session by session; empty if none is known.
    pub chain: Vec<String>,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// One thing that happened.
#[derive(Debug)]
pub struct Entry {
    /// When; `None` if unknown.
    pub time: Option<UtcTime>,
    /// The word of the timeline, or `event` for a call that is only there.
    pub kind: String,
    /// How grave it is; empty where nothing judges it.
    pub severity: String,
    /// What happened, in one sentence.
    pub sentence: String,
    /// Ids that it carries, by the name of their column.
    pub ids: BTreeMap<&'static str, String>,
    /// The object and the record that show it; `None` for an absence.
    pub evidence: Option<(String, u64)>,
    /// It is the id itself, not what lies around it.
    pub itself: bool,
}

/// Tells all that a report holds about an id.
///
/// # Errors
/// A folder that holds no report, tables that are not as they were written, an
/// id that is not in them.
pub fn explain(tables: &Tables, id: &str) -> Result<Story, Error> {
    let found = if id.is_empty() { BTreeMap::new() } else { look_up(tables, id) };
    if found.is_empty() {
        let near = nearest(tables, id);
        let near =
            if near.is_empty() { String::new() } else { format!("; the nearest are {}", near.join(", ")) };
        return Err(Error::UnknownId { id: id.to_owned(), near });
    }
    let subjects = found.iter().map(|(kind, rows)| subject(tables, *kind, id, rows)).collect();
    let evidence = tables.grid("evidence");
    let sha256 = (0..evidence.rows())
        .map(|row| (evidence.text(row, "source_object"), evidence.text(row, "sha256")))
        .collect();
    Ok(Story { subjects, sha256 })
}

/// Reads the tables of a report.
///
/// # Errors
/// As for [`explain`].
pub fn read(report: &Path) -> Result<Tables, Error> {
    Tables::read(report, &NEEDED, &[("events", &EVENT_COLUMNS)])
}

fn subject(tables: &Tables, kind: Kind, id: &str, rows: &Rows) -> Subject {
    let scope = Scope::of(kind, id, rows, tables);
    let actions = Actions::of(tables);
    let told = scope.timeline(tables).into_iter();
    let mut entries: Vec<Entry> = told.map(|row| sentence::of_timeline(tables, &actions, row)).collect();
    calls(tables, &scope, &mut entries);
    for entry in &mut entries {
        entry.itself = kind == Kind::Event && entry.ids.get("event_id").is_some_and(|event| event == id);
    }
    // An unknown time comes first, as in the timeline.
    entries.sort_by_key(|entry| entry.time);
    let mut about = about::of(tables, kind, rows);
    about.extend(about::not_told(tables, kind, &entries));
    let chain = about::chain(tables, kind, rows);
    let attribution_path = about::stated_path(tables, kind, rows);
    Subject { kind, id: id.to_owned(), about, attribution_path, chain, entries }
}

/// Adds calls that only the table of events tells of.
fn calls(tables: &Tables, scope: &Scope, entries: &mut Vec<Entry>) {
    let events = tables.grid("events");
    let mut rows = scope.calls.clone();
    rows.extend(scope.named_in(events));
    // Of some the timeline tells already, if in other words.
    let told = entries.iter().filter(|entry| entry.kind != "finding");
    let told: BTreeSet<(String, u64)> = told.filter_map(|entry| entry.evidence.clone()).collect();
    let calls = rows.into_iter().map(|row| sentence::of_call(tables, row));
    entries.extend(calls.filter(|call| call.evidence.as_ref().is_none_or(|place| !told.contains(place))));
}
