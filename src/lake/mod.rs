//! The table of all events, which no memory holds: rows are written as records
//! pass, sorted in runs on disk, and merged into the files of the report.
//!
//! Owns: a row's way from its record to its row group (`record`, `row`, `shard`),
//! the one order of rows (`merge`), and how they become Parquet (`group`,
//! `pages`, `files`). Decides nothing about what a row is for: which are copies
//! and which are wanted is told by those who ask.
//!
//! ```text
//!  records ─▶ Shard, one a thread ─▶ sorted runs, temporary ─▶ Merged ─▶ groups ─▶ Parquet
//!              words by number         files, no name            ╰▶ events ─▶ CSV, OCSF
//! ```

mod files;
mod group;
mod merge;
mod pages;
mod parquet_files;
mod record;
mod row;
mod shard;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

pub use files::{Line, Partitions, Selects, Wanted, Written};
pub use shard::{Around, Shard};

use crate::limits::{LAKE_HELD_BYTES, LAKE_RUNS_MERGED_MAX, LAKE_WORDS_MAX};
use crate::model::evidence::ObjectPath;
use crate::timeline::{Location, RowCopies, RunKey};
use merge::{Runs, Stock};

/// The bounds of a lake; tests have tighter ones.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of rows that all threads together hold in memory.
    pub held_bytes: usize,
    /// Texts that rows of all threads together share by number.
    pub words: usize,
    /// Runs that are merged at once; at least 2.
    pub merged: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { held_bytes: LAKE_HELD_BYTES, words: LAKE_WORDS_MAX, merged: LAKE_RUNS_MERGED_MAX }
    }
}

/// Rows of a run while its objects are read; shared by all threads.
#[derive(Debug)]
pub struct Lake {
    key: RunKey,
    folder: Option<PathBuf>,
    bounds: Bounds,
    threads: usize,
    paths: RwLock<Vec<ObjectPath>>,
    idle: Mutex<(Vec<Shard>, u32)>,
    fault: Mutex<Option<io::Error>>,
}

/// What is known of an object once all are read: its place in the run, and the
/// first of its ordinals that do not count.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// Index of the object, in path order.
    pub object: u32,
    /// Records from this ordinal on were dropped.
    pub end: u64,
}

impl Lake {
    /// For one run. Temporary files lie in `folder`, else where the system has
    /// them.
    pub fn new(folder: Option<PathBuf>, bounds: Bounds) -> Self {
        Self {
            key: RunKey::draw(),
            folder,
            bounds,
            threads: rayon::current_num_threads().max(1),
            paths: RwLock::default(),
            idle: Mutex::default(),
            fault: Mutex::default(),
        }
    }

    /// A number for an object whose records follow.
    pub fn ticket(&self, path: &ObjectPath) -> u32 {
        let mut paths = self.paths.write().unwrap_or_else(PoisonError::into_inner);
        paths.push(path.clone());
        u32::try_from(paths.len() - 1).expect("a dump holds fewer than 2^32 objects")
    }

    fn idle(&self) -> MutexGuard<'_, (Vec<Shard>, u32)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A shard to write rows with, for as long as one object takes.
    pub fn take(&self) -> Shard {
        let idle = self.idle().0.pop();
        idle.unwrap_or_else(|| Shard::new(self.next_number(), self.key, self.bounds.words / self.threads))
    }

    fn next_number(&self) -> u32 {
        let mut idle = self.idle();
        idle.1 += 1;
        idle.1 - 1
    }

    /// Puts the rows of a shard on disk if it holds many. What the system refuses
    /// is told by `finish`; rows are not written any more then.
    pub fn relieve(&self, shard: &mut Shard) {
        if shard.held() < self.bounds.held_bytes / self.threads {
            return;
        }
        if let Err(error) = shard.spill(&self.known_paths(), self.folder.as_deref()) {
            shard.forget();
            self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// Takes a shard back.
    pub fn give_back(&self, shard: Shard) {
        self.idle().0.push(shard);
    }

    /// Whether rows could not be put on disk: nothing that follows is of use.
    pub fn is_broken(&self) -> bool {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Tells early what `finish` would tell.
    ///
    /// # Errors
    /// If rows could not be put on disk.
    pub fn check(&self) -> io::Result<()> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }

    fn known_paths(&self) -> Vec<ObjectPath> {
        self.paths.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All rows, ready to be merged. `placed` tells of each ticket what became of
    /// its object; rows of one that it does not know are left out.
    ///
    /// # Errors
    /// If rows could not be put on disk.
    pub fn finish(&self, placed: &[(u32, Placed)], copies: RowCopies) -> io::Result<Rows> {
        self.check()?;
        let paths = self.known_paths();
        let mut places = vec![None; paths.len()];
        for (ticket, place) in placed {
            if let Some(known) = places.get_mut(*ticket as usize) {
                *known = Some(*place);
            }
        }
        let mut shards = std::mem::take(&mut self.idle().0);
        shards.sort_by_key(Shard::number);
        let mut runs = Runs::new(self.folder.clone(), self.bounds.merged);
        let mut words = Vec::new();
        for shard in shards {
            let finished = shard.finish(&paths)?;
            words.push(finished.words);
            runs.add(finished.held, finished.file, &finished.runs);
        }
        let stock = Stock::new(words, paths);
        runs.reduce(&stock)?;
        Ok(Rows { stock, runs, places, copies })
    }
}

/// All rows of a run, sorted in few runs.
#[derive(Debug)]
pub struct Rows {
    stock: Stock,
    runs: Runs,
    places: Vec<Option<Placed>>,
    copies: RowCopies,
}

impl Rows {
    /// Deliveries of the event of a row; `None` if the row is a copy, or was taken
    /// back with the end of its object.
    fn deliveries(&self, row: row::Row<'_>) -> Option<u32> {
        let placed = (*self.places.get(row.ticket() as usize)?)?;
        if u64::from(row.record()) >= placed.end {
            return None;
        }
        let location = Location { object: placed.object, record: row.record() };
        if self.copies.dropped.binary_search(&location).is_ok() {
            return None;
        }
        let found = self.copies.delivered.binary_search_by_key(&location, |(location, _)| *location);
        Some(found.map_or(1, |at| self.copies.delivered[at].1))
    }
}
