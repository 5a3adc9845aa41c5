//! Windows in which a privileged mode was open, and sessions of its roles.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::evidence::Evidence;
use crate::model::id::{AccessKeyId, AccountId, ModeName, RfcId, SessionId, WindowId};
use crate::model::time::UtcTime;

/// How sure the opening time is. The words are those of `opened_bound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenedBound {
    /// The opening itself is in evidence.
    Exact,
    /// It was open by then, and may have been before.
    AtOrBefore,
}

impl OpenedBound {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::AtOrBefore => "at_or_before",
        }
    }
}

/// What shows that a mode was open. The words are those of `open_basis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenBasis {
    /// A marker role was created.
    RoleCreated,
    /// A successful enabling RFC ended.
    RfcCompleted,
    /// A marker role was used.
    RoleUsed,
    /// An IAM export tells when a marker role was created.
    Inventory,
    /// A marker role was deleted that nothing showed before.
    RoleDeleted,
}

impl OpenBasis {
    /// Whether it is the opening itself, not a sign that came later.
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::RoleCreated | Self::Inventory)
    }

    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoleCreated => "role_created",
            Self::RfcCompleted => "rfc_completed",
            Self::RoleUsed => "role_used",
            Self::Inventory => "inventory",
            Self::RoleDeleted => "role_deleted",
        }
    }
}

/// Whether an enabling RFC stands behind an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authorization {
    /// A successful enabling RFC holds the opening, or is its basis.
    Authorized,
    /// The opening is exact, RFC evidence covers it, and there is no such RFC.
    Unauthorized,
    /// Anything else.
    Unknown,
}

impl Authorization {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Unauthorized => "unauthorized",
            Self::Unknown => "unknown",
        }
    }
}

/// One stretch in which a mode was open in an account.
#[derive(Clone, Debug)]
pub struct ModeWindow {
    /// Stable id over account, mode and opening.
    pub window_id: WindowId,
    /// The account that owns the marker role.
    pub account_id: AccountId,
    /// Which mode.
    pub mode: ModeName,
    /// `malz` or `salz`, if the role or change type tells.
    pub landing_zone: Option<&'static str>,
    /// When it opened, or was first seen open.
    pub opened_at: UtcTime,
    /// How sure `opened_at` is.
    pub opened_bound: OpenedBound,
    /// What shows it.
    pub open_basis: OpenBasis,
    /// When its last marker role was deleted; `None` if no end was seen.
    pub closed_at: Option<UtcTime>,
    /// A time by which AWS Config recorded its last marker role as deleted,
    /// where no record of the deletion itself is in evidence.
    pub gone_by: Option<UtcTime>,
    /// Latest sign that it was open: a use, a change or its deletion.
    pub last_seen_at: UtcTime,
    /// Whether an RFC stands behind it.
    pub authorization: Authorization,
    /// Why, in one sentence.
    pub authorization_reason: String,
    /// Enabling RFCs that bear on it.
    pub rfc_ids: Vec<RfcId>,
    /// Who created the enabling RFC.
    pub requested_by: Option<Arc<str>>,
    /// Who submitted it.
    pub submitted_by: Option<Arc<str>>,
    /// Who approved it.
    pub approved_by: Option<Arc<str>>,
    /// ARN of the caller that created the role.
    pub opened_by: Option<Arc<str>>,
    /// Marker roles seen in it.
    pub role_names: BTreeSet<Arc<str>>,
    /// How many sessions used it.
    pub sessions: u64,
    /// Who used it.
    pub actors: BTreeSet<Arc<str>>,
    /// Destructive calls in it that succeeded.
    pub destructive_actions: u64,
    /// The record that shows the opening.
    pub evidence: Evidence,
}

/// What shows when a session began. The words are those of `start_basis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StartBasis {
    /// The call that issued it is in evidence.
    AssumeRole,
    /// Its records tell their session's creation date.
    CreationDate,
    /// Its first use.
    FirstUse,
}

impl StartBasis {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AssumeRole => "assume_role",
            Self::CreationDate => "creation_date",
            Self::FirstUse => "first_use",
        }
    }
}

/// How a session descends from another. The words are those of `via`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionVia {
    /// A session obtained it by assuming a role.
    RoleChain,
    /// A workload that a session made or changed runs under it.
    Workload,
}

impl SessionVia {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoleChain => "role_chain",
            Self::Workload => "workload",
        }
    }
}

/// How sure it is that a session descends from another; the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LinkConfidence {
    /// By a name and by time.
    Weak,
    /// By an id that AWS gives out once, or by role and workload, and by time.
    Strong,
    /// By the access key itself.
    Proved,
}

impl LinkConfidence {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Strong => "strong",
            Self::Proved => "proved",
        }
    }
}

/// One credential session of a mode role, or one descended from such a session.
#[derive(Clone, Debug)]
pub struct ModeSession {
    /// Stable id over account, role and credential.
    pub session_id: SessionId,
    /// The window it falls in.
    pub window_id: Option<WindowId>,
    /// The mode of its role, or of its root.
    pub mode: ModeName,
    /// The account that owns the role.
    pub account_id: AccountId,
    /// The role it wears.
    pub role_name: Arc<str>,
    /// Its role session name.
    pub role_session_name: Option<Arc<str>>,
    /// The person or thing behind the root of the chain.
    pub actor: Option<Arc<str>>,
    /// The access key it used.
    pub access_key_id: Option<AccessKeyId>,
    /// The identity provider it came through.
    pub federation: Option<Arc<str>>,
    /// Whether MFA was used.
    pub mfa: Option<bool>,
    /// When it began.
    pub started_at: Option<UtcTime>,
    /// What shows that.
    pub start_basis: StartBasis,
    /// When its credentials end, if the issuing call is in evidence.
    pub expires_at: Option<UtcTime>,
    /// Its latest event.
    pub last_event_at: Option<UtcTime>,
    /// 0 = the mode role itself.
    pub depth: u32,
    /// The session it descends from.
    pub parent_session_id: Option<SessionId>,
    /// How it descends.
    pub via: Option<SessionVia>,
    /// The weakest link between it and the mode role's own session; `None` for
    /// that session itself.
    pub link_confidence: Option<LinkConfidence>,
    /// From the person to this session, each step with the event that shows it.
    pub attribution_path: String,
    /// Events made with it.
    pub events: u64,
    /// How many of them were no reads.
    pub writes: u64,
    /// How many of them were denied.
    pub denied: u64,
    /// How many of them destroyed something and succeeded.
    pub destructive_actions: u64,
    /// `eventSource`s it called.
    pub services: BTreeSet<Arc<str>>,
    /// Regions it called.
    pub regions: BTreeSet<Arc<str>>,
    /// Addresses it called from.
    pub source_ips: BTreeSet<Arc<str>>,
    /// Programs it called with.
    pub user_agents: BTreeSet<Arc<str>>,
    /// The record that shows it first.
    pub evidence: Evidence,
}

impl ModeSession {
    /// Whether it is a session of a mode role or surely descends from one. A weak
    /// link is shown, and no claim rests on it.
    pub fn is_sure(&self) -> bool {
        self.link_confidence != Some(LinkConfidence::Weak)
    }
}
