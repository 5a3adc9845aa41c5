//! Operations whose harm depends on their parameters.
//!
//! Owns: the form of `data/conditions.toml` and whether a case holds for given
//! parameters. Does not know the event around them.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::operation::{OperationTable, reversibility_of};
use crate::catalogue::path::{Path, is_something, member, text_of};
use crate::model::destructive::{Category, Reversibility};
use crate::model::technique::Technique;
use crate::model::time::UtcTime;

/// All operations that are judged by their parameters.
#[derive(Debug)]
pub(super) struct Conditions {
    entries: Vec<Condition>,
}

/// How one operation is judged by its parameters.
#[derive(Debug)]
pub(super) struct Condition {
    /// Whether it is a row even if no case holds.
    pub(super) always_counts: bool,
    /// A member whose text is JSON of its own.
    json_in: Option<String>,
    cases: Vec<Case>,
}

/// What is so if its predicates hold; what it does not say, the table of
/// operations says.
#[derive(Debug)]
pub(super) struct Case {
    /// Its predicates are about each of these alone; about the whole if `None`.
    any_of: Option<Path>,
    when: Vec<Predicate>,
    pub(super) category: Option<Category>,
    pub(super) reversibility: Option<Reversibility>,
    pub(super) technique: Option<Technique>,
    pub(super) recovery: Option<String>,
}

#[derive(Debug)]
struct Predicate {
    path: Path,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equals(Vec<String>),
    NotEquals(Vec<String>),
    Prefix(Vec<String>),
    AtMost(f64),
    /// A date that lies no more than so many days after the call, or before it.
    DaysAhead(i64),
    Present,
    Absent,
}

impl Conditions {
    /// Reads the conditions and notes at each operation which one is its own.
    pub(super) fn parse(text: &str, operations: &mut OperationTable) -> Result<Self, CatalogueFault> {
        let file: File = toml::from_str(text).map_err(|error| CatalogueFault::from_toml(text, &error))?;
        let mut entries = Vec::new();
        for raw in file.operation {
            let name = raw.event_name.get_ref().as_str();
            let fault = |message: String| CatalogueFault::at(text, raw.event_name.span(), message);
            let row = operations.find_mut(&raw.event_source, name);
            let row = row.ok_or_else(|| fault(format!("`{name}` is not in the table of operations")))?;
            if row.category.is_none() || row.condition.is_some() {
                return Err(fault(format!("`{name}` has category `none`, or stands twice")));
            }
            row.condition = Some(entries.len());
            let cases: Result<Vec<Case>, String> = raw.case.iter().map(RawCase::check).collect();
            let cases = cases.map_err(&fault)?;
            if cases.is_empty() {
                return Err(fault(format!("`{name}` has no case")));
            }
            entries.push(Condition { always_counts: raw.always_counts, json_in: raw.json_in, cases });
        }
        Ok(Self { entries })
    }

    pub(super) fn get(&self, index: usize) -> Option<&Condition> {
        self.entries.get(index)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

impl Condition {
    /// The first case that holds for these parameters of a call at that time.
    pub(super) fn case_for(&self, parameters: &Value, time: Option<UtcTime>) -> Option<&Case> {
        self.cases.iter().find(|case| case.holds(parameters, time))
    }

    /// Reads the JSON in the parameters where it stands as text; `None` where what
    /// should be JSON is none, as if it was not recorded.
    pub(super) fn readable(&self, mut parameters: Value) -> Option<Value> {
        let Some(name) = &self.json_in else { return Some(parameters) };
        if let Some(found) = member(&parameters, name) {
            let read = match found {
                Value::String(text) => serde_json::from_str(text).ok()?,
                Value::Object(_) | Value::Array(_) => found.clone(),
                _ => return None,
            };
            parameters.as_object_mut()?.insert(name.clone(), read);
        }
        Some(parameters)
    }
}

impl Case {
    fn holds(&self, parameters: &Value, time: Option<UtcTime>) -> bool {
        let all = |value: &Value| self.when.iter().all(|predicate| predicate.holds(value, time));
        match &self.any_of {
            None => all(parameters),
            Some(path) => path.follow(parameters).into_iter().any(all),
        }
    }
}

impl Predicate {
    fn holds(&self, parameters: &Value, time: Option<UtcTime>) -> bool {
        let found = self.path.follow(parameters);
        let mut texts = found.iter().filter_map(|value| text_of(value));
        match &self.test {
            Test::Equals(words) => texts.any(|text| words.iter().any(|word| text == word.as_str())),
            Test::NotEquals(words) => !texts.any(|text| words.iter().any(|word| text == word.as_str())),
            Test::Prefix(words) => texts.any(|text| words.iter().any(|word| begins_with(text.trim(), word))),
            Test::AtMost(bound) => texts.any(|text| text.parse().is_ok_and(|number: f64| number <= *bound)),
            Test::DaysAhead(days) => texts.any(|text| is_near(&text, time, *days)),
            Test::Present => found.iter().any(|value| is_something(value)),
            Test::Absent => !found.iter().any(|value| is_something(value)),
        }
    }
}

/// Whether a date comes within so many days of a call. Of a call without a time
/// it is not known, and counts.
fn is_near(date: &str, time: Option<UtcTime>, days: i64) -> bool {
    let midnight = || UtcTime::parse(&format!("{date}T00:00:00Z"));
    let Some(date) = UtcTime::parse(date).or_else(midnight) else { return false };
    time.is_none_or(|time| date <= time.plus_seconds(days.saturating_mul(86_400)))
}

fn begins_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    operation: Vec<RawOperation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOperation {
    event_source: String,
    event_name: Spanned<String>,
    #[serde(default)]
    always_counts: bool,
    json_in: Option<String>,
    case: Vec<RawCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    any_of: Option<String>,
    when: Vec<RawPredicate>,
    category: Option<String>,
    reversibility: Option<String>,
    #[serde(default)]
    technique: String,
    recovery: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPredicate {
    path: String,
    equals: Option<Vec<String>>,
    not_equals: Option<Vec<String>>,
    prefix: Option<Vec<String>>,
    at_most: Option<i32>,
    days_ahead_at_most: Option<i32>,
    #[serde(default)]
    present: bool,
    #[serde(default)]
    absent: bool,
}

impl RawCase {
    fn check(&self) -> Result<Case, String> {
        if self.when.is_empty() {
            return Err("a case without predicates".to_owned());
        }
        let category = self.category.as_deref().map(|word| {
            let known = Category::parse(word);
            known.ok_or_else(|| format!("`{word}` is no category"))
        });
        Ok(Case {
            any_of: self.any_of.as_deref().map(Path::parse).transpose()?,
            when: self.when.iter().map(RawPredicate::check).collect::<Result<_, _>>()?,
            category: category.transpose()?,
            reversibility: self.reversibility.as_deref().map(reversibility_of).transpose()?,
            technique: Technique::parse_or_empty(&self.technique)?,
            recovery: self.recovery.clone(),
        })
    }
}

impl RawPredicate {
    fn check(&self) -> Result<Predicate, String> {
        let tests = [
            self.equals.clone().map(Test::Equals),
            self.not_equals.clone().map(Test::NotEquals),
            self.prefix.clone().map(Test::Prefix),
            self.at_most.map(|bound| Test::AtMost(f64::from(bound))),
            self.days_ahead_at_most.map(|days| Test::DaysAhead(i64::from(days))),
            self.present.then_some(Test::Present),
            self.absent.then_some(Test::Absent),
        ];
        let mut tests = tests.into_iter().flatten();
        match (tests.next(), tests.next()) {
            (Some(test), None) => Ok(Predicate { path: Path::parse(&self.path)?, test }),
            _ => Err(format!("`{}` needs one test, no more", self.path)),
        }
    }
}
