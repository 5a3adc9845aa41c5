//! The spine: the only place that names every stage, in their order.
//!
//! Owns the order of stages, threads, the run's clock, the output folder.
//! Holds no domain logic: no decision here looks at an event's field.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::catalogue::Catalogue;
use crate::classify::Classifier;
use crate::correlate;
use crate::error::Error;
use crate::evidence::discover::{Found, discover};
use crate::evidence::s3_key;
use crate::examine::{Examined, Examiner};
use crate::gather::{self, Gathered};
use crate::model::evidence::ObjectPath;
use crate::model::id::{AccountId, Region};
use crate::model::report::Report;
use crate::model::time::{Day, UtcTime};
use crate::report::folder::Staging;
use crate::report::{self, Format, ReportError, RunFacts, SCHEMA_VERSION};
use crate::timeline::{Fingerprints, Location, RunKey};

/// Where the reports go.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A folder of their own.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Whether reports already in it are replaced.
        force: bool,
    },
    /// One format to standard output.
    Stdout,
}

/// Which events the table of events holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventsTable {
    /// There is no such table.
    No,
    /// Events that another table rests on.
    Kept,
    /// Every event.
    All,
}

/// What a run is told to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Roots of the dump.
    pub paths: Vec<PathBuf>,
    /// Where the reports go.
    pub destination: Destination,
    /// The formats to write.
    pub formats: BTreeSet<Format>,
    /// Whether the table of events is written as CSV too.
    pub events_csv: bool,
    /// Whether there is a table of events.
    pub events: EventsTable,
    /// Rows to report: from, to.
    pub times: (Option<UtcTime>, Option<UtcTime>),
    /// Rows to report: accounts; empty means all.
    pub accounts: BTreeSet<AccountId>,
    /// Rows to report: regions; empty means all.
    pub regions: BTreeSet<Region>,
    /// Objects to open: first day and first day after, by the date in their key.
    pub object_days: (Option<Day>, Option<Day>),
    /// Times of which the dump holds every RFC, half-open.
    pub rfc_complete: Vec<(UtcTime, UtcTime)>,
    /// A file of mode profiles.
    pub modes: Option<PathBuf>,
    /// A file of accounts that events must be about.
    pub expect_accounts: Option<PathBuf>,
    /// Worker threads; `None` means one a core.
    pub threads: Option<usize>,
    /// The command line, for run.json.
    pub arguments: Vec<String>,
}

/// Is told how far a run is. Called from all threads.
pub trait Observer: Sync {
    /// The objects are known: this many, with this many bytes as stored.
    fn found(&self, objects: u64, bytes: u64);
    /// One more object was read.
    fn object(&self, bytes: u64, records: u64, problems: u64);
    /// A stage after reading begins.
    fn stage(&self, what: &'static str);
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// All that was found out.
    pub report: Report,
    /// The folder that holds the reports; `None` after output to stdout.
    pub place: Option<PathBuf>,
}

/// Runs every stage.
///
/// # Errors
/// When no reports can be made; evidence that cannot be read is no error.
pub fn analyze(
    options: &Options,
    observer: &dyn Observer,
    interrupted: &AtomicBool,
) -> Result<Outcome, Error> {
    let started_at = now();
    let catalogue = catalogue(options.modes.as_deref())?;
    let expected = expected_accounts(options.expect_accounts.as_deref())?;
    let staging = match &options.destination {
        Destination::Folder { path, force } => {
            keep_apart(path, &options.paths)?;
            Some(Staging::begin(path, *force).map_err(ReportError::from)?)
        }
        Destination::Stdout => None,
    };
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = options.threads {
        pool = pool.num_threads(threads);
    }
    let pool = pool.build().map_err(|source| Error::Threads(Box::new(source)))?;
    let facts = RunFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        arguments: options.arguments.clone(),
        catalogue_sha256: catalogue.sha256().to_owned(),
        schema_version: SCHEMA_VERSION.to_owned(),
        started_at,
        threads: pool.current_num_threads(),
    };
    let report = pool.install(|| reconstruct(options, (&catalogue, expected), observer, interrupted))?;
    observer.stage("writing the reports");
    let place = pool.install(|| write(&report, &facts, options, (staging, interrupted)))?;
    Ok(Outcome { report, place })
}

/// From the dump to the report.
fn reconstruct(
    options: &Options,
    (catalogue, expected_accounts): (&Catalogue, BTreeSet<AccountId>),
    observer: &dyn Observer,
    interrupted: &AtomicBool,
) -> Result<Report, Error> {
    let found =
        discover(&options.paths).map_err(|fault| Error::Input { path: fault.path, source: fault.source })?;
    let (found, left_out) = prune(found, options.object_days);
    observer.found(found.len() as u64, found.iter().map(|one| one.bytes).sum());
    let examiner = Examiner {
        classifier: Classifier::new(catalogue, options.events == EventsTable::All),
        key: RunKey::draw(),
    };
    let per_object: Vec<Vec<Examined>> = found
        .par_iter()
        .map(|one| {
            if interrupted.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let examined = examiner.examine(one);
            let seen = examined.iter().map(|part| part.counts.seen).sum();
            let problems: usize = examined.iter().map(|part| part.problems.len()).sum();
            observer.object(one.bytes, seen, problems as u64);
            Ok(examined)
        })
        .collect::<Result<_, _>>()?;
    let (examined, origins) = in_one_order(per_object);
    observer.stage("comparing copies");
    let Gathered { sources, events } = gather_all(examined, (&examiner, &found, &origins), options);
    if interrupted.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    observer.stage("correlating");
    let mut report = correlate::all(
        sources,
        catalogue,
        &correlate::Options {
            rfc_complete: options.rfc_complete.clone(),
            expected_accounts,
            selection: selection(options),
        },
    );
    report.scope.objects_left_out = left_out;
    report.events = events.map(|events| selection(options).events(events));
    assert!(report.scope.counts.close(), "the counts of a run close: {:?}", report.scope.counts);
    Ok(report)
}

/// Objects and entries of archives in the order of their paths, and for each
/// the object of the dump that it came from.
fn in_one_order(per_object: Vec<Vec<Examined>>) -> (Vec<Examined>, Vec<usize>) {
    let mut all: Vec<(usize, Examined)> = per_object
        .into_iter()
        .enumerate()
        .flat_map(|(origin, parts)| parts.into_iter().map(move |part| (origin, part)))
        .collect();
    all.sort_by(|(_, a), (_, b)| a.object.path.cmp(&b.object.path));
    for (place, (_, one)) in all.iter_mut().enumerate() {
        let place = u32::try_from(place).expect("a dump holds fewer than 2^32 objects");
        one.fingerprints.iter_mut().for_each(|print| print.set_object(place));
    }
    let origins = all.iter().map(|(origin, _)| *origin).collect();
    (all.into_iter().map(|(_, one)| one).collect(), origins)
}

/// What reads objects again: the examiner, the objects of the dump, and for each
/// object examined the one that it came from.
type Again<'a> = (&'a Examiner<'a>, &'a [Found], &'a [usize]);

fn gather_all(mut examined: Vec<Examined>, again: Again<'_>, options: &Options) -> Gathered {
    let all = examined.iter_mut().flat_map(|one| std::mem::take(&mut one.fingerprints)).collect();
    let fingerprints = Fingerprints::new(all);
    let again = look_again(&fingerprints.unsettled(), &examined, again);
    let hashes: Vec<(Location, u64)> = again.iter().map(|(location, hash, _)| (*location, *hash)).collect();
    let copies = fingerprints.settle(&hashes);
    let ids = again.into_iter().map(|(location, _, id)| (location, id)).collect();
    gather::gather(examined, &copies, &ids, options.events != EventsTable::No)
}

/// Reads the objects of unsettled records once more; see `Fingerprints::unsettled`.
fn look_again(
    unsettled: &[Location],
    examined: &[Examined],
    (examiner, found, origins): Again<'_>,
) -> Vec<(Location, u64, String)> {
    let mut per_object = BTreeMap::<usize, BTreeMap<&ObjectPath, Vec<u32>>>::new();
    let mut places = BTreeMap::<&ObjectPath, u32>::new();
    for location in unsettled {
        let path = &examined[location.object as usize].object.path;
        places.insert(path, location.object);
        let wanted = per_object.entry(origins[location.object as usize]).or_default();
        wanted.entry(path).or_default().push(location.record);
    }
    let mut again: Vec<(Location, u64, String)> = per_object
        .par_iter()
        .flat_map_iter(|(origin, wanted)| examiner.canonical(&found[*origin], wanted))
        .flat_map_iter(|(path, records)| {
            let object = places[&path];
            records.into_iter().map(move |(record, hash, id)| (Location { object, record }, hash, id))
        })
        .collect();
    again.sort_unstable();
    again
}

fn selection(options: &Options) -> correlate::Selection {
    correlate::Selection {
        times: options.times,
        accounts: options.accounts.clone(),
        regions: options.regions.clone(),
    }
}

fn write(
    report: &Report,
    facts: &RunFacts,
    options: &Options,
    (staging, interrupted): (Option<Staging>, &AtomicBool),
) -> Result<Option<PathBuf>, Error> {
    let Some(staging) = staging else {
        let format = options.formats.first().copied().unwrap_or(Format::Csv);
        report::write_one(report, format, &mut std::io::stdout().lock())?;
        return Ok(None);
    };
    report::write_all(report, facts, &options.formats, options.events_csv, &staging)?;
    if interrupted.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    Ok(Some(staging.commit().map_err(ReportError::from)?))
}

fn catalogue(modes: Option<&Path>) -> Result<Catalogue, Error> {
    let catalogue = Catalogue::builtin();
    let Some(path) = modes else { return Ok(catalogue) };
    #[expect(clippy::disallowed_methods, reason = "a file of the user's own rules, no evidence")]
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::ModesUnreadable { path: path.to_owned(), source })?;
    catalogue.with_modes(&text).map_err(|fault| Error::ModesInvalid {
        path: path.to_owned(),
        line: fault.line.unwrap_or(1),
        message: fault.message,
    })
}

fn expected_accounts(list: Option<&Path>) -> Result<BTreeSet<AccountId>, Error> {
    let Some(path) = list else { return Ok(BTreeSet::new()) };
    #[expect(clippy::disallowed_methods, reason = "a list of the user's own, no evidence")]
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::AccountsUnreadable { path: path.to_owned(), source })?;
    correlate::parse_expected_accounts(&text).map_err(|(line, message)| Error::AccountsInvalid {
        path: path.to_owned(),
        line,
        message,
    })
}

/// The output folder may not be an input, lie in one, or hold one.
fn keep_apart(output: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    let real_output = real_place(output);
    for input in inputs {
        let real_input =
            input.canonicalize().map_err(|source| Error::Input { path: input.clone(), source })?;
        if real_output.starts_with(&real_input) {
            return Err(Error::OutputInsideInput { path: output.to_owned() });
        }
        if real_input.starts_with(&real_output) {
            return Err(Error::InputInsideOutput { path: input.clone() });
        }
    }
    Ok(())
}

/// The real path of a place of which only the beginning may exist.
fn real_place(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return missing.iter().rev().fold(real, |place, part| place.join(part));
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else { return absolute };
        missing.push(name);
        existing = parent;
    }
}

/// Leaves out objects by the date in their key; tells how many.
fn prune(found: Vec<Found>, (from, to): (Option<Day>, Option<Day>)) -> (Vec<Found>, u64) {
    let before = found.len();
    let wanted = |one: &Found| {
        let Some(day) = s3_key::facts(one.path.as_str()).day else { return true };
        from.is_none_or(|from| day >= from) && to.is_none_or(|to| day < to)
    };
    let kept: Vec<Found> =
        if from.is_none() && to.is_none() { found } else { found.into_iter().filter(wanted).collect() };
    let left_out = before - kept.len();
    (kept, left_out as u64)
}

/// The run's clock, read once; it reaches run.json and nothing else.
fn now() -> UtcTime {
    #[expect(clippy::disallowed_methods, reason = "the run's clock is read once, here")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcTime::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
