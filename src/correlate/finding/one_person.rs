//! One person who asked for a mode and approved it, or used it with nobody's
//! approval.
//!
//! Owns: this claim, and when two callers are one person: the last segments of
//! their ARNs are the same. Names of sessions are given by their users, so that
//! the claim is never certain.

use std::collections::BTreeMap;

use crate::model::id::RfcId;
use crate::model::mode::{Authorization, ModeSession, ModeWindow};
use crate::model::principal::last_segment;
use crate::model::rfc::Rfc;

use super::claim::{Claim, of_window};
use super::{Facts, automated};

/// One claim per window.
///
/// Source: facts/ams.md 1.1 (who creates, submits and approves), 4.2.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let rfcs: BTreeMap<&RfcId, &Rfc> = facts.rfcs.iter().map(|rfc| (&rfc.rfc_id, rfc)).collect();
    let mut sessions: BTreeMap<_, Vec<&ModeSession>> = BTreeMap::new();
    for session in facts.sessions.rows.iter().filter(|session| session.depth == 0) {
        if let Some(window) = &session.window_id {
            sessions.entry(window).or_default().push(session);
        }
    }
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        let [rfc] = row.rfc_ids.iter().filter_map(|id| rfcs.get(id).copied()).collect::<Vec<_>>()[..] else {
            continue;
        };
        // A ticket without an approver authorises nothing, and is no less one person's.
        let unapproved_ticket = rfc.is_ticket() && rfc.approved_by.is_none() && bears_on(rfc, row);
        if row.authorization != Authorization::Authorized && !unapproved_ticket {
            continue;
        }
        let asked: Vec<&str> = [&rfc.created_by, &rfc.submitted_by]
            .into_iter()
            .flatten()
            .filter_map(|arn| person(arn))
            .collect();
        let approver = rfc.approved_by.as_deref().and_then(person);
        let of_window_sessions = sessions.get(&row.window_id).map(Vec::as_slice).unwrap_or_default();
        let used = of_window_sessions.iter().copied().find(|session| {
            let name = session.role_session_name.as_deref().and_then(person);
            name.is_some_and(|name| asked.contains(&name))
        });
        let approved_it = approver.filter(|approver| asked.contains(approver));
        let unapproved =
            approver.is_none() && (unapproved_ticket || automated::without_approval(rfc, facts.catalogue));
        let (who, did) = match (approved_it, used) {
            (Some(who), Some(_)) => (who, "requested, approved and used"),
            (Some(who), None) => (who, "requested and approved"),
            (None, Some(session)) if unapproved => {
                let name = session.role_session_name.as_deref().and_then(person);
                (name.unwrap_or_default(), "requested and used, with nobody's approval,")
            }
            _ => continue,
        };
        let summary =
            format!("{who} {did} {} mode in account {} ({})", row.mode, row.account_id, rfc.named());
        let rests_on = used.map(|session| session.evidence.clone());
        claims.push(Claim {
            actor: used.and_then(|session| session.actor.clone()).or_else(|| Some(who.into())),
            rests_on: std::iter::once(rfc.evidence.clone()).chain(rests_on).collect(),
            lowered: approved_it.is_none(),
            ..of_window(window, facts.sessions, summary)
        });
    }
    claims
}

/// Whether a ticket holds the opening of a window.
fn bears_on(rfc: &Rfc, row: &ModeWindow) -> bool {
    let entries = rfc.ticket.iter().flat_map(|ticket| &ticket.entries);
    entries.into_iter().any(|entry| entry.holds(&row.account_id, row.opened_at))
}

/// The name of a person in an ARN or a session name; services are none.
pub(super) fn person(caller: &str) -> Option<&str> {
    let name = last_segment(caller);
    (!name.is_empty() && !name.ends_with(".amazonaws.com") && !name.starts_with("arn:")).then_some(name)
}
