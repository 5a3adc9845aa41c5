//! The head facts that report.md, report.html, the terminal and summary.json
//! share.
//!
//! Owns: which facts those are. Counting is `count`'s, the words are
//! `sentence`'s, what is urgent is `deadline`'s. An absence is stated only
//! together with what was read. Computes no new fact and reads no clock: a
//! deadline is compared with the time that the report is told for.
//! Sentences hold no text of the evidence but regions; writers escape them all
//! the same.

mod count;
mod deadline;
mod recording;
mod sentence;
#[cfg(test)]
mod tests;

use crate::model::coverage::{Gap, gaps};
use crate::model::finding::Incident;
use crate::model::mode::{Authorization, ModeWindow};
use crate::model::report::Report;
use crate::model::severity::Severity;

pub use count::{DestructiveCounts, ProblemGroup, WindowCounts};
use count::{count_destructive, count_findings, count_windows, group_problems};
pub use deadline::{Deadline, urgency};
use sentence::{counts_sentence, destructive_sentence, extent, not_covered, windows_sentence};

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
    /// Windows with no end seen, those that no RFC explains first.
    pub open_windows: Vec<&'a ModeWindow>,
    /// Destructive calls by kind.
    pub destructive: DestructiveCounts,
    /// Unresolved deadlines, open ones first.
    pub deadlines: Vec<Deadline<'a>>,
    /// How many deadlines are open and how many passed, and by when: one
    /// sentence; `None` if there are none.
    pub deadlines_sentence: Option<String>,
    /// Incidents, by what must be acted on first.
    pub incidents: Vec<&'a Incident>,
    /// Number of findings of each severity, gravest first, zeros included; those
    /// that the policy suppresses are left out.
    pub findings: Vec<(Severity, u64)>,
    /// Number of findings that the policy suppresses.
    pub suppressed: u64,
    /// Problems by kind, losses first, then gravest first.
    pub problems: Vec<ProblemGroup<'a>>,
    /// Stretches without evidence.
    pub gaps: Vec<Gap<'a>>,
}

/// Windows with no end seen, in the order in which to look at them.
fn open_windows(windows: &[ModeWindow]) -> Vec<&ModeWindow> {
    let mut open: Vec<_> = windows.iter().filter(|window| window.closed_at.is_none()).collect();
    open.sort_by_key(|window| {
        let rank = match window.authorization {
            Authorization::Unauthorized => 0,
            Authorization::Unknown => 1,
            Authorization::Authorized => 2,
        };
        (rank, window.opened_at)
    });
    open
}

impl<'a> Headline<'a> {
    /// The head facts of that report.
    pub fn of(report: &'a Report) -> Self {
        let gaps = gaps(&report.coverage);
        let problems = group_problems(&report.problems);
        let extent = extent(report, &gaps);
        let windows = count_windows(&report.windows);
        let destructive = count_destructive(&report.destructive);
        let deadlines = deadline::of(report);
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
            open_windows: open_windows(&report.windows),
            destructive,
            deadlines_sentence: deadline::sentence(&deadlines, &report.scope),
            deadlines,
            incidents: deadline::most_urgent_first(&report.incidents),
            findings: count_findings(report),
            suppressed: report.findings.iter().filter(|finding| finding.suppression.is_some()).count() as u64,
            problems,
            gaps,
        }
    }

    /// The deadlines that are open, the nearest first.
    pub fn open_deadlines(&self) -> impl Iterator<Item = &Deadline<'a>> {
        self.deadlines.iter().filter(|deadline| !deadline.passed)
    }

    /// How many problems mean that evidence was lost or not read.
    pub fn losses(&self) -> usize {
        self.problems.iter().filter(|group| group.kind.is_loss()).map(|group| group.problems.len()).sum()
    }
}
