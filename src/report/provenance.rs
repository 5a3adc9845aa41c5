//! How a report was made, as far as it is the same for equal inputs, options
//! and version: what stands on the cover of the workbook and of the PDF.
//!
//! Owns: which facts those are. Never the start time, the arguments as given or the
//! threads: those stand in run.json alone, or equal runs would differ.

use crate::report::RunFacts;

/// What a document says of its own making.
#[derive(Clone, Debug)]
pub struct Provenance<'a> {
    /// Version of the tool.
    pub version: &'a str,
    /// Version of the tables.
    pub schema_version: &'a str,
    /// Which rules and which catalogue were known, in words.
    pub rules: &'a str,
    /// The options given that bear on what is said.
    pub settings: &'a [String],
    /// Hash over the catalogue used, lower-case hex.
    pub catalogue_sha256: &'a str,
    /// Hash of the policy file, lower-case hex; `None` if none was given.
    pub policy_sha256: Option<&'a str>,
    /// Hash of each database of `--geoip`, lower-case hex.
    pub geoip_sha256: &'a [String],
    /// Hash of the input's manifest, lower-case hex.
    pub manifest_sha256: String,
}

impl<'a> Provenance<'a> {
    /// The lasting facts of a run over inputs with that manifest.
    pub fn of(facts: &'a RunFacts, manifest_sha256: String) -> Self {
        Self {
            version: &facts.version,
            schema_version: &facts.schema_version,
            rules: &facts.rules,
            settings: &facts.settings,
            catalogue_sha256: &facts.catalogue_sha256,
            policy_sha256: facts.policy_sha256.as_deref(),
            geoip_sha256: &facts.geoip_sha256,
            manifest_sha256,
        }
    }

    /// Each fact with its name, in the order in which a document shows them.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            (
                "Made by",
                format!("devtrail {}, tables of schema version {}", self.version, self.schema_version),
            ),
            ("Evidence, SHA-256 of manifest.sha256", self.manifest_sha256.clone()),
            ("Rules and catalogue", self.rules.to_owned()),
            ("Rules and catalogue, SHA-256", self.catalogue_sha256.to_owned()),
        ];
        lines.extend(self.policy_sha256.map(|hash| ("Policy, SHA-256", hash.to_owned())));
        lines.extend(self.geoip_sha256.iter().map(|hash| ("Database of addresses, SHA-256", hash.clone())));
        lines
    }

    /// The options given, in one text.
    pub fn options(&self) -> String {
        if self.settings.is_empty() { "none; all defaults".to_owned() } else { self.settings.join("; ") }
    }
}
