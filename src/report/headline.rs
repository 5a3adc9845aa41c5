//! The head facts that report.md, report.html, the terminal and summary.json
//! share.
//!
//! Owns: counting and selecting rows, and the sentences about coverage. An
//! absence is stated only together with what was read. Computes no new fact and
//! reads no clock: a deadline is compared with the end of the evidence.
//! Sentences hold no text of the evidence but regions; writers escape them all
//! the same.

mod recording;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::count::{counted, grouped};
use crate::model::coverage::{Gap, gaps};
use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;
use crate::model::mode::{Authorization, ModeWindow};
use crate::model::object::Integrity;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::model::time::UtcTime;

/// How many windows there are, and of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WindowCounts {
    /// All of them.
    pub total: u64,
    /// Those with no end seen.
    pub open: u64,
    /// Those that an RFC explains.
    pub authorized: u64,
    /// Those that no RFC explains though RFC evidence covers them.
    pub unauthorized: u64,
    /// Those of which that cannot be said.
    pub unknown: u64,
}

/// How many destructive calls there are, and of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DestructiveCounts {
    /// Calls that succeeded.
    pub succeeded: u64,
    /// Calls that were denied, failed or dry runs: nothing was destroyed.
    pub attempts: u64,
    /// Succeeded, cannot be undone.
    pub irreversible: u64,
    /// Succeeded, can be undone by a known call or copy, perhaps until a deadline.
    pub recoverable: u64,
    /// Succeeded, reversibility unknown.
    pub reversibility_unknown: u64,
    /// Succeeded, and an event that undid it is in evidence.
    pub undone: u64,
    /// Succeeded, by a session of a mode.
    pub in_mode: u64,
}

/// A destructive call that can still be undone until a known time, and of which
/// no undoing is in evidence.
#[derive(Clone, Copy, Debug)]
pub struct Deadline<'a> {
    /// Until when.
    pub until: UtcTime,
    /// Whether the evidence itself reaches past that time.
    pub passed: bool,
    /// The call.
    pub action: &'a DestructiveAction,
}

/// The problems of one kind.
#[derive(Clone, Debug)]
pub struct ProblemGroup<'a> {
    /// The kind.
    pub kind: ProblemKind,
    /// All of them, in the order of the table.
    pub problems: Vec<&'a Problem>,
}

/// The head facts of a report.
#[derive(Clone, Debug)]
pub struct Headline<'a> {
    /// What was read: one sentence.
    pub coverage: String,
    /// What cannot be seen in it: one sentence each.
    pub not_covered: Vec<String>,
    /// How the records were spent: one sentence.
    pub counts: String,
    /// What there is to say of windows: one sentence.
    pub windows_sentence: String,
    /// What there is to say of destructive calls: one sentence.
    pub destructive_sentence: String,
    /// Windows by kind.
    pub windows: WindowCounts,
    /// Windows with no end seen.
    pub open_windows: Vec<&'a ModeWindow>,
    /// Destructive calls by kind.
    pub destructive: DestructiveCounts,
    /// Unresolved deadlines, those ahead of the end of the evidence first.
    pub deadlines: Vec<Deadline<'a>>,
    /// Number of findings of each severity, gravest first, zeros included.
    pub findings: Vec<(Severity, u64)>,
    /// Problems by kind, losses first, then gravest first.
    pub problems: Vec<ProblemGroup<'a>>,
    /// Stretches without evidence.
    pub gaps: Vec<Gap<'a>>,
}

impl<'a> Headline<'a> {
    /// The head facts of that report.
    pub fn of(report: &'a Report) -> Self {
        let gaps = gaps(&report.coverage);
        let problems = group_problems(&report.problems);
        let extent = extent(report, &gaps);
        let windows = count_windows(&report.windows);
        let destructive = count_destructive(&report.destructive);
        Self {
            coverage: match &extent {
                Some(extent) => format!("Read {extent}."),
                None => "Nothing was read: nothing can be said of any account or time.".to_owned(),
            },
            not_covered: not_covered(report, &problems),
            counts: counts_sentence(report),
            windows_sentence: windows_sentence(windows, extent.as_deref()),
            destructive_sentence: destructive_sentence(destructive, extent.as_deref()),
            windows,
            open_windows: report.windows.iter().filter(|window| window.closed_at.is_none()).collect(),
            destructive,
            deadlines: deadlines(report),
            findings: count_findings(report),
            problems,
            gaps,
        }
    }

    /// How many problems mean that evidence was lost or not read.
    pub fn losses(&self) -> usize {
        self.problems.iter().filter(|group| group.kind.is_loss()).map(|group| group.problems.len()).sum()
    }
}

/// What was read, to be put after a verb; `None` if nothing was.
fn extent(report: &Report, gaps: &[Gap<'_>]) -> Option<String> {
    let scope = &report.scope;
    if scope.objects == 0 {
        return None;
    }
    let mut text = format!("{} ({})", counted(scope.objects, "object"), counted(scope.counts.seen, "record"));
    if let (Some(first), Some(last)) = (scope.first_event_time, scope.last_event_time) {
        let accounts = counted(scope.accounts.len() as u64, "account");
        let regions = counted(scope.regions.len() as u64, "region");
        text.push_str(&format!(" about {accounts} in {regions}, with events from {first} to {last}"));
        let inside = |gap: &Gap<'_>| first.day() <= gap.day && gap.until <= last.day();
        let stretches = match gaps.len() {
            1 => "1 stretch without evidence".to_owned(),
            more => format!("{} stretches without evidence", grouped(more as u64)),
        };
        text.push_str(&match gaps {
            [] => ", no whole day of an account and region missing in between".to_owned(),
            gaps if gaps.iter().all(inside) => format!(", {stretches} in between"),
            // Digests and deliveries tell of days beyond the records.
            _ => format!(", {stretches} before, in between or after"),
        });
    } else {
        text.push_str(", none of which holds a CloudTrail event with a time");
    }
    Some(text)
}

fn not_covered(report: &Report, problems: &[ProblemGroup<'_>]) -> Vec<String> {
    let scope = &report.scope;
    // What was left out by choice comes first: it bounds every other sentence.
    let mut sentences = scope.selections.clone();
    if scope.objects_left_out > 0 {
        sentences
            .push(format!("{} left out by the date in the key.", counted(scope.objects_left_out, "object")));
    }
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
    sentences.extend(recording::without_records(&report.coverage));
    sentences.extend(recording::expected_missing(&scope.expected_missing));
    if report.rfcs.is_empty() {
        sentences.push("No RFC was read: whether a mode was allowed to open cannot be told.".to_owned());
    }
    sentences.extend(losses_sentence(problems));
    sentences.extend(integrity_sentences(report));
    sentences
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

fn integrity_sentences(report: &Report) -> Vec<String> {
    let count =
        |wanted| report.objects.iter().filter(|object| object.integrity == Some(wanted)).count() as u64;
    [
        (Integrity::Modified, "not as a digest says: altered, or a digest that fails its own check"),
        (Integrity::Missing, "missing from the dump though a digest or a data event names it"),
        (Integrity::TrailingData, "with bytes that no digest hash covers"),
        (Integrity::Unreferenced, "listed by no digest of its trail"),
        (Integrity::NoDigest, "without any digest: alterations cannot be seen"),
    ]
    .into_iter()
    .filter_map(|(integrity, what)| {
        let objects = count(integrity);
        (objects > 0).then(|| format!("{} {what}.", counted(objects, "object")))
    })
    .collect()
}

fn counts_sentence(report: &Report) -> String {
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

fn windows_sentence(windows: WindowCounts, extent: Option<&str>) -> String {
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

fn destructive_sentence(calls: DestructiveCounts, extent: Option<&str>) -> String {
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

fn count_windows(windows: &[ModeWindow]) -> WindowCounts {
    let count = |wanted| windows.iter().filter(|window| window.authorization == wanted).count() as u64;
    WindowCounts {
        total: windows.len() as u64,
        open: windows.iter().filter(|window| window.closed_at.is_none()).count() as u64,
        authorized: count(Authorization::Authorized),
        unauthorized: count(Authorization::Unauthorized),
        unknown: count(Authorization::Unknown),
    }
}

fn count_destructive(actions: &[DestructiveAction]) -> DestructiveCounts {
    let mut counts = DestructiveCounts::default();
    for action in actions {
        if action.outcome != Outcome::Succeeded {
            counts.attempts += 1;
            continue;
        }
        counts.succeeded += 1;
        counts.in_mode += u64::from(action.mode.is_some());
        counts.undone += u64::from(is_undone(action));
        match action.reversibility {
            Reversibility::Irreversible => counts.irreversible += 1,
            Reversibility::Recoverable | Reversibility::RecoverableUntil => counts.recoverable += 1,
            Reversibility::Unknown => counts.reversibility_unknown += 1,
            Reversibility::Rebuildable | Reversibility::Reversible => {}
        }
    }
    counts
}

const fn is_undone(action: &DestructiveAction) -> bool {
    action.undone_at.is_some() || action.undone_by_event_id.is_some()
}

fn deadlines(report: &Report) -> Vec<Deadline<'_>> {
    let end = report.scope.last_event_time;
    let unresolved = report.destructive.iter().filter(|a| a.outcome == Outcome::Succeeded && !is_undone(a));
    let mut deadlines: Vec<_> = unresolved
        .filter_map(|action| {
            let until = action.recoverable_until?;
            Some(Deadline { until, passed: end.is_some_and(|end| until < end), action })
        })
        .collect();
    deadlines.sort_by_key(|deadline| (deadline.passed, deadline.until));
    deadlines
}

fn count_findings(report: &Report) -> Vec<(Severity, u64)> {
    let count = |wanted| report.findings.iter().filter(|finding| finding.severity == wanted).count() as u64;
    Severity::ALL.into_iter().rev().map(|severity| (severity, count(severity))).collect()
}

fn group_problems(problems: &[Problem]) -> Vec<ProblemGroup<'_>> {
    let mut kinds: BTreeMap<ProblemKind, Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        kinds.entry(problem.kind).or_default().push(problem);
    }
    let mut groups: Vec<_> =
        kinds.into_iter().map(|(kind, problems)| ProblemGroup { kind, problems }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.kind.is_loss(), group.kind.severity())));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn an_empty_report_claims_nothing() {
        let report = Report::default();
        let head = Headline::of(&report);
        assert_eq!(head.coverage, "Nothing was read: nothing can be said of any account or time.");
        assert_eq!(
            head.destructive_sentence,
            "Nothing was read, so nothing can be said of destructive actions."
        );
        assert_eq!(
            head.not_covered,
            [
                "No CloudTrail event was read: what was done in any account cannot be seen.",
                "No RFC was read: whether a mode was allowed to open cannot be told.",
            ]
        );
        assert_eq!(head.counts, "0 records seen = 0 kept + 0 duplicates + 0 counted only + 0 rejected.");
    }

    #[test]
    fn an_absence_is_told_with_what_was_read() {
        let mut report = sample::plain();
        report.destructive.clear();
        report.windows.clear();
        let head = Headline::of(&report);
        let extent = "5 objects (4,321 records) about 2 accounts in 2 regions, with events from \
            2025-03-03T08:00:00Z to 2025-03-20T18:00:00Z, 1 stretch without evidence in between";
        assert_eq!(head.coverage, format!("Read {extent}."));
        assert_eq!(head.destructive_sentence, format!("No destructive action found in {extent}."));
        assert_eq!(head.windows_sentence, format!("No mode window found in {extent}."));
    }

    #[test]
    fn attempts_are_never_destroyed() {
        let mut report = sample::plain();
        report.destructive.retain(|action| action.outcome != Outcome::Succeeded);
        let head = Headline::of(&report);
        assert_eq!(head.destructive.succeeded, 0);
        assert_eq!(head.destructive.irreversible, 0);
        assert!(
            head.destructive_sentence.starts_with("No destructive action that succeeded found in 5 objects")
        );
        assert!(head.deadlines.is_empty());
    }

    #[test]
    fn what_cannot_be_seen_is_said() {
        let mut report = sample::plain();
        report.scope.regions.retain(|region| region.as_str() != "us-east-1");
        report.scope.categories.clear();
        let head = Headline::of(&report);
        let all = head.not_covered.join("\n");
        assert!(all.contains("No events from us-east-1: AMS records RFC calls only there"), "{all}");
        assert!(all.contains("No data events: deletions of S3 objects"), "{all}");
        assert!(all.contains("1 object not as a digest says"), "{all}");
        assert!(all.contains("3 problems mean that evidence was lost"), "{all}");
    }

    #[test]
    fn deadlines_ahead_come_first_and_undone_calls_have_none() {
        let report = sample::plain();
        let head = Headline::of(&report);
        assert!(!head.deadlines.is_empty());
        assert!(head.deadlines.is_sorted_by_key(|deadline| (deadline.passed, deadline.until)));
        assert!(head.deadlines.iter().all(|deadline| deadline.action.undone_at.is_none()));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "record"), "1 record");
    }
}
