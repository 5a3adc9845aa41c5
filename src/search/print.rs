//! A hit as text, as a line of JSON or as a row of CSV.
//!
//! Owns: what is told of a hit besides its record. Text from evidence goes
//! through `report::escape` and `report::layout`.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::model::evidence::ObjectPath;
use crate::model::time::UtcTime;
use crate::report::{escape, layout};

/// How hits are printed.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// In which form.
    pub form: Form,
    /// Before and after a path, to set it off on a terminal.
    pub accent: (&'static str, &'static str),
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people: where it lies, what it is, and the record laid out.
    Text,
    /// One JSON object a line.
    Jsonl,
    /// One row a record.
    Csv,
}

/// One record that answers the query.
#[derive(Debug)]
pub struct Hit<'h> {
    /// `event`, `rfc`, `insight`, `aggregated` or `document`.
    pub kind: &'static str,
    /// 0-based ordinal in its object.
    pub record: u64,
    /// When.
    pub time: Option<UtcTime>,
    /// Event id or RFC id.
    pub id: Option<&'h str>,
    /// Service called.
    pub source: Option<&'h str>,
    /// Operation called, status of an RFC, form of a document.
    pub name: Option<&'h str>,
    /// Account concerned.
    pub account: Option<&'h str>,
    /// Region called.
    pub region: Option<&'h str>,
    /// Who called, or raised the RFC.
    pub principal: Option<&'h str>,
    /// The record, without secrets.
    pub text: &'h str,
}

/// Characters of one record that are shown to people; a document may have
/// millions.
const RECORD_CHARS_MAX: usize = 100_000;

/// The header of the CSV.
const COLUMNS: [&str; 11] = [
    "source_object",
    "source_record",
    "kind",
    "event_time",
    "event_id",
    "account_id",
    "region",
    "event_source",
    "event_name",
    "principal_arn",
    "record",
];

#[derive(Serialize)]
struct Line<'h> {
    source_object: &'h str,
    source_record: u64,
    kind: &'static str,
    event_time: Option<String>,
    event_id: Option<&'h str>,
    account_id: Option<&'h str>,
    region: Option<&'h str>,
    event_source: Option<&'h str>,
    event_name: Option<&'h str>,
    principal_arn: Option<&'h str>,
    record: Option<Box<RawValue>>,
}

impl Printer {
    /// What comes before all hits.
    pub fn header(self) -> Vec<u8> {
        match self.form {
            Form::Csv => row(COLUMNS),
            Form::Text | Form::Jsonl => Vec::new(),
        }
    }

    /// What comes before all counts.
    pub fn count_header(self) -> Vec<u8> {
        match self.form {
            Form::Csv => row(["source_object", "hits"]),
            Form::Text | Form::Jsonl => Vec::new(),
        }
    }

    /// How many hits an object has.
    pub fn count(self, path: &ObjectPath, hits: u64) -> Vec<u8> {
        match self.form {
            Form::Text => {
                let (on, off) = self.accent;
                format!("{hits:>8}  {on}{}{off}\n", escape::terminal(path.as_str())).into_bytes()
            }
            Form::Jsonl => {
                let line = serde_json::json!({"source_object": path.as_str(), "hits": hits}).to_string();
                format!("{}\n", escape::json(&line)).into_bytes()
            }
            Form::Csv => row([escape::spreadsheet(path.as_str()).as_ref(), &hits.to_string()]),
        }
    }

    /// One hit.
    pub(super) fn hit(self, path: &ObjectPath, hit: &Hit<'_>) -> Vec<u8> {
        match self.form {
            Form::Text => self.text(path, hit).into_bytes(),
            Form::Jsonl => jsonl(path, hit).into_bytes(),
            Form::Csv => csv(path, hit),
        }
    }

    fn text(self, path: &ObjectPath, hit: &Hit<'_>) -> String {
        let (on, off) = self.accent;
        let shown = |text: &str| escape::terminal(text).into_owned();
        let mut out = format!("{on}{}{off} record {}\n ", escape::terminal(path.as_str()), hit.record);
        let time = hit.time.map(|time| time.to_string());
        let id = hit.id.map(|id| format!("{} {id}", hit.kind));
        let id = id.unwrap_or_else(|| hit.kind.to_owned());
        let parts =
            [time.as_deref(), hit.source, hit.name, hit.account, hit.region, hit.principal, Some(&id)];
        for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
            write!(out, " {}", shown(part)).expect("writing to a string cannot fail");
        }
        out.push('\n');
        let laid_out = layout::indented(hit.text, 2);
        out.push_str(&escape::shorten(&laid_out, RECORD_CHARS_MAX));
        out.push_str(if out.ends_with('\n') { "\n" } else { "\n\n" });
        out
    }
}

fn jsonl(path: &ObjectPath, hit: &Hit<'_>) -> String {
    let line = Line {
        source_object: path.as_str(),
        source_record: hit.record,
        kind: hit.kind,
        event_time: hit.time.map(|time| time.to_string()),
        event_id: hit.id,
        account_id: hit.account,
        region: hit.region,
        event_source: hit.source,
        event_name: hit.name,
        principal_arn: hit.principal,
        record: RawValue::from_string(layout::one_line(hit.text)).ok(),
    };
    let mut text = serde_json::to_string(&line).expect("texts and numbers are always JSON");
    text = escape::json(&text).into_owned();
    text.push('\n');
    text
}

fn csv(path: &ObjectPath, hit: &Hit<'_>) -> Vec<u8> {
    let cell = |text: &str| escape::spreadsheet(text).into_owned();
    let maybe = |text: Option<&str>| cell(text.unwrap_or_default());
    row([
        cell(path.as_str()),
        hit.record.to_string(),
        hit.kind.to_owned(),
        hit.time.map(|time| time.to_string()).unwrap_or_default(),
        maybe(hit.id),
        maybe(hit.account),
        maybe(hit.region),
        maybe(hit.source),
        maybe(hit.name),
        maybe(hit.principal),
        cell(&layout::one_line(hit.text)),
    ])
}

/// Cells as one row of CSV.
pub(super) fn row<T: AsRef<[u8]>>(cells: impl IntoIterator<Item = T>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).expect("memory takes it");
    writer.into_inner().expect("memory takes it")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIT: Hit<'static> = Hit {
        kind: "event",
        record: 3,
        time: None,
        id: Some("e\u{1b}[2J"),
        source: Some("s3.amazonaws.com"),
        name: Some("=HYPERLINK()"),
        account: None,
        region: Some("eu-\u{202e}west-1"),
        principal: Some("a\nb"),
        text: "{ \"a\" : \"\u{202e}x\" }",
    };

    fn printed(form: Form) -> String {
        let printer = Printer { form, accent: ("", "") };
        String::from_utf8(printer.hit(&ObjectPath::new("a\x1b!b"), &HIT)).expect("UTF-8")
    }

    #[test]
    fn attack_a_record_cannot_act_in_any_form() {
        assert_eq!(
            printed(Form::Text),
            "a\\u{1b}!b record 3\n  s3.amazonaws.com =HYPERLINK() eu-\\u{202e}west-1 a\\u{a}b event e\\u{1b}[2J\n  \
             {\n    \"a\": \"\\u202ex\"\n  }\n\n"
        );
        assert_eq!(
            printed(Form::Jsonl),
            "{\"source_object\":\"a\\u001b!b\",\"source_record\":3,\"kind\":\"event\",\"event_time\":null,\
             \"event_id\":\"e\\u001b[2J\",\"account_id\":null,\"region\":\"eu-\\u202ewest-1\",\
             \"event_source\":\"s3.amazonaws.com\",\"event_name\":\"=HYPERLINK()\",\"principal_arn\":\"a\\nb\",\
             \"record\":{\"a\":\"\\u202ex\"}}\n"
        );
        assert_eq!(
            printed(Form::Csv),
            "a\\u{1b}!b,3,event,,e\\u{1b}[2J,,eu-\u{202e}west-1,s3.amazonaws.com,'=HYPERLINK(),\"a\nb\",\
             \"{\"\"a\"\":\"\"\\u202ex\"\"}\"\n"
        );
    }
}
