//! How well the records behind claims are anchored.
//!
//! Owns: looking up the records that claims name and that none of their own calls
//! shows, in one pass over the events, and the confidence and its reason that
//! follow from the weakest of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::limits::FINDING_EVENTS_MAX;
use crate::model::event::Event;
use crate::model::evidence::Evidence;
use crate::model::finding::Confidence;
use crate::model::id::EventId;
use crate::model::rfc::{Rfc, RfcSource};
use crate::model::source_grade::SourceGrade;

use super::Facts;
use super::claim::Claim;

/// The records that some claims name.
pub(super) struct Proof<'a> {
    events: BTreeMap<&'a Evidence, &'a Event>,
    rfcs: BTreeMap<&'a Evidence, &'a Rfc>,
}

impl<'a> Proof<'a> {
    /// For claims that rest on their own calls alone: nothing is looked up.
    pub(super) const fn none() -> Self {
        Self { events: BTreeMap::new(), rfcs: BTreeMap::new() }
    }

    /// Whether a claim rests on its own calls alone.
    pub(super) fn is_needless(claim: &Claim) -> bool {
        looked_up(claim).next().is_none()
    }

    /// Looks up the records of all these claims at once.
    pub(super) fn of<'c>(claims: impl Iterator<Item = &'c Claim>, facts: Facts<'a>) -> Self {
        let wanted: BTreeSet<&Evidence> = claims.flat_map(looked_up).collect();
        let events = facts.events.iter().filter(|event| wanted.contains(&event.evidence));
        let rfcs = facts.rfcs.iter().filter(|rfc| wanted.contains(&rfc.evidence));
        Self {
            events: events.map(|event| (&event.evidence, event)).collect(),
            rfcs: rfcs.map(|rfc| (&rfc.evidence, rfc)).collect(),
        }
    }

    /// The events that a claim rests on, each once, in the order of the claim; no
    /// more than a finding lists.
    pub(super) fn event_ids(&self, claim: &Claim) -> Vec<EventId> {
        let named = records(claim).filter_map(|record| match claim.acts.shown_first_by(record) {
            Some(act) => act.event_id.clone(),
            None => self.events.get(record)?.event_id.clone(),
        });
        let acted = claim.acts.event_ids().iter().cloned();
        let mut seen = BTreeSet::new();
        named.chain(acted).filter(|id| seen.insert(id.clone())).take(FINDING_EVENTS_MAX).collect()
    }

    /// The names of the calls among them.
    pub(super) fn calls(&self, claim: &Claim) -> impl Iterator<Item = Arc<str>> {
        looked_up(claim).filter_map(|record| Some(self.events.get(record)?.event_name.clone()))
    }

    /// How sure a claim is, and why.
    pub(super) fn confidence(&self, claim: &Claim, rule: Confidence) -> (Confidence, String) {
        let named = looked_up(claim).map(|record| self.grade(record));
        // A claim names at least the record that shows it first.
        let weakest = named.chain(claim.acts.weakest()).max().unwrap_or(SourceGrade::Summary);
        let (confidence, reason) = (rule.resting_on(weakest), resting(rule, weakest));
        match &claim.doubt {
            Some(doubt) => (confidence.lowered(), format!("{reason}; less sure, as {doubt}")),
            None => (confidence, reason),
        }
    }

    /// An RFC that no call shows comes from an archive, and a ticket from its file,
    /// which no digest covers;
    /// what is neither is a row of an export of settings.
    fn grade(&self, record: &Evidence) -> SourceGrade {
        if let Some(event) = self.events.get(record) {
            return event.source_grade;
        }
        let summary_only = |rfc: &&Rfc| {
            let whole = [RfcSource::GetRfc, RfcSource::EventBridge, RfcSource::Ticket];
            !rfc.sources.iter().any(|source| whole.contains(source))
        };
        match self.rfcs.get(record).filter(|rfc| summary_only(rfc)) {
            Some(_) => SourceGrade::Summary,
            None => SourceGrade::Export,
        }
    }
}

/// Where the records of a claim lie, each once, in its order; no more than a table
/// names of one finding.
pub(super) fn places(claim: &Claim) -> Vec<Evidence> {
    let mut seen = BTreeSet::new();
    let each = records(claim).chain(claim.acts.records()).filter(|record| seen.insert(*record));
    each.take(FINDING_EVENTS_MAX).cloned().collect()
}

fn records(claim: &Claim) -> impl Iterator<Item = &Evidence> {
    std::iter::once(&claim.evidence).chain(&claim.rests_on)
}

/// Those of them that none of its own calls shows.
fn looked_up(claim: &Claim) -> impl Iterator<Item = &Evidence> {
    records(claim).filter(|record| claim.acts.shown_first_by(record).is_none())
}

/// Why a claim is as sure as it is, in one sentence.
pub(in crate::correlate) fn resting(rule: Confidence, weakest: SourceGrade) -> String {
    let word = weakest.as_str();
    if rule.resting_on(weakest) == rule {
        return format!("as its rule says; the weakest record it rests on is {word}");
    }
    format!("its rule says {}, lowered because the weakest record it rests on is {word}", rule.as_str())
}
