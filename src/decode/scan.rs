//! The quick way through sound JSON: the head of an entry and the members of an
//! object, found in one pass that goes from stop to stop of its strings.
//!
//! Owns: saying where values end, and never wrongly. What is unusual (an escape
//! in a name or in a field that routes, deep nesting, damage of any kind) is left
//! to serde_json: `None` means "ask it", never "no JSON". Whatever is taken here,
//! serde_json takes too, and reads the same from it; the tests hold both together.

use std::borrow::Cow;

use crate::decode::flag::Flag;
use crate::decode::head::{Field, Head, Places, Slot};
use crate::decode::stops::{BLOCK_BYTES, STOP_WORDS, Stops, find_stops};

/// Nesting that is followed: one bit each. Records of CloudTrail nest about 10.
const DEPTH_MAX: u32 = 64;

/// A text, and where strings may stop in the part of it that is read.
///
/// A stop is a byte that no string holds as it is: a quote, a backslash, a control
/// character. They are found for many bytes together, ahead of the reading, which
/// then goes from stop to stop without looking at what lies between.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    /// A bit for each byte from `begin` on: whether it is a stop.
    stops: Stops,
    /// Where the part begins that is read, a multiple of the bits of a word.
    begin: usize,
    /// Words of `stops` that hold its bits.
    words: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, stops: [0; STOP_WORDS], begin: 0, words: 0 }
    }

    /// The head of the entry that begins at `at`, and where the entry ends.
    pub(crate) fn head(&mut self, at: usize) -> Option<(Head<'a>, usize)> {
        let (mut head, mut seen) = (Head::default(), Places::default());
        let end = self.members_from(at, &mut |scanner, key, value| match head.slot(key, &mut seen) {
            None => scanner.value(value),
            Some(slot) => scanner.fill_slot(slot, value),
        })?;
        Some((head, end))
    }

    /// Reads the value at `at` of a member that a head holds; gives where it ends.
    fn fill_slot(&mut self, slot: Slot<'_, 'a>, at: usize) -> Option<usize> {
        if let Slot::Raw(slot) = slot {
            let end = self.value(at)?;
            *slot = Some(self.text.get(at..end)?);
            return Some(end);
        }
        if self.byte(at)? == b'"' {
            let end = self.plain(at + 1)?;
            let text = self.text.get(at + 1..end)?;
            match slot {
                Slot::Flag(flag) => *flag = Flag::of_text(text),
                Slot::Field(field) => *field = Field::Text(Cow::Borrowed(text)),
                Slot::Raw(_) => {}
            }
            return Some(end + 1);
        }
        let end = self.scalar(at)?;
        match (slot, self.text.get(at..end)?) {
            (Slot::Flag(flag), raw @ ("true" | "false")) => *flag = Flag::of_text(raw),
            (Slot::Flag(flag), "null") => *flag = Flag::Absent,
            (Slot::Field(field), "null") => *field = Field::Absent,
            // A number may be out of range: serde_json says.
            _ => return None,
        }
        Some(end)
    }

    /// The members of the object that is all of the text but white space.
    pub(crate) fn members(text: &'a str) -> Option<Vec<(Cow<'a, str>, &'a str)>> {
        let mut scanner = Self::new(text);
        // Most records have about 20, what lies inside them fewer.
        let mut members = Vec::with_capacity(16);
        let at = scanner.blanks(0);
        let end = scanner.members_from(at, &mut |scanner, key, at| {
            let end = scanner.value(at)?;
            members.push((Cow::Borrowed(key), scanner.text.get(at..end)?));
            Some(end)
        })?;
        (scanner.blanks(end) == text.len()).then_some(members)
    }

    /// Goes through the object at `at`. `take` is told each key and where its value
    /// begins, and tells where it ends.
    fn members_from(
        &mut self,
        at: usize,
        take: &mut impl FnMut(&mut Self, &'a str, usize) -> Option<usize>,
    ) -> Option<usize> {
        if self.byte(at)? != b'{' {
            return None;
        }
        let mut at = self.blanks(at + 1);
        if self.byte(at)? == b'}' {
            return Some(at + 1);
        }
        loop {
            if self.byte(at)? != b'"' {
                return None;
            }
            let end = self.plain(at + 1)?;
            let key = self.text.get(at + 1..end)?;
            let value = self.after_colon(end + 1)?;
            at = take(self, key, value)?;
            if self.pair(at) == Some([b',', b'"']) {
                at += 1;
                continue;
            }
            at = self.blanks(at);
            match self.byte(at)? {
                b',' => at = self.blanks(at + 1),
                b'}' => return Some(at + 1),
                _ => return None,
            }
        }
    }

    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Two bytes together: what mostly follows one another is told at once.
    #[inline]
    fn pair(&self, at: usize) -> Option<[u8; 2]> {
        self.text.as_bytes().get(at..)?.first_chunk().copied()
    }

    /// Where what follows white space begins.
    #[inline]
    fn blanks(&self, at: usize) -> usize {
        if self.byte(at) > Some(b' ') { at } else { self.more_blanks(at) }
    }

    #[inline(never)]
    fn more_blanks(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte(at) {
            at += 1;
        }
        at
    }

    /// Where the value begins whose key ended at `at`.
    #[inline]
    fn after_colon(&self, at: usize) -> Option<usize> {
        if let Some([b':', b'!'..=u8::MAX]) = self.pair(at) {
            return Some(at + 1);
        }
        let at = self.blanks(at);
        (self.byte(at)? == b':').then(|| self.blanks(at + 1))
    }

    /// The next stop at or after `at`, or the end of the text.
    #[inline]
    fn stop(&mut self, at: usize) -> usize {
        // What lies before the part that is read is far beyond it here.
        let offset = at.wrapping_sub(self.begin);
        let word = offset / BLOCK_BYTES;
        if word < self.words {
            // The block of `at` and the next: what follows the last one is no stop.
            let held = |word| self.stops.get(word).map_or(0, |stops| u128::from(*stops));
            let stops = (held(word + 1) << BLOCK_BYTES | held(word)) >> (offset % BLOCK_BYTES);
            if let near @ 1.. = stops as u64 {
                return at + near.trailing_zeros() as usize;
            }
        }
        self.far_stop(at)
    }

    /// The same for one that is not in the 64 bytes from `at` on, or not read.
    #[inline(never)]
    fn far_stop(&mut self, at: usize) -> usize {
        let mut from = at;
        while from < self.text.len() {
            let offset = from.wrapping_sub(self.begin);
            let word = offset / BLOCK_BYTES;
            if word >= self.words {
                self.fill(from);
                continue;
            }
            let stops = self.stops.get(word).map_or(0, |stops| stops >> (offset % BLOCK_BYTES));
            if stops != 0 {
                return from + stops.trailing_zeros() as usize;
            }
            from = self.begin + (word + 1) * BLOCK_BYTES;
        }
        self.text.len()
    }

    /// Finds the stops of the part that begins with the block of `from`.
    fn fill(&mut self, from: usize) {
        self.begin = from / BLOCK_BYTES * BLOCK_BYTES;
        let rest = self.text.as_bytes().get(self.begin..).unwrap_or_default();
        self.words = find_stops(rest, &mut self.stops);
        if let Some(behind) = self.stops.get_mut(self.words) {
            *behind = 0;
        }
    }

    /// Where the string ends whose text begins at `at`, if there is no escape in
    /// it: the place of its closing quote.
    #[inline]
    fn plain(&mut self, at: usize) -> Option<usize> {
        let end = self.stop(at);
        (self.byte(end)? == b'"').then_some(end)
    }

    /// One past the closing quote of the string whose text begins at `at`.
    #[inline]
    fn string(&mut self, at: usize) -> Option<usize> {
        let end = self.stop(at);
        if self.byte(end)? == b'"' { Some(end + 1) } else { self.escaped(end) }
    }

    /// The same, of which the first stop is no quote.
    #[inline(never)]
    fn escaped(&mut self, mut stop: usize) -> Option<usize> {
        loop {
            let next = match self.byte(stop)? {
                b'"' => return Some(stop + 1),
                b'\\' => match self.byte(stop + 1)? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => stop + 2,
                    b'u' => {
                        let digits = self.text.as_bytes().get(stop + 2..stop + 6)?;
                        digits.iter().all(u8::is_ascii_hexdigit).then_some(stop + 6)?
                    }
                    _ => return None,
                },
                _ => return None,
            };
            stop = self.stop(next);
        }
    }

    /// One past the value at `at`.
    fn value(&mut self, at: usize) -> Option<usize> {
        match self.byte(at)? {
            b'{' | b'[' => self.nested(at),
            _ => self.scalar(at),
        }
    }

    /// One past the string, number or word at `at`.
    fn scalar(&mut self, at: usize) -> Option<usize> {
        match self.byte(at)? {
            b'"' => self.string(at + 1),
            b't' => self.word(at, b"true"),
            b'f' => self.word(at, b"false"),
            b'n' => self.word(at, b"null"),
            b'-' => self.number(at + 1),
            _ => self.number(at),
        }
    }

    fn word(&self, at: usize, word: &[u8]) -> Option<usize> {
        self.text.as_bytes().get(at..)?.starts_with(word).then_some(at + word.len())
    }

    /// One past the number whose digits begin at `at`.
    fn number(&self, at: usize) -> Option<usize> {
        let mut end = self.digits(at)?;
        if self.byte(at) == Some(b'0') && end > at + 1 {
            return None;
        }
        if self.byte(end) == Some(b'.') {
            end = self.digits(end + 1)?;
        }
        if let Some(b'e' | b'E') = self.byte(end) {
            let sign = usize::from(matches!(self.byte(end + 1), Some(b'+' | b'-')));
            end = self.digits(end + 1 + sign)?;
        }
        Some(end)
    }

    /// One past at least one digit.
    fn digits(&self, at: usize) -> Option<usize> {
        let mut end = at;
        while let Some(b'0'..=b'9') = self.byte(end) {
            end += 1;
        }
        (end > at).then_some(end)
    }

    /// One past the object or array at `at`.
    fn nested(&mut self, mut at: usize) -> Option<usize> {
        // A bit for each that is open: whether it is an object. The innermost is the lowest.
        let (mut objects, mut depth) = (0u64, 0u32);
        loop {
            // Here a value begins.
            match self.byte(at)? {
                b'"' => at = self.string(at + 1)?,
                open @ (b'{' | b'[') => {
                    if depth == DEPTH_MAX {
                        return None;
                    }
                    objects = objects << 1 | u64::from(open == b'{');
                    depth += 1;
                    at = self.blanks(at + 1);
                    // The closing brackets stand two after the opening ones.
                    if self.byte(at)? != open + 2 {
                        if open == b'{' {
                            at = self.key(at)?;
                        }
                        continue;
                    }
                }
                _ => at = self.scalar(at)?,
            }
            // Here a value, or an empty bracket, ended.
            loop {
                at = self.blanks(at);
                match (self.byte(at)?, objects & 1) {
                    (b',', 1) => {
                        let key = self.blanks(at + 1);
                        at = self.key(key)?;
                        break;
                    }
                    (b',', _) => {
                        at = self.blanks(at + 1);
                        break;
                    }
                    (b'}', 1) | (b']', 0) => {
                        at += 1;
                        objects >>= 1;
                        depth -= 1;
                        if depth == 0 {
                            return Some(at);
                        }
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Where the value begins of the member whose key is at `at`.
    #[inline(always)]
    fn key(&mut self, at: usize) -> Option<usize> {
        if self.byte(at)? != b'"' {
            return None;
        }
        let end = self.string(at + 1)?;
        self.after_colon(end)
    }
}

#[cfg(test)]
pub(super) mod tests;
