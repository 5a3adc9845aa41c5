//! What is true about a dump, in the words of the product's contract: the oracle that tests compare against.
//!
//! Plain data and its JSON. Stories fill it while they write their records; nothing here is computed from records.

use crate::clock;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The truth about one dump.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Records as they lie in the objects.
    pub totals: Totals,
    /// Stretches in which a mode was open, by account and time.
    pub windows: Vec<Window>,
    /// Credential sessions of mode roles, by start.
    pub sessions: Vec<Session>,
    /// Destructive calls, by time and event id.
    pub destructive_actions: Vec<DestructiveAction>,
    /// How many destructive calls there are per outcome, also those that the list leaves out.
    pub destructive_counts: BTreeMap<String, u64>,
    /// Patterns of intent that people followed, in the order they were told.
    pub intents: Vec<Intent>,
    /// What is to be found about modes and their tickets, by rule and account; empty where a story does not say.
    pub claims: Vec<(&'static str, &'static str)>,
    /// Sign-ins as root: account and time.
    pub root_sign_ins: Vec<(String, i64)>,
    /// All that an auditor has to find, by time; empty where the dump does not say.
    pub findings: Vec<Finding>,
}

/// What an auditor has to find.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Seconds since 1970 UTC: of the first call, of a mode that it opened; of one that nobody uses, the last use.
    pub time: i64,
    /// The account it is about.
    pub account_id: String,
    /// The rule that has to find it.
    pub rule_id: &'static str,
    /// Who did it; empty where it is about a mode and not about a caller.
    pub actor: String,
    /// The opening of the window that it is about.
    pub window_opened_at: Option<i64>,
    /// How many calls it is made of.
    pub count: u64,
}

/// A pattern of calls that shows what somebody was about.
#[derive(Clone, Copy, Debug)]
pub struct Intent {
    /// The rule that has to find it.
    pub rule_id: &'static str,
    /// The account it was followed in.
    pub account_id: &'static str,
    /// Who followed it.
    pub actor: &'static str,
}

/// Counts of records, all deliveries of one event apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records that a reader can decode.
    pub records: u64,
    /// Different event ids among them.
    pub unique: u64,
    /// `records - unique`.
    pub duplicates: u64,
    /// How many of the duplicates differ in content from the record of the same event id.
    pub conflicting: u64,
    /// RFCs known from get-rfc, summaries, EventBridge or CloudTrail, merged by id.
    pub rfcs: u64,
}

/// A stretch in which a mode was open in an account.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The account the mode acts on.
    pub account_id: String,
    /// `developer` or `direct_change`.
    pub mode: &'static str,
    /// Seconds since 1970 UTC.
    pub opened_at: i64,
    /// `exact` or `at_or_before`.
    pub opened_bound: &'static str,
    /// `role_created`, `rfc_completed` or `role_used`.
    pub open_basis: &'static str,
    /// Empty if no end was seen.
    pub closed_at: Option<i64>,
    /// `role_deleted` or `none_seen`.
    pub close_basis: &'static str,
    /// `authorized`, `unauthorized` or `unknown`.
    pub authorization: &'static str,
    /// The RFCs that authorise the window or are its basis.
    pub rfc_ids: Vec<String>,
    /// The marker roles of the window, sorted.
    pub role_names: Vec<String>,
    /// When the mode was last used; `None` where a story does not say.
    pub last_use: Option<i64>,
    /// Who asked for it in the RFC and used it with nobody's approval; empty for nobody.
    pub one_person: &'static str,
}

/// A credential session of a mode role, or one that descends from it.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The account of the role.
    pub account_id: String,
    /// `developer` or `direct_change`.
    pub mode: &'static str,
    /// Last segment of the role's name.
    pub role_name: String,
    /// What stands behind the role in the session's ARN.
    pub role_session_name: String,
    /// `ASIA…`, what joins the records.
    pub access_key_id: String,
    /// The person behind it.
    pub actor: String,
    /// Seconds since 1970 UTC.
    pub started_at: i64,
    /// `assume_role`, `creation_date` or `first_use`.
    pub start_basis: &'static str,
    /// 0 = the mode role itself.
    pub depth: u32,
    /// Different events made with the session's access key.
    pub events: u64,
    /// Those of them with `readOnly` false, whatever came of them.
    pub writes: u64,
    /// Those of them that were denied.
    pub denied: u64,
    /// Event ids of the calls by which it came to be, from the first on; empty where a story does not say.
    pub path: Vec<String>,
}

/// A destructive or recovery-inhibiting call.
#[derive(Clone, Debug, Default)]
pub struct DestructiveAction {
    /// Seconds since 1970 UTC.
    pub event_time: i64,
    /// `eventID`.
    pub event_id: String,
    /// `eventName` as recorded, with its API date if it has one.
    pub event_name: String,
    /// `recipientAccountId`.
    pub account_id: String,
    /// The person or thing behind it; of a mode session, that of its root.
    pub actor: String,
    /// `succeeded`, `denied`, `failed` or `dry_run`.
    pub outcome: &'static str,
    /// The mode whose session did it, else `none`.
    pub mode: &'static str,
    /// `direct`, `via_service`, `chained`, `workload` or `none`.
    pub attribution: &'static str,
    /// Of its window or of a destructive RFC; `outside_mode` if neither.
    pub authorization: &'static str,
    /// The destructive RFC that explains it; empty for none.
    pub rfc_id: String,
    /// How often it was delivered.
    pub copies: u64,
    /// The destroyed things by their bare names or ids; a report may write their ARNs.
    pub resources: Vec<String>,
    /// What can be done about it, and what was; `None` where a story does not say.
    pub loss: Option<Loss>,
}

/// What can be done about a destructive call, and what was done.
#[derive(Clone, Debug, Default)]
pub struct Loss {
    /// A word of the contract's `reversibility`; empty where a story does not say.
    pub reversibility: &'static str,
    /// Seconds since 1970 UTC.
    pub recoverable_until: Option<i64>,
    /// How many things were destroyed, where not all that are named.
    pub resource_count: Option<u64>,
    /// When it was undone, and the event id of the call that did.
    pub undone: Option<(i64, String)>,
}

/// The outcome that an `errorCode` stands for, as the contract has it.
pub(crate) fn outcome(error_code: Option<&str>) -> &'static str {
    match error_code {
        None => "succeeded",
        Some(code) if code.contains("DryRunOperation") => "dry_run",
        Some(code) if is_denial(code) => "denied",
        Some(_) => "failed",
    }
}

/// True for the error codes that say that the caller was not allowed to.
pub(crate) fn is_denial(error_code: &str) -> bool {
    error_code.contains("AccessDenied") || error_code.contains("UnauthorizedOperation")
}

impl Truth {
    /// Adds a destructive call to the list and to the counts.
    pub fn add_destructive(&mut self, mut action: DestructiveAction) {
        // Lambda's only destructive call here carries its API date; the table's name does not.
        if let Some(bare) = action.event_name.strip_suffix("20150331") {
            action.event_name = bare.to_owned();
        }
        *self.destructive_counts.entry(action.outcome.to_owned()).or_default() += 1;
        self.destructive_actions.push(action);
    }

    /// Takes over what another part of the dump counted.
    pub fn absorb(&mut self, other: Truth) {
        self.totals.records += other.totals.records;
        self.totals.unique += other.totals.unique;
        self.totals.duplicates += other.totals.duplicates;
        self.totals.conflicting += other.totals.conflicting;
        self.totals.rfcs += other.totals.rfcs;
        self.windows.extend(other.windows);
        self.sessions.extend(other.sessions);
        self.destructive_actions.extend(other.destructive_actions);
        self.intents.extend(other.intents);
        self.claims.extend(other.claims);
        self.root_sign_ins.extend(other.root_sign_ins);
        self.findings.extend(other.findings);
        for (outcome, count) in other.destructive_counts {
            *self.destructive_counts.entry(outcome).or_default() += count;
        }
    }

    /// Puts every list into its order.
    pub fn sort(&mut self) {
        self.windows.sort_by(|a, b| (a.opened_at, &a.account_id).cmp(&(b.opened_at, &b.account_id)));
        self.sessions.sort_by(|a, b| (a.started_at, &a.access_key_id).cmp(&(b.started_at, &b.access_key_id)));
        self.destructive_actions
            .sort_by(|a, b| (a.event_time, &a.event_id).cmp(&(b.event_time, &b.event_id)));
    }

    /// The text of `truth.json`.
    pub fn to_text(&self) -> String {
        let listed = self.destructive_actions.len() as u64;
        let counted: u64 = self.destructive_counts.values().sum();
        let mut value = json!({
            "totals": {
                "records": self.totals.records,
                "unique": self.totals.unique,
                "duplicates": self.totals.duplicates,
                "conflicting": self.totals.conflicting,
                "rfcs": self.totals.rfcs,
            },
            "windows": self.windows.iter().map(Window::to_json).collect::<Vec<_>>(),
            "sessions": self.sessions.iter().map(Session::to_json).collect::<Vec<_>>(),
            "destructive_counts": self.destructive_counts,
            "destructive_complete": listed == counted,
            "destructive_actions":
                self.destructive_actions.iter().map(DestructiveAction::to_json).collect::<Vec<_>>(),
        });
        if !self.intents.is_empty() {
            value["intents"] = self.intents.iter().copied().map(Intent::to_json).collect();
        }
        if !self.claims.is_empty() {
            let claim = |(rule, account): &(&str, &str)| json!({"rule_id": rule, "account_id": account});
            value["claims"] = self.claims.iter().map(claim).collect();
        }
        if !self.findings.is_empty() {
            value["findings"] = self.findings.iter().map(Finding::to_json).collect();
        }
        let mut text = format!("{value:#}");
        text.push('\n');
        text
    }
}

impl Intent {
    fn to_json(self) -> Value {
        json!({"rule_id": self.rule_id, "account_id": self.account_id, "actor": self.actor})
    }
}

impl Finding {
    fn to_json(&self) -> Value {
        json!({
            "time": clock::extended(self.time), "account_id": self.account_id, "rule_id": self.rule_id,
            "actor": self.actor, "window_opened_at": self.window_opened_at.map(clock::extended),
            "count": self.count,
        })
    }
}

impl Window {
    /// A window that opens with the creation of its roles, of unknown authorization and with no end seen.
    pub fn created(account: &str, mode: &'static str, opened_at: i64, roles: &[&str]) -> Self {
        Self {
            account_id: account.to_owned(),
            mode,
            opened_at,
            opened_bound: "exact",
            open_basis: "role_created",
            close_basis: "none_seen",
            authorization: "unknown",
            role_names: roles.iter().map(|&role| role.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// The same window, authorised by an RFC.
    pub fn authorized_by(self, rfc_id: &str) -> Self {
        Self { authorization: "authorized", rfc_ids: vec![rfc_id.to_owned()], ..self }
    }

    /// The same window, closed when the last of its roles was deleted.
    pub fn closed(self, at: i64) -> Self {
        Self { closed_at: Some(at), close_basis: "role_deleted", ..self }
    }

    fn to_json(&self) -> Value {
        json!({
            "account_id": self.account_id, "mode": self.mode,
            "opened_at": clock::extended(self.opened_at), "opened_bound": self.opened_bound,
            "open_basis": self.open_basis,
            "closed_at": self.closed_at.map(clock::extended), "close_basis": self.close_basis,
            "authorization": self.authorization, "rfc_ids": self.rfc_ids, "role_names": self.role_names,
        })
    }
}

impl Session {
    fn to_json(&self) -> Value {
        let mut value = json!({
            "account_id": self.account_id, "mode": self.mode, "role_name": self.role_name,
            "role_session_name": self.role_session_name, "access_key_id": self.access_key_id,
            "actor": self.actor, "started_at": clock::extended(self.started_at),
            "start_basis": self.start_basis, "depth": self.depth,
            "events": self.events, "writes": self.writes, "denied": self.denied,
        });
        if !self.path.is_empty() {
            value["path"] = json!(self.path);
        }
        value
    }
}

impl DestructiveAction {
    fn to_json(&self) -> Value {
        let mut value = json!({
            "event_time": clock::extended(self.event_time), "event_id": self.event_id,
            "event_name": self.event_name, "account_id": self.account_id, "actor": self.actor,
            "outcome": self.outcome,
            "mode": self.mode, "attribution": self.attribution, "authorization": self.authorization,
            "rfc_id": self.rfc_id, "copies": self.copies, "resources": self.resources,
        });
        if let Some(loss) = &self.loss {
            value["loss"] = loss.to_json();
        }
        value
    }
}

impl Loss {
    fn to_json(&self) -> Value {
        json!({
            "reversibility": self.reversibility,
            "recoverable_until": self.recoverable_until.map(clock::extended),
            "resource_count": self.resource_count,
            "undone_at": self.undone.as_ref().map(|(at, _)| clock::extended(*at)),
            "undone_by_event_id": self.undone.as_ref().map(|(_, id)| id),
        })
    }
}
