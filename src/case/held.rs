//! What a case holds, and how that compares with the dump of today.
//!
//! Owns: whether an object is the one that was ingested. Decides by its bytes: a
//! name and a size prove nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Case;
use super::partial::{Partial, Source};
use crate::error::CaseError;
use crate::evidence::discover::{Found, Obstacle, Place};
use crate::evidence::read::stored_sha256;
use crate::model::evidence::ObjectPath;
use crate::model::problem::{Problem, ProblemKind};

/// The folder of partials that no longer say what the dump holds.
const STALE: &str = "stale";

/// How an object that was ingested stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its bytes are the same.
    Same,
    /// Its bytes are others.
    Changed,
    /// It is there and cannot be read: whoever tries to says so.
    Unreadable,
    /// It should be there and is not.
    Gone,
    /// Nobody looked where it was.
    Elsewhere,
    /// It lies where it lay, below other roots, and so has another path.
    Renamed,
    /// Another object, from another folder, has its path.
    NotMeant,
}

/// The partials of a case that are whole.
#[derive(Debug, Default)]
pub struct Held {
    /// Those that may be used, by name.
    pub partials: Vec<Partial>,
    /// Those that are kept only to tell what has changed since.
    stale: Vec<Partial>,
}

impl Held {
    /// Checks every partial of a case that holds objects which `concern` the run.
    ///
    /// # Errors
    /// One that cannot be read.
    pub fn of(case: &Case, concern: &(dyn Fn(&Source) -> bool + Sync)) -> Result<Self, CaseError> {
        let whole = |files: Vec<PathBuf>| -> Result<Vec<Partial>, CaseError> {
            let checked: Result<Vec<_>, _> =
                files.par_iter().map(|file| Partial::check(file, concern)).collect();
            Ok(checked?.into_iter().flatten().collect())
        };
        Ok(Self { partials: whole(case.partial_files()?)?, stale: whole(case.stale().partial_files()?)? })
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        self.partials.iter().flat_map(|partial| &partial.sources)
    }

    /// The objects that were ingested, for a run that is given no other paths.
    ///
    /// # Errors
    /// Two objects of one name, or two names of one object: nobody can tell which
    /// of them is meant.
    pub fn found(&self) -> Result<Vec<Found>, CaseError> {
        let mut by_path = BTreeMap::<&ObjectPath, &Source>::new();
        let mut by_location = BTreeMap::<PathBuf, &ObjectPath>::new();
        for source in self.sources() {
            let known = by_path.entry(&source.path).or_insert(source);
            if known.sha256 != source.sha256 {
                return Err(CaseError::TwoOfOneName { path: source.path.to_string() });
            }
            let known = by_location.entry(source.location().unwrap_or_default()).or_insert(&source.path);
            if *known != &source.path {
                return Err(CaseError::TwoNames { one: known.to_string(), other: source.path.to_string() });
            }
        }
        let found = |source: &Source| Found {
            path: source.path.clone(),
            place: Place::At(source.location().unwrap_or_default().into()),
            bytes: source.bytes,
            obstacle: None,
        };
        Ok(by_path.into_values().map(found).collect())
    }

    /// How each object that was ever ingested stands in the dump of today. Only
    /// objects whose size is the same are read.
    ///
    /// # Errors
    /// An object of another folder that has the path of one that was ingested:
    /// nobody could tell which of them a row is about.
    pub fn standings<'h>(&'h self, today: &'h Today<'_>) -> Result<Standings<'h>, CaseError> {
        let all: BTreeSet<&Source> =
            self.sources().chain(self.stale.iter().flat_map(|one| &one.sources)).collect();
        let of = |source: &&'h Source| (*source, today.standing(source));
        let all: BTreeMap<&Source, Standing> = all.into_par_iter().map(|source| of(&source)).collect();
        // One that was put aside stands in nobody's way.
        match self.sources().find(|source| all.get(source) == Some(&Standing::NotMeant)) {
            Some(source) => Err(CaseError::TwoOfOneName { path: source.path.to_string() }),
            None => Ok(Standings(all)),
        }
    }
}

/// The dump as it is today.
#[derive(Debug)]
pub struct Today<'f> {
    found: BTreeMap<&'f ObjectPath, &'f Found>,
    locations: BTreeSet<Cow<'f, Path>>,
    roots: Vec<PathBuf>,
    /// Whether the objects are taken to be what the case says.
    trusted: bool,
}

impl<'f> Today<'f> {
    /// Objects below the roots.
    pub fn new(found: &'f [Found], roots: &[PathBuf]) -> Self {
        let roots = roots.iter().filter_map(|root| root.canonicalize().ok()).collect();
        let locations = found.iter().map(Found::location).collect();
        let found = found.iter().map(|one| (&one.path, one)).collect();
        Self { found, locations, roots, trusted: false }
    }

    /// Objects that the case itself names: it is asked alone.
    pub fn trusted(found: &'f [Found]) -> Self {
        Self { trusted: true, ..Self::new(found, &[]) }
    }

    fn standing(&self, source: &Source) -> Standing {
        let location = source.location();
        let Some(found) = self.found.get(&source.path) else {
            return match location {
                Some(location) if self.locations.contains(&*location) => Standing::Renamed,
                Some(location) if self.roots.iter().any(|root| location.starts_with(root)) => Standing::Gone,
                _ => Standing::Elsewhere,
            };
        };
        if self.trusted {
            return Standing::Same;
        }
        let unreadable = matches!(found.obstacle.as_deref(), Some(Obstacle::Unreadable(_)));
        let sha256 = if unreadable || found.obstacle.is_none() && found.bytes == source.bytes {
            stored_sha256(&found.location()).map(Some)
        } else {
            Ok(None)
        };
        match sha256 {
            Err(_) => Standing::Unreadable,
            Ok(Some(sha256)) if sha256 == source.sha256 => Standing::Same,
            // On another machine the dump may lie elsewhere; then its bytes are the same.
            Ok(_) if location.is_some_and(|location| location != found.location()) => Standing::NotMeant,
            Ok(_) => Standing::Changed,
        }
    }
}

/// How objects stand, each once.
#[derive(Debug)]
pub struct Standings<'h>(BTreeMap<&'h Source, Standing>);

impl Standings<'_> {
    /// Of one object.
    pub fn of(&self, source: &Source) -> Standing {
        self.0.get(source).copied().unwrap_or(Standing::Elsewhere)
    }

    /// What has changed since it was ingested; told by every run, as the case
    /// remembers it.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (source, how) in &self.0 {
            let (kind, detail) = match how {
                Standing::Gone => {
                    (ProblemKind::ObjectGone, "ingested into the case, and no longer in the dump: left out")
                }
                Standing::Changed => (
                    ProblemKind::ObjectChanged,
                    "its bytes are not those that were ingested into the case: read again",
                ),
                Standing::Same
                | Standing::Unreadable
                | Standing::Elsewhere
                | Standing::Renamed
                | Standing::NotMeant => continue,
            };
            let detail = format!("{detail}; then it had SHA-256 {}", source.sha256);
            problems.push(Problem::of_object(&source.path, kind, detail));
        }
        problems
    }
}

impl Case {
    /// Where partials go that no longer say what the dump holds.
    fn stale(&self) -> Self {
        Self { partials: self.partials.join(STALE), ..self.clone() }
    }

    /// Puts a partial aside. Somebody else may have done so already.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn put_aside(&self, partial: &Partial) -> Result<(), CaseError> {
        let folder = self.stale().partials;
        let fault = CaseError::io(&folder);
        fs::create_dir_all(&folder).map_err(&fault)?;
        match fs::rename(partial.file(), folder.join(file_name(partial.file()))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(fault(error)),
            _ => Ok(()),
        }
    }
}

fn file_name(file: &Path) -> &Path {
    file.file_name().map_or(file, Path::new)
}
