//! The dated steps in the life of one RFC, from all its records.
//!
//! Owns: which archive times make a step, and when two sources tell of the same
//! step. A CloudTrail call is always a step of its own; what EventBridge or an
//! archive dates within a minute of a known step of that kind is that step.

use std::sync::Arc;

use crate::model::rfc::{RfcRecord, RfcSource, RfcStep, RfcStepKind};
use crate::model::time::UtcTime;

/// Two sources that date one step differ by their clocks and by delivery.
/// A judgement of ours, not documented.
const SAME_STEP_S: i64 = 60;

/// All steps, oldest first.
pub(super) fn of(records: &[RfcRecord]) -> Vec<RfcStep> {
    let mut told: Vec<(RfcSource, RfcStep)> = records
        .iter()
        .flat_map(|record| record.steps.iter().map(|step| (record.source, step.clone())))
        .collect();
    told.sort_by_cached_key(|(source, step)| {
        (*source != RfcSource::CloudTrail, step.time, step.kind, step.evidence.clone())
    });
    let derived = records.iter().filter(|record| record.source != RfcSource::CloudTrail).flat_map(dated);
    told.extend(derived.map(|step| (RfcSource::GetRfc, step)));
    let mut steps: Vec<RfcStep> = Vec::new();
    for (source, step) in told {
        if source == RfcSource::CloudTrail || !steps.iter().any(|known| same(known, &step)) {
            steps.push(step);
        }
    }
    steps.sort_by_cached_key(|step| (step.time, step.kind, step.event_id.clone(), step.evidence.clone()));
    steps
}

fn same(known: &RfcStep, step: &RfcStep) -> bool {
    let apart = known.time.micros().abs_diff(step.time.micros());
    known.kind == step.kind && apart <= SAME_STEP_S.unsigned_abs() * 1_000_000
}

/// The steps that an archive record's times tell of.
///
/// Source: facts/ams.md 3.3 (times), 3.7 (states).
fn dated(record: &RfcRecord) -> Vec<RfcStep> {
    let end = match record.status.as_deref() {
        Some("Success") => Some(RfcStepKind::Succeeded),
        Some("Failure") => Some(RfcStepKind::Failed),
        _ => None,
    };
    let step = |kind, time: Option<UtcTime>, by: Option<Arc<str>>| {
        let evidence = record.evidence.clone();
        Some(RfcStep { time: time?, kind, by, event_id: None, evidence })
    };
    let steps = [
        step(RfcStepKind::Created, record.created_at, record.created_by.clone()),
        step(RfcStepKind::Submitted, record.submitted_at, None),
        step(RfcStepKind::Started, record.actual.0, None),
        end.and_then(|kind| step(kind, record.actual.1, None)),
    ];
    steps.into_iter().flatten().collect()
}
