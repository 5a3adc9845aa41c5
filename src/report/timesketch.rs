//! timeline.timesketch.jsonl and .csv: the timeline as Timesketch and other
//! timeline tools import it.
//!
//! Owns: the names that Timesketch asks for. Entries without a time cannot be
//! imported and are left out; the table `timeline` holds them.
//! Source: facts/cloudtrail.md 5 (Timesketch); google/timesketch,
//! timesketch/lib/utils.py (`read_and_validate_jsonl`, `read_and_validate_csv`),
//! read 2026-11.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::report::Report;
use crate::model::time::UtcTime;
use crate::model::timeline::TimelineEntry;
use crate::report::column::AsText;
use crate::report::escape::spreadsheet;

/// The file's name in the output folder.
pub const FILE: &str = "timeline.timesketch.jsonl";

/// The name of the same as CSV.
pub const CSV_FILE: &str = "timeline.timesketch.csv";

/// The columns of the CSV: those that Timesketch demands come first.
const CSV_COLUMNS: [&str; 17] = [
    "message",
    "datetime",
    "timestamp_desc",
    "data_type",
    "seq",
    "severity",
    "account_arn",
    "region",
    "mode",
    "actor",
    "window_id",
    "session_id",
    "rfc_id",
    "event_id",
    "finding_id",
    "source_object",
    "source_record",
];

/// One line. INVARIANT: no key is `_id`, `_type`, `_index`, `_source` or
/// `__ts_timeline_id`, which Timesketch keeps for itself.
#[derive(Serialize)]
struct Line<'a> {
    message: &'a str,
    datetime: String,
    timestamp_desc: &'static str,
    timestamp: i64,
    data_type: &'static str,
    seq: usize,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rfc_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_object: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_record: Option<u64>,
}

/// Writes one line per entry that has a time.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (place, entry) in report.timeline.iter().enumerate() {
        if let Some(line) = line(place + 1, &entry) {
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// Writes the same as CSV, of which Timesketch's importer reads columns with
/// pandas: one spelling of time for all rows, for it takes that of the first row
/// and drops rows that differ; and no column of digits alone, for it would make
/// numbers of account ids. So the account stands as its ARN, the record as `#7`.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_csv(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::WriterBuilder::new().from_writer(out);
    rows.write_record(CSV_COLUMNS).map_err(into_io)?;
    for (place, entry) in report.timeline.iter().enumerate() {
        let Some((time, line)) = entry.time.zip(line(place + 1, &entry)) else { continue };
        let account = line.account_id.map(|id| format!("arn:aws:iam::{id}:root")).unwrap_or_default();
        let record = line.source_record.map(|record| format!("#{record}")).unwrap_or_default();
        let text = |value: Option<&str>| spreadsheet(value.unwrap_or_default()).into_owned();
        let fields = [
            text(Some(line.message)),
            with_micros(time),
            line.timestamp_desc.to_owned(),
            line.data_type.to_owned(),
            line.seq.to_string(),
            line.severity.to_owned(),
            account,
            text(line.region),
            text(line.mode),
            text(line.actor),
            text(line.window_id),
            text(line.session_id),
            text(line.rfc_id),
            text(line.event_id),
            text(line.finding_id),
            text(line.source_object),
            record,
        ];
        rows.write_record(fields).map_err(into_io)?;
    }
    rows.flush()
}

/// The time with six digits of its second, whatever its source had.
fn with_micros(time: UtcTime) -> String {
    let whole = UtcTime::from_seconds(time.seconds()).to_string();
    format!("{}.{:06}Z", whole.trim_end_matches('Z'), time.micros().rem_euclid(1_000_000))
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn line(seq: usize, entry: &TimelineEntry) -> Option<Line<'_>> {
    let time = entry.time?;
    Some(Line {
        message: if entry.summary.is_empty() { entry.kind.as_str() } else { &entry.summary },
        datetime: time.to_string(),
        timestamp_desc: entry.kind.as_str(),
        timestamp: time.micros(),
        data_type: "devtrail:timeline:entry",
        seq,
        severity: entry.severity.as_str(),
        account_id: of(&entry.account_id),
        region: of(&entry.region),
        mode: of(&entry.mode),
        actor: of(&entry.actor),
        window_id: of(&entry.window_id),
        session_id: of(&entry.session_id),
        rfc_id: of(&entry.rfc_id),
        event_id: of(&entry.event_id),
        finding_id: of(&entry.finding_id),
        source_object: entry.evidence.as_ref().map(|evidence| evidence.object.as_str()),
        source_record: entry.evidence.as_ref().map(|evidence| evidence.record),
    })
}

fn of<T: AsText>(value: &Option<T>) -> Option<&str> {
    value.as_ref().map(AsText::as_text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_dated_entry_is_one_line_of_json_with_the_names_asked_for() {
        let report = sample::hostile();
        let mut out = Vec::new();
        write(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let dated = report.timeline.iter().filter(|entry| entry.time.is_some()).count();
        assert_eq!(text.lines().count(), dated);
        assert!(dated < report.timeline.len());
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let object = value.as_object().unwrap();
            for key in ["message", "datetime", "timestamp_desc", "timestamp"] {
                assert!(object.contains_key(key), "{line}");
            }
            assert!(object.keys().all(|key| !key.starts_with('_')), "{line}");
        }
    }

    #[test]
    fn a_line_reads_so() {
        let mut out = Vec::new();
        write(&sample::plain(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let start = "{\"message\":\"jane deleted a bucket\",\"datetime\":\"2025-03-04T12:00:00Z\",\
            \"timestamp_desc\":\"destructive_action\",\"timestamp\":1741089600000000,\
            \"data_type\":\"devtrail:timeline:entry\",\"seq\":1,\"severity\":\"informational\",";
        assert!(text.starts_with(start), "{}", text.lines().next().unwrap());
    }

    /// Source: google/timesketch, timesketch/lib/utils.py: `TIMESKETCH_FIELDS`,
    /// `FIELDS_TO_REMOVE`; rows whose `datetime` pandas cannot read are dropped.
    #[test]
    fn the_csv_keeps_the_rules_of_the_importer() {
        for mut report in [sample::plain(), sample::hostile()] {
            report.timeline[1].time = UtcTime::parse("2025-03-04T12:00:00.250Z");
            let mut out = Vec::new();
            write_csv(&report, &mut out).unwrap();
            let mut reader = csv::Reader::from_reader(&*out);
            let header = reader.headers().unwrap().clone();
            for field in ["message", "datetime", "timestamp_desc"] {
                assert!(header.iter().any(|name| name == field));
            }
            assert!(header.iter().all(|name| !name.starts_with('_')));
            let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), report.timeline.iter().filter(|entry| entry.time.is_some()).count());
            assert!(rows.iter().all(|row| row[1].len() == "2025-03-04T12:00:00.250000Z".len()));
            assert_eq!(&rows[1][1], "2025-03-04T12:00:00.250000Z");
            assert_eq!(&rows[0][6], "arn:aws:iam::111122223333:root");
            assert_eq!(&rows[0][16], "#0");
        }
    }
}
