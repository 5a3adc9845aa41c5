//! Who was behind a session: credentials handed on, from the sessions of the
//! modes down to whatever ran because of them.
//!
//! Owns: going down from depth to depth. What a call hands out is `grant`'s,
//! who else had a session is `candidate`'s, which of them descends is `held`'s,
//! and the sentence that tells it is `path`'s.
//!
//! ```text
//!  mode session ──AssumeRole──▶ key ──────────▶ session, depth 1 ──CreateFunction──▶ …
//!              └──RunInstances─▶ i-… ──────────▶ session, depth 1
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::limits::LINEAGE_DEPTH_MAX;
use crate::model::event::Event;
use crate::model::id::AccountId;
use crate::model::mode::{LinkConfidence, ModeSession, SessionVia};
use crate::model::principal::last_segment;
use crate::model::problem::{Problem, ProblemKind};

use super::payload;
use super::session::{Credential, Descent, Draft, Sessions};

mod candidate;
mod ends;
mod grant;
mod held;
mod indirect;
mod origin;
mod others;
mod path;
mod started;
#[cfg(test)]
mod tests;
mod wanted;

use candidate::{Candidate, Firsts};
use ends::Ends;
pub(super) use ends::Taken;
use grant::{Given, Made};
use held::{Around, Gift, Held, Known, Link};
use indirect::Indirect;
use origin::Origins;
use others::Changes;
use started::Starts;

pub(super) use path::of_call;
pub use wanted::{Wanted, issued_key, wanted};

/// Everything that one walk down needs.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) events: &'a [Event],
    pub(super) catalogue: &'a Catalogue,
    /// What was taken away by calls that are not among the events.
    pub(super) taken: &'a [Taken],
}

/// Whether a destructive call bears on sessions whoever made it: it hands credentials
/// on, starts a workload or changes what one runs. What else a call gives matters only
/// if its caller is in a session, and is found by that caller ([`Wanted::holds_caller_of`]):
/// `DeleteStack`, which any number of callers make, among them. The catalogue calls none
/// of those below destructive so far; a row or condition of it may.
pub(super) fn bears(event: &Event) -> bool {
    let hands_out = match &*event.event_source {
        "sts.amazonaws.com" => true,
        "sso.amazonaws.com" => matches!(&*event.event_name, "GetRoleCredentials" | "Federate"),
        "signin.amazonaws.com" => &*event.event_name == "SwitchRole",
        "ec2.amazonaws.com" => &*event.event_name == "RunInstances",
        _ => false,
    };
    hands_out || started::may_start(event) || others::may_change(event)
}

/// Adds to the sessions of the modes all that descend from them, and tells each
/// session its path. New rows come after the others: places stay as they are.
pub(super) fn descend(evidence: Evidence<'_>, mut sessions: Sessions) -> Sessions {
    if !sessions.rows.is_empty() {
        let origins = Origins::of(evidence.events);
        name_people(&origins, evidence.events, &mut sessions);
        walk(evidence, &origins, &mut sessions);
        path::tell(&origins, evidence.events, &mut sessions);
    }
    sessions
}

/// Names sessions of the modes after the person who signed in, where they bear
/// only the name that their caller chose for them. What a provider of identities
/// vouches for outranks that.
fn name_people<'e>(origins: &Origins<'e>, events: &'e [Event], sessions: &mut Sessions) {
    for (event, place) in &sessions.of_issue {
        let row = &mut sessions.rows[*place];
        if row.actor == row.role_session_name {
            let subject = origins.subject_of(&events[*event].principal);
            row.actor = subject.or_else(|| row.actor.take());
        }
    }
}

/// Says so where a lineage was not followed to its end.
pub(super) fn problems(sessions: &Sessions) -> Option<Problem> {
    let detail = format!(
        "credentials were followed {LINEAGE_DEPTH_MAX} steps down from a mode session and no further"
    );
    let cut = sessions.cut_off.then(|| sessions.rows.last())??;
    Some(Problem::of_object(&cut.evidence.object, ProblemKind::LimitReached, detail))
}

/// Goes down depth by depth; gives all gifts found on the way.
fn walk(evidence: Evidence<'_>, origins: &Origins<'_>, sessions: &mut Sessions) -> Vec<Gift> {
    let events = evidence.events;
    let mut candidates = candidate::of(events, &sessions.of_event, &origins.by_key);
    let indirect = Indirect::of(events, &sessions.of_event);
    let ends = Ends::of(events, evidence.taken);
    let changes = Changes::of(events, evidence.catalogue);
    let starts = Starts::of(events, &sessions.of_event);
    let firsts = Firsts::of(&candidates);
    let known = Known { changes: &changes, starts: &starts, firsts: &firsts };
    let mut level: Vec<usize> = (0..sessions.rows.len()).collect();
    let mut of_session = events_of(sessions);
    let mut made = Made::default();
    let mut all = Vec::new();
    for depth in 0.. {
        if level.is_empty() {
            break;
        }
        if depth == LINEAGE_DEPTH_MAX {
            sessions.cut_off = true;
            break;
        }
        let mut gifts = gifts_of(&level, &of_session, evidence, &mut made);
        gifts.extend(indirect.gifts(&level, &of_session, sessions, evidence));
        gifts.extend(indirect.shared(&level, &of_session, evidence));
        gifts.extend(indirect.launched(&gifts, events));
        for gift in &mut gifts {
            changes.tell_role(&mut gift.grant, events);
        }
        gifts.extend(starts.gifts(&gifts, (&changes, &sessions.of_event), evidence));
        let mut held = Held::default();
        for gift in &mut gifts {
            ends.bound(&mut gift.grant, events);
            held.add(gift.clone());
        }
        held.sort();
        (level, candidates) = linked(candidates, (&held, known), events, sessions);
        level.extend(unused(&gifts, events, sessions));
        for place in &level {
            of_session.insert(*place, Vec::new());
        }
        for (event, place) in sessions.of_event.iter().filter(|(_, place)| **place >= first(&level)) {
            of_session.entry(*place).or_default().push(*event);
        }
        all.extend(gifts);
    }
    all
}

/// Attaches the candidates that are linked to what is held; gives the new
/// sessions and the candidates that are left. One whose own credential was
/// issued to it by another of them is left for the next depth: its key tells
/// more than the name that both share.
fn linked(
    candidates: Vec<Candidate>,
    (held, known): (&Held, Known<'_>),
    events: &[Event],
    sessions: &mut Sessions,
) -> (Vec<usize>, Vec<Candidate>) {
    let around = Around { events, known, taken: &sessions.of_event };
    let links: Vec<Option<Link>> = candidates.iter().map(|candidate| held.link(candidate, around)).collect();
    let both = || candidates.iter().zip(&links);
    let theirs = both().filter(|(_, link)| link.is_some()).flat_map(|(one, _)| one.draft.events.iter());
    let theirs: BTreeSet<usize> = theirs.copied().collect();
    let (mut level, mut left) = (Vec::new(), Vec::new());
    for (candidate, link) in candidates.into_iter().zip(links) {
        // Whoever started or changed what was given may be one of them.
        let own = |event: &usize| candidate.draft.events.binary_search(event).is_ok();
        let shown = link.as_ref().map(|link| link.event).filter(|event| !own(event));
        let touched = link.as_ref().and_then(|link| link.touched);
        let mut before = candidate.draft.issue.into_iter().chain(shown).chain(touched);
        let deeper = before.any(|event| theirs.contains(&event));
        match link.filter(|link| !deeper || link.by_key) {
            Some(link) => level.extend(attach(&candidate, &link, events, sessions)),
            None => left.push(candidate),
        }
    }
    (level, left)
}

fn first(level: &[usize]) -> usize {
    level.first().copied().unwrap_or(usize::MAX)
}

fn events_of(sessions: &Sessions) -> BTreeMap<usize, Vec<usize>> {
    let mut of_session: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (event, place) in &sessions.of_event {
        of_session.entry(*place).or_default().push(*event);
    }
    of_session
}

/// What the sessions of one depth were given by their own calls, in order.
fn gifts_of(
    level: &[usize],
    of_session: &BTreeMap<usize, Vec<usize>>,
    evidence: Evidence<'_>,
    made: &mut Made,
) -> Vec<Gift> {
    let calls = level
        .iter()
        .flat_map(|parent| of_session.get(parent).into_iter().flatten().map(|event| (*event, *parent)));
    let mut calls: Vec<(usize, usize)> = calls.collect();
    calls.sort_unstable();
    let gifts = calls.into_iter().flat_map(|(event, parent)| {
        let grants = grant::of(event, &evidence.events[event], evidence.catalogue, made);
        let proved = LinkConfidence::Proved;
        grants.into_iter().map(move |grant| Gift { grant, parent, confidence: proved, touched: None })
    });
    gifts.collect()
}

/// Makes a session of a candidate; `None` if nothing of it lies in the time in
/// which the credential was its parent's.
fn attach(candidate: &Candidate, link: &Link, events: &[Event], sessions: &mut Sessions) -> Option<usize> {
    let mut draft = candidate.draft.clone();
    let in_time = |place: &usize| {
        let time = events[*place].time;
        link.until.is_none_or(|until| time.is_none_or(|time| time <= until))
    };
    draft.events.retain(in_time);
    if draft.events.is_empty() {
        return None;
    }
    Some(add(&draft, link, events, sessions))
}

fn add(draft: &Draft, link: &Link, events: &[Event], sessions: &mut Sessions) -> usize {
    let parent = &sessions.rows[link.parent];
    let row = ModeSession {
        actor: parent.actor.clone(),
        window_id: parent.window_id.clone(),
        depth: parent.depth + 1,
        parent_session_id: Some(parent.session_id.clone()),
        via: Some(link.via),
        link_confidence: Some(parent.link_confidence.map_or(link.confidence, |own| own.min(link.confidence))),
        ..draft.finish(events, parent.mode.clone())
    };
    let place = sessions.rows.len();
    sessions.rows.push(row);
    sessions.of_event.extend(draft.events.iter().map(|event| (*event, place)));
    let descent = Descent {
        parent: link.parent,
        confidence: link.confidence,
        event: link.event,
        after: link.after,
        touched: link.touched,
    };
    sessions.descents.insert(place, descent);
    place
}

/// Sessions of roles that were obtained and of which no use is in evidence.
fn unused(gifts: &[Gift], events: &[Event], sessions: &mut Sessions) -> Vec<usize> {
    let mut known: BTreeSet<_> = sessions.rows.iter().filter_map(|row| row.access_key_id.clone()).collect();
    let mut added = Vec::new();
    for gift in gifts {
        let (Given::Key(key), event) = (&gift.grant.given, &events[gift.grant.event]) else { continue };
        let request = payload::parse(event.request_parameters.as_ref());
        let Some(arn) = payload::text(&request, &["roleArn"]) else { continue };
        let Some(account) = AccountId::from_arn(arn) else { continue };
        let issued_of_mode = sessions.of_issue.contains_key(&gift.grant.event);
        if issued_of_mode || !known.insert(key.clone()) {
            continue;
        }
        let role = Arc::from(last_segment(arn));
        let draft = Draft {
            key: (account, role, Credential::Key(key.clone())),
            mode: None,
            events: Vec::new(),
            issue: Some(gift.grant.event),
        };
        let link = Link {
            parent: gift.parent,
            confidence: gift.confidence,
            via: SessionVia::RoleChain,
            event: gift.grant.event,
            after: None,
            until: None,
            by_key: true,
            touched: None,
        };
        added.push(add(&draft, &link, events, sessions));
    }
    added
}
