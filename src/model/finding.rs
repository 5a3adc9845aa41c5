//! Claims with evidence, and the incidents they gather into.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, EventId, FindingId, IncidentId, ModeName, RfcId, SessionId, WindowId};
use crate::model::severity::Severity;
use crate::model::time::UtcTime;

/// One claim of the tool.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Stable id over the facts that define it.
    pub finding_id: FindingId,
    /// The rule or correlation that made it.
    pub rule_id: Cow<'static, str>,
    /// The rule's title.
    pub title: Cow<'static, str>,
    /// How grave.
    pub severity: Severity,
    /// The account it concerns.
    pub account_id: Option<AccountId>,
    /// The mode it concerns.
    pub mode: Option<ModeName>,
    /// When it begins.
    pub time: Option<UtcTime>,
    /// When it ends, if it has an end.
    pub end_time: Option<UtcTime>,
    /// Who.
    pub actor: Option<Arc<str>>,
    /// One or two plain sentences.
    pub summary: String,
    /// How many things it counts.
    pub count: u64,
    /// The events it rests on.
    pub event_ids: Vec<EventId>,
    /// The window it concerns.
    pub window_id: Option<WindowId>,
    /// The sessions it concerns.
    pub session_ids: Vec<SessionId>,
    /// The RFCs it concerns.
    pub rfc_ids: Vec<RfcId>,
    /// MITRE ATT&CK techniques, version 19.
    pub technique_ids: Vec<Cow<'static, str>>,
    /// Controls it bears on.
    pub controls: Vec<Cow<'static, str>>,
    /// What to do.
    pub response: Cow<'static, str>,
    /// How sure: `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// Where it lies.
    pub evidence: Evidence,
}

/// Destructive calls and findings of one actor in one account whose gaps are
/// under an hour.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Stable id over account, actor and start.
    pub incident_id: IncidentId,
    /// The account.
    pub account_id: Option<AccountId>,
    /// The person or thing behind it.
    pub actor: Option<Arc<str>>,
    /// The mode used, if one was.
    pub mode: Option<ModeName>,
    /// Its first call.
    pub started_at: Option<UtcTime>,
    /// Its last call.
    pub ended_at: Option<UtcTime>,
    /// The gravest of its parts.
    pub severity: Severity,
    /// Destructive calls that succeeded.
    pub actions: u64,
    /// Destructive calls that were denied, failed or tests.
    pub attempts: u64,
    /// Things destroyed.
    pub resources: u64,
    /// Calls that cannot be undone.
    pub irreversible: u64,
    /// Calls that can be undone while a call or copy lasts.
    pub recoverable: u64,
    /// The nearest deadline.
    pub next_deadline: Option<UtcTime>,
    /// Its findings.
    pub finding_ids: Vec<FindingId>,
    /// Its windows.
    pub window_ids: BTreeSet<WindowId>,
    /// Its sessions.
    pub session_ids: BTreeSet<SessionId>,
    /// One plain sentence.
    pub summary: String,
}
