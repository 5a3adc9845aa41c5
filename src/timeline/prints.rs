//! All fingerprints of a run: in memory while they are few, then on disk.
//!
//! Owns: that memory stays within its bound however many records there are, and
//! that copies of one event meet all the same. Fingerprints are dealt out by the
//! first byte of their identity, so that one part after the other can be sorted.
//! What is on disk lies in one unnamed temporary file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::packed::{self, BYTES};
use super::{Fingerprint, Known, Unsettled};
use crate::limits::PRINTS_CHUNK;

/// Parts that are sorted one by one: one for each first byte.
const PARTS: usize = 256;

/// Fingerprints, as they come from all threads.
#[derive(Debug)]
pub struct Prints {
    bytes_max: usize,
    folder: Option<PathBuf>,
    state: Mutex<State>,
    disk: Mutex<Disk>,
}

#[derive(Debug, Default)]
struct State {
    tickets: u32,
    /// All but the last are full.
    held: Vec<Vec<Fingerprint>>,
    /// Room of those that went to disk. What is asked for anew between what is kept
    /// of the objects leaves holes.
    free: Vec<Vec<Fingerprint>>,
}

#[derive(Debug, Default)]
struct Disk {
    file: Option<File>,
    end: u64,
    chunks: Vec<Chunk>,
    /// Room for what is about to be written.
    room: Vec<u8>,
    broken: Option<io::Error>,
}

/// Some fingerprints, dealt out.
#[derive(Debug)]
struct Chunk {
    place: Place,
    /// Where each part ends, in fingerprints.
    ends: Vec<u32>,
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    /// From this byte of the file on.
    Disk(u64),
}

impl Prints {
    /// For one run. More than so many bytes go into a temporary file in the folder,
    /// or where the system keeps such files.
    pub fn new(bytes_max: usize, folder: Option<&Path>) -> Self {
        Self {
            bytes_max,
            folder: folder.map(Path::to_owned),
            state: Mutex::default(),
            disk: Mutex::default(),
        }
    }

    /// Where temporary files of the run go.
    pub fn folder(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// Copies those of one object; gives the number by which it is known here, which
    /// they bear from now on.
    pub fn add(&self, prints: &mut [Fingerprint]) -> u32 {
        let (ticket, full) = {
            let mut state = lock(&self.state);
            let ticket = state.tickets;
            state.tickets = ticket.checked_add(1).expect("a dump holds fewer than 2^32 objects");
            prints.iter_mut().for_each(|one| one.location.object = ticket);
            state.put(prints);
            (ticket, state.too_many(self.bytes_max))
        };
        if let Some(mut full) = full {
            self.to_disk(&full);
            full.clear();
            lock(&self.state).free.push(full);
        }
        ticket
    }

    /// No more follow soon: if some are on disk, all go there, and leave their room to
    /// the stages that come next.
    pub fn all_are_in(&self) {
        if lock(&self.disk).file.is_none() {
            return;
        }
        let held = {
            let mut state = lock(&self.state);
            state.free = Vec::new();
            std::mem::take(&mut state.held)
        };
        held.into_iter().for_each(|one| self.to_disk(&one));
        lock(&self.disk).room = Vec::new();
    }

    /// Whether they could not be put on disk, so that nothing can come of the run.
    pub fn is_broken(&self) -> bool {
        lock(&self.disk).broken.is_some()
    }

    /// Tells why, if so.
    ///
    /// # Errors
    /// The disk's.
    pub fn check(&self) -> io::Result<()> {
        lock(&self.disk).broken.take().map_or(Ok(()), Err)
    }

    /// Sorts out copies whose bytes are equal. `places` tells for each object that
    /// was taken its index in the run, or that it does not count.
    ///
    /// # Errors
    /// The disk's.
    pub fn settle(&self, places: &[Option<u32>], known: Known<'_>) -> io::Result<Unsettled> {
        self.all_are_in();
        self.check()?;
        let held = std::mem::take(&mut lock(&self.state).held);
        held.into_par_iter().for_each(|one| {
            let mut bytes = Vec::new();
            let ends = deal(&one, &mut bytes);
            lock(&self.disk).chunks.push(Chunk { place: Place::Memory(bytes), ends });
        });
        let parts = (0..PARTS)
            .into_par_iter()
            .map(|part| Ok::<_, io::Error>(settled(self.part(part, places)?, known)));
        let both = |a: Unsettled, b: Unsettled| {
            let mut prints = a.prints;
            prints.extend(b.prints);
            Ok(Unsettled { prints, copies: a.copies.with(b.copies) })
        };
        let all = parts.try_reduce(Unsettled::default, both)?;
        *lock(&self.disk) = Disk::default();
        Ok(all)
    }

    fn to_disk(&self, prints: &[Fingerprint]) {
        let mut disk = lock(&self.disk);
        if disk.broken.is_none()
            && let Err(error) = disk.write(prints, self.folder.as_deref())
        {
            disk.broken = Some(error);
        }
    }

    /// One part of all of them, copies side by side, the one to keep first.
    fn part(&self, part: usize, places: &[Option<u32>]) -> io::Result<Vec<Fingerprint>> {
        let mut prints = Vec::new();
        let mut bytes = Vec::new();
        let mut disk = lock(&self.disk);
        let Disk { file, chunks, .. } = &mut *disk;
        for Chunk { place, ends } in chunks {
            let begin = part.checked_sub(1).map_or(0, |before| ends[before] as usize) * BYTES;
            let end = ends[part] as usize * BYTES;
            let packed = match place {
                Place::Memory(all) => &all[begin..end],
                Place::Disk(at) => {
                    let file = file.as_mut().expect("what lies on disk lies in the file");
                    bytes.resize(end - begin, 0);
                    file.seek(SeekFrom::Start(*at + begin as u64))?;
                    file.read_exact(&mut bytes)?;
                    &bytes[..]
                }
            };
            prints.extend(packed.as_chunks::<BYTES>().0.iter().filter_map(|one| {
                let mut print = packed::unpack(one);
                print.location.object = places.get(print.location.object as usize).copied().flatten()?;
                Some(print)
            }));
        }
        drop(disk);
        prints.sort_unstable_by_key(|one| (one.identity, one.location));
        Ok(prints)
    }
}

impl State {
    fn put(&mut self, mut prints: &[Fingerprint]) {
        while !prints.is_empty() {
            if self.held.last().is_none_or(|last| last.len() == PRINTS_CHUNK) {
                let free = self.free.pop();
                self.held.push(free.unwrap_or_else(|| Vec::with_capacity(PRINTS_CHUNK)));
            }
            let Some(last) = self.held.last_mut() else { return };
            let (now, later) = prints.split_at(prints.len().min(PRINTS_CHUNK - last.len()));
            last.extend_from_slice(now);
            prints = later;
        }
    }

    /// A full chunk that has to go.
    fn too_many(&mut self, bytes_max: usize) -> Option<Vec<Fingerprint>> {
        let chunks_max = bytes_max / (PRINTS_CHUNK * size_of::<Fingerprint>());
        let full = self.held.first().is_some_and(|first| first.len() == PRINTS_CHUNK);
        (full && self.held.len() > chunks_max).then(|| self.held.remove(0))
    }
}

impl Disk {
    fn write(&mut self, prints: &[Fingerprint], folder: Option<&Path>) -> io::Result<()> {
        let ends = deal(prints, &mut self.room);
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(match folder {
                Some(folder) => tempfile::tempfile_in(folder)?,
                None => tempfile::tempfile()?,
            }),
        };
        file.write_all(&self.room)?;
        self.chunks.push(Chunk { place: Place::Disk(self.end), ends });
        self.end += self.room.len() as u64;
        Ok(())
    }
}

fn lock<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

fn part_of(print: &Fingerprint) -> usize {
    (print.identity[0] >> 56) as usize
}

/// Writes fingerprints as bytes, part by part; gives where each part ends.
fn deal(prints: &[Fingerprint], bytes: &mut Vec<u8>) -> Vec<u32> {
    let mut ends = vec![0u32; PARTS];
    prints.iter().for_each(|one| ends[part_of(one)] += 1);
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut next: Vec<usize> = std::iter::once(0).chain(ends.iter().map(|end| *end as usize)).collect();
    bytes.resize(prints.len() * BYTES, 0);
    for one in prints {
        let at = &mut next[part_of(one)];
        bytes[*at * BYTES..(*at + 1) * BYTES].copy_from_slice(&packed::pack(one));
        *at += 1;
    }
    ends
}

/// Sorts out what can be by equal bytes.
fn settled(prints: Vec<Fingerprint>, known: Known<'_>) -> Unsettled {
    let mut all = Unsettled::default();
    for group in prints.chunk_by(|a, b| a.identity == b.identity).filter(|group| group.len() > 1) {
        if group.iter().any(|one| one.content != group[0].content) {
            all.prints.extend_from_slice(group);
        } else {
            all.copies.add(group, |one| one.content, known);
        }
    }
    all
}

#[cfg(test)]
mod tests;
