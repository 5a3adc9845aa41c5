//! How far to trust the report: what stands behind it, in figures and words.
//!
//! Owns: the appendix's facts and the words of its method and glossary. Computes
//! nothing but how many records share a grade.

use crate::model::count::grouped;
use crate::model::object::Integrity;
use crate::model::report::Report;
use crate::report::headline::{Headline, integrity as verdicts, none_lacking};
use crate::report::html::shown::Shown;
use crate::report::provenance::Provenance;

/// Gaps listed; the rest is in the table `coverage`.
const GAPS_MAX: usize = 40;

/// What the appendix shows.
pub(super) struct Appendix {
    pub(super) integrity: Vec<Verdict>,
    pub(super) gaps: Vec<GapView>,
    pub(super) gaps_more: String,
    pub(super) no_gap: &'static str,
    pub(super) problems: Vec<ProblemView>,
    pub(super) grades: Vec<(&'static str, String)>,
    pub(super) made: Vec<(&'static str, String)>,
    pub(super) options: Shown,
    pub(super) selections: Vec<Shown>,
    pub(super) glossary: &'static [(&'static str, &'static str)],
}

/// Objects of which the digests say the same.
pub(super) struct Verdict {
    pub(super) word: &'static str,
    pub(super) meaning: &'static str,
    pub(super) objects: String,
    pub(super) tone: &'static str,
}

/// A stretch without evidence.
pub(super) struct GapView {
    pub(super) account: Shown,
    pub(super) region: Shown,
    pub(super) from: String,
    pub(super) to: String,
}

/// Problems of one kind.
pub(super) struct ProblemView {
    pub(super) word: &'static str,
    pub(super) loss: bool,
    pub(super) count: String,
    pub(super) first: Shown,
    pub(super) place: Shown,
}

impl Appendix {
    /// The appendix of that report.
    pub(super) fn of(report: &Report, head: &Headline<'_>, made: &Provenance<'_>) -> Self {
        let more = head.stretches.len().saturating_sub(GAPS_MAX);
        Self {
            integrity: integrity(head),
            gaps: head
                .stretches
                .iter()
                .take(GAPS_MAX)
                .map(|gap| GapView {
                    account: Shown::short(gap.account_id.as_str(), 40),
                    region: Shown::short(gap.region.as_str(), 60),
                    from: gap.from.to_string(),
                    to: gap.until.to_string(),
                })
                .collect(),
            no_gap: none_lacking(report),
            gaps_more: if more == 0 { String::new() } else { grouped(more as u64) },
            problems: problems(head),
            grades: grades(head),
            made: made.lines(),
            options: Shown::whole(&made.options()),
            selections: report.scope.selections.iter().map(|text| Shown::of(text)).collect(),
            glossary: GLOSSARY,
        }
    }
}

fn integrity(head: &Headline<'_>) -> Vec<Verdict> {
    let view = |one: verdicts::Verdict| Verdict {
        word: one.word,
        meaning: one.meaning,
        objects: grouped(one.objects),
        tone: match one.integrity {
            Some(Integrity::Signed | Integrity::HashChained) => "good",
            Some(Integrity::HashListed) | None => "calm",
            Some(Integrity::Modified | Integrity::Missing) => "bad",
            Some(Integrity::Unreferenced | Integrity::TrailingData | Integrity::NoDigest) => "warn",
        },
    };
    head.objects.verdicts().into_iter().map(view).collect()
}

fn problems(head: &Headline<'_>) -> Vec<ProblemView> {
    let view = |group: &crate::report::headline::ProblemGroup<'_>| {
        let first = group.problems.first();
        ProblemView {
            word: group.kind.as_str(),
            loss: group.kind.is_loss(),
            count: grouped(group.problems.len() as u64),
            first: Shown::of(first.map_or("", |problem| &problem.detail)),
            place: Shown::of(first.map_or("", |problem| problem.object.as_str())),
        }
    };
    head.problems.iter().map(view).collect()
}

/// How the records behind destructive calls are anchored.
fn grades(head: &Headline<'_>) -> Vec<(&'static str, String)> {
    head.calls.grades.iter().map(|(grade, count)| (grade.as_str(), grouped(*count))).collect()
}

const GLOSSARY: &[(&str, &str)] = &[
    (
        "Mode window",
        "A stretch in which a privileged AMS mode was open in an account: from the creation of its role, or the first sign of it, to the deletion of its last role. No RFC closes a window.",
    ),
    (
        "Developer mode, Direct Change mode",
        "AMS modes in which people change an account without an RFC for each change.",
    ),
    (
        "Authorized, unauthorized, unknown",
        "Whether a successful enabling RFC explains the opening. Unauthorized is said only where RFC evidence covers the time; all else is unknown.",
    ),
    (
        "At or before",
        "The window was open by that time and may have been open earlier: its opening is not in the evidence.",
    ),
    (
        "No end seen",
        "No deletion of the role is in the evidence. It does not say that the mode is open today.",
    ),
    (
        "Session",
        "Credentials of a mode role, from the call that issued them on. Depth counts the steps from the mode role to a session that descends from it.",
    ),
    (
        "Proved, strong, weak link",
        "Same access key; an id that AWS gives out once, or role and workload together; a name and a time. Weak links count for nothing.",
    ),
    (
        "Destructive action",
        "A call that destroys, or keeps others from seeing or recovering. A denied or failed call is an attempt: nothing was destroyed.",
    ),
    (
        "Irreversible, recoverable, rebuildable, reversible",
        "Gone; back by a known call or copy, perhaps until a deadline; to be made again without loss of its own data; undone by the opposite call.",
    ),
    (
        "Incident",
        "Destructive actions and findings of one actor in one account whose gaps are under an hour.",
    ),
    ("Finding", "A claim of a rule, with the records that it rests on and how sure it is."),
    (
        "Evidence gap",
        "Days of an account and region between its first and last of which the dump holds no record though it may lack some.",
    ),
    ("Source object, source record", "The file of the dump, and the 0-based ordinal of the record in it."),
];
