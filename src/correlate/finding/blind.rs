//! Recording stopped, and then things changed or destroyed.
//!
//! Owns: this pattern: one actor in one account, until the stated time was over
//! or, where that is in evidence, the recording was restored. That calls were
//! recorded all the same shows that something else still recorded; it does not
//! make them less meant. Where a call of the same second switched it on, nobody
//! knows which came last: the claim says so.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::count::counted;
use crate::model::destructive::Category;
use crate::model::event::{Event, Outcome};
use crate::model::time::UtcTime;

use super::acts::{Act, Acts, Seen, Whose};
use super::claim::{Claim, of_calls};
use super::unordered::Unordered;
use super::{Facts, Watch};

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

/// One claim per stop after which the same actor went on.
struct Blind<'a> {
    facts: Facts<'a>,
    /// Made when the first recording stops.
    around: OnceCell<Around<'a>>,
    open: BTreeMap<Whose, Blinded>,
}

/// What claims are told from, besides destructive calls.
struct Around<'a> {
    unordered: Unordered<'a>,
    /// Succeeded writes of mode sessions in order of time.
    writes: BTreeMap<Whose, Vec<(UtcTime, &'a Event)>>,
}

/// The latest stop of one actor, and the destructive calls since then.
struct Blinded {
    stop: Arc<Act>,
    from: UtcTime,
    /// When it ends, if no other stop comes before.
    until: UtcTime,
    calls: Acts,
    /// Those of the latest instant: another stop may be of the same.
    newest: Option<(UtcTime, Acts)>,
}

pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    Some(Box::new(Blind { facts, around: OnceCell::new(), open: BTreeMap::new() }))
}

impl Watch for Blind<'_> {
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        let Some(time) = row.event_time.filter(|_| row.succeeded()) else { return };
        if row.category == Category::ImpairLogging && stops(&row.event_source, &row.event_name) {
            let before = self.open.insert(row.whose(), Blinded::new(row.act().held(), time));
            made.extend(before.and_then(|before| self.claim(before, Some(time))));
        } else if !self.open.is_empty()
            && let Some(open) = self.open.get_mut(&row.whose())
        {
            open.add(time, row.act());
        }
    }

    fn finish(mut self: Box<Self>, made: &mut Vec<Claim>) {
        let open = std::mem::take(&mut self.open);
        made.extend(open.into_values().filter_map(|last| self.claim(last, None)));
    }
}

fn stops(source: &str, name: &str) -> bool {
    STOPS.iter().any(|(of, names)| *of == source && names.contains(&name))
}

impl Blinded {
    fn new(stop: Act, from: UtcTime) -> Self {
        let end = from.plus_seconds(WITHIN_S);
        let until = stop.undone_at.map_or(end, |undone| end.min(undone));
        Self { stop: Arc::new(stop), from, until, calls: Acts::default(), newest: None }
    }

    /// Takes in a later call that succeeded.
    fn add(&mut self, time: UtcTime, call: &Arc<Act>) {
        if time.seconds() <= self.from.seconds() || time >= self.until {
            return;
        }
        match &mut self.newest {
            Some((at, calls)) if *at == time => calls.add(call),
            _ => {
                let before = self.newest.replace((time, Acts::of(call)));
                before.into_iter().for_each(|(_, calls)| self.calls.append(calls));
            }
        }
    }
}

impl<'a> Around<'a> {
    fn of(facts: Facts<'a>) -> Self {
        let mut writes: BTreeMap<Whose, Vec<(UtcTime, &Event)>> = BTreeMap::new();
        for (&place, &session) in &facts.sessions.of_event {
            let (event, session) = (&facts.events[place], &facts.sessions.rows[session]);
            let wrote = session.is_sure()
                && event.category.is_none()
                && !event.is_read()
                && event.outcome() == Outcome::Succeeded;
            if let (Some(time), true) = (event.time, wrote) {
                let whose = (Some(session.account_id.clone()), session.actor.clone());
                writes.entry(whose).or_default().push((time, event));
            }
        }
        // Already in the order of the events, which tells those of one instant apart.
        writes.values_mut().for_each(|writes| writes.sort_by_key(|(time, _)| *time));
        let unordered = Unordered::of(facts, |event| stops(&event.event_source, &event.event_name));
        Self { unordered, writes }
    }

    /// The writes between two times.
    fn between(&self, whose: &Whose, from: UtcTime, until: UtcTime) -> &[(UtcTime, &'a Event)] {
        let writes = self.writes.get(whose).map(Vec::as_slice).unwrap_or_default();
        let first = writes.partition_point(|(time, _)| time.seconds() <= from.seconds());
        let last = writes.partition_point(|(time, _)| *time < until);
        writes.get(first..last).unwrap_or_default()
    }
}

impl Blind<'_> {
    /// What an actor did after a stop, until the time of the next one.
    fn claim(&self, blinded: Blinded, next: Option<UtcTime>) -> Option<Claim> {
        let Blinded { stop, from, until, mut calls, newest } = blinded;
        let newest = newest.filter(|(at, _)| next.is_none_or(|next| *at < next));
        newest.into_iter().for_each(|(_, newest)| calls.append(newest));
        let until = next.map_or(until, |next| until.min(next));
        let around = self.around.get_or_init(|| Around::of(self.facts));
        let whose = (stop.account_id.clone(), stop.actor.clone());
        let writes = around.between(&whose, from, until);
        let restored = stop.undone_at.filter(|at| *at == until);
        claim((&stop, restored), (calls, writes), around.unordered.holds(&stop))
    }
}

fn claim(
    (stop, restored): (&Arc<Act>, Option<UtcTime>),
    (calls, writes): (Acts, &[(UtcTime, &Event)]),
    unordered: bool,
) -> Option<Claim> {
    let destroyed = calls.count;
    let mut names = calls.names.clone();
    names.extend(writes.iter().map(|(_, event)| &*event.event_name));
    let names = names.to_string();
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
        stop.by(),
        made(destroyed, writes.len() as u64),
        stop.place(),
        stop.event_name,
        stop.time.map(|time| time.to_string()).unwrap_or_default(),
    );
    let doubt = unordered.then(|| {
        let name = &stop.event_name;
        format!("a call of the same second switches on what {name} cut, and no record tells which came last")
    });
    let mut acts = Acts::of(stop);
    acts.append(calls);
    let claim = of_calls(stop.id().to_owned(), acts, summary)?;
    Some(Claim {
        end_time: claim.end_time.max(writes.last().map(|(time, _)| *time)),
        count: destroyed + writes.len() as u64,
        rests_on: writes.iter().map(|(_, event)| event.evidence.clone()).collect(),
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
