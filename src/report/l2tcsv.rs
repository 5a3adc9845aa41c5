//! timeline.l2t.csv: the timeline in the 17 columns of log2timeline.
//!
//! Owns: what stands in which column. As plaso's own writer does it: `-` for
//! what is not known, and no quotes, since a comma, a line end or a tab inside a
//! field becomes a space. Times have whole seconds here. Entries without a time
//! stand at 00/00/0000, as plaso has them.
//! Source: plaso, plaso/output/l2t_csv.py and shared_dsv.py, read 2026-11.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::model::report::Report;
use crate::model::timeline::TimelineEntry;
use crate::report::column::AsText;
use crate::report::escape::{shorten, spreadsheet, terminal};

/// The file's name in the output folder.
pub const FILE: &str = "timeline.l2t.csv";

/// The columns, in their order.
const HEADER: &str = "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,notes,format,extra";

/// Characters of the short description.
const SHORT_CHARS_MAX: usize = 80;

/// Writes the header and a line for each entry.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADER}")?;
    for entry in &report.timeline {
        let fields = fields(&entry).map(|field| clean(&field));
        writeln!(out, "{}", fields.join(","))?;
    }
    Ok(())
}

fn fields(entry: &TimelineEntry) -> [Cow<'_, str>; 17] {
    let (date, time) = moment(entry);
    let text = if entry.summary.is_empty() { entry.kind.as_str() } else { &entry.summary };
    let evidence = entry.evidence.as_ref();
    [
        date.into(),
        time.into(),
        "UTC".into(),
        "....".into(),
        "LOG".into(),
        "AWS CloudTrail and AMS".into(),
        entry.kind.as_str().into(),
        entry.actor.as_deref().unwrap_or("-").into(),
        entry.account_id.as_ref().map_or("-", AsText::as_text).into(),
        shorten(text, SHORT_CHARS_MAX),
        text.into(),
        "2".into(),
        evidence.map_or("-", |evidence| evidence.object.as_str()).into(),
        evidence.map_or("-".into(), |evidence| evidence.record.to_string().into()),
        entry.severity.as_str().into(),
        "devtrail".into(),
        extra(entry).into(),
    ]
}

/// `MM/DD/YYYY` and `HH:MM:SS`.
fn moment(entry: &TimelineEntry) -> (String, String) {
    let unknown = || ("00/00/0000".to_owned(), "--:--:--".to_owned());
    let Some(spelt) = entry.time.map(|time| time.to_string()) else { return unknown() };
    let parts = spelt.split_once('T').and_then(|(day, time)| Some((day, time.get(..8)?)));
    let Some((day, time)) = parts else { return unknown() };
    match day.rsplitn(3, '-').collect::<Vec<_>>()[..] {
        [day, month, year] => (format!("{month}/{day}/{year}"), time.to_owned()),
        _ => unknown(),
    }
}

/// What has no column of its own: `name: value` in the order of the names.
fn extra(entry: &TimelineEntry) -> String {
    let known: [(&str, Option<&str>); 7] = [
        ("event_id", entry.event_id.as_ref().map(AsText::as_text)),
        ("finding_id", entry.finding_id.as_ref().map(AsText::as_text)),
        ("mode", entry.mode.as_ref().map(AsText::as_text)),
        ("region", entry.region.as_ref().map(AsText::as_text)),
        ("rfc_id", entry.rfc_id.as_ref().map(AsText::as_text)),
        ("session_id", entry.session_id.as_ref().map(AsText::as_text)),
        ("window_id", entry.window_id.as_ref().map(AsText::as_text)),
    ];
    let told: Vec<String> =
        known.iter().filter_map(|(name, value)| Some(format!("{name}: {}", (*value)?))).collect();
    if told.is_empty() { "-".to_owned() } else { told.join("; ") }
}

/// Nothing in a field ends it, runs or hides.
fn clean(field: &str) -> String {
    let shown = terminal(field).replace([',', '"'], " ");
    match shown.as_str() {
        "" => "-".to_owned(),
        "-" | "--:--:--" => shown,
        shown => spreadsheet(shown).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn lines(report: &Report) -> Vec<String> {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_line_has_the_columns_of_log2timeline() {
        for report in [sample::plain(), sample::hostile(), Report::default()] {
            let lines = lines(&report);
            assert_eq!(lines.len(), report.timeline.len() + 1);
            for line in &lines {
                assert_eq!(line.split(',').count(), 17, "{line}");
                assert!(
                    line.split(',').all(|field| !field.is_empty() && !field.starts_with(['=', '+', '@']))
                );
            }
        }
    }

    #[test]
    fn a_line_reads_so() {
        let lines = lines(&sample::plain());
        assert_eq!(lines[0], HEADER);
        let expected = "03/04/2025,12:00:00,UTC,....,LOG,AWS CloudTrail and AMS,destructive_action,\
            jane.roe@example.com,111122223333,jane deleted a bucket,jane deleted a bucket,2,\
            AWSLogs/111122223333/CloudTrail/eu-west-1/2025/03/04/111122223333_CloudTrail_eu-west-1_a.json.gz,0,\
            informational,devtrail,event_id: 00000000-0000-4000-8000-000000000000; region: eu-west-1; \
            rfc_id: a3b1c9d2-0001; session_id: ses-000000000000; window_id: win-0a1b2c3d4e5f";
        assert_eq!(lines[1], expected);
        assert!(lines.last().unwrap().starts_with("00/00/0000,--:--:--,UTC,....,"), "{:?}", lines.last());
    }
}
