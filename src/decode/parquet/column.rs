//! A column of one row group, value after value: levels, and the values behind
//! them, with one page of it in memory at a time.

use std::borrow::Cow;

use polars_parquet::parquet::compression::DecompressionContext;

use crate::decode::parquet::fail::Fail;
use crate::decode::parquet::footer::{Chunk, Leaf, Physical};
use crate::decode::parquet::numbers::{Differences, Runs};
use crate::decode::parquet::page::{self, Data, Page, Room};

const CUT: &str = "a page ends in its values";

/// A value as stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'v> {
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Nanoseconds of a day and a Julian day.
    Int96(&'v [u8]),
    Bytes(&'v [u8]),
}

/// A column.
pub(super) struct Column<'a> {
    file: &'a [u8],
    leaf: Leaf,
    codec: i64,
    /// The next page begins here, and the column ends there.
    at: usize,
    end: usize,
    /// Levels that no page has given yet.
    left: u64,
    page: Option<Open<'a>>,
    dictionary: Option<Dictionary<'a>>,
    peeked: Option<(u32, u32)>,
    context: DecompressionContext,
}

/// The page at hand.
struct Open<'a> {
    data: Data<'a>,
    left: u64,
    values: Values,
}

/// Where the next value is.
enum Values {
    /// One after the other, from here on.
    Plain(usize),
    /// Single bits, from this byte and bit on.
    Bits(usize),
    BoolRuns(Runs),
    Dictionary(Runs),
    Differences(Differences),
    /// Lengths, and the bytes from here on.
    Lengths(Differences, usize),
    /// Lengths of what is shared with the value before and of what is not, the
    /// bytes from here on, and the value before.
    Shared(Differences, Differences, usize, Vec<u8>),
}

struct Dictionary<'a> {
    bytes: Cow<'a, [u8]>,
    /// Where each value lies.
    places: Vec<(u32, u32)>,
}

impl<'a> Column<'a> {
    pub(super) fn new(file: &'a [u8], leaf: Leaf, chunk: &Chunk) -> Self {
        Self {
            file,
            leaf,
            codec: chunk.codec,
            at: chunk.bytes.start,
            end: chunk.bytes.end,
            left: chunk.values,
            page: None,
            dictionary: None,
            peeked: None,
            context: DecompressionContext::Unset,
        }
    }

    /// Repetition and definition level of the next value; `None` at the end.
    pub(super) fn peek(&mut self, room: &mut Room) -> Result<Option<(u32, u32)>, Fail> {
        if self.peeked.is_some() {
            return Ok(self.peeked);
        }
        while self.page.as_ref().is_none_or(|page| page.left == 0) {
            if self.left == 0 {
                return Ok(None);
            }
            self.next_page(room)?;
        }
        let Some(page) = &mut self.page else { return Ok(None) };
        page.left -= 1;
        let bytes = &page.data.bytes;
        let levels = (page.data.repetition.next(bytes)?, page.data.definition.next(bytes)?);
        if levels.0 > self.leaf.repetition_max || levels.1 > self.leaf.definition_max {
            return Err("levels that its schema does not have".into());
        }
        self.peeked = Some(levels);
        Ok(self.peeked)
    }

    /// Goes past a value that is not there.
    pub(super) fn skip(&mut self) {
        self.peeked = None;
    }

    /// The value that was peeked at, which must be there.
    pub(super) fn value(&mut self) -> Result<Scalar<'_>, Fail> {
        let there = self.peeked.take().is_some_and(|(_, definition)| definition == self.leaf.definition_max);
        let (Some(page), true) = (&mut self.page, there) else {
            return Err("its columns disagree on which values are there".into());
        };
        page.values.next(&page.data.bytes, (self.leaf.physical, self.dictionary.as_ref()))
    }

    fn next_page(&mut self, room: &mut Room) -> Result<(), Fail> {
        if let Some(old) = self.page.take() {
            room.release(&old.data);
        }
        let bytes = self.file.get(self.at..self.end).filter(|rest| !rest.is_empty());
        let bytes = bytes.ok_or("a column has fewer values than it states")?;
        let (page, length) = page::read(bytes, (&self.leaf, self.codec), (room, &mut self.context))?;
        self.at += length;
        match page {
            Page::Dictionary { bytes, values } => {
                self.dictionary = Some(Dictionary::new(bytes, values, self.leaf.physical)?);
            }
            Page::Data(data) => {
                let left = data.levels;
                self.left = self.left.checked_sub(left).ok_or("a column has more values than it states")?;
                let values = Values::new(&data, self.leaf.physical)?;
                self.page = Some(Open { data, left, values });
            }
            Page::Other => {}
        }
        Ok(())
    }
}

impl Values {
    /// Source: Encodings.md of the Parquet format (the numbers are parquet.thrift's).
    fn new(data: &Data<'_>, physical: Physical) -> Result<Self, Fail> {
        let (bytes, at) = (&data.bytes, data.start);
        let whole = at..bytes.len();
        Ok(match (data.encoding, physical) {
            (0, Physical::Bool) => Self::Bits(at.saturating_mul(8)),
            (0, _) => Self::Plain(at),
            // The length that stands before them adds nothing.
            (3, Physical::Bool) => Self::BoolRuns(Runs::new(at.saturating_add(4)..bytes.len(), 1)),
            (2 | 8, _) => match bytes.get(at) {
                Some(&bits) if bits > 32 => return Err("references of more than 32 bits".into()),
                Some(&bits) => Self::Dictionary(Runs::new(at + 1..whole.end, u32::from(bits))),
                // A page of nothing but nulls may hold nothing.
                None => Self::Plain(at),
            },
            (5, Physical::Int32 | Physical::Int64) => {
                Self::Differences(Differences::new(bytes, at, data.levels)?)
            }
            (6, Physical::Bytes) => {
                let lengths = Differences::new(bytes, at, data.levels)?;
                let end = lengths.end(bytes)?;
                Self::Lengths(lengths, end)
            }
            (7, Physical::Bytes | Physical::Fixed(_)) => {
                let shared = Differences::new(bytes, at, data.levels)?;
                let own = Differences::new(bytes, shared.end(bytes)?, data.levels)?;
                let end = own.end(bytes)?;
                Self::Shared(shared, own, end, Vec::new())
            }
            (encoding, _) => {
                return Err(Fail::not_read(format!("an encoding that is not read ({encoding})")));
            }
        })
    }

    fn next<'v>(
        &'v mut self,
        page: &'v [u8],
        (physical, dictionary): (Physical, Option<&'v Dictionary<'_>>),
    ) -> Result<Scalar<'v>, Fail> {
        match self {
            Self::Plain(at) => {
                let (start, end) = plain(page, *at, physical)?;
                *at = end;
                scalar(page.get(start..end).ok_or(CUT)?, physical)
            }
            Self::Bits(bit) => {
                let byte = page.get(*bit / 8).ok_or(CUT)?;
                let truth = byte >> (*bit % 8) & 1 == 1;
                *bit += 1;
                Ok(Scalar::Bool(truth))
            }
            Self::BoolRuns(runs) => Ok(Scalar::Bool(runs.next(page)? == 1)),
            Self::Dictionary(runs) => {
                let index = usize::try_from(runs.next(page)?).unwrap_or(usize::MAX);
                let dictionary = dictionary.ok_or("references to a dictionary that is not there")?;
                scalar(dictionary.get(index).ok_or("a reference to no value of the dictionary")?, physical)
            }
            Self::Differences(numbers) => {
                let number = numbers.next(page)?;
                Ok(Scalar::Int(if physical == Physical::Int32 { i64::from(wrapped(number)) } else { number }))
            }
            Self::Lengths(lengths, at) => {
                let end = usize::try_from(lengths.next(page)?).ok().and_then(|length| at.checked_add(length));
                let bytes = page.get(*at..end.ok_or(CUT)?).ok_or(CUT)?;
                *at += bytes.len();
                Ok(Scalar::Bytes(bytes))
            }
            Self::Shared(shared, own, at, before) => {
                let shared = usize::try_from(shared.next(page)?).map_err(|_| CUT)?;
                let own = usize::try_from(own.next(page)?).map_err(|_| CUT)?;
                let end = at.checked_add(own).ok_or(CUT)?;
                let bytes = page.get(*at..end).ok_or(CUT)?;
                if shared > before.len() {
                    return Err("a value shares more with the one before than that has".into());
                }
                before.truncate(shared);
                before.extend_from_slice(bytes);
                *at = end;
                Ok(Scalar::Bytes(before))
            }
        }
    }
}

impl<'a> Dictionary<'a> {
    fn new(bytes: Cow<'a, [u8]>, values: u64, physical: Physical) -> Result<Self, Fail> {
        let mut places = Vec::new();
        let mut at = 0;
        for _ in 0..values {
            let (start, end) = plain(&bytes, at, physical)?;
            let place = (u32::try_from(start).map_err(|_| CUT)?, u32::try_from(end).map_err(|_| CUT)?);
            places.push(place);
            at = end;
        }
        Ok(Self { bytes, places })
    }

    fn get(&self, index: usize) -> Option<&[u8]> {
        let (start, end) = *self.places.get(index)?;
        self.bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}

/// Where the value at `at` begins and ends.
fn plain(page: &[u8], at: usize, physical: Physical) -> Result<(usize, usize), Fail> {
    let (start, length) = match physical {
        Physical::Bool => return Err("true and false in a dictionary".into()),
        Physical::Int32 | Physical::Float => (at, 4),
        Physical::Int64 | Physical::Double => (at, 8),
        Physical::Int96 => (at, 12),
        Physical::Fixed(length) => (at, length),
        Physical::Bytes => {
            let (length, _) = page.get(at..).unwrap_or_default().split_first_chunk::<4>().ok_or(CUT)?;
            (at + 4, usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX))
        }
    };
    let end = start.checked_add(length).filter(|end| *end <= page.len());
    Ok((start, end.ok_or(CUT)?))
}

fn scalar(bytes: &[u8], physical: Physical) -> Result<Scalar<'_>, Fail> {
    let four = || bytes.first_chunk::<4>().copied().ok_or(CUT);
    let eight = || bytes.first_chunk::<8>().copied().ok_or(CUT);
    Ok(match physical {
        Physical::Bool => return Err(CUT.into()),
        Physical::Int32 => Scalar::Int(i64::from(i32::from_le_bytes(four()?))),
        Physical::Int64 => Scalar::Int(i64::from_le_bytes(eight()?)),
        Physical::Float => Scalar::Float(f64::from(f32::from_le_bytes(four()?))),
        Physical::Double => Scalar::Float(f64::from_le_bytes(eight()?)),
        Physical::Int96 => Scalar::Int96(bytes),
        Physical::Bytes | Physical::Fixed(_) => Scalar::Bytes(bytes),
    })
}

/// The low half of a number: 32-bit differences wrap around.
fn wrapped(number: i64) -> i32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(bytes: Vec<u8>, encoding: i64) -> Data<'static> {
        let none = || Runs::new(0..0, 0);
        let (repetition, definition) = (none(), none());
        Data { bytes: Cow::Owned(bytes), levels: 3, repetition, definition, start: 0, encoding }
    }

    /// Numbers in one block of no bits: the first, and the step to each next one.
    fn numbers(first: u8, step: i8) -> Vec<u8> {
        let zigzag = |number: i8| (number.cast_unsigned() << 1) ^ (number >> 7).cast_unsigned();
        vec![0x80, 1, 1, 3, first << 1, zigzag(step), 0]
    }

    fn texts(data: &Data<'_>) -> Result<Vec<String>, Fail> {
        let mut values = Values::new(data, Physical::Bytes)?;
        let mut found = Vec::new();
        for _ in 0..3 {
            let Scalar::Bytes(bytes) = values.next(&data.bytes, (Physical::Bytes, None))? else { continue };
            found.push(String::from_utf8_lossy(bytes).into_owned());
        }
        Ok(found)
    }

    #[test]
    fn values_that_share_their_beginning_are_put_together() {
        // Shared: 0, 1, 2. Own: 2, 1, 0.
        let page = |shared| [numbers(0, shared), numbers(2, -1), b"abc".to_vec()].concat();
        assert_eq!(texts(&data(page(1), 7)), Ok(vec!["ab".to_owned(), "ac".to_owned(), "ac".to_owned()]));
        assert!(texts(&data(page(100), 7)).is_err(), "more than the value before has");
        assert!(texts(&data(page(-1), 7)).is_err(), "less than nothing");
        let whole = page(1);
        for cut in 0..whole.len() {
            assert!(texts(&data(whole[..cut].to_vec(), 7)).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn encodings_that_are_not_read_are_named() {
        let fail = texts(&data(vec![0; 8], 9)).expect_err("not read");
        assert_eq!(fail, Fail::not_read("an encoding that is not read (9)"));
    }
}
