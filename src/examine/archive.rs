//! The contents of one object of the dump: itself, or, if it is an archive, all
//! that lies in it.
//!
//! Owns: the paths of entries, nesting, and how many entries are in memory.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::evidence::archive::{ArchiveKind, Budget, Entry, Source, walk};
use crate::evidence::discover::Found;
use crate::evidence::read::{Buffer, Container, Content, Fault, Hashes};
use crate::evidence::s3_key;
use crate::limits::{ARCHIVE_BATCH_BYTES, ARCHIVE_BATCH_ENTRIES, ARCHIVE_NESTING_MAX};
use crate::model::evidence::ObjectPath;
use crate::model::problem::ProblemKind;
use crate::model::time::Day;

/// Is given each content with its path, its facts and its inflated bytes.
pub type Each<'f, T> = &'f (dyn Fn(&ObjectPath, Content, &mut [u8]) -> T + Sync);

thread_local! {
    /// Inflated content of the object at hand; its memory serves the next one.
    static BUFFER: RefCell<Buffer> = RefCell::default();
}

/// First day and first day after.
type Days = (Option<Day>, Option<Day>);

/// Calls `each` for the object and, if it is an archive, for each entry before
/// it, in an order that does not depend on threads; but not for entries whose
/// name is of another day than those wanted, which it gives beside. Once
/// `interrupted` is set, no more entries are read.
pub(super) fn contents<T: Send>(
    found: &Found,
    days: (Days, &AtomicBool),
    each: Each<'_, T>,
) -> (Vec<T>, Vec<ObjectPath>) {
    let mut all = Vec::new();
    let (days, interrupted) = days;
    let how = (days, interrupted, Hashes::Both);
    let left_out = contents_in_turn(found, how, each, &mut |one| all.push(one));
    (all, left_out)
}

/// The same, for a second look: what was left out stays so.
pub(super) fn contents_again<T: Send>(found: &Found, days: Days, each: Each<'_, T>) -> Vec<T> {
    contents(found, (days, &AtomicBool::new(false)), each).0
}

/// The same, handing on what one batch of entries gave before the next is
/// read: what is held at a time does not grow with the archive. Gives the
/// entries that were left out.
pub fn contents_in_turn<T: Send>(
    found: &Found,
    (days, interrupted, hashes): (Days, &AtomicBool, Hashes),
    each: Each<'_, T>,
    take: &mut dyn FnMut(T),
) -> Vec<ObjectPath> {
    let budget = Budget::new(found.bytes, interrupted);
    let visit = Visit { budget, days, interrupted, hashes, left_out: Mutex::default(), each };
    visit.open(&found.path, Source::Object(&found.location()), 0, take);
    visit.left_out.into_inner().unwrap_or_default()
}

/// Calls `each` for an object that is no archive; `None` for an archive, which
/// is left to [`contents_in_turn`].
pub fn unless_archive<T>(found: &Found, hashes: Hashes, each: Each<'_, T>) -> Option<T> {
    BUFFER.with_borrow_mut(|buffer| {
        let content = Source::Object(&found.location()).read(hashes, buffer);
        let archive = matches!(content.container, Container::Archive(_));
        (!archive).then(|| each(&found.path, content, buffer.content()))
    })
}

struct Visit<'f, T> {
    budget: Budget<'f>,
    days: Days,
    interrupted: &'f AtomicBool,
    hashes: Hashes,
    /// In no order: nested archives are read in parallel.
    left_out: Mutex<Vec<ObjectPath>>,
    each: Each<'f, T>,
}

impl<T: Send> Visit<'_, T> {
    fn open(&self, path: &ObjectPath, source: Source<'_>, depth: usize, take: &mut dyn FnMut(T)) {
        let read = BUFFER.with_borrow_mut(|buffer| {
            let content = source.read(self.hashes, buffer);
            match content.container {
                Container::Archive(kind) => Err(Box::new((content, kind))),
                _ => Ok((self.each)(path, content, buffer.content())),
            }
        });
        match read {
            Ok(one) => take(one),
            Err(archive) => self.archive((path, source), *archive, depth, take),
        }
    }

    /// An archive: its entries batch by batch, then its own row.
    fn archive(
        &self,
        (path, source): (&ObjectPath, Source<'_>),
        (mut content, kind): (Content, ArchiveKind),
        depth: usize,
        take: &mut dyn FnMut(T),
    ) {
        if depth >= ARCHIVE_NESTING_MAX {
            let detail =
                format!("archives nested more than {ARCHIVE_NESTING_MAX} deep: this one was not opened");
            content.faults.push(Fault { kind: ProblemKind::LimitReached, detail });
        } else {
            let mut batch = Batch::default();
            let faults = walk(source, kind, &self.budget, &mut |entry| {
                if batch.add(path, entry) {
                    self.batch(batch.take(), depth).into_iter().for_each(&mut *take);
                }
            });
            self.batch(batch.take(), depth).into_iter().for_each(&mut *take);
            content.faults.extend(faults);
        }
        take((self.each)(path, content, &mut []));
    }

    fn batch(&self, entries: Vec<(ObjectPath, Entry)>, depth: usize) -> Vec<T> {
        entries.into_par_iter().flat_map_iter(|(path, entry)| self.entry(&path, entry, depth)).collect()
    }

    fn entry(&self, path: &ObjectPath, entry: Entry, depth: usize) -> Vec<T> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Vec::new();
        }
        if !s3_key::is_of_days(path.as_str(), self.days) {
            if let Ok(mut left_out) = self.left_out.lock() {
                left_out.push(path.clone());
            }
            return Vec::new();
        }
        if entry.readable && entry.faults.is_empty() {
            let mut inside = Vec::new();
            self.open(path, Source::Entry(&entry.bytes), depth + 1, &mut |one| inside.push(one));
            return inside;
        }
        BUFFER.with_borrow_mut(|buffer| {
            let mut content = Source::Entry(&entry.bytes).read(self.hashes, buffer);
            content.faults.extend(entry.faults);
            if !entry.readable {
                content.container = Container::NotOpened("");
            }
            vec![(self.each)(path, content, buffer.content())]
        })
    }
}

/// Entries that are examined together.
#[derive(Default)]
struct Batch {
    entries: Vec<(ObjectPath, Entry)>,
    bytes: usize,
    /// Every path given out: two entries may have one name.
    paths: BTreeSet<String>,
}

impl Batch {
    /// Adds an entry; true if the batch is full.
    fn add(&mut self, outer: &ObjectPath, entry: Entry) -> bool {
        let plain = format!("{outer}!{}", entry.name);
        let mut path = plain.clone();
        let mut copy = 1;
        while !self.paths.insert(path.clone()) {
            copy += 1;
            path = format!("{plain} ({copy})");
        }
        self.bytes += entry.bytes.len();
        self.entries.push((ObjectPath::new(path), entry));
        self.bytes >= ARCHIVE_BATCH_BYTES || self.entries.len() >= ARCHIVE_BATCH_ENTRIES
    }

    fn take(&mut self) -> Vec<(ObjectPath, Entry)> {
        self.bytes = 0;
        std::mem::take(&mut self.entries)
    }
}
