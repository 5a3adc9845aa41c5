//! Recording stopped, and then things changed or destroyed.
//!
//! Owns: this pattern: one actor in one account, until the stated time was over
//! or, where that is in evidence, the recording was restored. That calls were
//! recorded all the same shows that something else still recorded; it does not
//! make them less meant. Where a call of the same second switched it on, nobody
//! knows which came last: the claim says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::count::counted;
use crate::model::destructive::{Category, DestructiveAction};
use crate::model::event::Outcome;
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

use super::Facts;
use super::claim::{Claim, by, joined, of_calls, place};
use super::unordered::Unordered;

/// How long after it calls are tied to a stopped recording, in seconds.
const WITHIN_S: i64 = 24 * 3600;

/// Calls that stop or cut the recording of what is done in an account, by
/// service. Logs of one workload tell of that workload alone.
///
/// Source: catalogue/data/operations.csv (category `impair_logging`).
const STOPS: [(&str, &[&str]); 2] = [
    (
        "cloudtrail.amazonaws.com",
        &[
            "StopLogging",
            "DeleteTrail",
            "UpdateTrail",
            "PutEventSelectors",
            "DeleteEventDataStore",
            "StopEventDataStoreIngestion",
            "UpdateEventDataStore",
        ],
    ),
    (
        "config.amazonaws.com",
        &[
            "StopConfigurationRecorder",
            "DeleteConfigurationRecorder",
            "PutConfigurationRecorder",
            "DeleteDeliveryChannel",
        ],
    ),
];

/// What to do where the recording is on again.
const RESTORED: &str =
    "The recording is on again: look for what else was done until then in other sources, and ask the actor.";

/// What claims are told from, besides the doings of one actor.
type Around<'a, 'u> = (Facts<'a>, &'u Unordered);

type Whose<'a> = (Option<&'a AccountId>, Option<&'a Arc<str>>);

/// What one actor did in one account.
#[derive(Default)]
struct Doings<'a> {
    stops: Vec<(UtcTime, &'a DestructiveAction)>,
    calls: Vec<(UtcTime, &'a DestructiveAction)>,
    /// Succeeded writes of mode sessions, with the places of their events.
    writes: Vec<(UtcTime, usize)>,
}

/// One claim per stop after which the same actor went on.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut doings: BTreeMap<Whose<'_>, Doings<'_>> = BTreeMap::new();
    for call in facts.destructive.iter().filter(|call| stops_recording(call)) {
        if let Some(time) = call.event_time {
            doings.entry(whose(call)).or_default().stops.push((time, call));
        }
    }
    if doings.is_empty() {
        return Vec::new();
    }
    for call in facts.destructive.iter().filter(|call| !stops_recording(call)) {
        let tried = call.outcome != Outcome::DryRun;
        if let (Some(time), Some(done), true) = (call.event_time, doings.get_mut(&whose(call)), tried) {
            done.calls.push((time, call));
        }
    }
    for (&place, &session) in &facts.sessions.of_event {
        let (event, session) = (&facts.events[place], &facts.sessions.rows[session]);
        let whose = (Some(&session.account_id), session.actor.as_ref());
        let wrote = session.is_sure()
            && event.category.is_none()
            && !event.is_read()
            && event.outcome() == Outcome::Succeeded;
        if let (Some(time), Some(done), true) = (event.time, doings.get_mut(&whose), wrote) {
            done.writes.push((time, place));
        }
    }
    let stops = doings.values().flat_map(|done| done.stops.iter().map(|(_, stop)| *stop));
    let unordered = Unordered::of(stops, facts);
    doings.values_mut().flat_map(|done| of_one(done, (facts, &unordered))).collect()
}

fn stops_recording(call: &DestructiveAction) -> bool {
    call.category == Category::ImpairLogging
        && call.outcome == Outcome::Succeeded
        && STOPS
            .iter()
            .any(|(source, names)| *source == &*call.event_source && names.contains(&&*call.event_name))
}

fn whose(call: &DestructiveAction) -> Whose<'_> {
    (call.account_id.as_ref(), call.actor.as_ref())
}

/// Each later call is told with the latest stop before it.
fn of_one<'a>(done: &mut Doings<'a>, around: Around<'a, '_>) -> Vec<Claim<'a>> {
    done.writes.sort_unstable();
    let mut claims = Vec::new();
    for (number, (from, stop)) in done.stops.iter().enumerate() {
        let next = done.stops.get(number + 1).map(|(time, _)| *time);
        let ends = [Some(from.plus_seconds(WITHIN_S)), stop.undone_at, next];
        let until = ends.into_iter().flatten().min().unwrap_or(*from);
        let first = done.calls.partition_point(|(time, _)| time.seconds() <= from.seconds());
        let last = done.calls.partition_point(|(time, _)| *time < until);
        let calls: Vec<&DestructiveAction> =
            done.calls.get(first..last).unwrap_or_default().iter().map(|(_, call)| *call).collect();
        let first = done.writes.partition_point(|(time, _)| time.seconds() <= from.seconds());
        let last = done.writes.partition_point(|(time, _)| *time < until);
        let writes: Vec<usize> =
            done.writes.get(first..last).unwrap_or_default().iter().map(|(_, place)| *place).collect();
        let restored = stop.undone_at.filter(|at| *at == until);
        claims.extend(claim((stop, restored), (calls, writes), around));
    }
    claims
}

fn claim<'a>(
    (stop, restored): (&'a DestructiveAction, Option<UtcTime>),
    (mut calls, writes): (Vec<&'a DestructiveAction>, Vec<usize>),
    (facts, unordered): Around<'a, '_>,
) -> Option<Claim<'a>> {
    calls.retain(|call| call.outcome == Outcome::Succeeded);
    let destroyed = calls.len() as u64;
    let names = calls.iter().map(|call| &*call.event_name);
    let written = writes.iter().map(|place| &*facts.events[*place].event_name);
    let names = joined(names.chain(written));
    if names.is_empty() {
        return None;
    }
    let when = match restored {
        Some(_) => "after".to_owned(),
        None => format!("within {} hours after", WITHIN_S / 3600),
    };
    let end = restored.map(|at| format!(" and until it was restored at {at}")).unwrap_or_default();
    let summary = format!(
        "{} made {} in account {} {when} {} at {}{end}: {names}",
        by(stop),
        made(destroyed, writes.len() as u64),
        place(stop),
        stop.event_name,
        stop.event_time.map(|time| time.to_string()).unwrap_or_default(),
    );
    let unordered = unordered.holds(stop);
    let doubt = unordered.then(|| {
        let name = &stop.event_name;
        format!("a call of the same second switches on what {name} cut, and no record tells which came last")
    });
    let subject = stop.event_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let last_write = writes.last().and_then(|place| facts.events[*place].time);
    let rests_on = writes.iter().map(|place| facts.events[*place].evidence.clone()).collect();
    let all = std::iter::once(stop).chain(calls).collect();
    let claim = of_calls(subject, all, summary)?;
    Some(Claim {
        end_time: claim.end_time.max(last_write),
        count: destroyed + writes.len() as u64,
        rests_on,
        lowered: destroyed == 0 || unordered,
        instead: restored.map(|_| RESTORED),
        doubt,
        ..claim
    })
}

/// What was done, for a sentence. Other changes are known of modes alone, so
/// that nothing is said of them where there are none.
fn made(destroyed: u64, written: u64) -> String {
    let change = if destroyed > 0 { "other change" } else { "change" };
    let parts = [(destroyed, "destructive call"), (written, change)];
    let done: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, of)| counted(count, of)).collect();
    let place = if written > 0 { " in a mode" } else { "" };
    format!("{}{place}", done.join(" and "))
}
