//! One credential session while its events are gathered.
//!
//! Owns: which calls belong together, by credential alone, and the row that
//! comes of them. Does not know how a session descends from another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::event::{Event, Outcome};
use crate::model::id::{AccessKeyId, AccountId, ModeName, SessionId, WindowId, stable_id};
use crate::model::mode::{ModeSession, StartBasis};
use crate::model::principal::Principal;
use crate::model::time::UtcTime;

use super::issued;

/// What tells one session of a role from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::correlate) enum Credential {
    /// Its access key.
    Key(AccessKeyId),
    /// Its principal id and creation date, where no key is recorded.
    Creation(Option<Arc<str>>, Option<UtcTime>),
}

/// The account of a role or user, its name, and the credential.
pub(in crate::correlate) type Key = (AccountId, Arc<str>, Credential);

/// One event and what its caller wears.
#[derive(Clone, Debug)]
pub(in crate::correlate) struct Usage {
    /// Place of the event.
    pub(in crate::correlate) event: usize,
    /// The account that owns the role or user.
    pub(in crate::correlate) account: AccountId,
    /// The role's name, or `user/NAME`.
    pub(in crate::correlate) wears: Arc<str>,
    /// The mode that the role marks.
    pub(in crate::correlate) mode: Option<ModeName>,
}

/// A session while its events are gathered.
#[derive(Clone, Debug)]
pub(in crate::correlate) struct Draft {
    /// What tells it from others.
    pub(in crate::correlate) key: Key,
    /// The mode that its role marks.
    pub(in crate::correlate) mode: Option<ModeName>,
    /// Places of its events, in order.
    pub(in crate::correlate) events: Vec<usize>,
    /// Place of the event that issued its credential.
    pub(in crate::correlate) issue: Option<usize>,
}

/// Uses by credential. A service that calls on a session's behalf may show a
/// key of its own, or none: such calls join the session of the same principal
/// and creation date, if one is known.
///
/// Source: facts/cloudtrail.md 1.6 (forward access sessions).
pub(in crate::correlate) fn gather(events: &[Event], uses: impl Iterator<Item = Usage>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut by_key: BTreeMap<Key, usize> = BTreeMap::new();
    let mut by_creation: BTreeMap<Key, usize> = BTreeMap::new();
    let (own, lent): (Vec<Usage>, Vec<Usage>) = uses.partition(|usage| {
        let caller = &events[usage.event].principal;
        access_key(caller).is_some() && caller.invoked_by.is_none()
    });
    for usage in own.into_iter().chain(lent) {
        let caller = &events[usage.event].principal;
        let creation = Credential::Creation(caller.principal_id.clone(), caller.session_created_at);
        let credential = access_key(caller).map_or_else(|| creation.clone(), Credential::Key);
        let of = |credential| (usage.account.clone(), usage.wears.clone(), credential);
        let (key, creation) = (of(credential), of(creation));
        let lent = access_key(caller).is_none() || caller.invoked_by.is_some();
        let dated = caller.session_created_at.is_some() && caller.principal_id.is_some();
        let known =
            by_key.get(&key).or_else(|| by_creation.get(&creation).filter(|_| lent && dated)).copied();
        let place = known.unwrap_or_else(|| {
            drafts.push(Draft {
                key: key.clone(),
                mode: usage.mode.clone(),
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

/// The access key of a caller, if it tells one.
pub(in crate::correlate) fn access_key(caller: &Principal) -> Option<AccessKeyId> {
    caller.access_key_id.clone().filter(|key| !key.as_str().is_empty())
}

impl Draft {
    /// The row of the session, of that mode. Window, descent and destructive
    /// calls are not known yet.
    pub(in crate::correlate) fn finish(&self, events: &[Event], mode: ModeName) -> ModeSession {
        let calls: Vec<&Event> = self.events.iter().map(|place| &events[*place]).collect();
        let issue = self.issue.as_ref().map(|issue| issued::read(&events[*issue]));
        let caller =
            |field: fn(&Principal) -> Option<Arc<str>>| calls.iter().find_map(|call| field(&call.principal));
        let (account, role, credential) = &self.key;
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
        let evidence = match &self.issue {
            Some(issue) => &events[*issue].evidence,
            None => &calls.first().expect("a session without issuing call has an event").evidence,
        };
        ModeSession {
            session_id: session_id(account, role, credential),
            window_id: None::<WindowId>,
            mode,
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
            link_confidence: None,
            attribution_path: String::new(),
            events: calls.len() as u64,
            writes: calls.iter().filter(|call| !call.is_read()).count() as u64,
            denied: calls.iter().filter(|call| call.outcome() == Outcome::Denied).count() as u64,
            destructive_actions: 0,
            services: seen(&calls, |call| Some(&call.event_source)),
            regions: seen(&calls, |call| call.region.as_ref().map(|region| region.as_str())),
            source_ips: seen(&calls, |call| call.source_ip.as_deref()),
            user_agents: seen(&calls, |call| call.user_agent.as_deref()),
            evidence: evidence.clone(),
        }
    }
}

/// The different texts of a field. Most calls repeat the one before.
fn seen(calls: &[&Event], field: fn(&Event) -> Option<&str>) -> BTreeSet<Arc<str>> {
    let mut texts: Vec<&str> = calls.iter().filter_map(|call| field(call)).collect();
    texts.dedup();
    texts.into_iter().collect::<BTreeSet<&str>>().into_iter().map(Arc::from).collect()
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
