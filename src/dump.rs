//! Every object of the dump, examined: what the digests say of it, and copies
//! compared.
//!
//! Owns how objects are read in parallel and brought into one order. Decides
//! nothing about what they say.

mod doubt;
mod follow;
mod lost;
#[cfg(test)]
mod tests;
mod witnesses;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rayon::prelude::*;

use crate::catalogue::Catalogue;
use crate::correlate::Wanted;
use crate::error::Error;
use crate::evidence::discover::{Found, discover};
use crate::evidence::s3_key;
use crate::examine::{Examined, Examiner, Opened, Part};
use crate::gather::{self, Gathered};
use crate::integrity::{self, Assessment, Given};
use crate::lake::Lake;
use crate::model::evidence::ObjectPath;
use crate::model::report::Report;
use crate::model::time::Day;
use crate::report::headline::Headline;
use crate::runs::Room;
use crate::timeline::{Known, Location};
use crate::usage::Folded;

/// Is told how far a run is. Called from all threads.
pub trait Observer: Sync {
    /// The objects are known: this many, with this many bytes as stored.
    fn found(&self, objects: u64, bytes: u64);
    /// One more object was read.
    fn object(&self, bytes: u64, records: u64, problems: u64);
    /// A stage after reading begins.
    fn stage(&self, what: &'static str);
    /// Threads were at a part of the stage at hand for that long.
    fn part(&self, _what: &'static str, _time: Duration) {}
    /// The reports are written, and have this head.
    fn told(&self, _report: &Report, _head: &Headline<'_>) {}
}

/// Every object below the paths.
///
/// # Errors
/// A path that cannot be looked at.
pub fn look(paths: &[PathBuf]) -> Result<Vec<Found>, Error> {
    discover(paths).map_err(|fault| Error::Input { path: fault.path, source: fault.source })
}

/// What each object gave. Each is large, and a dump has many: pointers are moved.
pub type Objects = Vec<Box<Examined>>;

/// The objects of a dump and what they gave, entries of archives included.
#[derive(Debug)]
pub struct Dump<'a> {
    examiner: &'a Examiner<'a>,
    found: &'a [Found],
    /// What each object gave, in the order of paths.
    pub examined: Objects,
    /// Entries of archives that the choice of dates left unopened, in order.
    pub left_out: Vec<ObjectPath>,
    /// For each of `examined`, the object of the dump that it came from.
    origins: Vec<usize>,
    /// Callers that are not among the examiner's own.
    counted: Vec<Folded>,
    /// What mode sessions handed out, and what bears on it.
    wanted: Wanted,
}

impl<'a> Dump<'a> {
    /// Reads every object, in parallel.
    ///
    /// # Errors
    /// The user's interrupt.
    pub fn read(
        found: &'a [Found],
        examiner: &'a Examiner<'a>,
        observer: &dyn Observer,
        interrupted: &AtomicBool,
    ) -> Result<Self, Error> {
        observer.found(found.len() as u64, found.iter().map(|one| one.bytes).sum());
        let per_object: Vec<Opened> = found
            .par_iter()
            .map(|one| {
                if interrupted.load(Ordering::Relaxed) {
                    return Err(Error::Interrupted);
                }
                if examiner.lake.as_ref().is_some_and(Lake::is_broken) || examiner.is_broken() {
                    // Nothing more can come of it; who broke tells why in the end.
                    return Ok(Opened { examined: Vec::new(), left_out: Vec::new() });
                }
                let mut opened = examiner.examine(one, interrupted);
                if interrupted.load(Ordering::Relaxed) {
                    // An archive may have been left in the middle.
                    return Err(Error::Interrupted);
                }
                let seen = opened.examined.iter().map(|part| part.counts.seen).sum();
                let problems: usize = opened.examined.iter().map(|part| part.seldom.problems.len()).sum();
                observer.object(one.bytes, seen, problems as u64);
                opened.hand_over(examiner);
                Ok(opened)
            })
            .collect::<Result<_, _>>()?;
        Part::ALL.into_iter().for_each(|part| observer.part(part.as_str(), examiner.spent.at(part)));
        Ok(Self::of(found, examiner, per_object, Vec::new()))
    }

    /// Of what each object gave, in the order of `found`. `counted` are callers
    /// that are not among the examiner's own.
    pub fn of(
        found: &'a [Found],
        examiner: &'a Examiner<'a>,
        per_object: Vec<Opened>,
        counted: Vec<Folded>,
    ) -> Self {
        examiner.prints.all_are_in();
        let (per_object, left_out): (Vec<_>, Vec<_>) =
            per_object.into_iter().map(|opened| (opened.examined, opened.left_out)).unzip();
        let mut left_out: Vec<ObjectPath> = left_out.into_iter().flatten().collect();
        left_out.sort();
        let (examined, origins) = in_one_order(per_object);
        Self { examiner, found, examined, left_out, origins, counted, wanted: Wanted::default() }
    }

    /// What the digests prove of the objects.
    pub fn assess(&self, given: Given<'_>) -> Assessment {
        let stored: Vec<_> = self.examined.iter().map(|one| one.stored()).collect();
        integrity::assess(&stored, given)
    }

    /// Finds, among the records that were only counted, what descends from mode
    /// sessions and what bears on losses.
    ///
    /// What no digest covers goes first: it could pass for the original.
    ///
    /// # Errors
    /// The user's interrupt.
    pub fn followed(
        mut self,
        assessment: &Assessment,
        catalogue: &Catalogue,
        interrupted: &AtomicBool,
    ) -> Result<Self, Error> {
        for index in &assessment.first_member_only {
            self.examined[*index].drop_what_follows();
        }
        self.follow(catalogue, interrupted)?;
        self.recall(catalogue, interrupted)?;
        Ok(self)
    }

    /// Puts together what all objects gave, copies compared and removed.
    ///
    /// # Errors
    /// Those of the disk that fingerprints went to.
    pub fn gather(
        mut self,
        assessment: Assessment,
        events_table: bool,
        room: &Arc<Room>,
    ) -> Result<Gathered, Error> {
        let kept = |at: Location| self.examined[at.object as usize].keeps(at.record);
        let matched = |at: Location| self.examined[at.object as usize].matches(at.record);
        let known = Known { kept: &kept, matched: &matched, all_rows: self.examiner.lake.is_some() };
        let settled = self.examiner.prints.settle(&places(&self.examined), known);
        let unsettled = settled.map_err(|error| Error::not_on_disk(&self.examiner.prints.folder(), error))?;
        let again = self.look_again(&unsettled.locations());
        let hashes: Vec<(Location, u64)> =
            again.iter().map(|(location, hash, _)| (*location, *hash)).collect();
        let copies = unsettled.settle(&hashes, known);
        let histories = lost::histories(&mut self.examined, &self.origins);
        let apart = self.examined.iter_mut().filter_map(|one| Some(*one.seldom.get_mut()?.usage.take()?));
        let apart = apart.chain(std::mem::take(&mut self.counted)).collect();
        let actors = self.examiner.usage.as_ref().map(|usage| usage.finish(apart, &copies.callers));
        let ids = again.into_iter().map(|(location, _, id)| (location, id)).collect();
        let mut gathered = gather::gather(
            (self.examined, &copies, &ids),
            (&self.wanted, self.examiner, room),
            events_table,
            assessment,
        );
        gathered.sources.actors = actors.unwrap_or_default();
        lost::recall(&histories, (self.found, self.examiner), &mut gathered.sources);
        gathered.row_copies = copies.rows;
        Ok(gathered)
    }

    /// Reads the objects of unsettled records once more; see [`crate::timeline::Unsettled`].
    fn look_again(&self, unsettled: &[Location]) -> Vec<(Location, u64, String)> {
        let mut per_object = BTreeMap::<usize, BTreeMap<&ObjectPath, Vec<u32>>>::new();
        let mut places = BTreeMap::<&ObjectPath, u32>::new();
        for location in unsettled {
            let path = &self.examined[location.object as usize].object.path;
            places.insert(path, location.object);
            let wanted = per_object.entry(self.origins[location.object as usize]).or_default();
            wanted.entry(path).or_default().push(location.record);
        }
        let mut again: Vec<(Location, u64, String)> = per_object
            .par_iter()
            .flat_map_iter(|(origin, wanted)| self.examiner.canonical(&self.found[*origin], wanted))
            .flat_map_iter(|(path, records)| {
                let object = places[&path];
                records.into_iter().map(move |(record, hash, id)| (Location { object, record }, hash, id))
            })
            .collect();
        again.sort_unstable();
        again
    }
}

/// Objects and entries of archives in the order of their paths, and for each
/// the object of the dump that it came from. Objects are in order already.
fn in_one_order(per_object: Vec<Vec<Examined>>) -> (Objects, Vec<usize>) {
    let count = per_object.iter().map(Vec::len).sum();
    let (mut examined, mut origins): (Objects, Vec<usize>) =
        (Vec::with_capacity(count), Vec::with_capacity(count));
    for (origin, parts) in per_object.into_iter().enumerate() {
        origins.extend(parts.iter().map(|_| origin));
        // Each takes the room that one before it left.
        examined.extend(parts.into_iter().map(Box::new));
    }
    if examined.is_sorted_by(|one, next| one.object.path <= next.object.path) {
        return (examined, origins);
    }
    let mut all: Vec<(Box<Examined>, usize)> = examined.into_iter().zip(origins).collect();
    all.sort_by(|(one, _), (other, _)| one.object.path.cmp(&other.object.path));
    all.into_iter().unzip()
}

/// For each number under which fingerprints were taken, the place of their object.
fn places(examined: &[Box<Examined>]) -> Vec<Option<u32>> {
    let mut places = Vec::new();
    for (one, place) in examined.iter().zip(0u32..) {
        let Some(ticket) = one.printed.map(|ticket| ticket as usize) else { continue };
        if places.len() <= ticket {
            places.resize(ticket + 1, None);
        }
        places[ticket] = Some(place);
    }
    places
}

/// Leaves out objects by the date in their key; tells which.
pub fn prune(
    found: Cow<'_, [Found]>,
    days: (Option<Day>, Option<Day>),
) -> (Cow<'_, [Found]>, Vec<ObjectPath>) {
    if days == (None, None) {
        return (found, Vec::new());
    }
    let wanted = |one: &Found| s3_key::is_of_days(one.path.as_str(), days);
    let (kept, left_out): (Vec<Found>, Vec<Found>) = found.into_owned().into_iter().partition(wanted);
    (Cow::Owned(kept), left_out.into_iter().map(|one| one.path).collect())
}
