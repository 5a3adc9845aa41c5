//! timeline.timesketch.jsonl: the timeline as Timesketch and other timeline
//! tools import it.
//!
//! Owns: the names that Timesketch asks for. Entries without a time cannot be
//! imported and are left out; the table `timeline` holds them.
//! Source: facts/cloudtrail.md 5 (Timesketch).

use std::io::{self, Write};

use serde::Serialize;

use crate::model::report::Report;
use crate::model::timeline::TimelineEntry;
use crate::report::column::AsText;

/// The file's name in the output folder.
pub const FILE: &str = "timeline.timesketch.jsonl";

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
        if let Some(line) = line(place + 1, entry) {
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
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
}
