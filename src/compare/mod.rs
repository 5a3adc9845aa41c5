//! What has changed between two reports: what is new, goes on, ended, or is gone.
//!
//! Owns: the words of a change and its columns. Rows are matched by their stable
//! ids. It computes no new fact about the evidence: both reports stand as they
//! were signed. What one report lacks is called gone only if its evidence covers
//! the time and place of it; else it is not covered.

mod claims;
mod deadlines;
mod objects;
pub mod print;
mod side;
mod since;
mod windows;

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::model::time::UtcTime;
use crate::readback::{Grid, Tables};
use crate::report::column::{Column, Table, moment, number, text, word};

pub use self::side::{Asked, Side};
pub use self::since::{notes, since};

/// Tables that a comparison needs of both reports.
pub const NEEDED: [&str; 6] =
    ["evidence", "coverage", "mode_windows", "destructive_actions", "findings", "incidents"];

/// What a change is about, in the order in which changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A stretch in which a mode was open.
    Window,
    /// A claim of the tool.
    Finding,
    /// A run of calls of one actor.
    Incident,
    /// A time until which a loss can be undone.
    Deadline,
    /// An object of the dump.
    Evidence,
    /// An account and region of which there are records.
    Coverage,
}

impl Subject {
    /// All of them, in their order.
    pub const ALL: [Self; 6] =
        [Self::Window, Self::Finding, Self::Incident, Self::Deadline, Self::Evidence, Self::Coverage];

    /// The word of the column `subject`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Finding => "finding",
            Self::Incident => "incident",
            Self::Deadline => "deadline",
            Self::Evidence => "evidence",
            Self::Coverage => "coverage",
        }
    }
}

/// What became of it, in the order in which changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Only the new report has it.
    New,
    /// It was open in the old report and is over in the new one.
    Ended,
    /// A deadline that is over by the time of the new report.
    Passed,
    /// A loss that was undone before its deadline mattered.
    Met,
    /// Both have it, and the new one says something else of it.
    Changed,
    /// Both have it under different ids, as the new one knows better.
    Refined,
    /// Both have it, and it is not over.
    Ongoing,
    /// Only the old report has it, though the new one covers its time and place.
    Gone,
    /// Only the old report has it, and the new one does not cover it.
    NotCovered,
}

impl What {
    /// The word of the column `change`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ended => "ended",
            Self::Passed => "passed",
            Self::Met => "met",
            Self::Changed => "changed",
            Self::Refined => "refined",
            Self::Ongoing => "ongoing",
            Self::Gone => "gone",
            Self::NotCovered => "not_covered",
        }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// What became of it.
    pub what: What,
    /// Its id in the report that `in_new` names; a path for an object.
    pub id: String,
    /// Its id in the old report, where that is another.
    pub old_id: String,
    /// The account.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// The mode.
    pub mode: String,
    /// Who.
    pub actor: String,
    /// When it began; for a deadline, its time.
    pub time: Option<UtcTime>,
    /// How grave it is.
    pub severity: String,
    /// What it is, in words.
    pub summary: String,
    /// What is different, or why it is called so.
    pub detail: String,
    /// Whether the new report holds the row, not the old one.
    pub in_new: bool,
    /// The object that shows it.
    pub source_object: String,
    /// The record in it.
    pub source_record: Option<u64>,
}

/// All changes, and how much is as it was.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// In the order of subject, word, time, account and id.
    pub rows: Vec<Change>,
    /// How many are the same in both reports and over, by subject.
    pub unchanged: BTreeMap<Subject, u64>,
}

/// Columns of the table of changes.
const COLUMNS: &[Column<Change>] = &[
    Column::text("subject", "window, finding, incident, deadline, evidence or coverage", |c| {
        word(c.subject.as_str())
    }),
    Column::text("change", "what became of it since the old report", |c| word(c.what.as_str())),
    Column::text("id", "its id; the event of a deadline, the path of an object", |c| text(&c.id)),
    Column::text("old_id", "its id in the old report, if that is another", |c| text(&c.old_id)),
    Column::text("account_id", "the account", |c| text(&c.account_id)),
    Column::text("region", "the region, if it has one", |c| text(&c.region)),
    Column::text("mode", "the mode, if one is concerned", |c| text(&c.mode)),
    Column::text("actor", "person or thing behind it", |c| text(&c.actor)),
    Column::time("time", "when it began, UTC; of a deadline, the deadline", |c| moment(c.time)),
    Column::text("severity", "how grave, if it is judged", |c| text(&c.severity)),
    Column::text("summary", "what it is", |c| text(&c.summary)),
    Column::text("detail", "what is different, or why it is called so", |c| text(&c.detail)),
    Column::text("report", "old or new: the report that holds the row and its object", |c| {
        word(if c.in_new { "new" } else { "old" })
    }),
    Column::text("source_object", "object that shows it", |c| text(&c.source_object)),
    Column::int("source_record", "0-based ordinal of the record in it", |c| number(c.source_record)),
];

impl Changes {
    /// The changes as a table.
    pub fn table(&self) -> Table<'_> {
        Table::of("changes", "one row per change since the old report", COLUMNS, &self.rows)
    }

    /// How many changes of a subject have that word.
    pub fn count(&self, subject: Subject, what: What) -> u64 {
        self.rows.iter().filter(|row| row.subject == subject && row.what == what).count() as u64
    }

    fn same(&mut self, subject: Subject) {
        *self.unchanged.entry(subject).or_default() += 1;
    }
}

/// Reads the tables of a report that a comparison needs.
///
/// # Errors
/// A folder that holds no report, and files that are not as the run wrote them.
pub fn read(folder: &Path) -> Result<Tables, Error> {
    Tables::read(folder, &NEEDED, &[])
}

/// What has changed from the old report to the new one.
pub fn compare(old: &Side<'_>, new: &Side<'_>) -> Changes {
    let mut changes = Changes::default();
    let same_window = windows::compare((old, new), &mut changes);
    claims::findings((old, new), &same_window, &mut changes);
    claims::incidents((old, new), &mut changes);
    deadlines::compare((old, new), &mut changes);
    objects::evidence((old, new), &mut changes);
    objects::coverage((old, new), &mut changes);
    changes.rows.sort_by_cached_key(|row| {
        (row.subject, row.what, row.time, row.account_id.clone(), row.region.clone(), row.id.clone())
    });
    changes
}

/// One row of a table of one report.
#[derive(Clone, Copy)]
struct Row<'s> {
    side: &'s Side<'s>,
    grid: &'s Grid,
    row: usize,
    in_new: bool,
}

impl Row<'_> {
    fn text(&self, column: &str) -> String {
        self.grid.text(self.row, column)
    }

    fn time(&self, column: &str) -> Option<UtcTime> {
        self.grid.time(self.row, column)
    }

    /// A change of it; what cells there are under the usual names goes along.
    fn change(&self, subject: Subject, what: What, id: &str, detail: String) -> Change {
        Change {
            subject,
            what,
            id: self.text(id),
            old_id: String::new(),
            account_id: self.text("account_id"),
            region: self.text("region"),
            mode: self.text("mode"),
            actor: self.text("actor"),
            time: self.time("time").or_else(|| self.time("started_at")).or_else(|| self.time("opened_at")),
            severity: self.text("severity"),
            summary: self.text("summary"),
            detail,
            in_new: self.in_new,
            source_object: self.text("source_object"),
            source_record: self.grid.number(self.row, "source_record"),
        }
    }

    /// Which of these columns differ from the same row of the old report.
    fn differences(&self, old: &Self, columns: &[&str]) -> String {
        let shown = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        let told = columns.iter().filter_map(|column| {
            let (before, now) = (old.text(column), self.text(column));
            (before != now).then(|| format!("{column}: {} -> {}", shown(before), shown(now)))
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

/// The rows of a table of both reports by an id; a row without one has none.
fn by_id<'s>(side: &'s Side<'s>, table: &str, id: &str, in_new: bool) -> BTreeMap<String, Row<'s>> {
    let grid = side.tables.grid(table);
    let rows = (0..grid.rows()).map(|row| Row { side, grid, row, in_new });
    rows.map(|row| (row.text(id), row)).filter(|(id, _)| !id.is_empty()).collect()
}

/// What a row is called that only the old report has, and why.
fn only_old(row: &Row<'_>, new: &Side<'_>, times: (Option<UtcTime>, Option<UtcTime>)) -> (What, String) {
    let spot = row.side.spot(row, times);
    if let Some(why) = new.lacks(&spot) {
        return (What::NotCovered, why);
    }
    let mut why = "the new report covers its time and place, and does not have it".to_owned();
    if !new.holds(&row.text("source_object"), &spot) {
        why.push_str("; the object that showed it is not in the new dump");
    }
    (What::Gone, why)
}

/// How the detail begins of what the old report does not cover.
const NOT_OF_OLD: &str = "for the old report, ";

/// Why a row that only the new report has is not in the old one.
fn only_new(row: &Row<'_>, old: &Side<'_>, times: (Option<UtcTime>, Option<UtcTime>)) -> String {
    match old.lacks(&row.side.spot(row, times)) {
        None => "the old report covers its time and place, and does not have it".to_owned(),
        Some(why) => format!("{NOT_OF_OLD}{why}"),
    }
}

/// The pairs of which neither part is in another pair.
fn alone(pairs: &[(String, String)]) -> Vec<(String, String)> {
    let mut of_old = BTreeMap::<&str, u64>::new();
    let mut of_new = BTreeMap::<&str, u64>::new();
    for (old_id, new_id) in pairs {
        *of_old.entry(old_id).or_default() += 1;
        *of_new.entry(new_id).or_default() += 1;
    }
    let alone = |(old_id, new_id): &&(String, String)| {
        of_old.get(old_id.as_str()) == Some(&1) && of_new.get(new_id.as_str()) == Some(&1)
    };
    pairs.iter().filter(alone).cloned().collect()
}
