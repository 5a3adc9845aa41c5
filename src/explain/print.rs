//! A story as text for people, or as lines of JSON.
//!
//! Owns: the layout, wrapping to a width, and what stands before and after.
//! Every text goes through `report::escape` or `report::layout`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;
use unicode_width::UnicodeWidthStr;

use crate::explain::record::{RecordPlace, Reread};
use crate::explain::{Entry, Story, Subject};
use crate::report::{escape, layout};

/// Characters of one record that are shown to people; an export of settings
/// may have millions.
const RECORD_CHARS_MAX: usize = 100_000;

/// How a story is laid out for people.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Columns of a line; longer words are left whole.
    pub width: usize,
    /// Before and after what stands out on a terminal.
    pub accent: (&'static str, &'static str),
}

/// The records behind entries, as far as they are to be shown.
pub type Records = BTreeMap<RecordPlace, Reread>;

/// Writes a story for people.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(story: &Story, records: &Records, page: Page, out: &mut dyn Write) -> io::Result<()> {
    for (place, subject) in story.subjects.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        head(subject, page, out)?;
        for (entry, reread) in shown(subject, records) {
            self::entry(entry, page, out)?;
            reread.map_or(Ok(()), |reread| record(reread, page, out))?;
        }
    }
    Ok(())
}

/// The entry that each record is shown with: several may rest on one record,
/// and a finding leaves it to the call.
fn bearers(subject: &Subject) -> BTreeMap<&RecordPlace, usize> {
    let rank = |entry: &Entry| match entry.kind.as_str() {
        "destructive_action" | "event" => 0,
        "finding" => 2,
        _ => 1,
    };
    let mut bearers = BTreeMap::<&RecordPlace, (u8, usize)>::new();
    for (place, entry) in subject.entries.iter().enumerate() {
        let Some(evidence) = &entry.evidence else { continue };
        let this = (rank(entry), place);
        bearers.entry(evidence).and_modify(|best| *best = this.min(*best)).or_insert(this);
    }
    bearers.into_iter().map(|(evidence, (_, place))| (evidence, place)).collect()
}

/// The record to show with each entry.
fn shown<'s>(
    subject: &'s Subject,
    records: &'s Records,
) -> impl Iterator<Item = (&'s Entry, Option<&'s Reread>)> {
    let bearers = bearers(subject);
    subject.entries.iter().enumerate().map(move |(place, entry)| {
        let evidence = entry.evidence.as_ref().filter(|evidence| bearers.get(evidence) == Some(&place));
        (entry, evidence.and_then(|evidence| records.get(evidence)))
    })
}

fn head(subject: &Subject, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let (on, off) = page.accent;
    let kind = subject.kind.as_str();
    let first = kind.chars().next().map(|c| c.to_ascii_uppercase());
    let kind: String = first.into_iter().chain(kind.chars().skip(1)).collect();
    writeln!(out, "{on}{kind} {}{off}", escape::terminal(&subject.id))?;
    for sentence in &subject.about {
        paragraph(sentence, (2, 4), page, out)?;
    }
    if !(subject.chain.is_empty() && subject.attribution_path.is_empty()) {
        writeln!(out, "\n{on}Chain{off}")?;
        if !subject.attribution_path.is_empty() {
            paragraph(&subject.attribution_path, (2, 4), page, out)?;
        }
        for (place, link) in subject.chain.iter().enumerate() {
            let arrow = if place == 0 { "" } else { "-> " };
            paragraph(&format!("{arrow}{link}"), (2, 5), page, out)?;
        }
    }
    writeln!(out, "\n{on}Story{off}")?;
    if subject.entries.is_empty() {
        writeln!(out, "  The timeline of the report holds no entry about it.")?;
    }
    Ok(())
}

fn entry(entry: &Entry, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let time = entry.time.map_or_else(|| "time unknown".to_owned(), |time| time.to_string());
    let severity = match entry.severity.as_str() {
        "" | "informational" => String::new(),
        severity => format!(" [{severity}]"),
    };
    paragraph(&format!("{time} {}{severity}", entry.sentence), (2, 4), page, out)?;
    match &entry.evidence {
        Some((object, record)) => {
            writeln!(out, "    evidence: {} record {record}", escape::terminal(object))?;
        }
        None => writeln!(out, "    evidence: none, an absence")?,
    }
    let ids = entry.ids.iter().filter(|(column, _)| **column != "account_id");
    let ids: Vec<String> =
        ids.map(|(column, id)| format!("{} {id}", column.trim_end_matches("_id"))).collect();
    if ids.is_empty() { Ok(()) } else { paragraph(&ids.join(", "), (4, 6), page, out) }
}

fn record(reread: &Reread, page: Page, out: &mut dyn Write) -> io::Result<()> {
    match reread {
        Reread::Record(text) => {
            writeln!(
                out,
                "    its record, from the object as it was read (SHA-256 checked), without secrets:"
            )?;
            let laid_out = layout::indented(text, 6);
            let cut = escape::shorten(&laid_out, RECORD_CHARS_MAX);
            writeln!(out, "{}", cut.trim_end_matches('\n'))
        }
        other => paragraph(&format!("record: {}.", other.why_not().unwrap_or_default()), (4, 6), page, out),
    }
}

/// A paragraph with its first line and the others indented, broken between
/// words alone, so that ids and paths can be copied.
fn paragraph(text: &str, (first, rest): (usize, usize), page: Page, out: &mut dyn Write) -> io::Result<()> {
    let text = escape::terminal(text);
    let mut line = " ".repeat(first);
    let mut used = first;
    let mut fresh = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = word.width();
        if !fresh && used + 1 + width > page.width {
            writeln!(out, "{line}")?;
            line = " ".repeat(rest);
            used = rest;
            fresh = true;
        }
        if !fresh {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += width;
        fresh = false;
    }
    writeln!(out, "{line}")
}

#[derive(Serialize)]
struct SubjectLine<'s> {
    line: &'static str,
    subject_kind: &'static str,
    subject: &'s str,
    about: &'s [String],
    attribution_path: &'s str,
    chain: &'s [String],
    entries: usize,
}

#[derive(Serialize)]
struct EntryLine<'s> {
    line: &'static str,
    subject_kind: &'static str,
    subject: &'s str,
    time: Option<String>,
    kind: &'s str,
    severity: &'s str,
    sentence: &'s str,
    #[serde(flatten)]
    ids: &'s BTreeMap<&'static str, String>,
    source_object: Option<&'s str>,
    source_record: Option<u64>,
    record: Option<Box<RawValue>>,
    record_missing: Option<&'static str>,
}

/// Writes a story as lines of JSON: one for each subject, then one for each of
/// its entries.
///
/// # Errors
/// If `out` cannot be written.
pub fn jsonl(story: &Story, records: &Records, out: &mut dyn Write) -> io::Result<()> {
    for subject in &story.subjects {
        let kind = subject.kind.as_str();
        let head = SubjectLine {
            line: "subject",
            subject_kind: kind,
            subject: &subject.id,
            about: &subject.about,
            attribution_path: &subject.attribution_path,
            chain: &subject.chain,
            entries: subject.entries.len(),
        };
        line(&head, out)?;
        for (entry, reread) in shown(subject, records) {
            let raw = match reread {
                Some(Reread::Record(text)) => RawValue::from_string(layout::one_line(text)).ok(),
                _ => None,
            };
            let told = EntryLine {
                line: "entry",
                subject_kind: kind,
                subject: &subject.id,
                time: entry.time.map(|time| time.to_string()),
                kind: &entry.kind,
                severity: &entry.severity,
                sentence: &entry.sentence,
                ids: &entry.ids,
                source_object: entry.evidence.as_ref().map(|(object, _)| object.as_str()),
                source_record: entry.evidence.as_ref().map(|(_, record)| *record),
                record: raw,
                record_missing: reread.and_then(Reread::why_not),
            };
            line(&told, out)?;
        }
    }
    Ok(())
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string(value)?;
    writeln!(out, "{}", escape::json(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_words_stay_whole() {
        let page = Page { width: 20, accent: ("", "") };
        let mut out = Vec::new();
        paragraph(
            "one two three a-very-long-word-that-fits-nowhere four 山田山田山田 x",
            (2, 4),
            page,
            &mut out,
        )
        .expect("memory takes it");
        let text = String::from_utf8(out).expect("UTF-8");
        let expected =
            "  one two three\n    a-very-long-word-that-fits-nowhere\n    four\n    山田山田山田 x\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn attack_text_of_evidence_cannot_act() {
        let page = Page { width: 98, accent: ("", "") };
        let mut out = Vec::new();
        paragraph("a\x1b[2J\nForged: b\u{202e}c", (0, 0), page, &mut out).expect("memory takes it");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), "a\\u{1b}[2J\\u{a}Forged: b\\u{202e}c\n");
    }
}
