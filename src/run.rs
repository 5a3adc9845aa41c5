//! The spine: the only place that names every stage, in their order.
//!
//! Owns the order of stages, threads, the run's clock, the output folder.
//! Holds no domain logic: no decision here looks at an event's field.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::catalogue::Catalogue;
use crate::classify::Classifier;
use crate::correlate;
use crate::error::Error;
use crate::evidence::discover::{Found, discover};
use crate::evidence::read::{Buffer, read};
use crate::evidence::s3_key;
use crate::examine::{Examined, Examiner};
use crate::gather::{self, Gathered};
use crate::integrity::{self, Assessment, Given, PublicKey};
use crate::model::evidence::ObjectPath;
use crate::model::id::{AccountId, Region};
use crate::model::problem::Problem;
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
    /// Files of public keys, to check the signatures of digests.
    pub public_keys: Vec<PathBuf>,
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

/// What the user's own files say, beside the evidence.
#[derive(Debug)]
struct UserFiles {
    catalogue: Catalogue,
    expected_accounts: BTreeSet<AccountId>,
    keys: Vec<PublicKey>,
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
    let given = UserFiles {
        catalogue: catalogue(options.modes.as_deref())?,
        expected_accounts: expected_accounts(options.expect_accounts.as_deref())?,
        keys: public_keys(&options.public_keys)?,
    };
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
        catalogue_sha256: given.catalogue.sha256().to_owned(),
        schema_version: SCHEMA_VERSION.to_owned(),
        started_at,
        threads: pool.current_num_threads(),
    };
    let report = pool.install(|| reconstruct(options, given, observer, interrupted))?;
    observer.stage("writing the reports");
    let place = pool.install(|| write(&report, &facts, options, (staging, interrupted)))?;
    Ok(Outcome { report, place })
}

/// From the dump to the report.
fn reconstruct(
    options: &Options,
    given: UserFiles,
    observer: &dyn Observer,
    interrupted: &AtomicBool,
) -> Result<Report, Error> {
    let found = look(&options.paths)?;
    let (found, left_out) = prune(found, options.object_days);
    let examiner = Examiner {
        classifier: Classifier::new(&given.catalogue, options.events == EventsTable::All),
        key: RunKey::draw(),
    };
    let examined = examine_all(&found, &examiner, observer, interrupted)?;
    observer.stage("checking digests");
    let assessment = assess(&examined, Given { keys: &given.keys, left_out: &left_out });
    // What no digest covers must be gone before copies are compared: it could
    // pass for the original.
    let short = |(index, one): (usize, Examined)| {
        if assessment.first_member_only.contains(&index) { one.without_what_follows() } else { one }
    };
    let examined = examined.into_iter().enumerate().map(short).collect();
    observer.stage("comparing copies");
    let Gathered { sources, events } = gather_all(examined, (&examiner, &found), options, assessment);
    if interrupted.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    observer.stage("correlating");
    let mut report = correlate::all(
        sources,
        &given.catalogue,
        &correlate::Options {
            rfc_complete: options.rfc_complete.clone(),
            expected_accounts: given.expected_accounts,
            selection: selection(options),
        },
    );
    report.scope.objects_left_out = left_out.len() as u64;
    report.events = events.map(|events| selection(options).events(events));
    assert!(report.scope.counts.close(), "the counts of a run close: {:?}", report.scope.counts);
    Ok(report)
}

/// What `verify` found out.
#[derive(Debug)]
pub struct Verified {
    /// What the digests prove.
    pub assessment: Assessment,
    /// What went wrong with single objects.
    pub problems: Vec<Problem>,
}

/// Runs the stages up to the check of the digests, and no further.
///
/// # Errors
/// When the dump or a file of keys cannot be looked at.
pub fn verify(
    (paths, key_files): (&[PathBuf], &[PathBuf]),
    observer: &dyn Observer,
    interrupted: &AtomicBool,
) -> Result<Verified, Error> {
    let keys = public_keys(key_files)?;
    let catalogue = Catalogue::builtin();
    let found = look(paths)?;
    let examiner = Examiner { classifier: Classifier::new(&catalogue, false), key: RunKey::draw() };
    let mut examined = examine_all(&found, &examiner, observer, interrupted)?;
    observer.stage("checking digests");
    let assessment = assess(&examined, Given { keys: &keys, left_out: &[] });
    let problems = examined.iter_mut().flat_map(|one| std::mem::take(&mut one.problems)).collect();
    Ok(Verified { assessment, problems })
}

fn look(paths: &[PathBuf]) -> Result<Vec<Found>, Error> {
    discover(paths).map_err(|fault| Error::Input { path: fault.path, source: fault.source })
}

/// Reads every object, in parallel.
fn examine_all(
    found: &[Found],
    examiner: &Examiner<'_>,
    observer: &dyn Observer,
    interrupted: &AtomicBool,
) -> Result<Vec<Examined>, Error> {
    observer.found(found.len() as u64, found.iter().map(|one| one.bytes).sum());
    found
        .par_iter()
        .enumerate()
        .map(|(index, one)| {
            if interrupted.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let index = u32::try_from(index).expect("a dump holds fewer than 2^32 objects");
            let examined = examiner.examine(index, one);
            observer.object(one.bytes, examined.counts.seen, examined.problems.len() as u64);
            Ok(examined)
        })
        .collect()
}

fn assess(examined: &[Examined], given: Given<'_>) -> Assessment {
    let stored: Vec<_> = examined.iter().map(Examined::stored).collect();
    integrity::assess(&stored, given)
}

fn gather_all(
    mut examined: Vec<Examined>,
    (examiner, found): (&Examiner<'_>, &[Found]),
    options: &Options,
    assessment: Assessment,
) -> Gathered {
    let all = examined.iter_mut().flat_map(|one| std::mem::take(&mut one.fingerprints)).collect();
    let fingerprints = Fingerprints::new(all);
    let again = look_again(&fingerprints.unsettled(), examiner, found);
    let hashes: Vec<(Location, u64)> = again.iter().map(|(location, hash, _)| (*location, *hash)).collect();
    let copies = fingerprints.settle(&hashes);
    let ids = again.into_iter().map(|(location, _, id)| (location, id)).collect();
    gather::gather(examined, &copies, &ids, options.events != EventsTable::No, assessment)
}

/// Reads the objects of unsettled records once more; see `Fingerprints::unsettled`.
fn look_again(
    unsettled: &[Location],
    examiner: &Examiner<'_>,
    found: &[Found],
) -> Vec<(Location, u64, String)> {
    let per_object: Vec<&[Location]> = unsettled.chunk_by(|a, b| a.object == b.object).collect();
    per_object
        .par_iter()
        .flat_map(|locations| {
            let object = locations[0].object;
            let ordinals: Vec<u32> = locations.iter().map(|location| location.record).collect();
            let again = examiner.canonical(&found[object as usize], &ordinals);
            let place = move |record| Location { object, record };
            again.into_iter().map(|(record, hash, id)| (place(record), hash, id)).collect::<Vec<_>>()
        })
        .collect()
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

/// Reads the files of public keys that the user gave.
fn public_keys(files: &[PathBuf]) -> Result<Vec<PublicKey>, Error> {
    let mut keys = Vec::new();
    for path in files {
        let mut buffer = Buffer::default();
        let content = read(path, &mut buffer);
        let invalid = |why: String| Error::PublicKeys { path: path.clone(), why };
        if let Some(fault) = content.faults.first() {
            return Err(invalid(fault.detail.clone()));
        }
        let text = String::from_utf8_lossy(buffer.content()).into_owned();
        let listed = integrity::list_of_keys(text.trim_start_matches('\u{feff}'));
        let listed = listed.ok_or_else(|| invalid("it is not what list-public-keys prints".to_owned()))?;
        for key in listed {
            keys.push(key.map_err(invalid)?);
        }
    }
    Ok(keys)
}

/// Leaves out objects by the date in their key; tells which.
fn prune(found: Vec<Found>, (from, to): (Option<Day>, Option<Day>)) -> (Vec<Found>, Vec<ObjectPath>) {
    let wanted = |one: &Found| {
        if from.is_none() && to.is_none() {
            return true;
        }
        let Some(day) = s3_key::facts(one.path.as_str()).day else { return true };
        from.is_none_or(|from| day >= from) && to.is_none_or(|to| day < to)
    };
    let (kept, left_out): (Vec<Found>, Vec<Found>) = found.into_iter().partition(wanted);
    (kept, left_out.into_iter().map(|one| one.path).collect())
}

/// The run's clock, read once; it reaches run.json and nothing else.
fn now() -> UtcTime {
    #[expect(clippy::disallowed_methods, reason = "the run's clock is read once, here")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcTime::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
