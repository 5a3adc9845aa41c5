//! AMS records of every shape → [`RfcRecord`].
//!
//! Owns: what the fields of `get-rfc` output, RFC summaries, `AMS RFC State
//! Change` events and amscm calls mean. Does not frame records (that is
//! `decode`) and does not join them (that is `correlate`).
//!
//! Read with tolerance, because no export of RFCs is documented: keys in Pascal
//! or camel case, `{Id, Name}` objects or plain strings, null for absent.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, ChangeTypeId, RfcId};
use crate::model::rfc::{RfcRecord, RfcSource, RfcStep, RfcStepKind};
use crate::model::time::UtcTime;

mod call;
#[cfg(test)]
mod tests;

pub use call::{from_event, is_change_management};

use crate::normalise::secrets::redact;

/// The archive record shapes that are read.
///
/// Source: facts/ams.md 3.3, 3.4, 3.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RfcRecordKind {
    /// The object inside `Rfc` of `get-rfc` output.
    GetRfc,
    /// An element of `RfcSummaries`.
    Summary,
    /// A whole EventBridge event `AMS RFC State Change`, envelope included.
    StateChange,
}

/// A record as read, with the fields that were not as the format says.
#[derive(Clone, Debug)]
pub struct RfcRead {
    /// What the record tells.
    pub record: RfcRecord,
    /// Fields of another type than documented, or times that cannot be read;
    /// each was left empty.
    pub odd_fields: Vec<&'static str>,
}

/// What AWS writes in place of a value that it withholds.
///
/// Source: facts/cloudtrail.md 1.6.
const WITHHELD: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Reads one archive record. `object_account` is the account of the object's
/// key: it is taken only if the record itself names none.
///
/// # Errors
/// A sentence, if the text is no JSON object or has no `RfcId`: the caller
/// counts the record as rejected.
pub fn from_archive(
    json: &str,
    kind: RfcRecordKind,
    object_account: Option<AccountId>,
    evidence: Evidence,
) -> Result<RfcRead, String> {
    let value: Value = serde_json::from_str(json).map_err(|error| format!("not JSON: {error}"))?;
    let Value::Object(outer) = value else { return Err("not a JSON object".to_owned()) };
    match kind {
        RfcRecordKind::GetRfc => read(&outer, RfcSource::GetRfc, object_account, evidence),
        RfcRecordKind::Summary => read(&outer, RfcSource::RfcSummary, object_account, evidence),
        RfcRecordKind::StateChange => state_change(&outer, object_account, evidence),
    }
}

/// The fields that all archive shapes share.
fn read(
    rfc: &Map<String, Value>,
    source: RfcSource,
    object_account: Option<AccountId>,
    evidence: Evidence,
) -> Result<RfcRead, String> {
    let mut fields = Fields { object: rfc, odd: Vec::new() };
    let rfc_id = fields.text("RfcId").ok_or("has no RfcId")?;
    let created_by = fields.text("CreatedBy");
    let modified_by = fields.text("LastModifiedBy");
    let own_account = fields.text("AwsAccountId").and_then(|id| AccountId::if_well_formed(&id));
    let account_of = |arn: &Option<Arc<str>>| arn.as_deref().and_then(AccountId::from_arn);
    let record = RfcRecord {
        rfc_id: RfcId::new(rfc_id),
        source,
        last_modified_at: fields.time("LastModifiedTime"),
        change_type_id: fields.text("ChangeTypeId").map(ChangeTypeId::new),
        change_type_version: fields.text("ChangeTypeVersion"),
        title: fields.text("Title"),
        status: fields.word("Status"),
        automation: fields.word("AutomationStatus"),
        account_id: own_account
            .or_else(|| account_of(&created_by))
            .or_else(|| account_of(&modified_by))
            .or(object_account),
        created_by,
        created_at: fields.time("CreatedTime"),
        submitted_by: None,
        submitted_at: fields.time("LastSubmittedTime"),
        approved_by: None,
        approved_at: None,
        aws_approval: fields.approval("AwsApprovalStatus"),
        customer_approval: fields.approval("CustomerApprovalStatus"),
        requested: fields.range("RequestedExecutionTimeRange"),
        actual: fields.range("ActualExecutionTimeRange"),
        parameters: fields.parameters("ExecutionParameters"),
        steps: Vec::new(),
        ticket: None,
        evidence,
    };
    Ok(RfcRead { record, odd_fields: fields.odd })
}

/// An EventBridge envelope: the RFC lies in `detail`, the envelope dates a step.
///
/// Source: facts/ams.md 3.8.
fn state_change(
    envelope: &Map<String, Value>,
    object_account: Option<AccountId>,
    evidence: Evidence,
) -> Result<RfcRead, String> {
    let Some(Value::Object(detail)) = field(envelope, "Detail") else {
        return Err("has no detail object".to_owned());
    };
    let mut outer = Fields { object: envelope, odd: Vec::new() };
    let account = outer.text("Account").and_then(|id| AccountId::if_well_formed(&id));
    let time = outer.time("Time");
    let mut read = read(detail, RfcSource::EventBridge, account.or(object_account), evidence)?;
    read.odd_fields.append(&mut outer.odd);
    let record = &mut read.record;
    record.last_modified_at = record.last_modified_at.or(time);
    let event_type = field(detail, "EventType").and_then(Value::as_str).unwrap_or_default();
    if let (Some(kind), Some(time)) = (step_kind(event_type, record.status.as_deref()), time) {
        if kind == RfcStepKind::Approved {
            record.approved_at = Some(time);
        }
        let evidence = record.evidence.clone();
        record.steps.push(RfcStep { time, kind, by: None, event_id: None, evidence });
    }
    Ok(read)
}

/// The step that an EventBridge `EventType` tells of; updates tell of none.
///
/// Source: facts/ams.md 3.8 (EventType), 3.6 (Status).
fn step_kind(event_type: &str, status: Option<&str>) -> Option<RfcStepKind> {
    match event_type {
        "RfcCreated" => Some(RfcStepKind::Created),
        "RfcSubmitted" => Some(RfcStepKind::Submitted),
        "RfcApproved" => Some(RfcStepKind::Approved),
        "RfcRejected" | "RfcAutoRejected" => Some(RfcStepKind::Rejected),
        "RfcCanceled" => Some(RfcStepKind::Canceled),
        "RfcInProgress" => Some(RfcStepKind::Started),
        "RfcCompleted" => match status {
            Some("Success") => Some(RfcStepKind::Succeeded),
            Some("Failure") => Some(RfcStepKind::Failed),
            _ => None,
        },
        _ => None,
    }
}

/// The value under a key spelled in Pascal case, or with a small first letter.
fn field<'a>(object: &'a Map<String, Value>, pascal: &str) -> Option<&'a Value> {
    let found = object.get(pascal).or_else(|| {
        let mut letters = pascal.chars();
        let first = letters.next()?.to_ascii_lowercase();
        object.get(&format!("{first}{}", letters.as_str()))
    });
    found.filter(|value| !value.is_null())
}

/// One JSON object being read; keeps the names of the fields that were odd.
struct Fields<'a> {
    object: &'a Map<String, Value>,
    odd: Vec<&'static str>,
}

impl Fields<'_> {
    fn odd<T>(&mut self, name: &'static str) -> Option<T> {
        self.odd.push(name);
        None
    }

    /// A string; `None` where absent, empty or withheld.
    fn text(&mut self, name: &'static str) -> Option<Arc<str>> {
        match field(self.object, name) {
            None => None,
            Some(Value::String(text)) => known(text),
            Some(_) => self.odd(name),
        }
    }

    /// `{Id, Name}` or a plain string: the id, for only ids are enumerated.
    ///
    /// Source: facts/ams.md 3.3 (rely on `Id`), 3.8 (plain strings).
    fn word(&mut self, name: &'static str) -> Option<Arc<str>> {
        let read = field(self.object, name).map(word_of);
        read.and_then(|word| word.unwrap_or_else(|| self.odd(name)))
    }

    /// An approval status, inside `ApprovalState` or beside it.
    fn approval(&mut self, name: &'static str) -> Option<Arc<str>> {
        match field(self.object, "ApprovalState") {
            Some(Value::Object(state)) => {
                let read = field(state, name).map(word_of);
                read.and_then(|word| word.unwrap_or_else(|| self.odd(name)))
            }
            _ => self.word(name),
        }
    }

    fn time(&mut self, name: &'static str) -> Option<UtcTime> {
        let text = self.text(name)?;
        UtcTime::parse(&text).or_else(|| self.odd(name))
    }

    /// `{StartTime, EndTime}`, each of which may be absent.
    fn range(&mut self, name: &'static str) -> (Option<UtcTime>, Option<UtcTime>) {
        match field(self.object, name) {
            None => (None, None),
            Some(Value::Object(range)) => {
                let mut fields = Fields { object: range, odd: Vec::new() };
                let times = (fields.time("StartTime"), fields.time("EndTime"));
                if !fields.odd.is_empty() {
                    self.odd.push(name);
                }
                times
            }
            Some(_) => (self.odd::<UtcTime>(name), None),
        }
    }

    /// JSON in a string, or an object: JSON text with secrets replaced.
    ///
    /// Source: facts/ams.md 3.3 (ExecutionParameters is a string of JSON).
    fn parameters(&mut self, name: &'static str) -> Option<Arc<str>> {
        match field(self.object, name)? {
            Value::String(text) if known(text).is_none() => None,
            Value::String(text) => {
                let parsed = serde_json::from_str::<Value>(text);
                if matches!(parsed, Ok(Value::Object(_))) {
                    return Some(shared(redact(text)));
                }
                self.odd.push(name);
                Some(shared(redact(&Value::String(text.clone()).to_string())))
            }
            object @ Value::Object(_) => Some(shared(redact(&object.to_string()))),
            _ => self.odd(name),
        }
    }
}

/// The id of `{Id, Name}` or a plain string; the outer `None` says wrong type.
#[expect(clippy::option_option, reason = "absent and of a wrong type are told apart")]
fn word_of(value: &Value) -> Option<Option<Arc<str>>> {
    match value {
        Value::String(text) => Some(known(text)),
        Value::Object(pair) => match field(pair, "Id") {
            None => Some(None),
            Some(Value::String(id)) => Some(known(id)),
            Some(_) => None,
        },
        _ => None,
    }
}

/// Text that says something: not empty, not withheld by AWS.
fn known(text: &str) -> Option<Arc<str>> {
    (!text.is_empty() && text != WITHHELD).then(|| Arc::from(text))
}

fn shared(text: Cow<'_, str>) -> Arc<str> {
    Arc::from(&*text)
}
