//! Numbers as Parquet packs them: run lengths and packed bits in turn, and
//! differences to the number before.
//!
//! Each is read one number at a time, so that nothing is held for a count that
//! a file only claims.
//!
//! Source: Encodings.md of the Parquet format.

use std::ops::Range;

use crate::decode::parquet::fail::Fail;

const CUT: &str = "a page ends in its numbers";

/// Run lengths and packed bits in turn (`RLE`).
#[derive(Clone, Debug)]
pub(super) struct Runs {
    at: usize,
    end: usize,
    bits: u32,
    left: u64,
    value: u32,
    /// Where the packed bits of this run begin and end, and the next bit.
    packed: Option<(Range<usize>, usize)>,
}

impl Runs {
    /// The numbers that lie there, of so many bits each. No bits are all zeros.
    pub(super) fn new(at: Range<usize>, bits: u32) -> Self {
        Self { at: at.start, end: at.end, bits, left: 0, value: 0, packed: None }
    }

    /// The next number.
    pub(super) fn next(&mut self, page: &[u8]) -> Result<u32, Fail> {
        if self.bits == 0 {
            return Ok(0);
        }
        while self.left == 0 {
            self.run(page)?;
        }
        self.left -= 1;
        let Some((bytes, bit)) = &mut self.packed else { return Ok(self.value) };
        let value = bits_at(page.get(bytes.clone()).unwrap_or_default(), *bit, self.bits).ok_or(CUT)?;
        *bit += self.bits as usize;
        u32::try_from(value).map_err(|_| CUT.into())
    }

    fn run(&mut self, page: &[u8]) -> Result<(), Fail> {
        let own = page.get(..self.end).ok_or(CUT)?;
        let head = unsigned(own, &mut self.at)?;
        self.left = head >> 1;
        if head & 1 == 0 {
            let length = self.bits.div_ceil(8) as usize;
            let bytes = own.get(self.at..self.at + length).ok_or(CUT)?;
            self.value = bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            self.at += length;
            self.packed = None;
        } else {
            let length =
                usize::try_from(self.left.saturating_mul(u64::from(self.bits))).unwrap_or(usize::MAX);
            self.left = self.left.saturating_mul(8);
            // The last run may be shorter than its head says.
            let end = self.at.saturating_add(length).min(self.end);
            self.packed = Some((self.at..end, 0));
            self.at = end;
        }
        Ok(())
    }
}

/// Differences, in blocks (`DELTA_BINARY_PACKED`).
#[derive(Clone, Debug)]
pub(super) struct Differences {
    at: usize,
    left: u64,
    value: i64,
    first: bool,
    per_block: u64,
    minis: usize,
    smallest: i64,
    /// Bit widths of this block's parts, and the next part.
    widths: Range<usize>,
    mini: usize,
    bits: u32,
    mini_left: u64,
    packed: Range<usize>,
    bit: usize,
}

/// Numbers of one block: more than any writer puts in one.
const BLOCK_MAX: u64 = 1 << 20;

impl Differences {
    /// The numbers that begin at `at`, at most `max` of them.
    pub(super) fn new(page: &[u8], at: usize, max: u64) -> Result<Self, Fail> {
        let mut at = at;
        let per_block = unsigned(page, &mut at)?;
        let minis = unsigned(page, &mut at)?;
        let left = unsigned(page, &mut at)?;
        let value = signed(page, &mut at)?;
        let even = minis > 0 && per_block.is_multiple_of(minis.saturating_mul(8));
        if per_block == 0 || per_block > BLOCK_MAX || !even || left > max {
            return Err("numbers in blocks of an impossible size".into());
        }
        let minis = usize::try_from(minis).map_err(|_| CUT)?;
        Ok(Self {
            at,
            left,
            value,
            first: true,
            per_block,
            minis,
            smallest: 0,
            widths: 0..0,
            mini: minis,
            bits: 0,
            mini_left: 0,
            packed: 0..0,
            bit: 0,
        })
    }

    /// The next number.
    pub(super) fn next(&mut self, page: &[u8]) -> Result<i64, Fail> {
        self.left = self.left.checked_sub(1).ok_or(CUT)?;
        if std::mem::take(&mut self.first) {
            return Ok(self.value);
        }
        if self.mini_left == 0 {
            self.part(page)?;
        }
        self.mini_left -= 1;
        let step = match self.bits {
            0 => 0,
            bits => bits_at(page.get(self.packed.clone()).unwrap_or_default(), self.bit, bits).ok_or(CUT)?,
        };
        self.bit += self.bits as usize;
        self.value = self.value.wrapping_add(self.smallest).wrapping_add(step.cast_signed());
        Ok(self.value)
    }

    /// Where they end.
    pub(super) fn end(&self, page: &[u8]) -> Result<usize, Fail> {
        let mut rest = self.clone();
        if std::mem::take(&mut rest.first) {
            rest.left = rest.left.saturating_sub(1);
        }
        loop {
            rest.left = rest.left.saturating_sub(rest.mini_left);
            if rest.left == 0 {
                return Ok(rest.at);
            }
            rest.part(page)?;
        }
    }

    /// The next part of a block.
    fn part(&mut self, page: &[u8]) -> Result<(), Fail> {
        if self.mini == self.minis {
            self.smallest = signed(page, &mut self.at)?;
            self.widths = self.at..self.at.saturating_add(self.minis);
            self.at = self.widths.end;
            self.mini = 0;
        }
        let widths = page.get(self.widths.clone()).ok_or(CUT)?;
        self.bits = u32::from(*widths.get(self.mini).ok_or(CUT)?);
        if self.bits > u64::BITS {
            return Err("numbers of more than 64 bits".into());
        }
        self.mini += 1;
        self.mini_left = self.per_block / self.minis as u64;
        let length = usize::try_from(self.mini_left * u64::from(self.bits) / 8).map_err(|_| CUT)?;
        let end = self.at.saturating_add(length);
        // The last part of all may be cut after its last number.
        self.packed = self.at..end.min(page.len());
        self.at = self.packed.end;
        self.bit = 0;
        Ok(())
    }
}

/// The number of `width` bits, at most 64, that begins at this bit, the lowest first.
fn bits_at(bytes: &[u8], bit: usize, width: u32) -> Option<u64> {
    let first = bit / 8;
    let last = (bit + width as usize).div_ceil(8);
    let all = bytes.get(first..last)?.iter().rev().fold(0u128, |all, byte| all << 8 | u128::from(*byte));
    let value = all >> (bit % 8) & ((1u128 << width) - 1);
    u64::try_from(value).ok()
}

/// A number in groups of seven bits, the lowest first.
fn unsigned(bytes: &[u8], at: &mut usize) -> Result<u64, Fail> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at).ok_or(CUT)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err("a number in a page has no end".into())
}

fn signed(bytes: &[u8], at: &mut usize) -> Result<i64, Fail> {
    let number = unsigned(bytes, at)?;
    Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_bits_take_turns() {
        // Three times 2, then the eight numbers 0 to 7 in three bits each, as the format's page has them.
        let page = [6, 2, 3, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let mut runs = Runs::new(0..page.len(), 3);
        let found: Vec<u32> = (0..11).map(|_| runs.next(&page).expect("a number")).collect();
        assert_eq!(found, [2, 2, 2, 0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(runs.next(&page).is_err());
        assert_eq!(Runs::new(0..0, 0).next(&[]), Ok(0));
    }

    #[test]
    fn differences_add_up() {
        // The example of the format's page: 7, 5, 3, 1, 2, 3, 4, 5; smallest step -2, two bits each.
        let mut page = vec![0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111];
        page.extend([0; 6]);
        page.push(99);
        let mut numbers = Differences::new(&page, 0, 8).expect("a header");
        assert_eq!(numbers.end(&page), Ok(page.len() - 1));
        let found: Vec<i64> = (0..8).map(|_| numbers.next(&page).expect("a number")).collect();
        assert_eq!(found, [7, 5, 3, 1, 2, 3, 4, 5]);
        assert!(numbers.next(&page).is_err());
        assert!(Differences::new(&page, 0, 7).is_err(), "more than the page states");
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for page in [&[0, 4, 8, 0][..], &[0x80, 1, 0, 8, 0], &[0xff, 0xff, 0xff, 0xff, 0x7f, 1, 8, 0], &[]] {
            assert!(Differences::new(page, 0, 100).is_err());
        }
    }
}
