//! Whose credentials the records of an object were made with: enough to know,
//! later, whether the object has to be looked at again.
//!
//! Owns: hashes of tokens, four bytes each and each once. Two tokens with one
//! hash cost a look that finds nothing.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{Examiner, Recalled};
use crate::correlate::Wanted;
use crate::decode::Record;
use crate::evidence::discover::Found;
use crate::model::evidence::ObjectPath;
use crate::normalise::token::{self, Token, TokenKind};
use crate::timeline::RunKey;

/// Hashes gathered before those that stand twice are taken out.
const LOOSE_MAX: usize = 4096;

/// The hashes of all tokens of one object.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Callers {
    hashes: Vec<u32>,
    /// How many of them are sorted, each once.
    settled: usize,
}

impl Callers {
    /// Takes in tokens of one record.
    pub(super) fn add(&mut self, hashes: impl Iterator<Item = u32>) {
        self.hashes.extend(hashes);
        if self.hashes.len() > self.settled * 2 + LOOSE_MAX {
            self.settle();
        }
    }

    /// Forgets tokens: all records with them were kept after all.
    pub(super) fn remove(&mut self, hashes: &BTreeSet<u32>) {
        self.hashes.retain(|one| !hashes.contains(one));
        self.settled = self.settled.min(self.hashes.len());
    }

    fn settle(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.settled = self.hashes.len();
    }

    /// No more records follow.
    pub(super) fn finish(mut self) -> Self {
        self.settle();
        self.hashes.shrink_to_fit();
        self
    }

    /// All of them.
    #[cfg(test)]
    pub(super) fn hashes(&self) -> impl Iterator<Item = u32> {
        self.hashes.iter().copied()
    }

    /// Bytes that they take.
    pub(super) fn bytes(&self) -> usize {
        self.hashes.len() * 4
    }

    /// Whether a record of the object may have one of these tokens.
    pub fn may_hold(&self, wanted: &WantedHashes) -> bool {
        let (few, many) = match self.hashes.len() < wanted.0.len() {
            true => (&self.hashes, &wanted.0),
            false => (&wanted.0, &self.hashes),
        };
        few.iter().any(|hash| many.binary_search(hash).is_ok())
    }
}

/// The hashes of wanted tokens, sorted.
#[derive(Debug)]
pub struct WantedHashes(Vec<u32>);

impl WantedHashes {
    /// Of all tokens that are wanted.
    pub fn of(key: RunKey, wanted: &Wanted) -> Self {
        let of = |token: &Token| short(token_hash(key, token.kind, &token.account, &token.name));
        let mut hashes: Vec<u32> = wanted.tokens().map(of).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }
}

/// The keyed hash of a token: nobody who writes evidence can aim at one.
pub(super) fn token_hash(key: RunKey, kind: TokenKind, account: &str, name: &str) -> u64 {
    let seed = key.seed() ^ u64::from(kind as u8).rotate_left(56);
    let seed = if account.is_empty() { seed } else { xxh3_64_with_seed(account.as_bytes(), seed) };
    xxh3_64_with_seed(name.as_bytes(), seed)
}

/// The half of a hash that objects remember.
pub(super) const fn short(hash: u64) -> u32 {
    (hash & 0xffff_ffff) as u32
}

impl Examiner<'_> {
    /// Reads an object again for wanted records. For each path that is looked
    /// at: ordinals of records that are kept already.
    pub fn descended(
        &self,
        found: &Found,
        paths: &BTreeMap<&ObjectPath, Vec<u64>>,
        wanted: &Wanted,
    ) -> Vec<Recalled> {
        self.again(found, &|path| {
            let kept = paths.get(path)?;
            Some(move |record: &Record<'_>| {
                kept.binary_search(&record.place.ordinal).is_err()
                    && wanted.holds(&token::all(&record.head, record.text))
            })
        })
    }
}
