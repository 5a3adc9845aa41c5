//! Modes that were open for longer than the policy allows.
//!
//! Owns: this claim, and until when a mode without a seen end was open: surely
//! until its last sign; until the end of the evidence if nothing tells of its end,
//! which makes the claim less grave.

use crate::model::time::UtcTime;

use super::Facts;
use super::claim::{Claim, known_as, of_window};

/// One claim per window.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        let Some(allowed_s) = facts.policy.max_open_s(&row.account_id) else { continue };
        let too_long = |until| UtcTime::seconds(until) - row.opened_at.seconds() > allowed_s;
        let seen_until = row.closed_at.unwrap_or(row.last_seen_at);
        let no_end = facts.last_event_time.filter(|_| row.closed_at.is_none() && row.gone_by.is_none());
        let (until, lowered) = match no_end.filter(|until| too_long(*until)) {
            _ if too_long(seen_until) => (seen_until, false),
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
            "{} mode in account {} opened at {} and {told}: {bound}{}; the policy allows {}",
            row.mode,
            known_as(facts.policy, &row.account_id),
            row.opened_at,
            length(until.seconds() - row.opened_at.seconds()),
            length(allowed_s)
        );
        claims.push(Claim { end_time: Some(until), lowered, ..of_window(window, facts.sessions, summary) });
    }
    claims
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
