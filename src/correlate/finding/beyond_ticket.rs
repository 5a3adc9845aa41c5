//! Calls in a mode that go beyond what its change tickets allow.
//!
//! Owns: which calls a ticket is for. A read is part of any work, and a call that
//! did not succeed changed nothing: neither is judged. A window that no ticket
//! allowed to open is found as such; its calls are not told again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::count::counted;
use crate::model::event::{Event, Outcome};
use crate::model::id::{AccountId, ModeName};
use crate::model::mode::{Authorization, LinkConfidence, ModeSession};
use crate::model::rfc::Rfc;
use crate::model::ticket::TicketEntry;
use crate::model::time::UtcTime;
use crate::policy::Glob;

use super::super::joined::joined;
use super::Facts;
use super::claim::{Claim, of_window};

/// One call of a window, by places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    time: UtcTime,
    event: usize,
    session: usize,
    window: usize,
}

/// What is wrong with a call.
enum Beyond<'a> {
    /// No ticket holds its time.
    Time,
    /// These tickets do, and none of them lists it.
    Action(Vec<&'a Rfc>),
}

/// One claim per window.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let mut calls: BTreeMap<(&AccountId, &ModeName), BTreeSet<Call>> = BTreeMap::new();
    for (&event, &session) in &facts.sessions.of_event {
        if let Some(call) = judged(facts, event, session) {
            let row = &facts.windows.rows[call.window].row;
            calls.entry((&row.account_id, &row.mode)).or_default().insert(call);
        }
    }
    let mut patterns = Patterns::default();
    let mut beyond: BTreeMap<usize, Vec<(Call, Beyond<'_>)>> = BTreeMap::new();
    for (whose, calls) in calls {
        for (call, what) in of_one(facts, whose, &calls, &mut patterns) {
            beyond.entry(call.window).or_default().push((call, what));
        }
    }
    beyond.into_iter().filter_map(|(window, calls)| claim(facts, window, &calls)).collect()
}

/// A call that a ticket has to allow; `None` for all others.
fn judged(facts: Facts<'_>, event: usize, session: usize) -> Option<Call> {
    let window = *facts.windows.of_session.get(&session)?;
    let row = &facts.windows.rows[window].row;
    let call = &facts.events[event];
    let counts = call.outcome() == Outcome::Succeeded && !call.is_read();
    let sure = facts.sessions.rows[session].link_confidence != Some(LinkConfidence::Weak);
    let open_to_doubt = row.authorization != Authorization::Unauthorized;
    let judged = counts && sure && open_to_doubt && facts.rfc_evidence.is_by_ticket(&row.mode);
    Some(Call { time: call.time.filter(|_| judged)?, event, session, window })
}

/// The calls of one account and mode that no ticket allows. Both calls and tickets
/// are gone through once, in order of time.
fn of_one<'a>(
    facts: Facts<'a>,
    whose: (&AccountId, &ModeName),
    calls: &BTreeSet<Call>,
    patterns: &mut Patterns,
) -> Vec<(Call, Beyond<'a>)> {
    let (account, mode) = whose;
    let tickets =
        facts.rfcs.iter().filter(|rfc| rfc.is_for(mode)).filter_map(|rfc| Some((rfc, rfc.ticket.as_ref()?)));
    let mut ahead: Vec<(&Rfc, &TicketEntry)> = tickets
        .flat_map(|(rfc, ticket)| ticket.entries.iter().map(move |entry| (rfc, entry)))
        .filter(|(_, entry)| entry.accounts.contains(account))
        .collect();
    ahead.sort_by_key(|(rfc, entry)| (entry.from, entry.to, &rfc.rfc_id));
    let mut ahead = ahead.into_iter().peekable();
    let mut holding: Vec<(&Rfc, &TicketEntry)> = Vec::new();
    let mut found = Vec::new();
    for call in calls {
        while let Some(begun) = ahead.next_if(|(_, entry)| entry.from <= call.time) {
            holding.push(begun);
        }
        holding.retain(|(_, entry)| call.time < entry.to);
        let event = &facts.events[call.event];
        if holding.iter().any(|(_, entry)| patterns.allow(entry, event)) {
            continue;
        }
        let authorized = facts.windows.rows[call.window].row.authorization == Authorization::Authorized;
        if !holding.is_empty() {
            found.push((*call, Beyond::Action(holding.iter().map(|(rfc, _)| *rfc).collect())));
        } else if authorized || facts.rfc_evidence.lack_of_tickets(whose, call.time).is_none() {
            found.push((*call, Beyond::Time));
        }
    }
    found
}

/// The patterns of actions, each compiled once.
#[derive(Default)]
struct Patterns(BTreeMap<Arc<str>, Option<(Glob, Glob)>>);

impl Patterns {
    /// Whether a row of a ticket is for a call. Case does not count, as IAM spells
    /// actions like CloudTrail, but not always in the same case.
    fn allow(&mut self, entry: &TicketEntry, event: &Event) -> bool {
        let source = event.event_source.to_lowercase();
        let service = source.strip_suffix(".amazonaws.com").unwrap_or(&source);
        let name = event.event_name.to_lowercase();
        entry.actions.is_empty()
            || entry.actions.iter().any(|action| {
                let globs = self.0.entry(action.clone()).or_insert_with(|| compiled(action));
                globs.as_ref().is_some_and(|(of, call)| of.matches(service) && call.matches(&name))
            })
    }
}

/// `None` for what is no pattern, which no row has that was read.
fn compiled(action: &str) -> Option<(Glob, Glob)> {
    let action = action.to_lowercase();
    let (service, call) = action.split_once(':').unwrap_or(("*", &action));
    Some((Glob::parse(service).ok()?, Glob::parse(call).ok()?))
}

fn claim(facts: Facts<'_>, window: usize, calls: &[(Call, Beyond<'_>)]) -> Option<Claim> {
    let (first, last) = (calls.first()?.0, calls.last()?.0);
    let window = &facts.windows.rows[window];
    let sessions: BTreeSet<usize> = calls.iter().map(|(call, _)| call.session).collect();
    let sessions: Vec<&ModeSession> = sessions.into_iter().map(|place| &facts.sessions.rows[place]).collect();
    let actors = joined(sessions.iter().filter_map(|session| session.actor.as_deref()));
    let mut unlisted: BTreeMap<_, &Rfc> = BTreeMap::new();
    let (mut late, mut other) = (0, 0);
    for (_, what) in calls {
        match what {
            Beyond::Time => late += 1,
            Beyond::Action(tickets) => {
                other += 1;
                unlisted.extend(tickets.iter().map(|rfc| (&rfc.rfc_id, *rfc)));
            }
        }
    }
    let mut told = Vec::new();
    if late > 0 {
        told.push(format!("{late} at a time that no ticket holds"));
    }
    if other > 0 {
        let named = joined(unlisted.values().map(|rfc| rfc.named()));
        told.push(format!("{other} that {named} does not list"));
    }
    let row = &window.row;
    let names = joined(calls.iter().map(|(call, _)| &*facts.events[call.event].event_name));
    let summary = format!(
        "{} made {} ({names}) in {} mode in account {} beyond its tickets: {}",
        if actors.is_empty() { "an unknown caller" } else { &actors },
        counted(calls.len() as u64, "call"),
        row.mode,
        row.account_id,
        told.join(", ")
    );
    let of_calls = calls.iter().skip(1).map(|(call, _)| facts.events[call.event].evidence.clone());
    let of_tickets = unlisted.values().map(|rfc| rfc.evidence.clone());
    let base = of_window(window, facts.sessions, summary);
    let mut rfc_ids: BTreeSet<_> = base.rfc_ids.iter().cloned().collect();
    rfc_ids.extend(unlisted.values().map(|rfc| rfc.rfc_id.clone()));
    Some(Claim {
        time: Some(first.time),
        end_time: Some(last.time),
        actor: sessions.iter().find_map(|session| session.actor.clone()),
        count: calls.len() as u64,
        session_ids: sessions.iter().map(|session| session.session_id.clone()).collect(),
        rfc_ids: rfc_ids.into_iter().collect(),
        evidence: facts.events[first.event].evidence.clone(),
        rests_on: of_tickets.chain(of_calls).take(crate::limits::FINDING_EVENTS_MAX).collect(),
        ..base
    })
}
