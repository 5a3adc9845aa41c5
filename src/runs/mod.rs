//! Rows of one kind, in order: in memory while they are few, else as sorted runs
//! in a temporary file.
//!
//! Owns: when rows go to disk, and that they come back in their order however
//! many there are. Knows nothing of what a row means.
//!
//! ```text
//!  push ─▶ held ──full──▶ sorted ─▶ blocks of one run in the file ─┐
//!            └──────────finish: few rows stay ────────┐            │
//!                                                     ▼            ▼
//!                                                   iter ◀── merge of all runs
//! ```

mod ahead;
mod disk;
mod iter;
mod ordinals;
mod pack;
mod spool;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use disk::{Disk, Merge, Run};
pub use iter::Iter;
pub use ordinals::Ordinals;
pub use spool::{Spool, Spooled};

/// Runs that are merged at once: each takes a block in memory.
const RUNS_MERGED_MAX: usize = 256;

/// What may lie in a temporary file.
pub trait Row: Clone + Send + Sync + Serialize + DeserializeOwned + 'static {
    /// Roughly the bytes that it takes in memory, texts included.
    fn bytes(&self) -> usize;
}

/// Where rows of a run go that are too many for memory.
#[derive(Debug)]
pub struct Room {
    bytes_max: usize,
    folder: Option<PathBuf>,
    broken: Mutex<Option<io::Error>>,
}

/// Room for all: nothing goes to disk.
impl Default for Room {
    fn default() -> Self {
        Self { bytes_max: usize::MAX, folder: None, broken: Mutex::default() }
    }
}

impl Room {
    /// Each list may hold so many bytes; the rest goes into temporary files in the
    /// folder, or where the system keeps such files.
    pub fn new(bytes_max: usize, folder: Option<PathBuf>) -> Arc<Self> {
        Arc::new(Self { bytes_max, folder, broken: Mutex::default() })
    }

    /// The folder for temporary files, if one was given.
    pub fn given_folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    /// Where temporary files go.
    pub fn folder(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// Whether a file could not be written or read, so that rows are missing.
    pub fn is_broken(&self) -> bool {
        lock(&self.broken).is_some()
    }

    /// Tells why, if so: nothing that came of rows since then may be shown.
    ///
    /// # Errors
    /// The disk's.
    pub fn check(&self) -> io::Result<()> {
        lock(&self.broken).take().map_or(Ok(()), Err)
    }

    fn breaks(&self, error: io::Error) {
        lock(&self.broken).get_or_insert(error);
    }
}

fn lock<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The order that rows have in the end.
pub type Order<T> = fn(&T, &T) -> Ordering;

/// Rows that are still coming.
#[derive(Debug)]
pub struct Filling<T> {
    room: Arc<Room>,
    order: Option<Order<T>>,
    held: Vec<T>,
    held_bytes: usize,
    disk: Option<Disk>,
    runs: Vec<Run>,
}

impl<T: Row> Filling<T> {
    /// Rows that come in their order, which they keep.
    pub fn in_order(room: &Arc<Room>) -> Self {
        let room = room.clone();
        Self { room, order: None, held: Vec::new(), held_bytes: 0, disk: None, runs: Vec::new() }
    }

    /// Rows that come in any order, to be sorted; of equal ones the first stays
    /// before the others.
    pub fn sorted_by(room: &Arc<Room>, order: Order<T>) -> Self {
        Self { order: Some(order), ..Self::in_order(room) }
    }

    /// Takes in one row.
    pub fn push(&mut self, row: T) {
        self.held_bytes += row.bytes();
        self.held.push(row);
        if self.held_bytes > self.room.bytes_max {
            self.spill();
        }
    }

    /// Takes in rows.
    pub fn extend(&mut self, rows: impl IntoIterator<Item = T>) {
        rows.into_iter().for_each(|row| self.push(row));
    }

    /// No more rows follow.
    pub fn finish(mut self) -> Runs<T> {
        if self.disk.is_none() {
            if let Some(order) = self.order {
                self.held.par_sort_by(order);
            }
            self.held.shrink_to_fit();
            return Runs { held: self.held, spilled: None };
        }
        self.spill();
        while let Some(order) = self.order.filter(|_| self.runs.len() > RUNS_MERGED_MAX) {
            self.merge_some(order);
        }
        let Self { room, order, disk, runs, .. } = self;
        let disk = disk.expect("rows have gone to disk");
        let rows = runs.iter().map(Run::rows).sum();
        Runs { held: Vec::new(), spilled: Some(Arc::new(Spilled { room, disk, runs, order, rows })) }
    }

    fn spill(&mut self) {
        self.held_bytes = 0;
        let mut held = std::mem::take(&mut self.held);
        if held.is_empty() || self.room.is_broken() {
            return;
        }
        if let Some(order) = self.order {
            held.par_sort_by(order);
        }
        let written = self.disk().and_then(|disk| disk.write(&held));
        match (written, self.runs.last_mut().filter(|_| self.order.is_none())) {
            (Ok(run), Some(last)) => last.append(run),
            (Ok(run), None) => self.runs.push(run),
            (Err(error), _) => self.room.breaks(error),
        }
    }

    fn disk(&mut self) -> io::Result<&mut Disk> {
        if self.disk.is_none() {
            self.disk = Some(Disk::new(self.room.folder.as_deref())?);
        }
        self.disk.as_mut().ok_or_else(|| io::Error::other("no temporary file"))
    }

    /// Merges the first runs into one, which comes first: equal rows stay in order.
    fn merge_some(&mut self, order: Order<T>) {
        let rest = self.runs.split_off(RUNS_MERGED_MAX);
        let few = std::mem::replace(&mut self.runs, rest);
        let Some(disk) = &self.disk else { return };
        let mut merged = Run::default();
        let mut rows = Vec::new();
        let mut bytes = 0;
        let mut all = Merge::<T>::of(disk, &few, Some(order));
        loop {
            let next = all.next();
            let over = !matches!(next, Some(Ok(_)));
            match next {
                Some(Ok(row)) => {
                    bytes += row.bytes();
                    rows.push(row);
                }
                Some(Err(error)) => self.room.breaks(error),
                None => {}
            }
            if over || bytes > self.room.bytes_max {
                match disk.write(&rows) {
                    Ok(run) => merged.append(run),
                    Err(error) => self.room.breaks(error),
                }
                (rows, bytes) = (Vec::new(), 0);
            }
            if over {
                break;
            }
        }
        drop(all);
        self.runs.insert(0, merged);
    }
}

/// Rows in their order, as often as they are asked for.
#[derive(Clone)]
pub struct Runs<T> {
    held: Vec<T>,
    spilled: Option<Arc<Spilled<T>>>,
}

#[derive(Debug)]
struct Spilled<T> {
    room: Arc<Room>,
    disk: Disk,
    runs: Vec<Run>,
    order: Option<Order<T>>,
    rows: usize,
}

/// Tells the rows, wherever they lie.
impl<T: Row + std::fmt::Debug> std::fmt::Debug for Runs<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self { held: Vec::new(), spilled: None }
    }
}

impl<T> From<Vec<T>> for Runs<T> {
    fn from(held: Vec<T>) -> Self {
        Self { held, spilled: None }
    }
}

impl<T> FromIterator<T> for Runs<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self::from(Vec::from_iter(rows))
    }
}

impl<T> Runs<T> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.spilled.as_ref().map_or(self.held.len(), |spilled| spilled.rows)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether they lie on disk, so that to go through them takes time.
    pub const fn is_spilled(&self) -> bool {
        self.spilled.is_some()
    }

    /// The room for what is made of these rows: theirs, or room for all if they
    /// are in memory.
    pub fn room(&self) -> Arc<Room> {
        self.spilled.as_ref().map(|spilled| spilled.room.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
impl<T> From<Runs<T>> for Vec<T> {
    fn from(runs: Runs<T>) -> Self {
        assert!(!runs.is_spilled(), "the rows are on disk");
        runs.held
    }
}

/// Tests look at rows in memory, and change them.
#[cfg(test)]
impl<T> std::ops::Deref for Runs<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        assert!(!self.is_spilled(), "the rows are on disk");
        &self.held
    }
}

#[cfg(test)]
impl<T> std::ops::DerefMut for Runs<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        assert!(!self.is_spilled(), "the rows are on disk");
        &mut self.held
    }
}

impl<T: Row> Runs<T> {
    /// All rows, from the first on. If the disk fails they end early, and
    /// [`Room::check`] tells it.
    pub fn iter(&self) -> Iter<'_, T> {
        match &self.spilled {
            None => Iter::held(&self.held),
            Some(spilled) => Iter::ahead(spilled),
        }
    }

    /// The first of them.
    pub fn first(&self) -> Option<Cow<'_, T>> {
        match &self.spilled {
            None => self.held.first().map(Cow::Borrowed),
            Some(spilled) => Iter::one_by_one(spilled).next(),
        }
    }
}

impl<'r, T: Row> IntoIterator for &'r Runs<T> {
    type Item = Cow<'r, T>;
    type IntoIter = Iter<'r, T>;

    fn into_iter(self) -> Iter<'r, T> {
        self.iter()
    }
}
