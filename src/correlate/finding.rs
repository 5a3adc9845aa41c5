//! Claims over several events: the rows of `findings`.
//!
//! Owns: how correlators are run and what every finding of theirs shares. Each
//! looks at the finished windows, sessions, RFCs and coverage, or watches the rows
//! of destructive calls go by, and makes claims; none looks at another's. To add
//! one: a file here and a row of `table`.
//!
//! Rows of destructive calls are gone through once, in order of time, and are too
//! many to be held: a watcher holds what its open runs come to.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::catalogue::Catalogue;
use crate::geoip::GeoIp;
use crate::model::coverage::CoverageDay;
use crate::model::destructive::DestructiveAction;
use crate::model::event::{Event, Outcome};
use crate::model::finding::{ATTEMPT, Confidence, Finding};
use crate::model::id::{AccountId, FindingId, stable_id};
use crate::model::rfc::Rfc;
use crate::model::severity::Severity;
use crate::model::time::UtcTime;
use crate::policy::{Policy, Suppression};
use crate::runs::{Filling, Runs};

use super::baseline::Known;
use super::log_bucket::LogBuckets;
use super::order;
use super::session::Sessions;
use super::window::{RfcEvidence, Windows};

mod about;
mod acts;
mod automated;
mod backups;
mod beyond_ticket;
mod blind;
mod boundary;
mod breach;
mod bulk;
mod claim;
mod contradiction;
mod freeze;
mod gap;
mod hours;
mod irreversible;
mod log_bucket;
mod log_objects;
mod logging;
mod network;
mod new_actor;
mod new_network;
mod new_service;
mod not_allowed;
mod not_approver;
mod one_person;
mod origin;
mod proof;
mod protected;
mod protected_before;
mod recovery;
mod refused;
mod role_changed;
mod sequence;
mod spread;
mod still_open;
mod suppressed;
mod table;
#[cfg(test)]
mod tests;
mod thing;
mod too_long;
mod two_places;
mod unauthorized;
mod unordered;
mod unprotected;
mod unused;

use about::ABOUT;
use acts::Seen;
use claim::Claim;
pub(super) use log_bucket::is_on_log_bucket;
use proof::Proof;
pub(super) use proof::resting;
use suppressed::Covered;
pub(super) use suppressed::Governor;
use table::{CORRELATORS, Correlator, Find};

/// What to do about calls that came to nothing, in place of what their rule says.
pub(super) const RESPONSE_TO_ATTEMPT: &str =
    "Ask the caller why, and look at what they did before and after; nothing has to be restored.";

/// What correlators look at.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) events: &'a [Event],
    pub(super) rfcs: &'a [Rfc],
    /// When the lack of an RFC or ticket means that there was none.
    pub(super) rfc_evidence: &'a RfcEvidence,
    pub(super) windows: &'a Windows,
    pub(super) sessions: &'a Sessions,
    /// In order of time, unknown times last.
    pub(super) destructive: &'a Runs<DestructiveAction>,
    /// Whether each of them has a time.
    pub(super) all_timed: bool,
    pub(super) coverage: &'a [CoverageDay],
    /// Where trails keep their logs.
    pub(super) log_buckets: &'a LogBuckets,
    /// Latest event time of the evidence.
    pub(super) last_event_time: Option<UtcTime>,
    pub(super) catalogue: &'a Catalogue,
    /// What "new" is told from; without it nothing is.
    pub(super) known: Option<&'a Known>,
    /// What the user's organisation allows; findings about it are made only if
    /// it says something.
    pub(super) policy: &'a Policy,
    /// What tells countries and autonomous systems; empty if the user gave nothing.
    pub(super) geoip: &'a GeoIp,
}

/// A rule over several rows, for people.
#[derive(Clone, Copy, Debug)]
pub struct Correlated {
    /// Its id.
    pub rule_id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// How grave its findings are, unless a claim or a policy says otherwise.
    pub severity: Severity,
    /// How sure it is where its records are proven unaltered.
    pub confidence: Confidence,
    /// MITRE ATT&CK, version 19; those of the calls are added.
    pub technique_ids: &'static [&'static str],
    /// Controls that it names itself.
    pub controls: &'static [&'static str],
    /// What to do.
    pub response: &'static str,
    /// When it is made.
    pub when: &'static str,
    /// What its tests make it of.
    pub case: &'static str,
    /// What is like it and must not make it.
    pub near_miss: &'static str,
    /// What its facts rest on.
    pub rests_on: &'static str,
}

/// All rules over several rows.
pub fn correlated() -> impl Iterator<Item = Correlated> {
    let about = |rule: &str| ABOUT.iter().find(|about| about.rule_id == rule);
    let both =
        CORRELATORS.iter().filter_map(move |correlator| Some((correlator, about(correlator.rule_id)?)));
    both.map(|(correlator, about)| Correlated {
        rule_id: correlator.rule_id,
        title: correlator.title,
        severity: correlator.severity,
        confidence: correlator.confidence,
        technique_ids: correlator.technique_ids,
        controls: correlator.controls,
        response: correlator.response,
        when: about.when,
        case: about.case,
        near_miss: about.near_miss,
        rests_on: about.rests_on,
    })
}

/// The ids of all findings made here.
pub fn rule_ids() -> impl Iterator<Item = &'static str> {
    CORRELATORS.iter().map(|correlator| correlator.rule_id)
}

/// The same with the controls that each rule names itself.
pub fn rules_and_controls() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    CORRELATORS.iter().map(|correlator| (correlator.rule_id, correlator.controls))
}

/// Watches the rows of destructive calls go by, in their order.
trait Watch {
    /// Takes in a row. Claims that are complete by then go to `made`.
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>);

    /// No more rows follow: the other claims go to `made`.
    fn finish(self: Box<Self>, made: &mut Vec<Claim>);
}

/// Makes all findings, in no order. Tells what the suppressions asked of cover of
/// those that list too few of their events to tell it.
pub(super) fn of(facts: Facts<'_>, asked: &[&Suppression], findings: &mut Filling<Finding>) -> Covered {
    let mut waiting: Vec<(&Correlator, Claim)> = Vec::new();
    let mut watchers = Vec::new();
    for correlator in &CORRELATORS {
        match correlator.find {
            Find::Once(find) => waiting.extend(find(facts).into_iter().map(|claim| (correlator, claim))),
            Find::Each(watch) => watchers.extend(watch(facts).map(|watcher| (correlator, watcher))),
        }
    }
    let (nothing, mut all_covered) = (Proof::none(), Covered::new());
    let mut made = Vec::new();
    let mut take = |correlator, made: &mut Vec<Claim>| {
        for claim in made.drain(..) {
            if !Proof::is_needless(&claim) {
                waiting.push((correlator, claim));
                continue;
            }
            let covered = suppressed::covered(&claim);
            let finding = finding(correlator, claim, &nothing);
            all_covered.extend(covered.map(|covered| (finding.finding_id.clone(), covered)));
            findings.push(finding);
        }
    };
    for row in facts.destructive {
        let seen = Seen::new(&row, asked);
        for (correlator, watcher) in &mut watchers {
            watcher.see(&seen, &mut made);
            take(*correlator, &mut made);
        }
    }
    for (correlator, watcher) in watchers {
        watcher.finish(&mut made);
        take(correlator, &mut made);
    }
    let proof = Proof::of(waiting.iter().map(|(_, claim)| claim), facts);
    findings.extend(waiting.into_iter().map(|(correlator, claim)| finding(correlator, claim, &proof)));
    all_covered
}

/// The one order of findings: by time, account, rule and id.
pub(super) fn in_order(one: &Finding, other: &Finding) -> Ordering {
    fn place(finding: &Finding) -> impl Ord + '_ {
        let whose = (&finding.account_id, &finding.rule_id, &finding.finding_id);
        (order::none_last(finding.time), whose)
    }
    place(one).cmp(&place(other))
}

/// The sentence of a claim none of whose calls succeeded.
fn tried(claim: &Claim) -> String {
    let how = match (claim.acts.ended(Outcome::Denied), claim.acts.ended(Outcome::Failed)) {
        (true, true) => "denied or failed",
        (true, false) => "denied",
        _ => "failed",
    };
    format!("Attempt ({how}): {}", claim.summary)
}

fn finding(correlator: &Correlator, claim: Claim, proof: &Proof<'_>) -> Finding {
    let event_ids = proof.event_ids(&claim);
    let (confidence, confidence_reason) = proof.confidence(&claim, correlator.confidence);
    let account = claim.account_id.as_ref().map(AccountId::as_str).unwrap_or_default();
    let time = claim.time.map(|time| time.to_string()).unwrap_or_default();
    let actor = claim.actor.as_deref().unwrap_or_default();
    let id = stable_id("fnd-", &[correlator.rule_id, account, &time, actor, &claim.subject]);
    let of_calls = claim.acts.technique_ids().iter().cloned();
    let own = correlator.technique_ids.iter().map(|id| Cow::Borrowed(*id));
    let mut technique_ids: Vec<Cow<'static, str>> = own.chain(of_calls).collect();
    technique_ids.sort_unstable();
    technique_ids.dedup();
    let calls = claim.acts.calls().iter().cloned().chain(proof.calls(&claim)).collect();
    // Whoever took a first step did something, even if the last one was in vain.
    let attempt = !claim.acts.is_empty() && !claim.acts.ended(Outcome::Succeeded);
    let title = match attempt || claim.tried {
        true => format!("{ATTEMPT}{}", correlator.title).into(),
        false => correlator.title.into(),
    };
    let summary = if attempt { tried(&claim) } else { claim.summary.clone() };
    let instead = claim.instead.or(attempt.then_some(RESPONSE_TO_ATTEMPT));
    Finding {
        finding_id: FindingId::new(id),
        rule_id: correlator.rule_id.into(),
        title,
        attempt,
        records: proof::places(&claim),
        calls,
        severity: if claim.lowered || attempt { correlator.severity.lowered() } else { correlator.severity },
        account_id: claim.account_id,
        mode: claim.mode,
        time: claim.time,
        end_time: claim.end_time,
        actor: claim.actor,
        summary,
        count: claim.count,
        event_ids,
        window_id: claim.window_id,
        session_ids: claim.session_ids,
        rfc_ids: claim.rfc_ids,
        technique_ids,
        controls: correlator.controls.iter().copied().map(Into::into).collect(),
        response: instead.unwrap_or(correlator.response).into(),
        confidence,
        confidence_reason,
        suppression: None,
        evidence: claim.evidence,
    }
}
