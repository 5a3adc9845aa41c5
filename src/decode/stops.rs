//! Where strings may stop: the bytes that no JSON string holds as they are.
//!
//! Owns: finding quotes, backslashes and control characters 64 bytes at a time, by
//! the widest instructions of the processor. Knows nothing of JSON beside.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x64};

/// Bytes that are looked at together, a bit each.
pub(super) const BLOCK_BYTES: usize = 64;

/// Words of bits that are held at once: 4 KiB of text.
pub(super) const STOP_WORDS: usize = 64;

/// A bit for each byte of some text, 64 a word, the first the lowest.
pub(super) type Stops = [u64; STOP_WORDS];

/// Finds the stops at the beginning of a text; gives how many words tell of it.
/// Where the text ends within a word, the rest of its bits are no stops.
pub(super) fn find_stops(text: &[u8], stops: &mut Stops) -> usize {
    dispatch!(Level::new(), simd => in_blocks(simd, text, stops))
}

#[inline(always)]
fn in_blocks<S: Simd>(simd: S, text: &[u8], stops: &mut Stops) -> usize {
    let (blocks, rest) = text.as_chunks::<BLOCK_BYTES>();
    for (word, block) in stops.iter_mut().zip(blocks) {
        *word = in_block(simd, block);
    }
    match stops.get_mut(blocks.len()) {
        Some(word) if !rest.is_empty() => {
            let mut block = [b' '; BLOCK_BYTES];
            block[..rest.len()].copy_from_slice(rest);
            *word = in_block(simd, &block);
            blocks.len() + 1
        }
        _ => blocks.len().min(STOP_WORDS),
    }
}

#[inline(always)]
fn in_block<S: Simd>(simd: S, block: &[u8; BLOCK_BYTES]) -> u64 {
    let bytes = u8x64::from_slice(simd, block);
    let all = |byte| u8x64::splat(simd, byte);
    (bytes.simd_eq(all(b'"')) | bytes.simd_eq(all(b'\\')) | bytes.simd_le(all(0x1f))).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_in_every_place_of_a_block_and_of_its_rest() {
        for len in [0, 1, 63, 64, 65, 128, 150] {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'a'; len];
                    text[at] = byte;
                    let mut stops = [u64::MAX; STOP_WORDS];
                    let words = find_stops(&text, &mut stops);
                    assert_eq!(words, len.div_ceil(BLOCK_BYTES));
                    let found: Vec<usize> =
                        (0..words * 64).filter(|at| stops[at / 64] >> (at % 64) & 1 == 1).collect();
                    let is_stop = matches!(byte, b'"' | b'\\' | 0..0x20).then_some(at);
                    assert_eq!(found, is_stop.as_slice(), "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn no_more_is_told_than_there_is_room_for() {
        let mut stops = [0; STOP_WORDS];
        assert_eq!(find_stops(&[b'"'; 5000], &mut stops), STOP_WORDS);
        assert_eq!(stops, [u64::MAX; STOP_WORDS]);
    }
}
