//! Modes that opened though the RFC that asked for them was not carried out.
//!
//! Owns: this claim. Which RFCs bear on an opening is `window`'s.

use std::collections::BTreeMap;

use crate::model::id::RfcId;
use crate::model::mode::Authorization;
use crate::model::rfc::Rfc;

use super::super::joined::joined;
use super::Facts;
use super::claim::{Claim, of_window};

/// One claim per window whose opening was seen.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let rfcs: BTreeMap<&RfcId, &Rfc> = facts.rfcs.iter().map(|rfc| (&rfc.rfc_id, rfc)).collect();
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        if row.authorization == Authorization::Authorized || !row.open_basis.is_exact() {
            continue;
        }
        let refused: Vec<&Rfc> = row
            .rfc_ids
            .iter()
            .filter_map(|id| rfcs.get(id).copied())
            .filter(|rfc| was_refused(rfc))
            .collect();
        if refused.is_empty() {
            continue;
        }
        let told = refused
            .iter()
            .map(|rfc| format!("RFC {} ({})", rfc.rfc_id, rfc.status.as_deref().unwrap_or_default()));
        let summary = format!(
            "{} mode opened in account {} at {}, though what asked for it was not carried out: {}",
            row.mode,
            row.account_id,
            row.opened_at,
            joined(told)
        );
        claims.push(Claim {
            rests_on: refused.iter().map(|rfc| rfc.evidence.clone()).collect(),
            ..of_window(window, facts.sessions, summary)
        });
    }
    claims
}

/// Source: facts/ams.md 3.7 (states of an RFC that end without success).
fn was_refused(rfc: &Rfc) -> bool {
    matches!(rfc.status.as_deref(), Some("Failure" | "Rejected" | "Canceled"))
}
