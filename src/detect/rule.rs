//! One rule of the catalogue: which records it matches, in what words it
//! speaks, and the records that prove it.
//!
//! Owns: the rule as a value, and its judgement of one record. How it is
//! written down is `rule_file`'s.

use std::sync::Arc;

use crate::detect::condition::{Around, Condition};
use crate::detect::glob::Glob;
use crate::detect::path::Path;
use crate::detect::seen::Seen;
use crate::model::event::Outcome;
use crate::model::hit::RuleWords;
use crate::model::id::ModeName;

/// How ripe a rule is. The words are Sigma's.
pub const STATUSES: [&str; 3] = ["stable", "test", "experimental"];

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What its findings say.
    pub words: RuleWords,
    /// One of [`STATUSES`].
    pub status: String,
    /// Who wrote it.
    pub author: String,
    /// Under which licence.
    pub licence: String,
    /// What its facts rest on.
    pub references: Vec<String>,
    /// Event sources; empty means any.
    pub sources: Vec<String>,
    /// Names of events as written; empty means any.
    pub names: Vec<String>,
    /// Modes whose roles must be worn; `*` means any mode.
    pub modes: Vec<String>,
    /// Which outcomes match.
    pub wanted: Wanted,
    /// Records that it must match.
    pub hits: Vec<Example>,
    /// Records that it must not match.
    pub misses: Vec<Example>,
    pub(super) patterns: Vec<Glob>,
    pub(super) when: Vec<Condition>,
    pub(super) tell: Vec<Path>,
}

/// Which outcomes of a call a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every one; what did not succeed is an attempt.
    Any,
    /// Calls that succeeded.
    Succeeded,
    /// Calls that were denied, failed or were dry runs.
    Attempted,
}

impl Wanted {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Any, Self::Succeeded, Self::Attempted];

    /// The word used in rules.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Succeeded => "succeeded",
            Self::Attempted => "attempted",
        }
    }
}

/// A record that proves a rule.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub shows: Arc<str>,
    /// The record, JSON.
    pub record: Arc<str>,
    /// Line of its record in the file of the rule, counted from 1.
    pub line: usize,
}

impl Rule {
    /// Whether its findings tell the value at this path.
    pub(super) fn tells(&self, path: &str) -> bool {
        self.tell.iter().any(|told| told.as_str() == path)
    }

    /// Whether it matches the record. The linear truth: no index is asked.
    pub(super) fn matches(&self, seen: &Seen<'_>) -> bool {
        let around = Around { view: seen.view(), account: seen.account() };
        self.names_source(seen.source())
            && self.names_event(seen.name())
            && self.names_mode(seen.mode())
            && match self.wanted {
                Wanted::Any => true,
                Wanted::Succeeded => seen.outcome() == Outcome::Succeeded,
                Wanted::Attempted => seen.outcome() != Outcome::Succeeded,
            }
            && self.when.iter().all(|condition| condition.holds(&around))
    }

    fn names_source(&self, source: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|known| known == source)
    }

    fn names_event(&self, name: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| pattern.matches(name))
    }

    fn names_mode(&self, worn: Option<&ModeName>) -> bool {
        self.modes.is_empty()
            || worn.is_some_and(|worn| self.modes.iter().any(|mode| mode == "*" || mode == worn.as_str()))
    }
}
