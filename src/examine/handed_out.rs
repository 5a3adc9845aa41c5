//! Keys that mode sessions handed out, known to all objects while they are
//! read, so that few of them have to be read again.
//!
//! Owns: keeping records made with such keys at once. What is kept early depends
//! on the order of reading; `dump::follow` makes the end the same in any order.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashSet;

use super::callers::{short, token_hash};
use super::sink::ObjectSink;
use crate::correlate::issued_key;
use crate::decode::head::Head;
use crate::decode::{Place, Record};
use crate::model::event::Event;
use crate::model::id::AccountId;
use crate::model::source_grade::SourceGrade;
use crate::normalise::token::TokenKind;

/// Bits that tell, without a lock, of nearly all keys that they were not handed
/// out: every record asks. 32 KiB stay in the cache of a core.
const BITS: usize = 1 << 18;

/// Hashes of keys handed out so far. Shared by all threads.
#[derive(Debug)]
pub struct HandedOut {
    /// A set bit: perhaps; else: not.
    bits: Box<[AtomicU64]>,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: FxHashSet<u64>,
    /// The same in the order in which they came.
    in_order: Vec<u64>,
}

impl Default for HandedOut {
    fn default() -> Self {
        let bits = std::iter::repeat_with(AtomicU64::default).take(BITS / 64).collect();
        Self { bits, known: RwLock::default() }
    }
}

impl HandedOut {
    /// The word and the bit in it that stand for a hash.
    fn bit(&self, hash: u64) -> (&AtomicU64, u64) {
        let place = (hash >> 32) as usize % BITS;
        (&self.bits[place / 64], 1 << (place % 64))
    }

    fn holds(&self, hash: u64) -> bool {
        let (word, bit) = self.bit(hash);
        word.load(Ordering::Acquire) & bit != 0
            && self.known.read().unwrap_or_else(PoisonError::into_inner).keys.contains(&hash)
    }

    /// The bit comes first: whoever counts a key as known finds it set.
    fn add(&self, hash: u64) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let (word, bit) = self.bit(hash);
        word.fetch_or(bit, Ordering::Release);
        if known.keys.insert(hash) {
            known.in_order.push(hash);
        }
    }

    /// How many are known.
    pub(super) fn count(&self) -> usize {
        self.known.read().unwrap_or_else(PoisonError::into_inner).in_order.len()
    }

    /// Those that came after so many, sorted.
    fn since(&self, count: usize) -> Vec<u64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut news = known.in_order.get(count..).unwrap_or_default().to_vec();
        news.sort_unstable();
        news
    }
}

/// A record that was only counted: the hash of a key in it, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    key: u64,
    place: Place,
    grade: SourceGrade,
}

impl ObjectSink<'_, '_> {
    /// Reads the tokens of a record; true if one of them is a key that was
    /// handed out.
    pub(super) fn see(&mut self, record: &Record<'_>) -> bool {
        let classifier = &self.examiner.classifier;
        let marker = |identity: &str| classifier.may_wear_marker_role(identity);
        self.seen.read((self.examiner.key, &marker), &record.head, record.text);
        self.seen.keys().iter().any(|key| self.examiner.handed_out.holds(*key))
    }

    /// Remembers a record that is only counted.
    pub(super) fn remember(&mut self, record: &Record<'_>) {
        self.seen.remember(&mut self.callers);
        // Another account around it would have to be remembered too: rare.
        if record.envelope_account.is_some() {
            self.enveloped = true;
            return;
        }
        let (place, grade) = (record.place, record.grade);
        self.waiting.extend(self.seen.keys().iter().map(|key| Waiting { key: *key, place, grade }));
    }

    /// Takes note of the key that a kept record hands out, if its caller is a
    /// mode session or used such a key itself.
    pub(super) fn hand_out(&mut self, event: &Event, touched: bool) {
        let by_mode = || {
            let role = event.principal.role_name();
            role.is_some_and(|role| self.examiner.classifier.catalogue().mode_of_role(role).is_some())
        };
        let Some(key) = issued_key(event).filter(|_| touched || by_mode()) else { return };
        self.examiner.handed_out.add(token_hash(self.examiner.key, TokenKind::Key, "", key.as_str()));
    }

    /// Keeps what was only counted before its key was handed out. `inflated` is
    /// the content that the object's records lie in.
    pub(super) fn catch_up(&mut self, inflated: &[u8]) {
        let (mut done, mut left) = (BTreeSet::new(), BTreeSet::new());
        // What was known before the object was begun was asked for record by record.
        let mut known = self.handed_before;
        loop {
            let news = self.examiner.handed_out.since(known);
            if news.is_empty() {
                break;
            }
            known += news.len();
            let ready = |one: &mut Waiting| news.binary_search(&one.key).is_ok();
            let now: Vec<Waiting> = self.waiting.extract_if(.., ready).collect();
            for one in now {
                let kept = self.keep_late(one, inflated);
                let keys = if kept { &mut done } else { &mut left };
                keys.insert(short(one.key));
            }
        }
        // A key stays known while a record with it may still be only counted.
        if !self.enveloped && !done.is_empty() {
            let done: BTreeSet<u32> = done.difference(&left).copied().collect();
            self.callers.remove(&done);
        }
        self.put_in_order();
    }

    /// Late events go where they stand in the object.
    fn put_in_order(&mut self) {
        if !self.late.is_empty() {
            self.events.sort_by_key(|event| event.evidence.record);
        }
    }

    /// Keeps one record late; false if its text does not lie where it should,
    /// as in forms that are rebuilt.
    fn keep_late(&mut self, one: Waiting, inflated: &[u8]) -> bool {
        let bytes = inflated.get(one.place.start..one.place.end);
        let Some(text) = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else { return false };
        let Some(head) = Head::tolerant(text) else { return false };
        let classifier = &self.examiner.classifier;
        let marker = |identity: &str| classifier.may_wear_marker_role(identity);
        self.seen.read((self.examiner.key, &marker), &head, text);
        if !self.seen.keys().contains(&one.key) {
            return false;
        }
        if self.late.contains(&one.place.ordinal) {
            return true;
        }
        let record = Record { head, text, place: one.place, envelope_account: None, grade: one.grade };
        let around: Option<AccountId> = self.key_account.clone();
        self.keep(&record, around.as_ref(), true);
        self.late.insert(one.place.ordinal);
        self.counts.kept += 1;
        self.counts.counted_only -= 1;
        true
    }
}
