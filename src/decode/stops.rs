//! Where strings may stop: the bytes that no JSON string holds as they are.
//!
//! Owns: finding quotes, backslashes and control characters 64 bytes at a time, by
//! the widest instructions of the processor. Knows nothing of JSON beside.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x64};

/// Bytes that are looked at together, a bit each.
pub(super) const BLOCK_BYTES: usize = 64;

/// Stops written at once: as many as most blocks hold, so that nothing is asked
/// for each.
const WRITTEN: usize = 12;

/// Room for the places of the stops of so many bytes, and for what is written
/// beyond the last.
pub(super) const fn room(bytes: usize) -> usize {
    bytes + BLOCK_BYTES + WRITTEN
}

/// Writes where the stops of a chunk are that begins at `begin`; gives how many.
/// `places` is `room` for it.
pub(super) fn find_stops(begin: usize, chunk: &[u8], places: &mut [usize]) -> usize {
    dispatch!(Level::new(), simd => in_blocks(simd, begin, chunk, places))
}

#[inline(always)]
fn in_blocks<S: Simd>(simd: S, begin: usize, chunk: &[u8], places: &mut [usize]) -> usize {
    let (blocks, rest) = chunk.as_chunks::<BLOCK_BYTES>();
    let (mut filled, mut at) = (0, begin);
    for block in blocks {
        filled = write_stops(places, filled, (at, stops(simd, block)));
        at += BLOCK_BYTES;
    }
    if rest.is_empty() {
        return filled;
    }
    let mut block = [b' '; BLOCK_BYTES];
    block[..rest.len()].copy_from_slice(rest);
    write_stops(places, filled, (at, stops(simd, &block)))
}

/// A bit for each byte that no string holds as it is.
#[inline(always)]
fn stops<S: Simd>(simd: S, block: &[u8; BLOCK_BYTES]) -> u64 {
    let bytes = u8x64::from_slice(simd, block);
    let all = |byte| u8x64::splat(simd, byte);
    (bytes.simd_eq(all(b'"')) | bytes.simd_eq(all(b'\\')) | bytes.simd_le(all(0x1f))).to_bitmask()
}

/// Appends the places of the stops of one block; gives how many there are now.
#[inline(always)]
fn write_stops(places: &mut [usize], filled: usize, (block, mut bits): (usize, u64)) -> usize {
    let after = filled + bits.count_ones() as usize;
    let mut at = filled;
    while at < after {
        let Some(room) = places.get_mut(at..at + WRITTEN) else { break };
        for place in room {
            *place = block + bits.trailing_zeros() as usize;
            bits &= bits.wrapping_sub(1);
        }
        at += WRITTEN;
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_in_every_place_of_a_block_and_of_its_rest() {
        for len in [0, 1, 63, 64, 65, 128, 150] {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    let mut chunk = vec![b'a'; len];
                    chunk[at] = byte;
                    let mut places = vec![0; room(len)];
                    let found = find_stops(1000, &chunk, &mut places);
                    let stops = matches!(byte, b'"' | b'\\' | 0..0x20).then_some(1000 + at);
                    assert_eq!(&places[..found], stops.as_slice(), "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn a_chunk_of_nothing_but_stops_has_room() {
        let chunk = [b'"'; 4096];
        let mut places = vec![0; room(chunk.len())];
        assert_eq!(find_stops(0, &chunk, &mut places), chunk.len());
        assert!(places[..chunk.len()].iter().enumerate().all(|(at, place)| at == *place));
    }
}
