//! What others did to a workload after it was given: its last change counts.
//!
//! Owns: finding changes of functions, build projects, jobs and state machines by
//! whoever is in no session of a mode, and what they leave of an earlier change.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::{Catalogue, Workload, WorkloadCall};
use crate::model::event::{Event, Outcome};
use crate::model::principal::last_segment;
use crate::model::time::UtcTime;

use super::super::payload;
use super::grant::{Given, Grant};

/// Changes of one workload that are tried, the latest first.
const CHANGES_TRIED_MAX: usize = 16;

/// Account, region, event source, name.
type Key = (Arc<str>, Arc<str>, Arc<str>, Arc<str>);

/// A change of a workload by a succeeded call.
#[derive(Debug)]
struct Change {
    at: UtcTime,
    event: usize,
    /// The part that it sets as a whole; `None` if it may leave some as it was.
    sets: Option<Arc<str>>,
    /// The role that it names.
    role: Option<Arc<str>>,
}

/// All changes, each list in order of time.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<Key, Vec<Change>>);

/// What is left of what one call gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Nobody else changed the workload.
    All,
    /// The call of that event changed it too: what ran is of both.
    Part(usize),
    /// Somebody else set the same part as a whole, so nothing of it ran.
    Nothing,
}

/// Events of the modes' own sessions, so far: place → session.
pub(super) type Taken = BTreeMap<usize, usize>;

impl Changes {
    pub(super) fn of(events: &[Event], catalogue: &Catalogue) -> Self {
        let mut changes = Self::default();
        for (place, event) in events.iter().enumerate() {
            let Some(at) = event.time.filter(|_| may_change(event) && event.outcome() == Outcome::Succeeded)
            else {
                continue;
            };
            let request = payload::parse(event.request_parameters.as_ref());
            let response = payload::parse(event.response_elements.as_ref());
            let call = (&*event.event_source, &*event.event_name);
            for workload in catalogue.workloads(call, (&request, &response)) {
                if workload.call != WorkloadCall::Started {
                    // What is made was not there: nothing of an earlier one is left.
                    let anew = workload.call == WorkloadCall::Made;
                    let sets = if anew { Some(Arc::from("all")) } else { workload.sets.clone() };
                    let role = workload.role.as_deref().map(|role| Arc::from(last_segment(role)));
                    let change = Change { at, event: place, sets, role };
                    changes.0.entry(key(event, &workload)).or_default().push(change);
                }
            }
        }
        changes
    }

    /// Tells a grant the role of its workload, where its own call does not: the
    /// last one that any call before it named.
    pub(super) fn tell_role(&self, grant: &mut Grant, events: &[Event]) {
        let Given::Run { role: role @ None, workload, .. } = &mut grant.given else { return };
        if workload.unique {
            return;
        }
        let all = self.0.get(&key(&events[grant.event], workload)).map(Vec::as_slice).unwrap_or_default();
        let before = &all[..all.partition_point(|change| change.at <= grant.time)];
        let named = before.iter().rev().take(CHANGES_TRIED_MAX).find_map(|change| change.role.clone());
        *role = named;
    }

    /// What others left of a workload until a session of it began. Within one
    /// second no record tells who was last.
    pub(super) fn left(
        &self,
        (grant, workload): (&Grant, &Workload),
        started: Option<UtcTime>,
        events: &[Event],
        taken: &Taken,
    ) -> Left {
        let Some(all) = self.0.get(&key(&events[grant.event], workload)) else { return Left::All };
        let given = grant.time.seconds();
        let begun = started.map_or(i64::MAX, UtcTime::seconds);
        let from = all.partition_point(|change| change.at.seconds() < given);
        let until = all.partition_point(|change| change.at.seconds() <= begun);
        let between = all.get(from..until).unwrap_or_default().iter().rev();
        let by_others = between
            .filter(|change| change.event != grant.event && !taken.contains_key(&change.event))
            .take(CHANGES_TRIED_MAX);
        let mut left = Left::All;
        for change in by_others {
            let surely = change.at.seconds() > given && change.at.seconds() < begun;
            let same = change.sets.as_deref() == Some("all")
                || change.sets.is_some() && change.sets == workload.sets;
            if surely && same {
                return Left::Nothing;
            }
            if left == Left::All {
                left = Left::Part(change.event);
            }
        }
        left
    }
}

/// Calls that make or change what runs under a name of its own: only these are
/// followed by name.
pub(super) fn may_change(event: &Event) -> bool {
    let verb = |verb: &str| event.event_name.starts_with(verb);
    match &*event.event_source {
        "lambda.amazonaws.com"
        | "codebuild.amazonaws.com"
        | "glue.amazonaws.com"
        | "states.amazonaws.com" => verb("Update") || verb("Create"),
        "ecs.amazonaws.com" => verb("RegisterTaskDefinition"),
        _ => false,
    }
}

fn key(event: &Event, workload: &Workload) -> Key {
    let account = event.account_id.as_ref().map_or("", |account| account.as_str());
    let region = event.region.as_ref().map_or("", |region| region.as_str());
    (Arc::from(account), Arc::from(region), event.event_source.clone(), workload.name.clone())
}
