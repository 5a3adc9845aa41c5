//! A table as CSV.
//!
//! Owns: the conventions of the contract's section 2 for CSV. Text goes through
//! `escape::spreadsheet`; numbers, times and truth values cannot be formulas.
//! Lists are joined by `;`, so that an item that holds one is told apart only
//! in Parquet.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{ErrorKind, Terminator, WriterBuilder};

use crate::report::column::{Cell, Table};
use crate::report::escape::spreadsheet;

/// Writes the table with its header: RFC 4180 quoting, LF, UTF-8 without mark.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(table: &Table<'_>, out: &mut dyn Write) -> io::Result<()> {
    rows(table, true, out).map_err(into_io)
}

/// Writes more rows of a table that was begun before.
///
/// # Errors
/// If `out` cannot be written.
pub fn append(table: &Table<'_>, out: &mut dyn Write) -> io::Result<()> {
    rows(table, false, out).map_err(into_io)
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn rows(table: &Table<'_>, header: bool, out: &mut dyn Write) -> csv::Result<()> {
    let mut rows = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(out);
    if header {
        rows.write_record(table.columns.iter().map(|column| column.name))?;
    }
    table.try_each(|row| {
        for column in 0..table.columns.len() {
            rows.write_field(&*print(row.cell(column)))?;
        }
        rows.write_record(None::<&[u8]>)
    })?;
    Ok(rows.flush()?)
}

/// The text of a cell; an empty one prints as nothing at all.
fn print(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Empty | Cell::Place => Cow::Borrowed(""),
        Cell::Text(text) => match spreadsheet(&text) {
            Cow::Owned(safe) => Cow::Owned(safe),
            Cow::Borrowed(_) => text,
        },
        Cell::Int(number) => Cow::Owned(number.to_string()),
        Cell::Time(time) => Cow::Owned(time.to_string()),
        Cell::Bool(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
        Cell::List(items) => Cow::Owned(spreadsheet(&join(&items)).into_owned()),
    }
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
}
