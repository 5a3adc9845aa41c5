//! The judgement of one event: is it a row of `destructive_actions`, and what
//! does the catalogue say of it.
//!
//! Owns: the order in which table, conditions and verb rule are asked. Sees one
//! event; what undid it or who did it is for others.

use serde_json::Value;

use crate::catalogue::Catalogue;
use crate::catalogue::condition::{Case, Condition};
use crate::catalogue::operation::Operation;
use crate::catalogue::recovery;
use crate::catalogue::verb;
use crate::model::destructive::{Category, Reversibility};
use crate::model::event::{Event, Outcome};

/// What the catalogue says of one destructive or recovery-inhibiting call.
///
/// Deadlines are not here: the catalogue names what is `recoverable`; who knows
/// the event's time and parameters turns that into `recoverable_until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What kind of harm.
    pub category: Category,
    /// Whether it can be undone; never `RecoverableUntil`.
    pub reversibility: Reversibility,
    /// One line: what to do about it.
    pub recovery: String,
    /// MITRE ATT&CK technique, version 19.
    pub technique_id: Option<&'static str>,
    /// The same technique as versions before 19 named it.
    pub technique_id_legacy: Option<&'static str>,
    /// The catalogue does not hold the operation; its name alone told.
    pub by_verb_rule: bool,
}

impl Catalogue {
    /// Whether an event of that name could be a row of `destructive_actions`,
    /// whatever its other fields say. Cheap: asked of every record of a dump.
    ///
    /// The source may come with or without `.amazonaws.com`; the name has no API
    /// date suffix.
    pub fn may_harm(&self, event_source: &str, event_name: &str) -> bool {
        if is_read_name(event_name) {
            return false;
        }
        match self.operations.find(event_source, event_name) {
            Some(operation) => operation.category.is_some(),
            None => verb::destroys(event_name),
        }
    }

    /// What the catalogue says of the event; `None` if it is no row of
    /// `destructive_actions`: a read, an operation that does no harm, or one that
    /// its parameters show to do none.
    ///
    /// An operation that only sometimes harms and whose parameters were not
    /// recorded counts if it succeeded, as what it changed is unknown; an attempt
    /// of that kind does not count, as nothing shows that it meant harm.
    pub fn judge(&self, event: &Event) -> Option<Judgement> {
        if event.is_read() || is_read_name(&event.event_name) {
            return None;
        }
        let Some(operation) = self.operations.find(&event.event_source, &event.event_name) else {
            return by_verb(event);
        };
        let category = operation.category?;
        let condition = operation.condition.and_then(|index| self.conditions.get(index));
        match condition {
            None => Some(judgement(category, operation, None)),
            Some(condition) => by_parameters(event, category, operation, condition),
        }
    }
}

/// No operation of the catalogue bears such a name: most records end here.
pub(super) fn is_read_name(event_name: &str) -> bool {
    ["Get", "List", "Describe", "Head"].iter().any(|verb| event_name.starts_with(verb))
}

fn by_parameters(
    event: &Event,
    category: Category,
    operation: &Operation,
    condition: &Condition,
) -> Option<Judgement> {
    let parameters = recorded_parameters(event).and_then(|parameters| condition.readable(parameters));
    let Some(parameters) = parameters else {
        let succeeded = event.outcome() == Outcome::Succeeded;
        return match (succeeded, condition.always_counts) {
            (true, _) => Some(Judgement {
                reversibility: Reversibility::Unknown,
                recovery: recovery::PARAMETERS_NOT_RECORDED.to_owned(),
                ..judgement(category, operation, None)
            }),
            (false, true) => Some(judgement(category, operation, None)),
            (false, false) => None,
        };
    };
    match condition.case_for(&parameters, event.time) {
        Some(case) => Some(judgement(case.category.unwrap_or(category), operation, Some(case))),
        None => condition.always_counts.then(|| judgement(category, operation, None)),
    }
}

fn judgement(category: Category, operation: &Operation, case: Option<&Case>) -> Judgement {
    let reversibility = case.and_then(|case| case.reversibility).unwrap_or(operation.reversibility);
    let noted = case.and_then(|case| case.recovery.as_deref()).unwrap_or(operation.recovery);
    let technique = case.and_then(|case| case.technique).or(operation.technique);
    Judgement {
        category,
        reversibility,
        recovery: recovery::line(category, reversibility, noted),
        technique_id: technique.map(|technique| technique.id),
        technique_id_legacy: technique.map(|technique| technique.legacy_id),
        by_verb_rule: false,
    }
}

/// Sign-ins are no operations, and what a service does of its own accord counts
/// only if the catalogue lists it.
fn by_verb(event: &Event) -> Option<Judgement> {
    let event_type = event.event_type.as_deref().unwrap_or_default();
    let excluded = matches!(event_type, "AwsConsoleSignIn" | "AwsServiceEvent");
    if excluded || !verb::destroys(&event.event_name) {
        return None;
    }
    let (category, reversibility) = (Category::ConfigDeletion, Reversibility::Unknown);
    Some(Judgement {
        category,
        reversibility,
        recovery: recovery::line(category, reversibility, ""),
        technique_id: None,
        technique_id_legacy: None,
        by_verb_rule: true,
    })
}

/// The parameters, if they were recorded: null, a field that CloudTrail cut off,
/// one it withheld and broken JSON are not.
///
/// Source: facts/cloudtrail.md 1.3 (`omitted`), 1.6 (withheld values).
fn recorded_parameters(event: &Event) -> Option<Value> {
    let text = event.request_parameters.as_deref()?;
    let value: Value = serde_json::from_str(text).ok()?;
    let members = value.as_object()?;
    let cut = members.get("omitted").is_some_and(|omitted| omitted != &Value::Bool(false));
    (!cut).then_some(value)
}
