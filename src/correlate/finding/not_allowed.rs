//! Modes opened in accounts in which the policy does not allow them.
//!
//! Owns: this claim.

use super::super::actor;
use super::Facts;
use super::claim::{Claim, known_as, of_window};

/// One claim per window.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let forbidden = facts.windows.rows.iter().filter(|window| {
        let row = &window.row;
        facts.policy.allows(&row.account_id, &row.mode) == Some(false)
    });
    forbidden
        .map(|window| {
            let row = &window.row;
            let account = known_as(facts.policy, &row.account_id);
            let summary = format!(
                "{} mode was open in account {account} at {}, where the policy does not allow it",
                row.mode, row.opened_at
            );
            let creator = window.opened_by_event.and_then(|place| actor::of(&facts.events[place].principal));
            Claim { actor: creator, ..of_window(window, facts.sessions, summary) }
        })
        .collect()
}
