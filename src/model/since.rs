//! What has changed since the last audit, as far as a report tells it.
//!
//! Owns: plain rows. `compare` makes them; texts of the old report are as untrusted
//! as those of the evidence.

use crate::model::time::UtcTime;

/// All that has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// What the old report has records of, and what time it is told for.
    pub old_scope: String,
    /// The same of this report.
    pub new_scope: String,
    /// What a reader has to know before relying on the changes.
    pub notes: Vec<String>,
    /// One for each kind of thing, in the order in which they are told.
    pub subjects: Vec<SinceSubject>,
}

/// What has changed of one kind of thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SinceSubject {
    /// What they are, for a heading.
    pub heading: &'static str,
    /// How many there are of each word, such as `2 new, 1 ended`; `none`.
    pub counts: String,
    /// The changes, the gravest words first.
    pub changes: Vec<SinceChange>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SinceChange {
    /// What became of it, such as `new` or `not covered`.
    pub word: String,
    /// When it began; of a deadline, the deadline.
    pub time: Option<UtcTime>,
    /// Id, account, region, severity and what it is, as far as it has them.
    pub told: String,
    /// What is different, or why it is called so.
    pub detail: String,
}
