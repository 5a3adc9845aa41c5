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

/// Callers that are known at a time: an object of millions of them is no reason to
/// hold them all.
const CALLERS_MAX: usize = 1 << 16;

/// What the tokens of the last record come to.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Callers of the object.
    callers: Vec<Caller>,
    /// Their places, by the keyed hash of their identity as it is spelled.
    spelled: FxHashMap<u64, usize>,
    /// Tokens of all these callers.
    of_callers: Vec<u64>,
    /// The caller of the record: the hash, and its place.
    caller: (u64, usize),
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
    /// Whether it may wear the role of a mode.
    marker: bool,
    /// Whether a record of it was only counted.
    remembered: bool,
}

/// The key of hashes, and what tells of an identity whether it may wear the role
/// of a mode.
type Known<'f> = (RunKey, &'f dyn Fn(&str) -> bool);

impl Seen {
    /// Takes the place of the record before.
    pub(super) fn read(&mut self, known: Known<'_>, head: &Head<'_>, text: &str) {
        let (key, _) = known;
        self.keys.clear();
        self.of_call.clear();
        self.caller = self.meet(known, head.user_identity.unwrap_or_default());
        if let Some(caller) = self.callers.get(self.caller.1) {
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

    /// The hash and the place of a caller, whose words are read if it was not met
    /// before.
    fn meet(&mut self, (key, marker): Known<'_>, identity: &str) -> (u64, usize) {
        let spelled = xxh3_64_with_seed(identity.as_bytes(), key.seed());
        if let Some(place) = self.spelled.get(&spelled) {
            return (spelled, *place);
        }
        if self.callers.len() >= CALLERS_MAX {
            self.callers.clear();
            self.spelled.clear();
            self.of_callers.clear();
        }
        let start = self.of_callers.len();
        let (tokens, mut keys) = (&mut self.of_callers, Vec::new());
        token::of_caller(identity, &mut |kind, account, name| {
            let list = if kind == TokenKind::Key { &mut keys } else { &mut *tokens };
            list.push(token_hash(key, kind, account, name));
        });
        let split = tokens.len();
        tokens.extend(keys);
        let tokens = start..tokens.len();
        let place = self.callers.len();
        self.callers.push(Caller { tokens, keys: split, marker: marker(identity), remembered: false });
        self.spelled.insert(spelled, place);
        (spelled, place)
    }

    /// The keyed hash of the caller as it is spelled.
    pub(super) fn caller(&self) -> u64 {
        self.caller.0
    }

    /// Whether the caller may wear the role of a mode.
    pub(super) fn may_wear_marker_role(&self) -> bool {
        self.callers.get(self.caller.1).is_some_and(|caller| caller.marker)
    }

    /// Hashes of the keys in the record.
    pub(super) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// Has the object remember the tokens of the record.
    pub(super) fn remember(&mut self, callers: &mut Callers) {
        if let Some(caller) = self.callers.get_mut(self.caller.1)
            && !std::mem::replace(&mut caller.remembered, true)
        {
            callers.add(self.of_callers[caller.tokens.clone()].iter().map(|hash| short(*hash)));
        }
        callers.add(self.of_call.iter().map(|hash| short(*hash)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Hashes of all tokens and of the keys among them, as read without a memory.
    fn fresh(key: RunKey, text: &str) -> (BTreeSet<u32>, BTreeSet<u64>) {
        let head = Head::tolerant(text).expect("a record");
        let all = token::all(&head, text);
        let hash = |one: &token::Token| token_hash(key, one.kind, &one.account, &one.name);
        let keys = all.iter().filter(|one| one.kind == TokenKind::Key).map(hash).collect();
        (all.iter().map(|one| short(hash(one))).collect(), keys)
    }

    #[test]
    fn a_caller_that_was_met_before_has_the_same_tokens() {
        let caller = |name: &str| {
            format!(
                r#"{{"accessKeyId":"ASIA{name}","arn":"arn:aws:sts::111122223333:assumed-role/R/{name}"}}"#
            )
        };
        let record = |identity: &str| {
            format!(
                r#"{{"eventSource":"sts.amazonaws.com","userIdentity":{identity},"responseElements":{{"credentials":{{"accessKeyId":"ASIANEW"}}}}}}"#
            )
        };
        let key = RunKey::draw();
        let names = ["a", "b", "a", "a", "c", "b"];
        let (mut seen, mut callers, mut all) = (Seen::default(), Callers::default(), BTreeSet::new());
        for name in names {
            let text = record(&caller(name));
            let (tokens, keys) = fresh(key, &text);
            seen.read((key, &|_| false), &Head::tolerant(&text).expect("a record"), &text);
            assert_eq!(seen.keys().iter().copied().collect::<BTreeSet<u64>>(), keys, "{name}");
            assert_eq!(keys.len(), 2, "its own and the one that it hands out");
            seen.remember(&mut callers);
            all.extend(tokens);
        }
        assert_eq!(callers.finish().hashes().collect::<BTreeSet<u32>>(), all);
        let nobody = r#"{"eventSource":"ec2.amazonaws.com"}"#;
        seen.read((key, &|_| false), &Head::tolerant(nobody).expect("a record"), nobody);
        assert!(seen.keys().is_empty(), "nothing is left of the record before");
    }

    #[test]
    fn more_callers_than_are_known_at_a_time_are_read_all_the_same() {
        let key = RunKey::draw();
        let (mut seen, mut callers) = (Seen::default(), Callers::default());
        for turn in 0..=CALLERS_MAX + 1 {
            let text = format!(r#"{{"userIdentity":{{"accessKeyId":"ASIA{turn}"}}}}"#);
            seen.read((key, &|_| false), &Head::tolerant(&text).expect("a record"), &text);
            assert_eq!(seen.keys(), [token_hash(key, TokenKind::Key, "", &format!("ASIA{turn}"))]);
            seen.remember(&mut callers);
        }
        assert!(seen.callers.len() <= CALLERS_MAX);
    }
}
