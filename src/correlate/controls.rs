//! What the findings of a run come to, control by control.
//!
//! Owns: table `controls`, and which controls a finding names. "None found" is
//! said only where most of the rules could be judged, and with what it rests on. A
//! finding that the policy suppresses is an exception all the same: who writes a
//! policy cannot make a control look kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::{Catalogue, ControlId, Need};
use crate::model::control::{ControlRow, Verdict};
use crate::model::count::{counted, grouped};
use crate::model::coverage::{CoverageDay, gaps};
use crate::model::finding::Finding;
use crate::model::hit::Detected;
use crate::policy::{Policy, Topic};

use super::finding;
use super::selection::Selection;

/// Where IAM, Organizations and other global services record their calls, in
/// each partition.
///
/// Source: facts/cloudtrail.md 1.5 (us-east-1); for the other partitions the
/// region in which their IAM has its endpoint.
const GLOBAL_REGIONS: [&str; 3] = ["us-east-1", "us-gov-west-1", "cn-north-1"];

/// Rules that a sentence names before it only counts.
const NAMED_MAX: usize = 4;

/// What verdicts rest on.
#[derive(Clone, Copy)]
pub(super) struct Basis<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) policy: &'a Policy,
    pub(super) selection: &'a Selection,
    pub(super) coverage: &'a [CoverageDay],
    /// Whether anything tells of RFCs.
    pub(super) rfcs: bool,
    /// Whether there is something that "new" can be told from.
    pub(super) baseline: bool,
}

/// Findings with the controls that the catalogue knows their rules to bear on.
pub(super) fn named(mut findings: Vec<Finding>, catalogue: &Catalogue) -> Vec<Finding> {
    for finding in &mut findings {
        for control in catalogue.controls().of_rule(&finding.rule_id) {
            let spelled = control.spelled();
            if !finding.controls.contains(&spelled.as_str().into()) {
                finding.controls.push(spelled.into());
            }
        }
    }
    findings
}

/// A row for each control that a rule of the run bears on: the frameworks in the
/// order of the catalogue, then what only the user's rules name.
pub(super) fn of(detected: &Detected, findings: &[Finding], basis: Basis<'_>) -> Vec<ControlRow> {
    let rules = rules_of(detected, basis.catalogue);
    let at_hand = at_hand(basis);
    let lacks: BTreeMap<&str, String> = rules
        .values()
        .flatten()
        .filter_map(|rule| Some((&**rule, lack(rule, &at_hand, basis.catalogue)?)))
        .collect();
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_rule.entry(&finding.rule_id).or_default().push(finding);
    }
    let rests_on = rests_on(basis);
    let ours = basis.catalogue.controls().all();
    let others = rules.keys().filter(|id| basis.catalogue.controls().title(id).is_none());
    let all = ours.chain(others.map(|id| (id, "")));
    let row = |(id, title): (&ControlId, &str)| {
        let rules = rules.get(id)?;
        Some(row((id, title), rules, (&by_rule, &lacks), &rests_on))
    };
    all.filter_map(row).collect()
}

/// The rules of the run that bear on each control.
fn rules_of(detected: &Detected, catalogue: &Catalogue) -> BTreeMap<ControlId, BTreeSet<Arc<str>>> {
    let mut rules: BTreeMap<ControlId, BTreeSet<Arc<str>>> = BTreeMap::new();
    let controls = catalogue.controls();
    let mut add = |rule: &str, own: &mut dyn Iterator<Item = &str>| {
        let named = own.map(|spelled| controls.read(spelled));
        for id in named.chain(controls.of_rule(rule).cloned()) {
            rules.entry(id).or_default().insert(rule.into());
        }
    };
    for (rule, own) in finding::rules_and_controls() {
        add(rule, &mut own.iter().copied());
    }
    for (place, words) in detected.rules.iter().enumerate() {
        if !detected.silent.get(place).copied().unwrap_or(false) {
            add(&words.rule_id, &mut words.controls.iter().map(|control| &**control));
        }
    }
    rules
}

/// The days that the selection leaves in.
fn days(basis: Basis<'_>) -> impl Iterator<Item = &CoverageDay> {
    basis.coverage.iter().filter(move |day| {
        let last = day.until.next().start().plus_seconds(-1);
        basis.selection.holds(Some(day.day.start()), Some(last))
            && basis.selection.holds_account(Some(&day.account_id))
            && basis.selection.holds_region(Some(&day.region))
    })
}

/// The kinds of evidence that are there; `None` without a record of a call.
fn at_hand(basis: Basis<'_>) -> Option<BTreeSet<Need>> {
    let read = || days(basis).filter(|day| day.records > 0);
    read().next()?;
    let policy = |topic| basis.policy.says(topic);
    let there = [
        (Need::GlobalServices, read().any(|day| GLOBAL_REGIONS.contains(&day.region.as_str()))),
        (Need::DataEvents, read().any(|day| day.categories.contains("Data"))),
        (Need::Rfcs, basis.rfcs),
        (Need::Baseline, basis.baseline),
        (Need::PolicyModes, policy(Topic::Modes)),
        (Need::PolicyOpenTime, policy(Topic::OpenTime)),
        (Need::PolicyApprovers, policy(Topic::Approvers)),
        (Need::PolicyFreezes, policy(Topic::Freezes)),
        (Need::PolicyHours, policy(Topic::Hours)),
        (Need::PolicyNetworks, policy(Topic::Networks)),
        (Need::PolicyProtected, policy(Topic::Protected)),
    ];
    Some(there.into_iter().filter(|(_, there)| *there).map(|(need, _)| need).collect())
}

/// What keeps a rule from being judged, if something does.
fn lack(rule: &str, at_hand: &Option<BTreeSet<Need>>, catalogue: &Catalogue) -> Option<String> {
    let Some(at_hand) = at_hand else { return Some("no record of a call was read".to_owned()) };
    let lacking = catalogue.controls().needs(rule).filter(|need| !at_hand.contains(need));
    let words: Vec<&str> = lacking.map(Need::lack).collect();
    (!words.is_empty()).then(|| words.join(" and "))
}

/// What every verdict rests on, one sentence.
fn rests_on(basis: Basis<'_>) -> String {
    let read: Vec<&CoverageDay> = days(basis).filter(|day| day.records > 0).collect();
    let (Some(first), Some(last)) =
        (read.iter().map(|day| day.day).min(), read.iter().map(|day| day.day).max())
    else {
        return "No record of a call was read.".to_owned();
    };
    let accounts: BTreeSet<_> = read.iter().map(|day| &day.account_id).collect();
    let regions: BTreeSet<_> = read.iter().map(|day| &day.region).collect();
    let records: u64 = read.iter().map(|day| day.records).sum();
    let left: Vec<CoverageDay> = days(basis).cloned().collect();
    let blank = match gaps(&left).len() as u64 {
        0 => "with no gap of days".to_owned(),
        count => format!("with {} of days", counted(count, "gap")),
    };
    format!(
        "Rests on {} of {} in {} from {first} to {last}, {blank}.",
        counted(records, "record"),
        counted(accounts.len() as u64, "account"),
        counted(regions.len() as u64, "region"),
    )
}

fn row(
    (id, title): (&ControlId, &str),
    rules: &BTreeSet<Arc<str>>,
    (by_rule, lacks): (&BTreeMap<&str, Vec<&Finding>>, &BTreeMap<&str, String>),
    rests_on: &str,
) -> ControlRow {
    let findings: Vec<&Finding> =
        rules.iter().filter_map(|rule| by_rule.get(&**rule)).flatten().copied().collect();
    let suppressed = findings.iter().filter(|finding| finding.suppression.is_some()).count() as u64;
    let lacking: Vec<(&Arc<str>, &String)> =
        rules.iter().filter_map(|rule| Some((rule, lacks.get(&**rule)?))).collect();
    let judged = rules.len() - lacking.len();
    let verdict = match (findings.is_empty(), judged) {
        (false, _) => Verdict::ExceptionsFound,
        // What a few of its rules did not find says little of a control.
        (true, judged) if judged * 2 < rules.len() => Verdict::NotAssessable,
        (true, _) => Verdict::NoneFound,
    };
    let mut sentences = vec![rests_on.to_owned()];
    sentences.extend(unjudged(&lacking, judged));
    if suppressed > 0 {
        let verb = if suppressed == 1 { "is" } else { "are" };
        sentences.push(format!("{} {verb} suppressed by the policy.", counted(suppressed, "finding")));
    }
    ControlRow {
        framework: id.framework.as_str().into(),
        control: id.control.as_str().into(),
        title: title.into(),
        rules: rules.iter().cloned().collect(),
        findings: findings.len() as u64 - suppressed,
        verdict,
        coverage: sentences.join(" "),
        suppressed,
        rules_not_assessed: lacking.into_iter().map(|(rule, _)| rule.clone()).collect(),
        finding_ids: findings.iter().map(|finding| finding.finding_id.clone()).collect(),
    }
}

/// Which rules could not be judged, and why: one sentence.
fn unjudged(lacking: &[(&Arc<str>, &String)], judged: usize) -> Option<String> {
    if lacking.is_empty() {
        return None;
    }
    let named: Vec<String> =
        lacking.iter().take(NAMED_MAX).map(|(rule, why)| format!("{rule} ({why})")).collect();
    let more = match lacking.len().saturating_sub(NAMED_MAX) as u64 {
        0 => String::new(),
        more => format!(" and {} more", grouped(more)),
    };
    let all = judged + lacking.len();
    Some(format!("{} of {all} rules not judged: {}{more}.", lacking.len(), named.join(", ")))
}

#[cfg(test)]
mod tests;
