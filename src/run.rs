//! The spine: the only place that names every stage, in their order.
//!
//! Owns the order of stages, threads, the run's clock, the output folder.
//! Holds no domain logic: no decision here looks at an event's field.

mod apart;
mod case;
mod events;
mod files;
mod settings;
mod written;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::catalogue::Catalogue;
use crate::classify::Classifier;
use crate::compare::{self, Asked, Side};
use crate::correlate;
use crate::custody::{self, Comparison};
use crate::detect::{Detector, RuleSet};
use crate::dump::{Dump, Observer, look, prune};
use crate::error::Error;
use crate::examine::{Depth, Examiner};
use crate::gather::Gathered;
use crate::integrity::{Assessment, Given};
use crate::lake::{Partitions, Rows};
use crate::limits::{prints_bytes_max, spool_bytes_max};
use crate::model::id::{AccountId, Region};
use crate::model::problem::Problem;
use crate::model::report::Report;
use crate::model::since::Since;
use crate::model::time::{Day, UtcTime};
use crate::readback::Tables;
use crate::report::folder::Staging;
use crate::report::{Format, ReportError, RunFacts, SCHEMA_VERSION};
use crate::runs::{Room, Spool};
use crate::tickets;
use crate::timeline::Prints;
use crate::usage::Usage;

pub use self::apart::keep_apart;
pub use self::case::{Ingest, ingest};
use files::{UserFiles, public_keys};

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

/// What "new" is told from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineFrom {
    /// A part of the evidence: from (included), to (not included).
    Times(UtcTime, UtcTime),
    /// The folder of an older report.
    Report(PathBuf),
}

/// What a run is told to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Roots of the dump; none if a case is to be told alone.
    pub paths: Vec<PathBuf>,
    /// A case folder: what it holds is not read again, and what is read is kept in it.
    pub case: Option<PathBuf>,
    /// Where the reports go.
    pub destination: Destination,
    /// The formats to write.
    pub formats: BTreeSet<Format>,
    /// Whether the table of events is written as CSV too.
    pub events_csv: bool,
    /// Whether there is a table of events.
    pub events: EventsTable,
    /// By what the files of the table of all events are divided.
    pub events_by: Partitions,
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
    /// The time that deadlines are compared with; `None` means the end of the evidence.
    pub as_of: Option<UtcTime>,
    /// The last audit, to tell what has changed since.
    pub since: Option<LastAudit>,
    /// What the user calls the case.
    pub case_name: Option<String>,
    /// A file of mode profiles.
    pub modes: Option<PathBuf>,
    /// Folders of rules to add to the built-in ones.
    pub rules: Vec<PathBuf>,
    /// Folders of Sigma rules.
    pub sigma: Vec<PathBuf>,
    /// What "new" is told from.
    pub baseline: Option<BaselineFrom>,
    /// A policy file.
    pub policy: Option<PathBuf>,
    /// A file of accounts that events must be about.
    pub expect_accounts: Option<PathBuf>,
    /// Files of public keys, to check the signatures of digests.
    pub public_keys: Vec<PathBuf>,
    /// Databases of countries and autonomous systems.
    pub geoip: Vec<PathBuf>,
    /// Memory that lists which grow with the dump may take before they go to
    /// temporary files.
    pub memory_limit_bytes: usize,
    /// Worker threads; `None` means one a core.
    pub threads: Option<usize>,
    /// The command line, for run.json.
    pub arguments: Vec<String>,
}

/// A report of the last audit.
#[derive(Clone, Debug)]
pub struct LastAudit {
    /// Its folder.
    pub folder: PathBuf,
    /// Its tables.
    pub tables: Arc<Tables>,
    /// What its run was asked for, if that is known.
    pub asked: Option<Asked>,
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
    let given = UserFiles::read(options)?;
    let staging = match &options.destination {
        Destination::Folder { path, force } => {
            keep_apart(path, &options.paths)?;
            if let Some(case) = options.case.as_ref().filter(|case| case.exists()) {
                keep_apart(path, std::slice::from_ref(case))?;
            }
            if let Some(last) = &options.since {
                keep_apart(path, std::slice::from_ref(&last.folder))?;
            }
            Some(Staging::begin(path, *force).map_err(ReportError::from)?)
        }
        Destination::Stdout => None,
    };
    let pool = pool(options.threads)?;
    let facts = RunFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        rules: settings::rules(options, env!("CARGO_PKG_VERSION")),
        settings: settings::of(options),
        arguments: options.arguments.clone(),
        catalogue_sha256: given.rules.sha256_with(given.catalogue.sha256()),
        policy_sha256: given.policy.sha256().map(str::to_owned),
        geoip_sha256: given.geoip.hashes(),
        schema_version: SCHEMA_VERSION.to_owned(),
        started_at,
        threads: pool.current_num_threads(),
    };
    let room = written::room(options, staging.as_ref());
    let (mut report, rows) = pool.install(|| reconstruct(options, given, (&room, observer), interrupted))?;
    written::check(&room)?;
    if let Some(last) = &options.since {
        observer.stage("comparing with the last audit");
        report.since = Some(since(last, &report, options, &facts)?);
    }
    observer.stage("writing the reports");
    let place = pool.install(|| {
        let shared = (&facts, options);
        if let Some(rows) = &rows {
            events::write(rows, &mut report, shared, staging.as_ref())?;
        }
        written::write(&report, shared, (staging, rows.as_ref()), (&room, observer, interrupted))
    })?;
    Ok(Outcome { report, place })
}

/// The threads of a run; `None` means one a core.
fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    pool.build().map_err(|source| Error::Threads(Box::new(source)))
}

/// What has changed since the last audit.
fn since(last: &LastAudit, report: &Report, options: &Options, facts: &RunFacts) -> Result<Since, Error> {
    let new = Tables::of(report, &compare::NEEDED, facts)?;
    let asked =
        Asked { selection: selection(options), object_days: options.object_days, as_of: options.as_of };
    let sides = (Side::of(&last.tables, last.asked.clone()), Side::of(&new, Some(asked)));
    let notes = compare::notes((&last.tables, &sides.0), (&new, &sides.1));
    Ok(compare::since(&compare::compare(&sides.0, &sides.1), (&sides.0, &sides.1), notes))
}

/// From the dump to the report, and the rows of the table of all events if it is
/// asked for.
fn reconstruct(
    options: &Options,
    given: UserFiles,
    (room, observer): (&Arc<Room>, &dyn Observer),
    interrupted: &AtomicBool,
) -> Result<(Report, Option<Rows>), Error> {
    let case = case::Opened::of(options, &given, None)?;
    let found = match &case {
        Some(case) if options.paths.is_empty() => case.found()?,
        _ => look(&options.paths)?,
    };
    let (all, tickets) = tickets::read((&given.policy, options.policy.as_deref()), found)?;
    let (found, mut left_out) = prune(Cow::Borrowed(&all), options.object_days);
    let classifier = Classifier::new(&given.catalogue);
    let detector = Detector::new(&given.rules, &given.catalogue);
    let examiner =
        Examiner { days: options.object_days, ..Examiner::new(classifier, detector, Depth::Records) };
    let key = case.as_ref().map_or(examiner.key, case::Opened::key);
    let usage = Some(Usage::new(key, given.baseline_times()));
    let temporary = room.given_folder();
    let prints = Prints::new(prints_bytes_max(options.memory_limit_bytes), temporary);
    let lake = events::lake(options, temporary);
    let spool = Spool::new(room, spool_bytes_max(options.memory_limit_bytes));
    let examiner = Examiner { key, usage, lake, prints, spool, ..examiner };
    let (mut dump, changed) = match &case {
        None => (Dump::read(&found, &examiner, observer, interrupted)?, Vec::new()),
        Some(case) => case.dump((&all, &found), &examiner, observer, interrupted)?,
    };
    events::check(&examiner)?;
    written::check(room)?;
    left_out.append(&mut dump.left_out);
    observer.stage("checking digests");
    let assessment = dump.assess(Given { keys: &given.keys, left_out: &left_out });
    observer.stage("following credentials");
    let dump = dump.followed(&assessment, &given.catalogue, interrupted)?;
    observer.stage("comparing copies");
    let Gathered { mut sources, events, placed, row_copies } =
        dump.gather(assessment, options.events == EventsTable::Kept, room)?;
    written::check(room)?;
    let rows = events::rows(&examiner, &placed, row_copies)?;
    if interrupted.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    observer.stage("correlating");
    tickets::add(tickets, &mut sources);
    sources.detected.rules = given.rules.words();
    sources.detected.silent = given.rules.silent();
    sources.detected.compounds = given.rules.compounds(&sources.detected.hits);
    sources.problems.extend(given.unused_rules.into_iter().chain(changed));
    let mut report = correlate::all(
        sources,
        &given.catalogue,
        &correlate::Options {
            rfc_complete: options.rfc_complete.clone(),
            expected_accounts: given.expected_accounts,
            as_of: options.as_of,
            baseline: given.baseline,
            policy: given.policy,
            geoip: given.geoip,
            selection: selection(options),
            room: room.clone(),
        },
    );
    report.scope.objects_left_out = left_out.len() as u64;
    report.scope.case_name = options.case_name.as_deref().map(Into::into);
    report.events = events.map(|events| selection(options).events(events));
    assert!(report.scope.counts.close(), "the counts of a run close: {:?}", report.scope.counts);
    Ok((report, rows))
}

/// What `verify` found out.
#[derive(Debug)]
pub struct Verified {
    /// What the digests prove.
    pub assessment: Assessment,
    /// What went wrong with single objects.
    pub problems: Vec<Problem>,
}

/// Runs the stages up to the check of the digests, and no further. Records of
/// delivered logs are decoded only where that could change a verdict.
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
    let rules = RuleSet::none();
    let examiner = for_integrity(&catalogue, &rules);
    let mut dump = Dump::read(&found, &examiner, observer, interrupted)?;
    observer.stage("checking digests");
    let given = Given { keys: &keys, left_out: &[] };
    let mut assessment = dump.assess(given);
    if dump.decode_doubtful(&assessment) {
        assessment = dump.assess(given);
    }
    let problems = dump.examined.iter_mut().flat_map(|one| one.seldom.take().problems).collect();
    Ok(Verified { assessment, problems })
}

/// Reads a dump for its own sake: keeps no event that does not have to be, asks no rule.
fn for_integrity<'c>(catalogue: &'c Catalogue, no_rules: &'c RuleSet) -> Examiner<'c> {
    let classifier = Classifier::new(catalogue);
    Examiner::new(classifier, Detector::new(no_rules, catalogue), Depth::Integrity)
}

fn selection(options: &Options) -> correlate::Selection {
    correlate::Selection {
        times: options.times,
        accounts: options.accounts.clone(),
        regions: options.regions.clone(),
    }
}

/// Reads a dump and compares it with a manifest of an earlier run.
///
/// # Errors
/// When the dump or the manifest cannot be looked at.
pub fn compare_with_manifest(
    (paths, manifest): (&[PathBuf], &Path),
    observer: &dyn Observer,
    interrupted: &AtomicBool,
) -> Result<Comparison, Error> {
    let catalogue = Catalogue::builtin();
    let found = look(paths)?;
    let rules = RuleSet::none();
    let examiner = for_integrity(&catalogue, &rules);
    let dump = Dump::read(&found, &examiner, observer, interrupted)?;
    custody::compare(&dump, manifest)
}

/// The run's clock, read once; it reaches run.json and nothing else.
fn now() -> UtcTime {
    #[expect(clippy::disallowed_methods, reason = "the run's clock is read once, here")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcTime::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
