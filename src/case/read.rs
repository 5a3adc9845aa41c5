//! Reading what a case does not hold, and loading what it does.
//!
//! Owns: which objects share a partial, and that one is written when all of them
//! are read. So a run that is killed loses no more than the partials at hand.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::Case;
use super::partial::{Body, Source};
use super::plan::Plan;
use crate::dump::Observer;
use crate::error::Error;
use crate::evidence::discover::Found;
use crate::examine::{Examined, Examiner, Opened};
use crate::limits::{CASE_PARTIAL_BYTES, CASE_PARTIAL_OBJECTS};
use crate::model::evidence::ObjectPath;
use crate::model::problem::Problem;
use crate::usage::{Folded, Usage};

/// What a run got out of a case and a dump.
#[derive(Debug, Default)]
pub struct Ingested {
    /// What each wanted object gave, in their order.
    pub opened: Vec<Opened>,
    /// Callers that were not counted with the examiner's own.
    pub counted: Vec<Folded>,
    /// Objects that the case held.
    pub reused: u64,
    /// Objects that were read and are kept now.
    pub kept: u64,
    /// Objects that were read and are not kept.
    pub beside: u64,
}

impl Ingested {
    fn put_together(parts: Vec<Got>) -> Vec<Opened> {
        let all: BTreeMap<usize, Opened> = parts.into_iter().flat_map(|got| got.opened).collect();
        all.into_values().collect()
    }
}

/// What some objects gave, by their place.
#[derive(Debug, Default)]
struct Got {
    opened: Vec<(usize, Opened)>,
    counted: Option<Folded>,
}

/// How a dump is read into a case.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// The case.
    pub case: &'r Case,
    /// The wanted objects.
    pub found: &'r [Found],
    /// Reads them.
    pub examiner: &'r Examiner<'r>,
    /// Is told how far it is.
    pub observer: &'r dyn Observer,
    /// The user's interrupt.
    pub interrupted: &'r AtomicBool,
}

impl Reading<'_> {
    /// Loads what the case holds, reads the rest, and keeps it.
    ///
    /// # Errors
    /// The disk's, and the user's interrupt. What was kept by then stays.
    pub fn all(self, plan: &Plan<'_>) -> Result<Ingested, Error> {
        self.observer.found(self.found.len() as u64, self.found.iter().map(|one| one.bytes).sum());
        let loaded = self.loaded(plan)?;
        let fresh = self.fresh(plan, &|got| got)?;
        let beside = self.beside(plan)?;
        let (reused, read) = (count(&loaded), count(&fresh));
        let mut parts: Vec<Got> = loaded.into_iter().chain(fresh).collect();
        let counted = parts.iter_mut().filter_map(|got| got.counted.take()).collect();
        let beside_count = beside.opened.len() as u64;
        parts.push(beside);
        let opened = Ingested::put_together(parts);
        Ok(Ingested { opened, counted, reused, kept: read, beside: beside_count })
    }

    /// Reads and keeps what the case does not hold, and holds on to nothing but
    /// what went wrong.
    ///
    /// # Errors
    /// The disk's, and the user's interrupt. What was kept by then stays.
    pub fn fresh_only(self, plan: &Plan<'_>) -> Result<(Ingested, Vec<Problem>), Error> {
        let bytes = |places: &[usize]| places.iter().map(|place| self.found[*place].bytes).sum::<u64>();
        self.observer.found(plan.fresh.len() as u64, bytes(&plan.fresh));
        let done = self.fresh(plan, &|got| {
            let problems = |one: &mut Examined| std::mem::take(&mut one.problems);
            let read = got.opened.len() as u64;
            (
                read,
                got.opened
                    .into_iter()
                    .flat_map(|(_, one)| one.examined)
                    .flat_map(|mut one| problems(&mut one))
                    .collect::<Vec<_>>(),
            )
        })?;
        let kept = done.iter().map(|(read, _)| read).sum();
        let reused = plan.usable.iter().map(|partial| partial.sources.len() as u64).sum();
        let mut problems: Vec<Problem> = done.into_iter().flat_map(|(_, problems)| problems).collect();
        for place in &plan.beside {
            problems.extend(
                self.found[*place].obstacle.as_ref().and_then(|why| why.problem(&self.found[*place].path)),
            );
        }
        problems.sort();
        let beside = plan.beside.len() as u64;
        Ok((Ingested { reused, kept, beside, ..Ingested::default() }, problems))
    }

    fn loaded(&self, plan: &Plan<'_>) -> Result<Vec<Got>, Error> {
        let places: BTreeMap<&ObjectPath, usize> =
            self.found.iter().enumerate().map(|(place, one)| (&one.path, place)).collect();
        let load = |partial: &&super::Partial| -> Result<Got, Error> {
            self.stop()?;
            let body = partial.load()?;
            let place = |source: &Source| places.get(&source.path).copied();
            let opened: Vec<(usize, Opened)> = partial
                .sources
                .iter()
                .zip(body.opened)
                .filter_map(|(source, opened)| Some((place(source)?, opened)))
                .collect();
            opened.iter().for_each(|(place, opened)| self.tell(*place, opened));
            Ok(Got { opened, counted: Some(body.usage) })
        };
        plan.usable.par_iter().map(load).collect()
    }

    /// Reads and keeps what is not kept yet; `done` says what is made of it.
    fn fresh<T: Send>(&self, plan: &Plan<'_>, done: &(dyn Fn(Got) -> T + Sync)) -> Result<Vec<T>, Error> {
        let groups = groups(&plan.fresh, self.found);
        let all: Vec<T> =
            groups.par_iter().map(|places| self.group(places).map(done)).collect::<Result<_, Error>>()?;
        for partial in &plan.stale {
            self.case.put_aside(partial)?;
        }
        Ok(all)
    }

    fn group(&self, places: &[usize]) -> Result<Got, Error> {
        let usage = self.examiner.usage.as_ref().map(Usage::like);
        let read: Vec<(usize, Opened)> = places
            .par_iter()
            .map(|place| {
                self.stop()?;
                let opened =
                    self.examiner.examine_with(usage.as_ref(), &self.found[*place], self.interrupted);
                self.stop()?;
                self.tell(*place, &opened);
                Ok((*place, opened))
            })
            .collect::<Result<_, Error>>()?;
        let counted = usage.map(Usage::into_folded).unwrap_or_default();
        // Callers of an object that could not be read to its end would be counted
        // again with it.
        let lost = |opened: &Opened| opened.examined.last().is_none_or(|one| one.object.sha256.is_empty());
        let (lost, whole): (Vec<_>, Vec<_>) = read.into_iter().partition(|(_, opened)| lost(opened));
        let counts = lost.iter().flat_map(|(_, one)| &one.examined).any(|one| one.counts.seen > 0);
        if counts || whole.is_empty() {
            return Ok(Got { opened: lost.into_iter().chain(whole).collect(), counted: Some(counted) });
        }
        let (places, opened): (Vec<usize>, Vec<Opened>) = whole.into_iter().unzip();
        let sources = places.iter().zip(&opened).map(|(place, opened)| self.source(*place, opened)).collect();
        let body = Body { opened, usage: counted };
        self.case.write(sources, &body)?;
        let opened = lost.into_iter().chain(places.into_iter().zip(body.opened)).collect();
        Ok(Got { opened, counted: Some(body.usage) })
    }

    fn source(&self, place: usize, opened: &Opened) -> Source {
        let found = &self.found[place];
        let sha256 = opened.examined.last().map(|one| one.object.sha256.clone()).unwrap_or_default();
        let archive = opened.examined.len() > 1;
        Source::new(found, sha256, archive)
    }

    /// Reads what is not kept; its callers are counted with the examiner's own.
    fn beside(&self, plan: &Plan<'_>) -> Result<Got, Error> {
        let read = |place: &usize| {
            self.stop()?;
            let opened = self.examiner.examine(&self.found[*place], self.interrupted);
            self.stop()?;
            self.tell(*place, &opened);
            Ok((*place, opened))
        };
        let opened = plan.beside.par_iter().map(read).collect::<Result<_, Error>>()?;
        Ok(Got { opened, counted: None })
    }

    fn stop(&self) -> Result<(), Error> {
        if self.interrupted.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    fn tell(&self, place: usize, opened: &Opened) {
        let seen = opened.examined.iter().map(|part| part.counts.seen).sum();
        let problems: usize = opened.examined.iter().map(|part| part.problems.len()).sum();
        self.observer.object(self.found[place].bytes, seen, problems as u64);
    }
}

fn count(parts: &[Got]) -> u64 {
    parts.iter().map(|got| got.opened.len() as u64).sum()
}

/// Objects that go into one partial, in the order of their paths.
fn groups(places: &[usize], found: &[Found]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0;
    for place in places {
        let one = found[*place].bytes;
        match groups.last_mut() {
            Some(group) if bytes + one <= CASE_PARTIAL_BYTES && group.len() < CASE_PARTIAL_OBJECTS => {
                group.push(*place);
                bytes += one;
            }
            _ => {
                groups.push(vec![*place]);
                bytes = one;
            }
        }
    }
    groups
}
