//! Callers met before: what the raw text of a `userIdentity` alone comes to, found
//! out once for all records that spell it alike.
//!
//! Owns: a bounded table of such texts. They are compared whole, so that nothing
//! hangs on a hash; a thread has one for as long as an object takes.

use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Examiner;
use super::callers::{short, token_hash};
use crate::limits::{CALLER_TEXT_BYTES_MAX, CALLERS_KNOWN_MAX};
use crate::normalise::token::{self, TokenKind};

/// What the text of one caller comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct Caller {
    /// The keyed hash of the text.
    pub(super) hash: u64,
    /// Hashes of all its tokens.
    pub(super) tokens: Vec<u32>,
    /// Hashes of the keys among them.
    pub(super) keys: Vec<u64>,
    /// Whether it may wear the role of a mode.
    pub(super) may_wear_marker_role: bool,
}

/// The callers that a thread met last.
#[derive(Debug, Default)]
pub(super) struct KnownCallers {
    rows: Vec<Option<(Box<str>, Caller)>>,
    /// Of a text that is too long to be held.
    unheld: Caller,
}

impl KnownCallers {
    /// What the text comes to.
    pub(super) fn of(&mut self, examiner: &Examiner<'_>, text: &str) -> &Caller {
        let hash = xxh3_64_with_seed(text.as_bytes(), examiner.key.seed());
        if text.len() > CALLER_TEXT_BYTES_MAX {
            self.unheld = examiner.caller(text, hash);
            return &self.unheld;
        }
        if self.rows.is_empty() {
            self.rows.resize_with(CALLERS_KNOWN_MAX, || None);
        }
        let row = &mut self.rows[hash as usize % CALLERS_KNOWN_MAX];
        if row.as_ref().is_some_and(|(known, _)| **known != *text) {
            *row = None;
        }
        &row.get_or_insert_with(|| (text.into(), examiner.caller(text, hash))).1
    }
}

/// Tables that no thread uses at the moment.
#[derive(Debug, Default)]
pub struct IdleCallers(Mutex<Vec<KnownCallers>>);

impl IdleCallers {
    pub(super) fn take(&self) -> KnownCallers {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give_back(&self, known: KnownCallers) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(known);
    }
}

impl Examiner<'_> {
    fn caller(&self, text: &str, hash: u64) -> Caller {
        let may_wear_marker_role = self.classifier.may_wear_marker_role(text);
        let mut caller = Caller { hash, may_wear_marker_role, ..Caller::default() };
        token::of_caller(text, &mut |kind, account, name| {
            let hash = token_hash(self.key, kind, account, name);
            caller.tokens.push(short(hash));
            if kind == TokenKind::Key {
                caller.keys.push(hash);
            }
        });
        caller
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::classify::Classifier;
    use crate::detect::{Detector, RuleSet};
    use crate::examine::Depth;

    #[test]
    fn a_caller_is_the_same_whether_it_was_met_before_or_not() {
        let (catalogue, rules) = (Catalogue::builtin(), RuleSet::none());
        let examiner = Examiner::new(
            Classifier::new(&catalogue, false),
            Detector::new(&rules, &catalogue),
            Depth::Records,
        );
        let text = |number: usize| {
            format!(
                r#"{{"arn":"arn:aws:sts::1:assumed-role/R{number}/bob","accessKeyId":"ASIA{number}","x":"{}"}}"#,
                "y".repeat(if number % 7 == 0 { CALLER_TEXT_BYTES_MAX } else { number % 5 })
            )
        };
        let mut known = KnownCallers::default();
        // More than fit, so that rows are taken by others between.
        for number in (0..3 * CALLERS_KNOWN_MAX).chain(0..40).chain(0..40) {
            let text = text(number);
            let expected = KnownCallers::default().of(&examiner, &text).clone();
            assert_eq!(format!("{:?}", known.of(&examiner, &text)), format!("{expected:?}"));
            assert_eq!((expected.tokens.len(), expected.keys.len()), (3, 1));
        }
    }
}
