//! Modes that an automated change type opened, with no person's approval.
//!
//! Owns: this claim, and when an RFC counts as approved by a person.

use std::collections::BTreeMap;

use crate::catalogue::{Automation, Catalogue};
use crate::model::id::RfcId;
use crate::model::mode::Authorization;
use crate::model::rfc::Rfc;

use super::Facts;
use super::claim::{Claim, of_window};

/// Source: facts/ams.md 1.1 (automated change types reach execution with no
/// human approval; both modes have one).
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let rfcs: BTreeMap<&RfcId, &Rfc> = facts.rfcs.iter().map(|rfc| (&rfc.rfc_id, rfc)).collect();
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        if row.authorization != Authorization::Authorized {
            continue;
        }
        let behind: Vec<&Rfc> = row.rfc_ids.iter().filter_map(|id| rfcs.get(id).copied()).collect();
        let Some(rfc) = behind.first() else { continue };
        if behind.iter().any(|rfc| !without_approval(rfc, facts.catalogue)) {
            continue;
        }
        let by = rfc.created_by.as_deref().unwrap_or("an unknown caller");
        let summary = format!(
            "RFC {} by {by} opened {} mode in account {}; its change type runs without any person's approval",
            rfc.rfc_id, row.mode, row.account_id
        );
        claims.push(Claim {
            rests_on: vec![rfc.evidence.clone()],
            ..of_window(window, facts.sessions, summary)
        });
    }
    claims
}

/// Whether an RFC ran by itself, and nobody is known to have approved it.
pub(super) fn without_approval(rfc: &Rfc, catalogue: &Catalogue) -> bool {
    let change_type = rfc.change_type_id.as_ref().and_then(|id| catalogue.change_type(id.as_str()));
    let automated = match rfc.automation.as_deref() {
        Some(word) => word == "Automated",
        None => change_type.and_then(|found| found.automation) == Some(Automation::Automated),
    };
    automated && rfc.approved_by.is_none() && rfc.customer_approval.as_deref() != Some("Approved")
}
