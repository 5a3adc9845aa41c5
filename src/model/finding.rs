//! Claims with evidence, and the incidents they gather into.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, EventId, FindingId, IncidentId, ModeName, RfcId, SessionId, WindowId};
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::time::{Day, UtcTime};
use crate::runs::Row;

/// How sure a claim is, from the least to the most. The words are those of the
/// `confidence` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Worth a look; another explanation is as likely.
    Low,
    /// Likely; check it before it is acted on.
    Medium,
    /// The records leave no other reading.
    High,
}

impl Confidence {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// One step less sure; `low` stays.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }

    /// How sure a claim of this confidence is if the weakest record it rests on
    /// has that grade. A verified chain of digests proves a record unaltered and
    /// takes nothing away. Whatever nobody vouches for, be it a delivered object
    /// or the whole record as another tool gave it out, takes one step; a summary
    /// lacks part of the record besides, and takes two.
    #[must_use]
    pub const fn resting_on(self, weakest: SourceGrade) -> Self {
        match weakest {
            SourceGrade::DigestSigned | SourceGrade::HashChained => self,
            SourceGrade::HashListed | SourceGrade::Unreferenced | SourceGrade::Export => self.lowered(),
            SourceGrade::Summary => self.lowered().lowered(),
        }
    }
}

/// One claim of the tool.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// Stable id over the facts that define it.
    pub finding_id: FindingId,
    /// The rule or correlation that made it.
    pub rule_id: Cow<'static, str>,
    /// The rule's title; of an attempt with [`ATTEMPT`] in front of it, unless the
    /// rule is about attempts and says so itself.
    pub title: Cow<'static, str>,
    /// Whether no call that it rests on succeeded, so that nothing was done.
    pub attempt: bool,
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
    /// The first of the events it rests on; `count` counts all.
    pub event_ids: Vec<EventId>,
    /// Where the first of the records that it rests on lie; event ids alone may be
    /// shared.
    pub records: Vec<Evidence>,
    /// The names of its calls: which controls it bears on may hang on them.
    pub calls: BTreeSet<Arc<str>>,
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
    /// How sure: that of its rule, lowered by its weakest record.
    pub confidence: Confidence,
    /// Why it is that sure, in one sentence.
    pub confidence_reason: String,
    /// The decision that it is accepted, if there is one.
    pub suppression: Option<FindingSuppression>,
    /// Where it lies.
    pub evidence: Evidence,
}

/// What stands before the title of a rule where its calls were only tried.
pub const ATTEMPT: &str = "Attempt: ";

impl Row for Finding {
    fn bytes(&self) -> usize {
        let lists = self.event_ids.len() * 64 + self.records.len() * 48 + self.session_ids.len() * 48;
        let texts =
            self.summary.len() + self.confidence_reason.len() + self.response.len() + self.title.len();
        size_of::<Self>() + lists + texts + self.calls.len() * 32 + self.controls.len() * 40
    }
}

impl Finding {
    /// The title of its rule, whatever became of the calls.
    pub fn title_of_rule(&self) -> &str {
        self.title.strip_prefix(ATTEMPT).filter(|_| self.attempt).unwrap_or(&self.title)
    }
}

/// Who accepted a finding, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingSuppression {
    /// Who decided it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The last day (UTC) on which it holds.
    pub expires: Day,
}

/// Destructive calls and findings of one actor in one account whose gaps are
/// under an hour.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// The nearest deadline that is open at the time the report is told for.
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

impl Row for Incident {
    fn bytes(&self) -> usize {
        let ids = self.finding_ids.len() + self.window_ids.len() + self.session_ids.len();
        size_of::<Self>() + ids * 40 + self.summary.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Confidence::{self, High, Low, Medium};
    use crate::model::source_grade::SourceGrade;

    #[test]
    fn each_grade_lowers_by_its_steps_and_none_below_low() {
        let cases = [
            (SourceGrade::DigestSigned, [High, Medium, Low]),
            (SourceGrade::HashChained, [High, Medium, Low]),
            (SourceGrade::HashListed, [Medium, Low, Low]),
            (SourceGrade::Unreferenced, [Medium, Low, Low]),
            (SourceGrade::Export, [Medium, Low, Low]),
            (SourceGrade::Summary, [Low, Low, Low]),
        ];
        for (grade, expected) in cases {
            let found: [Confidence; 3] = [High, Medium, Low].map(|rule| rule.resting_on(grade));
            assert_eq!(found, expected, "{}", grade.as_str());
        }
    }
}
