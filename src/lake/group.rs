//! The rows of one row group, taken apart into columns.
//!
//! Owns: columns while rows are added to them. Words stay numbers; long texts are
//! put down as Parquet has them, so that a page is a stretch of bytes.

use crate::lake::merge::Stock;
use crate::lake::row::{INLINE, LONGS, Row, WORDS, inline_length};
use crate::limits::{LAKE_GROUP_BYTES, LAKE_GROUP_ROWS};

/// Bytes of plain values of one page, as most writers have it.
pub(super) const PAGE_BYTES: usize = 1 << 20;

/// A column of texts that hardly come twice.
#[derive(Debug, Default)]
pub(super) struct LongColumn {
    /// Length and bytes of each text that is there.
    pub(super) values: Vec<u8>,
    /// Of each row, whether it has one.
    pub(super) present: Vec<bool>,
    /// Where pages end: after how many rows and bytes.
    pub(super) cuts: Vec<(usize, usize)>,
}

impl LongColumn {
    fn push(&mut self, text: &[u8]) {
        self.present.push(!text.is_empty());
        if text.is_empty() {
            return;
        }
        self.values.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.values.extend_from_slice(text);
        let start = self.cuts.last().map_or(0, |(_, bytes)| *bytes);
        if self.values.len() - start >= PAGE_BYTES {
            self.cuts.push((self.present.len(), self.values.len()));
        }
    }
}

/// Rows of a group, by column.
#[derive(Debug)]
pub(super) struct Group {
    weight: usize,
    pub(super) times: Vec<Option<i64>>,
    pub(super) created: Vec<Option<i64>>,
    pub(super) read_only: Vec<Option<bool>>,
    pub(super) mfa: Vec<Option<bool>>,
    pub(super) tickets: Vec<u32>,
    pub(super) records: Vec<u32>,
    pub(super) copies: Vec<u32>,
    /// Of each row the number of a word among all, or with `INLINE` its place in
    /// `extra`; 0 where there is none.
    pub(super) words: [Vec<u32>; WORDS],
    extra: Vec<u8>,
    spans: Vec<(usize, usize)>,
    pub(super) longs: [LongColumn; LONGS],
}

impl Default for Group {
    fn default() -> Self {
        Self {
            weight: 0,
            times: Vec::new(),
            created: Vec::new(),
            read_only: Vec::new(),
            mfa: Vec::new(),
            tickets: Vec::new(),
            records: Vec::new(),
            copies: Vec::new(),
            words: std::array::from_fn(|_| Vec::new()),
            extra: Vec::new(),
            spans: Vec::new(),
            longs: std::array::from_fn(|_| LongColumn::default()),
        }
    }
}

impl Group {
    /// The same without rows, and with room for as many.
    pub(super) fn emptied(mut self) -> Self {
        self.weight = 0;
        self.times.clear();
        self.created.clear();
        self.read_only.clear();
        self.mfa.clear();
        self.tickets.clear();
        self.records.clear();
        self.copies.clear();
        self.words.iter_mut().for_each(Vec::clear);
        self.extra.clear();
        self.spans.clear();
        for column in &mut self.longs {
            column.values.clear();
            column.present.clear();
            column.cuts.clear();
        }
        self
    }

    /// How many rows it holds.
    pub(super) fn rows(&self) -> usize {
        self.times.len()
    }

    /// Bytes of text in its rows; hangs on nothing but the rows.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Whether it takes no more rows.
    pub(super) fn is_full(&self) -> bool {
        self.rows() >= LAKE_GROUP_ROWS || self.weight >= LAKE_GROUP_BYTES
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: Row<'_>, copies: u32, stock: &Stock) {
        self.weight += row.weight();
        self.times.push(row.micros());
        self.created.push(row.created_micros());
        self.read_only.push(row.read_only());
        self.mfa.push(row.mfa());
        self.tickets.push(row.ticket());
        self.records.push(row.record());
        self.copies.push(copies);
        let base = stock.base(row.shard());
        let mut inline: Option<&[u8]> = None;
        for (column, slot) in self.words.iter_mut().zip(row.slots()) {
            let number = match slot {
                0 => 0,
                slot if slot & INLINE != 0 => {
                    let rest = inline.get_or_insert_with(|| row.inline());
                    let (text, after) = rest.split_at(inline_length(slot));
                    inline = Some(after);
                    let start = self.extra.len();
                    self.extra.extend_from_slice(text);
                    self.spans.push((start, self.extra.len()));
                    INLINE | (self.spans.len() - 1) as u32
                }
                slot => base + slot,
            };
            column.push(number);
        }
        for (column, text) in self.longs.iter_mut().zip(row.longs()) {
            column.push(text);
        }
    }

    /// The text that a number in `words` stands for.
    pub(super) fn word<'a>(&'a self, number: u32, stock: &'a Stock) -> &'a str {
        if number & INLINE == 0 {
            return stock.text(number);
        }
        let span = self.spans.get((number & !INLINE) as usize);
        let bytes = span.and_then(|(start, end)| self.extra.get(*start..*end)).unwrap_or_default();
        std::str::from_utf8(bytes).expect("what was text when the row was written")
    }
}
