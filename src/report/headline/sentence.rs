//! The sentences of the head: what was read, what was not, and what there is to
//! say of windows and destructive calls.
//!
//! Owns: their words. An absence is stated only together with what was read.

use std::ops::Range;

use crate::model::count::{counted, grouped};
use crate::model::coverage::Gap;
use crate::model::object::Integrity;
use crate::model::report::Report;

use super::count::{DestructiveCounts, ProblemGroup, WindowCounts};
use super::days::Days;
use super::integrity::Objects;
use super::recording;

/// What was read, to be put after a verb; `None` if nothing was.
pub(super) fn extent(report: &Report, gaps: &[Gap<'_>], days: &Days<'_>) -> Option<String> {
    let scope = &report.scope;
    if scope.objects == 0 {
        return None;
    }
    let mut text = format!("{} ({})", counted(scope.objects, "object"), counted(scope.counts.seen, "record"));
    let (Some(first), Some(last)) = (scope.first_event_time, scope.last_event_time) else {
        text.push_str(", none of which holds a CloudTrail event with a time");
        return Some(text);
    };
    let accounts = counted(scope.accounts.len() as u64, "account");
    let regions = counted(scope.regions.len() as u64, "region");
    text.push_str(&format!(" about {accounts} in {regions}, with events from {first} to {last}"));
    if days.pairs == 0 {
        return Some(text);
    }
    if days.are_complete() {
        text.push_str(", no whole day of an account and region missing in between");
        return Some(text);
    }
    // An account with one day out of months has no gap between its days, and still
    // lacks all the others.
    text.push_str(&format!(", {}", days.told()));
    let inside = |gap: &Gap<'_>| first.day() <= gap.day && gap.until <= last.day();
    let stretches = match gaps.len() {
        1 => "1 stretch without evidence".to_owned(),
        more => format!("{} stretches without evidence", grouped(more as u64)),
    };
    text.push_str(&match gaps {
        [] => String::new(),
        gaps if gaps.iter().all(inside) => format!(", {stretches} in between"),
        // Digests and deliveries tell of days beyond the records.
        _ => format!(", {stretches} before, in between or after"),
    });
    Some(text)
}

/// What cannot be seen: one sentence each, and which of them tell of tampering
/// and of evidence that was lost. Those stand right after what was left out by
/// choice, and no list may hide them.
pub(super) fn not_covered(
    report: &Report,
    problems: &[ProblemGroup<'_>],
    (days, objects): (&Days<'_>, &Objects),
) -> (Vec<String>, Range<usize>) {
    let scope = &report.scope;
    // What was left out by choice comes first: it bounds every other sentence.
    let mut sentences = scope.selections.clone();
    if scope.objects_left_out > 0 {
        sentences
            .push(format!("{} left out by the date in the key.", counted(scope.objects_left_out, "object")));
    }
    let chosen = sentences.len();
    sentences.extend(integrity_sentences(objects, &TAMPERING));
    sentences.extend(losses_sentence(problems));
    let grave = chosen..sentences.len();
    sentences.extend(days.sentence());
    sentences.extend(recording::without_records(&report.coverage, objects));
    sentences.extend(recording::expected_missing(&scope.expected_missing));
    if scope.first_event_time.is_none() {
        sentences
            .push("No CloudTrail event was read: what was done in any account cannot be seen.".to_owned());
    } else {
        if !scope.regions.iter().any(|region| region.as_str() == "us-east-1") {
            sentences.push(
                "No events from us-east-1: AMS records RFC calls only there, so they cannot be seen."
                    .to_owned(),
            );
        }
        if !scope.categories.contains("Data") {
            sentences.push(recording::no_data_events(&scope.recording));
        }
    }
    sentences.extend(recording::limits(&scope.recording));
    if report.rfcs.is_empty() {
        sentences.push("No RFC was read: whether a mode was allowed to open cannot be told.".to_owned());
    }
    sentences.extend(integrity_sentences(objects, &[UNPROVED]));
    let told = [&scope.geoip, &scope.baseline].into_iter().filter(|sentence| !sentence.is_empty());
    sentences.extend(told.cloned());
    (sentences, grave)
}

fn losses_sentence(problems: &[ProblemGroup<'_>]) -> Option<String> {
    let losses: Vec<_> = problems.iter().filter(|group| group.kind.is_loss()).collect();
    let total: usize = losses.iter().map(|group| group.problems.len()).sum();
    let kinds: Vec<_> = losses
        .iter()
        .map(|group| format!("{} {}", grouped(group.problems.len() as u64), group.kind.as_str()))
        .collect();
    (total > 0).then(|| {
        let mean = if total == 1 { "means" } else { "mean" };
        let all = counted(total as u64, "problem");
        format!("{all} {mean} that evidence was lost, not read or not clear: {}.", kinds.join(", "))
    })
}

/// What digests show against objects, the gravest first.
const TAMPERING: [(Integrity, &str); 4] = [
    (Integrity::Modified, "not as a digest says: altered, or a digest that fails its own check"),
    (Integrity::Missing, "missing from the dump though a digest or a data event names it"),
    (Integrity::TrailingData, "with bytes that no digest hash covers"),
    (Integrity::Unreferenced, "listed by no digest of its trail"),
];

/// What no digest can show.
const UNPROVED: (Integrity, &str) = (Integrity::NoDigest, "without any digest: alterations cannot be seen");

fn integrity_sentences(objects: &Objects, verdicts: &[(Integrity, &str)]) -> Vec<String> {
    let told = verdicts.iter().filter_map(|(integrity, what)| {
        let objects = objects.count(*integrity);
        (objects > 0).then(|| format!("{} {what}.", counted(objects, "object")))
    });
    told.collect()
}

pub(super) fn counts_sentence(report: &Report) -> String {
    let counts = report.scope.counts;
    format!(
        "{} seen = {} kept + {} + {} counted only + {} rejected.",
        counted(counts.seen, "record"),
        grouped(counts.kept),
        counted(counts.duplicates, "duplicate"),
        grouped(counts.counted_only),
        grouped(counts.rejected),
    )
}

pub(super) fn windows_sentence(windows: WindowCounts, extent: Option<&str>) -> String {
    match extent {
        None => "Nothing was read, so nothing can be said of mode windows.".to_owned(),
        Some(extent) if windows.total == 0 => format!("No mode window found in {extent}."),
        Some(_) => format!(
            "{}: {} with no end seen; {} authorized, {} unauthorized, {} unknown.",
            counted(windows.total, "mode window"),
            grouped(windows.open),
            grouped(windows.authorized),
            grouped(windows.unauthorized),
            grouped(windows.unknown),
        ),
    }
}

pub(super) fn destructive_sentence(calls: DestructiveCounts, extent: Option<&str>) -> String {
    let attempts = match calls.attempts {
        0 => "no attempt failed".to_owned(),
        1 => "1 attempt was denied, failed or a dry run".to_owned(),
        more => format!("{} attempts were denied, failed or dry runs", grouped(more)),
    };
    match extent {
        None => "Nothing was read, so nothing can be said of destructive actions.".to_owned(),
        Some(extent) if calls.succeeded == 0 && calls.attempts == 0 => {
            format!("No destructive action found in {extent}.")
        }
        Some(extent) if calls.succeeded == 0 => {
            format!("No destructive action that succeeded found in {extent}; {attempts}.")
        }
        Some(_) => format!(
            "{} succeeded, {} of them irreversible and {} in a mode; {attempts}.",
            counted(calls.succeeded, "destructive action"),
            grouped(calls.irreversible),
            grouped(calls.in_mode),
        ),
    }
}
