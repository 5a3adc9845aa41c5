//! Inflated bytes, collected up to the limits and hashed as they come.
//!
//! Owns: the limits on what comes out of a packing, and the hash of it. A large
//! object is hashed by a second thread while the first goes on inflating, so that
//! it leaves no core idle; its bytes and its limits are the same either way.

use std::io::{self, Read};
use std::thread;
use std::time::{Duration, Instant};

use crate::evidence::read::{Buffer, is_tar};
use crate::evidence::sum::{Hashes, Sum};
use crate::limits::{
    HASHED_AHEAD_BYTES, INFLATE_RATIO_FLOOR_BYTES, INFLATE_RATIO_MAX, INFLATED_BYTES_MAX, LARGE_OBJECT_BYTES,
};

/// Bytes inflated at a time: small enough to be hashed while still in cache.
pub(super) const STEP_BYTES: usize = 128 * 1024;

/// Bytes in which a tar archive shows itself.
const TAR_MAGIC_END: usize = 262;

/// What comes out of one object.
pub(super) struct Inflating<'a> {
    pub(super) buffer: &'a mut Buffer,
    hash: Sum,
    /// How many bytes of the buffer are in the hash.
    hashed: usize,
    /// How long hashing took.
    pub(super) hashing: Duration,
    /// More than the limits allow was there.
    pub(super) limit_hit: bool,
    /// The content begins as a tar archive: no more of it was taken.
    pub(super) is_tar: bool,
    large_bytes: usize,
}

/// Why no more bytes are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// There is room left in no step: go on.
    No,
    /// The source ended.
    Source,
    /// A limit was met.
    Limit,
}

impl<'a> Inflating<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, hashes: Hashes) -> Self {
        // With one thread there is no other to hash.
        let ahead = rayon::current_num_threads() > 1 && hashes == Hashes::Both;
        let large_bytes = if ahead { LARGE_OBJECT_BYTES } else { usize::MAX };
        Self {
            buffer,
            hash: Sum::new(hashes),
            hashed: 0,
            hashing: Duration::ZERO,
            limit_hit: false,
            is_tar: false,
            large_bytes,
        }
    }

    /// The hash of all that was taken.
    pub(super) fn hash(&self) -> Sum {
        self.hash.clone()
    }

    /// Forgets what was taken.
    pub(super) fn forget(&mut self) {
        (self.limit_hit, self.buffer.len, self.hashed, self.hash) = (false, 0, 0, self.hash.anew());
    }

    /// Takes bytes until the source ends or a limit is hit. `stored_bytes` tells
    /// how many stored bytes were drawn so far, where a ratio makes sense.
    pub(super) fn take_all<S: Read>(
        &mut self,
        source: &mut S,
        stored_bytes: impl Fn(&S) -> Option<u64>,
    ) -> io::Result<()> {
        loop {
            let first = self.buffer.len < TAR_MAGIC_END;
            let taken = if self.buffer.len < self.large_bytes {
                let len = self.buffer.len;
                let (filled, taken) = fill(source, self.buffer.step(STEP_BYTES), len, &stored_bytes);
                self.buffer.len += filled;
                self.hash_pending();
                taken
            } else {
                self.take_ahead(source, &stored_bytes)
            };
            if first && is_tar(&self.buffer.bytes[..self.buffer.len]) {
                self.is_tar = true;
                return Ok(());
            }
            match taken {
                Ok(Ended::No) => {}
                ended => {
                    self.hash_pending();
                    self.limit_hit = ended? == Ended::Limit;
                    return Ok(());
                }
            }
        }
    }

    /// Takes the next bytes of a large object while another thread hashes the last.
    fn take_ahead<S: Read>(
        &mut self,
        source: &mut S,
        stored_bytes: &impl Fn(&S) -> Option<u64>,
    ) -> io::Result<Ended> {
        self.buffer.step(HASHED_AHEAD_BYTES);
        let Buffer { bytes, len, .. } = &mut *self.buffer;
        let (taken, free) = bytes.split_at_mut(*len);
        let pending = &taken[self.hashed..];
        let hash = &mut self.hash;
        let free = &mut free[..HASHED_AHEAD_BYTES];
        let mut update = || {
            let started = Instant::now();
            hash.update(pending);
            started.elapsed()
        };
        let (filled, ended) = thread::scope(|scope| {
            let hashing = thread::Builder::new().spawn_scoped(scope, &mut update);
            let filled = fill(source, free, *len, stored_bytes);
            // Where no thread was to be had, this one hashes afterwards.
            if let Ok(hashing) = hashing {
                self.hashing += hashing.join().expect("hashing does not fail");
                self.hashed = *len;
            }
            filled
        });
        *len += filled;
        ended
    }

    fn hash_pending(&mut self) {
        if !self.hash.is_taken() {
            return;
        }
        let started = Instant::now();
        self.hash.update(&self.buffer.bytes[self.hashed..self.buffer.len]);
        self.hashed = self.buffer.len;
        self.hashing += started.elapsed();
    }
}

/// Reads until `free`, which lies behind `len` bytes taken before, is full or
/// nothing more may come; tells how many bytes came also where reading failed.
fn fill<S: Read>(
    source: &mut S,
    free: &mut [u8],
    len: usize,
    stored_bytes: &impl Fn(&S) -> Option<u64>,
) -> (usize, io::Result<Ended>) {
    let mut filled = 0;
    while filled < free.len() {
        let ratio_max = stored_bytes(source)
            .map_or(u64::MAX, |stored| stored.saturating_mul(INFLATE_RATIO_MAX))
            .max(INFLATE_RATIO_FLOOR_BYTES);
        let room = INFLATED_BYTES_MAX.min(ratio_max).saturating_sub((len + filled) as u64);
        if room == 0 {
            let more = source.read(&mut [0]);
            return (filled, more.map(|read| if read > 0 { Ended::Limit } else { Ended::Source }));
        }
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(STEP_BYTES).min(free.len() - filled);
        match source.read(&mut free[filled..filled + room]) {
            Ok(0) => return (filled, Ok(Ended::Source)),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(Ended::No))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// Gives bytes in uneven portions, then an error or the end.
    struct Uneven {
        left: usize,
        portion: usize,
        fails: bool,
    }

    impl Read for Uneven {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            if self.left == 0 {
                return if self.fails { Err(io::ErrorKind::InvalidData.into()) } else { Ok(0) };
            }
            self.portion = self.portion * 7 % 65_521 + 1;
            let read = self.portion.min(self.left).min(room.len());
            for (place, byte) in room[..read].iter_mut().enumerate() {
                *byte = (self.left - place) as u8;
            }
            self.left -= read;
            Ok(read)
        }
    }

    fn taken(large_bytes: usize, fails: bool) -> (Vec<u8>, String, bool) {
        let mut buffer = Buffer::default();
        let mut inflating = Inflating { large_bytes, ..Inflating::new(&mut buffer, Hashes::Both) };
        let mut source = Uneven { left: 3 * HASHED_AHEAD_BYTES + 4321, portion: 1, fails };
        let failed = inflating.take_all(&mut source, |_| None).is_err();
        let hash = inflating.hash().finish();
        (buffer.content().to_vec(), hash.to_string(), failed)
    }

    #[test]
    fn a_large_object_is_hashed_ahead_to_the_same_hash() {
        for fails in [false, true] {
            let alone = taken(usize::MAX, fails);
            assert_eq!((alone.0.len(), alone.2), (3 * HASHED_AHEAD_BYTES + 4321, fails));
            let hash: String = Sha256::digest(&alone.0).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(alone.1, hash);
            for large_bytes in [0, 1, STEP_BYTES, HASHED_AHEAD_BYTES + 5, 3 * HASHED_AHEAD_BYTES] {
                assert!(taken(large_bytes, fails) == alone, "{large_bytes}");
            }
        }
    }

    #[test]
    fn a_large_object_meets_its_limit_at_the_same_byte() {
        for large_bytes in [usize::MAX, 0] {
            let mut buffer = Buffer::default();
            let mut inflating = Inflating { large_bytes, ..Inflating::new(&mut buffer, Hashes::Both) };
            let mut source = io::repeat(7);
            let stored = INFLATE_RATIO_FLOOR_BYTES / INFLATE_RATIO_MAX + 3;
            inflating.take_all(&mut source, |_| Some(stored)).expect("it gives bytes for ever");
            assert!(inflating.limit_hit);
            assert_eq!(buffer.content().len() as u64, stored * INFLATE_RATIO_MAX);
        }
    }
}
