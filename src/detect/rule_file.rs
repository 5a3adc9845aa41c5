//! The file form of a rule: TOML, one rule a file.
//!
//! Owns: reading and checking it. The id is the file's path and stands in none.

use std::borrow::Cow;

use ipnet::IpNet;
use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use crate::decode::head::Head;
use crate::detect::condition::{Condition, Test, Words};
use crate::detect::fault::RuleFault;
use crate::detect::glob::Glob;
use crate::detect::path::Path;
use crate::detect::rule::{Example, Rule, STATUSES, Wanted};
use crate::model::finding::Confidence;
use crate::model::hit::RuleWords;
use crate::model::severity::Severity;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: Spanned<String>,
    severity: Spanned<String>,
    status: Spanned<String>,
    author: String,
    licence: String,
    summary: Spanned<String>,
    response: Spanned<String>,
    #[serde(default = "high")]
    confidence: Spanned<String>,
    #[serde(default)]
    techniques: Vec<Spanned<String>>,
    #[serde(default)]
    controls: Vec<Spanned<String>>,
    references: Spanned<Vec<String>>,
    #[serde(default)]
    event_source: OneOrMore,
    #[serde(default)]
    event_name: OneOrMore,
    #[serde(default)]
    modes: Vec<String>,
    outcome: Option<Spanned<String>>,
    #[serde(default = "one")]
    calls_min: Spanned<u64>,
    #[serde(default)]
    tell: Vec<Spanned<String>>,
    #[serde(default)]
    when: Vec<RawCondition>,
    hit: Vec<RawExample>,
    miss: Vec<RawExample>,
}

fn high() -> Spanned<String> {
    Spanned::new(0..0, "high".to_owned())
}

fn one() -> Spanned<u64> {
    Spanned::new(0..0, 1)
}

#[derive(Deserialize, Default)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
    #[default]
    Nothing,
}

impl OneOrMore {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::More(more) => more,
            Self::Nothing => Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExample {
    shows: String,
    record: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    all: Option<Vec<RawCondition>>,
    any: Option<Vec<RawCondition>>,
    not: Option<Box<RawCondition>>,
    field: Option<Spanned<String>>,
    #[serde(default)]
    ignore_case: bool,
    equals: Option<OneOrMore>,
    contains: Option<OneOrMore>,
    starts_with: Option<OneOrMore>,
    ends_with: Option<OneOrMore>,
    glob: Option<OneOrMore>,
    regex: Option<String>,
    exists: Option<bool>,
    cidr: Option<OneOrMore>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    foreign_account: Option<bool>,
    same_as: Option<String>,
}

/// Reads the rule of that id.
///
/// # Errors
///
/// The first thing wrong, with its line.
pub(super) fn read(id: &str, text: &str) -> Result<Rule, RuleFault> {
    let file: File = toml::from_str(text).map_err(|error| RuleFault::from_toml(text, &error))?;
    let words = words(id, text, &file)?;
    let at = |field: &Spanned<String>, why: String| RuleFault::at(text, field.span(), why);
    let status = file.status.get_ref().clone();
    if !STATUSES.contains(&status.as_str()) {
        return Err(at(&file.status, format!("`{status}` is none of {}", STATUSES.join(", "))));
    }
    if file.references.get_ref().iter().all(|reference| reference.trim().is_empty()) {
        return Err(RuleFault::at(text, file.references.span(), "a rule needs a reference"));
    }
    let names = file.event_name.list();
    let mut when = Vec::new();
    for raw in file.when {
        when.push(condition(text, raw)?);
    }
    let mut tell = Vec::new();
    for path in &file.tell {
        tell.push(Path::parse(path.get_ref()).map_err(|why| at(path, why))?);
    }
    let sources = file.event_source.list();
    if sources.is_empty() && names.is_empty() && when.is_empty() {
        return Err(at(
            &file.title,
            "a rule without event_source, event_name and when matches all".to_owned(),
        ));
    }
    Ok(Rule {
        words,
        status,
        author: file.author,
        licence: file.licence,
        references: file.references.into_inner(),
        patterns: names.iter().map(|name| Glob::new(name)).collect(),
        sources,
        names,
        modes: file.modes,
        wanted: wanted(text, file.outcome)?,
        hits: examples(text, file.hit, "hit")?,
        misses: examples(text, file.miss, "miss")?,
        when,
        tell,
    })
}

/// What the findings of the rule say, each part checked.
fn words(id: &str, text: &str, file: &File) -> Result<RuleWords, RuleFault> {
    let at = |field: &Spanned<String>, why: String| RuleFault::at(text, field.span(), why);
    for field in [&file.title, &file.summary] {
        let words = field.get_ref();
        if words.trim().is_empty() || words.ends_with('.') {
            return Err(at(field, format!("`{words}` must be a phrase without a full stop")));
        }
    }
    if !file.response.get_ref().ends_with('.') {
        return Err(at(&file.response, "a response is a sentence with a full stop".to_owned()));
    }
    if *file.calls_min.get_ref() == 0 {
        return Err(RuleFault::at(text, file.calls_min.span(), "calls_min is at least 1"));
    }
    let level = file.severity.get_ref();
    let severity = Severity::ALL.into_iter().find(|known| known.as_str() == level);
    let severity = severity.ok_or_else(|| {
        at(&file.severity, format!("`{level}` is none of informational, low, medium, high, critical"))
    })?;
    let confidence = [Confidence::High, Confidence::Medium, Confidence::Low]
        .into_iter()
        .find(|known| known.as_str() == file.confidence.get_ref());
    let confidence =
        confidence.ok_or_else(|| at(&file.confidence, "confidence is high, medium or low".to_owned()))?;
    if let Some(odd) = file.techniques.iter().find(|one| !is_technique(one.get_ref())) {
        return Err(at(odd, format!("`{}` is no technique id, such as T1098 or T1098.003", odd.get_ref())));
    }
    if let Some(odd) = file.controls.iter().find(|one| !is_control(one.get_ref())) {
        return Err(at(odd, format!("`{}` is no control id", odd.get_ref())));
    }
    let owned = |list: &[Spanned<String>]| -> Vec<Cow<'static, str>> {
        list.iter().map(|one| Cow::Owned(one.get_ref().clone())).collect()
    };
    Ok(RuleWords {
        rule_id: id.into(),
        title: file.title.get_ref().as_str().into(),
        severity,
        summary: file.summary.get_ref().as_str().into(),
        technique_ids: owned(&file.techniques),
        controls: owned(&file.controls),
        response: file.response.get_ref().as_str().into(),
        confidence,
        calls_min: *file.calls_min.get_ref(),
        wants_attempts: file.outcome.as_ref().is_some_and(|word| word.get_ref() == "attempted"),
    })
}

/// Source: MITRE ATT&CK: `T` and four digits, for a sub-technique a dot and three more.
fn is_technique(id: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = id.strip_prefix('T') else { return false };
    match number.split_once('.') {
        Some((main, sub)) => digits(main, 4) && digits(sub, 3),
        None => digits(number, 4),
    }
}

/// Control ids are joined by `;` in the table, so they hold none.
fn is_control(id: &str) -> bool {
    let sound = |c: char| c.is_ascii_alphanumeric() || " -_.:()/".contains(c);
    !id.trim().is_empty() && id.chars().all(sound)
}

fn wanted(text: &str, outcome: Option<Spanned<String>>) -> Result<Wanted, RuleFault> {
    let Some(outcome) = outcome else { return Ok(Wanted::Any) };
    let known = Wanted::ALL.into_iter().find(|known| known.as_str() == outcome.get_ref());
    known.ok_or_else(|| RuleFault::at(text, outcome.span(), "outcome is any, succeeded or attempted"))
}

fn examples(text: &str, raw: Vec<RawExample>, kind: &str) -> Result<Vec<Example>, RuleFault> {
    if raw.is_empty() {
        return Err(RuleFault::whole(format!("a rule needs at least one [[{kind}]]")));
    }
    let example = |one: RawExample| {
        let span = one.record.span();
        let call = Head::tolerant(one.record.get_ref()).filter(Head::is_call);
        if call.is_none() {
            let why = format!("the record of this [[{kind}]] is no CloudTrail record");
            return Err(RuleFault::at(text, span, why));
        }
        let line = RuleFault::line_of(text, span.start);
        Ok(Example { shows: one.shows.into(), record: one.record.into_inner().into(), line })
    };
    raw.into_iter().map(example).collect()
}

/// Recurses as deep as the file nests; TOML lets it nest 80.
fn condition(text: &str, raw: RawCondition) -> Result<Condition, RuleFault> {
    let all = |parts: Vec<RawCondition>| -> Result<Vec<Condition>, RuleFault> {
        parts.into_iter().map(|part| condition(text, part)).collect()
    };
    let RawCondition { all: every, any, not, field: None, .. } = raw else { return field_test(text, raw) };
    match (every, any, not) {
        (Some(parts), None, None) if !parts.is_empty() => Ok(Condition::All(all(parts)?)),
        (None, Some(parts), None) if !parts.is_empty() => Ok(Condition::Any(all(parts)?)),
        (None, None, Some(part)) => Ok(Condition::Not(Box::new(condition(text, *part)?))),
        _ => Err(RuleFault::whole("a condition has one of `field`, `all`, `any`, `not`")),
    }
}

fn field_test(text: &str, raw: RawCondition) -> Result<Condition, RuleFault> {
    let Some(field) = &raw.field else {
        return Err(RuleFault::whole("a condition has one of `field`, `all`, `any`, `not`"));
    };
    let span = field.span();
    let fault = |why: String| RuleFault::at(text, span.clone(), why);
    let path = Path::parse(field.get_ref()).map_err(fault)?;
    if raw.all.is_some() || raw.any.is_some() || raw.not.is_some() {
        return Err(fault("a condition on a field has no `all`, `any` or `not`".to_owned()));
    }
    let mut tests = tests(raw).map_err(fault)?;
    match (tests.pop(), tests.pop()) {
        (Some(test), None) => Ok(Condition::Field(path, test)),
        _ => Err(fault(format!("`{}` needs one test, no more", path.as_str()))),
    }
}

fn tests(raw: RawCondition) -> Result<Vec<Test>, String> {
    let words = |given: Option<OneOrMore>| -> Option<Words> {
        let list = given?.list();
        let fold = |word: String| if raw.ignore_case { word.to_lowercase() } else { word };
        Some(Words { list: list.into_iter().map(fold).collect(), ignore_case: raw.ignore_case })
    };
    let mut tests = Vec::new();
    tests.extend(words(raw.equals).map(Test::Equals));
    tests.extend(words(raw.contains).map(Test::Contains));
    tests.extend(words(raw.starts_with).map(Test::StartsWith));
    tests.extend(words(raw.ends_with).map(Test::EndsWith));
    tests.extend(raw.glob.map(|list| Test::Glob(list.list().iter().map(|one| Glob::new(one)).collect())));
    if let Some(regex) = raw.regex {
        tests.push(Test::Regex(Regex::new(&regex).map_err(|error| last_line(&error.to_string()))?));
    }
    tests.extend(raw.exists.map(Test::Exists));
    if let Some(networks) = raw.cidr {
        let read = |one: String| one.parse::<IpNet>().map_err(|_| format!("`{one}` is no network"));
        tests.push(Test::Cidr(networks.list().into_iter().map(read).collect::<Result<_, _>>()?));
    }
    if raw.at_least.is_some() || raw.at_most.is_some() {
        let range = (raw.at_least.unwrap_or(f64::NEG_INFINITY), raw.at_most.unwrap_or(f64::INFINITY));
        tests.push(Test::Number(range.0, range.1));
    }
    match raw.foreign_account {
        Some(true) => tests.push(Test::ForeignAccount),
        Some(false) => return Err("foreign_account is true; for the opposite use `not`".to_owned()),
        None => {}
    }
    if let Some(other) = raw.same_as {
        tests.push(Test::SameAs(Path::parse(&other)?));
    }
    Ok(tests)
}

/// The last line of a regex error says what is wrong; those before draw it.
fn last_line(error: &str) -> String {
    error.lines().last().unwrap_or(error).trim().to_owned()
}
