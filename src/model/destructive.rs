//! Destructive and recovery-inhibiting calls: one row each.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

use crate::model::actor::ActorKey;
use crate::model::event::Outcome;
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, EventId, ModeName, Region, RfcId, SessionId, WindowId};
use crate::model::mode::LinkConfidence;
use crate::model::principal::PrincipalClass;
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::time::UtcTime;
use crate::runs::Row;

/// What kind of harm a call does. The words are those of the `category` column;
/// only these nine make a row of `destructive_actions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Category {
    /// Stored data is gone.
    DataDestruction,
    /// A resource is gone.
    ResourceDestruction,
    /// A key or secret is gone, and with it what it protects.
    KeyDestruction,
    /// A user, role or other identity is gone.
    IdentityRemoval,
    /// Configuration is gone.
    ConfigDeletion,
    /// Backups, versions or retention are gone or cut.
    RecoveryInhibition,
    /// A protection against deletion is gone.
    ProtectionRemoval,
    /// Logging is stopped or cut.
    ImpairLogging,
    /// Detection or defence is stopped or cut.
    ImpairDefense,
}

impl Category {
    /// All nine, in the order of the enumeration.
    pub const ALL: [Self; 9] = [
        Self::DataDestruction,
        Self::ResourceDestruction,
        Self::KeyDestruction,
        Self::IdentityRemoval,
        Self::ConfigDeletion,
        Self::RecoveryInhibition,
        Self::ProtectionRemoval,
        Self::ImpairLogging,
        Self::ImpairDefense,
    ];

    /// The word used in tables and in the catalogue.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataDestruction => "data_destruction",
            Self::ResourceDestruction => "resource_destruction",
            Self::KeyDestruction => "key_destruction",
            Self::IdentityRemoval => "identity_removal",
            Self::ConfigDeletion => "config_deletion",
            Self::RecoveryInhibition => "recovery_inhibition",
            Self::ProtectionRemoval => "protection_removal",
            Self::ImpairLogging => "impair_logging",
            Self::ImpairDefense => "impair_defense",
        }
    }

    /// The category of that word; `None` if there is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == word)
    }
}

/// Whether what was done can be undone. The words are those of the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reversibility {
    /// Gone for good.
    Irreversible,
    /// A named call or copy brings it back, no deadline known.
    Recoverable,
    /// A named call brings it back until a known time.
    RecoverableUntil,
    /// Configuration or compute that can be made again.
    Rebuildable,
    /// The opposite call undoes it.
    Reversible,
    /// Neither the record, nor the evidence around it, nor the catalogue tells.
    Unknown,
}

impl Reversibility {
    /// The word used in tables and in the catalogue.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Irreversible => "irreversible",
            Self::Recoverable => "recoverable",
            Self::RecoverableUntil => "recoverable_until",
            Self::Rebuildable => "rebuildable",
            Self::Reversible => "reversible",
            Self::Unknown => "unknown",
        }
    }
}

/// How a call is tied to a mode. The words are those of the `attribution` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Attribution {
    /// The mode role's own session called.
    Direct,
    /// A service called with the session's own credentials.
    ViaService,
    /// A session that the mode session obtained called.
    Chained,
    /// A workload that the mode session made or changed called.
    Workload,
    /// No mode had a part in it.
    None,
}

impl Attribution {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::ViaService => "via_service",
            Self::Chained => "chained",
            Self::Workload => "workload",
            Self::None => "none",
        }
    }
}

/// Whether a call was allowed by a mode's opening or an RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ActionAuthorization {
    /// By its window's RFC, or by a destructive RFC of its own.
    Authorized,
    /// In a window that no RFC opened.
    Unauthorized,
    /// In a window of which that cannot be said.
    Unknown,
    /// In no mode, and no RFC explains it.
    OutsideMode,
}

impl ActionAuthorization {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Unauthorized => "unauthorized",
            Self::Unknown => "unknown",
            Self::OutsideMode => "outside_mode",
        }
    }
}

/// One destructive or recovery-inhibiting call, whoever made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DestructiveAction {
    /// When it completed.
    pub event_time: Option<UtcTime>,
    /// Its CloudTrail event.
    pub event_id: Option<EventId>,
    /// The account it was done in.
    pub account_id: Option<AccountId>,
    /// The region it was done in.
    pub region: Option<Region>,
    /// `eventSource`.
    pub event_source: Arc<str>,
    /// `eventName` without an API date suffix.
    pub event_name: Arc<str>,
    /// What kind of harm.
    pub category: Category,
    /// How it ended.
    pub outcome: Outcome,
    /// `errorCode`.
    pub error_code: Option<Arc<str>>,
    /// Whether it can be undone.
    pub reversibility: Reversibility,
    /// Until when, if a deadline is known; stays where the loss was undone.
    pub recoverable_until: Option<UtcTime>,
    /// One line: what to do about it.
    pub recovery: Arc<str>,
    /// The event that undid it, or completed its undoing.
    pub undone_by_event_id: Option<EventId>,
    /// When it was undone.
    pub undone_at: Option<UtcTime>,
    /// Where that event lies.
    pub undone_evidence: Option<Evidence>,
    /// Type of what was destroyed.
    pub resource_type: Option<Arc<str>>,
    /// Identifiers, one per destroyed thing; items of a batch that failed are left
    /// out, unless the record does not tell which did.
    pub resources: Vec<Arc<str>>,
    /// How many things were destroyed: items of a batch that failed do not count.
    pub resource_count: u64,
    /// The mode whose session did it.
    pub mode: Option<ModeName>,
    /// How it is tied to that mode.
    pub attribution: Attribution,
    /// The window it falls in.
    pub window_id: Option<WindowId>,
    /// The session that did it.
    pub session_id: Option<SessionId>,
    /// The person or thing behind it.
    pub actor: Option<Arc<str>>,
    /// ARN of the caller.
    pub principal_arn: Option<Arc<str>>,
    /// Type of the caller.
    pub principal_type: Option<Arc<str>>,
    /// `sourceIPAddress`.
    pub source_ip: Option<Arc<str>>,
    /// `userAgent`.
    pub user_agent: Option<Arc<str>>,
    /// Whether it was allowed.
    pub authorization: ActionAuthorization,
    /// The RFC that explains it.
    pub rfc_id: Option<RfcId>,
    /// How grave it is.
    pub severity: Severity,
    /// MITRE ATT&CK technique, version 19.
    pub technique_id: Option<Cow<'static, str>>,
    /// The same technique as versions before 19 named it.
    pub technique_id_legacy: Option<Cow<'static, str>>,
    /// How many deliveries of the event the dump holds.
    pub copies: u32,
    /// What AWS Config last recorded of what was destroyed: bounded JSON text.
    pub lost_configuration: Option<Arc<str>>,
    /// How well the source of the event is anchored.
    pub source_grade: SourceGrade,
    /// The caller, as its record names it: its row of `actors`.
    pub caller: Arc<ActorKey>,
    /// Whose hand made it: AMS, a service, or a customer.
    pub principal_class: PrincipalClass,
    /// The weakest link between the call and the mode role's own session;
    /// `None` for calls of that session itself, and of no mode.
    pub link_confidence: Option<LinkConfidence>,
    /// From the person to this call, each step with the event that shows it;
    /// empty for calls of no mode.
    pub attribution_path: String,
    /// Where it lies.
    pub evidence: Evidence,
}

impl Row for DestructiveAction {
    fn bytes(&self) -> usize {
        let resources: usize = self.resources.iter().map(|name| name.len() + 32).sum();
        // Most other texts are shared by many rows.
        let texts = [&self.event_id.as_ref().map(|id| id.as_str()), &self.lost_configuration.as_deref()];
        let texts: usize = texts.into_iter().flatten().map(|text| text.len() + 16).sum();
        size_of::<Self>() + resources + texts + self.recovery.len() / 4 + self.attribution_path.len()
    }
}

impl DestructiveAction {
    /// Whether a mode session or a sure descendant of one did it. A weak link is
    /// shown, and no claim rests on it.
    pub fn is_surely_in_mode(&self) -> bool {
        self.mode.is_some() && self.link_confidence != Some(LinkConfidence::Weak)
    }

    /// Whether an event that undid it is in evidence.
    pub const fn is_undone(&self) -> bool {
        self.undone_at.is_some() || self.undone_by_event_id.is_some()
    }

    /// Until when what it destroyed can be brought back; `None` if it destroyed
    /// nothing, was undone, or has no known deadline.
    pub fn unresolved_deadline(&self) -> Option<UtcTime> {
        let open = self.outcome == Outcome::Succeeded && !self.is_undone();
        self.recoverable_until.filter(|_| open)
    }
}
