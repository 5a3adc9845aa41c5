//! attack-layer.json: the ATT&CK techniques of calls and findings as a layer for
//! the ATT&CK Navigator.
//!
//! Owns: the layer's members and what a score counts. Techniques have the ids of
//! ATT&CK 19; the ids before it stand in their metadata.
//!
//! Source: MITRE ATT&CK Navigator layer format 4.5; facts/cloudtrail.md 5.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::count::counted;
use crate::model::technique::Technique;
use crate::report::headline::Headline;

/// The file's name in the output folder.
pub const FILE: &str = "attack-layer.json";

/// From which score on a technique has the gradient's last colour, at least.
const SCORE_MAX_LEAST: u64 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    name: &'static str,
    versions: Versions,
    domain: &'static str,
    description: &'static str,
    sorting: u8,
    techniques: Vec<Marked>,
    gradient: Gradient,
}

/// Source: the oldest Navigator that reads layers of format 4.5 is 4.9.0.
#[derive(Serialize)]
struct Versions {
    attack: &'static str,
    navigator: &'static str,
    layer: &'static str,
}

#[derive(Serialize)]
struct Marked {
    #[serde(rename = "techniqueID")]
    technique_id: String,
    score: u64,
    comment: String,
    enabled: bool,
    metadata: Vec<Metadata>,
    #[serde(rename = "showSubtechniques")]
    show_subtechniques: bool,
}

#[derive(Serialize)]
struct Metadata {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: [&'static str; 2],
    min_value: u64,
    max_value: u64,
}

/// What was counted of one technique.
#[derive(Default)]
struct Seen<'a> {
    succeeded: u64,
    attempts: u64,
    findings: u64,
    rules: Option<&'a BTreeSet<String>>,
}

/// The file's content; techniques are in the order of their ids.
pub fn render(head: &Headline<'_>) -> String {
    let mut seen = BTreeMap::<&str, Seen<'_>>::new();
    for (id, (succeeded, attempts)) in &head.calls.techniques {
        let seen = seen.entry(id).or_default();
        (seen.succeeded, seen.attempts) = (*succeeded, *attempts);
    }
    for (id, (findings, rules)) in &head.claims.techniques {
        let seen = seen.entry(id).or_default();
        (seen.findings, seen.rules) = (*findings, Some(rules));
    }
    let techniques: Vec<Marked> = seen.into_iter().map(|(id, seen)| marked(id, seen)).collect();
    let highest = techniques.iter().map(|marked| marked.score).max().unwrap_or_default();
    let layer = Layer {
        name: "devtrail",
        versions: Versions { attack: "19", navigator: "5.0.0", layer: "4.5" },
        domain: "enterprise-attack",
        description: "Techniques of destructive calls and findings in the evidence read. The score counts \
                      calls that succeeded and findings; attempts are told and not counted. A technique \
                      that is not marked was not found in that evidence.",
        sorting: 3,
        techniques,
        gradient: Gradient {
            colors: ["#fff3c4", "#c62828"],
            min_value: 0,
            max_value: highest.max(SCORE_MAX_LEAST),
        },
    };
    let mut text = serde_json::to_string_pretty(&layer).expect("texts and numbers are always JSON");
    text.push('\n');
    text
}

fn marked(id: &str, seen: Seen<'_>) -> Marked {
    let of_rules = seen.rules.into_iter().flatten();
    let of_rules = of_rules.map(|rule| Metadata { name: "rule", value: rule.clone() });
    let legacy = Technique::legacy_of(id).filter(|legacy| *legacy != id);
    let legacy = legacy.map(|legacy| Metadata { name: "id before ATT&CK 19", value: legacy.to_owned() });
    Marked {
        technique_id: id.to_owned(),
        score: seen.succeeded + seen.findings,
        comment: format!(
            "{} succeeded, {} did not; {}",
            counted(seen.succeeded, "destructive call"),
            seen.attempts,
            counted(seen.findings, "finding"),
        ),
        enabled: true,
        metadata: legacy.into_iter().chain(of_rules).collect(),
        show_subtechniques: id.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::model::event::Outcome;
    use crate::model::report::Report;
    use crate::report::sample;

    fn layer(report: &Report) -> Value {
        serde_json::from_str(&render(&Headline::of(report))).unwrap()
    }

    /// Members that the format requires, and their types. Source: layer format
    /// 4.5, property tables.
    #[test]
    fn the_layer_has_what_the_format_requires() {
        let layer = layer(&sample::hostile());
        assert_eq!(layer["domain"], "enterprise-attack");
        assert!(layer["name"].is_string() && layer["versions"]["layer"] == "4.5");
        assert_eq!(layer["versions"]["attack"], "19");
        let techniques = layer["techniques"].as_array().unwrap();
        assert!(!techniques.is_empty());
        for technique in techniques {
            assert!(technique["techniqueID"].as_str().unwrap().starts_with('T'));
            assert!(technique["score"].is_u64() && technique["comment"].is_string());
            for metadata in technique["metadata"].as_array().unwrap() {
                assert!(metadata["name"].is_string() && metadata["value"].is_string());
            }
        }
    }

    #[test]
    fn a_score_counts_calls_that_succeeded_and_findings() {
        let report = sample::plain();
        let layer = layer(&report);
        for technique in layer["techniques"].as_array().unwrap() {
            let id = technique["techniqueID"].as_str().unwrap();
            let calls = report.destructive.iter().filter(|action| action.technique_id.as_deref() == Some(id));
            let done = calls.filter(|action| action.outcome == Outcome::Succeeded).count();
            let findings = report
                .findings
                .iter()
                .filter(|finding| finding.technique_ids.iter().any(|one| one == id))
                .count();
            assert_eq!(technique["score"], done + findings, "{id}");
        }
    }

    #[test]
    fn a_renamed_technique_has_its_older_id_too() {
        let mut report = sample::plain();
        report.findings[0].technique_ids = vec!["T1098.003".into(), "T1685.002".into()];
        let layer = layer(&report);
        let of = |id: &str| {
            let all = layer["techniques"].as_array().unwrap();
            all.iter().find(|technique| technique["techniqueID"] == id).unwrap()["metadata"].clone()
        };
        assert_eq!(of("T1685.002")[0]["value"], "T1562.008");
        assert_eq!(of("T1098.003")[0]["name"], "rule");
    }

    #[test]
    fn without_techniques_it_is_an_empty_layer() {
        let layer = layer(&Report::default());
        assert_eq!(layer["techniques"], serde_json::json!([]));
    }
}
