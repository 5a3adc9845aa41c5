//! Whose credentials the records of an object were made with: enough to know,
//! later, whether the object has to be looked at again.
//!
//! Owns: hashes of tokens, four bytes each and each once. Two tokens with one
//! hash cost a look that finds nothing.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{Examiner, archive};
use crate::correlate::Wanted;
use crate::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use crate::evidence::discover::Found;
use crate::evidence::read::Container;
use crate::evidence::s3_key;
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::AccountId;
use crate::normalise::cloudtrail::event;
use crate::normalise::token::{self, Token, TokenKind};
use crate::timeline::RunKey;

/// Hashes gathered before those that stand twice are taken out.
const LOOSE_MAX: usize = 4096;

/// The hashes of all tokens of one object.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    hashes: Vec<u32>,
    /// How many of them are sorted, each once.
    settled: usize,
}

impl Callers {
    /// Takes in the tokens of one record.
    pub(super) fn add(&mut self, hashes: &[u32]) {
        for hash in hashes {
            if self.hashes.last() != Some(hash) {
                self.hashes.push(*hash);
            }
        }
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
    ) -> Vec<(ObjectPath, Vec<Event>)> {
        let all = archive::contents_again(found, self.days, &|path, content, inflated| {
            let kept = paths.get(path)?;
            let key_account = s3_key::facts(path.as_str()).account_id;
            let mut sink = DescendedSink { path, key_account, kept, wanted, events: Vec::new() };
            if !matches!(content.container, Container::NotOpened(_) | Container::Archive(_)) {
                decode::decode(inflated, &mut sink);
            }
            Some((path.clone(), sink.events))
        });
        all.into_iter().flatten().collect()
    }
}

/// Takes the wanted records of one object.
struct DescendedSink<'w> {
    path: &'w ObjectPath,
    key_account: Option<AccountId>,
    kept: &'w [u64],
    wanted: &'w Wanted,
    events: Vec<Event>,
}

impl Sink for DescendedSink<'_> {
    fn record(&mut self, record: Record<'_>) {
        let place = record.place;
        if self.kept.binary_search(&place.ordinal).is_ok()
            || !self.wanted.holds(&token::all(&record.head, record.text))
        {
            return;
        }
        let around =
            record.envelope_account.and_then(AccountId::if_well_formed).or_else(|| self.key_account.clone());
        let evidence = Evidence {
            object: self.path.clone(),
            record: place.ordinal,
            start: place.start as u64,
            end: place.end as u64,
        };
        let read = event(record.text, around.as_ref(), evidence).event;
        self.events.push(Event { source_grade: record.grade, ..read });
    }

    fn rfc(&mut self, _: RfcEntry<'_>) {}

    fn aside(&mut self, _: Aside<'_>) {}

    fn document(&mut self, _: Document<'_>) {}

    fn fault(&mut self, _: Fault) {}
}
