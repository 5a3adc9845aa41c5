//! What stands where in a block of JSON: a bit for each byte that may matter.
//!
//! Owns: finding them for 64 bytes at a time, by the widest instructions of the
//! processor. Knows nothing of strings: a bracket in one is marked like any other.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x64};

/// Bytes that are looked at together.
pub(super) const BLOCK_BYTES: usize = 64;

/// Marks of one block, the first byte the lowest bit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// Quotes.
    pub(super) quotes: u64,
    /// Backslashes and control characters.
    pub(super) odd: u64,
    /// Opening brackets of both kinds.
    pub(super) opens: u64,
    /// Closing brackets of both kinds.
    pub(super) closes: u64,
    /// Of the brackets, the square ones; beside them a few letters.
    pub(super) square: u64,
    /// Commas.
    pub(super) commas: u64,
    /// Colons.
    pub(super) colons: u64,
    /// Letters before the last one of the keys that make a call of a record, in any case.
    pub(super) tails: u64,
}

#[inline(always)]
pub(super) fn marks<S: Simd>(simd: S, block: &[u8; BLOCK_BYTES]) -> Marks {
    let bytes = u8x64::from_slice(simd, block);
    let all = |byte| u8x64::splat(simd, byte);
    let is = |byte| bytes.simd_eq(all(byte)).to_bitmask();
    // One bit tells `[` from `{`, and `]` from `}`; and `M` from `m`.
    let curly = bytes | all(0x20);
    Marks {
        quotes: is(b'"'),
        odd: (bytes.simd_eq(all(b'\\')) | bytes.simd_le(all(0x1f))).to_bitmask(),
        opens: curly.simd_eq(all(b'{')).to_bitmask(),
        closes: curly.simd_eq(all(b'}')).to_bitmask(),
        // `[` and `]`, and `Y` and `_`, which are no brackets.
        square: (bytes & all(0xf9)).simd_eq(all(0x59)).to_bitmask(),
        commas: is(b','),
        colons: is(b':'),
        tails: (curly.simd_eq(all(b'm')) | curly.simd_eq(all(b'c'))).to_bitmask(),
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    #[test]
    fn every_byte_is_marked_in_every_place_of_a_block() {
        for at in 0..BLOCK_BYTES {
            for byte in 0..=u8::MAX {
                let mut block = [b'a'; BLOCK_BYTES];
                block[at] = byte;
                let marks = dispatch!(Level::new(), simd => marks(simd, &block));
                let is = |bytes: &[u8]| u64::from(bytes.contains(&byte)) << at;
                assert_eq!(marks.quotes, is(b"\""), "{byte}");
                assert_eq!(marks.odd, is(b"\\") | u64::from(byte < 0x20) << at, "{byte}");
                assert_eq!((marks.opens, marks.closes), (is(b"[{"), is(b"]}")), "{byte}");
                assert_eq!(marks.square, is(b"[]Y_"), "{byte}");
                assert_eq!(
                    (marks.commas, marks.colons, marks.tails),
                    (is(b","), is(b":"), is(b"mcMC")),
                    "{byte}"
                );
            }
        }
    }
}
