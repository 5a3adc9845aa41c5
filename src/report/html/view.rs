//! What the page shows of the tables.
//!
//! Owns: which columns and how many rows a person is shown, and which words
//! stand out. Makes every text of the evidence safe to look at.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::model::count::grouped;
use crate::model::mode::ModeWindow;
use crate::model::report::Report;
use crate::report::column::{AsText, Cell, Table, number, text, word};
use crate::report::escape::{shorten, terminal};
use crate::report::headline::{Deadline, Headline, urgency};
use crate::report::html::shown::SHOWN;
use crate::report::tables;

/// Deadlines listed in the head.
pub(super) const DEADLINES_MAX: usize = 10;
/// Rows shown of one table; the rest is in the table's own files.
const ROWS_MAX: usize = 2_000;
/// Characters shown of one cell.
const CELL_CHARS_MAX: usize = 300;

/// Characters of a cell that is not wrapped.
const LINE_CHARS_MAX: usize = 44;

/// Text in which nothing hides or moves. HTML's own characters are escaped by
/// the template.
#[derive(Clone)]
pub(super) struct Shown(String);

impl Shown {
    /// That text, with all that misleads made visible, and cut if it is long.
    pub(super) fn of(text: &str) -> Self {
        Self(shorten(&terminal(text), CELL_CHARS_MAX * 4).into_owned())
    }

    /// The same for one cell or label of at most so many characters.
    pub(super) fn short(text: &str, chars: usize) -> Self {
        Self(shorten(&terminal(text), chars).into_owned())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One deadline of the head.
pub(super) struct DeadlineView {
    pub(super) until: String,
    pub(super) text: Shown,
    pub(super) recovery: Shown,
}

impl DeadlineView {
    /// What is said of that deadline.
    pub(super) fn of(deadline: &Deadline<'_>) -> Self {
        let action = deadline.action;
        let account = action.account_id.as_ref().map_or("an unknown account", |account| account.as_str());
        let what = action.resources.first().map_or("", AsText::as_text);
        Self {
            until: deadline.until.to_string(),
            text: Shown::short(&format!("{} in {account}: {what}", action.event_name), CELL_CHARS_MAX),
            recovery: Shown::short(&action.recovery, CELL_CHARS_MAX),
        }
    }
}

/// What is said of a window with no end seen.
pub(super) fn open_window(window: &ModeWindow, account_name: Option<&Arc<str>>) -> Shown {
    let bound = match window.opened_bound {
        crate::model::mode::OpenedBound::Exact => "opened",
        crate::model::mode::OpenedBound::AtOrBefore => "open at or before",
    };
    let name = account_name.map(|name| format!(" ({name})")).unwrap_or_default();
    let gone = window.gone_by.map(|time| format!(", recorded as gone by {time}")).unwrap_or_default();
    let text = format!(
        "{} in {}{name}: {bound} {}, last sign of it {}{gone}, {}: {}",
        window.mode,
        window.account_id,
        window.opened_at,
        window.last_seen_at,
        window.authorization.as_str(),
        window.authorization_reason,
    );
    Shown::short(&text, CELL_CHARS_MAX)
}

/// One table of the page.
pub(super) struct TableView {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) count: String,
    pub(super) about: &'static str,
    pub(super) note: String,
    pub(super) columns: Vec<HeadView>,
    pub(super) rows: Vec<Vec<CellView>>,
}

/// The head of one column.
pub(super) struct HeadView {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
}

/// One cell. `tone` is one of our own words.
pub(super) struct CellView {
    pub(super) text: Shown,
    pub(super) tone: &'static str,
    pub(super) class: &'static str,
    /// What to sort by, if it is not the text.
    pub(super) rank: &'static str,
}

/// The tables of the page, in the order in which a reader needs them.
pub(super) fn tables(report: &Report, head: &Headline<'_>) -> Vec<TableView> {
    let all = tables::all(report);
    let mut views: Vec<_> = SHOWN
        .iter()
        .filter_map(|(name, title, columns)| {
            let table = all.iter().find(|table| table.name == *name)?;
            let order = if *name == "incidents" { urgent_first(report) } else { (0..table.rows()).collect() };
            Some(show(table, title, columns, &order))
        })
        .collect();
    views.iter_mut().filter(|view| view.id == "mode_windows").for_each(|view| name_accounts(view, report));
    views.push(problems(head));
    views.push(evidence(report));
    views
}

/// Places of the incidents, by what must be acted on first.
fn urgent_first(report: &Report) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.incidents.len()).collect();
    order.sort_by_key(|place| report.incidents.get(*place).map(urgency));
    order
}

fn show(table: &Table<'_>, title: &'static str, names: &[&'static str], order: &[usize]) -> TableView {
    let places: Vec<usize> = names.iter().filter_map(|name| table.column(name)).collect();
    let row = |row| {
        places.iter().map(|&column| cell(table.columns[column].name, table.cell(row, column))).collect()
    };
    let shown = table.rows().min(ROWS_MAX);
    TableView {
        id: table.name,
        title,
        count: grouped(table.rows() as u64),
        about: table.about,
        note: note(table.rows(), shown, table.name),
        columns: places
            .iter()
            .map(|&place| HeadView { name: table.columns[place].name, meaning: table.columns[place].meaning })
            .collect(),
        rows: order.iter().take(shown).copied().map(row).collect(),
    }
}

/// Puts the name of an account behind its id, where an export tells it.
fn name_accounts(view: &mut TableView, report: &Report) {
    let Some(column) = view.columns.iter().position(|head| head.name == "account_id") else { return };
    for (cells, window) in view.rows.iter_mut().zip(&report.windows) {
        if let Some(name) = report.scope.account_names.get(&window.account_id) {
            let text = format!("{} {name}", window.account_id);
            cells[column].text = Shown::short(&text, CELL_CHARS_MAX);
        }
    }
}

fn note(all: usize, shown: usize, table: &str) -> String {
    if all == shown {
        return format!("All columns are in the table {table} (CSV, Parquet).");
    }
    format!(
        "The first {} of {} rows; the rest, and all columns, are in the table {table} (CSV, Parquet).",
        grouped(shown as u64),
        grouped(all as u64)
    )
}

fn cell(column: &str, cell: Cell<'_>) -> CellView {
    let number = matches!(cell, Cell::Int(_));
    let text = match cell {
        Cell::Empty | Cell::Place => String::new(),
        Cell::Text(text) => text.into_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Time(time) => time.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::List(items) => shorten_list(&items),
    };
    let class = match text.chars().count() {
        _ if number => "number",
        chars if chars > LINE_CHARS_MAX && column != "source_object" => "long",
        _ => "",
    };
    CellView {
        tone: tone(column, &text),
        rank: rank(column, &text),
        class,
        text: Shown::short(&text, CELL_CHARS_MAX),
    }
}

/// The first items of a list and how many more there are.
fn shorten_list(items: &[std::borrow::Cow<'_, str>]) -> String {
    const ITEMS_MAX: usize = 5;
    let mut text = items[..items.len().min(ITEMS_MAX)].join("; ");
    if items.len() > ITEMS_MAX {
        text.push_str(&format!(" … and {} more", grouped((items.len() - ITEMS_MAX) as u64)));
    }
    text
}

/// How a word stands out; empty for text that is no word of ours.
fn tone(column: &str, word: &str) -> &'static str {
    match (column, word) {
        ("severity", "critical" | "high")
        | ("reversibility", "irreversible")
        | ("authorization", "unauthorized")
        | ("integrity", "modified" | "missing") => "bad",
        ("severity", "medium")
        | ("reversibility", "recoverable_until" | "unknown")
        | ("authorization", "unknown")
        | ("opened_bound", "at_or_before")
        | ("object_status", "partial" | "unreadable")
        | ("loss", "yes")
        | ("integrity", "trailing_data" | "unreferenced") => "warn",
        ("authorization", "authorized") | ("integrity", "signed" | "hash_chained") => "good",
        (
            "severity" | "reversibility" | "authorization" | "outcome" | "object_status" | "integrity",
            word,
        ) if !word.is_empty() => "calm",
        _ => "",
    }
}

/// Severities sort by gravity, not by alphabet.
fn rank(column: &str, word: &str) -> &'static str {
    match (column, word) {
        ("severity", "informational") => "1",
        ("severity", "low") => "2",
        ("severity", "medium") => "3",
        ("severity", "high") => "4",
        ("severity", "critical") => "5",
        _ => "",
    }
}

/// Problems by kind, each with its first place.
fn problems(head: &Headline<'_>) -> TableView {
    const HEADS: [(&str, &str); 7] = [
        ("problem", "what kind of loss or oddity"),
        ("severity", "how grave it is"),
        ("loss", "whether evidence was lost, not read or not clear"),
        ("count", "how many of them"),
        ("detail", "the first of them, in words"),
        ("source_object", "the object of the first"),
        ("source_record", "the record of the first, if it is one"),
    ];
    let rows = head.problems.iter().map(|group| {
        let first = group.problems.first();
        let cells = [
            word(group.kind.as_str()),
            word(group.kind.severity().as_str()),
            word(if group.kind.is_loss() { "yes" } else { "no" }),
            Cell::Int(group.problems.len() as u64),
            first.map_or(Cell::Empty, |problem| text(&problem.detail)),
            first.map_or(Cell::Empty, |problem| text(&problem.object)),
            number(first.and_then(|problem| problem.record)),
        ];
        own_row(&HEADS, cells)
    });
    let all: usize = head.problems.iter().map(|group| group.problems.len()).sum();
    TableView {
        id: "problems",
        title: "Problems of the evidence",
        count: grouped(all as u64),
        about: "one row per kind of loss or oddity, with the first of its kind",
        note: "Every single one is in the table problems (CSV, Parquet).".to_owned(),
        columns: HEADS.map(|(name, meaning)| HeadView { name, meaning }).into(),
        rows: rows.collect(),
    }
}

/// Objects by form, status and integrity, each with its first object.
fn evidence(report: &Report) -> TableView {
    const HEADS: [(&str, &str); 7] = [
        ("format", "the form the content was read as"),
        ("object_status", "what became of the objects"),
        ("integrity", "what the digests say of them"),
        ("objects", "how many of them"),
        ("records", "records decoded from them, duplicates included"),
        ("source_object", "the first of them"),
        ("note", "what is noted of the first"),
    ];
    let mut groups = BTreeMap::new();
    for object in &report.objects {
        let integrity = object.integrity.map_or("", |integrity| integrity.as_str());
        let group = groups.entry((object.format, object.status, integrity)).or_insert((0u64, 0u64, object));
        group.0 += 1;
        group.1 += object.records;
    }
    let rows = groups.into_iter().map(|((format, status, integrity), (objects, records, first))| {
        let cells = [
            Cell::of(format),
            word(status.as_str()),
            Cell::of(integrity),
            Cell::Int(objects),
            Cell::Int(records),
            text(&first.path),
            text(&first.note),
        ];
        own_row(&HEADS, cells)
    });
    TableView {
        id: "evidence",
        title: "Evidence",
        count: grouped(report.objects.len() as u64),
        about: "one row per form, status and integrity of the objects found",
        note: "Every object, with both hashes, is in the table evidence (CSV, Parquet).".to_owned(),
        columns: HEADS.map(|(name, meaning)| HeadView { name, meaning }).into(),
        rows: rows.collect(),
    }
}

fn own_row<'a, const N: usize>(heads: &[(&str, &str); N], cells: [Cell<'a>; N]) -> Vec<CellView> {
    heads.iter().zip(cells).map(|((name, _), value)| cell(name, value)).collect()
}
