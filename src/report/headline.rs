//! The head facts that report.md, report.html, the terminal and summary.json
//! share.
//!
//! Owns: which facts those are. Counting is `count`'s, the words are
//! `sentence`'s, what is urgent is `deadline`'s. An absence is stated only
//! together with what was read. Computes no new fact and reads no clock: a
//! deadline is compared with the time that the report is told for.
//! Sentences hold no text of the evidence but regions; writers escape them all
//! the same.

mod calls;
mod claims;
mod count;
mod days;
mod deadline;
pub mod integrity;
mod recording;
mod sentence;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::ops::Range;

use crate::model::count::{counted, grouped};
use crate::model::coverage::{Gap, gaps};
use crate::model::finding::Incident;
use crate::model::mode::{Authorization, ModeWindow, OpenedBound};
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::report::sorted::Sorted;

pub use calls::{Calls, Timed};
pub use claims::Claims;
pub use count::{DestructiveCounts, ProblemGroup, WindowCounts};
use count::{count_windows, group_problems};
use days::Days;
pub use days::{Stretch, none_lacking};
pub use deadline::{ActBefore, Deadline, DeadlineGroup, urgency};
pub use integrity::Objects;
use sentence::{counts_sentence, destructive_sentence, extent, not_covered, windows_sentence};

/// Rows held of what is listed by gravity or urgency: more than five pages of the
/// PDF, the longest of all lists, have room for.
pub const LISTED_MAX: usize = 400;

/// The head facts of a report.
#[derive(Clone, Debug)]
pub struct Headline<'a> {
    /// What was read: one sentence.
    pub coverage: String,
    /// What cannot be seen in it: one sentence each, what was left out by choice
    /// first, then tampering and lost evidence.
    pub not_covered: Vec<String>,
    /// Those of them that tell of tampering and lost evidence.
    grave: Range<usize>,
    /// How the records were spent: one sentence.
    pub counts: String,
    /// What there is to say of windows: one sentence.
    pub windows_sentence: String,
    /// What there is to say of destructive calls: one sentence.
    pub destructive_sentence: String,
    /// Windows by kind.
    pub windows: WindowCounts,
    /// All windows, in the order in which to look at them: those with no end seen
    /// first, then those that no RFC explains, then those in which most was
    /// destroyed.
    pub ordered_windows: Vec<&'a ModeWindow>,
    /// Destructive calls by kind.
    pub destructive: DestructiveCounts,
    /// What else there is to say of them, unresolved deadlines too.
    pub calls: Calls<'a>,
    /// The open deadlines, equal ones together, in the order in which to act: what
    /// is critical first, then by time.
    pub act_before: ActBefore<'a>,
    /// How many deadlines are open and how many passed, and by when: one
    /// sentence; `None` if there are none.
    pub deadlines_sentence: Option<String>,
    /// Incidents, by what must be acted on first: the gravest, then those whose
    /// deadline is nearest.
    pub incidents: Sorted<'a, Incident>,
    /// What there is to say of findings.
    pub claims: Claims<'a>,
    /// What there is to say of objects.
    pub objects: Objects,
    /// Number of findings of each severity, gravest first, zeros included; those
    /// that the policy suppresses are left out.
    pub findings: Vec<(Severity, u64)>,
    /// Number of findings that the policy suppresses.
    pub suppressed: u64,
    /// Problems by kind, losses first, then gravest first.
    pub problems: Vec<ProblemGroup<'a>>,
    /// Stretches without evidence between days that have some, or of which digests
    /// and deliveries tell.
    pub gaps: Vec<Gap<'a>>,
    /// All days without evidence from the first event to the last.
    pub stretches: Vec<Stretch<'a>>,
}

/// Who used a window: the first few, and how many more.
pub fn users(window: &ModeWindow) -> String {
    const NAMED_MAX: usize = 4;
    let mut named: Vec<&str> = window.actors.iter().map(|actor| &**actor).take(NAMED_MAX).collect();
    let more = window.actors.len().saturating_sub(NAMED_MAX);
    let more = format!("{} more", grouped(more as u64));
    if window.actors.len() > NAMED_MAX {
        named.push(&more);
    }
    named.join(", ")
}

/// A window in one line, with its time, who used it and what was destroyed; `name`
/// is that of its account.
pub fn window_line(window: &ModeWindow, name: Option<&str>) -> String {
    let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
    let since = match window.opened_bound {
        OpenedBound::Exact => format!("since {}", window.opened_at),
        OpenedBound::AtOrBefore => format!("open by {}, perhaps earlier", window.opened_at),
    };
    let until = window.closed_at.map_or_else(|| "no end seen".to_owned(), |time| format!("until {time}"));
    let users = users(window);
    format!(
        "{} in account {}{name}, {since}, {until}: {}, used by {}, {}",
        window.mode,
        window.account_id,
        window.authorization.as_str(),
        if users.is_empty() { "nobody seen" } else { &users },
        counted(window.destructive_actions, "destructive action"),
    )
}

/// What to look at first of windows: those with no end seen, then those that no
/// RFC explains, then those in which most was destroyed. To sort by, least first.
pub fn to_look_at(window: &ModeWindow) -> impl Ord + use<> {
    let rank = match window.authorization {
        Authorization::Unauthorized => 0,
        Authorization::Unknown => 1,
        Authorization::Authorized => 2,
    };
    let closed = window.closed_at.is_some();
    // Those that are open are few: what is oldest was open longest.
    let destroyed = if closed { window.destructive_actions } else { 0 };
    (closed, rank, Reverse(destroyed), window.opened_at)
}

impl<'a> Headline<'a> {
    /// The head facts of that report.
    pub fn of(report: &'a Report) -> Self {
        let gaps = gaps(&report.coverage);
        let problems = group_problems(&report.problems);
        let days = Days::of(report);
        let extent = extent(report, &gaps, &days);
        let objects = Objects::of(&report.objects);
        let (not_covered, grave) = not_covered(report, &problems, (&days, &objects));
        let windows = count_windows(&report.windows);
        let calls = Calls::of(report);
        let claims = Claims::of(report);
        let destructive = calls.counts;
        let mut ordered_windows: Vec<&ModeWindow> = report.windows.iter().collect();
        ordered_windows.sort_by_key(|window| to_look_at(window));
        Self {
            coverage: match &extent {
                Some(extent) => format!("Read {extent}."),
                None => "Nothing was read: nothing can be said of any account or time.".to_owned(),
            },
            not_covered,
            grave,
            counts: counts_sentence(report),
            windows_sentence: windows_sentence(windows, extent.as_deref()),
            destructive_sentence: destructive_sentence(destructive, extent.as_deref()),
            windows,
            ordered_windows,
            destructive,
            deadlines_sentence: deadline::sentence(&calls, &report.scope),
            act_before: ActBefore::of(report, calls.open_deadlines()),
            calls,
            incidents: claims::most_urgent_first(report),
            findings: claims.counts.clone(),
            suppressed: claims.suppressed,
            claims,
            objects,
            problems,
            gaps,
            stretches: days.stretches,
        }
    }

    /// What cannot be seen, for a list of about that many sentences, and the rest.
    /// The first part has every sentence on tampering and lost evidence, however
    /// short the list.
    pub fn not_covered_first(&self, max: usize) -> (Vec<&str>, Vec<&str>) {
        let mut room = max.saturating_sub(self.grave.len());
        let mut rest = Vec::new();
        let mut first = Vec::new();
        for (place, sentence) in self.not_covered.iter().enumerate() {
            let kept = self.grave.contains(&place) || room > 0;
            if kept {
                room -= usize::from(!self.grave.contains(&place));
                first.push(sentence.as_str());
            } else {
                rest.push(sentence.as_str());
            }
        }
        (first, rest)
    }

    /// The first of what is to be acted on, of which a few dozen are held; what is to
    /// be done soonest is always among them.
    pub fn act_first(&self, max: usize) -> Vec<&DeadlineGroup<'a>> {
        let mut first: Vec<_> = self.act_before.first.iter().take(max).collect();
        if let (Some(soonest), Some(last)) = (&self.act_before.soonest, first.last_mut())
            && self.act_before.first.iter().take(max).all(|group| group.until > soonest.until)
        {
            *last = soonest;
        }
        first
    }

    /// How many problems mean that evidence was lost or not read.
    pub fn losses(&self) -> usize {
        self.problems.iter().filter(|group| group.kind.is_loss()).map(|group| group.problems.len()).sum()
    }
}
