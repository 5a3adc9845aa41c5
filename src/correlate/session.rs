//! Credential sessions of the marker roles: the rows of `mode_sessions`.
//!
//! Owns: which calls belong to one session, when it began and who is behind it.
//! Knows sessions of the mode roles themselves (depth 0); which window a session
//! falls in is `window`'s.
//!
//! ```text
//!   AssumeRole* ──issues──▶ ASIA… ──used by──▶ event, event, event
//!        │                    │                    │
//!   assume_role          (role, key)         creation_date, first_use
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::event::{Event, Outcome};
use crate::model::id::{AccessKeyId, AccountId, SessionId, WindowId, stable_id};
use crate::model::mode::{ModeSession, StartBasis};
use crate::model::principal::Principal;
use crate::model::time::UtcTime;

use super::marks::{Issue, Marker, Marks};
use super::order::none_last;

mod issued;
#[cfg(test)]
mod tests;

/// The sessions, and which event belongs to which.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    /// The rows, ordered by start, account and role. Their windows and counts
    /// of destructive calls are filled in once those are known.
    pub(super) rows: Vec<ModeSession>,
    /// Place of an event made with a session → place of that session.
    pub(super) of_event: BTreeMap<usize, usize>,
    /// Place of an issuing event → place of the session it issued.
    pub(super) of_issue: BTreeMap<usize, usize>,
}

/// What tells one session of a role from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Credential {
    Key(AccessKeyId),
    Creation(Option<Arc<str>>, Option<UtcTime>),
}

type Key = (AccountId, Arc<str>, Credential);

/// A session while its events are gathered.
#[derive(Clone, Debug)]
struct Draft {
    key: Key,
    marker: Marker,
    events: Vec<usize>,
    issue: Option<Issue>,
}

/// Gathers the sessions of all marked events.
pub(super) fn of(events: &[Event], marks: &Marks) -> Sessions {
    let mut drafts = gather(events, marks);
    let spare = match_issues(events, marks, &mut drafts);
    let mut issue_events: BTreeMap<usize, usize> = BTreeMap::new();
    for (issue, draft) in spare {
        issue_events.insert(issue, draft);
    }
    let mut finished: Vec<(usize, ModeSession)> =
        drafts.iter().map(|draft| finish(draft, events)).enumerate().collect();
    finished.sort_by_cached_key(|(_, row)| {
        (none_last(row.started_at), row.account_id.clone(), row.role_name.clone(), row.session_id.clone())
    });
    let place_of: BTreeMap<usize, usize> =
        finished.iter().enumerate().map(|(place, (draft, _))| (*draft, place)).collect();
    let mut sessions = Sessions::default();
    for (number, draft) in drafts.iter().enumerate() {
        sessions.of_event.extend(draft.events.iter().map(|event| (*event, place_of[&number])));
    }
    sessions.of_issue = issue_events.into_iter().map(|(event, draft)| (event, place_of[&draft])).collect();
    sessions.rows = finished.into_iter().map(|(_, row)| row).collect();
    sessions
}

/// Uses by credential. A service that calls on a session's behalf may show a
/// key of its own, or none: such calls join the session of the same principal
/// and creation date, if one is known.
///
/// Source: facts/cloudtrail.md 1.6 (forward access sessions).
fn gather(events: &[Event], marks: &Marks) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut by_key: BTreeMap<Key, usize> = BTreeMap::new();
    let mut by_creation: BTreeMap<Key, usize> = BTreeMap::new();
    let (own, lent): (Vec<_>, Vec<_>) = marks.uses.iter().partition(|usage| {
        let caller = &events[usage.event].principal;
        access_key(caller).is_some() && caller.invoked_by.is_none()
    });
    for usage in own.into_iter().chain(lent) {
        let caller = &events[usage.event].principal;
        let creation = Credential::Creation(caller.principal_id.clone(), caller.session_created_at);
        let credential = access_key(caller).map_or_else(|| creation.clone(), Credential::Key);
        let of = |credential| (usage.marker.account.clone(), usage.marker.role.clone(), credential);
        let (key, creation) = (of(credential), of(creation));
        let lent = access_key(caller).is_none() || caller.invoked_by.is_some();
        let dated = caller.session_created_at.is_some() && caller.principal_id.is_some();
        let known =
            by_key.get(&key).or_else(|| by_creation.get(&creation).filter(|_| lent && dated)).copied();
        let place = known.unwrap_or_else(|| {
            drafts.push(Draft {
                key: key.clone(),
                marker: usage.marker.clone(),
                events: Vec::new(),
                issue: None,
            });
            drafts.len() - 1
        });
        by_key.entry(key).or_insert(place);
        by_creation.entry(creation).or_insert(place);
        drafts[place].events.push(usage.event);
    }
    for draft in &mut drafts {
        draft.events.sort_unstable();
    }
    drafts
}

/// Joins issuing calls to sessions: by key, else by principal id and creation
/// date; one that was never used is a session without events.
/// Returns issuing event → draft.
fn match_issues(events: &[Event], marks: &Marks, drafts: &mut Vec<Draft>) -> Vec<(usize, usize)> {
    let mut by_key: BTreeMap<Key, usize> =
        drafts.iter().enumerate().map(|(place, draft)| (draft.key.clone(), place)).collect();
    let mut by_principal: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (place, draft) in drafts.iter().enumerate() {
        let principal = draft.events.first().and_then(|at| events[*at].principal.principal_id.clone());
        by_principal.entry(principal.unwrap_or_default()).or_default().push(place);
    }
    let mut matched = Vec::new();
    for issue in &marks.issues {
        let time = events[issue.event].time;
        let credential = issue
            .access_key_id
            .clone()
            .map_or_else(|| Credential::Creation(issue.assumed_role_id.clone(), time), Credential::Key);
        let key = (issue.marker.account.clone(), issue.marker.role.clone(), credential);
        let mut places: Vec<usize> = by_key.get(&key).copied().into_iter().collect();
        if places.is_empty() {
            let first = |place: usize| drafts[place].events.first().map(|at| &events[*at]);
            let near = issue.assumed_role_id.as_ref().and_then(|id| by_principal.get(id));
            let near = near.into_iter().flatten().copied();
            places.extend(near.filter(|place| issued::created_by(issue, time, first(*place))));
        }
        if places.is_empty() {
            drafts.push(Draft {
                key: key.clone(),
                marker: issue.marker.clone(),
                events: Vec::new(),
                issue: None,
            });
            by_key.insert(key, drafts.len() - 1);
            places.push(drafts.len() - 1);
        }
        matched.extend(places.first().map(|place| (issue.event, *place)));
        for place in places {
            drafts[place].issue.get_or_insert_with(|| issue.clone());
        }
    }
    matched
}

fn access_key(caller: &Principal) -> Option<AccessKeyId> {
    caller.access_key_id.clone().filter(|key| !key.as_str().is_empty())
}

/// The row of one session. Window and destructive calls are not known yet.
fn finish(draft: &Draft, events: &[Event]) -> ModeSession {
    let calls: Vec<&Event> = draft.events.iter().map(|place| &events[*place]).collect();
    let issue = draft.issue.as_ref().map(|issue| issued::read(&events[issue.event]));
    let caller =
        |field: fn(&Principal) -> Option<Arc<str>>| calls.iter().find_map(|call| field(&call.principal));
    let (account, role, credential) = &draft.key;
    let created = calls.iter().find_map(|call| call.principal.session_created_at);
    let first_use = calls.iter().filter_map(|call| call.time).min();
    let (started_at, start_basis) = match (issue.as_ref().and_then(|issue| issue.time), created) {
        (Some(time), _) => (Some(time), StartBasis::AssumeRole),
        (None, Some(time)) => (Some(time), StartBasis::CreationDate),
        (None, None) => (first_use, StartBasis::FirstUse),
    };
    let role_session_name = caller(|principal| principal.role_session_name().map(Arc::from))
        .or_else(|| issue.as_ref()?.role_session_name.clone());
    let actor = caller(|principal| principal.source_identity.clone())
        .or_else(|| issue.as_ref()?.source_identity.clone())
        .or_else(|| issue.as_ref()?.subject.clone())
        .or_else(|| role_session_name.clone())
        .or_else(|| caller(|principal| principal.arn.as_ref().map(|arn| Arc::from(arn.as_str()))));
    let mfa_of_calls = calls.iter().filter_map(|call| call.principal.mfa).max();
    let evidence = match &draft.issue {
        Some(issue) => &events[issue.event].evidence,
        None => &calls.first().expect("a session without issuing call has an event").evidence,
    };
    ModeSession {
        session_id: session_id(account, role, credential),
        window_id: None::<WindowId>,
        mode: draft.marker.mode.clone(),
        account_id: account.clone(),
        role_name: role.clone(),
        role_session_name,
        actor,
        access_key_id: match credential {
            Credential::Key(key) => Some(key.clone()),
            Credential::Creation(..) => None,
        },
        federation: issue
            .as_ref()
            .and_then(|issue| issue.federation.clone())
            .or_else(|| caller(|principal| principal.federated_provider.clone())),
        mfa: mfa_of_calls.max(issue.as_ref().and_then(|issue| issue.mfa)),
        started_at,
        start_basis,
        expires_at: issue.as_ref().and_then(|issue| issue.expires_at),
        last_event_at: calls.iter().filter_map(|call| call.time).max(),
        depth: 0,
        parent_session_id: None,
        via: None,
        events: calls.len() as u64,
        writes: calls.iter().filter(|call| !call.is_read()).count() as u64,
        denied: calls.iter().filter(|call| call.outcome() == Outcome::Denied).count() as u64,
        destructive_actions: 0,
        services: calls.iter().map(|call| call.event_source.clone()).collect(),
        regions: calls.iter().filter_map(|call| Some(Arc::from(call.region.as_ref()?.as_str()))).collect(),
        source_ips: seen(&calls, |call| call.source_ip.clone()),
        user_agents: seen(&calls, |call| call.user_agent.clone()),
        evidence: evidence.clone(),
    }
}

fn seen(calls: &[&Event], field: fn(&Event) -> Option<Arc<str>>) -> BTreeSet<Arc<str>> {
    calls.iter().filter_map(|call| field(call)).collect()
}

fn session_id(account: &AccountId, role: &str, credential: &Credential) -> SessionId {
    let id = match credential {
        Credential::Key(key) => stable_id("ses-", &[account.as_str(), role, key.as_str()]),
        Credential::Creation(principal, created) => {
            let created = created.map(|time| time.to_string()).unwrap_or_default();
            stable_id("ses-", &[account.as_str(), role, principal.as_deref().unwrap_or_default(), &created])
        }
    };
    SessionId::new(id)
}
