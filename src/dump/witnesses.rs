//! A second look at calls that tell what became of losses.
//!
//! Owns: which of them are worth it, by the names and times that traces hold.
//! Decides nothing about what they tell.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::Dump;
use super::follow::take;
use crate::catalogue::Catalogue;
use crate::correlate::lost;
use crate::error::Error;
use crate::examine::{Examined, Recalled};
use crate::limits::COPY_DEPTH_MAX;
use crate::model::event::Event;
use crate::model::evidence::ObjectPath;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::witness::{Bearing, NameTrace, WitnessTrace};

/// Names of things that were destroyed, by how a call would bear on them: when
/// first and when last, in microseconds since 1970.
#[derive(Debug, Default)]
struct Losses(HashMap<NameTrace, (i64, i64)>);

impl Losses {
    fn add(&mut self, name: NameTrace, first: i64, last: i64) {
        let times = self.0.entry(name).or_insert((first, last));
        *times = (times.0.min(first), times.1.max(last));
    }

    /// Whether a call bears on a loss: what undoes comes after one or, in the same second, perhaps, what copies or
    /// keeps before one, and what makes a copy before something is restored from it.
    fn concern(&self, trace: &WitnessTrace) -> bool {
        trace.names.iter().any(|name| {
            let times = self.0.get(name);
            times.is_some_and(|(first, last)| match name.bearing() {
                Bearing::Undoes => *first <= trace.at,
                Bearing::Copies | Bearing::Keeps | Bearing::Makes => trace.at <= *last,
            })
        })
    }

    /// What a copy is needed for, others may be made from it and things restored.
    /// Of what is restored, the making of the copy tells whose it is.
    fn follow(&mut self, found: &WitnessTrace) {
        for name in &found.names {
            match name.bearing() {
                Bearing::Makes => {
                    self.add(name.to(Bearing::Undoes), i64::MIN, i64::MAX);
                    self.add(name.to(Bearing::Copies), i64::MIN, i64::MAX);
                }
                Bearing::Undoes => self.add(name.to(Bearing::Makes), i64::MIN, found.at),
                Bearing::Copies | Bearing::Keeps => {}
            }
        }
    }
}

impl Dump<'_> {
    /// Keeps, of the records that were only counted, those that undo, copy or
    /// keep what was destroyed. An object that is not as it was when it was first
    /// read tells nothing more, and is a problem.
    ///
    /// # Errors
    /// The user's interrupt.
    pub(super) fn recall(&mut self, catalogue: &Catalogue, interrupted: &AtomicBool) -> Result<(), Error> {
        let wanted = self.worth_a_look(catalogue);
        let mut per_object = BTreeMap::<usize, BTreeMap<&ObjectPath, Vec<u32>>>::new();
        for (place, records) in &wanted {
            let path = &self.examined[*place].object.path;
            per_object.entry(self.origins[*place]).or_default().insert(path, records.clone());
        }
        let again: Vec<Vec<Recalled>> = per_object
            .par_iter()
            .map(|(origin, wanted)| {
                if interrupted.load(Ordering::Relaxed) {
                    return Err(Error::Interrupted);
                }
                Ok(self.examiner.recalled(&self.found[*origin], wanted))
            })
            .collect::<Result<_, _>>()?;
        let mut again: BTreeMap<ObjectPath, Recalled> =
            again.into_iter().flatten().map(|one| (one.path.clone(), one)).collect();
        let mut found: Vec<(usize, Vec<Event>)> = Vec::new();
        for place in wanted.into_keys() {
            let one = &mut self.examined[place];
            match again.remove(&one.object.path).filter(|again| again.sha256 == one.object.sha256) {
                Some(again) => found.push((place, again.events)),
                None => {
                    let detail =
                        "changed or gone when it was read again: what it tells of losses is left out";
                    let problem = Problem::of_object(&one.object.path, ProblemKind::UnreadableObject, detail);
                    one.problems.push(problem);
                }
            }
        }
        take(&mut self.examined, found);
        Ok(())
    }

    /// The records that bear on a loss, by the place of their object, in order.
    fn worth_a_look(&mut self, catalogue: &Catalogue) -> BTreeMap<usize, Vec<u32>> {
        let mut traces: Vec<(usize, Vec<WitnessTrace>)> = Vec::new();
        for (place, one) in self.examined.iter_mut().enumerate() {
            if !one.witnesses.is_empty() {
                traces.push((place, std::mem::take(&mut one.witnesses)));
            }
        }
        let mut losses = if traces.is_empty() { Losses::default() } else { self.losses(&traces, catalogue) };
        let mut wanted = BTreeMap::<usize, Vec<u32>>::new();
        // Copies of copies are followed as far as the correlation goes.
        for _ in 0..COPY_DEPTH_MAX + 2 {
            let mut copies = Vec::new();
            for (place, traces) in &mut traces {
                let known: &Losses = &losses;
                for found in traces.extract_if(.., |trace| known.concern(trace)) {
                    wanted.entry(*place).or_default().push(found.record);
                    copies.push(found);
                }
            }
            if copies.is_empty() {
                break;
            }
            copies.iter().for_each(|copy| losses.follow(copy));
        }
        self.drop_kept(&mut wanted);
        wanted
    }

    /// Leaves out what was kept meanwhile, and puts the rest in order.
    fn drop_kept(&self, wanted: &mut BTreeMap<usize, Vec<u32>>) {
        for (place, records) in wanted.iter_mut() {
            let one = &self.examined[*place];
            records.sort_unstable();
            records.retain(|record| !one.keeps(*record));
        }
        wanted.retain(|_, records| !records.is_empty());
    }

    /// What was destroyed of the things that traces name.
    fn losses(&self, traces: &[(usize, Vec<WitnessTrace>)], catalogue: &Catalogue) -> Losses {
        let traces = traces.iter().flat_map(|(_, traces)| traces);
        let mut known: Vec<NameTrace> = traces.flat_map(|trace| trace.names.iter().copied()).collect();
        known.sort_unstable();
        known.dedup();
        let named = |event: &Event| -> Vec<(NameTrace, i64)> {
            let (Some(time), Some(account)) = (event.time, &event.account_id) else { return Vec::new() };
            let names = lost(event, catalogue).into_iter();
            let hashed = |name: String| self.examiner.thing_hash(account, &name);
            let traces = names.map(|(bearing, name)| (NameTrace::new(bearing, hashed(name)), time.micros()));
            traces.filter(|(name, _)| known.binary_search(name).is_ok()).collect()
        };
        let of_object = |one: &Examined| -> Vec<(NameTrace, i64)> {
            let plain = self.examiner.spool.rows(&one.plain);
            one.events.iter().chain(plain.iter()).flat_map(named).collect()
        };
        let all: Vec<(NameTrace, i64)> = self.examined.par_iter().flat_map_iter(of_object).collect();
        let mut losses = Losses::default();
        for (name, at) in all {
            losses.add(name, at, at);
        }
        losses
    }
}
