//! Paths into request parameters.
//!
//! Owns: the grammar of `path` in `data/conditions.toml`, and finding the values
//! that a path leads to.
//!
//! ```text
//! LifecycleConfiguration.Rule[Status=Enabled].Expiration.Days
//! └ member               └ only elements whose member Status is Enabled
//! [attribute=userData].value      only if the request itself has that attribute
//! ```

use std::borrow::Cow;

use serde_json::Value;

/// One step of a path.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Every member.
    AnyMember,
    /// The member of that name.
    Member(String),
    /// Of the values so far, those whose member of that name is that text.
    Where(String, String),
}

/// A path, ready to follow.
#[derive(Clone, Debug)]
pub(super) struct Path {
    steps: Vec<Step>,
}

impl Path {
    /// Reads a path; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            // Only at the beginning a selector stands alone: the request itself is meant.
            let selects_root = name.is_empty() && steps.is_empty() && after.starts_with('[');
            if name.is_empty() && !selects_root {
                return Err(format!("`{text}` has an empty member"));
            }
            if !selects_root {
                steps.push(if name == "*" { Step::AnyMember } else { Step::Member(name.to_owned()) });
            }
            rest = after;
            if let Some(selector) = rest.strip_prefix('[') {
                let (pair, after) = selector.split_once(']').ok_or(format!("`{text}` lacks a `]`"))?;
                let (key, value) = pair.split_once('=').ok_or(format!("`{text}` lacks a `=`"))?;
                steps.push(Step::Where(key.to_owned(), value.to_owned()));
                rest = after;
            }
            match rest.strip_prefix('.') {
                Some("") => return Err(format!("`{text}` ends in a dot")),
                Some(after) => rest = after,
                None if rest.is_empty() => {}
                None => return Err(format!("`{text}` lacks a dot after `]`")),
            }
        }
        match steps.as_slice() {
            [] => Err("an empty path".to_owned()),
            [Step::Where(..)] => Err(format!("`{text}` names no member")),
            _ => Ok(Self { steps }),
        }
    }

    /// Its steps, in order.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// All values the path leads to; a list at the end is its elements.
    pub(super) fn follow<'json>(&self, root: &'json Value) -> Vec<&'json Value> {
        let mut reached = Vec::new();
        reach(&self.steps, root, &mut reached);
        reached
    }
}

/// Recurses as deep as the path is long and serde_json lets a value nest.
fn reach<'json>(steps: &[Step], value: &'json Value, reached: &mut Vec<&'json Value>) {
    if let Value::Array(list) = value {
        return list.iter().for_each(|element| reach(steps, element, reached));
    }
    let Some((step, rest)) = steps.split_first() else { return reached.push(value) };
    match step {
        Step::AnyMember => {
            let members = value.as_object().into_iter().flat_map(|members| members.values());
            members.for_each(|found| reach(rest, found, reached));
        }
        Step::Member(name) => {
            if let Some(found) = member(value, name) {
                reach(rest, found, reached);
            }
        }
        Step::Where(key, text) => {
            if member(value, key).is_some_and(|found| text_of(found).as_deref() == Some(text)) {
                reach(rest, value, reached);
            }
        }
    }
}

/// The member of that name. Services differ in the case of letters (`finalDBSnapshotIdentifier`).
pub(crate) fn member<'json>(value: &'json Value, name: &str) -> Option<&'json Value> {
    let mut alike = None;
    for (key, found) in value.as_object()? {
        if key == name {
            return Some(found);
        }
        if alike.is_none() && key.eq_ignore_ascii_case(name) {
            alike = Some(found);
        }
    }
    alike
}

/// A value as text: `false`, `"false"` and `{"value": false}` read the same, as
/// one operation is recorded in all three shapes. A list or another object has
/// no text, and what AWS withheld never matches.
///
/// Source: facts/cloudtrail.md 1.6 (polymorphic request fields).
pub(crate) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if text == "HIDDEN_DUE_TO_SECURITY_REASONS" => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Object(members) if members.len() == 1 => text_of(members.get("value")?),
        Value::Object(_) | Value::Array(_) | Value::Null => None,
    }
}

/// Whether there is anything: null, an empty text and an empty list are nothing.
pub(crate) fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    }
}
