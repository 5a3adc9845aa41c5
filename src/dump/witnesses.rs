//! A second look at calls that tell what became of losses.
//!
//! Owns: which of them are worth it, by the names and times that traces hold.
//! Decides nothing about what they tell.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

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

/// Which names traces hold: a bit for many. Of other names nothing has to be known.
#[derive(Debug)]
struct Named(Box<[AtomicU64]>);

/// Bits of that: four MiB tell of ten million names with few mistakes, each of which
/// costs a name that nobody asks for.
const BITS: usize = 1 << 25;

impl Default for Named {
    fn default() -> Self {
        Self(std::iter::repeat_with(AtomicU64::default).take(BITS / 64).collect())
    }
}

impl Named {
    fn bit(&self, name: NameTrace) -> (&AtomicU64, u64) {
        let place = FxBuildHasher.hash_one(name) as usize % BITS;
        (&self.0[place / 64], 1 << (place % 64))
    }

    fn note(&self, name: NameTrace) {
        let (word, bit) = self.bit(name);
        word.fetch_or(bit, Ordering::Relaxed);
    }

    fn may_hold(&self, name: NameTrace) -> bool {
        let (word, bit) = self.bit(name);
        word.load(Ordering::Relaxed) & bit != 0
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
                    one.seldom.problems.push(problem);
                }
            }
        }
        take(&mut self.examined, found);
        Ok(())
    }

    /// The records that bear on a loss, by the place of their object, in order.
    fn worth_a_look(&self, catalogue: &Catalogue) -> BTreeMap<usize, Vec<u32>> {
        let named = Named::default();
        let noted = self.traced(&|_, traces| {
            traces.iter().flat_map(|trace| &trace.names).for_each(|name| named.note(*name));
            traces.first().map(|_| ()).into_iter().collect()
        });
        if noted.is_empty() {
            return BTreeMap::new();
        }
        let mut losses = self.losses(&named, catalogue);
        let mut wanted = BTreeMap::<usize, BTreeSet<u32>>::new();
        // Copies of copies are followed as far as the correlation goes.
        for _ in 0..COPY_DEPTH_MAX + 2 {
            let found: Vec<(usize, WitnessTrace)> = self.traced(&|place, traces| {
                let known = wanted.get(&place);
                let is_new =
                    |trace: &&WitnessTrace| !known.is_some_and(|known| known.contains(&trace.record));
                let new = traces.iter().filter(is_new).filter(|trace| losses.concern(trace));
                new.map(|trace| (place, trace.clone())).collect()
            });
            if found.is_empty() {
                break;
            }
            for (place, trace) in found {
                losses.follow(&trace);
                wanted.entry(place).or_default().insert(trace.record);
            }
        }
        self.not_kept(wanted)
    }

    /// What is asked of the traces of every object, one after the other.
    fn traced<T: Send>(&self, ask: &(dyn Fn(usize, &[WitnessTrace]) -> Vec<T> + Sync)) -> Vec<T> {
        let asked = self.examined.par_iter().enumerate().flat_map_iter(|(place, one)| {
            let remembered = self.examiner.spool.rows(&one.put_by);
            remembered.iter().flat_map(|one| ask(place, &one.witnesses)).collect::<Vec<T>>()
        });
        asked.collect()
    }

    /// Leaves out what was kept meanwhile.
    fn not_kept(&self, wanted: BTreeMap<usize, BTreeSet<u32>>) -> BTreeMap<usize, Vec<u32>> {
        let mut left = BTreeMap::new();
        for (place, records) in wanted {
            let one = &self.examined[place];
            let records: Vec<u32> = records.into_iter().filter(|record| !one.keeps(*record)).collect();
            if !records.is_empty() {
                left.insert(place, records);
            }
        }
        left
    }

    /// What was destroyed of the things that traces name.
    fn losses(&self, known: &Named, catalogue: &Catalogue) -> Losses {
        let named = |event: &Event| -> Vec<(NameTrace, i64)> {
            let (Some(time), Some(account)) = (event.time, &event.account_id) else { return Vec::new() };
            let names = lost(event, catalogue).into_iter();
            let hashed = |name: String| self.examiner.thing_hash(account, &name);
            let traces = names.map(|(bearing, name)| (NameTrace::new(bearing, hashed(name)), time.micros()));
            traces.filter(|(name, _)| known.may_hold(*name)).collect()
        };
        let of_object = |one: &Examined| -> Vec<(NameTrace, i64)> {
            let plain = self.examiner.spool.rows(&one.plain);
            one.events.iter().chain(plain.iter()).flat_map(named).collect()
        };
        let all: Vec<(NameTrace, i64)> =
            self.examined.par_iter().flat_map_iter(|one| of_object(one)).collect();
        let mut losses = Losses::default();
        for (name, at) in all {
            losses.add(name, at, at);
        }
        losses
    }
}
