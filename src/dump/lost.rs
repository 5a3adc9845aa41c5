//! A second look at what AWS Config recorded of things that calls destroyed.
//!
//! Owns: which items are worth it. A history holds an item for every change of
//! every resource; all that is remembered of one is a [`ConfigTrace`], until it
//! is known which of them tell what was lost. Those are read again, and joined
//! in `correlate` by their real names: a hash decides nothing but where to look.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::correlate::{Sources, named_things};
use crate::evidence::discover::Found;
use crate::examine::{Examined, Examiner, Reread};
use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;
use crate::model::inventory::ConfigTrace;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::UtcTime;

/// The items of one object.
#[derive(Debug)]
pub(super) struct History {
    path: ObjectPath,
    sha256: ContentHash,
    /// The object of the dump that holds it.
    origin: usize,
    traces: Vec<ConfigTrace>,
}

/// Takes what is remembered of items, by their objects in the order of paths.
pub(super) fn histories(examined: &mut [Box<Examined>], origins: &[usize]) -> Vec<History> {
    let all = examined.iter_mut().zip(origins).filter(|(one, _)| !one.seldom.traces.is_empty());
    all.map(|(one, origin)| History {
        path: one.object.path.clone(),
        sha256: one.object.sha256,
        origin: *origin,
        traces: std::mem::take(&mut one.seldom.traces),
    })
    .collect()
}

/// Reads the items again that tell what was destroyed. An object that is not
/// as it was when it was first read tells nothing more, and is a problem.
pub(super) fn recall(
    histories: &[History],
    (found, examiner): (&[Found], &Examiner<'_>),
    sources: &mut Sources,
) {
    if histories.is_empty() {
        return;
    }
    let plain = sources.plain.iter();
    let events = sources.events.iter().map(Cow::Borrowed).chain(plain);
    let things = named_things(events, examiner.classifier.catalogue());
    let by_hash = things.iter().filter(|(name, _)| !name.is_empty());
    let by_hash = by_hash.map(|(name, times)| (examiner.name_hash(name), times)).collect();
    let wanted = worth_a_look(histories, &by_hash);
    let mut per_object = BTreeMap::<usize, BTreeMap<&ObjectPath, Vec<u32>>>::new();
    for (history, records) in &wanted {
        let one = &histories[*history];
        per_object.entry(one.origin).or_default().insert(&one.path, records.iter().copied().collect());
    }
    let again: Vec<Reread> = per_object
        .par_iter()
        .flat_map_iter(|(origin, wanted)| examiner.config_items(&found[*origin], wanted))
        .collect();
    let mut again: BTreeMap<ObjectPath, Reread> =
        again.into_iter().map(|one| (one.path.clone(), one)).collect();
    for history in wanted.into_keys() {
        let History { path, sha256, .. } = &histories[history];
        match again.remove(path).filter(|one| one.sha256 == *sha256) {
            Some(one) => sources.inventory.items.extend(one.items),
            None => {
                let detail = "changed or gone when it was read again: what it tells of destroyed resources is left out";
                sources.problems.push(Problem::of_object(path, ProblemKind::UnreadableObject, detail));
            }
        }
    }
}

/// One item that is about something destroyed, in the order of capture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    identity: u64,
    captured: i64,
    history: usize,
    record: u32,
    tells: bool,
}

/// By history, the records that may tell what was lost: of each resource the
/// last item before each call that succeeded, and its last of all, for its type.
fn worth_a_look(
    histories: &[History],
    things: &BTreeMap<u64, &BTreeSet<UtcTime>>,
) -> BTreeMap<usize, BTreeSet<u32>> {
    let mut candidates = Vec::new();
    let mut times: BTreeMap<u64, BTreeSet<UtcTime>> = BTreeMap::new();
    for (history, one) in histories.iter().enumerate() {
        for trace in &one.traces {
            let mut calls = trace.names.iter().filter_map(|name| things.get(name)).peekable();
            if calls.peek().is_none() {
                continue;
            }
            // Items of one identity have the same names.
            if let Entry::Vacant(place) = times.entry(trace.identity) {
                place.insert(calls.flat_map(|calls| calls.iter().copied()).collect());
            }
            let ConfigTrace { identity, captured, record, tells, .. } = *trace;
            candidates.push(Candidate { identity, captured, history, record, tells });
        }
    }
    candidates.sort_unstable();
    let mut wanted: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    let mut want = |one: &Candidate| {
        wanted.entry(one.history).or_default().insert(one.record);
    };
    for group in candidates.chunk_by(|a, b| a.identity == b.identity) {
        group.last().into_iter().for_each(&mut want);
        let telling: Vec<&Candidate> = group.iter().filter(|one| one.tells).collect();
        let calls = group.first().and_then(|one| times.get(&one.identity));
        for call in calls.into_iter().flatten() {
            let before = telling.partition_point(|one| one.captured <= call.micros());
            telling[..before].last().into_iter().for_each(|one| want(one));
        }
    }
    wanted
}

#[cfg(test)]
mod tests;
