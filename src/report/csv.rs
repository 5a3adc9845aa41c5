//! A table as CSV.
//!
//! Owns: the conventions of the contract's section 2 for CSV. Text goes through
//! `escape::spreadsheet`; numbers, times and truth values cannot be formulas.
//! Lists are joined by `;`, so that an item that holds one is told apart only
//! in Parquet.

use std::borrow::Cow;
use std::io::Write;

use polars_core::prelude::{Column, DataFrame, PolarsResult};
use polars_io::prelude::{CsvWriter, SerWriter};

use crate::report::column::{Cell, Table};
use crate::report::escape::spreadsheet;

/// Rows turned into text at a time: bounds the memory of one large table.
const ROWS_AT_A_TIME: usize = 65_536;

/// Writes the table with its header: RFC 4180 quoting, LF, UTF-8 without mark.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(table: &Table<'_>, out: &mut dyn Write) -> PolarsResult<()> {
    let mut start = 0;
    loop {
        let end = table.rows().min(start + ROWS_AT_A_TIME);
        let columns = (0..table.columns.len())
            .map(|column| {
                let name = table.columns[column].name.into();
                let cells: Vec<_> = (start..end).map(|row| print(table.cell(row, column))).collect();
                Column::new(name, cells)
            })
            .collect();
        let mut frame = DataFrame::new(end - start, columns)?;
        CsvWriter::new(&mut *out).include_header(start == 0).n_threads(1).finish(&mut frame)?;
        start = end;
        if start == table.rows() {
            return Ok(());
        }
    }
}

/// The text of a cell; `None` prints as nothing at all.
fn print(cell: Cell<'_>) -> Option<String> {
    let text = match cell {
        Cell::Empty | Cell::Place => return None,
        Cell::Text(text) => spreadsheet(&text).into_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Time(time) => time.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::List(items) => spreadsheet(&join(&items)).into_owned(),
    };
    (!text.is_empty()).then_some(text)
}

fn join(items: &[Cow<'_, str>]) -> String {
    items.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::column::{Column as Row, moment, number, text};

    struct Line(String, u64);

    const COLUMNS: &[Row<Line>] = &[
        Row::text("name", "a text", |line| text(&line.0)),
        Row::int("size", "a number", |line| number(line.1)),
        Row::time("time", "a time", |_| {
            moment(crate::model::time::UtcTime::parse("2025-01-01T00:00:00.250Z"))
        }),
        Row::list("parts", "a list", |line| Cell::List(line.0.split('/').map(Cow::Borrowed).collect())),
        Row::bool("sure", "a truth value", |line| Cell::Bool(line.1 > 1)),
    ];

    fn csv_of(lines: &[Line]) -> String {
        let mut out = Vec::new();
        write(&Table::of("t", "a table", COLUMNS, lines), &mut out).expect("written to memory");
        String::from_utf8(out).expect("CSV is UTF-8")
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        assert_eq!(csv_of(&[]), "name,size,time,parts,sure\n");
    }

    #[test]
    fn fields_are_quoted_if_they_need_it_and_empty_is_nothing() {
        let at = "2025-01-01T00:00:00.250Z";
        for (name, expected) in [
            ("plain", format!("plain,1,{at},plain,false")),
            ("", format!(",1,{at},,false")),
            ("a/b", format!("a/b,1,{at},a;b,false")),
            ("a,b", format!("\"a,b\",1,{at},\"a,b\",false")),
            ("a\"b", format!("\"a\"\"b\",1,{at},\"a\"\"b\",false")),
            ("a\nb", format!("\"a\nb\",1,{at},\"a\nb\",false")),
            ("a\rb", format!("\"a\rb\",1,{at},\"a\rb\",false")),
            ("=1", format!("'=1,1,{at},'=1,false")),
            ("\r=1", format!("\"'\r=1\",1,{at},\"'\r=1\",false")),
            ("a\0", format!("a\\u{{0}},1,{at},a\\u{{0}},false")),
            ("NaN", format!("NaN,1,{at},NaN,false")),
        ] {
            let written = csv_of(&[Line(name.to_owned(), 1)]);
            assert_eq!(written, format!("name,size,time,parts,sure\n{expected}\n"), "{name:?}");
        }
    }

    #[test]
    fn a_long_table_is_written_in_one_piece() {
        let lines: Vec<Line> = (0..=ROWS_AT_A_TIME as u64 + 5).map(|n| Line(n.to_string(), n)).collect();
        let written = csv_of(&lines);
        assert_eq!(written.lines().count(), lines.len() + 1);
        assert_eq!(written.lines().filter(|line| line.starts_with("name,")).count(), 1);
        assert!(written.lines().last().is_some_and(|line| line.starts_with("65541,65541,")));
    }
}
