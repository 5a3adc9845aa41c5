//! What one correlator says of one subject, and how claims about the same kind
//! of subject begin.
//!
//! Owns: the parts of a claim and the sentences that several findings share.

use std::sync::Arc;

use crate::model::count::counted;
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, ModeName, RfcId, SessionId, WindowId};
use crate::model::time::UtcTime;
use crate::policy::Policy;

use super::super::session::Sessions;
use super::super::window::Window;
use super::acts::Acts;

/// What one correlator claims of one subject; the table adds the rest.
pub(super) struct Claim {
    /// What the claim is about: part of the finding's id.
    pub(super) subject: String,
    pub(super) account_id: Option<AccountId>,
    pub(super) mode: Option<ModeName>,
    pub(super) time: Option<UtcTime>,
    pub(super) end_time: Option<UtcTime>,
    pub(super) actor: Option<Arc<str>>,
    pub(super) summary: String,
    pub(super) count: u64,
    /// The destructive calls among what it rests on.
    pub(super) acts: Acts,
    pub(super) window_id: Option<WindowId>,
    pub(super) session_ids: Vec<SessionId>,
    pub(super) rfc_ids: Vec<RfcId>,
    /// The record that shows it first.
    pub(super) evidence: Evidence,
    /// Whether it is one level less grave than its rule says.
    pub(super) lowered: bool,
    /// Whether its last step was only tried, though the first was done.
    pub(super) tried: bool,
    /// What to do, in place of what its rule says.
    pub(super) instead: Option<&'static str>,
    /// What the records leave open: one level less sure, and told.
    pub(super) doubt: Option<String>,
    /// Further records it rests on, besides its calls.
    pub(super) rests_on: Vec<Evidence>,
}

/// A claim about a whole window.
pub(super) fn of_window(window: &Window, sessions: &Sessions, summary: String) -> Claim {
    let row = &window.row;
    let places = sessions.of_window.get(&row.window_id).into_iter().flatten();
    let in_it = places.filter_map(|place| sessions.rows.get(*place));
    Claim {
        subject: row.window_id.as_str().to_owned(),
        account_id: Some(row.account_id.clone()),
        mode: Some(row.mode.clone()),
        time: Some(row.opened_at),
        end_time: row.closed_at,
        actor: None,
        summary,
        count: 1,
        acts: Acts::default(),
        window_id: Some(row.window_id.clone()),
        session_ids: in_it.map(|session| session.session_id.clone()).collect(),
        rfc_ids: row.rfc_ids.clone(),
        evidence: row.evidence.clone(),
        lowered: false,
        tried: false,
        instead: None,
        doubt: None,
        rests_on: Vec::new(),
    }
}

/// A claim about some destructive calls of one actor; `None` for no call.
pub(super) fn of_actions(subject: String, acts: Acts, which: &str) -> Option<Claim> {
    let first = acts.first()?;
    let summary = format!(
        "{} made {} ({}) {which} in account {}, naming {}",
        first.by(),
        counted(acts.count, "call"),
        acts.names,
        first.place(),
        counted(acts.resources, "resource"),
    );
    of_calls(subject, acts, summary)
}

/// The same of a run of them: its subject is the first.
pub(super) fn of_run(acts: Acts, which: &str) -> Option<Claim> {
    let subject = acts.first()?.id().to_owned();
    of_actions(subject, acts, which)
}

/// A claim that rests on these calls, told in these words. Whose it is, and in
/// which mode, its last call says: that is the one that completes a pattern.
pub(super) fn of_calls(subject: String, acts: Acts, summary: String) -> Option<Claim> {
    let (first, last) = (acts.first()?, acts.last()?);
    Some(Claim {
        subject,
        account_id: last.account_id.clone(),
        mode: last.mode.clone(),
        time: acts.time(),
        end_time: acts.end_time(),
        actor: last.actor.clone(),
        summary,
        count: acts.count,
        window_id: last.window_id.clone(),
        session_ids: acts.session_ids().iter().cloned().collect(),
        rfc_ids: acts.rfc_ids().iter().cloned().collect(),
        evidence: first.evidence.clone(),
        rests_on: Vec::new(),
        lowered: false,
        tried: false,
        instead: None,
        doubt: None,
        acts,
    })
}

/// An account in the words of the policy, for a sentence: its id, and what is
/// said of it.
pub(super) fn known_as(policy: &Policy, account: &AccountId) -> String {
    let Some(said) = policy.account(account) else { return account.to_string() };
    let owner = said.owner.as_ref().map(|owner| format!("owner {owner}"));
    let parts = [said.name.as_deref(), said.environment.as_deref(), owner.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if parts.is_empty() { account.to_string() } else { format!("{account} ({})", parts.join(", ")) }
}
