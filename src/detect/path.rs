//! Paths from a record to the values that a rule asks about.
//!
//! Owns: their grammar, and walking them without copying.
//!
//! ```text
//! requestParameters.policyDocument{}.Statement[Effect=Allow].Principal.*
//! └ member          └ text parsed as JSON      └ only elements whose Effect is Allow
//!                                                             any member ┘
//! ```
//!
//! `[!Condition]` selects elements without that member, or with nothing in it;
//! `[Condition~sts:ExternalId]` those of which it holds conditions on that key alone.
//! A list on the way, or at the end, stands for each of its elements.

use serde_json::Value;

use crate::catalogue::{member, text_of};
use crate::decode::json::value;
use crate::detect::view::View;

#[derive(Clone, Debug)]
enum Step {
    Member(String),
    AnyMember,
    /// Only values whose member of that name is that text.
    Where(String, String),
    /// Only values without a member of that name.
    Without(String),
    /// Only values whose member of that name holds, by operator, conditions on
    /// that key and on no other.
    Solely(String, String),
    /// A text is parsed as JSON; what is no text stays.
    Parsed,
}

/// A path, ready to walk.
#[derive(Clone, Debug)]
pub(super) struct Path {
    text: String,
    first: String,
    rest: Vec<Step>,
}

impl Path {
    /// Reads a path; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        for part in parts(text)? {
            let end = part.find(['[', '{']).unwrap_or(part.len());
            let (name, mut after) = part.split_at(end);
            match name {
                "" => return Err(format!("`{text}` has an empty member")),
                "*" => steps.push(Step::AnyMember),
                name => steps.push(Step::Member(name.to_owned())),
            }
            while !after.is_empty() {
                if let Some(rest) = after.strip_prefix("{}") {
                    steps.push(Step::Parsed);
                    after = rest;
                    continue;
                }
                let selector = after.strip_prefix('[').and_then(|inner| inner.split_once(']'));
                let (pair, rest) = selector.ok_or_else(|| format!("`{text}` has a part `{after}`"))?;
                if let Some(name) = pair.strip_prefix('!').filter(|name| !name.is_empty()) {
                    steps.push(Step::Without(name.to_owned()));
                    after = rest;
                    continue;
                }
                let condition =
                    pair.split_once('~').filter(|(name, key)| !name.is_empty() && !key.is_empty());
                if let Some((name, key)) = condition {
                    steps.push(Step::Solely(name.to_owned(), key.to_owned()));
                    after = rest;
                    continue;
                }
                let (key, wanted) =
                    pair.split_once('=').ok_or_else(|| format!("`{text}` lacks a `=` in `[{pair}]`"))?;
                steps.push(Step::Where(key.to_owned(), wanted.to_owned()));
                after = rest;
            }
        }
        let mut steps = steps.into_iter();
        match steps.next() {
            Some(Step::Member(first)) => Ok(Self { text: text.to_owned(), first, rest: steps.collect() }),
            _ => Err(format!("`{text}` must begin with a member of the record")),
        }
    }

    /// The path as written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The member of the record it begins with.
    pub(super) fn first(&self) -> &str {
        &self.first
    }

    /// Whether one of the values it leads to passes.
    pub(super) fn any(&self, view: &View<'_>, passes: &mut dyn FnMut(&Value) -> bool) -> bool {
        view.member(&self.first).is_some_and(|value| walk(&self.rest, value, passes))
    }
}

/// Splits at dots outside of brackets.
fn parts(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut inside = false;
    for (at, c) in text.char_indices() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            '.' if !inside => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if inside {
        return Err(format!("`{text}` lacks a `]`"));
    }
    parts.push(&text[start..]);
    Ok(parts)
}

/// Recurses as deep as steps and lists nest; serde_json lets a value nest 128.
fn walk(steps: &[Step], found: &Value, passes: &mut dyn FnMut(&Value) -> bool) -> bool {
    if let Value::Array(list) = found {
        return list.iter().any(|element| walk(steps, element, passes));
    }
    let Some((step, rest)) = steps.split_first() else { return passes(found) };
    match step {
        Step::Member(name) => member(found, name).is_some_and(|inner| walk(rest, inner, passes)),
        Step::AnyMember => {
            found.as_object().is_some_and(|all| all.values().any(|inner| walk(rest, inner, passes)))
        }
        Step::Where(key, wanted) => {
            let held = |inner: &Value| text_of(inner).as_deref() == Some(wanted.as_str());
            let holds = member(found, key).is_some_and(|inner| walk(&[], inner, &mut |one| held(one)));
            holds && walk(rest, found, passes)
        }
        Step::Without(name) => {
            let nothing = |inner: &Value| inner.as_object().is_some_and(serde_json::Map::is_empty);
            member(found, name).is_none_or(nothing) && walk(rest, found, passes)
        }
        Step::Solely(name, key) => {
            member(found, name).is_some_and(|inner| is_solely(inner, key)) && walk(rest, found, passes)
        }
        Step::Parsed => match found {
            Value::String(text) => value(text).is_some_and(|parsed| walk(rest, &parsed, passes)),
            other => walk(rest, other, passes),
        },
    }
}

/// Whether conditions are on one key alone: `{"StringEquals": {key: …}, …}`.
///
/// Source: IAM user guide, JSON policy elements: Condition (operator, then key;
/// the case of keys does not count).
fn is_solely(conditions: &Value, key: &str) -> bool {
    let Some(operators) = conditions.as_object() else { return false };
    let keys = || operators.values().filter_map(Value::as_object).flat_map(serde_json::Map::keys);
    keys().next().is_some()
        && operators.values().all(Value::is_object)
        && keys().all(|one| one.eq_ignore_ascii_case(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, record: &str) -> Vec<String> {
        let mut all = Vec::new();
        Path::parse(path).expect("a path").any(&View::new(record), &mut |value| {
            all.push(value.to_string());
            false
        });
        all
    }

    #[test]
    fn paths_lead_through_lists_texts_and_selections() {
        let record = r#"{"requestParameters":{"policyDocument":"{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"x\"},{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"a\",\"b\"]}}]}","Items":{"items":[{"n":1},{"n":[2,3]}]}},"a":5}"#;
        let principal = "requestParameters.policyDocument{}.Statement[Effect=Allow].Principal";
        assert_eq!(found(principal, record), [r#"{"AWS":["a","b"]}"#]);
        let plain = "requestParameters.policyDocument{}.Statement[!Principal]";
        assert_eq!(found(plain, record), Vec::<String>::new());
        assert_eq!(found("requestParameters.items.items[!m].n", record), ["1", "2", "3"]);
        assert_eq!(found(&format!("{principal}.*"), record), [r#""a""#, r#""b""#]);
        assert_eq!(found("requestParameters.items.items.n", record), ["1", "2", "3"]);
        assert_eq!(found("a", record), ["5"]);
        assert_eq!(found("a.b", record), Vec::<String>::new());
        assert_eq!(found("b", record), Vec::<String>::new());
    }

    #[test]
    fn conditions_are_told_by_what_is_in_them() {
        let record = r#"{"p":{"s":[
            {"n":0},{"n":1,"C":{}},{"n":2,"C":{"StringEquals":{"sts:ExternalId":"x"}}},
            {"n":3,"C":{"StringEquals":{"STS:externalid":"x"},"StringLike":{"sts:ExternalId":"y"}}},
            {"n":4,"C":{"StringEquals":{"sts:ExternalId":"x","aws:PrincipalOrgID":"o"}}},
            {"n":5,"C":{"StringEquals":{}}},{"n":6,"C":"sts:ExternalId"}]}}"#;
        assert_eq!(found("p.s[!C].n", record), ["0", "1"]);
        assert_eq!(found("p.s[C~sts:ExternalId].n", record), ["2", "3"]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "a..b", "*", "a[b", "a[b]", "a.", "{}", "a{x}", "a]b.c[x=1", "a[~x]", "a[x~]"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
