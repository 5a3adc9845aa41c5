//! What must be acted on first: deadlines for recovery, and incidents by them.
//!
//! Owns: which deadlines are open at the time that the report is told for, and
//! the order of what is urgent. Reads no clock.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::count::{counted, grouped as number};
use crate::model::destructive::DestructiveAction;
use crate::model::finding::Incident;
use crate::model::id::AccountId;
use crate::model::report::{Report, Scope};
use crate::model::severity::Severity;
use crate::model::time::UtcTime;
use crate::report::sorted::First;

use super::calls::Calls;

/// A destructive call that can be undone until a known time, and of which no
/// undoing is in evidence.
#[derive(Clone, Debug)]
pub struct Deadline<'a> {
    /// Until when.
    pub until: UtcTime,
    /// Whether that was before the time that the report is told for.
    pub passed: bool,
    /// The call.
    pub action: Cow<'a, DestructiveAction>,
}

impl<'a> Calls<'a> {
    /// The deadlines, open ones first, each kind by its time.
    pub fn deadlines(&self) -> impl Iterator<Item = Deadline<'a>> {
        let passed = self.passed.iter().filter_map(|action| Deadline::of(action, true));
        self.open_deadlines().chain(passed)
    }

    /// Those that are open, the nearest first.
    pub fn open_deadlines(&self) -> impl Iterator<Item = Deadline<'a>> {
        self.open.iter().filter_map(|action| Deadline::of(action, false))
    }

    /// How many are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// How many there are.
    pub fn deadline_count(&self) -> usize {
        self.open.len() + self.passed.len()
    }
}

impl<'a> Deadline<'a> {
    fn of(action: Cow<'a, DestructiveAction>, passed: bool) -> Option<Self> {
        Some(Self { until: action.unresolved_deadline()?, passed, action })
    }
}

/// Open deadlines of one actor, account, kind of call and time.
#[derive(Clone, Debug)]
pub struct DeadlineGroup<'a> {
    /// Its place among all of them by time, from 0.
    pub number: usize,
    /// Until when.
    pub until: UtcTime,
    /// The first of the calls.
    pub action: Cow<'a, DestructiveAction>,
    /// How many calls there are.
    pub calls: u64,
    /// How many things they concern.
    pub things: u64,
    /// Whether one of them is critical, or part of a critical incident.
    pub critical: bool,
}

impl DeadlineGroup<'_> {
    /// How many things are not named by the first of the first call, as the end of
    /// a list; empty if there are none.
    pub fn more(&self) -> String {
        let named = u64::from(!self.action.resources.is_empty());
        match (self.things.saturating_sub(named), self.calls) {
            (0, _) => String::new(),
            (more, 1) => format!(" and {} more", number(more)),
            (more, calls) => format!(" and {} more, in {}", number(more), counted(calls, "call")),
        }
    }

    /// The account, or that it is not known.
    pub fn account(&self) -> &str {
        self.action.account_id.as_ref().map_or("unknown", |account| account.as_str())
    }
}

/// Groups held to be listed: more than any page lists.
const GROUPS_MAX: usize = 64;

/// Open deadlines, equal ones together, in the order in which to act: what is
/// critical first, then by time.
#[derive(Clone, Debug, Default)]
pub struct ActBefore<'a> {
    /// The first of them.
    pub first: Vec<DeadlineGroup<'a>>,
    /// What is to be done soonest, wherever it stands.
    pub(super) soonest: Option<DeadlineGroup<'a>>,
    /// How many there are.
    pub count: usize,
}

impl<'a> ActBefore<'a> {
    /// Those of open deadlines that come by their time: only the groups of one time
    /// are held at once.
    pub(super) fn of(report: &Report, open: impl Iterator<Item = Deadline<'a>>) -> Self {
        let critical = Critical::of(report);
        let mut all = Self::default();
        let mut first = First::new(GROUPS_MAX);
        let mut groups: Vec<DeadlineGroup<'a>> = Vec::new();
        let mut places = BTreeMap::new();
        let mut now = None;
        for Deadline { until, action, .. } in open {
            if now.replace(until).is_some_and(|before| before != until) {
                all.take(&mut groups, &mut first);
                places.clear();
            }
            let key = (action.account_id.clone(), action.actor.clone(), action.event_name.clone());
            let place = *places.entry(key).or_insert(groups.len());
            let (things, is_critical) = (action.resource_count, critical.holds(&action));
            if place == groups.len() {
                let number = all.count + place;
                let (calls, things, critical) = (0, 0, false);
                groups.push(DeadlineGroup { number, until, action, calls, things, critical });
            }
            let Some(group) = groups.get_mut(place) else { continue };
            group.calls += 1;
            group.things += things;
            group.critical |= is_critical;
        }
        all.take(&mut groups, &mut first);
        all.first = first.into_rows();
        all
    }

    /// Takes the groups of one time.
    fn take(&mut self, groups: &mut Vec<DeadlineGroup<'a>>, first: &mut First<bool, DeadlineGroup<'a>>) {
        self.count += groups.len();
        if self.soonest.is_none() {
            let soonest = groups.iter().find(|group| group.critical).or_else(|| groups.first());
            self.soonest = soonest.cloned();
        }
        for group in groups.drain(..) {
            first.offer(!group.critical, || group);
        }
    }
}

/// A stretch of time; an unknown time comes before all others.
type Stretch = (Option<UtcTime>, Option<UtcTime>);

/// An account, and who acted in it.
type Who = (Option<AccountId>, Option<Arc<str>>);

/// When there were critical incidents, by account and actor.
#[derive(Default)]
struct Critical(BTreeMap<Who, Vec<Stretch>>);

impl Critical {
    fn of(report: &Report) -> Self {
        let mut all = Self::default();
        for incident in report.incidents.iter().filter(|one| one.severity == Severity::Critical) {
            let who = (incident.account_id.clone(), incident.actor.clone());
            all.0.entry(who).or_default().push((incident.started_at, incident.ended_at));
        }
        for stretches in all.0.values_mut() {
            stretches.sort_unstable();
            // The latest end so far, so that one look tells whether a time is in any.
            let mut latest = None;
            for (_, end) in stretches {
                latest = latest.max(*end);
                *end = latest;
            }
        }
        all
    }

    /// Whether a call is critical, or part of a critical incident.
    fn holds(&self, action: &DestructiveAction) -> bool {
        let during = |stretches: &Vec<Stretch>| {
            let begun = stretches.partition_point(|(start, _)| *start <= action.event_time);
            stretches.get(..begun).and_then(<[_]>::last).is_some_and(|(_, end)| action.event_time <= *end)
        };
        action.severity == Severity::Critical
            || !self.0.is_empty()
                && self.0.get(&(action.account_id.clone(), action.actor.clone())).is_some_and(during)
    }
}

/// How many deadlines are open and how many passed, and by when; `None` if
/// there are none.
pub(super) fn sentence(calls: &Calls<'_>, scope: &Scope) -> Option<String> {
    let (open, passed) = (calls.open.len() as u64, calls.passed.len() as u64);
    let verb = |count: u64, one: &'static str, more: &'static str| if count == 1 { one } else { more };
    let told = match (open, passed) {
        (0, 0) => return None,
        (open, 0) => format!("{} for recovery {} open", counted(open, "deadline"), verb(open, "is", "are")),
        (0, passed) => {
            format!("{} for recovery {} passed", counted(passed, "deadline"), verb(passed, "has", "have"))
        }
        (open, passed) => format!(
            "{} for recovery {} open, {} {} passed",
            counted(open, "deadline"),
            verb(open, "is", "are"),
            number(passed),
            verb(passed, "has", "have"),
        ),
    };
    Some(format!("{}, {told}.", as_of(scope)?))
}

/// The time that the report is told for, and why that one.
fn as_of(scope: &Scope) -> Option<String> {
    let why = if scope.as_of_given { "given with --as-of" } else { "the end of the evidence" };
    Some(format!("As of {} ({why})", scope.as_of?))
}

/// What must be acted on first: the gravest, then the nearest open deadline, then
/// the oldest. To sort by, least first. Deadlines of what is less grave are not
/// lost: heads list all open deadlines apart.
pub fn urgency(incident: &Incident) -> impl Ord + use<> {
    let none_last = |time: Option<UtcTime>| (time.is_none(), time);
    (Reverse(incident.severity), none_last(incident.next_deadline), none_last(incident.started_at))
}
