//! Claims over several events: the rows of `findings`.
//!
//! Owns: the table of correlators. Each looks at the finished windows, sessions,
//! RFCs, destructive actions and coverage, and makes findings; none looks at
//! another's. To add one: a function here or in a file below, and a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::{Automation, Catalogue};
use crate::model::count::counted;
use crate::model::coverage::CoverageDay;
use crate::model::destructive::{Category, DestructiveAction, Reversibility};
use crate::model::event::{Event, Outcome};
use crate::model::evidence::Evidence;
use crate::model::finding::Finding;
use crate::model::id::{AccountId, FindingId, ModeName, RfcId, SessionId, WindowId, stable_id};
use crate::model::mode::Authorization;
use crate::model::rfc::Rfc;
use crate::model::severity::Severity;
use crate::model::time::UtcTime;

use super::session::Sessions;
use super::window::{Window, Windows};
use super::{actor, incident, order};

#[cfg(test)]
mod tests;

/// What correlators look at.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) events: &'a [Event],
    pub(super) rfcs: &'a [Rfc],
    pub(super) windows: &'a Windows,
    pub(super) sessions: &'a Sessions,
    pub(super) destructive: &'a [DestructiveAction],
    pub(super) coverage: &'a [CoverageDay],
    /// Latest event time of the evidence.
    pub(super) last_event_time: Option<UtcTime>,
    pub(super) catalogue: &'a Catalogue,
}

/// What one correlator claims of one subject; the table adds the rest.
struct Claim {
    /// What the claim is about: part of the finding's id.
    subject: String,
    account_id: Option<AccountId>,
    mode: Option<ModeName>,
    time: Option<UtcTime>,
    end_time: Option<UtcTime>,
    actor: Option<Arc<str>>,
    summary: String,
    count: u64,
    actions: Vec<DestructiveAction>,
    window_id: Option<WindowId>,
    session_ids: Vec<SessionId>,
    rfc_ids: Vec<RfcId>,
    evidence: Evidence,
}

/// One correlator: a row of the table.
struct Correlator {
    rule_id: &'static str,
    title: &'static str,
    severity: Severity,
    confidence: &'static str,
    /// MITRE ATT&CK, version 19; those of its actions are added.
    technique_ids: &'static [&'static str],
    controls: &'static [&'static str],
    response: &'static str,
    find: fn(Facts<'_>) -> Vec<Claim>,
}

/// Every correlator. Source of the techniques: facts/cloudtrail.md 5 (ATT&CK
/// v19); of the controls: facts/ams.md 1.1 (recommendation), 5 (SCP library).
const CORRELATORS: [Correlator; 6] = [
    Correlator {
        rule_id: "mode/opened-without-rfc",
        title: "Privileged mode opened without an RFC",
        severity: Severity::Critical,
        confidence: "high",
        technique_ids: &["T1098.003"],
        controls: &["SCP-AMS-033", "SCP-AMS-034"],
        response: "Ask the caller that created the role for the change record, and have AMS remove the role if there is none.",
        find: opened_without_rfc,
    },
    Correlator {
        rule_id: "mode/still-open",
        title: "Privileged mode has no end in the evidence",
        severity: Severity::Medium,
        confidence: "medium",
        technique_ids: &["T1078.004"],
        controls: &[],
        response: "Check in IAM whether the marker role still exists, and ask AMS to remove it if the mode is no longer needed.",
        find: still_open,
    },
    Correlator {
        rule_id: "mode/opened-by-automated-change-type",
        title: "Privileged mode opened with no human approval",
        severity: Severity::Medium,
        confidence: "medium",
        technique_ids: &["T1098.003"],
        controls: &["SCP-ADV-001"],
        response: "Confirm the request with its requester, and restrict who may submit the automated enabling change types.",
        find: opened_by_automation,
    },
    Correlator {
        rule_id: "destroy/irreversible-in-mode",
        title: "Irreversible destruction in a privileged mode",
        severity: Severity::High,
        confidence: "high",
        technique_ids: &[],
        controls: &[],
        response: "Establish with the data owner what was lost, and look for copies outside the account.",
        find: irreversible_in_mode,
    },
    Correlator {
        rule_id: "logging/impaired",
        title: "Logging stopped or cut",
        severity: Severity::High,
        confidence: "high",
        technique_ids: &[],
        controls: &["SCP-AMS-012", "SCP-AMS-021", "SCP-AMS-029", "High_Risk-LOG-001"],
        response: "Restore the logging, and treat the time until then as without evidence.",
        find: logging_impaired,
    },
    Correlator {
        rule_id: "evidence/gap-over-window",
        title: "No evidence for part of a privileged mode window",
        severity: Severity::Medium,
        confidence: "medium",
        technique_ids: &[],
        controls: &[],
        response: "Fetch the missing days of CloudTrail for this account and region, and analyse again.",
        find: gap_over_window,
    },
];

/// All findings, ordered by time, account, rule and id.
pub(super) fn of(facts: Facts<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CORRELATORS
        .iter()
        .flat_map(|correlator| (correlator.find)(facts).into_iter().map(|claim| finding(correlator, claim)))
        .collect();
    sort(&mut findings);
    findings
}

/// The one order of findings.
pub(super) fn sort(findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        let account = finding.account_id.clone();
        (order::none_last(finding.time), account, finding.rule_id.clone(), finding.finding_id.clone())
    });
}

fn finding(correlator: &Correlator, claim: Claim) -> Finding {
    let account = claim.account_id.as_ref().map(AccountId::as_str).unwrap_or_default();
    let time = claim.time.map(|time| time.to_string()).unwrap_or_default();
    let actor = claim.actor.as_deref().unwrap_or_default();
    let id = stable_id("fnd-", &[correlator.rule_id, account, &time, actor, &claim.subject]);
    let of_actions = claim.actions.iter().filter_map(|action| action.technique_id);
    let mut technique_ids: Vec<&'static str> =
        correlator.technique_ids.iter().copied().chain(of_actions).collect();
    technique_ids.sort_unstable();
    technique_ids.dedup();
    Finding {
        finding_id: FindingId::new(id),
        rule_id: correlator.rule_id.into(),
        title: correlator.title.into(),
        severity: correlator.severity,
        account_id: claim.account_id,
        mode: claim.mode,
        time: claim.time,
        end_time: claim.end_time,
        actor: claim.actor,
        summary: claim.summary,
        count: claim.count,
        event_ids: claim.actions.iter().filter_map(|action| action.event_id.clone()).collect(),
        window_id: claim.window_id,
        session_ids: claim.session_ids,
        rfc_ids: claim.rfc_ids,
        technique_ids: technique_ids.into_iter().map(Into::into).collect(),
        controls: correlator.controls.iter().copied().map(Into::into).collect(),
        response: correlator.response.into(),
        confidence: correlator.confidence,
        evidence: claim.evidence,
    }
}

/// A claim about a whole window.
fn of_window(window: &Window, sessions: &Sessions, summary: String) -> Claim {
    let row = &window.row;
    let in_it = sessions.rows.iter().filter(|session| session.window_id.as_ref() == Some(&row.window_id));
    Claim {
        subject: row.window_id.as_str().to_owned(),
        account_id: Some(row.account_id.clone()),
        mode: Some(row.mode.clone()),
        time: Some(row.opened_at),
        end_time: row.closed_at,
        actor: None,
        summary,
        count: 1,
        actions: Vec::new(),
        window_id: Some(row.window_id.clone()),
        session_ids: in_it.map(|session| session.session_id.clone()).collect(),
        rfc_ids: row.rfc_ids.clone(),
        evidence: row.evidence.clone(),
    }
}

fn opened_without_rfc(facts: Facts<'_>) -> Vec<Claim> {
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

fn still_open(facts: Facts<'_>) -> Vec<Claim> {
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

/// Source: facts/ams.md 1.1 (automated change types reach execution with no
/// human approval; both modes have one).
fn opened_by_automation(facts: Facts<'_>) -> Vec<Claim> {
    let rfcs: BTreeMap<&RfcId, &Rfc> = facts.rfcs.iter().map(|rfc| (&rfc.rfc_id, rfc)).collect();
    let unapproved = |rfc: &&&Rfc| {
        let change_type = rfc.change_type_id.as_ref().and_then(|id| facts.catalogue.change_type(id.as_str()));
        let automated = match rfc.automation.as_deref() {
            Some(word) => word == "Automated",
            None => change_type.and_then(|found| found.automation) == Some(Automation::Automated),
        };
        automated && rfc.approved_by.is_none() && rfc.customer_approval.as_deref() != Some("Approved")
    };
    let mut claims = Vec::new();
    for window in &facts.windows.rows {
        let row = &window.row;
        if row.authorization != Authorization::Authorized {
            continue;
        }
        let behind: Vec<&Rfc> = row.rfc_ids.iter().filter_map(|id| rfcs.get(id).copied()).collect();
        let Some(rfc) = behind.iter().find(unapproved) else { continue };
        if behind.iter().any(|rfc| !unapproved(&rfc)) {
            continue;
        }
        let by = rfc.created_by.as_deref().unwrap_or("an unknown caller");
        let summary = format!(
            "RFC {} by {by} opened {} mode in account {}; its change type runs without any person's approval",
            rfc.rfc_id, row.mode, row.account_id
        );
        claims.push(of_window(window, facts.sessions, summary));
    }
    claims
}

fn irreversible_in_mode(facts: Facts<'_>) -> Vec<Claim> {
    let mut by_session: BTreeMap<_, Vec<DestructiveAction>> = BTreeMap::new();
    for action in facts.destructive {
        let gone =
            action.reversibility == Reversibility::Irreversible && action.outcome == Outcome::Succeeded;
        if gone && action.mode.is_some() {
            let session = (action.session_id.clone(), action.window_id.clone());
            by_session.entry(session).or_default().push(action.clone());
        }
    }
    let claims = by_session.into_iter().filter_map(|((session, _), actions)| {
        let subject = session.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
        of_actions(subject, actions, "that cannot be undone")
    });
    claims.collect()
}

/// One claim per actor and account, and run of calls with gaps under an hour.
fn logging_impaired(facts: Facts<'_>) -> Vec<Claim> {
    let mut by_actor: BTreeMap<_, Vec<DestructiveAction>> = BTreeMap::new();
    for action in facts.destructive {
        if action.category == Category::ImpairLogging && action.outcome == Outcome::Succeeded {
            let whose = (action.account_id.clone(), action.actor.clone(), action.window_id.clone());
            by_actor.entry(whose).or_default().push(action.clone());
        }
    }
    let mut claims = Vec::new();
    for actions in by_actor.into_values() {
        for run in incident::runs(actions, |action| action.event_time) {
            let first = run.first().and_then(|action| action.event_id.as_ref());
            let subject = first.map(|id| id.as_str().to_owned()).unwrap_or_default();
            claims.extend(of_actions(subject, run, "that stop or cut logging"));
        }
    }
    claims
}

/// A claim about some destructive calls of one actor; `None` for no call.
fn of_actions(subject: String, actions: Vec<DestructiveAction>, which: &str) -> Option<Claim> {
    let first = actions.first()?;
    let names = joined(actions.iter().map(|action| &*action.event_name));
    let account = first.account_id.as_ref().map(AccountId::as_str).unwrap_or("an unknown account");
    let by = first.actor.as_deref().unwrap_or("an unknown caller");
    let resources: u64 = actions.iter().map(|action| action.resource_count).sum();
    let summary = format!(
        "{by} made {} {which} in account {account}, naming {}: {names}",
        counted(actions.len() as u64, "call"),
        counted(resources, "resource"),
    );
    let mut session_ids: Vec<SessionId> =
        actions.iter().filter_map(|action| action.session_id.clone()).collect();
    let mut rfc_ids: Vec<RfcId> = actions.iter().filter_map(|action| action.rfc_id.clone()).collect();
    session_ids.sort();
    session_ids.dedup();
    rfc_ids.sort();
    rfc_ids.dedup();
    Some(Claim {
        subject,
        account_id: first.account_id.clone(),
        mode: first.mode.clone(),
        time: first.event_time,
        end_time: actions.iter().filter_map(|action| action.event_time).max(),
        actor: first.actor.clone(),
        summary,
        count: actions.len() as u64,
        window_id: first.window_id.clone(),
        session_ids,
        rfc_ids,
        evidence: first.evidence.clone(),
        actions,
    })
}

/// One claim per window, over every stretch without objects that it meets.
fn gap_over_window(facts: Facts<'_>) -> Vec<Claim> {
    let mut gaps: BTreeMap<&AccountId, Vec<&CoverageDay>> = BTreeMap::new();
    for gap in facts.coverage.iter().filter(|row| row.objects == 0) {
        gaps.entry(&gap.account_id).or_default().push(gap);
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
        let over: Vec<&&CoverageDay> = of_account
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

/// The first few of a list without repetition, for a sentence.
pub(super) fn joined<T: AsRef<str>>(words: impl Iterator<Item = T>) -> String {
    const SHOWN_MAX: usize = 6;
    let mut shown: Vec<String> = Vec::new();
    let mut more = 0usize;
    for word in words {
        let word = word.as_ref();
        if shown.iter().any(|known| known == word) {
            continue;
        }
        if shown.len() < SHOWN_MAX { shown.push(word.to_owned()) } else { more += 1 }
    }
    let tail = if more > 0 { " and more" } else { "" };
    format!("{}{tail}", shown.join(", "))
}
