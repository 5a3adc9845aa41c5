//! What one correlator says of one subject, and how claims about the same kind
//! of subject begin.
//!
//! Owns: the parts of a claim and the sentences that several findings share.

use std::sync::Arc;

use crate::model::count::counted;
use crate::model::destructive::DestructiveAction;
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, ModeName, RfcId, SessionId, WindowId};
use crate::model::time::UtcTime;
use crate::policy::Policy;

use super::super::session::Sessions;
use super::super::window::Window;

/// What one correlator claims of one subject; the table adds the rest.
pub(super) struct Claim<'a> {
    /// What the claim is about: part of the finding's id.
    pub(super) subject: String,
    pub(super) account_id: Option<AccountId>,
    pub(super) mode: Option<ModeName>,
    pub(super) time: Option<UtcTime>,
    pub(super) end_time: Option<UtcTime>,
    pub(super) actor: Option<Arc<str>>,
    pub(super) summary: String,
    pub(super) count: u64,
    pub(super) actions: Vec<&'a DestructiveAction>,
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
    /// Further records it rests on, besides its actions.
    pub(super) rests_on: Vec<Evidence>,
}

/// A claim about a whole window.
pub(super) fn of_window(window: &Window, sessions: &Sessions, summary: String) -> Claim<'static> {
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
        actions: Vec::new(),
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
pub(super) fn of_actions<'a>(
    subject: String,
    actions: Vec<&'a DestructiveAction>,
    which: &str,
) -> Option<Claim<'a>> {
    let first = actions.first()?;
    let names = joined(actions.iter().map(|action| &*action.event_name));
    let resources: u64 = actions.iter().map(|action| action.resource_count).sum();
    let summary = format!(
        "{} made {} ({names}) {which} in account {}, naming {}",
        by(first),
        counted(actions.len() as u64, "call"),
        place(first),
        counted(resources, "resource"),
    );
    of_calls(subject, actions, summary)
}

/// A claim that rests on these calls, told in these words. Whose it is, and in
/// which mode, its last call says: that is the one that completes a pattern.
pub(super) fn of_calls(
    subject: String,
    actions: Vec<&DestructiveAction>,
    summary: String,
) -> Option<Claim<'_>> {
    let (first, last) = (*actions.first()?, *actions.last()?);
    let mut session_ids: Vec<SessionId> =
        actions.iter().filter_map(|action| action.session_id.clone()).collect();
    let mut rfc_ids: Vec<RfcId> = actions.iter().filter_map(|action| action.rfc_id.clone()).collect();
    session_ids.sort();
    session_ids.dedup();
    rfc_ids.sort();
    rfc_ids.dedup();
    Some(Claim {
        subject,
        account_id: last.account_id.clone(),
        mode: last.mode.clone(),
        time: actions.iter().filter_map(|action| action.event_time).min(),
        end_time: actions.iter().filter_map(|action| action.event_time).max(),
        actor: last.actor.clone(),
        summary,
        count: actions.len() as u64,
        window_id: last.window_id.clone(),
        session_ids,
        rfc_ids,
        evidence: first.evidence.clone(),
        rests_on: Vec::new(),
        lowered: false,
        tried: false,
        instead: None,
        doubt: None,
        actions,
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

/// The caller of a call, for a sentence.
pub(super) fn by(action: &DestructiveAction) -> &str {
    action.actor.as_deref().unwrap_or("an unknown caller")
}

/// The account of a call, for a sentence.
pub(super) fn place(action: &DestructiveAction) -> &str {
    action.account_id.as_ref().map_or("of unknown id", AccountId::as_str)
}

/// The first few of a list without repetition, for a sentence.
pub(in crate::correlate) fn joined<T: AsRef<str>>(words: impl Iterator<Item = T>) -> String {
    const SHOWN_MAX: usize = 6;
    let mut shown: Vec<String> = Vec::new();
    let mut more = 0usize;
    for word in words {
        let word = word.as_ref();
        if shown.iter().any(|known| known == word) {
            continue;
        }
        if shown.len() < SHOWN_MAX { shown.push(word.to_owned()) } else { more += 1 }
    }
    let tail = if more > 0 { " and more" } else { "" };
    format!("{}{tail}", shown.join(", "))
}
