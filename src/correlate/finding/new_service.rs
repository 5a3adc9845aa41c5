//! A service that an actor never used in a mode before, and then destroyed in.
//!
//! Owns: this pattern, over sessions of mode roles alone: of these every call is
//! kept, so that "never before" can be said. It is said only where enough
//! earlier sessions are in evidence, and with how many they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::count::counted;
use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::id::{AccountId, SessionId};
use crate::model::mode::ModeSession;
use crate::model::time::UtcTime;

use super::Facts;
use super::claim::{Claim, by, joined, of_calls, place};

/// Earlier sessions of the actor in the account that "never before" rests on.
const SESSIONS_MIN: usize = 3;

/// How long before they must have begun, in seconds.
const BEFORE_S: i64 = 7 * 86_400;

/// The sessions of each actor in each account, in order of their start.
type ByActor<'a> = BTreeMap<(&'a AccountId, &'a Arc<str>), Vec<(UtcTime, &'a ModeSession)>>;

/// One claim per session and service.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut by_session: BTreeMap<&SessionId, Vec<&DestructiveAction>> = BTreeMap::new();
    for call in facts.destructive.iter().filter(|call| call.outcome == Outcome::Succeeded) {
        if let Some(session) = &call.session_id {
            by_session.entry(session).or_default().push(call);
        }
    }
    let mut by_actor: ByActor<'_> = BTreeMap::new();
    for session in facts.sessions.rows.iter().filter(|session| session.is_sure()) {
        if let (Some(actor), Some(started)) = (&session.actor, session.started_at) {
            by_actor.entry((&session.account_id, actor)).or_default().push((started, session));
        }
    }
    let sessions = by_actor.into_values();
    sessions.flat_map(|sessions| of_one(&sessions, &by_session)).collect()
}

/// The sessions of one actor in one account, in order of their start.
fn of_one<'a>(
    sessions: &[(UtcTime, &'a ModeSession)],
    by_session: &BTreeMap<&SessionId, Vec<&'a DestructiveAction>>,
) -> Vec<Claim<'a>> {
    let mut claims = Vec::new();
    let mut used: BTreeSet<&Arc<str>> = BTreeSet::new();
    let Some((since, _)) = sessions.first() else { return claims };
    for (before, (started, session)) in sessions.iter().enumerate() {
        let enough = before >= SESSIONS_MIN && started.seconds() - since.seconds() >= BEFORE_S;
        let calls = by_session.get(&session.session_id).filter(|_| enough);
        let mut new: BTreeMap<&Arc<str>, Vec<&DestructiveAction>> = BTreeMap::new();
        for call in calls.into_iter().flatten().filter(|call| !used.contains(&call.event_source)) {
            new.entry(&call.event_source).or_default().push(call);
        }
        for (service, calls) in new {
            claims.extend(claim(service, calls, (before as u64, *since)));
        }
        used.extend(&session.services);
    }
    claims
}

fn claim<'a>(
    service: &str,
    calls: Vec<&'a DestructiveAction>,
    (before, since): (u64, UtcTime),
) -> Option<Claim<'a>> {
    let first = *calls.first()?;
    let session = first.session_id.as_ref().map(SessionId::as_str).unwrap_or_default();
    let summary = format!(
        "{} destroyed in {service} in account {}, which none of {} of that actor since {since} had used: {}",
        by(first),
        place(first),
        counted(before, "earlier session"),
        joined(calls.iter().map(|call| &*call.event_name)),
    );
    of_calls(format!("{session} {service}"), calls, summary)
}
