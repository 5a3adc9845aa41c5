//! A table as JSON Lines: one object a row, a key for each column.
//!
//! Owns: how a cell stands in JSON. Unknown is `null`, lists are arrays, times
//! are text as in the CSV. Text is raw; what could mislead an eye or a terminal
//! stands as `\uXXXX`, which reads back as what it was.

use std::io::{self, Write};

use serde_json::Value;

use crate::report::column::{Cell, Table};
use crate::report::escape;

/// The file of the findings in the output folder.
pub const FINDINGS: &str = "findings.jsonl";

/// Writes a line for each row; keys are in the order of the columns.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(table: &Table<'_>, out: &mut dyn Write) -> io::Result<()> {
    table.try_each(|row| {
        for (column, head) in table.columns.iter().enumerate() {
            let before = if column == 0 { '{' } else { ',' };
            let value = value(row.cell(column)).to_string();
            write!(out, "{before}{}:{}", Value::from(head.name), escape::json(&value))?;
        }
        out.write_all(b"}\n")
    })
}

fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Empty | Cell::Place => Value::Null,
        Cell::Text(text) => Value::from(text.into_owned()),
        Cell::Int(number) => Value::from(number),
        Cell::Time(time) => Value::from(time.to_string()),
        Cell::List(items) => items.into_iter().map(|item| Value::from(item.into_owned())).collect(),
        Cell::Bool(truth) => Value::from(truth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{sample, tables};

    #[test]
    fn a_line_has_every_column_of_the_table_and_the_text_of_the_evidence() {
        let report = sample::hostile();
        let table = tables::findings(&report);
        let mut out = Vec::new();
        write(&table, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), report.findings.len());
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}' && c != '\u{200b}'));
        for (line, finding) in text.lines().zip(&report.findings) {
            let object: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
            let keys: Vec<&str> = object.keys().map(String::as_str).collect();
            let names: Vec<&str> = table.columns.iter().map(|head| head.name).collect();
            assert_eq!(keys, names);
            assert_eq!(object["summary"], finding.summary);
            assert_eq!(object["event_ids"], serde_json::json!([finding.event_ids[0].as_str()]));
            assert_eq!(object["end_time"], Value::Null);
            assert_eq!(object["count"], 3);
        }
    }

    #[test]
    fn a_line_begins_so() {
        let mut out = Vec::new();
        write(&tables::findings(&sample::plain()), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let start = "{\"finding_id\":\"fnd-0123456789ab\",\"rule_id\":\"mode/used-without-rfc\",\
            \"title\":\"Mode opened without an RFC\",\"severity\":\"critical\",\"account_id\":\"111122223333\",";
        assert!(text.starts_with(start), "{}", text.lines().next().unwrap());
    }
}
