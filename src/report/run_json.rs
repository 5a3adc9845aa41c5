//! run.json: the facts of the run itself, which stand nowhere else.
//!
//! Owns: the one file that differs between runs over the same evidence. It also
//! marks a folder as a report of ours, which `--force` may replace.

use serde::{Deserialize, Serialize};

use crate::report::RunFacts;

/// The file's name in the output folder.
pub const FILE: &str = "run.json";

const TOOL: &str = "devtrail";

#[derive(Serialize)]
struct Run<'a> {
    tool: &'static str,
    version: &'a str,
    schema_version: &'a str,
    catalogue_sha256: &'a str,
    policy_sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    geoip_sha256: &'a [String],
    manifest_sha256: &'a str,
    arguments: &'a [String],
    started_at: String,
    threads: usize,
}

/// The file's content. `manifest_sha256` is the hash of the input's manifest.
pub fn render(facts: &RunFacts, manifest_sha256: &str) -> String {
    let run = Run {
        tool: TOOL,
        version: &facts.version,
        schema_version: &facts.schema_version,
        catalogue_sha256: &facts.catalogue_sha256,
        policy_sha256: facts.policy_sha256.as_deref(),
        geoip_sha256: &facts.geoip_sha256,
        manifest_sha256,
        arguments: &facts.arguments,
        started_at: facts.started_at.to_string(),
        threads: facts.threads,
    };
    let mut text = serde_json::to_string_pretty(&run).expect("texts and numbers are always JSON");
    text.push('\n');
    text
}

/// Whether that is the content of a run.json of ours.
pub(super) fn is_ours(content: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Mark {
        tool: String,
    }
    serde_json::from_slice::<Mark>(content).is_ok_and(|mark| mark.tool == TOOL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_is_told_and_recognised() {
        let text = render(&crate::report::sample::facts(), "");
        assert!(text.starts_with("{\n  \"tool\": \"devtrail\",\n  \"version\": \"0.1.0\","), "{text}");
        assert!(text.contains("\"started_at\": \"2026-01-02T03:04:05Z\""), "{text}");
        assert!(is_ours(text.as_bytes()));
        assert!(!is_ours(b"{\"tool\":\"x\"}"));
        assert!(!is_ours(b""));
    }
}
