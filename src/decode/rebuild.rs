//! Records put together again from the columns of a table: Athena, CloudTrail
//! Lake, and the event history of the console.
//!
//! Makes the JSON text of a CloudTrail record, so that the one reader of records
//! reads it. Knows the columns, not what they mean.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::decode::row_text;

/// A record put together from columns.
pub(crate) struct Rebuilt {
    /// Its JSON text.
    pub(crate) text: String,
    /// Whether it says all that the record said.
    pub(crate) whole: bool,
}

/// Fields that are texts, or words for true and false.
const TEXTS: [&str; 22] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestID",
    "eventID",
    "eventType",
    "apiVersion",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "sessionCredentialFromConsole",
    "readOnly",
    "managementEvent",
    "annotation",
];

/// Fields that hold objects or lists.
const NESTED: [&str; 11] = [
    "userIdentity",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "resources",
    "serviceEventDetails",
    "tlsDetails",
    "addendum",
    "edgeDeviceDetails",
    "eventContext",
    "insightDetails",
];

/// What a column of a table is in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// A field that is a text.
    Text(&'static str),
    /// A field that holds an object or a list.
    Nested(&'static str),
    /// A text inside `userIdentity`.
    Identity(&'static str),
    /// No field of a record.
    Other,
}

/// The column of that name in a table with the fields of a record.
///
/// Source: facts/cloudtrail.md 2.2 rows 18, 19, 21 (Athena and Lake have the
/// names in lower or in mixed case; Athena calls `requestID` `requestid`).
pub(crate) fn field(name: &str) -> Column {
    let known = |list: &[&'static str]| list.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
    let text = known(&TEXTS).map(Column::Text);
    text.or_else(|| known(&NESTED).map(Column::Nested)).unwrap_or(Column::Other)
}

/// The column of that name in the console's event history.
///
/// Source: facts/cloudtrail.md 2.2 row 13.
pub(crate) fn console(name: &str) -> Column {
    match name.to_ascii_lowercase().as_str() {
        "user name" => Column::Identity("userName"),
        "aws access key" => Column::Identity("accessKeyId"),
        "event time" => Column::Text("eventTime"),
        "event source" => Column::Text("eventSource"),
        "event name" => Column::Text("eventName"),
        "aws region" => Column::Text("awsRegion"),
        "source ip address" => Column::Text("sourceIPAddress"),
        "user agent" => Column::Text("userAgent"),
        "error code" => Column::Text("errorCode"),
        "resources" => Column::Nested("resources"),
        "request id" => Column::Text("requestID"),
        "event id" => Column::Text("eventID"),
        "read-only" => Column::Text("readOnly"),
        "event type" => Column::Text("eventType"),
        "recipient account id" => Column::Text("recipientAccountId"),
        "event category" => Column::Text("eventCategory"),
        _ => Column::Other,
    }
}

/// Puts a record together. An empty cell or `null` is no field.
pub(crate) fn record<'c>(cells: impl Iterator<Item = (Column, &'c str)>) -> Rebuilt {
    let mut fields: Vec<(&str, Box<str>)> = Vec::new();
    let mut identity = Map::new();
    let mut whole = true;
    for (column, cell) in cells {
        let cell = cell.trim();
        if matches!(cell, "" | "null" | "-") {
            continue;
        }
        match column {
            Column::Text("eventTime") => {
                let time = console_time(cell).unwrap_or_else(|| cell.to_owned());
                fields.push(("eventTime", Value::from(time).to_string().into()));
            }
            Column::Text(key) => fields.push((key, Value::from(cell).to_string().into())),
            Column::Nested(key) => {
                let (text, certain) = nested(key, cell);
                whole &= certain;
                fields.push((key, text));
            }
            Column::Identity(key) => {
                identity.insert(key.to_owned(), Value::from(cell));
            }
            Column::Other => {}
        }
    }
    if !identity.is_empty() {
        whole = false;
        fields.push(("userIdentity", Value::Object(identity).to_string().into()));
    }
    Rebuilt { text: object(&fields), whole }
}

/// `January 02, 2026, 03:04:05 (UTC+00:00)`, as older consoles print a time, in
/// the spelling of RFC 3339.
fn console_time(cell: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (local, offset) = cell.strip_suffix(')')?.split_once(" (UTC")?;
    let [date, year, clock] = local.split(", ").collect::<Vec<_>>()[..] else { return None };
    let (month, day) = date.split_once(' ')?;
    let month = MONTHS.iter().position(|name| month.starts_with(name))? + 1;
    let offset = if offset.is_empty() { "Z" } else { offset };
    Some(format!("{year}-{month:02}-{day:0>2}T{clock}{offset}"))
}

/// JSON where the cell is JSON, else its row text read as well as it goes.
fn nested(key: &str, cell: &str) -> (Box<str>, bool) {
    if serde_json::from_str::<&RawValue>(cell).is_ok() {
        let own = matches!(key, "userIdentity" | "resources" | "tlsDetails" | "addendum");
        let value = if own { serde_json::from_str::<Value>(cell).ok() } else { None };
        return (
            value.map_or_else(|| cell.into(), |value| row_text::spelled(value).to_string().into()),
            true,
        );
    }
    let (value, certain) = row_text::parse(cell);
    (value.to_string().into(), certain)
}

fn object(fields: &[(&str, Box<str>)]) -> String {
    let members: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_the_fields_they_were() {
        let names = ["eventname", "readonly", "useridentity", "requestparameters", "year"];
        let cells = ["DeleteBucket", "false", "{type=Root}", r#"{"bucketName":"a, b=c"}"#, "2026"];
        let rebuilt = record(names.iter().map(|name| field(name)).zip(cells));
        assert_eq!(
            rebuilt.text,
            r#"{"eventName":"DeleteBucket","readOnly":"false","userIdentity":{"type":"Root"},"requestParameters":{"bucketName":"a, b=c"}}"#
        );
        assert!(rebuilt.whole);
    }

    #[test]
    fn times_of_the_console_are_told_in_full() {
        let told = console_time("January 02, 2026, 03:04:05 (UTC+01:00)");
        assert_eq!(told.as_deref(), Some("2026-01-02T03:04:05+01:00"));
        assert_eq!(console_time("2026-01-02T03:04:05Z"), None);
    }

    #[test]
    fn the_console_keeps_a_summary() {
        let names = ["User name", "Event name", "Error code"];
        let rebuilt = record(names.iter().map(|name| console(name)).zip(["a\"b", "X", ""]));
        assert_eq!(rebuilt.text, r#"{"eventName":"X","userIdentity":{"userName":"a\"b"}}"#);
        assert!(!rebuilt.whole);
    }
}
