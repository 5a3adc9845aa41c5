//! A CSV file of tickets → its rows.
//!
//! Owns: the header. Cells are parted by commas, as RFC 4180 has it; lists inside a
//! cell by `;`, as in our own tables.

use csv::{ByteRecord, ReaderBuilder};

use super::{COLUMNS, Cells, NoTickets, Row, split};

/// The one column that may be left out.
const OPTIONAL: &str = "actions";

/// The rows below the header; blank lines are none.
pub(super) fn rows(body: &[u8]) -> Result<Vec<Row>, NoTickets> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body);
    let mut record = ByteRecord::new();
    let mut header: Option<Vec<&'static str>> = None;
    let mut rows = Vec::new();
    loop {
        let (mut start, mut line) = (reader.position().byte() as usize, reader.position().line() as usize);
        let read = reader.read_byte_record(&mut record);
        // Ends of lines that come before the record belong to none.
        while let Some(b'\r' | b'\n') = body.get(start) {
            line += usize::from(body.get(start) == Some(&b'\n'));
            start += 1;
        }
        match read {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(NoTickets { line, message: format!("it is no CSV: {error}") }),
        }
        let Some(columns) = &header else {
            header = Some(columns(&record, line)?);
            continue;
        };
        let end = reader.position().byte();
        rows.push(Row { line, start: start as u64, end, cells: cells(columns, &record) });
    }
    match header {
        Some(_) => Ok(rows),
        None => Err(NoTickets { line: 1, message: format!("it is empty; its first line is {}", all(",")) }),
    }
}

fn all(between: &str) -> String {
    COLUMNS.join(between)
}

/// The columns in the order of the file.
fn columns(record: &ByteRecord, line: usize) -> Result<Vec<&'static str>, NoTickets> {
    let names: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let fault = |message: String| NoTickets { line, message };
    if let [one] = names.as_slice()
        && let Some(between) = [';', '\t', '|'].into_iter().find(|between| one.contains(*between))
    {
        let message = format!("its columns are parted by {between:?}; export it with commas");
        return Err(fault(message));
    }
    let mut columns: Vec<&'static str> = Vec::new();
    let mut wrong: Vec<String> = Vec::new();
    for name in &names {
        match COLUMNS.into_iter().find(|column| column == name) {
            Some(column) if columns.contains(&column) => wrong.push(format!("`{column}` stands twice")),
            Some(column) => columns.push(column),
            None => wrong.push(unknown(name)),
        }
    }
    let missing: Vec<String> = COLUMNS
        .into_iter()
        .filter(|column| *column != OPTIONAL && !columns.contains(column))
        .map(|column| format!("`{column}`"))
        .collect();
    if !missing.is_empty() {
        wrong.push(format!("missing: {}", missing.join(", ")));
    }
    if wrong.is_empty() {
        return Ok(columns);
    }
    Err(fault(format!("{}; the columns of a ticket are {}", wrong.join("; "), all(", "))))
}

fn unknown(name: &str) -> String {
    let name = super::quoted(name);
    let like = |column: &&str| (strsim::jaro_winkler(column, &name.to_lowercase()) * 1e6) as u64;
    let near = COLUMNS.into_iter().max_by_key(like).filter(|column| like(column) > 850_000);
    let near = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
    format!("unknown column `{name}`{near}")
}

fn cells(
    columns: &[&'static str],
    record: &ByteRecord,
) -> Result<Cells, (Option<std::collections::BTreeSet<crate::model::id::AccountId>>, String)> {
    if record.len() != columns.len() {
        let message = format!("it has {} cells where the header has {}", record.len(), columns.len());
        return Err((None, message));
    }
    let mut cells = Cells::default();
    for (column, cell) in columns.iter().zip(record) {
        let text = std::str::from_utf8(cell).map_err(|_| (None, format!("column `{column}` is no UTF-8")))?;
        let text = text.trim();
        match *column {
            "account" => cells.accounts = split(text),
            "actions" => cells.actions = split(text),
            "id" => cells.id = text.to_owned(),
            "from" => cells.from = text.to_owned(),
            "to" => cells.to = text.to_owned(),
            "requester" => cells.requester = text.to_owned(),
            _ => cells.approver = text.to_owned(),
        }
    }
    Ok(cells)
}
