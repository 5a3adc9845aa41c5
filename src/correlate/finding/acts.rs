//! The destructive calls that a claim rests on, taken in one after the other.
//!
//! Owns: what is held of them, which does not grow with how many there are.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use crate::limits::FINDING_EVENTS_MAX;
use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, EventId, ModeName, RfcId, SessionId, WindowId};
use crate::model::source_grade::SourceGrade;
use crate::model::text::share;
use crate::model::time::UtcTime;
use crate::policy::Suppression;

use super::super::joined::Joined;
use super::suppressed::covers;

/// Account and actor of a call.
pub(super) type Whose = (Option<AccountId>, Option<Arc<str>>);

/// What claims need of one destructive call.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) time: Option<UtcTime>,
    pub(super) event_id: Option<EventId>,
    pub(super) event_name: Arc<str>,
    pub(super) account_id: Option<AccountId>,
    pub(super) actor: Option<Arc<str>>,
    pub(super) mode: Option<ModeName>,
    pub(super) window_id: Option<WindowId>,
    session_id: Option<SessionId>,
    rfc_id: Option<RfcId>,
    technique_id: Option<Cow<'static, str>>,
    outcome: Outcome,
    resource_count: u64,
    /// The first thing that it names.
    pub(super) thing: Option<Arc<str>>,
    pub(super) undone_at: Option<UtcTime>,
    source_grade: SourceGrade,
    /// For each suppression that is asked of, whether it covers all that it names.
    covered: Vec<bool>,
    pub(super) evidence: Evidence,
}

impl Act {
    fn of(row: &DestructiveAction, asked: &[&Suppression]) -> Self {
        Self {
            time: row.event_time,
            event_id: row.event_id.clone(),
            event_name: row.event_name.clone(),
            account_id: row.account_id.clone(),
            actor: row.actor.clone(),
            mode: row.mode.clone(),
            window_id: row.window_id.clone(),
            session_id: row.session_id.clone(),
            rfc_id: row.rfc_id.clone(),
            technique_id: row.technique_id.clone(),
            outcome: row.outcome,
            resource_count: row.resource_count,
            thing: row.resources.first().cloned(),
            undone_at: row.undone_at,
            source_grade: row.source_grade,
            covered: asked.iter().map(|suppression| covers(suppression, row)).collect(),
            evidence: row.evidence.clone(),
        }
    }

    /// The same, its texts in the memory of equal ones, to be held for long.
    pub(super) fn held(&self) -> Self {
        let mut held = self.clone();
        share(&mut held.event_name);
        held.account_id.iter_mut().for_each(AccountId::share);
        held.actor.iter_mut().for_each(share);
        held.mode.iter_mut().for_each(ModeName::share);
        held.window_id.iter_mut().for_each(WindowId::share);
        held.session_id.iter_mut().for_each(SessionId::share);
        held.rfc_id.iter_mut().for_each(RfcId::share);
        held.evidence.object.share();
        held
    }

    /// The caller, for a sentence.
    pub(super) fn by(&self) -> &str {
        self.actor.as_deref().unwrap_or("an unknown caller")
    }

    /// The account, for a sentence.
    pub(super) fn place(&self) -> &str {
        self.account_id.as_ref().map_or("of unknown id", AccountId::as_str)
    }

    /// Its event id, for the subject of a claim; empty if it has none.
    pub(super) fn id(&self) -> &str {
        self.event_id.as_ref().map(EventId::as_str).unwrap_or_default()
    }
}

/// A row of destructive calls that is looked at, with what claims keep of it.
pub(super) struct Seen<'r> {
    row: &'r DestructiveAction,
    asked: &'r [&'r Suppression],
    act: OnceCell<Arc<Act>>,
}

impl<'r> Seen<'r> {
    /// A row, and the suppressions of which it is asked whether they cover it.
    pub(super) const fn new(row: &'r DestructiveAction, asked: &'r [&'r Suppression]) -> Self {
        Self { row, asked, act: OnceCell::new() }
    }

    /// What claims keep of it, made once.
    pub(super) fn act(&self) -> &Arc<Act> {
        self.act.get_or_init(|| Arc::new(Act::of(self.row, self.asked)))
    }

    pub(super) fn whose(&self) -> Whose {
        (self.row.account_id.clone(), self.row.actor.clone())
    }

    pub(super) fn succeeded(&self) -> bool {
        self.row.outcome == Outcome::Succeeded
    }
}

impl Deref for Seen<'_> {
    type Target = DestructiveAction;

    fn deref(&self) -> &DestructiveAction {
        self.row
    }
}

/// Destructive calls, in the order in which they were taken in.
#[derive(Clone, Debug, Default)]
pub(super) struct Acts {
    pub(super) count: u64,
    /// Things that they destroyed.
    pub(super) resources: u64,
    /// Their names, for a sentence.
    pub(super) names: Joined,
    ends: Option<(Arc<Act>, Arc<Act>)>,
    span: Option<(UtcTime, UtcTime)>,
    calls: BTreeSet<Arc<str>>,
    technique_ids: BTreeSet<Cow<'static, str>>,
    outcomes: BTreeSet<Outcome>,
    session_ids: BTreeSet<SessionId>,
    rfc_ids: BTreeSet<RfcId>,
    weakest: Option<SourceGrade>,
    /// The first of their event ids, each once.
    event_ids: Vec<EventId>,
    /// The first of their records, each once.
    records: Vec<Evidence>,
    /// For each suppression that is asked of, whether it covers all that they name.
    covered: Vec<bool>,
}

impl Acts {
    /// One call.
    pub(super) fn of(act: &Arc<Act>) -> Self {
        let mut acts = Self::default();
        acts.add(act);
        acts
    }

    /// Takes in one more call.
    pub(super) fn add(&mut self, act: &Arc<Act>) {
        self.covers(&act.covered);
        self.count += 1;
        self.resources += act.resource_count;
        self.names.add(&act.event_name);
        match &mut self.ends {
            Some((_, last)) => *last = act.clone(),
            None => self.ends = Some((act.clone(), act.clone())),
        }
        self.spans(act.time.map(|time| (time, time)));
        insert(&mut self.calls, Some(&act.event_name));
        insert(&mut self.technique_ids, act.technique_id.as_ref());
        insert(&mut self.session_ids, act.session_id.as_ref());
        insert(&mut self.rfc_ids, act.rfc_id.as_ref());
        self.outcomes.insert(act.outcome);
        self.weakest = self.weakest.max(Some(act.source_grade));
        list(&mut self.event_ids, act.event_id.as_ref());
        if list(&mut self.records, Some(&act.evidence)) {
            self.records.last_mut().into_iter().for_each(|record| record.object.share());
        }
    }

    /// Takes in those that came after its own.
    pub(super) fn append(&mut self, later: Self) {
        if later.is_empty() {
            return;
        }
        self.covers(&later.covered);
        self.count += later.count;
        self.resources += later.resources;
        self.names.append(&later.names);
        self.ends = match (self.ends.take(), later.ends) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (one, other) => one.or(other),
        };
        self.spans(later.span);
        self.calls.extend(later.calls);
        self.technique_ids.extend(later.technique_ids);
        self.session_ids.extend(later.session_ids);
        self.rfc_ids.extend(later.rfc_ids);
        self.outcomes.extend(later.outcomes);
        self.weakest = self.weakest.max(later.weakest);
        for id in &later.event_ids {
            list(&mut self.event_ids, Some(id));
        }
        for record in &later.records {
            list(&mut self.records, Some(record));
        }
    }

    fn spans(&mut self, more: Option<(UtcTime, UtcTime)>) {
        self.span = match (self.span, more) {
            (Some((from, to)), Some((first, last))) => Some((from.min(first), to.max(last))),
            (one, other) => one.or(other),
        };
    }

    fn covers(&mut self, more: &[bool]) {
        if self.is_empty() {
            self.covered = more.to_vec();
        }
        self.covered.iter_mut().zip(more).for_each(|(all, more)| *all &= more);
    }

    /// For each suppression that is asked of, whether it covers all that they name.
    pub(super) fn covered(&self) -> &[bool] {
        &self.covered
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn first(&self) -> Option<&Arc<Act>> {
        self.ends.as_ref().map(|(first, _)| first)
    }

    pub(super) fn last(&self) -> Option<&Arc<Act>> {
        self.ends.as_ref().map(|(_, last)| last)
    }

    /// The time of the earliest.
    pub(super) fn time(&self) -> Option<UtcTime> {
        self.span.map(|(from, _)| from)
    }

    /// The time of the latest.
    pub(super) fn end_time(&self) -> Option<UtcTime> {
        self.span.map(|(_, to)| to)
    }

    /// Whether one of them ended so.
    pub(super) fn ended(&self, outcome: Outcome) -> bool {
        self.outcomes.contains(&outcome)
    }

    pub(super) const fn calls(&self) -> &BTreeSet<Arc<str>> {
        &self.calls
    }

    pub(super) const fn technique_ids(&self) -> &BTreeSet<Cow<'static, str>> {
        &self.technique_ids
    }

    pub(super) const fn session_ids(&self) -> &BTreeSet<SessionId> {
        &self.session_ids
    }

    pub(super) const fn rfc_ids(&self) -> &BTreeSet<RfcId> {
        &self.rfc_ids
    }

    /// How well the worst anchored of them is anchored.
    pub(super) const fn weakest(&self) -> Option<SourceGrade> {
        self.weakest
    }

    /// Event ids, no more than a finding lists.
    pub(super) fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }

    /// Where records lie, no more than a finding lists.
    pub(super) fn records(&self) -> &[Evidence] {
        &self.records
    }

    /// The one of them that a record shows, if it is the first.
    pub(super) fn shown_first_by(&self, record: &Evidence) -> Option<&Arc<Act>> {
        self.first().filter(|first| first.evidence == *record)
    }
}

fn insert<T: Ord + Clone>(set: &mut BTreeSet<T>, value: Option<&T>) {
    if let Some(value) = value
        && !set.contains(value)
    {
        set.insert(value.clone());
    }
}

/// Lists a value once, if a finding may list one more. Whether it does so now.
fn list<T: PartialEq + Clone>(values: &mut Vec<T>, value: Option<&T>) -> bool {
    let new = value.filter(|value| values.len() < FINDING_EVENTS_MAX && !values.contains(value));
    values.extend(new.cloned());
    new.is_some()
}
