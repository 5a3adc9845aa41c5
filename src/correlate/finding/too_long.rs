//! Modes that were open for longer than the policy allows, or than the tickets do
//! that it names.
//!
//! Owns: this claim, and until when a mode without a seen end was open: surely
//! until its last sign; until the end of the evidence if nothing tells of its end,
//! which makes the claim less grave.

use crate::model::id::RfcId;
use crate::model::mode::{Authorization, ModeWindow};
use crate::model::time::UtcTime;

use super::super::joined::joined;
use super::Facts;
use super::claim::{Claim, known_as, of_window};

/// One claim per window.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        let by_policy = facts.policy.max_open_s(&row.account_id).map(|allowed_s| {
            let told = format!("the policy allows {}", length(allowed_s));
            (row.opened_at.plus_seconds(allowed_s), told)
        });
        // Of two limits the first one counts.
        let limits = by_policy.into_iter().chain(by_ticket(row, facts));
        let Some((limit, allowed)) = limits.min_by_key(|(limit, _)| *limit) else { continue };
        let seen_until = row.closed_at.unwrap_or(row.last_seen_at);
        let no_end = facts.last_event_time.filter(|_| row.closed_at.is_none() && row.gone_by.is_none());
        let (until, lowered) = match no_end.filter(|until| *until > limit) {
            _ if seen_until > limit => (seen_until, false),
            Some(end) => (end, true),
            None => continue,
        };
        let told = if lowered {
            format!("shows no end until the evidence ends at {until}")
        } else {
            format!("was open until {until}")
        };
        let bound = if row.open_basis.is_exact() { "" } else { "at least " };
        let summary = format!(
            "{} mode in account {} opened at {} and {told}: {bound}{}; {allowed}",
            row.mode,
            known_as(facts.policy, &row.account_id),
            row.opened_at,
            length(until.seconds() - row.opened_at.seconds()),
        );
        claims.push(Claim { end_time: Some(until), lowered, ..of_window(window, facts.sessions, summary) });
    }
    claims
}

/// Until when tickets that follow each other without a gap allow an opening that
/// one of them authorised. A role that was there before has no such end.
fn by_ticket(row: &ModeWindow, facts: Facts<'_>) -> Option<(UtcTime, String)> {
    let by_ticket = facts.rfc_evidence.is_by_ticket(&row.mode) && row.open_basis.is_exact();
    if !by_ticket || row.authorization != Authorization::Authorized {
        return None;
    }
    let tickets = facts.rfcs.iter().filter(|rfc| rfc.is_for(&row.mode));
    let mut rows: Vec<(UtcTime, UtcTime, &RfcId)> = tickets
        .filter_map(|rfc| Some((&rfc.rfc_id, rfc.ticket.as_ref()?)))
        .flat_map(|(id, ticket)| ticket.entries.iter().map(move |entry| (id, entry)))
        .filter(|(_, entry)| entry.accounts.contains(&row.account_id))
        .map(|(id, entry)| (entry.from, entry.to, id))
        .collect();
    rows.sort();
    let (mut until, mut last): (UtcTime, Vec<&RfcId>) = (row.opened_at, Vec::new());
    for (from, to, id) in rows {
        if from <= until && until < to {
            (until, last) = (to, vec![id]);
        } else if !last.is_empty() && to == until {
            last.push(id);
        }
    }
    let named = joined(last.iter().map(|id| id.as_str()));
    (!last.is_empty()).then(|| (until, format!("ticket {named} allows it until {until}")))
}

/// A length of time, such as `2 d 3 h`; under a minute in seconds.
fn length(seconds: i64) -> String {
    let parts = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = seconds;
    let mut told = Vec::new();
    for (size, unit) in parts {
        if left >= size {
            told.push(format!("{} {unit}", left / size));
            left %= size;
        }
    }
    told.truncate(2);
    told.join(" ")
}
