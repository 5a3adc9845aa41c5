//! Getting past damage: one bad entry never costs its neighbours.

use serde_json::Deserializer;

use crate::decode::head::Head;
use crate::decode::json::{Members, balanced_end};
use crate::decode::walk::Walk;
use crate::limits::{RESYNC_BYTES_MAX, RESYNC_TRIES_MAX};
use crate::model::problem::ProblemKind;

/// A key that only an entry has: reading may go on after damage where one stands.
const ENTRY_KEYS: [&str; 7] = ["CloudTrailEvent", "detail-type", "logEvents", "Rfc", "rfc", "RfcId", "rfcId"];

impl<'a> Walk<'a, '_> {
    /// Deals with an entry at `at` that cannot be read as it stands. Returns
    /// where reading goes on.
    ///
    /// Sound JSON that only its numbers or surrogates made unreadable is read
    /// field by field. Anything else is one rejected entry, up to the next
    /// place where a whole record begins.
    pub(crate) fn damaged_from(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        if bytes.get(at) == Some(&b'{')
            && let Some(end) = balanced_end(bytes, at)
            && let Some(head) = self.text.get(at..end).and_then(Head::tolerant)
        {
            self.whole_entry(head, at, end);
            return end;
        }
        self.damaged = true;
        let next = self.next_start(at + 1);
        let end = next.unwrap_or(self.text.len());
        let place = self.next_place(at, end);
        let detail = match next {
            Some(next) => format!("{} bytes that are no whole record; reading went on after them", next - at),
            None => format!("{} bytes to the end of the object that are no whole record", end - at),
        };
        self.reject(ProblemKind::DamagedRecord, place, detail);
        end
    }

    /// Where the next whole record begins: an opening brace from which a record
    /// can be read.
    fn next_start(&mut self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        for at in memchr::memchr_iter(b'{', bytes.get(from..)?).map(|offset| from + offset) {
            if !may_start(bytes, at) {
                continue;
            }
            if self.reads_at(at) {
                return Some(at);
            }
            self.resync_tries += 1;
            if self.resync_tries >= RESYNC_TRIES_MAX {
                return None;
            }
        }
        None
    }

    fn reads_at(&self, at: usize) -> bool {
        let mut end = self.text.len().min(at + RESYNC_BYTES_MAX);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let rest: &'a str = &self.text[at..end];
        let mut heads = Deserializer::from_str(rest).into_iter::<Head<'a>>();
        let Some(Ok(head)) = heads.next() else { return false };
        if head.is_record() {
            return true;
        }
        let Some(members) = Members::parse(&rest[..heads.byte_offset()]) else { return false };
        ENTRY_KEYS.iter().any(|key| members.has(key))
    }
}

/// Whether an entry could begin at this brace. After a colon it is the value of
/// a member; anything else before it may be the damage itself.
fn may_start(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev().take(64).find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    before != Some(&b':')
}
