//! What the sessions of one depth were given, and which session of somebody
//! else came of it.
//!
//! Owns: the rules by which a session is linked, and how sure each rule is.
//! Whatever it cannot tell, it leaves alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::{Workload, WorkloadCall, is_shape, session_shape};
use crate::model::event::Event;
use crate::model::id::{AccessKeyId, AccountId};
use crate::model::mode::{LinkConfidence, SessionVia};
use crate::model::time::UtcTime;

use super::super::session::{Credential, issued};
use super::candidate::{Candidate, Firsts};
use super::grant::{Given, Grant, names_its_workload, runs_later};
use super::others::{Changes, Left, Taken};
use super::started::Starts;

/// How long before the call that issued it a session's first record may lie:
/// the two clocks are of different services.
const CLOCKS_APART_S: i64 = 5;

/// How long a console session of a role lasts at most.
///
/// Source: facts/cloudtrail.md 6.4; a role session lasts at most 12 hours.
const CONSOLE_S_MAX: i64 = 12 * 3600;

/// Gifts of one slot that are tried, the latest first: what was given earlier
/// to the same name was given again since.
const GIFTS_TRIED_MAX: usize = 16;

/// Where a session looks for what it may have come of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Key(AccessKeyId),
    Principal(Arc<str>),
    Role(AccountId, Arc<str>),
    Trust(AccountId, Arc<str>),
    User(AccountId, Arc<str>),
    /// A session name that holds an id that AWS gives out once.
    Once(AccountId, Arc<str>),
    /// A session name, a role, or both.
    Run(AccountId, Option<Arc<str>>, Option<Arc<str>>),
}

/// Something given, and the session it was given to.
#[derive(Clone, Debug)]
pub(super) struct Gift {
    pub(super) grant: Grant,
    pub(super) parent: usize,
    /// How sure it is that the parent received it.
    pub(super) confidence: LinkConfidence,
    /// Place of an event by which somebody else changed what led to it.
    pub(super) touched: Option<usize>,
}

/// A link from a session to the one it descends from.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) parent: usize,
    pub(super) confidence: LinkConfidence,
    pub(super) via: SessionVia,
    /// Place of the event that shows it.
    pub(super) event: usize,
    /// Place of an event before it that made it possible.
    pub(super) after: Option<usize>,
    /// After that the credential was no longer the parent's.
    pub(super) until: Option<UtcTime>,
    /// Whether the key itself was given.
    pub(super) by_key: bool,
    /// Place of an event by which somebody else changed what was given.
    pub(super) touched: Option<usize>,
}

/// What a link is judged by, besides the two sides of it.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) events: &'a [Event],
    pub(super) known: Known<'a>,
    pub(super) taken: &'a Taken,
}

/// What all sessions and calls tell of workloads.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// What was made and changed.
    pub(super) changes: &'a Changes,
    /// What others started.
    pub(super) starts: &'a Starts,
    /// When sessions of a kind were first seen.
    pub(super) firsts: &'a Firsts,
}

/// All gifts of one depth.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeMap<Slot, Vec<Gift>>);

impl Held {
    pub(super) fn add(&mut self, gift: Gift) {
        if !gift.grant.given.can_be_followed() {
            return;
        }
        let slot = match &gift.grant.given {
            Given::Key(key) => Slot::Key(key.clone()),
            Given::Principal { id, .. } => Slot::Principal(id.clone()),
            Given::Role { account, name, .. } => Slot::Role(account.clone(), name.clone()),
            Given::Trust { account, name, .. } => Slot::Trust(account.clone(), name.clone()),
            Given::User { account, name, .. } => {
                Slot::User(account.clone(), Arc::from(format!("user/{name}")))
            }
            Given::Run { account, role, workload } => match &workload.session {
                Some(session) if workload.unique => Slot::Once(account.clone(), session.clone()),
                session => Slot::Run(account.clone(), role.clone(), session.clone()),
            },
            Given::LaunchTemplate(_) => return,
        };
        self.0.entry(slot).or_default().push(gift);
    }

    /// Puts the gifts of each slot into the order of time.
    pub(super) fn sort(&mut self) {
        for gifts in self.0.values_mut() {
            gifts.sort_by_key(|gift| (gift.grant.time, gift.confidence, gift.grant.event));
        }
    }

    /// The surest link of a session, of equally sure ones the latest.
    pub(super) fn link(&self, candidate: &Candidate, around: Around<'_>) -> Option<Link> {
        let all = slots(candidate).into_iter().filter_map(|slot| {
            let gifts = self.0.get(&slot)?;
            let begun = candidate.started.map(|time| time.plus_seconds(CLOCKS_APART_S));
            let end = gifts.partition_point(|gift| begun.is_none_or(|begun| gift.grant.time <= begun));
            let tried = gifts[..end].iter().rev().take(GIFTS_TRIED_MAX);
            tried.filter_map(|gift| link(gift, candidate, around)).next()
        });
        all.max_by_key(|link| (link.confidence, around.events[link.event].time, link.event))
    }
}

fn slots(candidate: &Candidate) -> Vec<Slot> {
    let (account, wears, credential) = &candidate.draft.key;
    let mut slots = Vec::new();
    if let Credential::Key(key) = credential {
        slots.push(Slot::Key(key.clone()));
    }
    slots.extend(candidate.principal_id.clone().map(Slot::Principal));
    if wears.starts_with("user/") {
        slots.push(Slot::User(account.clone(), wears.clone()));
        return slots;
    }
    slots.push(Slot::Role(account.clone(), wears.clone()));
    slots.push(Slot::Trust(account.clone(), wears.clone()));
    slots.push(Slot::Run(account.clone(), Some(wears.clone()), None));
    if let Some(session) = &candidate.session {
        slots.push(Slot::Once(account.clone(), session.clone()));
        slots.push(Slot::Run(account.clone(), Some(wears.clone()), Some(session.clone())));
        slots.push(Slot::Run(account.clone(), None, Some(session.clone())));
        let shape = session_shape(session);
        if is_shape(shape) {
            slots.push(Slot::Run(account.clone(), Some(wears.clone()), Some(Arc::from(shape))));
        }
    }
    slots
}

/// The link that a gift makes, if it does. Names need the session to begin in a
/// later second; keys and ids need no such help.
fn link(gift: &Gift, candidate: &Candidate, around: Around<'_>) -> Option<Link> {
    use LinkConfidence as C;
    let events = around.events;
    let grant = &gift.grant;
    let started = candidate.started;
    let from = started.is_some_and(|started| started >= grant.time);
    let after = started.is_some_and(|started| started.seconds() > grant.time.seconds());
    let by_id = |id: &Option<Arc<str>>| match (id, &candidate.owner_id) {
        (Some(given), Some(worn)) => (given == worn && from).then_some(C::Strong),
        _ => after.then_some(C::Weak),
    };
    let confidence = match &grant.given {
        Given::Key(_) => Some(C::Proved),
        Given::Principal { .. } => {
            let ends = grant.time.plus_seconds(CONSOLE_S_MAX);
            started.is_some_and(|started| started <= ends).then_some(C::Strong)
        }
        Given::Role { id, .. } | Given::User { id, .. } => by_id(id),
        Given::Trust { policy, .. } => (after && trusts(policy, candidate, events)).then_some(C::Weak),
        Given::Run { role, workload, .. } if workload.unique => from
            .then_some(C::Strong)
            .filter(|_| role.as_ref().is_none_or(|role| *role == candidate.draft.key.1)),
        Given::Run { role, workload, .. } => run(candidate, role.is_some(), workload)
            .filter(|_| after)
            .filter(|_| within(grant, workload.within_s, started))
            .filter(|_| !runs_later(workload) || may_be_its_run((grant, workload), candidate, around.known)),
        Given::LaunchTemplate(_) => None,
    }?;
    let ended = grant.until.is_some_and(|until| started.is_some_and(|started| started > until));
    let via = match &grant.given {
        Given::Key(_) | Given::Principal { .. } => SessionVia::RoleChain,
        _ => SessionVia::Workload,
    };
    let left = match &grant.given {
        Given::Run { workload, .. } if !workload.unique => {
            around.known.changes.left((grant, workload), started, events, around.taken)
        }
        _ => Left::All,
    };
    let (confidence, touched) = match left {
        Left::All => (confidence.min(gift.confidence), gift.touched),
        Left::Part(by) => (C::Weak, Some(by)),
        Left::Nothing => return None,
    };
    let until = grant.until;
    let by_key = matches!(grant.given, Given::Key(_));
    let (event, after) = (grant.event, grant.after);
    (!ended).then_some(Link { parent: gift.parent, confidence, via, event, after, until, by_key, touched })
}

fn within(grant: &Grant, within_s: Option<i64>, started: Option<UtcTime>) -> bool {
    let Some(bound) = within_s else { return true };
    started.is_some_and(|started| started <= grant.time.plus_seconds(bound))
}

/// How sure a session is of a workload by its names. What a service says the
/// credentials were issued to outranks names, for and against.
fn run(candidate: &Candidate, role_told: bool, workload: &Workload) -> Option<LinkConfidence> {
    if let Some(arn) = &candidate.in_scope_of {
        let named = arn.rsplit([':', '/']).any(|part| part == &*workload.name);
        return named.then_some(LinkConfidence::Strong);
    }
    let bounded = workload.within_s.is_some();
    let told = role_told && !bounded && names_its_workload(workload);
    Some(if told { LinkConfidence::Strong } else { LinkConfidence::Weak })
}

/// Whether a session of the right role and kind may be a run of a workload that
/// nobody is seen to have started. It is not if its start is in evidence, which
/// tells whose it is, nor if such sessions are older than a workload that was
/// made anew: then others run under that role.
fn may_be_its_run((grant, workload): (&Grant, &Workload), candidate: &Candidate, known: Known<'_>) -> bool {
    if candidate.in_scope_of.is_some() {
        return true;
    }
    let anew = workload.call == WorkloadCall::Made;
    let of_others = anew && known.firsts.any_before(candidate, grant.time);
    !of_others && !known.starts.started(candidate)
}

/// Whether a trust policy names who assumed the role, as far as that is known.
fn trusts(policy: &str, candidate: &Candidate, events: &[Event]) -> bool {
    let Some(issue) = candidate.draft.issue else { return false };
    let caller = &events[issue].principal;
    let role_arn = caller.issuer.as_ref().and_then(|issuer| issuer.arn.as_ref());
    let arns = role_arn.into_iter().chain(&caller.arn).map(|arn| arn.as_str());
    let root = caller.account_id.as_ref().map(|account| format!("arn:aws:iam::{}:root", account.as_str()));
    // Of SAML and OIDC a policy names the provider.
    let provider = issued::read(&events[issue]).federation;
    let services = caller.invoked_by.as_deref().into_iter().chain(provider.as_deref());
    arns.chain(root.as_deref()).chain(services).any(|name| policy.contains(name))
}
