//! The tokens of one record, as hashes.
//!
//! Owns: reading the words of a caller once for each spelling of an identity in
//! an object. Most records of an object repeat one that came before.

use std::ops::Range;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::callers::{Callers, short, token_hash};
use crate::decode::head::Head;
use crate::normalise::token::{self, TokenKind};
use crate::timeline::RunKey;

/// What the tokens of the last record come to.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Callers of the object, by the keyed hash of their identity as it is spelled.
    callers: FxHashMap<u64, Caller>,
    /// Tokens of all these callers.
    of_callers: Vec<u64>,
    /// The caller of the record, if it has one.
    caller: Option<u64>,
    /// The keys among its tokens.
    keys: Vec<u64>,
    /// Tokens of what it asks for and hands out.
    of_call: Vec<u64>,
}

/// One caller: where its tokens stand.
#[derive(Clone, Debug)]
struct Caller {
    tokens: Range<usize>,
    /// Where the keys begin among them: they stand last.
    keys: usize,
    /// Whether a record of it was only counted.
    remembered: bool,
}

impl Seen {
    /// Takes the place of the record before.
    pub(super) fn read(&mut self, key: RunKey, head: &Head<'_>, text: &str) {
        self.keys.clear();
        self.of_call.clear();
        self.caller = head.user_identity.map(|identity| self.meet(key, identity));
        if let Some(caller) = self.caller.and_then(|caller| self.callers.get(&caller)) {
            self.keys.extend_from_slice(&self.of_callers[caller.keys..caller.tokens.end]);
        }
        token::of_call(head, text, &mut |kind, account, name| {
            let hash = token_hash(key, kind, account, name);
            self.of_call.push(hash);
            if kind == TokenKind::Key {
                self.keys.push(hash);
            }
        });
    }

    /// Reads the words of a caller, if it was not met before.
    fn meet(&mut self, key: RunKey, identity: &str) -> u64 {
        let spelled = xxh3_64_with_seed(identity.as_bytes(), key.seed());
        if !self.callers.contains_key(&spelled) {
            let start = self.of_callers.len();
            let (tokens, mut keys) = (&mut self.of_callers, Vec::new());
            token::of_caller(identity, &mut |kind, account, name| {
                let list = if kind == TokenKind::Key { &mut keys } else { &mut *tokens };
                list.push(token_hash(key, kind, account, name));
            });
            let split = tokens.len();
            tokens.extend(keys);
            let caller = Caller { tokens: start..tokens.len(), keys: split, remembered: false };
            self.callers.insert(spelled, caller);
        }
        spelled
    }

    /// Hashes of the keys in the record.
    pub(super) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// Has the object remember the tokens of the record.
    pub(super) fn remember(&mut self, callers: &mut Callers) {
        if let Some(caller) = self.caller.and_then(|caller| self.callers.get_mut(&caller))
            && !std::mem::replace(&mut caller.remembered, true)
        {
            callers.add(self.of_callers[caller.tokens.clone()].iter().map(|hash| short(*hash)));
        }
        callers.add(self.of_call.iter().map(|hash| short(*hash)));
    }
}
