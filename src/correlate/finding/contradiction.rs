//! RFCs that matter here and whose sources contradict each other.
//!
//! Owns: this claim. Which fields contradict is `rfcs`'.

use crate::model::rfc::{Rfc, RfcAction};

use super::Facts;
use super::acts::Acts;
use super::claim::Claim;

/// One claim per RFC that opens a mode or destroys something.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let matter = |rfc: &&Rfc| matches!(rfc.action, RfcAction::EnableMode | RfcAction::Destructive);
    let contradicted = facts.rfcs.iter().filter(|rfc| !rfc.conflicts.is_empty()).filter(matter);
    contradicted.map(claim).collect()
}

fn claim(rfc: &Rfc) -> Claim {
    let sources: Vec<&str> = rfc.sources.iter().map(|source| source.as_str()).collect();
    let (whose, taken) = if rfc.is_ticket() { ("rows", "first row") } else { ("sources", "newest record") };
    let summary = format!(
        "the {whose} of {} ({}) disagree on {}; the {taken} was taken",
        rfc.named(),
        sources.join(", "),
        rfc.conflicts.join(", ")
    );
    Claim {
        subject: rfc.rfc_id.as_str().to_owned(),
        account_id: rfc.target_account_id.clone().or_else(|| rfc.account_id.clone()),
        mode: rfc.mode.clone(),
        time: rfc.created_at.or(rfc.requested_start),
        end_time: None,
        actor: None,
        summary,
        count: rfc.conflicts.len() as u64,
        acts: Acts::default(),
        window_id: None,
        session_ids: Vec::new(),
        rfc_ids: vec![rfc.rfc_id.clone()],
        evidence: rfc.evidence.clone(),
        lowered: false,
        tried: false,
        instead: None,
        doubt: None,
        rests_on: Vec::new(),
    }
}
