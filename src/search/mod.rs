//! Records of a dump that answer a query, with the place where each lies.
//!
//! Owns: which objects are looked at in which order, and what was searched.
//! Order is that of paths and of records in them; entries of an archive come in
//! the archive's own order. Keeps no more hits than a few objects hold.

pub mod by;
mod fields;
mod names;
mod needed;
pub mod print;
pub mod query;
mod sink;
pub mod term;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::correlate::Selection;
use crate::decode::{self, Verdict};
use crate::dump::{Observer, look, prune};
use crate::error::Error;
use crate::evidence::discover::Found;
use crate::evidence::read::{Container, Content, Hashes};
use crate::examine::archive::{contents_in_turn, unless_archive};
use crate::model::evidence::ObjectPath;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::Day;
use crate::search::by::{By, Groups};
use crate::search::needed::Glance;
use crate::search::print::Printer;
use crate::search::query::Query;
use crate::search::sink::SearchSink;

/// Objects that are searched before what they gave is handed on.
const BATCH_OBJECTS: usize = 256;

/// Stored bytes of objects that are searched together; a larger object alone.
const BATCH_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes of printed hits and of groups that a batch holds before the rest of its objects wait
/// for their turn.
const HELD_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What to search, and for what.
#[derive(Debug)]
pub struct Options<'o> {
    /// Roots of the dump.
    pub paths: &'o [PathBuf],
    /// What to look for.
    pub query: &'o Query,
    /// Which records are looked at.
    pub selection: Selection,
    /// Objects to open: first day and first day after, by the date in their key.
    pub object_days: (Option<Day>, Option<Day>),
    /// Hits after which the search ends.
    pub limit: Option<u64>,
    /// How a hit is printed; `None` only counts.
    pub printer: Option<Printer>,
    /// What hits are counted by, if they are.
    pub by: Option<&'o By>,
}

/// What one object gave.
#[derive(Debug)]
pub struct Searched {
    /// The object.
    pub path: ObjectPath,
    /// Its hits, printed; empty if they are only counted.
    pub printed: Vec<Vec<u8>>,
    /// How many hits it has.
    pub hits: u64,
    /// Those of each group, if they are counted so.
    groups: Groups,
    records: u64,
    problems: Vec<Problem>,
    /// It holds nothing that could be searched, and nothing is wrong with it.
    no_evidence: bool,
}

impl Searched {
    /// Bytes that wait in it for its turn.
    fn held_bytes(&self) -> usize {
        self.printed.iter().map(Vec::len).sum::<usize>() + self.groups.bytes()
    }
}

/// How much was searched.
#[derive(Debug, Default)]
pub struct Extent {
    /// Objects, entries of archives included, that hold evidence.
    pub objects: u64,
    /// Records in them.
    pub records: u64,
    /// Objects that hold none.
    pub no_evidence: u64,
    /// Objects left unopened by the date in their key.
    pub left_out: u64,
    /// Hits, as far as the search went.
    pub hits: u64,
    /// Objects with a hit.
    pub objects_hit: u64,
    /// The limit was reached: there may be more hits.
    pub stopped: bool,
    /// Hits of each group, if they are counted so.
    pub groups: Groups,
    /// Fields that the query asks for and no record has.
    pub unknown_fields: BTreeSet<String>,
    /// What could not be searched, or is odd.
    pub problems: Vec<Problem>,
}

/// Searches a dump and hands out what each object gave, in order.
///
/// # Errors
/// A path that cannot be looked at, the user's interrupt, and what `take` says.
pub fn search(
    options: &Options<'_>,
    observer: &dyn Observer,
    interrupted: &AtomicBool,
    take: &mut dyn FnMut(&Searched) -> Result<(), Error>,
) -> Result<Extent, Error> {
    let (found, left_out) = prune(look(options.paths)?.into(), options.object_days);
    observer.found(found.len() as u64, found.iter().map(|one| one.bytes).sum());
    let stop = AtomicBool::new(false);
    let glance = Glance::new(options.query);
    let mut run = Run {
        options,
        glance: &glance,
        extent: Extent { left_out: left_out.len() as u64, ..Extent::default() },
        stop: &stop,
        take,
        failed: None,
    };
    for batch in batches(&found) {
        if interrupted.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        run.batch(batch, observer, interrupted);
        if let Some(error) = run.failed.take() {
            return Err(error);
        }
        if run.extent.stopped {
            break;
        }
    }
    let mut extent = run.extent;
    extent.unknown_fields =
        options.query.terms().into_iter().filter_map(|term| term.unknown_field()).collect();
    Ok(extent)
}

/// Runs of objects that are searched together.
fn batches(found: &[Found]) -> Vec<&[Found]> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0u64);
    for (at, one) in found.iter().enumerate() {
        if at > start && (at - start >= BATCH_OBJECTS || bytes.saturating_add(one.bytes) > BATCH_BYTES) {
            batches.push(&found[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes = bytes.saturating_add(one.bytes);
    }
    if start < found.len() {
        batches.push(&found[start..]);
    }
    batches
}

/// A search under way.
struct Run<'r, 'o> {
    options: &'r Options<'o>,
    glance: &'r Glance<'o>,
    extent: Extent,
    /// Set when no more hits are wanted; looked at before an object is decoded.
    stop: &'r AtomicBool,
    take: &'r mut dyn FnMut(&Searched) -> Result<(), Error>,
    failed: Option<Error>,
}

impl Run<'_, '_> {
    fn batch(&mut self, batch: &[Found], observer: &dyn Observer, interrupted: &AtomicBool) {
        let (options, glance, stop) = (self.options, self.glance, self.stop);
        let each = |path: &ObjectPath, content: Content, inflated: &mut [u8]| {
            let ended = stop.load(Ordering::Relaxed) || interrupted.load(Ordering::Relaxed);
            (!ended).then(|| one((options, glance), path, &content, inflated))
        };
        let held = AtomicUsize::new(0);
        let first: Vec<Option<Option<Searched>>> = batch
            .par_iter()
            .map(|found| {
                if let Some(obstacle) = &found.obstacle {
                    let problems = obstacle.problem(&found.path).into_iter().collect();
                    return Some(Some(Searched { problems, ..nothing(&found.path) }));
                }
                // Searched when its turn comes, as archives are.
                if held.load(Ordering::Relaxed) > HELD_BYTES_MAX {
                    return None;
                }
                let searched = unless_archive(found, Hashes::None, &each);
                held.fetch_add(searched.iter().flatten().map(Searched::held_bytes).sum(), Ordering::Relaxed);
                searched
            })
            .collect();
        for (found, searched) in batch.iter().zip(first) {
            if self.failed.is_some() || self.extent.stopped {
                return;
            }
            let before = (self.extent.records, self.extent.problems.len());
            match searched {
                Some(searched) => self.add(searched),
                None => {
                    let how = (options.object_days, interrupted, Hashes::None);
                    let left_out = contents_in_turn(found, how, &each, &mut |searched| self.add(searched));
                    self.extent.left_out += left_out.len() as u64;
                }
            }
            let problems = self.extent.problems.len().saturating_sub(before.1);
            observer.object(found.bytes, self.extent.records - before.0, problems as u64);
        }
    }

    /// Counts what an object gave, and hands it on.
    fn add(&mut self, searched: Option<Searched>) {
        let Some(mut searched) = searched else { return };
        if self.failed.is_some() || self.extent.stopped {
            return;
        }
        let extent = &mut self.extent;
        *(if searched.no_evidence { &mut extent.no_evidence } else { &mut extent.objects }) += 1;
        extent.records += searched.records;
        extent.problems.append(&mut searched.problems);
        if searched.hits == 0 {
            return;
        }
        if let Some(limit) = self.options.limit {
            let left = limit.saturating_sub(extent.hits);
            searched.printed.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            searched.hits = searched.hits.min(left);
            extent.stopped = searched.hits == left;
            self.stop.store(extent.stopped, Ordering::Relaxed);
        }
        extent.groups.append(std::mem::take(&mut searched.groups));
        extent.hits += searched.hits;
        extent.objects_hit += u64::from(searched.hits > 0);
        if let Err(error) = (self.take)(&searched) {
            self.stop.store(true, Ordering::Relaxed);
            self.failed = Some(error);
        }
    }
}

fn nothing(path: &ObjectPath) -> Searched {
    Searched {
        path: path.clone(),
        printed: Vec::new(),
        hits: 0,
        groups: Groups::default(),
        records: 0,
        problems: Vec::new(),
        no_evidence: true,
    }
}

/// Searches the content of one object.
fn one(
    (options, glance): (&Options<'_>, &Glance<'_>),
    path: &ObjectPath,
    content: &Content,
    inflated: &mut [u8],
) -> Searched {
    let mut sink = SearchSink::new(options, path);
    for fault in &content.faults {
        sink.problems.add(Problem::of_object(path, fault.kind, fault.detail.clone()));
    }
    let no_evidence = match content.container {
        Container::NotOpened(packing) => {
            if !packing.is_empty() {
                let detail = format!("{packing}: recognised; this version does not read it");
                sink.problems.add(Problem::of_object(path, ProblemKind::FormNotRead, detail));
            }
            true
        }
        Container::Archive(_) => true,
        Container::Plain | Container::Gzip | Container::Packed(_) => {
            let skimmed = glance.texts().and_then(|mut texts| decode::skim(inflated, &mut texts, &mut sink));
            match skimmed {
                Some(skimmed) => {
                    glance.learn(skimmed);
                    sink.pass(skimmed.passed);
                    false
                }
                None => decode::decode(inflated, &mut sink).verdict != Verdict::Evidence,
            }
        }
    };
    sink.finish(no_evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::discover::Place;

    fn found(bytes: u64) -> Found {
        Found { path: ObjectPath::new("x"), place: Place::At(PathBuf::new().into()), bytes, obstacle: None }
    }

    #[test]
    fn batches_hold_every_object_once_and_are_bounded() {
        let all: Vec<Found> = [1, 2, BATCH_BYTES, 3, 0, BATCH_BYTES * 9, 4].map(found).into();
        let sizes: Vec<usize> = batches(&all).iter().map(|batch| batch.len()).collect();
        assert_eq!(sizes, [2, 1, 2, 1, 1]);
        let many: Vec<Found> = (0..600).map(|_| found(1)).collect();
        let sizes: Vec<usize> = batches(&many).iter().map(|batch| batch.len()).collect();
        assert_eq!(sizes, [256, 256, 88]);
        assert!(batches(&[]).is_empty());
    }
}
