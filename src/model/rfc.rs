//! An AMS request for change, merged from every source that knows it; or a
//! change ticket of the organisation's own, which stands in its place.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, ChangeTypeId, ModeName, RfcId};
use crate::model::ticket::Ticket;
use crate::model::time::UtcTime;

/// Which kind of record told of an RFC. The words are those of `sources`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RfcSource {
    /// `get-rfc` output.
    GetRfc,
    /// `list-rfc-summaries` output.
    RfcSummary,
    /// `AMS RFC State Change` events.
    EventBridge,
    /// amscm calls in CloudTrail.
    CloudTrail,
    /// A row of a ticket file that the policy names.
    Ticket,
}

impl RfcSource {
    /// The word used in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GetRfc => "get_rfc",
            Self::RfcSummary => "rfc_summary",
            Self::EventBridge => "eventbridge",
            Self::CloudTrail => "cloudtrail",
            Self::Ticket => "ticket",
        }
    }
}

/// What an RFC sets out to do. The words are those of the `action` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RfcAction {
    /// Opens a privileged mode.
    EnableMode,
    /// Destroys something.
    Destructive,
    /// Grants privilege or access.
    Privilege,
    /// Anything else, or an unknown change type.
    Other,
}

impl RfcAction {
    /// The word used in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EnableMode => "enable_mode",
            Self::Destructive => "destructive",
            Self::Privilege => "privilege",
            Self::Other => "other",
        }
    }
}

/// One request for change. Every field but id and evidence may be absent.
///
/// Source: facts/ams.md 3.3 to 3.8.
#[derive(Clone, Debug)]
pub struct Rfc {
    /// `RfcId`.
    pub rfc_id: RfcId,
    /// `ChangeTypeId`.
    pub change_type_id: Option<ChangeTypeId>,
    /// The change type's name from the catalogue.
    pub change_type_name: Option<Arc<str>>,
    /// `ChangeTypeVersion`.
    pub change_type_version: Option<Arc<str>>,
    /// `Title`.
    pub title: Option<Arc<str>>,
    /// `Status.Id` as AMS spells it; `None` if only CloudTrail saw the RFC.
    pub status: Option<Arc<str>>,
    /// `AutomationStatus.Id`.
    pub automation: Option<Arc<str>>,
    /// Where the RFC was raised.
    pub account_id: Option<AccountId>,
    /// Whom it acts on; `None` if unknowable.
    pub target_account_id: Option<AccountId>,
    /// The mode its change type enables.
    pub mode: Option<ModeName>,
    /// What its change type does.
    pub action: RfcAction,
    /// `CreatedBy`, an ARN.
    pub created_by: Option<Arc<str>>,
    /// `CreatedTime`.
    pub created_at: Option<UtcTime>,
    /// Who called SubmitRfc, from CloudTrail.
    pub submitted_by: Option<Arc<str>>,
    /// `LastSubmittedTime`, else when SubmitRfc was called.
    pub submitted_at: Option<UtcTime>,
    /// Who called ApproveRfc, from CloudTrail.
    pub approved_by: Option<Arc<str>>,
    /// When ApproveRfc was called, or an EventBridge event told of approval.
    pub approved_at: Option<UtcTime>,
    /// `ApprovalState.AwsApprovalStatus.Id`.
    pub aws_approval: Option<Arc<str>>,
    /// `ApprovalState.CustomerApprovalStatus.Id`.
    pub customer_approval: Option<Arc<str>>,
    /// `RequestedExecutionTimeRange.StartTime`.
    pub requested_start: Option<UtcTime>,
    /// `RequestedExecutionTimeRange.EndTime`.
    pub requested_end: Option<UtcTime>,
    /// `ActualExecutionTimeRange.StartTime`.
    pub started_at: Option<UtcTime>,
    /// `ActualExecutionTimeRange.EndTime`.
    pub ended_at: Option<UtcTime>,
    /// `ExecutionParameters` as JSON text, secrets replaced.
    pub parameters: Option<Arc<str>>,
    /// Every kind of record that told of it, in the order of `RfcSource`.
    pub sources: Vec<RfcSource>,
    /// Fields on which the sources disagree.
    pub conflicts: Vec<&'static str>,
    /// Steps of its life that a source dates, oldest first.
    pub steps: Vec<RfcStep>,
    /// What it allows, if it is a ticket.
    pub ticket: Option<Ticket>,
    /// The record that won.
    pub evidence: Evidence,
}

/// What happened to an RFC at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RfcStepKind {
    /// CreateRfc.
    Created,
    /// SubmitRfc.
    Submitted,
    /// ApproveRfc, or approval told by EventBridge.
    Approved,
    /// RejectRfc, or rejection told by EventBridge.
    Rejected,
    /// CancelRfc, or cancellation told by EventBridge.
    Canceled,
    /// Its execution began.
    Started,
    /// Its execution ended well.
    Succeeded,
    /// Its execution ended badly.
    Failed,
}

/// One dated step in the life of an RFC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RfcStep {
    /// When.
    pub time: UtcTime,
    /// What.
    pub kind: RfcStepKind,
    /// By whom, if known.
    pub by: Option<Arc<str>>,
    /// The CloudTrail event that shows it, if one does.
    pub event_id: Option<crate::model::id::EventId>,
    /// Where it lies.
    pub evidence: Evidence,
}

impl Rfc {
    /// Whether AMS says that it was carried out.
    pub fn succeeded(&self) -> bool {
        self.status.as_deref() == Some("Success")
    }

    /// Whether it is a change ticket, and no RFC of AMS.
    pub fn is_ticket(&self) -> bool {
        self.ticket.is_some()
    }

    /// What it is called in a sentence: `RFC …` or `ticket …`.
    pub fn named(&self) -> String {
        format!("{} {}", if self.is_ticket() { "ticket" } else { "RFC" }, self.rfc_id)
    }

    /// Whether it is about opening that mode.
    pub fn is_for(&self, mode: &ModeName) -> bool {
        self.mode.as_ref() == Some(mode) || self.ticket.as_ref().is_some_and(|own| own.modes.contains(mode))
    }
}

/// What one record tells of an RFC; records of one id merge into an [`Rfc`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RfcRecord {
    /// `RfcId`.
    pub rfc_id: RfcId,
    /// What kind of record.
    pub source: RfcSource,
    /// `LastModifiedTime`, else the time of the event: the newest record wins.
    pub last_modified_at: Option<UtcTime>,
    /// `ChangeTypeId`.
    pub change_type_id: Option<ChangeTypeId>,
    /// `ChangeTypeVersion`.
    pub change_type_version: Option<Arc<str>>,
    /// `Title`; `None` where AWS withheld it.
    pub title: Option<Arc<str>>,
    /// `Status.Id`, or the plain string of EventBridge.
    pub status: Option<Arc<str>>,
    /// `AutomationStatus.Id`.
    pub automation: Option<Arc<str>>,
    /// Where the RFC was raised: from ARNs, the envelope or the object's key.
    pub account_id: Option<AccountId>,
    /// `CreatedBy`.
    pub created_by: Option<Arc<str>>,
    /// `CreatedTime`.
    pub created_at: Option<UtcTime>,
    /// Caller of SubmitRfc.
    pub submitted_by: Option<Arc<str>>,
    /// `LastSubmittedTime`.
    pub submitted_at: Option<UtcTime>,
    /// Caller of ApproveRfc.
    pub approved_by: Option<Arc<str>>,
    /// When approved.
    pub approved_at: Option<UtcTime>,
    /// `AwsApprovalStatus`.
    pub aws_approval: Option<Arc<str>>,
    /// `CustomerApprovalStatus`.
    pub customer_approval: Option<Arc<str>>,
    /// `RequestedExecutionTimeRange`, start and end.
    pub requested: (Option<UtcTime>, Option<UtcTime>),
    /// `ActualExecutionTimeRange`, start and end.
    pub actual: (Option<UtcTime>, Option<UtcTime>),
    /// `ExecutionParameters` as JSON text, secrets replaced.
    pub parameters: Option<Arc<str>>,
    /// Steps that this record dates.
    pub steps: Vec<RfcStep>,
    /// What it allows, if it is a row of a ticket file.
    pub ticket: Option<Ticket>,
    /// Where it lies.
    pub evidence: Evidence,
}
