//! What one pass over the findings and one over the incidents give, however many
//! they are.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::finding::{Finding, Incident};
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::report::sorted::{First, Sorted, Sorting};

use super::LISTED_MAX;
use super::deadline::urgency;

/// What the findings come to.
#[derive(Clone, Debug)]
pub struct Claims<'a> {
    /// The first [`LISTED_MAX`]: those that the policy suppresses last, then gravest
    /// first, then in the order of the table.
    pub first: Vec<Cow<'a, Finding>>,
    /// By technique, how many there are and of which rules.
    pub techniques: BTreeMap<String, (u64, BTreeSet<String>)>,
    /// Number of each severity, gravest first, zeros included, without those that
    /// the policy suppresses.
    pub(super) counts: Vec<(Severity, u64)>,
    /// Number of those that it suppresses.
    pub(super) suppressed: u64,
}

impl<'a> Claims<'a> {
    /// Goes through those of a report.
    pub(super) fn of(report: &'a Report) -> Self {
        let mut counts: BTreeMap<Severity, u64> = BTreeMap::new();
        let mut techniques = BTreeMap::new();
        let mut first = First::new(LISTED_MAX);
        let mut suppressed = 0;
        for finding in &report.findings {
            match finding.suppression {
                Some(_) => suppressed += 1,
                None => *counts.entry(finding.severity).or_default() += 1,
            }
            note_techniques(&mut techniques, &finding);
            let key = (finding.suppression.is_some(), Reverse(finding.severity));
            first.offer(key, || finding);
        }
        let count = |severity| (severity, counts.get(&severity).copied().unwrap_or_default());
        Self {
            first: first.into_rows(),
            techniques,
            counts: Severity::ALL.into_iter().rev().map(count).collect(),
            suppressed,
        }
    }
}

fn note_techniques(techniques: &mut BTreeMap<String, (u64, BTreeSet<String>)>, finding: &Finding) {
    for id in &finding.technique_ids {
        if !techniques.contains_key(&**id) {
            techniques.insert(id.to_string(), Default::default());
        }
        let Some((count, rules)) = techniques.get_mut(&**id) else { continue };
        *count += 1;
        if !rules.contains(&*finding.rule_id) {
            rules.insert(finding.rule_id.to_string());
        }
    }
}

/// The incidents, by what must be acted on first; those alike stay in the order of
/// the table.
pub(super) fn most_urgent_first(report: &Report) -> Sorted<'_, Incident> {
    let mut sorting =
        Sorting::of(&report.incidents, |one: &Incident, other| urgency(one).cmp(&urgency(other)));
    for incident in &report.incidents {
        sorting.push(incident);
    }
    sorting.finish()
}
