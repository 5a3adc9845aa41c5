//! Tickets as JSON → rows: an array of objects, or one object a line.
//!
//! Owns: which values a key may have. A key that is unknown or stands twice makes
//! its entry no ticket.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Cells, NoTickets, Row, split};

/// The entries of an array.
pub(super) fn of_array(body: &[u8]) -> Result<Vec<Row>, NoTickets> {
    let no_json =
        |line: usize, why: String| NoTickets { line, message: format!("it is no JSON array: {why}") };
    let text = std::str::from_utf8(body).map_err(|_| no_json(1, "it is no UTF-8".to_owned()))?;
    let entries: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|error| no_json(error.line(), error.to_string()))?;
    let (mut line, mut counted) = (1, 0);
    let mut rows = Vec::new();
    for entry in entries {
        // The entry is borrowed from the text, so its place tells where it lies.
        let start = (entry.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        line += newlines(body.get(counted..start).unwrap_or_default());
        counted = start;
        rows.push(row((line, start), entry.get()));
    }
    Ok(rows)
}

/// The entries of lines; blank lines are none.
pub(super) fn of_lines(body: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut start = 0;
    for (line, bytes) in body.split(|byte| *byte == b'\n').enumerate() {
        let place = (line + 1, start);
        start += bytes.len() + 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        rows.push(match std::str::from_utf8(bytes) {
            Ok(text) => row(place, text),
            Err(_) => failed(place, bytes.len(), "it is no UTF-8".to_owned()),
        });
    }
    rows
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn failed((line, start): (usize, usize), length: usize, why: String) -> Row {
    Row { line, start: start as u64, end: (start + length) as u64, cells: Err((None, why)) }
}

fn row(place: (usize, usize), text: &str) -> Row {
    let entry: Entry = match serde_json::from_str(text) {
        Ok(entry) => entry,
        Err(error) => {
            let why = error.to_string();
            let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
            return failed(place, text.len(), format!("it is no ticket: {why}"));
        }
    };
    let (line, start) = (place.0, place.1 as u64);
    Row { line, start, end: start + text.len() as u64, cells: entry.cells().map_err(|why| (None, why)) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Option<Value>,
    account: Option<Value>,
    from: Option<Value>,
    to: Option<Value>,
    requester: Option<Value>,
    approver: Option<Value>,
    actions: Option<Value>,
}

impl Entry {
    fn cells(&self) -> Result<Cells, String> {
        Ok(Cells {
            accounts: list("account", self.account.as_ref())?,
            id: text("id", self.id.as_ref())?,
            from: text("from", self.from.as_ref())?,
            to: text("to", self.to.as_ref())?,
            requester: text("requester", self.requester.as_ref())?,
            approver: text("approver", self.approver.as_ref())?,
            actions: list("actions", self.actions.as_ref())?,
        })
    }
}

fn text(key: &str, value: Option<&Value>) -> Result<String, String> {
    match value {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(_) => Err(format!("column `{key}` is no text")),
    }
}

/// A text with `;` between its parts, or an array of texts.
fn list(key: &str, value: Option<&Value>) -> Result<Vec<String>, String> {
    let wrong = || format!("column `{key}` is neither a text nor an array of texts");
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(split(text)),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(|text| text.trim().to_owned()).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}
