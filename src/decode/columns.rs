//! Tables: CSV exports with a record in a cell, or with a field in each column,
//! and the rows of query results in JSON.
//!
//! Owns: how a table is known by its header, and its rows. What a column means
//! in a record, `rebuild` says.

use csv::{ReaderBuilder, StringRecord};

use crate::decode::format::named;
use crate::decode::head::Head;
use crate::decode::json::{Members, string};
use crate::decode::rebuild::{self, Column};
use crate::decode::walk::Walk;
use crate::limits::{COMMENT_LINES_MAX, RECORD_BYTES_MAX};
use crate::model::problem::ProblemKind;

/// A table, known by its header.
pub(crate) struct Table {
    /// The name of its form.
    format: &'static str,
    /// Where its header begins.
    start: usize,
    delimiter: u8,
    columns: usize,
    plan: Plan,
}

/// What its rows are.
enum Plan {
    /// A record lies in the cell of this column.
    Cell(usize),
    /// Each column is a field of the record.
    Fields(Vec<Column>),
    /// The same, and less than the record.
    Summary(Vec<Column>),
}

/// Columns that hold a whole record as JSON text, and the form they tell of.
///
/// Source: facts/cloudtrail.md 2.2 rows 10, 11, 24, 25, 26.
const RECORD_COLUMNS: [(&str, &str); 9] = [
    ("@message", "logs_insights_csv"),
    ("_raw", "splunk_csv"),
    ("cloudtrailevent", "lookup_csv"),
    ("event.original", "message_csv"),
    ("full_message", "message_csv"),
    ("message", "message_csv"),
    ("_source", "message_csv"),
    ("rawlog", "message_csv"),
    ("detail", "message_csv"),
];

/// The table that a text is; `None` if its header is none of ours.
///
/// Source: facts/cloudtrail.md 2.2 rows 10, 13, 18, 21, 24.
pub(crate) fn table(all: &str) -> Option<Table> {
    let text = all.trim_start_matches('\u{feff}').trim_start();
    let start = all.len() - text.len();
    if !text.starts_with('#') {
        return header(text, start);
    }
    let mut at = start;
    for line in text.split_inclusive('\n').take(COMMENT_LINES_MAX) {
        if let Some(table) = header(line, at) {
            return Some(table);
        }
        at += line.len();
    }
    None
}

fn header(text: &str, start: usize) -> Option<Table> {
    let line = text.lines().next()?;
    [b',', b'\t', b';'].into_iter().find_map(|delimiter| {
        let mut reader =
            ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(line.as_bytes());
        let names = reader.records().next()?.ok()?;
        let names: Vec<&str> = names.iter().map(str::trim).collect();
        let (format, plan) = plan(&names)?;
        Some(Table { format, start, delimiter, columns: names.len(), plan })
    })
}

fn plan(names: &[&str]) -> Option<(&'static str, Plan)> {
    let place = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let has = |wanted: &[&str]| wanted.iter().all(|name| place(name).is_some());
    if has(&["event name", "event time", "event id"]) {
        return Some((
            "console_csv",
            Plan::Summary(names.iter().map(|name| rebuild::console(name)).collect()),
        ));
    }
    if has_fields(names) {
        let lower = names.iter().all(|name| !name.bytes().any(|byte| byte.is_ascii_uppercase()));
        let format = if lower { "athena_csv" } else { "lake_csv" };
        return Some((format, Plan::Fields(names.iter().map(|name| rebuild::field(name)).collect())));
    }
    let cell = RECORD_COLUMNS.iter().find_map(|(name, format)| Some((*format, Plan::Cell(place(name)?))))?;
    (names.len() > 1 || cell.0 != "message_csv").then_some(cell)
}

/// Whether these columns are the fields of a record.
pub(crate) fn has_fields(names: &[&str]) -> bool {
    let has = |wanted: &&str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    ["eventname", "eventsource", "eventtime"].iter().all(has)
}

/// The column that holds a whole record as JSON text.
pub(crate) fn record_column(names: &[&str]) -> Option<usize> {
    let place = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    RECORD_COLUMNS.iter().find_map(|(name, _)| place(name))
}

impl Walk<'_, '_> {
    /// Walks all rows of a table; tells how many there are.
    pub(crate) fn table(&mut self, table: &Table) {
        self.note_format(named(table.format).name);
        let text = self.text;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(table.delimiter)
            .from_reader(&text.as_bytes()[table.start..]);
        let mut row = StringRecord::new();
        let offset = |position: u64| table.start + usize::try_from(position).unwrap_or(usize::MAX);
        let mut first = true;
        loop {
            let from = offset(reader.position().byte());
            match reader.read_record(&mut row) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    let place = self.next_place(from, text.len());
                    return self.reject(ProblemKind::DamagedRecord, place, error.to_string());
                }
            }
            if std::mem::take(&mut first) {
                continue;
            }
            let end = offset(reader.position().byte()).min(text.len());
            let start = self.skip(from, b"").min(end);
            let end = start + text[start..end].trim_end().len();
            self.row(table, &row, (start, end));
        }
    }

    fn row(&mut self, table: &Table, row: &StringRecord, span: (usize, usize)) {
        let bytes = &self.text.as_bytes()[span.0..span.1];
        let open = memchr::memchr_iter(b'"', bytes).count() % 2 == 1;
        let why = if bytes.len() > RECORD_BYTES_MAX {
            Some((
                ProblemKind::LimitReached,
                format!("a row of {} bytes; at most {RECORD_BYTES_MAX} are read", bytes.len()),
            ))
        } else if open || row.len() != table.columns {
            let detail = format!(
                "a row with {} cells{}, in a table of {} columns",
                row.len(),
                if open { " and an open quote" } else { "" },
                table.columns
            );
            Some((ProblemKind::DamagedRecord, detail))
        } else {
            None
        };
        if let Some((kind, detail)) = why {
            let place = self.next_place(span.0, span.1);
            return self.reject(kind, place, detail);
        }
        match &table.plan {
            Plan::Cell(column) => self.text_inside(row.get(*column).unwrap_or_default(), (span, 0)),
            Plan::Fields(columns) => self.fields(columns.iter().copied().zip(row.iter()), span, false),
            Plan::Summary(columns) => self.fields(columns.iter().copied().zip(row.iter()), span, true),
        }
    }

    /// A row with a field in each column.
    fn fields<'c>(
        &mut self,
        cells: impl Iterator<Item = (Column, &'c str)>,
        span: (usize, usize),
        summary: bool,
    ) {
        let rebuilt = rebuild::record(cells);
        match Head::tolerant(&rebuilt.text).filter(Head::is_record) {
            Some(head) => {
                let whole = rebuilt.whole && !summary;
                self.rebuilt_record(head, &rebuilt.text, span, whole);
            }
            None => {
                let place = self.next_place(span.0, span.1);
                let detail = "a row without event source, event name and event time".to_owned();
                self.reject(ProblemKind::RejectedRecord, place, detail);
            }
        }
    }

    /// An object whose members are the columns of a record.
    pub(crate) fn columns_of(&mut self, members: &Members<'_>, span: (usize, usize)) {
        let cells: Vec<(Column, String)> =
            members.iter().map(|(name, value)| (rebuild::field(name), cell_text(value))).collect();
        self.fields(cells.iter().map(|(column, cell)| (*column, cell.as_str())), span, false);
    }

    /// The rows of `aws cloudtrail get-query-results` and of `aws logs
    /// get-query-results`: lists of `{column: cell}`, or of `{field, value}`.
    ///
    /// Source: facts/cloudtrail.md 2.2 rows 10, 19.
    pub(crate) fn result_rows(&mut self, rows: &str, at: ((usize, usize), usize)) {
        let rows: Vec<&serde_json::value::RawValue> = serde_json::from_str(rows).unwrap_or_default();
        self.evidence |= rows.is_empty();
        for row in rows {
            let span = self.span_of(row.get()).unwrap_or(at.0);
            let cells = result_cells(row.get());
            let message =
                cells.iter().find(|(name, _)| matches!(name.as_str(), "@message" | "CloudTrailEvent"));
            match message {
                Some((_, message)) => self.text_inside(message, (span, at.1)),
                None => {
                    let cells = cells.iter().map(|(name, cell)| (rebuild::field(name), cell.as_str()));
                    self.fields(cells, span, false);
                }
            }
        }
    }
}

/// The names and cells of one row.
fn result_cells(row: &str) -> Vec<(String, String)> {
    let cells: Vec<&serde_json::value::RawValue> = serde_json::from_str(row).unwrap_or_default();
    let mut found = Vec::new();
    for cell in cells {
        let Some(members) = Members::parse(cell.get()) else { continue };
        match (members.get("field"), members.get("value")) {
            (Some(field), Some(value)) => found.push((cell_text(field), cell_text(value))),
            _ => found.extend(members.iter().map(|(name, value)| (name.to_owned(), cell_text(value)))),
        }
    }
    found
}

/// The text of a JSON string, or the JSON text of any other value.
fn cell_text(raw: &str) -> String {
    string(raw).map_or_else(|| raw.to_owned(), std::borrow::Cow::into_owned)
}
