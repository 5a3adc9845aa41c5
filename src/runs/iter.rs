//! A walk through the rows of a list, wherever they lie.
//!
//! Owns: what a disk that fails means for it.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use super::ahead::Ahead;
use super::disk::Merge;
use super::{Room, Row, Spilled};

/// Goes through rows: those in memory are lent.
pub struct Iter<'r, T>(Place<'r, T>);

/// Where rows come from.
enum Place<'r, T> {
    /// A list in memory.
    Held(std::slice::Iter<'r, T>),
    /// Runs on disk.
    Spilled(OnDisk<'r, T>),
}

/// Rows that are read from disk.
struct OnDisk<'r, T> {
    reader: Reader<'r, T>,
    room: &'r Room,
    /// How many are still to come.
    left: usize,
}

/// Who reads them.
enum Reader<'r, T> {
    Here(Box<Merge<'r, T>>),
    Ahead(Ahead<T>),
    /// Nobody, as the disk failed.
    Nobody,
}

impl<'r, T: Row> Iter<'r, T> {
    pub(super) fn held(rows: &'r [T]) -> Self {
        Self(Place::Held(rows.iter()))
    }

    /// Reads each row when it is asked for.
    pub(super) fn one_by_one(spilled: &'r Spilled<T>) -> Self {
        let merge = Merge::of(&spilled.disk, &spilled.runs, spilled.order);
        Self::on_disk(spilled, Reader::Here(Box::new(merge)))
    }

    /// Reads on while rows are used, if there are threads to do so.
    pub(super) fn ahead(spilled: &'r Arc<Spilled<T>>) -> Self {
        match Ahead::of(spilled) {
            Some(ahead) => Self::on_disk(spilled, Reader::Ahead(ahead)),
            None => Self::one_by_one(spilled),
        }
    }

    fn on_disk(spilled: &'r Spilled<T>, reader: Reader<'r, T>) -> Self {
        Self(Place::Spilled(OnDisk { reader, room: &spilled.room, left: spilled.rows }))
    }
}

impl<T: Row> OnDisk<'_, T> {
    fn next(&mut self) -> Option<T> {
        let next: Option<io::Result<T>> = match &mut self.reader {
            Reader::Here(merge) => merge.next(),
            Reader::Ahead(ahead) => ahead.next(),
            Reader::Nobody => return None,
        };
        let next = next.or_else(|| {
            // Nothing may go missing unseen, whatever became of the thread.
            (self.left > 0).then(|| Err(io::Error::other("rows of a temporary file are missing")))
        })?;
        match next {
            Ok(row) => {
                self.left = self.left.saturating_sub(1);
                Some(row)
            }
            Err(error) => {
                self.room.breaks(error);
                self.reader = Reader::Nobody;
                None
            }
        }
    }
}

impl<'r, T: Row> Iterator for Iter<'r, T> {
    type Item = Cow<'r, T>;

    fn next(&mut self) -> Option<Cow<'r, T>> {
        match &mut self.0 {
            Place::Held(rows) => rows.next().map(Cow::Borrowed),
            Place::Spilled(rows) => rows.next().map(Cow::Owned),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Place::Held(rows) => rows.size_hint(),
            Place::Spilled(rows) => (0, Some(rows.left)),
        }
    }
}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
