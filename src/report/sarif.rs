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
use std::io::{self, Write};

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::report::column::AsText;
use crate::report::escape;
use crate::runs::Runs;

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
    results: Results<'a>,
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
    tags: &'a BTreeSet<String>,
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

/// Writes the file's content. Rules are those that findings name, by id; results
/// are in the order of the table, and none is left out however many there are.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = Told::of(report);
    let places = rules.keys().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let base = "The folder, object or archive that was analysed.".to_owned();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "devtrail",
                    rules: rules.iter().map(|(id, told)| told.rule(id)).collect(),
                },
            },
            original_uri_base_ids: [(BASE, Base { description: Message { text: base } })].into(),
            results: Results { findings: &report.findings, places },
            column_kind: "unicodeCodePoints",
        }],
    };
    serde_json::to_writer_pretty(Visible(&mut *out), &log)?;
    out.write_all(b"\n")
}

/// The results, one after the other.
struct Results<'a> {
    findings: &'a Runs<Finding>,
    /// The place of each rule.
    places: BTreeMap<&'a str, usize>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(self.findings.len()))?;
        for finding in self.findings {
            let place = self.places.get(&*finding.rule_id).copied().unwrap_or_default();
            all.serialize_element(&outcome(&finding, place))?;
        }
        all.end()
    }
}

/// Writes JSON so that nothing in it misleads. Line ends between tokens are ours:
/// what is escaped stands line by line.
struct Visible<'o>(&'o mut dyn Write);

impl Write for Visible<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        for (place, line) in text.split('\n').enumerate() {
            if place > 0 {
                self.0.write_all(b"\n")?;
            }
            self.0.write_all(escape::json(line).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What the findings of a rule say of it, told by one that is no attempt if there is
/// one. They may differ in the controls they bear on.
struct Told {
    attempt: bool,
    name: String,
    response: String,
    tags: BTreeSet<String>,
}

impl Told {
    /// Every rule that findings name, by id.
    fn of(report: &Report) -> BTreeMap<String, Self> {
        let mut all: BTreeMap<String, Self> = BTreeMap::new();
        for finding in &report.findings {
            let told = match all.get_mut(&*finding.rule_id) {
                Some(told) => told,
                None => all.entry(finding.rule_id.to_string()).or_insert_with(|| Self::by(&finding)),
            };
            if told.attempt && !finding.attempt {
                *told = Self { tags: std::mem::take(&mut told.tags), ..Self::by(&finding) };
            }
            for tag in &finding.controls {
                if !told.tags.contains(&**tag) {
                    told.tags.insert(tag.to_string());
                }
            }
        }
        all
    }

    fn by(finding: &Finding) -> Self {
        Self {
            attempt: finding.attempt,
            name: finding.title_of_rule().to_owned(),
            response: finding.response.to_string(),
            tags: BTreeSet::new(),
        }
    }

    fn rule<'a>(&'a self, id: &'a str) -> Rule<'a> {
        Rule {
            id,
            name: &self.name,
            short_description: message(&self.name),
            help: message(&self.response),
            properties: RuleProperties { tags: &self.tags },
        }
    }
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
