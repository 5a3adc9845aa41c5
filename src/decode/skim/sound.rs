//! Whether an object is a sound delivery, and where its records lie.
//!
//! Owns: the grammar of JSON without white space, held for 64 bytes at a time by bits.
//! Takes no more than serde_json takes; what it doubts it does not take.
//!
//! Between strings, every comma, colon and opening bracket is followed by the beginning
//! of a value or key, and nothing else is. In an object colons and commas take turns, so
//! one bit says whether a key or a value is due; where all brackets of a block are of
//! objects, one subtraction gives that bit for each byte. Other blocks are walked from
//! bracket to bracket.

use fearless_simd::{Level, Simd, dispatch};

use crate::decode::skim::marks::{BLOCK_BYTES, Marks, marks};
use crate::decode::skim::records::Records;

/// How a delivery begins.
const BEGIN: &[u8] = b"{\"Records\":[";

/// Nesting that is followed: one bit each. Records of CloudTrail nest about 10.
const DEPTH_MAX: u32 = 62;

/// Whether the first bytes are those of a delivery without white space.
pub(super) fn may_be_delivery(content: &[u8]) -> bool {
    content.starts_with(BEGIN)
}

/// All records of a delivery; `None` if it is none, or none that is surely sound.
pub(super) fn records<'a, 'w>(text: &'a str, records: Records<'a, 'w>) -> Option<Records<'a, 'w>> {
    text.as_bytes().starts_with(BEGIN).then_some(())?;
    dispatch!(Level::new(), simd => blocks(simd, Walk::new(text.as_bytes(), records)))
}

#[inline(always)]
fn blocks<'a, 'w, S: Simd>(simd: S, mut walk: Walk<'a, 'w>) -> Option<Records<'a, 'w>> {
    let rest = walk.text.get(BEGIN.len()..)?;
    let (blocks, last) = rest.as_chunks::<BLOCK_BYTES>();
    let (mut at, mut carry) = (BEGIN.len(), Carry::begin());
    for block in blocks {
        match walk.block(at, marks(simd, block), &mut carry) {
            Step::On => at += BLOCK_BYTES,
            Step::End => return Some(walk.records),
            Step::Doubt => return None,
        }
    }
    let mut block = [b' '; BLOCK_BYTES];
    block.get_mut(..last.len())?.copy_from_slice(last);
    matches!(walk.block(at, marks(simd, &block), &mut carry), Step::End).then_some(walk.records)
}

/// What a block came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Sound so far.
    On,
    /// The object ends in it as it should.
    End,
    /// It is for others to say what that is.
    Doubt,
}

/// What stands in a block outside of strings.
struct Block {
    at: usize,
    opens: u64,
    closes: u64,
    /// Of these, those of arrays.
    square: u64,
    commas: u64,
    colons: u64,
    /// Opening brackets that are closed at once.
    empty: u64,
    /// Beginnings of strings, and all bytes of numbers and words.
    plain: u64,
    /// Beginnings of numbers and words.
    scalars: u64,
    /// Colons behind keys that may be asked for.
    keys: u64,
    /// What is no JSON.
    faults: u64,
}

/// What the end of a block says of the next.
struct Carry {
    /// All bits if it ended inside a string.
    in_string: u64,
    /// One if it ended in a backslash that escapes the next byte.
    escaped: u64,
    /// One if a value or key is due.
    due: u64,
    /// One if it ended in a number or word.
    in_scalar: u64,
    /// Whether its last three bytes are letters by which wanted keys are known.
    tails: u64,
}

impl Carry {
    /// Behind the bracket of the array of records.
    const fn begin() -> Self {
        Self { in_string: 0, escaped: 0, due: 1, in_scalar: 0, tails: 0 }
    }
}

/// What is odd in a block.
struct Odd {
    /// Bytes that are escaped by a backslash.
    escaped: u64,
    /// One if the next block begins with such a byte.
    escapes_next: u64,
    /// Control characters, and backslashes that escape nothing.
    faults: u64,
}

/// A walk through the blocks of an object.
struct Walk<'a, 'w> {
    text: &'a [u8],
    records: Records<'a, 'w>,
    /// One if the object at hand has its key and is about its value.
    at_value: u64,
    /// How many more brackets than are opened may close before the record ends, if all
    /// that are open are of objects; else [`WALKED`].
    spare: i32,
    /// A bit for each bracket that is open: whether it is of an object. The innermost
    /// is the lowest. Kept while blocks are walked from bracket to bracket.
    objects: u64,
    /// Open brackets in the array of records; kept likewise.
    depth: u32,
    /// Those of arrays.
    arrays: u32,
}

/// So little to spare that a block has to be walked from bracket to bracket.
const WALKED: i32 = i32::MIN / 2;

impl<'a, 'w> Walk<'a, 'w> {
    const fn new(text: &'a [u8], records: Records<'a, 'w>) -> Self {
        Self { text, records, at_value: 0, spare: WALKED, objects: 0, depth: 0, arrays: 0 }
    }

    #[inline(always)]
    fn block(&mut self, at: usize, marks: Marks, carry: &mut Carry) -> Step {
        let (mut quotes, mut faults) = (marks.quotes, 0);
        if marks.odd | carry.escaped != 0 {
            let odd = self.odd(at, marks.odd, carry.escaped);
            quotes &= !odd.escaped;
            (faults, carry.escaped) = (odd.faults, odd.escapes_next);
        }
        // A string is marked from its first quote to before its last.
        let strings = before_each(quotes) ^ carry.in_string;
        carry.in_string = if strings >> 63 == 0 { 0 } else { u64::MAX };
        let outside = !(strings | quotes);
        let openings = quotes & strings;
        let (opens, closes) = (marks.opens & outside, marks.closes & outside);
        let (commas, colons) = (marks.commas & outside, marks.colons & outside);
        let others = outside & !(opens | closes | commas | colons);
        let scalars = others & !(others << 1 | carry.in_scalar);
        carry.in_scalar = others >> 63;
        let mut empty = opens & closes >> 1;
        if opens >> 63 != 0 && matches!(self.text.get(at + BLOCK_BYTES), Some(b'}' | b']')) {
            empty |= 1 << 63;
        }
        // Whatever makes a value or key due is followed by one, and nothing else is.
        let calls_for = commas | colons | opens ^ empty;
        faults |= (openings | opens | scalars) ^ (calls_for << 1 | carry.due);
        carry.due = calls_for >> 63;
        let keys = colons & (marks.tails << 3 | carry.tails);
        carry.tails = marks.tails >> 61;
        let (square, plain) = (marks.square & outside, openings | others);
        let block = Block { at, opens, closes, square, commas, colons, empty, plain, scalars, keys, faults };
        if square == 0 && self.stays_in_record(&block) { self.objects(&block) } else { self.brackets(block) }
    }

    /// Whether a block begins and ends in a record and surely leaves none between, and
    /// no array is open.
    #[inline(always)]
    const fn stays_in_record(&self, block: &Block) -> bool {
        let before_first = (block.closes & block.closes.wrapping_neg()).wrapping_sub(1);
        let opened = (block.opens & before_first).count_ones() as i32;
        self.spare + opened >= block.closes.count_ones() as i32
    }

    /// A block in which all that is open or opened is an object.
    #[inline(always)]
    fn objects(&mut self, block: &Block) -> Step {
        let Block { opens, closes, colons, empty, .. } = *block;
        let to_key = block.commas | opens ^ empty;
        // From each colon to before the next comma or opening bracket: a value. Where two
        // of one kind follow each other, the later one gets the bit of the other kind.
        let values = to_key.wrapping_sub(colons).wrapping_sub(self.at_value);
        let faults = ((values ^ colons) & (to_key | colons)) | ((empty | closes | block.scalars) & !values);
        if block.faults | faults != 0 {
            return Step::Doubt;
        }
        self.at_value = values >> 63;
        let inner = |below: u64| (opens & below).count_ones() as i32 - (closes & below).count_ones() as i32;
        let mut keys = block.keys;
        while keys != 0 {
            let below = (keys & keys.wrapping_neg()) - 1;
            let own = self.spare + inner(below) == 0;
            self.records.key(block.at + keys.trailing_zeros() as usize, own);
            keys &= keys - 1;
        }
        self.spare += inner(u64::MAX);
        self.scalars(block.at, block.scalars)
    }

    /// A block with arrays or the end of a record in it, from bracket to bracket.
    #[inline(never)]
    fn brackets(&mut self, block: Block) -> Step {
        if let Ok(spare) = u32::try_from(self.spare) {
            if spare >= DEPTH_MAX {
                return Step::Doubt;
            }
            self.depth = spare + 1;
            self.objects = (1 << self.depth) - 1;
        }
        let step = self.by_brackets(block);
        let in_objects = self.arrays == 0 && self.depth > 0;
        self.spare = if in_objects { self.depth as i32 - 1 } else { WALKED };
        step
    }

    fn by_brackets(&mut self, block: Block) -> Step {
        let turns = before_each(block.commas | block.colons);
        // Turned over where that makes it the values of the object at hand.
        let mut over = 0u64.wrapping_sub(self.at_value);
        let (mut left, mut done, mut faults) = (block.opens | block.closes, 0, block.faults);
        loop {
            let bracket = left & left.wrapping_neg();
            let below = bracket.wrapping_sub(1);
            let values = turns ^ over;
            faults |= self.between(&block, below & !done, values);
            if bracket == 0 {
                self.at_value = values >> 63;
                break;
            }
            let object = self.objects & 1 == 1;
            let square = block.square & bracket != 0;
            let opens = block.opens & bracket != 0;
            if (object && values & bracket == 0) || (!opens && object == square) {
                return Step::Doubt;
            }
            let at = block.at + bracket.trailing_zeros() as usize;
            if !opens && self.depth == 0 {
                let sound = faults & (below | bracket) == 0
                    && self.scalars(block.at, block.scalars & below) == Step::On
                    && self.ends_at(at + 1);
                return if sound { Step::End } else { Step::Doubt };
            }
            let stepped = if opens { self.open(at, square) } else { self.close(at, square) };
            if !stepped {
                return Step::Doubt;
            }
            // A key is due in what was opened, unless it is closed at once; none
            // after what was closed.
            let at_value = !opens || block.empty & bracket != 0;
            over = if (turns & bracket != 0) == at_value { 0 } else { u64::MAX };
            (left, done) = (left ^ bracket, below | bracket);
        }
        if faults != 0 { Step::Doubt } else { self.scalars(block.at, block.scalars) }
    }

    /// What is wrong between two brackets.
    fn between(&mut self, block: &Block, part: u64, values: u64) -> u64 {
        if self.objects & 1 == 1 {
            let mut keys = block.keys & part;
            while keys != 0 {
                self.records.key(block.at + keys.trailing_zeros() as usize, self.depth == 1);
                keys &= keys - 1;
            }
            return part & (block.colons & !values | block.commas & values | block.scalars & !values);
        }
        // Records are objects.
        let plain = if self.depth == 0 { block.plain } else { 0 };
        part & (block.colons | plain)
    }

    fn open(&mut self, at: usize, square: bool) -> bool {
        if self.depth == DEPTH_MAX || (self.depth == 0 && square) {
            return false;
        }
        if self.depth == 0 {
            self.records.begin(at);
        }
        self.depth += 1;
        self.arrays += u32::from(square);
        self.objects = self.objects << 1 | u64::from(!square);
        true
    }

    fn close(&mut self, at: usize, square: bool) -> bool {
        self.depth -= 1;
        self.arrays -= u32::from(square);
        self.objects >>= 1;
        self.depth > 0 || self.records.end(at + 1)
    }

    /// Whether the object ends there, behind its array.
    fn ends_at(&self, at: usize) -> bool {
        match self.text.get(at..) {
            Some([b'}', rest @ ..]) => rest.iter().all(|byte| b" \n\r\t".contains(byte)),
            _ => false,
        }
    }

    /// What backslashes and control characters there are. `escaped` is one if the first
    /// byte is escaped by the last block.
    #[inline(never)]
    fn odd(&mut self, at: usize, odd: u64, escaped: u64) -> Odd {
        let mut told = Odd { escaped, escapes_next: 0, faults: 0 };
        let mut left = odd & !escaped;
        while left != 0 {
            let bit = left & left.wrapping_neg();
            let place = at + bit.trailing_zeros() as usize;
            left ^= bit;
            match self.text.get(place..) {
                Some([b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..]) => {
                    self.records.escape(place, false);
                }
                Some([b'\\', b'u', a, b, c, d, ..]) if [a, b, c, d].iter().all(|c| c.is_ascii_hexdigit()) => {
                    self.records.escape(place, true);
                }
                _ => {
                    told.faults |= bit;
                    continue;
                }
            }
            told.escaped |= bit << 1;
            left &= !(bit << 1);
            told.escapes_next = bit >> 63;
        }
        told
    }

    #[inline(always)]
    fn scalars(&self, at: usize, mut scalars: u64) -> Step {
        while scalars != 0 {
            if !self.is_scalar(at + scalars.trailing_zeros() as usize) {
                return Step::Doubt;
            }
            scalars &= scalars - 1;
        }
        Step::On
    }

    /// Whether a number or word begins there, and a value ends where it does.
    #[inline(always)]
    fn is_scalar(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        let after = match rest.first_chunk() {
            Some(b"true" | b"null") => rest.get(4..),
            Some(b"fals") => rest.strip_prefix(b"false"),
            _ => after_number(rest),
        };
        matches!(after, Some([b',' | b'}' | b']', ..]))
    }
}

/// Each bit turned over for each bit at or below it.
#[inline(always)]
const fn before_each(bits: u64) -> u64 {
    let mut turned = bits ^ bits << 1;
    turned ^= turned << 2;
    turned ^= turned << 4;
    turned ^= turned << 8;
    turned ^= turned << 16;
    turned ^ turned << 32
}

/// What follows the number at the start.
fn after_number(text: &[u8]) -> Option<&[u8]> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let mut rest = after_digits(digits)?;
    if let [b'0', b'0'..=b'9', ..] = digits {
        return None;
    }
    if let [b'.', fraction @ ..] = rest {
        rest = after_digits(fraction)?;
    }
    match rest {
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => after_digits(exponent),
        _ => Some(rest),
    }
}

/// What follows at least one digit.
fn after_digits(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.get(digits..).filter(|_| digits > 0)
}
