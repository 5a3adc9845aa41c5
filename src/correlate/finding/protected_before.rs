//! What was said of the protection of a thing before a call set it.
//!
//! Owns: the order of what calls say of one protection of one thing. Which calls
//! say it, and what, is the catalogue's. Calls of one second have no known order,
//! so that none of them tells what was before another.

use std::collections::BTreeMap;

use crate::catalogue::Protection;
use crate::model::event::{Event, Outcome};
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, Region};
use crate::model::time::UtcTime;

use super::super::payload;
use super::Facts;

/// How something was protected when a call set it to be unprotected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// An earlier call says that it was.
    On,
    /// Earlier calls say that it was not: nothing was taken away.
    Off,
}

/// One protection of one thing.
type Of = (Option<AccountId>, Option<Region>, String, &'static str, String);

/// What was so before each call that set a protection, by the place of its record.
pub(super) struct States<'a>(BTreeMap<&'a Evidence, Before>);

impl<'a> States<'a> {
    /// Looks at every call of the evidence that says how something is protected.
    pub(super) fn of(facts: Facts<'a>) -> Self {
        let mut said: BTreeMap<Of, Vec<(UtcTime, bool)>> = BTreeMap::new();
        let mut setting: Vec<(&Event, UtcTime, Vec<Protection>)> = Vec::new();
        for event in facts.events.iter().filter(|event| event.outcome() == Outcome::Succeeded) {
            let Some(time) = event.time else { continue };
            let call = (&*event.event_source, &*event.event_name);
            if !facts.catalogue.tells_protection(call) {
                continue;
            }
            let request = payload::parse(event.request_parameters.as_ref());
            let response = payload::parse(event.response_elements.as_ref());
            let all = facts.catalogue.protections(call, (&request, &response));
            for one in &all {
                let on = one.on.into_iter();
                on.for_each(|on| {
                    names(event, one).for_each(|of| said.entry(of).or_default().push((time, on)))
                });
            }
            setting.push((event, time, all));
        }
        said.values_mut().for_each(|calls| calls.sort_unstable());
        let before = |(event, time, all): &(&'a Event, UtcTime, Vec<Protection>)| {
            let off = all.iter().filter(|one| one.on == Some(false));
            let things: Vec<Of> = off.flat_map(|one| names(event, one)).collect();
            let told: Option<Vec<bool>> = things.iter().map(|of| last(said.get(of)?, *time)).collect();
            match told?.as_slice() {
                [] => None,
                told if told.contains(&true) => Some((&event.evidence, Before::On)),
                _ => Some((&event.evidence, Before::Off)),
            }
        };
        Self(setting.iter().filter_map(before).collect())
    }

    /// What was so before the call of that record; `None` if nothing in evidence
    /// tells it.
    pub(super) fn before(&self, record: &Evidence) -> Option<Before> {
        self.0.get(record).copied()
    }
}

fn names(event: &Event, one: &Protection) -> impl Iterator<Item = Of> {
    let (account, region) = (event.account_id.clone(), event.region.clone());
    let (source, kind) = (event.event_source.to_string(), one.kind);
    one.things.iter().map(move |thing| (account.clone(), region.clone(), source.clone(), kind, thing.clone()))
}

/// What was said last in an earlier second; `None` if nothing was, or if the calls
/// of that second say both.
fn last(said: &[(UtcTime, bool)], time: UtcTime) -> Option<bool> {
    let earlier = said.get(..said.partition_point(|(at, _)| at.seconds() < time.seconds()))?;
    let (at, on) = earlier.last()?;
    let same = earlier.iter().rev().take_while(|(other, _)| other.seconds() == at.seconds());
    same.into_iter().all(|(_, other)| other == on).then_some(*on)
}
