//! The tables inside the page, as inert data.
//!
//! Owns: the form in which the page's script reads a table: JSON by column,
//! texts once each, packed by gzip where it is long. Makes every text safe to
//! look at, and cuts what is too much for a page. Knows no table's meaning: a
//! new table or column is there by itself.
//!
//! ```text
//!  {"rows":3,"columns":[{"v":[1,2,null]},             numbers, times, truth values
//!                       {"d":["a","b"],"i":[0,1,-1]},  texts; -1 is an empty cell
//!                       {"d":["x"],"l":[[0],[],[0]]}]} lists
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;

use base64::Engine as _;
use flate2::{Compression, GzBuilder};
use serde::Serialize;

use crate::model::time::UtcTime;
use crate::report::column::{Cell, Kind, Table};
use crate::report::escape::{shorten, terminal};

/// Rows of one table that the page holds; the rest is in the table's own files.
pub(super) const ROWS_MAX: usize = 200_000;
/// Characters of one text.
pub(super) const TEXT_CHARS_MAX: usize = 1_500;
/// Items of one list.
const ITEMS_MAX: usize = 100;
/// Bytes of text of one table, after which no more of its rows are held.
const TABLE_BYTES_MAX: usize = 64 << 20;
/// JSON longer than this is packed.
const PLAIN_BYTES_MAX: usize = 16 << 10;
/// How hard the JSON is packed, of 9. Level 6, the usual one, takes two to three
/// times as long for a block that is a tenth smaller.
const COMPRESSION_LEVEL: u32 = 2;
/// JavaScript counts exactly up to here.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// One table's block of data.
pub(super) struct Block {
    /// Name of the table.
    pub(super) name: &'static str,
    /// How its text is coded: empty for plain JSON, else `gzip` in base64.
    pub(super) coding: &'static str,
    /// What stands in the page: holds no `<`.
    pub(super) text: String,
    /// Rows that it holds.
    pub(super) rows: usize,
}

#[derive(Serialize)]
struct Content<'a> {
    rows: usize,
    columns: Vec<&'a ColumnData>,
}

/// The cells of one column.
#[derive(Serialize)]
#[serde(untagged)]
enum ColumnData {
    Values { v: Vec<Value> },
    Texts { d: Texts, i: Vec<i64> },
    Lists { d: Texts, l: Vec<Vec<usize>> },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Empty(Option<()>),
    Int(u64),
    Second(i64),
    Bool(bool),
    Text(String),
}

/// Different texts in the order in which they first occur.
#[derive(Default)]
struct Texts {
    places: HashMap<String, usize>,
    texts: Vec<String>,
    /// The place that was given out last: neighbours are often alike.
    last: usize,
}

impl Serialize for Texts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.texts)
    }
}

impl Texts {
    /// The place of a text as the page shows it, and how many bytes are new
    /// because of it.
    fn place(&mut self, text: &str) -> (usize, usize) {
        if self.texts.get(self.last).is_some_and(|last| last == text) {
            return (self.last, 0);
        }
        let (place, bytes) = self.find(text);
        self.last = place;
        (place, bytes)
    }

    fn find(&mut self, text: &str) -> (usize, usize) {
        // Most texts occur often: they are found as they are. Long ones are not kept twice.
        let long = text.len() > TEXT_CHARS_MAX;
        if let Some(place) = self.places.get(text).filter(|_| !long) {
            return (*place, 0);
        }
        let shown = shown(text).into_owned();
        let key = if long { &shown } else { text };
        if let Some(place) = self.places.get(key) {
            return (*place, 0);
        }
        let (place, bytes) = (self.texts.len(), shown.len());
        self.places.insert(key.to_owned(), place);
        self.texts.push(shown);
        (place, bytes)
    }
}

impl ColumnData {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Texts { d: Texts::default(), i: Vec::new() },
            Kind::List => Self::Lists { d: Texts::default(), l: Vec::new() },
            Kind::Int | Kind::Time | Kind::Bool => Self::Values { v: Vec::new() },
        }
    }

    /// Adds a cell; says about how many bytes longer the block is for it.
    fn push(&mut self, cell: Cell<'_>) -> usize {
        match self {
            Self::Values { v } => {
                v.push(value(cell));
                8
            }
            Self::Texts { d, i } => {
                let Cell::Text(text) = cell else {
                    i.push(-1);
                    return 3;
                };
                let (place, bytes) = d.place(&text);
                i.push(i64::try_from(place).unwrap_or(-1));
                bytes + 6
            }
            Self::Lists { d, l } => {
                let items = if let Cell::List(items) = cell { items } else { Vec::new() };
                let mut bytes = 3;
                let mut place = |text: &str| {
                    let (place, new) = d.place(text);
                    bytes += new + 6;
                    place
                };
                let mut places: Vec<_> = items.iter().take(ITEMS_MAX).map(|item| place(item)).collect();
                if let Some(more) = items.len().checked_sub(ITEMS_MAX).filter(|more| *more > 0) {
                    places.push(place(&format!("… and {more} more")));
                }
                l.push(places);
                bytes
            }
        }
    }
}

/// A text as a page may show it: nothing hides or moves, and it is not long.
fn shown(text: &str) -> Cow<'_, str> {
    // Cut before it is made visible too, so that a text of a million characters costs little.
    match shorten(text, TEXT_CHARS_MAX) {
        Cow::Borrowed(text) => terminal(text),
        Cow::Owned(text) => Cow::Owned(terminal(&text).into_owned()),
    }
}

fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Int(number) if number > EXACT_MAX => Value::Text(number.to_string()),
        Cell::Int(number) => Value::Int(number),
        Cell::Time(time) => moment(time),
        Cell::Bool(truth) => Value::Bool(truth),
        Cell::Empty | Cell::Text(_) | Cell::List(_) | Cell::Place => Value::Empty(None),
    }
}

/// Whole seconds as a number, anything finer as text.
fn moment(time: UtcTime) -> Value {
    if time == UtcTime::from_seconds(time.seconds()) && time.to_string().len() == 20 {
        return Value::Second(time.seconds());
    }
    Value::Text(time.to_string())
}

/// The block of a table.
pub(super) fn block(table: &Table<'_>) -> Block {
    let mut columns: Vec<_> = table.columns.iter().map(|head| ColumnData::of(head.kind)).collect();
    let (mut bytes, mut rows) = (0, 0);
    table.each_while(|row| {
        for (place, column) in columns.iter_mut().enumerate() {
            bytes += column.push(row.cell(place));
        }
        rows += 1;
        rows < ROWS_MAX && bytes < TABLE_BYTES_MAX
    });
    let json = inert(&Content { rows, columns: columns.iter().collect() });
    let (coding, text) = if json.len() > PLAIN_BYTES_MAX { ("gzip", pack(&json)) } else { ("", json) };
    Block { name: table.name, coding, text, rows }
}

/// JSON that may stand in a script element: no character of it ends one.
pub(super) fn inert<T: Serialize>(value: &T) -> String {
    let mut json = serde_json::to_string(value).expect("texts and numbers are always JSON");
    for (character, escaped) in [('<', "\\u003c"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")] {
        if json.contains(character) {
            json = json.replace(character, escaped);
        }
    }
    json
}

/// gzip without a time or a system, in base64.
fn pack(json: &str) -> String {
    let level = Compression::new(COMPRESSION_LEVEL);
    let mut packer = GzBuilder::new().operating_system(255).write(Vec::new(), level);
    packer.write_all(json.as_bytes()).expect("memory takes it");
    base64::engine::general_purpose::STANDARD.encode(packer.finish().expect("memory takes it"))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::report::column::{Column, number, text};
    use crate::report::sample;
    use crate::report::tables;

    fn unpacked(block: &Block) -> serde_json::Value {
        if block.coding.is_empty() {
            return serde_json::from_str(&block.text).expect("JSON");
        }
        let packed = base64::engine::general_purpose::STANDARD.decode(&block.text).expect("base64");
        let mut json = String::new();
        flate2::read::GzDecoder::new(&*packed).read_to_string(&mut json).expect("gzip");
        serde_json::from_str(&json).expect("JSON")
    }

    /// What the page's script makes of a cell.
    fn read(content: &serde_json::Value, column: usize, row: usize) -> serde_json::Value {
        let data = &content["columns"][column];
        let text = |place: &serde_json::Value| match place.as_u64() {
            Some(place) => data["d"][usize::try_from(place).expect("small")].clone(),
            None => serde_json::Value::Null,
        };
        if let Some(values) = data["v"].as_array() {
            values[row].clone()
        } else if let Some(places) = data["i"].as_array() {
            text(&places[row])
        } else {
            data["l"][row].as_array().expect("a list").iter().map(text).collect()
        }
    }

    #[test]
    fn every_cell_of_every_table_is_there() {
        for report in [sample::plain(), sample::hostile()] {
            for table in tables::all(&report) {
                let block = block(&table);
                let content = unpacked(&block);
                assert_eq!((block.rows, content["rows"].as_u64()), (table.rows(), Some(table.rows() as u64)));
                for (row, cells) in table.cells().into_iter().enumerate() {
                    for (column, cell) in cells.into_iter().enumerate() {
                        let expected: serde_json::Value = match cell {
                            Cell::Text(text) => shown(&text).into_owned().into(),
                            Cell::Int(number) => number.into(),
                            Cell::Time(time) if time.to_string().len() == 20 => time.seconds().into(),
                            Cell::Time(time) => time.to_string().into(),
                            Cell::Bool(truth) => truth.into(),
                            Cell::List(items) => items.iter().map(|item| shown(item)).collect(),
                            Cell::Empty | Cell::Place => serde_json::Value::Null,
                        };
                        let name = table.columns[column].name;
                        assert_eq!(read(&content, column, row), expected, "{}.{name}", table.name);
                    }
                }
            }
        }
    }

    struct Line(String);

    const COLUMNS: &[Column<Line>] = &[
        Column::text("name", "a text", |line| text(&line.0)),
        Column::int("size", "a number", |_| number(u64::MAX)),
    ];

    #[test]
    fn no_data_can_end_its_element_and_none_is_hidden() {
        let evil = "</script><script>alert(1)</script><!--\u{2028}\u{202e}\0";
        let block = block(&Table::of("t", "a table", COLUMNS, &[Line(evil.to_owned())]));
        assert!(!block.text.contains(['<', '\u{2028}', '\u{202e}']), "{}", block.text);
        let shown = read(&unpacked(&block), 0, 0);
        assert_eq!(shown, r"</script><script>alert(1)</script><!--\u{2028}\u{202e}\u{0}");
    }

    #[test]
    fn what_is_too_much_for_a_page_is_cut_with_a_mark() {
        let block = block(&Table::of("t", "a table", COLUMNS, &[Line("x".repeat(1_000_000))]));
        let content = unpacked(&block);
        let text = read(&content, 0, 0);
        let text = text.as_str().expect("a text");
        assert!(text.ends_with("… (cut)") && text.chars().count() < TEXT_CHARS_MAX + 10);
        assert_eq!(read(&content, 1, 0), u64::MAX.to_string(), "no digit is lost");
    }

    #[test]
    fn more_rows_than_a_page_holds_are_counted() {
        let lines: Vec<_> = (0..ROWS_MAX + 7).map(|n| Line((n % 3).to_string())).collect();
        let table = Table::of("t", "a table", COLUMNS, &lines);
        let block = block(&table);
        assert_eq!((block.rows, table.rows()), (ROWS_MAX, ROWS_MAX + 7));
        assert_eq!(block.coding, "gzip");
    }
}
