//! Opening an object read-only: both hashes and the inflated content, in one
//! pass.
//!
//! The only place that opens inputs. Knows containers by their first bytes,
//! never by their name; knows nothing of records.

use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::bufread::GzDecoder;

use crate::evidence::archive::ArchiveKind;
use crate::evidence::at_once::read_at_once;
use crate::evidence::held::Held;
use crate::evidence::inflating::{Inflating, STEP_BYTES};
pub use crate::evidence::sum::Hashes;
use crate::evidence::sum::Sum;
use crate::evidence::unpack::Packing;
use crate::limits::{INFLATE_RATIO_MAX, INFLATED_BYTES_MAX};
use crate::model::hash::ContentHash;
use crate::model::problem::ProblemKind;

/// How an object is packed, told from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// As it is.
    Plain,
    /// gzip, one or more members.
    Gzip,
    /// Another packing of one stream.
    Packed(Packing),
    /// An archive, whose entries are objects of their own.
    Archive(ArchiveKind),
    /// A packing that this version does not open; its name.
    NotOpened(&'static str),
}

/// A fault met while reading, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub kind: ProblemKind,
    /// In words.
    pub detail: String,
}

/// An object's content, and how it came to be.
#[derive(Debug)]
pub struct Content {
    /// SHA-256 of the bytes as stored; none if it was not asked for.
    pub sha256: ContentHash,
    /// SHA-256 of the inflated bytes; none if it was not asked for.
    pub inflated_sha256: ContentHash,
    /// How many bytes were stored.
    pub bytes: u64,
    /// How many bytes they inflate to, as far as they were inflated.
    pub inflated_bytes: u64,
    /// How it was packed.
    pub container: Container,
    /// The first gzip member by itself, if anything follows it.
    pub first_member: Option<FirstMember>,
    /// Everything that went wrong or is odd.
    pub faults: Vec<Fault>,
    /// How long all of it took.
    pub reading: Duration,
    /// How long the two hashes took of that.
    pub hashing: Duration,
}

/// The content of the first gzip member of an object that holds more: the only
/// part that the hash in a digest covers.
///
/// Source: facts/cloudtrail.md 3.5, the appended-member attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstMember {
    /// SHA-256 of its inflated bytes.
    pub inflated_sha256: ContentHash,
    /// How many inflated bytes it has.
    pub inflated_bytes: usize,
}

/// Room for inflated content, whose memory is reused from object to object.
#[derive(Debug, Default)]
pub struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) len: usize,
    /// Stored bytes on their way, or of an object that is read at once.
    pub(super) stored: Vec<u8>,
}

impl Buffer {
    /// The inflated content of the object read last.
    pub fn content(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }

    /// The next free bytes, which the caller fills from their start.
    pub(super) fn step(&mut self, room: usize) -> &mut [u8] {
        let end = self.len + room;
        if self.bytes.len() < end {
            self.bytes.resize(end.max(self.bytes.len() * 2), 0);
        }
        &mut self.bytes[self.len..end]
    }
}

/// Reads one object into `inflated`, whose old content is forgotten.
///
/// Reading never fails as a whole: what could be read is kept, and `faults`
/// says what could not.
pub fn read(location: &Path, hashes: Hashes, inflated: &mut Buffer) -> Content {
    // Hashes are taken step by step, while the bytes are still in cache.
    if hashes == Hashes::None
        && let Some(content) = read_at_once(location, inflated)
    {
        return content;
    }
    match open(location) {
        Ok(file) => read_from(file, hashes, inflated),
        Err(error) => {
            inflated.len = 0;
            let mut content = nothing();
            content.faults.push(unreadable(&error));
            content
        }
    }
}

/// All bytes of a file of an earlier report or of a database of the user, as they
/// are. Evidence is read by [`read`], which bounds and hashes what it takes.
///
/// # Errors
/// If it cannot be opened or read.
pub fn whole(location: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(location)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens an object, read-only.
pub(super) fn open(location: &Path) -> io::Result<File> {
    #[expect(clippy::disallowed_methods, reason = "the one place that opens inputs, read-only")]
    File::open(location)
}

/// Reads from any source of bytes; see [`read`].
pub fn read_from(source: impl Read, hashes: Hashes, inflated: &mut Buffer) -> Content {
    let started = Instant::now();
    inflated.len = 0;
    let mut room = std::mem::take(&mut inflated.stored);
    room.resize(STEP_BYTES, 0);
    let mut stored = Held::new(Hashing::new(source, hashes), &mut room);
    let mut content = nothing();
    match stored.fill_buf() {
        Ok(first) => content.container = container_of(first),
        Err(error) => content.faults.push(unreadable(&error)),
    }
    let mut sink = Inflating::new(inflated, hashes);
    match content.container {
        Container::Gzip => {
            content.first_member = inflate_members(&mut stored, &mut sink, &mut content.faults);
        }
        Container::Plain if content.faults.is_empty() => {
            if let Err(error) = sink.take_all(&mut stored, |_| None) {
                content.faults.push(unreadable(&error));
            }
        }
        Container::Packed(packing) => {
            let unpacked = packing.reader(&mut stored).and_then(|mut one| sink.take_all(&mut one, |_| None));
            content.faults.extend(unpacked.err().map(|error| inflate_fault(&error, sink.buffer.len)));
        }
        Container::Plain | Container::Archive(_) | Container::NotOpened(_) => {}
    }
    let packing = match content.container {
        Container::Gzip => Packing::Gzip,
        Container::Packed(packing) => packing,
        _ => Packing::Plain,
    };
    if packing != Packing::Plain
        && let Some(kind) = archive_inside(sink.is_tar, packing, sink.buffer.content())
    {
        // Its entries are read on their own: what was inflated so far goes.
        content.container = Container::Archive(kind);
        content.faults.clear();
        sink.forget();
    }
    content.hashing = sink.hashing;
    if sink.limit_hit {
        content.faults.push(limit(sink.buffer.len));
    }
    if !matches!(content.container, Container::Archive(_)) {
        content.inflated_sha256 = sink.hash().finish();
        content.inflated_bytes = inflated.len as u64;
    }
    // What was not needed above still belongs to the stored hash.
    let already = content.faults.iter().any(|fault| fault.kind == ProblemKind::UnreadableObject);
    if let Err(error) = io::copy(&mut stored, &mut io::sink())
        && !already
    {
        content.faults.push(unreadable(&error));
    }
    let hashed = stored.into_source();
    content.bytes = hashed.bytes;
    content.hashing += hashed.hashing;
    content.reading = started.elapsed();
    content.sha256 = hashed.hash.finish();
    inflated.stored = room;
    content
}

pub(super) fn nothing() -> Content {
    Content {
        sha256: ContentHash::default(),
        inflated_sha256: ContentHash::default(),
        bytes: 0,
        inflated_bytes: 0,
        container: Container::Plain,
        first_member: None,
        faults: Vec::new(),
        reading: Duration::ZERO,
        hashing: Duration::ZERO,
    }
}

fn unreadable(error: &io::Error) -> Fault {
    Fault { kind: ProblemKind::UnreadableObject, detail: error.to_string() }
}

fn limit(kept: usize) -> Fault {
    let detail = format!(
        "inflates to more than {INFLATED_BYTES_MAX} bytes or {INFLATE_RATIO_MAX} times its size; \
         the first {kept} bytes were read"
    );
    Fault { kind: ProblemKind::LimitReached, detail }
}

/// Packings by their first bytes.
///
/// Source: facts/cloudtrail.md 2.2 row 27; Parquet's magic (encrypted) and ORC's from their format pages.
pub(super) fn container_of(first: &[u8]) -> Container {
    const KNOWN: [(&[u8], &str); 3] =
        [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"PARE", "parquet_encrypted"), (b"ORC", "orc")];
    match Packing::of(first) {
        Packing::Plain => {}
        Packing::Gzip => return Container::Gzip,
        packing => return Container::Packed(packing),
    }
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06") {
        return Container::Archive(ArchiveKind::Zip);
    }
    if let Some((_, name)) = KNOWN.iter().find(|(magic, _)| first.starts_with(magic)) {
        return Container::NotOpened(name);
    }
    if is_tar(first) { Container::Archive(ArchiveKind::Tar(Packing::Plain)) } else { Container::Plain }
}

pub(super) fn is_tar(first: &[u8]) -> bool {
    first.get(257..262) == Some(b"ustar".as_slice())
}

/// The archive that the content of a packed stream is, if it is one.
fn archive_inside(is_tar: bool, packing: Packing, inflated: &[u8]) -> Option<ArchiveKind> {
    if is_tar {
        return Some(ArchiveKind::Tar(packing));
    }
    let inside = container_of(&inflated[..inflated.len().min(512)]);
    (inside != Container::Plain).then_some(ArchiveKind::Single(packing))
}

/// Inflates member after member, and says what follows the first; gives the
/// first by itself if anything does.
fn inflate_members<R: Read>(
    stored: &mut Held<'_, Hashing<R>>,
    sink: &mut Inflating<'_>,
    faults: &mut Vec<Fault>,
) -> Option<FirstMember> {
    let mut members = 0u64;
    let mut first = None;
    loop {
        let mut member = GzDecoder::new(&mut *stored);
        let inflated = sink.take_all(&mut member, |member| Some(member.get_ref().source().bytes));
        members += 1;
        if let Err(error) = inflated {
            faults.push(inflate_fault(&error, sink.buffer.len));
            return first;
        }
        if sink.limit_hit || sink.is_tar {
            return first;
        }
        let next = stored.fill_buf();
        if members == 1 && !matches!(next, Ok([])) {
            // The hash goes on over what follows; its state here is the first member's.
            let inflated_sha256 = sink.hash().finish();
            first = Some(FirstMember { inflated_sha256, inflated_bytes: sink.buffer.len });
        }
        match next {
            Ok([]) => break,
            Ok(next) if next.starts_with(b"\x1f\x8b") => {}
            Ok(_) => {
                let detail = format!("bytes that are no gzip follow member {members}; they were not read");
                faults.push(Fault { kind: ProblemKind::TrailingData, detail });
                break;
            }
            Err(error) => {
                faults.push(unreadable(&error));
                return first;
            }
        }
    }
    if members > 1 {
        let detail =
            format!("{members} gzip members in one object: all were read; a digest covers only the first");
        faults.push(Fault { kind: ProblemKind::SeveralMembers, detail });
    }
    first
}

pub(super) fn inflate_fault(error: &io::Error, kept: usize) -> Fault {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        let detail = format!("the packed stream is cut short; the first {kept} bytes were read");
        return Fault { kind: ProblemKind::TruncatedObject, detail };
    }
    let damaged = matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
    let kind = if damaged { ProblemKind::DamagedObject } else { ProblemKind::UnreadableObject };
    Fault { kind, detail: format!("{error}; the first {kept} inflated bytes were read") }
}

/// Counts and hashes the stored bytes as they pass.
struct Hashing<R> {
    source: R,
    hash: Sum,
    hashing: Duration,
    bytes: u64,
}

impl<R> Hashing<R> {
    fn new(source: R, hashes: Hashes) -> Self {
        Self { source, hash: Sum::new(hashes), hashing: Duration::ZERO, bytes: 0 }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let started = Instant::now();
        self.hash.update(&buffer[..read]);
        self.hashing += started.elapsed();
        self.bytes += read as u64;
        Ok(read)
    }
}

/// SHA-256 of an object as stored, without reading what is in it.
///
/// # Errors
/// It cannot be opened or read to its end.
pub fn stored_sha256(location: &Path) -> io::Result<ContentHash> {
    let mut stored = BufReader::with_capacity(STEP_BYTES, Hashing::new(open(location)?, Hashes::Both));
    io::copy(&mut stored, &mut io::sink())?;
    Ok(stored.into_inner().hash.finish())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn sha256(bytes: &[u8]) -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn run(stored: &[u8]) -> (Content, Vec<u8>) {
        let mut buffer = Buffer::default();
        let content = read_from(stored, Hashes::Both, &mut buffer);
        let inflated = buffer.content().to_vec();
        (content, inflated)
    }

    fn kinds(content: &Content) -> Vec<ProblemKind> {
        content.faults.iter().map(|fault| fault.kind).collect()
    }

    #[test]
    fn both_hashes_are_over_what_they_say() {
        let stored = gzip(b"abc");
        let (content, inflated) = run(&stored);
        assert_eq!(inflated, b"abc");
        assert_eq!(
            content.inflated_sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(content.sha256, sha256(&stored));
        assert_eq!(content.bytes, stored.len() as u64);
        assert_eq!(kinds(&content), []);
        assert_eq!(content.first_member, None);
    }

    #[test]
    fn every_member_is_read_and_noted() {
        let (content, inflated) = run(&[gzip(b"one "), gzip(b"two")].concat());
        assert_eq!(inflated, b"one two");
        assert_eq!(kinds(&content), [ProblemKind::SeveralMembers]);
        let first = content.first_member.expect("something follows the first member");
        assert_eq!(first.inflated_sha256, sha256(b"one "));
        assert_eq!(first.inflated_bytes, 4);
    }

    #[test]
    fn bytes_after_the_last_member_are_named_and_hashed() {
        let stored = [gzip(b"one"), b"junk".to_vec()].concat();
        let (content, inflated) = run(&stored);
        assert_eq!(inflated, b"one");
        assert_eq!(kinds(&content), [ProblemKind::TrailingData]);
        assert_eq!(content.sha256, sha256(&stored));
    }

    #[test]
    fn a_stream_cut_at_any_length_keeps_what_came_before() {
        let text: Vec<u8> = (0..40_000u32).flat_map(|n| n.to_le_bytes()).collect();
        let stored = gzip(&text);
        for cut in (2..stored.len()).step_by(997) {
            let (content, inflated) = run(&stored[..cut]);
            assert!(text.starts_with(&inflated), "cut at {cut}");
            assert_eq!(kinds(&content), [ProblemKind::TruncatedObject], "cut at {cut}");
        }
    }

    #[test]
    fn a_damaged_checksum_is_named_and_the_content_kept() {
        let mut stored = gzip(b"some text");
        let last = stored.len() - 6;
        stored[last] ^= 0xff;
        let (content, inflated) = run(&stored);
        assert_eq!(inflated, b"some text");
        assert_eq!(kinds(&content), [ProblemKind::DamagedObject]);
    }

    #[test]
    fn a_bomb_stops_at_the_ratio() {
        let zeros = vec![0u8; 64 * 1024 * 1024];
        let stored = gzip(&zeros);
        let (content, inflated) = run(&stored);
        let ratio = zeros.len() / stored.len();
        if ratio > 1000 {
            assert_eq!(kinds(&content), [ProblemKind::LimitReached]);
            assert!(inflated.len() < zeros.len());
        } else {
            let many = [stored.as_slice(); 9].concat();
            let (content, inflated) = run(&many);
            assert!(kinds(&content).contains(&ProblemKind::LimitReached));
            assert_eq!(inflated.len() as u64, INFLATED_BYTES_MAX);
        }
    }

    #[test]
    fn a_source_that_fails_half_way_keeps_the_first_half() {
        struct Failing(bool);
        impl Read for Failing {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if self.0 {
                    return Err(io::Error::other("disk fault"));
                }
                self.0 = true;
                buffer[..4].copy_from_slice(b"half");
                Ok(4)
            }
        }
        let mut buffer = Buffer::default();
        let content = read_from(Failing(false), Hashes::Both, &mut buffer);
        assert_eq!(buffer.content(), b"half");
        assert_eq!(kinds(&content), [ProblemKind::UnreadableObject]);
    }

    #[test]
    fn packings_are_told_by_their_first_bytes() {
        assert_eq!(run(b"PK\x03\x04rest").0.container, Container::Archive(ArchiveKind::Zip));
        assert_eq!(run(b"7z\xbc\xaf\x27\x1c").0.container, Container::NotOpened("7z"));
        assert_eq!(run(b"{}").0.container, Container::Plain);
        assert_eq!(run(b"").0.bytes, 0);
    }
}
