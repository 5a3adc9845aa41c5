//! What the findings of a run come to, control by control.
//!
//! Owns: table `controls`, and which controls a finding names. "None found" is
//! said only where most of the rules could be judged, and with what it rests on:
//! evidence of some accounts says nothing of the others, which are named. A
//! finding that the policy suppresses is an exception all the same: who writes a
//! policy cannot make a control look kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::{Catalogue, ControlId, Need};
use crate::limits::CONTROL_FINDINGS_MAX;
use crate::model::control::{ControlRow, Verdict};
use crate::model::count::{counted, grouped};
use crate::model::coverage::{CoverageDay, gaps};
use crate::model::finding::Finding;
use crate::model::hit::Detected;
use crate::model::id::{AccountId, FindingId};
use crate::model::rfc::{Rfc, RfcSource};
use crate::policy::{Policy, Topic};

use super::finding;
use super::log_bucket::LogBuckets;
use super::selection::Selection;

/// Where IAM, Organizations and other global services record their calls, in
/// each partition.
///
/// Source: facts/cloudtrail.md 1.5 (us-east-1); for the other partitions the
/// region in which their IAM has its endpoint.
const GLOBAL_REGIONS: [&str; 3] = ["us-east-1", "us-gov-west-1", "cn-north-1"];

/// Rules, accounts and buckets that a sentence names before it only counts.
const NAMED_MAX: usize = 4;

/// The rule that looks at what is done to buckets of logs.
const LOG_BUCKET_RULE: &str = "logging/log-bucket-weakened";

/// What verdicts rest on.
#[derive(Clone, Copy)]
pub(super) struct Basis<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) policy: &'a Policy,
    pub(super) selection: &'a Selection,
    pub(super) coverage: &'a [CoverageDay],
    /// RFCs and change tickets.
    pub(super) rfcs: &'a [Rfc],
    /// Whether the user declares that RFCs are complete for some time.
    pub(super) rfcs_declared: bool,
    /// Where trails keep their logs.
    pub(super) log_buckets: &'a LogBuckets,
    /// Whether there is something that "new" can be told from.
    pub(super) baseline: bool,
}

/// Adds the controls that the catalogue knows the rule of a finding, and the calls
/// it is about, to bear on.
pub(super) fn name(finding: &mut Finding, catalogue: &Catalogue) {
    for control in catalogue.controls().of_calls(&finding.rule_id, &finding.calls) {
        let spelled = control.spelled();
        if !finding.controls.contains(&spelled.as_str().into()) {
            finding.controls.push(spelled.into());
        }
    }
}

/// A row for each control that a rule of the run bears on: the frameworks in the
/// order of the catalogue, then what only the user's rules name.
pub(super) fn of(detected: &Detected, findings: &Borne, basis: Basis<'_>) -> Vec<ControlRow> {
    let rules = rules_of(detected, basis.catalogue);
    let at_hand = AtHand::of(basis);
    let all = rules.values().flatten();
    let lacks: BTreeMap<&str, Lack> =
        all.map(|rule| (&**rule, at_hand.lack(rule, basis.catalogue))).collect();
    let rests_on = rests_on(basis);
    let ours = basis.catalogue.controls().all();
    let others = rules.keys().filter(|id| basis.catalogue.controls().title(id).is_none());
    let all = ours.chain(others.map(|id| (id, "")));
    let none = Found::default();
    let row = |(id, title): (&ControlId, &str)| {
        let rules = rules.get(id)?;
        Some(row((id, title), rules, (findings.of.get(id).unwrap_or(&none), &lacks), (&rests_on, basis)))
    };
    all.filter_map(row).collect()
}

/// What the findings come to that bear on each control: those that name it.
#[derive(Debug, Default)]
pub(super) struct Borne {
    of: BTreeMap<ControlId, Found>,
    /// A rule of the user may spell a control of ours another way.
    read: BTreeMap<String, ControlId>,
}

/// The findings that bear on one control.
#[derive(Debug, Default)]
struct Found {
    count: u64,
    /// The first of them.
    ids: Vec<FindingId>,
    attempts: u64,
    suppressed: u64,
}

impl Borne {
    /// Takes in one finding after the other, in their order.
    pub(super) fn add(&mut self, finding: &Finding, catalogue: &Catalogue) {
        for spelled in &finding.controls {
            if !self.read.contains_key(&**spelled) {
                self.read.insert(spelled.to_string(), catalogue.controls().read(spelled));
            }
        }
        let named: BTreeSet<&ControlId> =
            finding.controls.iter().filter_map(|spelled| self.read.get(&**spelled)).collect();
        for control in named {
            let found = match self.of.get_mut(control) {
                Some(found) => found,
                None => self.of.entry(control.clone()).or_default(),
            };
            found.count += 1;
            if found.ids.len() < CONTROL_FINDINGS_MAX {
                found.ids.push(finding.finding_id.clone());
            }
            found.attempts += u64::from(finding.attempt);
            found.suppressed += u64::from(finding.suppression.is_some());
        }
    }
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

/// The evidence that is there.
struct AtHand<'a> {
    /// Accounts with a record of a call.
    accounts: BTreeSet<&'a AccountId>,
    /// Those of them that have evidence of that kind.
    of: BTreeMap<Need, BTreeSet<&'a AccountId>>,
}

/// What keeps a rule from being judged.
#[derive(Clone, Debug, Default)]
struct Lack {
    /// Of all accounts, or of most of them.
    whole: Vec<String>,
    /// Of some accounts.
    part: Vec<String>,
}

impl<'a> AtHand<'a> {
    fn of(basis: Basis<'a>) -> Self {
        let read = || days(basis).filter(|day| day.records > 0);
        let with = |has: &dyn Fn(&CoverageDay) -> bool| -> BTreeSet<&'a AccountId> {
            read().filter(|day| has(day)).map(|day| &day.account_id).collect()
        };
        let accounts = with(&|_| true);
        let if_so = |there: bool| if there { accounts.clone() } else { BTreeSet::new() };
        let policy = |topic| if_so(basis.policy.says(topic));
        let of = [
            (Need::GlobalServices, with(&|day| GLOBAL_REGIONS.contains(&day.region.as_str()))),
            (Need::DataEvents, with(&|day| day.categories.contains("Data"))),
            (Need::Rfcs, if basis.rfcs_declared { accounts.clone() } else { with_rfcs(basis.rfcs) }),
            (Need::Tickets, if_so(basis.rfcs.iter().any(Rfc::is_ticket))),
            (Need::LogBuckets, if_so(basis.log_buckets.named().next().is_some())),
            (Need::Baseline, if_so(basis.baseline)),
            (Need::PolicyModes, policy(Topic::Modes)),
            (Need::PolicyOpenTime, policy(Topic::OpenTime)),
            (Need::PolicyApprovers, policy(Topic::Approvers)),
            (Need::PolicyFreezes, policy(Topic::Freezes)),
            (Need::PolicyHours, policy(Topic::Hours)),
            (Need::PolicyNetworks, policy(Topic::Networks)),
            (Need::PolicyProtected, policy(Topic::Protected)),
        ];
        Self { of: of.into_iter().collect(), accounts }
    }

    /// What of the evidence that a rule needs is not there, and in which accounts.
    fn lack(&self, rule: &str, catalogue: &Catalogue) -> Lack {
        let mut lack = Lack::default();
        if self.accounts.is_empty() {
            lack.whole.push("no record of a call was read".to_owned());
            return lack;
        }
        for need in catalogue.controls().needs(rule) {
            let having = self.of.get(&need);
            let lacking: Vec<&str> = self
                .accounts
                .iter()
                .filter(|account| !having.is_some_and(|having| having.contains(*account)))
                .map(|account| account.as_str())
                .collect();
            let few = (self.accounts.len() - lacking.len()) * 2 < self.accounts.len();
            match lacking.len() {
                0 => {}
                all if all == self.accounts.len() => lack.whole.push(need.lack().to_owned()),
                // An account without RFC may have had none: the archive is one for all.
                _ if few && need != Need::Rfcs => lack.whole.push(for_accounts(need, &lacking)),
                _ => lack.part.push(for_accounts(need, &lacking)),
            }
        }
        lack
    }
}

/// The accounts that RFCs of AMS are about. Tickets are no RFCs.
fn with_rfcs(rfcs: &[Rfc]) -> BTreeSet<&AccountId> {
    let of_ams = |rfc: &&Rfc| rfc.sources.iter().any(|source| *source != RfcSource::Ticket);
    let about = rfcs.iter().filter(of_ams).flat_map(|rfc| [&rfc.account_id, &rfc.target_account_id]);
    about.flatten().collect()
}

fn for_accounts(need: Need, accounts: &[&str]) -> String {
    format!("{} for {}", need.lack(), some_of(accounts.iter().copied(), accounts.len()))
}

/// The first few of some names, and how many more there are.
fn some_of<'n>(names: impl Iterator<Item = &'n str>, count: usize) -> String {
    let named: Vec<&str> = names.take(NAMED_MAX).collect();
    let more = match count.saturating_sub(NAMED_MAX) as u64 {
        0 => String::new(),
        more => format!(" and {} more", grouped(more)),
    };
    format!("{}{more}", named.join(", "))
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
    (found, lacks): (&Found, &BTreeMap<&str, Lack>),
    (rests_on, basis): (&str, Basis<'_>),
) -> ControlRow {
    let &Found { count, ref ids, attempts, suppressed } = found;
    let of = |part: fn(&Lack) -> &Vec<String>| -> Vec<(&Arc<str>, String)> {
        let why = |rule: &Arc<str>| Some(part(lacks.get(&**rule)?)).filter(|why| !why.is_empty());
        rules.iter().filter_map(|rule| Some((rule, why(rule)?.join(" and ")))).collect()
    };
    let lacking = of(|lack| &lack.whole);
    let mut in_part = of(|lack| &lack.part);
    in_part.retain(|(rule, _)| !lacking.iter().any(|(other, _)| other == rule));
    let judged = rules.len() - lacking.len();
    // What was refused, or came to nothing, is no exception: the control held.
    let verdict = match (attempts == count, judged) {
        (false, _) => Verdict::ExceptionsFound,
        // What a few of its rules did not find says little of a control.
        (true, judged) if judged * 2 < rules.len() => Verdict::NotAssessable,
        (true, _) => Verdict::NoneFound,
    };
    let mut sentences = vec![rests_on.to_owned()];
    sentences.extend(told("not judged", &lacking, rules.len()));
    sentences.extend(told("judged for some accounts only", &in_part, rules.len()));
    if rules.contains(LOG_BUCKET_RULE) && basis.log_buckets.named().next().is_some() {
        sentences.push(buckets_sentence(basis.log_buckets));
    }
    if attempts > 0 {
        let what = if attempts == 1 { "is an attempt" } else { "are attempts" };
        let of = counted(attempts, "finding");
        sentences.push(format!("{of} {what}, denied or failed: no exception."));
    }
    if suppressed > 0 {
        let verb = if suppressed == 1 { "is" } else { "are" };
        sentences.push(format!("{} {verb} suppressed by the policy.", counted(suppressed, "finding")));
    }
    ControlRow {
        framework: id.framework.as_str().into(),
        control: id.control.as_str().into(),
        title: title.into(),
        rules: rules.iter().cloned().collect(),
        findings: count - suppressed,
        verdict,
        coverage: sentences.join(" "),
        suppressed,
        rules_not_assessed: lacking.into_iter().map(|(rule, _)| rule.clone()).collect(),
        finding_ids: ids.clone(),
    }
}

/// Which rules lack evidence, and why: one sentence.
fn told(how: &str, lacking: &[(&Arc<str>, String)], all: usize) -> Option<String> {
    if lacking.is_empty() {
        return None;
    }
    let named: Vec<String> = lacking.iter().map(|(rule, why)| format!("{rule} ({why})")).collect();
    let named = some_of(named.iter().map(String::as_str), named.len());
    Some(format!("{} of {all} rules {how}: {named}.", lacking.len()))
}

/// Calls on a bucket are recorded in the account that owns it, which nothing that
/// names a bucket tells.
fn buckets_sentence(known: &LogBuckets) -> String {
    let count = known.named().count();
    format!(
        "{} of trails known ({}); what is done to one shows only in the records of the account that owns it.",
        counted(count as u64, "bucket"),
        some_of(known.named(), count)
    )
}

#[cfg(test)]
mod tests;
