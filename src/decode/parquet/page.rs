//! One page of a column: its header, its bytes out of their packing, and where
//! in them levels and values begin.
//!
//! Source: parquet.thrift and "Data Pages" of the Parquet format.

use std::borrow::Cow;

use polars_parquet::parquet::compression::{Compression, DecompressionContext, decompress};

use crate::decode::parquet::fail::Fail;
use crate::decode::parquet::footer::Leaf;
use crate::decode::parquet::numbers::Runs;
use crate::decode::parquet::thrift::{self, Fields};
use crate::limits::{PARQUET_HELD_BYTES_MAX, PARQUET_PAGE_BYTES_MAX};

/// What may still be held and unpacked while one file is read.
#[derive(Debug)]
pub(super) struct Room {
    held: usize,
    left: u64,
}

impl Room {
    /// Room for a file out of which so many bytes may come.
    pub(super) fn new(bytes: u64) -> Self {
        Self { held: 0, left: bytes }
    }

    /// Pays for bytes that come out of the file.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Fail> {
        let left = self.left.checked_sub(bytes as u64);
        self.left = left.ok_or_else(|| Fail::limit("far more comes out of it than any real file holds"))?;
        Ok(())
    }

    fn hold(&mut self, bytes: usize) -> Result<(), Fail> {
        self.spend(bytes)?;
        self.held = self.held.saturating_add(bytes);
        if self.held > PARQUET_HELD_BYTES_MAX {
            return Err(Fail::limit(format!(
                "its pages need more than {PARQUET_HELD_BYTES_MAX} bytes at once"
            )));
        }
        Ok(())
    }

    /// Takes back what a page held.
    pub(super) fn release(&mut self, page: &Data<'_>) {
        if let Cow::Owned(bytes) = &page.bytes {
            self.held = self.held.saturating_sub(bytes.len());
        }
    }

    /// Takes back what the pages of a row group held, which are gone.
    pub(super) fn release_all(&mut self) {
        self.held = 0;
    }
}

/// A page.
#[derive(Debug)]
pub(super) enum Page<'a> {
    /// The values that other pages of the column refer to.
    Dictionary { bytes: Cow<'a, [u8]>, values: u64 },
    /// Values, or references to them.
    Data(Data<'a>),
    /// Nothing that is needed.
    Other,
}

/// A page of values.
#[derive(Debug)]
pub(super) struct Data<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// Levels in it, one for each value and for each that is not there.
    pub(super) levels: u64,
    pub(super) repetition: Runs,
    pub(super) definition: Runs,
    /// Where the values begin.
    pub(super) start: usize,
    pub(super) encoding: i64,
}

/// Reads the page at the start of the bytes, which end with its column; gives
/// how long it is in the file.
pub(super) fn read<'a>(
    bytes: &'a [u8],
    (leaf, codec): (&Leaf, i64),
    (room, context): (&mut Room, &mut DecompressionContext),
) -> Result<(Page<'a>, usize), Fail> {
    let (header, at) = thrift::read(bytes)?;
    let size = |id: i16| header.int(id).and_then(|size| usize::try_from(size).ok());
    let stored = size(3).ok_or("a page states no length")?;
    let length = size(2).ok_or("a page states no length")?;
    if length > PARQUET_PAGE_BYTES_MAX {
        return Err(format!("a page of {length} bytes; at most {PARQUET_PAGE_BYTES_MAX} are read").into());
    }
    let end = at.checked_add(stored).ok_or("a page is too long")?;
    let body = bytes.get(at..end).ok_or("a page is longer than its column")?;
    let mut unpack = |body: &'a [u8], length: usize| -> Result<Cow<'a, [u8]>, Fail> {
        let Some(codec) = codec_of(codec)? else {
            room.spend(body.len())?;
            return Ok(Cow::Borrowed(body));
        };
        room.hold(length)?;
        let mut unpacked = vec![0; length];
        if length > 0 {
            decompress(codec, body, &mut unpacked, context)
                .map_err(|error| format!("a page does not unpack: {error}"))?;
        }
        Ok(Cow::Owned(unpacked))
    };
    let page = match header.int(1) {
        Some(2) => {
            let facts = header.inner(7).ok_or("a dictionary without its header")?;
            Page::Dictionary { bytes: unpack(body, length)?, values: count(facts)? }
        }
        Some(0) => {
            let facts = header.inner(5).ok_or("a page of values without its header")?;
            Page::Data(first_version(unpack(body, length)?, facts, leaf)?)
        }
        Some(3) => {
            let facts = header.inner(8).ok_or("a page of values without its header")?;
            let apart =
                |id: i16| facts.int(id).and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
            let lengths = (apart(6), apart(5));
            let levels = lengths.0.saturating_add(lengths.1);
            let (before, packed) =
                body.split_at_checked(levels).ok_or("the levels of a page are longer than the page")?;
            let values = match facts.truth(7) {
                Some(false) => Cow::Borrowed(packed),
                _ => unpack(packed, length.saturating_sub(levels))?,
            };
            Page::Data(second_version((before, values, lengths), facts, leaf)?)
        }
        _ => Page::Other,
    };
    Ok((page, end))
}

fn codec_of(codec: i64) -> Result<Option<Compression>, Fail> {
    Ok(Some(match codec {
        0 => return Ok(None),
        1 => Compression::Snappy,
        2 => Compression::Gzip,
        4 => Compression::Brotli,
        5 => Compression::Lz4,
        6 => Compression::Zstd,
        7 => Compression::Lz4Raw,
        other => return Err(Fail::not_read(format!("a packing that is not read (codec {other})"))),
    }))
}

fn count(facts: &Fields<'_>) -> Result<u64, Fail> {
    let count = facts.int(1).and_then(|count| u64::try_from(count).ok());
    count.ok_or_else(|| "a page states no number of values".into())
}

/// Levels stand packed before the values, each with its length before it.
fn first_version<'a>(bytes: Cow<'a, [u8]>, facts: &Fields<'_>, leaf: &Leaf) -> Result<Data<'a>, Fail> {
    let mut at = 0usize;
    let mut levels = |max: u32, encoding: Option<i64>| -> Result<Runs, Fail> {
        if max == 0 {
            return Ok(Runs::new(0..0, 0));
        }
        if encoding != Some(RLE) {
            return Err(Fail::not_read("levels in an encoding that is no longer in use are not read"));
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let (length, _) = rest.split_first_chunk::<4>().ok_or("a page ends in its levels")?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let start = at + 4;
        let end = start.checked_add(length).filter(|end| *end <= bytes.len());
        at = end.ok_or("the levels of a page are longer than the page")?;
        Ok(Runs::new(start..at, width(max)))
    };
    let repetition = levels(leaf.repetition_max, facts.int(4))?;
    let definition = levels(leaf.definition_max, facts.int(3))?;
    let encoding = facts.int(2).unwrap_or_default();
    Ok(Data { start: at, levels: count(facts)?, repetition, definition, encoding, bytes })
}

/// Levels stand before the values, not packed; their lengths are in the header.
fn second_version<'a>(
    (before, values, (repetition, definition)): (&[u8], Cow<'a, [u8]>, (usize, usize)),
    facts: &Fields<'_>,
    leaf: &Leaf,
) -> Result<Data<'a>, Fail> {
    let start = repetition + definition;
    let bytes = if before.is_empty() { values } else { Cow::Owned([before, &values].concat()) };
    let runs = |at: std::ops::Range<usize>, max: u32| Runs::new(at, width(max));
    Ok(Data {
        levels: count(facts)?,
        repetition: runs(0..repetition, leaf.repetition_max),
        definition: runs(repetition..start, leaf.definition_max),
        start,
        encoding: facts.int(4).unwrap_or_default(),
        bytes,
    })
}

/// The encoding of levels: run lengths and packed bits in turn.
const RLE: i64 = 3;

/// Bits that numbers up to `max` need.
const fn width(max: u32) -> u32 {
    u32::BITS - max.leading_zeros()
}
