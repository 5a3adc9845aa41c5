//! A small gzip object inflated in one step, straight to where it stays.
//!
//! Owns: telling that an object is one sound gzip member and nothing else. Whatever is
//! not (damage, several members, an archive inside, a size that is not to be trusted) is
//! `None`: then it is read step by step, and everything odd is named there.

use std::cell::RefCell;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use libdeflater::Decompressor;
use memchr::memmem;

use crate::evidence::read::{Buffer, Container, Content, container_of, is_tar, nothing, open};
use crate::limits::INFLATE_RATIO_FLOOR_BYTES;

/// Stored bytes of an object that is held in memory as a whole. Delivered objects have
/// a few hundred KB.
const STORED_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Bit of a gzip header that says that the header has a checksum, which is checked
/// where an object is read step by step.
///
/// Source: RFC 1952, 2.3.1.
const HEADER_CHECKSUM: u8 = 0x02;

/// Bytes of a member with no content: its header, ten bits, its sum and its length.
const SHORTEST_BYTES: usize = 10 + 2 + 8;

thread_local! {
    /// Its tables serve the next object.
    static INFLATER: RefCell<Decompressor> = RefCell::new(Decompressor::new());
}

/// Reads an object without taking its hashes.
pub(super) fn read_at_once(location: &Path, inflated: &mut Buffer) -> Option<Content> {
    let started = Instant::now();
    let mut file = open(location).ok()?;
    let mut stored = std::mem::take(&mut inflated.stored);
    stored.clear();
    let sound = file.by_ref().take(2).read_to_end(&mut stored).is_ok()
        && stored == *b"\x1f\x8b"
        && file.take(STORED_BYTES_MAX).read_to_end(&mut stored).is_ok()
        && (stored.len() as u64) < STORED_BYTES_MAX
        && inflate(&stored, inflated).is_some();
    let bytes = stored.len() as u64;
    inflated.stored = stored;
    let inflated_bytes = inflated.len as u64;
    let reading = started.elapsed();
    sound.then(|| Content { bytes, inflated_bytes, container: Container::Gzip, reading, ..nothing() })
}

/// Inflates one member, which ends with how long its content is.
fn inflate(stored: &[u8], inflated: &mut Buffer) -> Option<()> {
    let length = u32::from_le_bytes(*stored.last_chunk()?);
    // No larger content has a limit on its ratio, which is held step by step.
    let trusted = u64::from(length) <= INFLATE_RATIO_FLOOR_BYTES && stored.get(3)? & HEADER_CHECKSUM == 0;
    (trusted && is_last_alone(stored)).then_some(())?;
    inflated.len = 0;
    let room = inflated.step(length as usize);
    let inflate = |inflater: &RefCell<Decompressor>| inflater.borrow_mut().gzip_decompress(stored, room);
    let whole = INFLATER.with(inflate).ok()? == length as usize;
    inflated.len = length as usize;
    let first = inflated.content();
    let first = first.get(..512).unwrap_or(first);
    (whole && !is_tar(first) && container_of(first) == Container::Plain).then_some(())
}

/// Whether the four bytes at the end stand nowhere before. The inflater does not tell
/// where the member ended, only that the length which stands there is that of its
/// content. If that is also what the last four bytes say, and they stand nowhere
/// before, then the member ended with them and nothing follows it.
fn is_last_alone(stored: &[u8]) -> bool {
    let (Some(ends), Some(last)) = (stored.get(SHORTEST_BYTES - 4..), stored.last_chunk::<4>()) else {
        return false;
    };
    memmem::find(ends, last) == Some(ends.len() - last.len())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::evidence::read::{Hashes, read_from};

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    /// The same member with a header that says it has a checksum; it is wrong.
    fn with_header_checksum(stored: &[u8]) -> Vec<u8> {
        let mut other = stored.to_vec();
        other[3] |= HEADER_CHECKSUM;
        other.splice(10..10, [0, 0]);
        other
    }

    /// Tells whether it was read at once; if so, it is what reading step by step gives.
    fn check(stored: &[u8]) -> bool {
        let place = tempfile::tempdir().expect("a folder");
        let location = place.path().join("x");
        std::fs::write(&location, stored).expect("a file");
        let (mut once, mut steps) = (Buffer::default(), Buffer::default());
        // What was there before does not matter.
        once.step(100).fill(7);
        once.len = 100;
        let Some(content) = read_at_once(&location, &mut once) else { return false };
        let expected = read_from(stored, Hashes::None, &mut steps);
        assert_eq!(once.content(), steps.content());
        assert_eq!(expected.faults, []);
        assert_eq!(
            (content.bytes, content.inflated_bytes, content.container, content.faults.len()),
            (expected.bytes, expected.inflated_bytes, expected.container, 0)
        );
        assert_eq!((content.sha256, content.first_member), (expected.sha256, expected.first_member));
        true
    }

    #[test]
    fn one_sound_member_is_read_and_nothing_else() {
        let text: Vec<u8> = (0..200_000u32).flat_map(|n| (n / 3).to_le_bytes()).collect();
        let stored = gzip(&text);
        assert!(check(&stored) && check(&gzip(b"")) && check(&gzip(b"a")));
        let mut tar = vec![0; 600];
        tar[257..262].copy_from_slice(b"ustar");
        for left in [
            vec![],
            b"\x1f".to_vec(),
            b"{\"Records\":[]}".to_vec(),
            [stored.clone(), stored.clone()].concat(),
            [stored.clone(), b"x".to_vec()].concat(),
            // What ends as a member of that length does.
            [&stored[..], b"hidden", &stored[stored.len() - 4..]].concat(),
            [stored.clone(), gzip(&[9; 800_000])].concat(),
            with_header_checksum(&stored),
            gzip(&stored),
            gzip(&tar),
            gzip(&vec![0; 17 * 1024 * 1024]),
        ] {
            assert!(!check(&left), "{} bytes", left.len());
        }
    }

    #[test]
    fn damage_anywhere_is_left_to_reading_step_by_step() {
        let stored = gzip(br#"{"Records":[{"a":1},{"a":2},{"a":3}]}"#);
        let mut left = 0;
        for at in 0..stored.len() {
            assert!(!check(&stored[..at]), "cut at {at}");
            for mask in [0x01, 0x80] {
                let mut damaged = stored.clone();
                damaged[at] ^= mask;
                left += usize::from(!check(&damaged));
            }
        }
        // Some bytes of its header and bits of its padding say nothing of the content.
        assert!(left > (stored.len() - 10) * 2, "{left}");
    }
}
