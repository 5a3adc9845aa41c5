//! Secrets inside `ExecutionParameters` are replaced before they are stored.
//!
//! Owns: which keys hold a secret in an RFC. Stands in for the redaction of all
//! raw JSON columns until RFCs share it.

use std::borrow::Cow;

use serde_json::Value;

/// What stands in place of a secret.
const REDACTED: &str = "REDACTED";

/// The JSON text with the strings under password, secret and token keys
/// replaced; the text itself where it holds none.
pub(super) fn redact(json: &str) -> Cow<'_, str> {
    let Ok(mut value) = serde_json::from_str::<Value>(json) else { return Cow::Borrowed(json) };
    if blank_secrets(&mut value) { Cow::Owned(value.to_string()) } else { Cow::Borrowed(json) }
}

fn blank_secrets(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => {
            let mut changed = false;
            for (key, inner) in fields.iter_mut() {
                changed |= if is_secret(key) { blank(inner) } else { blank_secrets(inner) };
            }
            changed
        }
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| blank_secrets(item) | changed),
        _ => false,
    }
}

/// Replaces every string below: SSM documents take their parameters as arrays.
///
/// Source: facts/ams.md 1.4 (values inside `Parameters` are often arrays).
fn blank(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            REDACTED.clone_into(text);
            true
        }
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| blank(item) | changed),
        Value::Object(fields) => fields.iter_mut().fold(false, |changed, (_, item)| blank(item) | changed),
        _ => false,
    }
}

/// Names that hold a secret; `SecretArn`, `SecretId` and the like only name one.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let holds = ["password", "secret", "token"].iter().any(|word| key.contains(word));
    let names = ["arn", "arns", "id", "ids", "name", "names"].iter().any(|end| key.ends_with(end));
    holds && !names
}
