//! One unnamed temporary file of packed rows.
//!
//! Owns: the form of its blocks. Each holds some rows of one run, one after the
//! other, packed; nothing but this program reads it, and only in this run.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;

use super::pack::{pack, unpack};
use super::{Order, Row, lock};

/// Bytes of a block before it is packed. Of each run that is merged one block is
/// in memory.
const BLOCK_BYTES: usize = 32 * 1024;

/// The file, and where its next byte goes.
#[derive(Debug)]
pub(super) struct Disk(Mutex<(File, u64)>);

/// Blocks whose rows follow each other.
#[derive(Debug, Default)]
pub(super) struct Run {
    blocks: Vec<Block>,
    rows: usize,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    at: u64,
    packed: u32,
    unpacked: u32,
}

/// Rows in one block.
#[derive(Debug)]
pub(super) struct Packed {
    at: u64,
    packed: u32,
    unpacked: u32,
    /// Never none: so a list that is held takes no more room than this.
    rows: NonZeroU32,
}

impl Packed {
    /// How many there are.
    pub(super) const fn rows(&self) -> usize {
        self.rows.get() as usize
    }
}

impl Run {
    /// How many rows it has.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// Puts another behind it.
    pub(super) fn append(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
        self.rows += other.rows;
    }
}

impl Disk {
    pub(super) fn new(folder: Option<&Path>) -> io::Result<Self> {
        let file = match folder {
            Some(folder) => tempfile::tempfile_in(folder)?,
            None => tempfile::tempfile()?,
        };
        Ok(Self(Mutex::new((file, 0))))
    }

    /// Writes rows as one run.
    pub(super) fn write<T: Row>(&self, rows: &[T]) -> io::Result<Run> {
        let packed: io::Result<Vec<_>> = rows.par_chunks(rows_per_block(rows)).map(packed).collect();
        self.write_packed(rows.len(), packed?)
    }

    /// Writes rows as one block, by this thread alone: while it waited for others it
    /// would begin something else.
    pub(super) fn write_together<T: Row>(&self, rows: &[T]) -> io::Result<Packed> {
        let Run { blocks, .. } = self.write_packed(rows.len(), vec![packed(rows)?])?;
        let block = blocks.first().copied().ok_or_else(|| io::Error::other("no block was written"))?;
        let Block { at, packed, unpacked } = block;
        let rows = u32::try_from(rows.len()).ok().and_then(NonZeroU32::new);
        let rows = rows.ok_or_else(|| io::Error::other("no row, or too many for one block"))?;
        Ok(Packed { at, packed, unpacked, rows })
    }

    /// Reads such rows.
    pub(super) fn read_together<T: Row>(&self, packed: &Packed) -> io::Result<Vec<T>> {
        let (mut bytes, mut content) = (Vec::new(), Vec::new());
        let &Packed { at, packed: size, unpacked, .. } = packed;
        self.read(Block { at, packed: size, unpacked }, &mut bytes)?;
        unpack(&bytes, unpacked, &mut content)?;
        let mut left = content.as_slice();
        let mut rows = Vec::with_capacity(packed.rows());
        for _ in 0..packed.rows() {
            let (row, rest) = postcard::take_from_bytes(left).map_err(io::Error::other)?;
            rows.push(row);
            left = rest;
        }
        Ok(rows)
    }

    fn write_packed(&self, rows: usize, packed: Vec<(Vec<u8>, usize)>) -> io::Result<Run> {
        let mut run = Run { blocks: Vec::with_capacity(packed.len()), rows };
        let mut state = lock(&self.0);
        let (file, end) = &mut *state;
        file.seek(SeekFrom::Start(*end))?;
        for (bytes, unpacked) in packed {
            let size =
                |bytes: usize| u32::try_from(bytes).map_err(|_| io::Error::other("a row is too large"));
            run.blocks.push(Block { at: *end, packed: size(bytes.len())?, unpacked: size(unpacked)? });
            file.write_all(&bytes)?;
            *end += bytes.len() as u64;
        }
        Ok(run)
    }

    fn read(&self, block: Block, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.resize(block.packed as usize, 0);
        let mut state = lock(&self.0);
        state.0.seek(SeekFrom::Start(block.at))?;
        state.0.read_exact(bytes)
    }
}

fn rows_per_block<T: Row>(rows: &[T]) -> usize {
    let mean_bytes = rows.iter().take(64).map(Row::bytes).sum::<usize>() / rows.len().clamp(1, 64);
    (BLOCK_BYTES / mean_bytes.max(1)).clamp(1, 1024)
}

fn packed<T: Row>(rows: &[T]) -> io::Result<(Vec<u8>, usize)> {
    let mut bytes = Vec::with_capacity(BLOCK_BYTES);
    for row in rows {
        bytes = postcard::to_extend(row, bytes).map_err(io::Error::other)?;
    }
    Ok((pack(&bytes)?, bytes.len()))
}

/// The rows of several runs in one order.
pub(super) struct Merge<'r, T> {
    order: Option<Order<T>>,
    sources: Vec<Source<'r, T>>,
    /// Places of sources that have a row, as a heap: the one to come next first.
    heap: Vec<usize>,
    begun: bool,
    failed: Option<io::Error>,
}

struct Source<'r, T> {
    disk: &'r Disk,
    blocks: std::slice::Iter<'r, Block>,
    room: Vec<u8>,
    unpacked: Vec<u8>,
    at: usize,
    next: Option<T>,
}

impl<T: Row> Source<'_, T> {
    /// Reads its next row.
    fn advance(&mut self) -> io::Result<()> {
        self.next = None;
        if self.at == self.unpacked.len() {
            let Some(block) = self.blocks.next() else { return Ok(()) };
            self.disk.read(*block, &mut self.room)?;
            unpack(&self.room, block.unpacked, &mut self.unpacked)?;
            self.at = 0;
        }
        let left = self.unpacked.get(self.at..).unwrap_or_default();
        let (row, rest) = postcard::take_from_bytes(left).map_err(io::Error::other)?;
        self.at = self.unpacked.len() - rest.len();
        self.next = Some(row);
        Ok(())
    }
}

impl<'r, T: Row> Merge<'r, T> {
    pub(super) fn of(disk: &'r Disk, runs: &'r [Run], order: Option<Order<T>>) -> Self {
        let source = |run: &'r Run| Source {
            disk,
            blocks: run.blocks.iter(),
            room: Vec::new(),
            unpacked: Vec::new(),
            at: 0,
            next: None,
        };
        let sources = runs.iter().map(source).collect();
        Self { order, sources, heap: Vec::new(), begun: false, failed: None }
    }

    fn begin(&mut self) {
        self.begun = true;
        for place in 0..self.sources.len() {
            self.advance(place);
            if self.sources[place].next.is_some() {
                self.heap.push(place);
                self.rise(self.heap.len() - 1);
            }
        }
    }

    fn advance(&mut self, place: usize) {
        if let Err(error) = self.sources[place].advance() {
            self.failed.get_or_insert(error);
        }
    }

    /// Whether the row of one source comes before that of another; equal rows by
    /// the order of their runs.
    fn before(&self, one: usize, other: usize) -> bool {
        let order = match (self.order, &self.sources[one].next, &self.sources[other].next) {
            (Some(order), Some(a), Some(b)) => order(a, b),
            _ => Ordering::Equal,
        };
        order.then(one.cmp(&other)).is_lt()
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let above = (at - 1) / 2;
            if !self.before(self.heap[at], self.heap[above]) {
                return;
            }
            self.heap.swap(at, above);
            at = above;
        }
    }

    fn sink(&mut self) {
        let mut at = 0;
        loop {
            let below = (at * 2 + 1..self.heap.len().min(at * 2 + 3))
                .reduce(|one, other| if self.before(self.heap[other], self.heap[one]) { other } else { one });
            match below {
                Some(below) if self.before(self.heap[below], self.heap[at]) => {
                    self.heap.swap(at, below);
                    at = below;
                }
                _ => return,
            }
        }
    }
}

impl<T: Row> Iterator for Merge<'_, T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<io::Result<T>> {
        if !self.begun {
            self.begin();
        }
        if let Some(error) = self.failed.take() {
            self.heap.clear();
            return Some(Err(error));
        }
        let place = *self.heap.first()?;
        let row = self.sources[place].next.take()?;
        self.advance(place);
        if self.sources[place].next.is_none() {
            self.heap.swap_remove(0);
        }
        self.sink();
        Some(Ok(row))
    }
}
