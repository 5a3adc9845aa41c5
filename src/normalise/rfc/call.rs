//! amscm calls in CloudTrail → [`RfcRecord`].
//!
//! Owns: which calls change an RFC and what each tells. CloudTrail knows who
//! asked, submitted and approved; it never knows how an RFC ended.

use serde_json::{Map, Value};

use crate::model::event::{Event, Outcome};
use crate::model::id::{ChangeTypeId, RfcId};
use crate::model::rfc::{RfcRecord, RfcSource, RfcStep, RfcStepKind};

use super::Fields;

/// Whether a service name is that of AMS change management.
///
/// Source: facts/ams.md 4.1 (not documented; the signing name and the generic
/// EventBridge name are both taken).
pub fn is_change_management(event_source: &str) -> bool {
    event_source == "amscm.amazonaws.com"
        || event_source == "managedservices.amazonaws.com"
        || event_source.ends_with(".managedservices.amazonaws.com")
}

/// What a call tells of an RFC; `None` for calls that change none, and for
/// calls that did not succeed: those do nothing.
///
/// Source: facts/ams.md 3.2, 4.1.
pub fn from_event(event: &Event) -> Option<RfcRecord> {
    if !is_change_management(&event.event_source) || event.outcome() != Outcome::Succeeded {
        return None;
    }
    let step = match &*event.event_name {
        "CreateRfc" => Some(RfcStepKind::Created),
        "UpdateRfc" => None,
        "SubmitRfc" => Some(RfcStepKind::Submitted),
        "ApproveRfc" => Some(RfcStepKind::Approved),
        "RejectRfc" => Some(RfcStepKind::Rejected),
        "CancelRfc" => Some(RfcStepKind::Canceled),
        _ => return None,
    };
    let request = object(event.request_parameters.as_deref());
    let response = object(event.response_elements.as_deref());
    let created = step == Some(RfcStepKind::Created);
    let mut answer = Fields { object: &response, odd: Vec::new() };
    let mut fields = Fields { object: &request, odd: Vec::new() };
    let rfc_id = if created { answer.text("RfcId")? } else { fields.text("RfcId")? };
    let by = event.principal.arn.as_ref().map(|arn| std::sync::Arc::from(arn.as_str()));
    let when = |kind| (step == Some(kind)).then_some(event.time).flatten();
    let who = |kind| (step == Some(kind)).then(|| by.clone()).flatten();
    let steps = step.zip(event.time).map(|(kind, time)| RfcStep {
        time,
        kind,
        by: by.clone(),
        event_id: event.event_id.clone(),
        evidence: event.evidence.clone(),
    });
    Some(RfcRecord {
        rfc_id: RfcId::new(rfc_id),
        source: RfcSource::CloudTrail,
        last_modified_at: event.time,
        change_type_id: fields.text("ChangeTypeId").map(ChangeTypeId::new),
        change_type_version: fields.text("ChangeTypeVersion"),
        title: fields.text("Title"),
        status: None,
        automation: None,
        account_id: event.account_id.clone(),
        created_by: who(RfcStepKind::Created),
        created_at: when(RfcStepKind::Created),
        submitted_by: who(RfcStepKind::Submitted),
        submitted_at: when(RfcStepKind::Submitted),
        approved_by: who(RfcStepKind::Approved),
        approved_at: when(RfcStepKind::Approved),
        aws_approval: None,
        customer_approval: None,
        requested: (fields.time("RequestedStartTime"), fields.time("RequestedEndTime")),
        actual: (None, None),
        parameters: fields.parameters("ExecutionParameters"),
        steps: steps.into_iter().collect(),
        ticket: None,
        evidence: event.evidence.clone(),
    })
}

/// The object in a raw column; an empty one where there is none.
fn object(raw: Option<&str>) -> Map<String, Value> {
    match raw.map(serde_json::from_str) {
        Some(Ok(Value::Object(object))) => object,
        _ => Map::new(),
    }
}
