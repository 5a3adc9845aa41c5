//! The records of a sound object, and which of them have to be read.
//!
//! Owns: what makes a record one that may be passed by. It names a call by plain keys,
//! nothing in it could spell what is wanted, and it is no wrapper of another record.

use memchr::{memchr2, memmem};

use crate::decode::Place;
use crate::decode::skim::Wanted;
use crate::limits::RECORD_BYTES_MAX;

/// Text of a record inside a record, as tools leave it that pick fields out.
const RECORD_AS_TEXT: &[u8] = b"\\\"eventVersion\\\"";

/// All keys that a call must have.
const CALL: u8 = 0b111;

/// The records met so far, and what is known of the one at hand.
pub(super) struct Records<'a, 'w> {
    text: &'a str,
    wanted: &'w mut dyn Wanted,
    /// How many ended.
    pub(super) count: u64,
    /// Those that have to be read.
    pub(super) asked: Vec<Place>,
    /// Where the one at hand begins.
    start: usize,
    /// Which keys of a call it has.
    call: u8,
    /// One of these keys holds what a call may not hold.
    no_call: bool,
    /// Whether what stands under `eventName` is asked for.
    asks_names: bool,
    /// A name was met that may be wanted.
    named: bool,
    /// Where the next begins that is wanted.
    wanted_at: usize,
    /// The last escape that was met, and the last one by number.
    last_escape: Option<usize>,
    last_number: Option<usize>,
}

impl<'a, 'w> Records<'a, 'w> {
    pub(super) fn new(text: &'a str, wanted: &'w mut dyn Wanted) -> Self {
        Self {
            text,
            asks_names: wanted.asks_names(),
            named: false,
            wanted,
            count: 0,
            asked: Vec::new(),
            start: 0,
            call: 0,
            no_call: false,
            wanted_at: 0,
            last_escape: None,
            last_number: None,
        }
    }

    /// A backslash was met, before or after the record at hand begins.
    pub(super) fn escape(&mut self, at: usize, by_number: bool) {
        self.last_escape = Some(at);
        if by_number {
            self.last_number = Some(at);
        }
    }

    /// A record begins.
    pub(super) fn begin(&mut self, at: usize) {
        (self.start, self.call, self.no_call, self.named) = (at, 0, false, false);
    }

    /// The colon behind a key, of the record itself (`own`) or of something in it.
    #[inline(always)]
    pub(super) fn key(&mut self, colon: usize, own: bool) {
        let (before, from) = self.text.as_bytes().split_at(colon);
        if self.asks_names && !self.named && is_name(before) {
            self.named = self.may_be_wanted(from);
        }
        if !own {
            return;
        }
        let key: u8 = if ends_in(before, b"\"eventName\"") {
            0b001
        } else if ends_in(before, b"\"eventSource\"") {
            0b010
        } else if ends_in(before, b"\"eventTime\"") {
            0b100
        } else {
            return;
        };
        let sound = match from {
            [_, b'"', ..] if key == 0b100 => true,
            [_, b'"', b'"', ..] => false,
            [_, b'"', value @ ..] => key != 0b010 || !value.starts_with(b"aws:"),
            _ => false,
        };
        self.call |= key;
        self.no_call |= !sound;
    }

    /// Whether a record may be wanted that has a name and this behind it. What is no
    /// plain text is left to who reads the record.
    fn may_be_wanted(&mut self, from: &[u8]) -> bool {
        let [_, b'"', value @ ..] = from else { return true };
        let Some(end) = memchr2(b'"', b'\\', value).filter(|end| value.get(*end) == Some(&b'"')) else {
            return true;
        };
        value.get(..end).is_none_or(|name| self.wanted.name(name))
    }

    /// The record at hand ends; false if it is too long to be one.
    pub(super) fn end(&mut self, end: usize) -> bool {
        if self.wanted_at < self.start {
            self.wanted_at = self.wanted.next(self.text, self.start);
        }
        let asked = self.named || self.wanted_at < end || self.call != CALL || self.no_call;
        if asked || self.may_spell_more(end) {
            self.asked.push(Place { ordinal: self.count, start: self.start, end });
        }
        self.count += 1;
        end - self.start <= RECORD_BYTES_MAX
    }

    /// Whether an escape in the record may spell what is wanted, or what makes it a
    /// wrapper. An escape behind its end, which is met before it, counts as one in it.
    fn may_spell_more(&self, end: usize) -> bool {
        let since = |last: Option<usize>| last >= Some(self.start);
        since(self.last_number)
            || (since(self.last_escape) && (self.wanted.any_escape() || self.holds_record_as_text(end)))
    }

    fn holds_record_as_text(&self, end: usize) -> bool {
        let whole = self.text.as_bytes().get(self.start..end).unwrap_or_default();
        memmem::find(whole, RECORD_AS_TEXT).is_some()
    }
}

/// Whether a text ends in a key `eventName`, whatever its case.
#[inline(always)]
fn is_name(text: &[u8]) -> bool {
    text.last_chunk().is_some_and(|last: &[u8; 11]| last.eq_ignore_ascii_case(b"\"eventName\""))
}

/// Whether a text ends in that key. One that ends so behind an escaped quote is
/// another.
#[inline(always)]
fn ends_in<const LENGTH: usize>(text: &[u8], key: &[u8; LENGTH]) -> bool {
    match text.split_last_chunk() {
        Some((before, last)) => last == key && matches!(before.last(), Some(b'{' | b',')),
        None => false,
    }
}
