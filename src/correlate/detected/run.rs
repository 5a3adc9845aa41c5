//! Hits that make one finding, taken in one after the other.
//!
//! Owns: what is held of them, which does not grow with how many there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::limits::FINDING_EVENTS_MAX;
use crate::model::event::Outcome;
use crate::model::evidence::Evidence;
use crate::model::hit::Hit;
use crate::model::id::{AccountId, EventId, ModeName, SessionId, WindowId};
use crate::model::mode::ModeSession;
use crate::model::source_grade::SourceGrade;
use crate::model::time::UtcTime;

use super::super::joined::Joined;

/// A hit, and the mode session that made the call.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) hit: &'a Hit,
    pub(super) session: Option<&'a ModeSession>,
}

impl Placed<'_> {
    /// A session knows more of who is behind it than one record.
    pub(super) fn actor(&self) -> Option<Arc<str>> {
        self.session.and_then(|session| session.actor.clone()).or_else(|| self.hit.actor.clone())
    }

    pub(super) fn succeeded(&self) -> bool {
        self.hit.outcome == Outcome::Succeeded
    }
}

/// What some hits come to so far.
#[derive(Default)]
pub(super) struct Run {
    pub(super) count: u64,
    /// Those that succeeded.
    pub(super) done: u64,
    /// Names of calls, for a sentence.
    pub(super) names: Joined,
    /// What the rule wants told of them.
    pub(super) told: Joined,
    /// Where they came from, if the rule wants it told.
    pub(super) from: Joined,
    pub(super) calls: BTreeSet<Arc<str>>,
    pub(super) weakest: Option<SourceGrade>,
    pub(super) first_event_id: Option<EventId>,
    /// The first of their event ids.
    pub(super) event_ids: Vec<EventId>,
    /// Where the first of their records lie.
    pub(super) records: Vec<Evidence>,
    /// Of the first that a mode session made.
    pub(super) mode: Option<ModeName>,
    pub(super) window_id: Option<WindowId>,
    pub(super) session_ids: BTreeSet<SessionId>,
    account_id: Option<AccountId>,
    actor: Option<Arc<str>>,
    outcomes: BTreeSet<Outcome>,
    span: Option<(UtcTime, UtcTime)>,
}

impl Run {
    /// Takes in one more hit.
    pub(super) fn add(&mut self, one: Placed<'_>) {
        let hit = one.hit;
        if self.count == 0 {
            self.account_id.clone_from(&hit.account_id);
            self.actor = one.actor();
            self.first_event_id.clone_from(&hit.event_id);
        } else {
            self.account_id.take_if(|account| hit.account_id.as_ref() != Some(account));
            self.actor.take_if(|actor| one.actor().as_ref() != Some(actor));
        }
        self.count += 1;
        self.done += u64::from(one.succeeded());
        self.names.add(&hit.event_name);
        self.told.extend(hit.told.iter());
        self.from.extend(hit.from.iter());
        if !self.calls.contains(&hit.event_name) {
            self.calls.insert(hit.event_name.clone());
        }
        self.weakest = self.weakest.max(Some(hit.source_grade));
        if self.event_ids.len() < FINDING_EVENTS_MAX {
            self.event_ids.extend(hit.event_id.clone());
        }
        if self.records.len() < FINDING_EVENTS_MAX {
            let mut record = hit.evidence.clone();
            record.object.share();
            self.records.push(record);
        }
        self.outcomes.insert(hit.outcome);
        if let Some(time) = hit.time {
            self.span =
                self.span.map_or(Some((time, time)), |(from, to)| Some((from.min(time), to.max(time))));
        }
        if let Some(session) = one.session {
            if self.session_ids.is_empty() {
                self.mode = Some(session.mode.clone());
                self.window_id.clone_from(&session.window_id);
            }
            self.session_ids.insert(session.session_id.clone());
        }
    }

    /// The account that they have in common, if they do.
    pub(super) const fn account(&self) -> Option<&AccountId> {
        self.account_id.as_ref()
    }

    /// The actor that they have in common, if they do.
    pub(super) const fn actor(&self) -> Option<&Arc<str>> {
        self.actor.as_ref()
    }

    /// The time of the earliest.
    pub(super) fn time(&self) -> Option<UtcTime> {
        self.span.map(|(from, _)| from)
    }

    /// The time of the latest.
    pub(super) fn end_time(&self) -> Option<UtcTime> {
        self.span.map(|(_, to)| to)
    }

    /// How those that did not succeed ended.
    pub(super) fn ended(&self) -> String {
        let words = [(Outcome::Denied, "denied"), (Outcome::Failed, "failed"), (Outcome::DryRun, "dry run")];
        let met = words.into_iter().filter(|(outcome, _)| self.outcomes.contains(outcome));
        met.map(|(_, word)| word).collect::<Vec<_>>().join(" or ")
    }
}
