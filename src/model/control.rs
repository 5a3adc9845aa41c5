//! Controls of frameworks, and what a run says of each.

use std::sync::Arc;

/// What the findings of a run say of a control. The words are those of the
/// `verdict` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// At least one finding is an exception to it, suppressed or not. An attempt
    /// that came to nothing is none.
    ExceptionsFound,
    /// No finding is, in the evidence that was covered.
    NoneFound,
    /// The evidence lacks what its rules need.
    NotAssessable,
}

impl Verdict {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExceptionsFound => "exceptions_found",
            Self::NoneFound => "none_found",
            Self::NotAssessable => "not_assessable",
        }
    }
}

/// A control, and what a run says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlRow {
    /// The framework, with its version; `other` for controls of the user's rules.
    pub framework: Arc<str>,
    /// Its id in that framework.
    pub control: Arc<str>,
    /// A short name of ours; empty for controls of the user's rules.
    pub title: Arc<str>,
    /// The rules that bear on it, by id.
    pub rules: Vec<Arc<str>>,
    /// Findings of these rules that nobody suppressed, attempts included.
    pub findings: u64,
    /// What they come to.
    pub verdict: Verdict,
    /// What the verdict rests on, and what it leaves open: sentences.
    pub coverage: String,
    /// Findings that the policy suppresses.
    pub suppressed: u64,
    /// The rules among them for which evidence is lacking.
    pub rules_not_assessed: Vec<Arc<str>>,
    /// These findings, suppressed ones included: the first
    /// [`CONTROL_FINDINGS_MAX`](crate::limits::CONTROL_FINDINGS_MAX).
    pub finding_ids: Vec<crate::model::id::FindingId>,
}
