//! Sorted runs, on disk and in memory, read as one.
//!
//! Owns: the merge, whose memory is a buffer for each run. Too many runs for that
//! are first merged into fewer.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::lake::row::{Row, Texts};
use crate::lake::shard::temporary;
use crate::lake::words::Words;
use crate::limits::LAKE_READ_BYTES;
use crate::model::evidence::ObjectPath;

/// The texts that rows name by number.
#[derive(Debug)]
pub(super) struct Stock {
    shards: Vec<Words>,
    /// Words of all shards before each, so that each word has one number in all.
    bases: Vec<u32>,
    paths: Vec<ObjectPath>,
}

impl Stock {
    pub(super) fn new(shards: Vec<Words>, paths: Vec<ObjectPath>) -> Self {
        let mut bases = vec![0];
        for words in &shards {
            let before = bases.last().copied().unwrap_or_default();
            bases.push(before + u32::try_from(words.len()).expect("words are bounded"));
        }
        Self { shards, bases, paths }
    }

    /// Words of all shards.
    pub(super) fn len(&self) -> usize {
        self.bases.last().copied().unwrap_or_default() as usize
    }

    /// What to add to a word's number with its shard, to tell it from all others.
    pub(super) fn base(&self, shard: u32) -> u32 {
        self.bases.get(shard as usize).copied().unwrap_or_default()
    }

    /// The text of a word by its number among all.
    pub(super) fn text(&self, number: u32) -> &str {
        let shard = self.bases.partition_point(|base| *base < number).saturating_sub(1);
        self.shards.get(shard).map_or("", |words| words.text(number - self.bases[shard]))
    }
}

impl Texts for Stock {
    fn word(&self, shard: u32, number: u32) -> &str {
        self.shards.get(shard as usize).map_or("", |words| words.text(number))
    }

    fn path(&self, ticket: u32) -> &ObjectPath {
        &self.paths[ticket as usize]
    }
}

/// Where a sorted run is.
#[derive(Debug)]
enum Run {
    Held(Vec<u8>),
    /// Of that file, from there to there.
    OnDisk(usize, u64, u64),
}

/// All sorted runs.
#[derive(Debug)]
pub(super) struct Runs {
    folder: Option<PathBuf>,
    merged: usize,
    files: Vec<File>,
    all: Vec<Run>,
}

impl Runs {
    pub(super) fn new(folder: Option<PathBuf>, merged: usize) -> Self {
        Self { folder, merged: merged.max(2), files: Vec::new(), all: Vec::new() }
    }

    /// Adds what one shard wrote.
    pub(super) fn add(&mut self, held: Vec<u8>, file: Option<File>, stretches: &[(u64, u64)]) {
        if let Some(file) = file {
            let place = self.files.len();
            self.files.push(file);
            self.all.extend(stretches.iter().map(|(start, end)| Run::OnDisk(place, *start, *end)));
        }
        if !held.is_empty() {
            self.all.push(Run::Held(held));
        }
    }

    /// Merges runs until all that are left can be merged at once.
    pub(super) fn reduce(&mut self, stock: &Stock) -> io::Result<()> {
        while self.all.len() > self.merged {
            let all = std::mem::take(&mut self.all);
            let mut out = BufWriter::with_capacity(1 << 20, temporary(self.folder.as_deref())?);
            let (mut start, mut merged) = (0, Vec::new());
            for runs in all.chunks(self.merged) {
                let mut end = start;
                let mut rows = Merged::new(&self.files, runs, stock)?;
                while let Some(row) = rows.row() {
                    out.write_all(row.0)?;
                    end += row.0.len() as u64;
                    rows.step()?;
                }
                merged.push(Run::OnDisk(0, start, end));
                start = end;
            }
            self.files = vec![out.into_inner().map_err(io::IntoInnerError::into_error)?];
            self.all = merged;
        }
        Ok(())
    }

    /// All rows in their order.
    pub(super) fn merged<'a>(&'a self, stock: &'a Stock) -> io::Result<Merged<'a>> {
        Merged::new(&self.files, &self.all, stock)
    }
}

/// A place in a run.
struct Cursor<'a> {
    file: Option<&'a File>,
    next: u64,
    end: u64,
    bytes: Bytes<'a>,
    /// The row at hand.
    from: usize,
    to: usize,
    time: u64,
}

/// What of a run is in memory.
enum Bytes<'a> {
    All(&'a [u8]),
    Part(Vec<u8>),
}

impl Bytes<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::All(bytes) => bytes,
            Self::Part(bytes) => bytes,
        }
    }
}

impl<'a> Cursor<'a> {
    fn new(files: &'a [File], run: &'a Run) -> io::Result<Option<Self>> {
        let (file, next, end, bytes) = match run {
            Run::Held(bytes) => (None, 0, 0, Bytes::All(bytes)),
            Run::OnDisk(file, start, end) => (files.get(*file), *start, *end, Bytes::Part(Vec::new())),
        };
        let mut cursor = Self { file, next, end, bytes, from: 0, to: 0, time: 0 };
        Ok(cursor.step()?.then_some(cursor))
    }

    fn row(&self) -> Row<'_> {
        Row(&self.bytes.as_slice()[self.from..self.to])
    }

    /// Goes to the next row; tells whether there is one.
    fn step(&mut self) -> io::Result<bool> {
        self.from = self.to;
        loop {
            let rest = &self.bytes.as_slice()[self.from..];
            let length = Row::length_at(rest);
            if let Some(length) = length.filter(|length| *length <= rest.len()) {
                self.to = self.from + length;
                self.time = self.row().time_key();
                return Ok(true);
            }
            if !self.refill(length.unwrap_or_default())? {
                return Ok(false);
            }
        }
    }

    /// Reads on, so that at least a row of that length is there; tells whether
    /// there was more.
    fn refill(&mut self, length: usize) -> io::Result<bool> {
        let (Some(mut file), Bytes::Part(bytes)) = (self.file, &mut self.bytes) else { return Ok(false) };
        if self.next >= self.end {
            return Ok(false);
        }
        bytes.drain(..self.from);
        (self.from, self.to) = (0, 0);
        let left = self.end - self.next;
        let wanted = left.min(LAKE_READ_BYTES.max(length) as u64);
        let had = bytes.len();
        bytes.resize(had + usize::try_from(wanted).unwrap_or(usize::MAX), 0);
        file.seek(SeekFrom::Start(self.next))?;
        file.read_exact(&mut bytes[had..])?;
        self.next += wanted;
        Ok(true)
    }
}

/// The rows of several runs in the one order: a heap of cursors.
pub(super) struct Merged<'a> {
    stock: &'a Stock,
    heap: Vec<Cursor<'a>>,
}

impl<'a> Merged<'a> {
    fn new(files: &'a [File], runs: &'a [Run], stock: &'a Stock) -> io::Result<Self> {
        let mut heap = Vec::with_capacity(runs.len());
        for run in runs {
            heap.extend(Cursor::new(files, run)?);
        }
        let mut merged = Self { stock, heap };
        for place in (0..merged.heap.len() / 2).rev() {
            merged.sink(place);
        }
        Ok(merged)
    }

    /// The row at hand.
    pub(super) fn row(&self) -> Option<Row<'_>> {
        self.heap.first().map(Cursor::row)
    }

    /// Goes to the next row.
    pub(super) fn step(&mut self) -> io::Result<()> {
        let Some(first) = self.heap.first_mut() else { return Ok(()) };
        if !first.step()? {
            self.heap.swap_remove(0);
        }
        self.sink(0);
        Ok(())
    }

    fn is_before(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.heap[one], &self.heap[other]);
        match one.time.cmp(&other.time) {
            std::cmp::Ordering::Equal => one.row().compare(other.row(), self.stock).is_lt(),
            unequal => unequal.is_lt(),
        }
    }

    /// Puts the cursor at that place where it belongs among those below.
    fn sink(&mut self, mut place: usize) {
        loop {
            let below = 2 * place + 1;
            if below >= self.heap.len() {
                return;
            }
            let right = below + 1;
            let first = if right < self.heap.len() && self.is_before(right, below) { right } else { below };
            if !self.is_before(first, place) {
                return;
            }
            self.heap.swap(first, place);
            place = first;
        }
    }
}
