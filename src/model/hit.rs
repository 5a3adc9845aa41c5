//! What rules matched: which record, whose call, and the words of the rule.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

use crate::model::event::Outcome;
use crate::model::evidence::Evidence;
use crate::model::finding::Confidence;
use crate::model::id::{AccountId, EventId};
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::time::UtcTime;
use crate::runs::{Row, Runs};

/// What a finding says in the words of its rule.
#[derive(Clone, Debug)]
pub struct RuleWords {
    /// Id of the rule; `sigma:<id>` for a Sigma rule.
    pub rule_id: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// How grave a call that succeeded is.
    pub severity: Severity,
    /// What the calls mean, one sentence without a full stop.
    pub summary: Arc<str>,
    /// MITRE ATT&CK techniques.
    pub technique_ids: Vec<Cow<'static, str>>,
    /// Controls it bears on.
    pub controls: Vec<Cow<'static, str>>,
    /// What to do.
    pub response: Arc<str>,
    /// How sure a match makes.
    pub confidence: Confidence,
    /// Calls from which there is a finding.
    pub calls_min: u64,
    /// Whether the rule itself says what an attempt is worth, so that a denied
    /// call is not lowered.
    pub wants_attempts: bool,
}

/// One record that one rule matches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hit {
    /// Place of the rule in the run's list of rules.
    pub rule: u32,
    /// The account it is about.
    pub account_id: Option<AccountId>,
    /// Who, as far as the record alone tells.
    pub actor: Option<Arc<str>>,
    /// The event's name without API date.
    pub event_name: Arc<str>,
    /// How the call ended.
    pub outcome: Outcome,
    /// When.
    pub time: Option<UtcTime>,
    /// Its event id; left out where an object holds very many like it.
    pub event_id: Option<EventId>,
    /// Values that the rule wants told, secrets replaced.
    pub told: Arc<[Arc<str>]>,
    /// Where the call came from, as the record spells it, if the rule wants it
    /// told.
    pub from: Option<Arc<str>>,
    /// Values by which correlations group and count, in the order of the
    /// rule's own list; empty for a rule that no correlation uses.
    pub keys: Arc<[Option<Arc<str>>]>,
    /// How well the source of the record is anchored.
    pub source_grade: SourceGrade,
    /// Where the record lies.
    pub evidence: Evidence,
}

impl Row for Hit {
    fn bytes(&self) -> usize {
        size_of::<Self>() + (self.told.len() + self.keys.len()) * 48 + 64
    }
}

/// Hits that together fulfil a correlation.
#[derive(Clone, Debug)]
pub struct Compound {
    /// Place of the correlation in the run's list of rules.
    pub rule: u32,
    /// What they have in common, in words; may quote the evidence.
    pub common: String,
    /// Places of its hits, oldest first.
    pub hits: Vec<usize>,
}

/// Everything that rules found in a run.
#[derive(Clone, Debug, Default)]
pub struct Detected {
    /// The words of each rule.
    pub rules: Vec<RuleWords>,
    /// Records that match, copies removed.
    pub hits: Vec<Hit>,
    /// Those of rules that no correlation counts, in order of time, unknown times
    /// last; not among the others.
    pub more: Runs<Hit>,
    /// What correlations make of them.
    pub compounds: Vec<Compound>,
    /// Rules whose hits are only there for correlations.
    pub silent: Vec<bool>,
}
