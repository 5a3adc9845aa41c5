//! Modes that opened without an RFC.
//!
//! Owns: this claim. Whether an RFC stands behind a window is `window`'s.

use crate::model::mode::Authorization;

use super::super::actor;
use super::super::joined::joined;
use super::Facts;
use super::claim::{Claim, of_window};

pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let unauthorized =
        facts.windows.rows.iter().filter(|window| window.row.authorization == Authorization::Unauthorized);
    unauthorized
        .map(|window| {
            let row = &window.row;
            let roles = joined(row.role_names.iter().map(|role| &**role));
            let by = row.opened_by.as_deref().unwrap_or("an unknown caller");
            let summary = format!(
                "{by} created {roles} in account {} at {}: {}",
                row.account_id, row.opened_at, row.authorization_reason
            );
            let creator = window.opened_by_event.and_then(|place| actor::of(&facts.events[place].principal));
            Claim { actor: creator, ..of_window(window, facts.sessions, summary) }
        })
        .collect()
}
