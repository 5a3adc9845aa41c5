//! Lists that are put away by many threads and fetched again one by one.
//!
//! Owns: which of them stay in memory. Those that came first do, as far as there
//! is room; nobody may tell the difference.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::disk::{Disk, Packed};
use super::{Room, Row, lock};

/// Where lists are put away.
#[derive(Debug)]
pub struct Spool {
    room: Arc<Room>,
    bytes_max: usize,
    held_bytes: AtomicUsize,
    disk: OnceLock<Disk>,
    making: Mutex<()>,
}

/// A list that was put away.
#[derive(Debug)]
pub struct Spooled<T>(Lies<T>);

#[derive(Debug)]
enum Lies<T> {
    Held(Box<[T]>),
    Spilled(Packed),
}

impl<T> Default for Spooled<T> {
    fn default() -> Self {
        Self(Lies::Held(Box::default()))
    }
}

impl<T> Spooled<T> {
    /// How many rows it has.
    pub fn len(&self) -> usize {
        match &self.0 {
            Lies::Held(rows) => rows.len(),
            Lies::Spilled(packed) => packed.rows(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Spool {
    fn default() -> Self {
        Self::new(&Arc::default(), usize::MAX)
    }
}

impl Spool {
    /// So many bytes may be held; the rest goes where the room tells.
    pub fn new(room: &Arc<Room>, bytes_max: usize) -> Self {
        let room = room.clone();
        Self {
            room,
            bytes_max,
            held_bytes: AtomicUsize::new(0),
            disk: OnceLock::new(),
            making: Mutex::default(),
        }
    }

    /// Whether a list could not be put away.
    pub fn is_broken(&self) -> bool {
        self.room.is_broken()
    }

    /// Puts a list away.
    pub fn put<T: Row>(&self, rows: Vec<T>) -> Spooled<T> {
        let bytes: usize = rows.iter().map(Row::bytes).sum();
        let before = self.held_bytes.fetch_add(bytes, Ordering::Relaxed);
        if rows.is_empty() || before.saturating_add(bytes) <= self.bytes_max || self.room.is_broken() {
            return Spooled(Lies::Held(rows.into_boxed_slice()));
        }
        self.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
        match self.disk().and_then(|disk| disk.write_together(&rows)) {
            Ok(packed) => Spooled(Lies::Spilled(packed)),
            Err(error) => {
                self.room.breaks(error);
                Spooled::default()
            }
        }
    }

    /// A list as it was put away. If the disk fails it is cut, and
    /// [`Room::check`] tells it.
    pub fn rows<'s, T: Row>(&'s self, spooled: &'s Spooled<T>) -> Cow<'s, [T]> {
        match &spooled.0 {
            Lies::Held(rows) => Cow::Borrowed(rows),
            Lies::Spilled(packed) => Cow::Owned(self.read(packed)),
        }
    }

    /// The same, for good: what was held is given away.
    pub fn take<T: Row>(&self, spooled: Spooled<T>) -> Vec<T> {
        match spooled.0 {
            Lies::Held(rows) => rows.into_vec(),
            Lies::Spilled(packed) => self.read(&packed),
        }
    }

    fn read<T: Row>(&self, packed: &Packed) -> Vec<T> {
        let Some(disk) = self.disk.get() else { return Vec::new() };
        disk.read_together(packed).unwrap_or_else(|error| {
            self.room.breaks(error);
            Vec::new()
        })
    }

    fn disk(&self) -> std::io::Result<&Disk> {
        let _one_at_a_time = lock(&self.making);
        if self.disk.get().is_none() {
            let disk = Disk::new(self.room.folder.as_deref())?;
            return Ok(self.disk.get_or_init(|| disk));
        }
        self.disk.get().ok_or_else(|| std::io::Error::other("no temporary file"))
    }
}
