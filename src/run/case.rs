//! A case folder beside the dump: what it holds is not read again.
//!
//! Owns: what besides the objects decides what a partial holds, and the command
//! that only fills a case. Correlates nothing.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use super::{Options, UserFiles, keep_apart};
use crate::case::{Case, Filled, Held, Plan, Reading, Share, Today};
use crate::classify::Classifier;
use crate::detect::Detector;
use crate::dump::{Dump, Observer, look};
use crate::error::{CaseError, Error};
use crate::evidence::discover::Found;
use crate::examine::{Depth, Examiner, Part};
use crate::model::problem::Problem;
use crate::tickets;
use crate::timeline::RunKey;
use crate::usage::Usage;

/// A case, and what it holds for this run.
pub(super) struct Opened {
    case: Case,
    held: Held,
    roots: Vec<PathBuf>,
}

impl Opened {
    /// The case that the options name.
    ///
    /// # Errors
    /// One that cannot be used.
    pub(super) fn of(
        options: &Options,
        given: &UserFiles,
        share: Option<Share>,
    ) -> Result<Option<Self>, Error> {
        let Some(folder) = &options.case else {
            return if options.paths.is_empty() { Err(Error::NothingToAnalyze) } else { Ok(None) };
        };
        keep_apart(folder, &options.paths)?;
        let case = Case::open(folder, &recipe(given), !options.paths.is_empty())?;
        let held = Held::of(&case, &|source| share.is_none_or(|share| share.holds(&source.path)))?;
        if options.paths.is_empty() && held.partials.is_empty() {
            return Err(CaseError::NothingUsable(folder.clone()).into());
        }
        Ok(Some(Self { case, held, roots: options.paths.clone() }))
    }

    pub(super) fn key(&self) -> RunKey {
        self.case.key()
    }

    /// The objects that were ingested.
    pub(super) fn found(&self) -> Result<Vec<Found>, Error> {
        Ok(self.held.found()?)
    }

    fn today<'f>(&self, all: &'f [Found]) -> Today<'f> {
        if self.roots.is_empty() { Today::trusted(all) } else { Today::new(all, &self.roots) }
    }

    /// The dump, of which only that is read which the case does not hold, and what
    /// has changed since it was ingested.
    pub(super) fn dump<'a>(
        &self,
        (all, wanted): (&[Found], &'a [Found]),
        examiner: &'a Examiner<'a>,
        observer: &dyn Observer,
        interrupted: &AtomicBool,
    ) -> Result<(Dump<'a>, Vec<Problem>), Error> {
        let today = self.today(all);
        let plan = Plan::new(&self.held, &today, (wanted, examiner.days != (None, None)))?;
        let reading = Reading { case: &self.case, found: wanted, examiner, observer, interrupted };
        let (opened, counted) = reading.all(&plan)?;
        Part::ALL.into_iter().for_each(|part| observer.part(part.as_str(), examiner.spent.at(part)));
        Ok((Dump::of(wanted, examiner, opened, counted), plan.problems))
    }
}

/// Everything besides the objects that decides what is kept of them.
fn recipe(given: &UserFiles) -> String {
    let baseline = given.baseline_times().map(|(from, to)| format!("{from}..{to}")).unwrap_or_default();
    let mut hash = Sha256::new();
    for text in
        [env!("CARGO_PKG_VERSION"), &given.rules.sha256_with(given.catalogue.sha256()), baseline.as_str()]
    {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

/// What `ingest` is told to do, besides what `analyze` is told too.
#[derive(Clone, Copy, Debug)]
pub struct Ingest<'o> {
    /// Paths, case, and whatever decides what is kept; the rest is not looked at.
    pub options: &'o Options,
    /// Only this part of the objects.
    pub share: Option<Share>,
}

/// Reads into a case what it does not hold, and tells nothing of it.
///
/// # Errors
/// A path or a case that cannot be used, and the user's interrupt.
pub fn ingest(told: Ingest<'_>, observer: &dyn Observer, interrupted: &AtomicBool) -> Result<Filled, Error> {
    let pool = super::pool(told.options.threads)?;
    pool.install(|| read_in(told, observer, interrupted))
}

fn read_in(told: Ingest<'_>, observer: &dyn Observer, interrupted: &AtomicBool) -> Result<Filled, Error> {
    let Ingest { options, share } = told;
    let given = UserFiles::read(options)?;
    let Some(opened) = Opened::of(options, &given, share)? else { return Err(Error::NothingToAnalyze) };
    let (all, _) = tickets::read((&given.policy, options.policy.as_deref()), look(&options.paths)?)?;
    let ours = |one: &&Found| share.is_none_or(|share| share.holds(&one.path));
    let wanted: Vec<Found> = all.iter().filter(ours).cloned().collect();
    let classifier = Classifier::new(&given.catalogue);
    let detector = Detector::new(&given.rules, &given.catalogue);
    let examiner = Examiner::new(classifier, detector, Depth::Records);
    let usage = Some(Usage::new(opened.key(), given.baseline_times()));
    let examiner = Examiner { key: opened.key(), usage, ..examiner };
    let today = opened.today(&all);
    let plan = Plan::new(&opened.held, &today, (&wanted, false))?;
    let reading = Reading { case: &opened.case, found: &wanted, examiner: &examiner, observer, interrupted };
    let mut filled = reading.fresh_only(&plan)?;
    filled.problems.extend(plan.problems);
    filled.problems.sort();
    Ok(filled)
}
