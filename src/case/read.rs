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
use crate::examine::{Examiner, Opened};
use crate::limits::{CASE_PARTIAL_BYTES, CASE_PARTIAL_OBJECTS};
use crate::model::evidence::ObjectPath;
use crate::model::problem::Problem;
use crate::usage::{Folded, Usage};

/// What filling a case came to.
#[derive(Debug)]
pub struct Filled {
    /// Objects that the case held already.
    pub held: u64,
    /// Objects that were read into it.
    pub kept: u64,
    /// Objects that cannot be kept: links, and what could not be read to its end.
    pub beside: u64,
    /// What went wrong, with the objects that were read.
    pub problems: Vec<Problem>,
}

/// What some objects gave, by their place.
#[derive(Debug, Default)]
struct Got {
    opened: Vec<(usize, Opened)>,
    counted: Option<Folded>,
    /// How many of them are kept.
    kept: u64,
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
    /// Loads what the case holds, reads the rest, and keeps it. Gives what each
    /// wanted object gave, in their order, and the callers that are not among the
    /// examiner's own.
    ///
    /// # Errors
    /// The disk's, and the user's interrupt. What was kept by then stays.
    pub fn all(self, plan: &Plan<'_>) -> Result<(Vec<Opened>, Vec<Folded>), Error> {
        self.observer.found(self.found.len() as u64, self.found.iter().map(|one| one.bytes).sum());
        let mut parts = self.loaded(plan)?;
        parts.extend(self.fresh(plan, &|mut got| {
            got.opened.iter_mut().for_each(|(_, one)| one.hand_over(self.examiner));
            got
        })?);
        parts.push(self.beside(plan)?);
        let counted = parts.iter_mut().filter_map(|got| got.counted.take()).collect();
        let opened: BTreeMap<usize, Opened> = parts.into_iter().flat_map(|got| got.opened).collect();
        Ok((opened.into_values().collect(), counted))
    }

    /// Reads and keeps what the case does not hold, and holds on to nothing but
    /// what went wrong.
    ///
    /// # Errors
    /// The disk's, and the user's interrupt. What was kept by then stays.
    pub fn fresh_only(self, plan: &Plan<'_>) -> Result<Filled, Error> {
        let bytes = plan.fresh.iter().map(|place| self.found[*place].bytes).sum();
        self.observer.found(plan.fresh.len() as u64, bytes);
        let done = self.fresh(plan, &|got| {
            let examined = got.opened.into_iter().flat_map(|(_, one)| one.examined);
            (got.kept, examined.flat_map(|mut one| one.seldom.take().problems).collect::<Vec<_>>())
        })?;
        let kept: u64 = done.iter().map(|(kept, _)| kept).sum();
        let mut problems: Vec<Problem> = done.into_iter().flat_map(|(_, problems)| problems).collect();
        let obstacles = || self.found.iter().filter_map(|one| Some((one, one.obstacle.as_ref()?)));
        problems.extend(obstacles().filter_map(|(one, why)| why.problem(&one.path)));
        let beside = plan.fresh.len() as u64 - kept + obstacles().count() as u64;
        Ok(Filled { held: self.found.len() as u64 - kept - beside, kept, beside, problems })
    }

    fn loaded(&self, plan: &Plan<'_>) -> Result<Vec<Got>, Error> {
        let places: BTreeMap<&ObjectPath, usize> =
            self.found.iter().enumerate().map(|(place, one)| (&one.path, place)).collect();
        let load = |partial: &&super::Partial| -> Result<Got, Error> {
            self.stop()?;
            let body = partial.load()?;
            let place = |source: &Source| places.get(&source.path).copied();
            let mut opened: Vec<(usize, Opened)> = partial
                .sources
                .iter()
                .zip(body.opened)
                .filter_map(|(source, opened)| Some((place(source)?, opened)))
                .collect();
            for (place, opened) in &mut opened {
                self.tell(*place, opened);
                opened.hand_over(self.examiner);
            }
            Ok(Got { opened, counted: Some(body.usage), kept: 0 })
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
        let lost = |opened: &Opened| opened.examined.last().is_none_or(|one| one.object.sha256.is_none());
        let (lost, whole): (Vec<_>, Vec<_>) = read.into_iter().partition(|(_, opened)| lost(opened));
        let counts = lost.iter().flat_map(|(_, one)| &one.examined).any(|one| one.counts.seen > 0);
        if counts || whole.is_empty() {
            let opened = lost.into_iter().chain(whole).collect();
            return Ok(Got { opened, counted: Some(counted), kept: 0 });
        }
        let (places, opened): (Vec<usize>, Vec<Opened>) = whole.into_iter().unzip();
        let sources = places.iter().zip(&opened).map(|(place, opened)| self.source(*place, opened)).collect();
        let body = Body { opened, usage: counted };
        self.case.write(sources, &body)?;
        let kept = places.len() as u64;
        let opened = lost.into_iter().chain(places.into_iter().zip(body.opened)).collect();
        Ok(Got { opened, counted: Some(body.usage), kept })
    }

    fn source(&self, place: usize, opened: &Opened) -> Source {
        let found = &self.found[place];
        let sha256 = opened.examined.last().map(|one| one.object.sha256).unwrap_or_default();
        let archive = opened.examined.len() > 1;
        Source::new(found, sha256, archive)
    }

    /// Reads what is not kept; its callers are counted with the examiner's own.
    fn beside(&self, plan: &Plan<'_>) -> Result<Got, Error> {
        let read = |place: &usize| {
            self.stop()?;
            let mut opened = self.examiner.examine(&self.found[*place], self.interrupted);
            self.stop()?;
            self.tell(*place, &opened);
            opened.hand_over(self.examiner);
            Ok((*place, opened))
        };
        let opened = plan.beside.par_iter().map(read).collect::<Result<_, Error>>()?;
        Ok(Got { opened, ..Got::default() })
    }

    fn stop(&self) -> Result<(), Error> {
        if self.interrupted.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    fn tell(&self, place: usize, opened: &Opened) {
        let seen = opened.examined.iter().map(|part| part.counts.seen).sum();
        let problems: usize = opened.examined.iter().map(|part| part.seldom.problems.len()).sum();
        self.observer.object(self.found[place].bytes, seen, problems as u64);
    }
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
