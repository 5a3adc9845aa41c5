//! The merged story: one entry a thing that happened.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, EventId, FindingId, ModeName, Region, RfcId, SessionId, WindowId};
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::time::UtcTime;
use crate::runs::Row;

/// What happened. The words are those of the `kind` column; order is the order
/// of entries at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimelineKind {
    /// An RFC was created.
    RfcCreated,
    /// An RFC was submitted.
    RfcSubmitted,
    /// An RFC was approved.
    RfcApproved,
    /// An RFC was rejected.
    RfcRejected,
    /// An RFC was canceled.
    RfcCanceled,
    /// The execution of an RFC began.
    RfcStarted,
    /// An RFC was carried out.
    RfcSucceeded,
    /// The execution of an RFC failed.
    RfcFailed,
    /// A mode opened, or was first seen open.
    ModeOpened,
    /// A mode closed.
    ModeClosed,
    /// A marker role was created, deleted or changed without opening or closing.
    ModeRoleChanged,
    /// A session of a mode role began.
    SessionStarted,
    /// A session descended from another.
    SessionChained,
    /// A destructive call.
    DestructiveAction,
    /// A destructive call was undone.
    Undone,
    /// A finding.
    Finding,
    /// A stretch without evidence begins.
    EvidenceGap,
}

impl TimelineKind {
    /// The word used in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RfcCreated => "rfc_created",
            Self::RfcSubmitted => "rfc_submitted",
            Self::RfcApproved => "rfc_approved",
            Self::RfcRejected => "rfc_rejected",
            Self::RfcCanceled => "rfc_canceled",
            Self::RfcStarted => "rfc_started",
            Self::RfcSucceeded => "rfc_succeeded",
            Self::RfcFailed => "rfc_failed",
            Self::ModeOpened => "mode_opened",
            Self::ModeClosed => "mode_closed",
            Self::ModeRoleChanged => "mode_role_changed",
            Self::SessionStarted => "session_started",
            Self::SessionChained => "session_chained",
            Self::DestructiveAction => "destructive_action",
            Self::Undone => "undone",
            Self::Finding => "finding",
            Self::EvidenceGap => "evidence_gap",
        }
    }
}

/// One entry of the timeline. Its `seq` is its place in the list, from 1.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When; `None` only for a call whose time could not be read.
    pub time: Option<UtcTime>,
    /// What kind of thing.
    pub kind: TimelineKind,
    /// The account it concerns.
    pub account_id: Option<AccountId>,
    /// The region it concerns.
    pub region: Option<Region>,
    /// The mode it concerns.
    pub mode: Option<ModeName>,
    /// Who did it.
    pub actor: Option<Arc<str>>,
    /// One plain sentence without a full stop.
    pub summary: String,
    /// How grave it is.
    pub severity: Severity,
    /// The window it belongs to.
    pub window_id: Option<WindowId>,
    /// The session it belongs to.
    pub session_id: Option<SessionId>,
    /// The RFC it belongs to.
    pub rfc_id: Option<RfcId>,
    /// The event that shows it.
    pub event_id: Option<EventId>,
    /// The finding it is.
    pub finding_id: Option<FindingId>,
    /// How well the source of its event is anchored; `None` if it has none.
    pub source_grade: Option<SourceGrade>,
    /// Where it lies; `None` for an absence.
    pub evidence: Option<Evidence>,
}

impl Row for TimelineEntry {
    fn bytes(&self) -> usize {
        let ids = self.event_id.as_ref().map_or(0, |id| id.as_str().len() + 16);
        size_of::<Self>() + self.summary.len() + ids
    }
}
