//! Enabling RFCs submitted or approved by somebody whom the policy does not name.
//!
//! Owns: this claim. Who called SubmitRfc and ApproveRfc only CloudTrail tells; an
//! unknown caller is not accused. Of a ticket, who requested it submitted it.

use crate::model::mode::{Authorization, ModeWindow};
use crate::model::rfc::{Rfc, RfcAction, RfcStepKind};

use super::Facts;
use super::acts::Acts;
use super::claim::{Claim, known_as};
use super::one_person::person;

/// One claim per RFC or ticket. It is less grave if the RFC was not carried out, or
/// if no mode was opened by the ticket.
///
/// Source: facts/ams.md 1.1 (who creates, submits and approves).
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let enabling = facts.rfcs.iter().filter(|rfc| rfc.action == RfcAction::EnableMode);
    enabling.filter_map(|rfc| claim(rfc, facts)).collect()
}

fn claim(rfc: &Rfc, facts: Facts<'_>) -> Option<Claim> {
    // A ticket for several accounts is judged by the rules of the first.
    let of_ticket = rfc.ticket.iter().flat_map(|ticket| &ticket.entries).flat_map(|entry| &entry.accounts);
    let account = rfc.target_account_id.as_ref().or(rfc.account_id.as_ref()).or(of_ticket.min())?;
    let submitted_by = if rfc.is_ticket() { &rfc.created_by } else { &rfc.submitted_by };
    let submitter = submitted_by.as_ref().filter(|arn| person(arn).is_some());
    let approver = rfc.approved_by.as_ref().filter(|arn| person(arn).is_some());
    let submitter = submitter.filter(|arn| facts.policy.may_submit(account, arn) == Some(false));
    let approver = approver.filter(|arn| facts.policy.may_approve(account, arn) == Some(false));
    let mut told = Vec::new();
    told.extend(submitter.map(|arn| format!("submitted by {arn}, who is no submitter")));
    told.extend(approver.map(|arn| format!("approved by {arn}, who is no approver")));
    let actor = approver.or(submitter)?;
    let mode = rfc.mode.as_ref().map_or("a privileged", |mode| mode.as_str());
    let summary = format!(
        "{} for {mode} mode in account {} was {} by the policy",
        rfc.named(),
        known_as(facts.policy, account),
        told.join(" and ")
    );
    let done = |by: Option<&_>, at| by.and(at);
    let times = [done(submitter, rfc.submitted_at), done(approver, rfc.approved_at)];
    let steps = rfc.steps.iter().filter(|step| {
        let accused = match step.kind {
            RfcStepKind::Submitted => submitter,
            RfcStepKind::Approved => approver,
            _ => None,
        };
        accused.is_some() && step.by.as_ref() == accused
    });
    Some(Claim {
        subject: rfc.rfc_id.as_str().to_owned(),
        account_id: Some(account.clone()),
        mode: rfc.mode.clone(),
        time: times.into_iter().flatten().min().or(rfc.created_at).or(rfc.requested_start),
        end_time: None,
        actor: Some(person(actor)?.into()),
        summary,
        count: 1,
        acts: Acts::default(),
        window_id: None,
        session_ids: Vec::new(),
        rfc_ids: vec![rfc.rfc_id.clone()],
        evidence: rfc.evidence.clone(),
        lowered: !rfc.succeeded() && !opened_by(rfc, facts),
        tried: false,
        instead: None,
        doubt: None,
        rests_on: steps.map(|step| step.evidence.clone()).collect(),
    })
}

/// Whether a ticket authorised a window.
fn opened_by(rfc: &Rfc, facts: Facts<'_>) -> bool {
    let authorised = |row: &ModeWindow| {
        row.authorization == Authorization::Authorized && row.rfc_ids.contains(&rfc.rfc_id)
    };
    rfc.is_ticket() && facts.windows.rows.iter().any(|window| authorised(&window.row))
}
