//! The one source of chance: splitmix64, seeded, so that the same seed gives the same bytes on every machine.
//!
//! Owns numbers and the identifiers made of them. Knows nothing of CloudTrail.

/// A splitmix64 generator.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014), the `nextSeed`/`mix64` pair.
#[derive(Clone, Debug)]
pub(crate) struct Prng(u64);

/// Increment of splitmix64: the golden ratio in 64 bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const LOWER_HEX: &[u8; 16] = b"0123456789abcdef";
const KEY_LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Prng {
    /// A generator that starts from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator for one part of the work, so that parts can be made in any order, by any thread.
    pub(crate) fn derived(seed: u64, parts: &[u64]) -> Self {
        let mixed = parts.iter().fold(mix(seed ^ GOLDEN), |state, part| {
            mix(state.wrapping_add(GOLDEN) ^ part.wrapping_mul(GOLDEN))
        });
        Self(mixed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number from 0 to `bound - 1`; 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// An index into a slice of `len` elements.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// True `per_mille` times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One element of a list that has at least one.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }

    /// Appends `len` lower-case hexadecimal digits.
    pub(crate) fn push_hex(&mut self, out: &mut String, len: usize) {
        self.push_letters(out, len, LOWER_HEX, 4);
    }

    /// Appends `len` characters of the alphabet of access keys and principal ids.
    pub(crate) fn push_key(&mut self, out: &mut String, len: usize) {
        self.push_letters(out, len, KEY_LETTERS, 5);
    }

    /// Appends a made-up session token: base64-like, beginning like the tokens of STS do.
    pub(crate) fn push_token(&mut self, out: &mut String, len: usize) {
        out.push_str("IQoJb3JpZ2luX2VjE");
        self.push_letters(out, len, BASE64, 6);
        out.push_str("==");
    }

    /// Appends a version 4 UUID.
    pub(crate) fn push_uuid(&mut self, out: &mut String) {
        let (high, low) = (self.bits(), self.bits());
        let variant = LOWER_HEX[8 + (low >> 62) as usize] as char;
        for (part, len) in [(high >> 32, 8), (high >> 16, 4)] {
            push_digits(out, part, len);
            out.push('-');
        }
        out.push('4');
        push_digits(out, high, 3);
        out.push('-');
        out.push(variant);
        push_digits(out, low >> 48, 3);
        out.push('-');
        push_digits(out, low, 12);
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let mut out = String::with_capacity(36);
        self.push_uuid(&mut out);
        out
    }

    /// `prefix` and `len` hexadecimal digits, as in `i-0123456789abcdef0`.
    pub(crate) fn hex(&mut self, prefix: &str, len: usize) -> String {
        let mut out = String::from(prefix);
        self.push_hex(&mut out, len);
        out
    }

    /// `prefix` and `len` characters of the key alphabet, as in `ASIA…` or `AROA…`.
    pub(crate) fn key(&mut self, prefix: &str, len: usize) -> String {
        let mut out = String::from(prefix);
        self.push_key(&mut out, len);
        out
    }

    fn push_letters(&mut self, out: &mut String, len: usize, alphabet: &[u8], width: u32) {
        let mask = (1u64 << width) - 1;
        let per_word = (64 / width) as usize;
        let mut left = len;
        while left > 0 {
            let mut word = self.bits();
            for _ in 0..left.min(per_word) {
                out.push(alphabet[(word & mask) as usize] as char);
                word >>= width;
            }
            left = left.saturating_sub(per_word);
        }
    }
}

fn push_digits(out: &mut String, value: u64, len: u32) {
    for place in (0..len).rev() {
        out.push(LOWER_HEX[(value >> (4 * place) & 15) as usize] as char);
    }
}
