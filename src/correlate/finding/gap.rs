//! Windows over which the evidence has gaps.
//!
//! Owns: this claim. What was read is `tally`'s.

use std::collections::BTreeMap;

use crate::model::coverage::{self, Gap};
use crate::model::id::AccountId;

use super::super::joined::joined;
use super::Facts;
use super::claim::{Claim, of_window};

/// One claim per window, over every stretch without objects that it meets.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let mut gaps: BTreeMap<&AccountId, Vec<Gap<'_>>> = BTreeMap::new();
    for gap in coverage::gaps(facts.coverage) {
        gaps.entry(gap.account_id).or_default().push(gap);
    }
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        let end = row
            .closed_at
            .or(row.gone_by)
            .or(facts.last_event_time)
            .unwrap_or(row.last_seen_at)
            .max(row.opened_at);
        let of_account = gaps.get(&row.account_id).map(Vec::as_slice).unwrap_or_default();
        let over: Vec<&Gap<'_>> = of_account
            .iter()
            .filter(|gap| gap.day.start() <= end && row.opened_at < gap.until.next().start())
            .collect();
        let Some(first) = over.first() else { continue };
        let stretches = joined(over.iter().map(|gap| format!("{} {} to {}", gap.region, gap.day, gap.until)));
        let summary = format!(
            "{} mode was open in account {} while the evidence holds nothing: {stretches}",
            row.mode, row.account_id
        );
        claims.push(Claim {
            time: Some(first.day.start().max(row.opened_at)),
            end_time: over.iter().map(|gap| gap.until.next().start().min(end)).max(),
            count: over.len() as u64,
            ..of_window(window, facts.sessions, summary)
        });
    }
    claims
}
