//! Archives of a dump, walked in place: entry by entry, in memory.
//!
//! Nothing is ever written, so names with `..` or a leading `/` are harmless:
//! they are shown as they are. Links are named and not followed.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::evidence::discover::printable_bytes;
use crate::evidence::read::{self, Buffer, Content, Fault};
use crate::evidence::sum::Hashes;
use crate::evidence::unpack::Packing;
use crate::limits::{ARCHIVE_ENTRIES_MAX, INFLATE_RATIO_FLOOR_BYTES, INFLATE_RATIO_MAX, INFLATED_BYTES_MAX};
use crate::model::problem::ProblemKind;

/// What kind of archive an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveKind {
    /// zip.
    Zip,
    /// tar, packed or not.
    Tar(Packing),
    /// One packing inside another, such as gzip in gzip.
    Single(Packing),
}

impl ArchiveKind {
    /// The word in the `format` column.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Tar(Packing::Plain) => "tar",
            Self::Tar(Packing::Gzip) => "tar.gz",
            Self::Tar(Packing::Zstd) => "tar.zst",
            Self::Tar(Packing::Bzip2) => "tar.bz2",
            Self::Tar(Packing::Xz) => "tar.xz",
            Self::Single(packing) => packing.as_str(),
        }
    }
}

/// Where an archive, or an entry of one, is read from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'s> {
    /// An object of the dump.
    Object(&'s Path),
    /// An entry that was taken out of an archive.
    Entry(&'s [u8]),
}

trait Seekable: BufRead + Seek {}
impl<T: BufRead + Seek> Seekable for T {}

impl<'s> Source<'s> {
    /// Reads it like any object.
    pub fn read(self, hashes: Hashes, inflated: &mut Buffer) -> Content {
        match self {
            Self::Object(location) => read::read(location, hashes, inflated),
            Self::Entry(bytes) => read::read_from(bytes, hashes, inflated),
        }
    }

    fn open(self) -> io::Result<Box<dyn Seekable + 's>> {
        Ok(match self {
            Self::Object(location) => Box::new(BufReader::with_capacity(128 * 1024, read::open(location)?)),
            Self::Entry(bytes) => Box::new(Cursor::new(bytes)),
        })
    }
}

/// One entry of an archive, taken out of it.
#[derive(Debug)]
pub struct Entry {
    /// Its name as printable text.
    pub name: String,
    /// Its bytes, as far as they were taken out.
    pub bytes: Vec<u8>,
    /// Why it was not taken out, or not whole.
    pub faults: Vec<Fault>,
    /// Whether there is content to look at.
    pub readable: bool,
}

/// What may still be taken out of an outermost archive, and of all in it.
#[derive(Debug)]
pub struct Budget<'b> {
    entries: AtomicU64,
    bytes: AtomicU64,
    interrupted: &'b AtomicBool,
}

impl<'b> Budget<'b> {
    /// The budget of an archive of that size; nothing is left of it once
    /// `interrupted` is set.
    pub fn new(stored: u64, interrupted: &'b AtomicBool) -> Self {
        let bytes = stored.saturating_mul(INFLATE_RATIO_MAX).max(INFLATE_RATIO_FLOOR_BYTES);
        Self::of(ARCHIVE_ENTRIES_MAX, bytes, interrupted)
    }

    fn of(entries: u64, bytes: u64, interrupted: &'b AtomicBool) -> Self {
        Self { entries: AtomicU64::new(entries), bytes: AtomicU64::new(bytes), interrupted }
    }

    /// Pays for one more entry; a fault once there are too many.
    fn entry(&self) -> Result<(), Fault> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(limit("interrupted: the rest of the archive was not read".to_owned()));
        }
        let paid =
            self.entries.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        paid.map(drop).map_err(|_| {
            limit(format!("more than {ARCHIVE_ENTRIES_MAX} entries in one archive; the rest was not read"))
        })
    }

    /// Takes the bytes of an entry, up to the limits.
    fn take(&self, mut source: impl Read, packed: Option<u64>) -> (Vec<u8>, Option<Fault>) {
        let ratio = packed.map_or(u64::MAX, |packed| packed.saturating_mul(INFLATE_RATIO_MAX));
        let room = INFLATED_BYTES_MAX
            .min(ratio.max(INFLATE_RATIO_FLOOR_BYTES))
            .min(self.bytes.load(Ordering::Relaxed));
        let mut bytes = Vec::new();
        let read = (&mut source).take(room).read_to_end(&mut bytes);
        let took = bytes.len() as u64;
        let fault = match read {
            Err(error) => Some(read::inflate_fault(&error, bytes.len())),
            Ok(_) if took == room && source.read(&mut [0]).is_ok_and(|more| more > 0) => {
                Some(limit(format!(
                    "the entry holds more than {room} bytes, which is all that may be taken out; the rest was not read"
                )))
            }
            Ok(_) => None,
        };
        let paid = |left: u64| Some(left.saturating_sub(took));
        let _ = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, paid);
        (bytes, fault)
    }
}

fn limit(detail: String) -> Fault {
    Fault { kind: ProblemKind::LimitReached, detail }
}

/// Hands out every entry of an archive but folders, in its own order. Returns
/// what went wrong with the archive itself.
///
/// Source: facts/cloudtrail.md 2.2 row 27.
pub fn walk(
    source: Source<'_>,
    kind: ArchiveKind,
    budget: &Budget<'_>,
    take: &mut dyn FnMut(Entry),
) -> Vec<Fault> {
    let opened = match source.open() {
        Ok(opened) => opened,
        Err(error) => return vec![Fault { kind: ProblemKind::UnreadableObject, detail: error.to_string() }],
    };
    match kind {
        ArchiveKind::Zip => zip((opened, source.open().ok()), budget, take),
        ArchiveKind::Tar(packing) => match packing.reader(opened) {
            Ok(unpacked) => tar(unpacked, budget, take),
            Err(error) => vec![read::inflate_fault(&error, 0)],
        },
        ArchiveKind::Single(packing) => match packing.reader(opened) {
            Ok(unpacked) => {
                let (bytes, fault) = budget.take(unpacked, None);
                let name = "content".to_owned();
                take(Entry { name, bytes, faults: fault.into_iter().collect(), readable: true });
                Vec::new()
            }
            Err(error) => vec![read::inflate_fault(&error, 0)],
        },
    }
}

fn tar(unpacked: Box<dyn Read + '_>, budget: &Budget<'_>, take: &mut dyn FnMut(Entry)) -> Vec<Fault> {
    let mut archive = tar::Archive::new(unpacked);
    archive.set_ignore_zeros(true);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return vec![read::inflate_fault(&error, 0)],
    };
    for (count, entry) in entries.enumerate() {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let detail = format!("the archive is damaged or cut short after {count} entries: {error}");
                return vec![Fault { kind: ProblemKind::TruncatedObject, detail }];
            }
        };
        if let Err(fault) = budget.entry() {
            return vec![fault];
        }
        let kind = entry.header().entry_type();
        let name = printable_bytes(&entry.path_bytes());
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            let size = entry.size();
            let (bytes, fault) = budget.take(&mut entry, None);
            let cut = fault.is_none() && (bytes.len() as u64) < size;
            let cut = cut.then(|| Fault {
                kind: ProblemKind::TruncatedObject,
                detail: format!(
                    "the archive ends inside this entry; {} of {size} bytes were read",
                    bytes.len()
                ),
            });
            take(Entry { name, bytes, faults: fault.into_iter().chain(cut).collect(), readable: true });
        } else {
            let target = entry.link_name_bytes().map(|target| printable_bytes(&target)).unwrap_or_default();
            take(not_taken(name, (kind.is_symlink() || kind.is_hard_link()).then_some(target)));
        }
    }
    Vec::new()
}

/// An entry that is a link, to `target`, or no regular file at all.
fn not_taken(name: String, target: Option<String>) -> Entry {
    let fault = match target {
        Some(target) => Fault {
            kind: ProblemKind::LinkNotFollowed,
            detail: format!("a link to `{target}` in an archive: not followed"),
        },
        None => Fault { kind: ProblemKind::NotAFile, detail: "not a regular file".to_owned() },
    };
    Entry { name, bytes: Vec::new(), faults: vec![fault], readable: false }
}

/// The same archive opened twice: by its directory, and from its start.
type Twice<'s> = (Box<dyn Seekable + 's>, Option<Box<dyn Seekable + 's>>);

fn zip((source, again): Twice<'_>, budget: &Budget<'_>, take: &mut dyn FnMut(Entry)) -> Vec<Fault> {
    let mut archive = match ZipArchive::new(source) {
        Ok(archive) => archive,
        Err(error) => {
            let count = again.map_or(0, |stream| zip_without_directory(stream, budget, take));
            let detail = format!(
                "the zip archive has no sound directory, as when it is cut short ({error}); \
                 {count} entries were read from its start"
            );
            return vec![Fault { kind: ProblemKind::TruncatedObject, detail }];
        }
    };
    let mut faults = Vec::new();
    if archive.has_duplicate_names() {
        let count = again.map_or(0, |stream| zip_namesakes(&mut archive, stream, budget, take));
        let detail = format!(
            "several entries of one name in the zip archive: besides the last of each, {count} were found from \
             its start; others may be unread"
        );
        faults.push(Fault { kind: ProblemKind::DamagedObject, detail });
    }
    for index in 0..archive.len() {
        if let Err(fault) = budget.entry() {
            faults.push(fault);
            break;
        }
        match zip_entry(&mut archive, index, budget) {
            Ok(entry) => entry.into_iter().for_each(&mut *take),
            Err(error) => {
                let detail = format!("entry {index} of the zip archive cannot be read: {error}");
                faults.push(Fault { kind: ProblemKind::DamagedObject, detail });
            }
        }
    }
    faults
}

/// Entries of a zip archive whose directory is gone, from its start up to the
/// first that cannot be read; gives their number. Names may repeat.
fn zip_without_directory(mut stream: impl Read, budget: &Budget<'_>, take: &mut dyn FnMut(Entry)) -> u64 {
    let mut count = 0;
    while let Ok(Some(entry)) = zip::read::read_zipfile_from_stream(&mut stream) {
        if budget.entry().is_err() {
            return count;
        }
        if entry.is_dir() {
            continue;
        }
        let (name, packed) = (printable_bytes(entry.name_raw()), entry.compressed_size());
        let (bytes, fault) = budget.take(entry, Some(packed));
        count += 1;
        let cut = fault.is_some();
        take(Entry { name, bytes, faults: fault.into_iter().collect(), readable: true });
        if cut {
            return count;
        }
    }
    count
}

/// Counts the bytes that were read.
struct Counting<R> {
    inner: R,
    at: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Entries that share their name with one of the directory and are not that
/// one, from the start up to the first that cannot be read; gives their number.
fn zip_namesakes<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    stream: impl Read,
    budget: &Budget,
    take: &mut dyn FnMut(Entry),
) -> u64 {
    let mut listed: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    for index in 0..archive.len() {
        if let Ok(entry) = archive.by_index_raw(index) {
            listed.insert(entry.name_raw().to_vec(), entry.header_start());
        }
    }
    let mut stream = Counting { inner: stream, at: 0 };
    let mut count = 0;
    loop {
        let start = stream.at;
        let Ok(Some(entry)) = zip::read::read_zipfile_from_stream(&mut stream) else { return count };
        if budget.entry().is_err() {
            return count;
        }
        if entry.is_dir() || listed.get(entry.name_raw()).is_none_or(|listed| *listed == start) {
            continue;
        }
        let (name, packed) = (printable_bytes(entry.name_raw()), entry.compressed_size());
        let (bytes, fault) = budget.take(entry, Some(packed));
        count += 1;
        let cut = fault.is_some();
        take(Entry { name, bytes, faults: fault.into_iter().collect(), readable: true });
        if cut {
            return count;
        }
    }
}

/// One entry of a zip archive; `None` for a folder.
fn zip_entry<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    budget: &Budget<'_>,
) -> Result<Option<Entry>, ZipError> {
    let raw = archive.by_index_raw(index)?;
    let name = printable_bytes(raw.name_raw());
    let (packed, method) = (raw.compressed_size(), raw.compression());
    if raw.is_dir() {
        return Ok(None);
    }
    if raw.encrypted() {
        let detail = "an encrypted entry of a zip archive: its password is needed; unpack it first";
        let fault = Fault { kind: ProblemKind::FormNotRead, detail: detail.to_owned() };
        return Ok(Some(Entry { name, bytes: Vec::new(), faults: vec![fault], readable: false }));
    }
    if method == zip::CompressionMethod::ZSTD {
        // zstd, by the decoder at hand.
        let (bytes, fault) = budget.take(Packing::Zstd.reader(BufReader::new(raw))?, Some(packed));
        return Ok(Some(Entry { name, bytes, faults: fault.into_iter().collect(), readable: true }));
    }
    let link = raw.is_symlink();
    drop(raw);
    let unpacked = match archive.by_index(index) {
        Ok(unpacked) => unpacked,
        Err(error) => {
            let fault = Fault {
                kind: ProblemKind::FormNotRead,
                detail: format!("an entry of a zip archive: {error}"),
            };
            return Ok(Some(Entry { name, bytes: Vec::new(), faults: vec![fault], readable: false }));
        }
    };
    let (bytes, fault) = budget.take(unpacked, Some(packed));
    if link {
        return Ok(Some(not_taken(name, Some(printable_bytes(&bytes)))));
    }
    Ok(Some(Entry { name, bytes, faults: fault.into_iter().collect(), readable: true }))
}

#[cfg(test)]
mod tests {
    use super::*;

    static GO: AtomicBool = AtomicBool::new(false);

    fn tar_of(names: &[&str]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(4);
            header.as_gnu_mut().expect("a GNU header").name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, b"text".as_slice()).expect("memory takes it");
        }
        builder.into_inner().expect("memory takes it")
    }

    fn names(stored: &[u8], budget: &Budget<'_>) -> (Vec<String>, Vec<ProblemKind>) {
        let mut names = Vec::new();
        let kind = ArchiveKind::Tar(Packing::Plain);
        let faults = walk(Source::Entry(stored), kind, budget, &mut |entry| names.push(entry.name));
        (names, faults.into_iter().map(|fault| fault.kind).collect())
    }

    #[test]
    fn names_that_lead_elsewhere_are_only_names() {
        let stored = tar_of(&["../../etc/x", "/abs", "a"]);
        assert_eq!(names(&stored, &Budget::new(1, &GO)).0, ["../../etc/x", "/abs", "a"]);
    }

    #[test]
    fn entries_and_bytes_are_bounded() {
        let stored = tar_of(&["a", "b", "c"]);
        let (found, faults) = names(&stored, &Budget::of(2, 100, &GO));
        assert_eq!((found.len(), faults), (2, vec![ProblemKind::LimitReached]));
        let mut kinds = Vec::new();
        walk(
            Source::Entry(&stored),
            ArchiveKind::Tar(Packing::Plain),
            &Budget::of(9, 6, &GO),
            &mut |entry| {
                kinds.extend(entry.faults.iter().map(|fault| fault.kind));
            },
        );
        assert_eq!(kinds, [ProblemKind::LimitReached, ProblemKind::LimitReached]);
    }

    #[test]
    fn an_archive_cut_at_any_length_keeps_what_came_before() {
        let stored = tar_of(&["a", "b"]);
        let (found, _) = names(&stored[..1024], &Budget::new(1, &GO));
        assert_eq!(found, ["a"]);
        let (found, faults) = names(&stored[..1100], &Budget::new(1, &GO));
        assert_eq!((found, faults), (vec!["a".to_owned()], vec![ProblemKind::TruncatedObject]));
    }

    #[test]
    fn an_interrupt_ends_the_walk_between_entries() {
        let stored = tar_of(&["a", "b", "c"]);
        let stop = AtomicBool::new(false);
        let mut names = Vec::new();
        let kind = ArchiveKind::Tar(Packing::Plain);
        walk(Source::Entry(&stored), kind, &Budget::new(1, &stop), &mut |entry| {
            names.push(entry.name);
            stop.store(true, Ordering::Relaxed);
        });
        assert_eq!(names, ["a"]);
    }
}
