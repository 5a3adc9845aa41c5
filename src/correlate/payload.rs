//! What lies inside the raw request and response columns of one event.
//!
//! Owns: looking into opaque JSON. Parses one column on demand and never keeps
//! it: most events are correlated without a look inside.

use serde_json::Value;

use crate::model::event::RawJson;

/// The column as a value; null where absent or no JSON.
pub(super) fn parse(raw: Option<&RawJson>) -> Value {
    raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or(Value::Null)
}

/// The value at a path of keys, each spelled as given or with its first letter
/// in the other case.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |inner, key| {
        let fields = inner.as_object()?;
        fields.get(*key).or_else(|| fields.get(&other_case(key)))
    })
}

/// The text at a path; `None` where it is absent, empty or no text.
pub(super) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str().filter(|text| !text.is_empty())
}

/// The whole number at a path, also where it is spelled as text.
pub(super) fn number(value: &Value, path: &[&str]) -> Option<i64> {
    match at(value, path)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The yes or no at a path, also where it is spelled as text or as
/// `{"value": true}`.
pub(super) fn flag(value: &Value, path: &[&str]) -> Option<bool> {
    let found = at(value, path)?;
    match found.as_object().and_then(|fields| fields.get("value")).unwrap_or(found) {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn other_case(key: &str) -> String {
    let mut letters = key.chars();
    let Some(first) = letters.next() else { return String::new() };
    let first =
        if first.is_ascii_uppercase() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
    format!("{first}{}", letters.as_str())
}
