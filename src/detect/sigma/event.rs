//! A record as the Sigma evaluator sees it.
//!
//! Owns: fields by their dotted path in the raw record. A field that is not
//! there is null, as Sigma rules for CloudTrail expect.

use std::borrow::Cow;

use rsigma_eval::{Event, EventValue};
use serde_json::Value;

use crate::detect::view::View;

/// Levels of objects and lists that a search for keywords goes down.
const DEPTH_MAX: usize = 64;

/// A record; parsed as far as rules ask.
pub(super) struct SigmaEvent<'v, 'a>(pub(super) &'v View<'a>);

impl Event for SigmaEvent<'_, '_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        let mut found = Vec::new();
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        if let Some(value) = self.0.member(first) {
            collect(value, rest, &mut found);
        }
        Some(match found.len() {
            0 => EventValue::Null,
            1 => seen(found[0]),
            _ => EventValue::Array(found.into_iter().map(seen).collect()),
        })
    }

    fn any_string_value(&self, passes: &dyn Fn(&str) -> bool) -> bool {
        any_text(self.0.whole(), passes, DEPTH_MAX)
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let mut all = Vec::new();
        texts(self.0.whole(), &mut all, DEPTH_MAX);
        all
    }

    fn to_json(&self) -> Value {
        self.0.whole().clone()
    }
}

/// A value as rules see it. Public rules search objects such as
/// `requestParameters` as the text that other tools show them as: an object is
/// its JSON, and quotes in texts inside it stand for themselves.
fn seen(value: &Value) -> EventValue<'_> {
    match value {
        Value::Object(_) => EventValue::Str(Cow::Owned(value.to_string().replace("\\\"", "\""))),
        Value::Array(list) => EventValue::Array(list.iter().map(seen).collect()),
        scalar => EventValue::from(scalar),
    }
}

/// Values at the end of a path; each element of a list on the way is followed.
fn collect<'v>(value: &'v Value, rest: Option<&str>, found: &mut Vec<&'v Value>) {
    let Some(path) = rest else {
        found.push(value);
        return;
    };
    match value {
        Value::Array(list) => list.iter().for_each(|element| collect(element, rest, found)),
        Value::Object(members) => {
            // A member may have dots in its own name.
            if let Some(whole) = members.get(path) {
                found.push(whole);
                return;
            }
            let (first, rest) =
                path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
            if let Some(inner) = members.get(first) {
                collect(inner, rest, found);
            }
        }
        _ => {}
    }
}

fn any_text(value: &Value, passes: &dyn Fn(&str) -> bool, depth: usize) -> bool {
    match value {
        Value::String(text) => passes(text),
        Value::Array(list) if depth > 0 => list.iter().any(|one| any_text(one, passes, depth - 1)),
        Value::Object(members) if depth > 0 => members.values().any(|one| any_text(one, passes, depth - 1)),
        _ => false,
    }
}

fn texts<'v>(value: &'v Value, all: &mut Vec<Cow<'v, str>>, depth: usize) {
    match value {
        Value::String(text) => all.push(Cow::Borrowed(text)),
        Value::Array(list) if depth > 0 => list.iter().for_each(|one| texts(one, all, depth - 1)),
        Value::Object(members) if depth > 0 => members.values().for_each(|one| texts(one, all, depth - 1)),
        _ => {}
    }
}
