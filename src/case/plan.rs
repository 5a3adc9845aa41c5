//! What of a dump a case holds already, and what has to be read.
//!
//! Owns: which partials may be used. A partial is used whole or not at all, as
//! the callers of all its objects are counted together.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use super::held::{Held, Standing, Today};
use super::partial::{Partial, Source};
use crate::error::CaseError;
use crate::evidence::discover::Found;
use crate::model::evidence::ObjectPath;
use crate::model::problem::Problem;

/// What a run does with the objects that it wants.
#[derive(Debug)]
pub struct Plan<'h> {
    /// Partials to load.
    pub usable: Vec<&'h Partial>,
    /// Places of objects to read and to keep, in the order of paths.
    pub fresh: Vec<usize>,
    /// Places of objects to read and not to keep: they are kept already, beside
    /// others that are not wanted, or cannot be opened.
    pub beside: Vec<usize>,
    /// Partials that no longer say what the dump holds.
    pub stale: Vec<&'h Partial>,
    /// What has changed since it was ingested.
    pub problems: Vec<Problem>,
}

impl<'h> Plan<'h> {
    /// For the wanted objects, in the order of their paths. With `whole_only`,
    /// partials of archives are not used, and nothing is kept: the run wants only
    /// some entries.
    ///
    /// # Errors
    /// See [`Held::standings`].
    pub fn new(
        held: &'h Held,
        today: &Today<'_>,
        (wanted, whole_only): (&[Found], bool),
    ) -> Result<Self, CaseError> {
        let standings = held.standings(today)?;
        let names: BTreeSet<&ObjectPath> = wanted.iter().map(|one| &one.path).collect();
        let places: BTreeSet<Cow<'_, Path>> = wanted.iter().map(Found::location).collect();
        // What is put aside has to be kept anew by this run, or be gone.
        let replaced = |source: &Source| match standings.of(source) {
            Standing::Gone => true,
            Standing::Same | Standing::Changed => names.contains(&source.path),
            Standing::Renamed => source.location().is_some_and(|location| places.contains(&*location)),
            Standing::Unreadable | Standing::Elsewhere | Standing::NotMeant => false,
        };
        let (mut covered, mut kept) = (BTreeSet::new(), BTreeSet::new());
        let mut plan = Self {
            usable: vec![],
            fresh: vec![],
            beside: vec![],
            stale: vec![],
            problems: standings.problems(),
        };
        for partial in &held.partials {
            let is = |standing| partial.sources.iter().any(|source| standings.of(source) == standing);
            if is(Standing::Changed) || is(Standing::Gone) || is(Standing::Renamed) {
                if !whole_only && partial.sources.iter().all(replaced) {
                    plan.stale.push(partial);
                }
                continue;
            }
            if is(Standing::Elsewhere) || is(Standing::Unreadable) {
                kept.extend(partial.sources.iter().map(|source| &source.path));
                continue;
            }
            let fits = partial.sources.iter().all(|source| {
                names.contains(&source.path)
                    && !covered.contains(&source.path)
                    && !(whole_only && source.archive)
            });
            let known = if fits { &mut covered } else { &mut kept };
            known.extend(partial.sources.iter().map(|source| &source.path));
            if fits {
                plan.usable.push(partial);
            }
        }
        for (place, one) in wanted.iter().enumerate() {
            if covered.contains(&one.path) {
                continue;
            }
            let beside = whole_only || one.obstacle.is_some() || kept.contains(&one.path);
            if beside { plan.beside.push(place) } else { plan.fresh.push(place) }
        }
        Ok(plan)
    }
}
