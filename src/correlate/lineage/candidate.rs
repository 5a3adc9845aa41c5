//! The sessions of everybody else: what may turn out to descend from a mode
//! session.
//!
//! Owns: gathering them, and what each tells of itself. Decides nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::session_shape;
use crate::model::event::Event;
use crate::model::id::{AccessKeyId, AccountId};
use crate::model::principal::{Principal, last_segment};
use crate::model::time::UtcTime;

use super::super::session::{Credential, Draft, Usage, gather, issued};

/// One session that is nobody's yet.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Its events and what tells it from others.
    pub(super) draft: Draft,
    /// `AROA…:name` or `AIDA…`.
    pub(super) principal_id: Option<Arc<str>>,
    /// The id of its role or user, without a session name.
    pub(super) owner_id: Option<Arc<str>>,
    /// Its role session name.
    pub(super) session: Option<Arc<str>>,
    /// When it began: its issuing call, its creation date or its first use.
    pub(super) started: Option<UtcTime>,
    /// The resource that a service issued its credentials to.
    pub(super) in_scope_of: Option<Arc<str>>,
}

/// What a caller wears: account, and the role's name or `user/NAME`.
///
/// Source: facts/cloudtrail.md 1.2 (types of userIdentity).
pub(super) fn wears(caller: &Principal) -> Option<(AccountId, Arc<str>)> {
    let of_arn = |kind: &str| {
        let name = caller.arn.as_ref().map(|arn| last_segment(arn.as_str()))?;
        Some(Arc::from(format!("{kind}/{name}")))
    };
    match caller.identity_type.as_deref()? {
        "AssumedRole" | "Role" => Some((caller.role_account()?, Arc::from(caller.role_name()?))),
        "IAMUser" => {
            let named = caller.user_name.as_ref().map(|name| Arc::from(format!("user/{name}")));
            Some((caller.account_id.clone()?, named.or_else(|| of_arn("user"))?))
        }
        "FederatedUser" => Some((caller.account_id.clone()?, of_arn("federated-user")?)),
        _ => None,
    }
}

/// All sessions of the events that are not taken.
pub(super) fn of(
    events: &[Event],
    taken: &BTreeMap<usize, usize>,
    issues: &BTreeMap<AccessKeyId, usize>,
) -> Vec<Candidate> {
    let free = events.iter().enumerate().filter(|(place, _)| !taken.contains_key(place));
    let uses = free.filter_map(|(event, one)| {
        let (account, wears) = wears(&one.principal)?;
        Some(Usage { event, account, wears, mode: None })
    });
    gather(events, uses).into_iter().map(|draft| candidate(draft, events, issues)).collect()
}

fn candidate(mut draft: Draft, events: &[Event], issues: &BTreeMap<AccessKeyId, usize>) -> Candidate {
    if let Credential::Key(key) = &draft.key.2 {
        draft.issue = issues.get(key).copied();
    }
    let callers = || draft.events.iter().map(|place| &events[*place].principal);
    let first = |field: fn(&Principal) -> Option<Arc<str>>| callers().find_map(|caller| field(caller));
    let principal_id = first(|caller| caller.principal_id.clone());
    let owner_id = first(|caller| caller.issuer.as_ref()?.principal_id.clone())
        .or_else(|| principal_id.as_deref()?.split(':').next().map(Arc::from));
    let issue = draft.issue.map(|place| issued::read(&events[place]));
    let session = first(|caller| caller.role_session_name().map(Arc::from));
    let created = callers().find_map(|caller| caller.session_created_at);
    let first_use = draft.events.iter().filter_map(|place| events[*place].time).min();
    Candidate {
        principal_id,
        owner_id,
        session: session.or_else(|| issue.as_ref()?.role_session_name.clone()),
        started: issue.and_then(|issue| issue.time).or(created).or(first_use),
        in_scope_of: first(|caller| caller.in_scope_of.clone()),
        draft,
    }
}

/// When the first session of each kind began: account, role, shape of the name.
#[derive(Debug, Default)]
pub(super) struct Firsts(BTreeMap<(AccountId, Arc<str>, Arc<str>), UtcTime>);

impl Firsts {
    pub(super) fn of(candidates: &[Candidate]) -> Self {
        let mut firsts = Self::default();
        for one in candidates {
            let (Some(session), Some(started)) = (&one.session, one.started) else { continue };
            let (account, role, _) = &one.draft.key;
            let key = (account.clone(), role.clone(), Arc::from(session_shape(session)));
            let first = firsts.0.entry(key).or_insert(started);
            *first = started.min(*first);
        }
        firsts
    }

    /// Whether a session of the same role and kind began before that time.
    pub(super) fn any_before(&self, candidate: &Candidate, time: UtcTime) -> bool {
        let (account, role, _) = &candidate.draft.key;
        let shape = candidate.session.as_deref().map(session_shape).unwrap_or_default();
        self.0.get(&(account.clone(), role.clone(), Arc::from(shape))).is_some_and(|first| *first < time)
    }
}
