//! findings.sarif: the findings in SARIF 2.1.0, for pipelines and their viewers.
//!
//! Owns: how a finding becomes a result, and what text and paths of the evidence
//! may be in it. Levels of suppression are left to whoever has a policy.
//!
//! Source of names and enumerations: SARIF 2.1.0 with errata 01, OASIS 2023
//! (3.14 run, 3.27 result, 3.49 reportingDescriptor); facts/cloudtrail.md 5.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::report::column::AsText;
use crate::report::escape;

/// The file's name in the output folder.
pub const FILE: &str = "findings.sarif";

/// Where the paths of artifacts begin: the dump, wherever it lies.
const BASE: &str = "DUMP";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    results: Vec<Outcome<'a>>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Base {
    description: Message,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: &'a str,
    short_description: Message,
    help: Message,
    properties: RuleProperties<'a>,
}

#[derive(Serialize)]
struct RuleProperties<'a> {
    tags: BTreeSet<&'a str>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    fingerprints: BTreeMap<&'static str, &'a str>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    logical_locations: [Logical; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
struct Properties<'a> {
    severity: &'static str,
    confidence: &'static str,
    confidence_reason: &'a str,
    account_id: Option<&'a str>,
    mode: Option<&'a str>,
    actor: Option<&'a str>,
    time: Option<String>,
    end_time: Option<String>,
    count: u64,
    window_id: Option<&'a str>,
    event_ids: Vec<&'a str>,
    session_ids: Vec<&'a str>,
    rfc_ids: Vec<&'a str>,
    technique_ids: &'a [Cow<'static, str>],
    controls: &'a [Cow<'static, str>],
    source_object: &'a str,
    source_record: u64,
}

/// The file's content. Rules are those that findings name, by id; results are
/// in the order of the table.
pub fn render(report: &Report) -> String {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        rules.entry(&finding.rule_id).or_default().push(finding);
    }
    let places: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(place, id)| (*id, place)).collect();
    let place = |finding: &Finding| places.get(&*finding.rule_id).copied().unwrap_or_default();
    let base = "The folder, object or archive that was analysed.".to_owned();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "devtrail",
                    rules: rules.values().filter_map(|made| rule(made)).collect(),
                },
            },
            original_uri_base_ids: [(BASE, Base { description: Message { text: base } })].into(),
            results: report.findings.iter().map(|finding| outcome(finding, place(finding))).collect(),
            column_kind: "unicodeCodePoints",
        }],
    };
    let mut text = serde_json::to_string_pretty(&log).expect("texts and numbers are always JSON");
    text.push('\n');
    // Line ends between tokens are ours: what is escaped stands line by line.
    text.split_inclusive('\n').fold(String::with_capacity(text.len()), |mut out, line| {
        out.push_str(&escape::json(line.trim_end_matches('\n')));
        out.push('\n');
        out
    })
}

/// The rule of these findings, told by one that is no attempt if there is one;
/// `None` for no finding. They may differ in the controls they bear on.
fn rule<'f>(made: &[&'f Finding]) -> Option<Rule<'f>> {
    let told = made.iter().find(|finding| !finding.attempt).or_else(|| made.first())?;
    let tags: BTreeSet<&str> = made.iter().flat_map(|one| one.controls.iter().map(|tag| &**tag)).collect();
    Some(Rule {
        id: &told.rule_id,
        name: told.title_of_rule(),
        short_description: message(told.title_of_rule()),
        help: message(&told.response),
        properties: RuleProperties { tags },
    })
}

fn outcome(finding: &Finding, rule_index: usize) -> Outcome<'_> {
    Outcome {
        rule_id: &finding.rule_id,
        rule_index,
        level: level(finding.severity),
        message: message(if finding.summary.is_empty() { &finding.title } else { &finding.summary }),
        locations: location(finding).into_iter().collect(),
        fingerprints: [("devtrailFindingId/v1", finding.finding_id.as_str())].into(),
        properties: Properties {
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            confidence_reason: &finding.confidence_reason,
            account_id: of(&finding.account_id),
            mode: of(&finding.mode),
            actor: of(&finding.actor),
            time: finding.time.map(|time| time.to_string()),
            end_time: finding.end_time.map(|time| time.to_string()),
            count: finding.count,
            window_id: of(&finding.window_id),
            event_ids: finding.event_ids.iter().map(AsText::as_text).collect(),
            session_ids: finding.session_ids.iter().map(AsText::as_text).collect(),
            rfc_ids: finding.rfc_ids.iter().map(AsText::as_text).collect(),
            technique_ids: &finding.technique_ids,
            controls: &finding.controls,
            source_object: finding.evidence.object.as_str(),
            source_record: finding.evidence.record,
        },
    }
}

/// SARIF has three levels for a problem.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "note",
    }
}

/// The object and the record in it; records have an ordinal and no line.
fn location(finding: &Finding) -> Option<Location> {
    let (object, record) = (finding.evidence.object.as_str(), finding.evidence.record);
    (!object.is_empty()).then(|| Location {
        physical_location: Physical {
            artifact_location: Artifact { uri: relative_uri(object), uri_base_id: BASE },
        },
        logical_locations: [Logical {
            name: record.to_string(),
            fully_qualified_name: format!("record {record}"),
            kind: "object",
        }],
    })
}

/// Text as a plain message: what misleads an eye is made visible, braces are no
/// placeholders, and no `](` is left that a link would need.
///
/// Source: SARIF 2.1.0, 3.11.5 (placeholders), 3.11.6 (embedded links; brackets
/// and backslashes outside of them are literal).
fn message(text: &str) -> Message {
    let mut plain = String::with_capacity(text.len());
    for c in escape::terminal(text).chars() {
        match c {
            '{' | '}' => plain.extend([c, c]),
            '(' if plain.ends_with(']') => plain.push_str(r"\u{{28}}"),
            other => plain.push(other),
        }
    }
    Message { text: plain }
}

/// A path inside the dump as a relative reference that cannot be taken for a
/// scheme, a host, a query or a step out of the dump.
///
/// Source: RFC 3986, 3.3 (path), 4.2 (relative reference), 5.2.4 (dot segments).
fn relative_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    let mut before: Option<&str> = None;
    let steps = |segment: &str| matches!(segment, "" | "." | "..");
    for segment in path.split('/') {
        if let Some(before) = before {
            uri.push_str(if steps(before) || steps(segment) { "%2F" } else { "/" });
        }
        for byte in segment.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'!' => {
                    uri.push(char::from(byte));
                }
                other => write!(uri, "%{other:02X}").expect("writing to a string cannot fail"),
            }
        }
        before = Some(segment);
    }
    uri
}

fn of<T: AsText>(value: &Option<T>) -> Option<&str> {
    value.as_ref().map(AsText::as_text)
}

#[cfg(test)]
mod tests;
