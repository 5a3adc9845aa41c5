//! Short texts by number, and callers by the numbers of their texts.
//!
//! Owns: what one thread knows again while it writes rows. Bounded: a text that
//! comes too late gets no number, which changes no output.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::lake::row::{IDENTITY_WORDS, INLINE, WORDS};
use crate::limits::{LAKE_IDENTITIES_MAX, LAKE_WORD_BYTES_MAX};
use crate::model::principal::Principal;
use crate::model::time::UtcTime;
use crate::normalise::cloudtrail::{clean_text, sound_principal_of};
use crate::timeline::RunKey;

/// A map by keyed hashes, which need no hashing again.
type ByHash<V> = HashMap<u128, V, BuildHasherDefault<Kept>>;

/// Takes the lower half of a hash as it is.
#[derive(Default)]
struct Kept(u64);

impl Hasher for Kept {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

/// Texts by number, from 1.
#[derive(Debug)]
pub(super) struct Words {
    key: RunKey,
    most: usize,
    numbers: ByHash<u32>,
    text: String,
    ends: Vec<usize>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl Words {
    pub(super) fn new(key: RunKey, most: usize) -> Self {
        Self { key, most, numbers: ByHash::default(), text: String::new(), ends: vec![0] }
    }

    fn hash(&self, text: &str) -> u128 {
        xxh3_128_with_seed(text.as_bytes(), self.key.seed())
    }

    /// The number of a text; `None` if it gets none.
    fn number(&mut self, text: &str) -> Option<u32> {
        if text.len() > LAKE_WORD_BYTES_MAX {
            return None;
        }
        let hash = self.hash(text);
        if let Some(number) = self.numbers.get(&hash) {
            return Some(*number);
        }
        let number = u32::try_from(self.ends.len()).ok().filter(|number| *number < INLINE)?;
        if self.ends.len() > self.most {
            return None;
        }
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.numbers.insert(hash, number);
        Some(number)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// The text of a number that was given out.
    pub(super) fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let range =
            number.checked_sub(1).and_then(|before| Some(*self.ends.get(before)?..*self.ends.get(number)?));
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }
}

/// What a caller's part of a row holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) slots: [u32; WORDS - IDENTITY_WORDS],
    pub(super) created: Option<UtcTime>,
    pub(super) mfa: Option<bool>,
    pub(super) issued: bool,
    /// Bytes of its texts.
    pub(super) weight: usize,
}

/// What one thread knows again.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) words: Words,
    last: [u32; WORDS],
    clean: ByHash<u32>,
    callers: ByHash<Caller>,
    /// The caller of the last row, by its text.
    last_caller: (String, Option<Caller>),
}

impl Known {
    pub(super) fn new(key: RunKey, words_max: usize) -> Self {
        Self {
            words: Words::new(key, words_max),
            last: [0; WORDS],
            clean: ByHash::default(),
            callers: ByHash::default(),
            last_caller: (String::new(), None),
        }
    }

    /// The slot of a text; puts it behind the row if it has no number.
    pub(super) fn slot(&mut self, place: usize, text: &str, inline: &mut Vec<u8>) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let last = self.last[place];
        if last != 0 && self.words.text(last) == text {
            return last;
        }
        match self.words.number(text) {
            Some(number) => {
                self.last[place] = number;
                number
            }
            None => {
                inline.extend_from_slice(text.as_bytes());
                INLINE | text.len() as u32
            }
        }
    }

    /// The same of a text that a person or a program wrote, secrets replaced; and
    /// the bytes of what is left.
    pub(super) fn clean_slot(&mut self, place: usize, text: &str, inline: &mut Vec<u8>) -> (u32, usize) {
        if text.is_empty() {
            return (0, 0);
        }
        let hash = self.words.hash(text);
        if let Some(number) = self.clean.get(&hash) {
            return (*number, self.words.text(*number).len());
        }
        let clean = clean_text(text);
        let slot = self.slot(place, &clean, inline);
        if slot & INLINE == 0 && slot != 0 {
            self.clean.insert(hash, slot);
        }
        (slot, clean.len())
    }

    /// The caller that a raw `userIdentity` names; `None` if something in it is
    /// odd or not all of its texts have numbers.
    pub(super) fn caller(&mut self, raw: &str) -> Option<Caller> {
        if self.last_caller.0 == raw {
            return self.last_caller.1;
        }
        let hash = self.words.hash(raw);
        let found = match self.callers.get(&hash) {
            Some(caller) => Some(*caller),
            None => {
                let caller = self.read_caller(raw)?;
                if self.callers.len() < LAKE_IDENTITIES_MAX {
                    self.callers.insert(hash, caller);
                }
                Some(caller)
            }
        };
        self.last_caller.0.clear();
        self.last_caller.0.push_str(raw);
        self.last_caller.1 = found;
        found
    }

    fn read_caller(&mut self, raw: &str) -> Option<Caller> {
        let principal = sound_principal_of(raw)?;
        let texts = identity_texts(&principal);
        let mut slots = [0; WORDS - IDENTITY_WORDS];
        for (slot, text) in slots.iter_mut().zip(texts) {
            *slot = if text.is_empty() { 0 } else { self.words.number(text)? };
        }
        Some(Caller {
            slots,
            created: principal.session_created_at,
            mfa: principal.mfa,
            issued: principal.issuer.is_some(),
            weight: texts.iter().map(|text| text.len()).sum(),
        })
    }
}

/// The words of a caller, in the order of `Word`.
pub(super) fn identity_texts(principal: &Principal) -> [&str; WORDS - IDENTITY_WORDS] {
    let issuer = principal.issuer.as_ref();
    [
        principal.identity_type.as_deref().unwrap_or_default(),
        principal.principal_id.as_deref().unwrap_or_default(),
        principal.arn.as_ref().map_or("", |arn| arn.as_str()),
        principal.account_id.as_ref().map_or("", |account| account.as_str()),
        principal.access_key_id.as_ref().map_or("", |key| key.as_str()),
        issuer.and_then(|issuer| issuer.arn.as_ref()).map_or("", |arn| arn.as_str()),
        issuer.and_then(|issuer| issuer.name.as_deref()).unwrap_or_default(),
        principal.role_session_name().unwrap_or_default(),
        principal.source_identity.as_deref().unwrap_or_default(),
        principal.invoked_by.as_deref().unwrap_or_default(),
        principal.user_name.as_deref().unwrap_or_default(),
    ]
}
