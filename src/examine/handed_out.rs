//! Keys that mode sessions handed out, known to all objects while they are
//! read, so that few of them have to be read again.
//!
//! Owns: keeping records made with such keys at once. What is kept early depends
//! on the order of reading; `dump::follow` makes the end the same in any order.

use std::collections::{BTreeSet, HashSet};
use std::sync::{PoisonError, RwLock};

use super::callers::token_hash;
use super::sink::ObjectSink;
use crate::correlate::issued_key;
use crate::decode::head::Head;
use crate::decode::{Place, Record};
use crate::model::event::Event;
use crate::model::id::AccountId;
use crate::model::source_grade::SourceGrade;
use crate::normalise::token::{self, TokenKind};
use crate::timeline::RunKey;

/// Parts of the set, each with a lock of its own.
const SHARDS: usize = 16;

/// Hashes of keys handed out so far. Shared by all threads.
#[derive(Debug, Default)]
pub struct HandedOut([RwLock<HashSet<u64>>; SHARDS]);

impl HandedOut {
    fn shard(&self, hash: u64) -> &RwLock<HashSet<u64>> {
        &self.0[(hash >> 60) as usize % SHARDS]
    }

    fn holds(&self, hash: u64) -> bool {
        self.shard(hash).read().unwrap_or_else(PoisonError::into_inner).contains(&hash)
    }

    fn add(&self, hash: u64) {
        self.shard(hash).write().unwrap_or_else(PoisonError::into_inner).insert(hash);
    }
}

/// A record that was only counted: the hash of a key in it, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    key: u64,
    place: Place,
    grade: SourceGrade,
}

/// What one record's tokens come to.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Hashes of all its tokens.
    tokens: Vec<u32>,
    /// Hashes of the keys among them.
    keys: Vec<u64>,
    /// The keyed hash of its caller's raw text.
    pub(super) caller: u64,
    /// Whether its caller may wear the role of a mode.
    pub(super) may_wear_marker_role: bool,
}

impl Seen {
    fn read(&mut self, key: RunKey, head: &Head<'_>, text: &str) {
        self.tokens.clear();
        self.keys.clear();
        token::each(head, text, &mut |kind, account, name| self.add(key, (kind, account, name)));
    }

    fn add(&mut self, key: RunKey, (kind, account, name): (TokenKind, &str, &str)) {
        let hash = token_hash(key, kind, account, name);
        self.tokens.push(super::callers::short(hash));
        if kind == TokenKind::Key {
            self.keys.push(hash);
        }
    }
}

impl ObjectSink<'_, '_> {
    /// Reads the tokens of a record; true if one of them is a key that was
    /// handed out.
    pub(super) fn see(&mut self, record: &Record<'_>) -> bool {
        let caller = self.known.of(self.examiner, record.head.user_identity.unwrap_or_default());
        let (key, seen) = (self.examiner.key, &mut self.seen);
        seen.tokens.clone_from(&caller.tokens);
        seen.keys.clone_from(&caller.keys);
        (seen.caller, seen.may_wear_marker_role) = (caller.hash, caller.may_wear_marker_role);
        token::of_call(&record.head, record.text, &mut |kind, account, name| {
            seen.add(key, (kind, account, name));
        });
        self.seen.keys.iter().any(|key| self.examiner.handed_out.holds(*key))
    }

    /// Remembers a record that is only counted.
    pub(super) fn remember(&mut self, record: &Record<'_>) {
        self.callers.add(&self.seen.tokens);
        // Another account around it would have to be remembered too: rare.
        if record.envelope_account.is_some() {
            self.enveloped = true;
            return;
        }
        let (place, grade) = (record.place, record.grade);
        self.waiting.extend(self.seen.keys.iter().map(|key| Waiting { key: *key, place, grade }));
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
        loop {
            let ready = |one: &Waiting| self.examiner.handed_out.holds(one.key);
            let (now, later): (Vec<Waiting>, Vec<Waiting>) =
                std::mem::take(&mut self.waiting).into_iter().partition(ready);
            self.waiting = later;
            if now.is_empty() {
                break;
            }
            for one in now {
                let kept = self.keep_late(one, inflated);
                let keys = if kept { &mut done } else { &mut left };
                keys.insert(super::callers::short(one.key));
            }
        }
        // A key stays known while a record with it may still be only counted.
        if !self.enveloped {
            let done: BTreeSet<u32> = done.difference(&left).copied().collect();
            self.callers.remove(&done);
        }
        self.put_in_order();
    }

    /// Late events go where they stand in the object, and their copies will be
    /// known as copies of kept ones.
    fn put_in_order(&mut self) {
        if self.late.is_empty() {
            return;
        }
        self.events.sort_by_key(|event| event.evidence.record);
        let late = &self.late;
        for print in &mut self.fingerprints {
            if late.contains(&u64::from(print.location().record)) {
                print.keep(true);
            }
        }
    }

    /// Keeps one record late; false if its text does not lie where it should,
    /// as in forms that are rebuilt.
    fn keep_late(&mut self, one: Waiting, inflated: &[u8]) -> bool {
        let bytes = inflated.get(one.place.start..one.place.end);
        let Some(text) = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else { return false };
        let Some(head) = Head::tolerant(text) else { return false };
        self.seen.read(self.examiner.key, &head, text);
        if !self.seen.keys.contains(&one.key) {
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
