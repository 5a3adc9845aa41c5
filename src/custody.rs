//! What has changed in a dump since its manifest was written.
//!
//! Compares hashes that were taken when the objects were read; opens nothing
//! but the manifest, and judges no content.

use std::collections::BTreeMap;
use std::path::Path;

use crate::dump::Dump;
use crate::error::Error;
use crate::evidence::read::{Buffer, Hashes, read};
use crate::model::hash::ContentHash;
use crate::report::manifest;

/// What became of an object since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Its bytes are others.
    Changed,
    /// It is no longer there, or cannot be read.
    Missing,
    /// It was not there.
    New,
}

/// How a dump compares with its manifest.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Objects whose hash is the one of the manifest.
    pub unchanged: u64,
    /// All others, by path.
    pub changes: Vec<(String, Change)>,
}

impl Comparison {
    /// Whether every object of the manifest is there as it was. New objects
    /// alter nothing.
    pub fn is_whole(&self) -> bool {
        self.changes.iter().all(|(_, change)| *change == Change::New)
    }
}

/// Compares the objects of a dump with a manifest of an earlier run.
///
/// # Errors
/// A manifest that cannot be read, or is none.
pub fn compare(dump: &Dump<'_>, path: &Path) -> Result<Comparison, Error> {
    let mut buffer = Buffer::default();
    let content = read(path, Hashes::Both, &mut buffer);
    let invalid = |why: String| Error::Manifest { path: path.to_owned(), why };
    if let Some(fault) = content.faults.first() {
        return Err(invalid(fault.detail.clone()));
    }
    let text = String::from_utf8_lossy(buffer.content()).into_owned();
    let listed =
        manifest::parse(&text).map_err(|line| invalid(format!("line {line} is no line of a manifest")))?;
    let mut now: BTreeMap<&str, ContentHash> = dump
        .examined
        .iter()
        .filter(|one| !one.object.inside_archive && !one.object.sha256.is_none())
        .map(|one| (one.object.path.as_str(), one.object.sha256))
        .collect();
    let mut comparison = Comparison::default();
    for (hash, path) in listed {
        match now.remove(path.as_str()) {
            Some(found) if found == hash => comparison.unchanged += 1,
            Some(_) => comparison.changes.push((path, Change::Changed)),
            None => comparison.changes.push((path, Change::Missing)),
        }
    }
    comparison.changes.extend(now.into_keys().map(|path| (path.to_owned(), Change::New)));
    comparison.changes.sort();
    Ok(comparison)
}
