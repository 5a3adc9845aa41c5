//! Callers, and what mode roles were used for: tables `actors` and `mode_usage`.
//!
//! Owns: their rows. Counts come from every record of the dump (`usage`); those of
//! mode roles from their calls, of which every one is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::limits::ACTORS_MAX;
use crate::model::actor::{ActorKey, ActorRow, Actors, ModeUse, Span};
use crate::model::count::counted;
use crate::model::event::{Event, Outcome};
use crate::model::evidence::ObjectPath;
use crate::model::id::{AccountId, ModeName};
use crate::model::problem::{Problem, ProblemKind};

use super::order::none_last;
use super::session::Sessions;

/// The callers, ordered by when they were first seen, account and name. `done` are
/// the destructive calls of each that succeeded.
pub(super) fn rows(actors: Actors, done: &BTreeMap<Arc<ActorKey>, u64>) -> Vec<ActorRow> {
    let mut rows: Vec<ActorRow> = actors
        .seen
        .into_iter()
        .map(|(key, seen)| ActorRow { destructive: done.get(&key).copied().unwrap_or(0), key, seen })
        .collect();
    // Already in the order of their keys.
    rows.sort_by_key(|row| none_last(row.seen.span.first));
    rows
}

/// What is said if not all callers fit.
pub(super) fn problem(actors: &Actors) -> Option<Problem> {
    let rest = actors.rest.all();
    (rest > 0).then(|| {
        let detail = format!(
            "the evidence names more than {ACTORS_MAX} callers: {} of those whose names sort last are in no row of actors",
            counted(rest, "call")
        );
        Problem::of_object(&ObjectPath::new("."), ProblemKind::ActorsLeftOut, detail)
    })
}

/// What each mode role was used for, by account, mode, role and call.
pub(super) fn mode_usage(sessions: &Sessions, events: &[Event]) -> Vec<ModeUse> {
    type Key = (AccountId, ModeName, Arc<str>, Arc<str>, Arc<str>);
    let mut uses: BTreeMap<Key, ModeUse> = BTreeMap::new();
    for (place, session) in &sessions.of_event {
        let Some(session) = sessions.rows.get(*session).filter(|session| session.depth == 0) else {
            continue;
        };
        let event = &events[*place];
        let (source, name) = (event.event_source.clone(), event.event_name.clone());
        let key = (
            session.account_id.clone(),
            session.mode.clone(),
            session.role_name.clone(),
            source.clone(),
            name.clone(),
        );
        let row = uses.entry(key).or_insert_with(|| ModeUse {
            account_id: session.account_id.clone(),
            mode: session.mode.clone(),
            role_name: session.role_name.clone(),
            event_source: source,
            event_name: name,
            calls: 0,
            denied: 0,
            span: Span::default(),
        });
        row.calls += 1;
        row.denied += u64::from(event.outcome() == Outcome::Denied);
        row.span.merge(Span { first: event.time, last: event.time, in_baseline: false });
    }
    uses.into_values().collect()
}

#[cfg(test)]
mod tests;
