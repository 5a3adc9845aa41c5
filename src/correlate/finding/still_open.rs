//! Modes of which no end is in evidence.
//!
//! Owns: this claim. Where a window ends is `window`'s.

use super::Facts;
use super::claim::{Claim, of_window};

pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let open = facts.windows.rows.iter().filter(|window| window.row.closed_at.is_none());
    open.map(|window| {
        let row = &window.row;
        let gone = row.gone_by.map(|time| format!(", and recorded as gone by {time}")).unwrap_or_default();
        let summary = format!(
            "{} mode in account {} shows no deletion of its marker roles; it was last seen open at {}{}",
            row.mode, row.account_id, row.last_seen_at, gone
        );
        of_window(window, facts.sessions, summary)
    })
    .collect()
}
