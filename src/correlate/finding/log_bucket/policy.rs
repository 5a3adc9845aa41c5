//! Whether a bucket policy cuts the delivery of logs, or lets others destroy them.
//!
//! Owns: reading one policy as a call sets it. What held before, the call does
//! not tell.

use serde_json::Value;

use crate::policy::Glob;

use super::super::super::payload;

/// What CloudTrail calls itself in policies, and what it has to be let do.
///
/// Source: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail".
const TRAIL: &str = "cloudtrail.amazonaws.com";
const WRITES: &str = "s3:PutObject";

/// What destroys logs, or the protection of them.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition
/// keys for Amazon S3".
const DESTROYS: [&str; 6] = [
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutLifecycleConfiguration",
    "s3:PutBucketVersioning",
];

/// What the policy does to logs, and whether that is sure; `None` if nothing.
pub(super) fn harm(request: &Value) -> Option<(String, bool)> {
    let Some(policy) = payload::at(request, &["bucketPolicy"]).filter(|policy| policy.is_object()) else {
        return Some(("sets a policy that the record does not show".to_owned(), false));
    };
    let statements: Vec<&Value> = match payload::at(policy, &["statement"]) {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let with = |effect: &'static str| {
        statements.iter().filter(move |statement| payload::text(statement, &["effect"]) == Some(effect))
    };
    let delivers = with("Allow").any(|statement| names(statement, TRAIL) && covers(statement, WRITES));
    let refuses = with("Deny").any(|statement| {
        payload::at(statement, &["condition"]).is_none()
            && names(statement, TRAIL)
            && covers(statement, WRITES)
    });
    if !delivers || refuses {
        return Some(("sets a policy that does not let CloudTrail write to it".to_owned(), true));
    }
    let opens = with("Allow").any(|statement| {
        is_for_callers(statement) && DESTROYS.iter().any(|action| covers(statement, action))
    });
    opens.then(|| ("sets a policy that lets callers delete from it".to_owned(), false))
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(one) => one.as_str().into_iter().collect(),
        None => Vec::new(),
    }
}

/// Whether the statement is about that service.
fn names(statement: &Value, service: &str) -> bool {
    if payload::at(statement, &["notPrincipal"]).is_some() {
        return true;
    }
    let everyone = texts(payload::at(statement, &["principal"])).contains(&"*");
    everyone || texts(payload::at(statement, &["principal", "service"])).contains(&service)
}

/// Whether the statement is about anybody who is no service.
fn is_for_callers(statement: &Value) -> bool {
    payload::at(statement, &["notPrincipal"]).is_some()
        || texts(payload::at(statement, &["principal"])).contains(&"*")
        || ["AWS", "federated", "canonicalUser"]
            .iter()
            .any(|kind| !texts(payload::at(statement, &["principal", kind])).is_empty())
}

/// Whether the statement is about that action; patterns may hold `*` and `?`.
fn covers(statement: &Value, action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    let is = |word: &str| {
        let word = word.to_ascii_lowercase();
        word == lower
            || word.contains(['*', '?']) && Glob::parse(&word).is_ok_and(|glob| glob.matches(&lower))
    };
    let any = |key| texts(payload::at(statement, &[key])).into_iter().any(is);
    if payload::at(statement, &["notAction"]).is_some() { !any("notAction") } else { any("action") }
}
