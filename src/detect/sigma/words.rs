//! What findings of Sigma rules say: the rule's own words, its author and its
//! licence.

use std::borrow::Cow;
use std::sync::Arc;

use rsigma_parser::ast::Status;
use rsigma_parser::{CorrelationRule, Detection, Level, SigmaRule};

use crate::model::finding::Confidence;
use crate::model::hit::RuleWords;
use crate::model::severity::Severity;

/// Characters of a description that a finding quotes.
const DESCRIPTION_CHARS_MAX: usize = 300;

/// What both kinds of rules say of themselves.
struct Told<'r> {
    title: &'r str,
    id: Option<&'r str>,
    level: Option<Level>,
    status: Option<Status>,
    description: Option<&'r str>,
    author: Option<&'r str>,
    licence: Option<&'r str>,
    tags: &'r [String],
    falsepositives: &'r [String],
    wants_attempts: bool,
}

/// The words of a detection rule.
pub(super) fn of_rule(rule: &SigmaRule, file: &str) -> RuleWords {
    words(
        &Told {
            title: &rule.title,
            id: rule.id.as_deref(),
            level: rule.level,
            status: rule.status,
            description: rule.description.as_deref(),
            author: rule.author.as_deref(),
            licence: rule.license.as_deref(),
            tags: &rule.tags,
            falsepositives: &rule.falsepositives,
            wants_attempts: rule.detection.named.values().any(names_errors),
        },
        file,
    )
}

/// The words of a correlation.
pub(super) fn of_correlation(rule: &CorrelationRule, file: &str) -> RuleWords {
    words(
        &Told {
            title: &rule.title,
            id: rule.id.as_deref(),
            level: rule.level,
            status: rule.status,
            description: rule.description.as_deref(),
            author: rule.author.as_deref(),
            licence: rule.license.as_deref(),
            tags: &rule.tags,
            falsepositives: &rule.falsepositives,
            wants_attempts: true,
        },
        file,
    )
}

fn words(told: &Told<'_>, file: &str) -> RuleWords {
    let about = one_line(told.description.unwrap_or(told.title));
    let by = told.author.map_or_else(|| "an unnamed author".to_owned(), one_line);
    let licence = told.licence.map_or_else(|| "not stated in the rule".to_owned(), one_line);
    let technique = |tag: &String| {
        let id = tag.strip_prefix("attack.")?.to_ascii_uppercase();
        let sound = id.starts_with('T') && id[1..].starts_with(|c: char| c.is_ascii_digit());
        sound.then_some(Cow::Owned(id))
    };
    let known: Vec<String> = told.falsepositives.iter().map(|text| one_line(text)).collect();
    let known = known.iter().filter(|text| !text.is_empty() && !text.eq_ignore_ascii_case("unknown"));
    let known: Vec<&str> = known.map(String::as_str).collect();
    let response = match known.is_empty() {
        true => "Check the calls with their caller.".to_owned(),
        false => format!(
            "Check the calls with their caller. Harmless causes that the rule knows: {}.",
            known.join("; ")
        ),
    };
    RuleWords {
        rule_id: format!("sigma:{}", told.id.unwrap_or(file)).into(),
        title: one_line(told.title).into(),
        severity: severity(told.level),
        summary: format!("{about} (Sigma rule by {by}; licence: {licence})").into(),
        technique_ids: told.tags.iter().filter_map(technique).collect(),
        controls: Vec::new(),
        response: Arc::from(response),
        confidence: match told.status {
            Some(Status::Stable) => Confidence::High,
            Some(Status::Test) => Confidence::Medium,
            _ => Confidence::Low,
        },
        calls_min: 1,
        wants_attempts: told.wants_attempts,
    }
}

/// Source: Sigma rules specification, field `level`; a rule without one is taken as medium.
fn severity(level: Option<Level>) -> Severity {
    match level {
        Some(Level::Informational) => Severity::Informational,
        Some(Level::Low) => Severity::Low,
        Some(Level::Medium) | None => Severity::Medium,
        Some(Level::High) => Severity::High,
        Some(Level::Critical) => Severity::Critical,
    }
}

/// A rule that looks at errors says itself what a denied call is worth.
fn names_errors(detection: &Detection) -> bool {
    match detection {
        Detection::AllOf(items) => items.iter().any(|item| {
            let name = item.field.name.as_deref().unwrap_or_default();
            name == "errorCode" || name == "errorMessage"
        }),
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter().any(names_errors),
        Detection::Keywords(_) | Detection::ArrayMatch { .. } | Detection::Conditional { .. } => false,
    }
}

/// Text on one line, without the full stop at its end, cut to what a sentence takes.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = line.char_indices().nth(DESCRIPTION_CHARS_MAX).map(|(at, _)| at);
    match cut {
        Some(at) => format!("{}…", &line[..at]),
        None => line.trim_end_matches('.').to_owned(),
    }
}
