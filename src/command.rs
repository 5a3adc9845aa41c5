//! From flags to a run, and from its outcome to the summary and the exit code.
//!
//! The seam between people (`cli`, `terminal`) and the work (`run`).

mod compare;
mod explain;
mod ingest;
mod search;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::{Analyze, Cli, Color, EventsBy, EventsWanted, FormatName, Verify};
use crate::custody::{Change, Comparison};
use crate::dump::Observer;
use crate::error::Error;
use crate::integrity::{self, Assessment, Line, LogState, QueryResult, Standing};
use crate::lake::Partitions;
use crate::limits::MEMORY_LIMIT_BYTES;
use crate::model::count::grouped;
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::report::headline::Headline;
use crate::report::{Format, OUTPUTS, escape};
use crate::run::{self, Destination, EventsTable, Options};
use crate::terminal::{Progress, Terminal, Timings, Verbosity};

pub use self::compare::compare;
pub use self::explain::explain;
pub use self::ingest::ingest;
pub use self::search::search;

/// All input was read.
const CLEAN: u8 = 0;
/// A finding is at or above `--fail-on`.
const FINDING: u8 = 1;
/// Some input was not read or not trusted; outranks [`FINDING`].
const INCOMPLETE: u8 = 3;

/// Runs `analyze` and prints its summary; gives the exit code.
///
/// # Errors
/// When no reports were made.
pub fn analyze(flags: &Analyze, color: Color, interrupted: &AtomicBool) -> Result<u8, Error> {
    let verbosity = Verbosity { quiet: flags.quiet, verbose: flags.verbose, no_progress: flags.no_progress };
    let terminal = Terminal::new(color, verbosity);
    let options = options(flags)?;
    let timings = flags.timings.then(|| Timings::begin("finding the objects"));
    // Shown as the user gave it: the real path may be long and strange.
    let place =
        matches!(options.destination, Destination::Folder { .. }).then(|| flags.output.display().to_string());
    let watch = Watch { timings, place, ..Watch::new(&terminal) };
    let outcome = run::analyze(&options, &watch, interrupted);
    if let Some(progress) = watch.progress.get() {
        progress.finish();
    }
    let outcome = outcome?;
    terminal.problems(&outcome.report.problems);
    if let Some(summary) = watch.summary.get() {
        terminal.print_summary(summary, watch.place.is_some())?;
    }
    if let Some(timings) = &watch.timings {
        terminal.timings(timings);
    }
    let code = exit_code(&outcome.report, flags.fail_on);
    // The program ends now: what it holds in memory goes with it, all at once.
    std::mem::forget(outcome.report);
    Ok(code)
}

/// The man page: the program, then the synopsis and options of each command.
///
/// # Errors
/// Never; rendering into memory takes everything.
pub fn man_page() -> Result<Vec<u8>, Error> {
    let mut program = Cli::command();
    program.build();
    let mut page = Vec::new();
    let man = Man::new(program.clone());
    man.render_title(&mut page)
        .and_then(|()| man.render_name_section(&mut page))
        .and_then(|()| man.render_description_section(&mut page))
        .map_err(Error::Stdout)?;
    for command in
        program.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        let mut sections = Vec::new();
        let man = Man::new(command.clone());
        man.render_synopsis_section(&mut sections)
            .and_then(|()| man.render_options_section(&mut sections))
            .map_err(Error::Stdout)?;
        let heading = format!(".SH \"{}: ", command.get_name().to_uppercase());
        let text =
            String::from_utf8_lossy(&sections).replace(".SH SYNOPSIS", &format!("{heading}SYNOPSIS\""));
        page.extend(text.replace(".SH OPTIONS", &format!("{heading}OPTIONS\"")).bytes());
    }
    man.render_extra_section(&mut page)
        .and_then(|()| man.render_version_section(&mut page))
        .map_err(Error::Stdout)?;
    Ok(page)
}

/// Runs `verify` and prints its verdicts; gives the exit code.
///
/// # Errors
/// When the dump cannot be looked at.
pub fn verify(flags: &Verify, color: Color, interrupted: &AtomicBool) -> Result<u8, Error> {
    let verbosity = Verbosity { quiet: flags.quiet, verbose: flags.verbose, no_progress: flags.no_progress };
    let terminal = Terminal::new(color, verbosity);
    let watch = Watch::new(&terminal);
    if let Some(manifest) = &flags.manifest {
        let compared = run::compare_with_manifest((&flags.paths, manifest), &watch, interrupted);
        if let Some(progress) = watch.progress.get() {
            progress.finish();
        }
        return tell_changes(&compared?, &terminal);
    }
    let verified = run::verify((&flags.paths, &flags.public_keys), &watch, interrupted);
    if let Some(progress) = watch.progress.get() {
        progress.finish();
    }
    let verified = verified?;
    terminal.problems(&verified.problems);
    for line in integrity::lines(&verified.assessment) {
        match line {
            Line::Result(text) => terminal.result(&text)?,
            Line::Sound(text) if flags.verbose => terminal.result(&text)?,
            Line::Sound(_) => {}
            Line::Fault(text) => terminal.fault(&text),
        }
    }
    let lost = verified.problems.iter().chain(&verified.assessment.problems).any(|one| one.kind.is_loss());
    Ok(if lost || !all_valid(&verified.assessment) { INCOMPLETE } else { CLEAN })
}

/// Prints what has changed since a manifest; gives the exit code.
fn tell_changes(compared: &Comparison, terminal: &Terminal) -> Result<u8, Error> {
    for (path, change) in &compared.changes {
        let word = match change {
            Change::Changed => "CHANGED: its bytes are not those of the manifest",
            Change::Missing => "MISSING: the manifest lists it",
            Change::New => "NEW: the manifest does not list it",
        };
        terminal.fault(&format!("Object\t{}\t{word}", escape::terminal(path)));
    }
    let listed = compared.changes.iter().filter(|(_, change)| *change != Change::New).count() as u64;
    let total = compared.unchanged + listed;
    terminal.result(&format!(
        "{}/{} objects as the manifest lists them",
        grouped(compared.unchanged),
        grouped(total)
    ))?;
    Ok(if compared.is_whole() { CLEAN } else { INCOMPLETE })
}

/// Whether there are digests or sign files, and all of them and all that they
/// list is valid.
fn all_valid(assessment: &Assessment) -> bool {
    let mut digests = assessment.chains.iter().flat_map(|chain| &chain.digests);
    let mut logs = assessment.logs.iter();
    !(assessment.chains.is_empty() && assessment.results.is_empty())
        && assessment.refused.is_empty()
        && assessment.results.iter().all(QueryResult::is_valid)
        && digests.all(|digest| digest.standing == Standing::Signed)
        && logs.all(|log| log.standing == Standing::Signed && log.state == LogState::Same)
}

fn exit_code(report: &Report, fail_on: Option<Severity>) -> u8 {
    if report.problems.iter().any(|problem| problem.kind.is_loss()) {
        return INCOMPLETE;
    }
    let mut raised = report.findings.iter().filter(|finding| finding.suppression.is_none());
    let hit = |level| raised.any(|finding| finding.severity >= level);
    if fail_on.is_some_and(hit) { FINDING } else { CLEAN }
}

/// Refuses a range that begins where it ends, or later.
fn not_turned<T: PartialOrd>(
    (from, to): (Option<T>, Option<T>),
    (from_flag, to_flag): (&'static str, &'static str),
) -> Result<(), Error> {
    let turned = from.zip(to).is_some_and(|(from, to)| from >= to);
    if turned { Err(Error::TurnedRange { from: from_flag, to: to_flag }) } else { Ok(()) }
}

/// What the flags of `analyze` tell a run to do.
///
/// # Errors
/// Flags that contradict each other, and a last audit that cannot be read.
pub fn options(flags: &Analyze) -> Result<Options, Error> {
    let to_stdout = flags.output == Path::new("-");
    if to_stdout && (flags.format.len() != 1 || flags.format.contains(&FormatName::Parquet)) {
        return Err(Error::StdoutNeedsOneFormat);
    }
    if !flags.events_by.is_empty() && flags.events != Some(EventsWanted::All) {
        return Err(Error::EventsByNeedsAll);
    }
    not_turned((flags.from, flags.to), ("from", "to"))?;
    not_turned((flags.object_date_from, flags.object_date_to), ("object-date-from", "object-date-to"))?;
    let destination = if to_stdout {
        Destination::Stdout
    } else {
        Destination::Folder { path: flags.output.clone(), force: flags.force }
    };
    if flags.case.is_some() && flags.events == Some(EventsWanted::All) {
        return Err(Error::AllEventsFromCase);
    }
    let formats: BTreeSet<Format> = if flags.format.is_empty() {
        OUTPUTS.iter().map(|output| output.format).collect()
    } else {
        flags.format.iter().copied().map(format).collect()
    };
    Ok(Options {
        paths: flags.paths.clone(),
        destination,
        formats,
        events_csv: flags.format.contains(&FormatName::Csv),
        events: match flags.events {
            None if flags.format.contains(&FormatName::Ocsf) => EventsTable::Kept,
            None => EventsTable::No,
            Some(EventsWanted::Kept) => EventsTable::Kept,
            Some(EventsWanted::All) => EventsTable::All,
        },
        events_by: Partitions {
            account: flags.events_by.contains(&EventsBy::Account),
            day: flags.events_by.contains(&EventsBy::Day),
        },
        times: (flags.from, flags.to),
        accounts: flags.account.iter().cloned().collect(),
        regions: flags.region.iter().cloned().collect(),
        object_days: (flags.object_date_from, flags.object_date_to),
        rfc_complete: flags.rfc_complete.clone(),
        as_of: flags.as_of,
        since: flags.since.as_deref().map(compare::last_audit).transpose()?,
        case: flags.case.clone(),
        case_name: flags.case_name.clone(),
        modes: flags.modes.clone(),
        baseline: flags.baseline.clone(),
        rules: flags.rules.clone(),
        sigma: flags.sigma.clone(),
        policy: flags.policy.clone(),
        expect_accounts: flags.expect_accounts.clone(),
        public_keys: flags.public_keys.clone(),
        geoip: flags.geoip.clone(),
        memory_limit_bytes: flags.memory_limit.unwrap_or(MEMORY_LIMIT_BYTES),
        threads: flags.threads.map(usize::from),
        arguments: std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect(),
    })
}

fn format(name: FormatName) -> Format {
    match name {
        FormatName::Csv => Format::Csv,
        FormatName::Parquet => Format::Parquet,
        FormatName::Html => Format::Html,
        FormatName::Md => Format::Markdown,
        FormatName::Json => Format::Json,
        FormatName::Timesketch => Format::Timesketch,
        FormatName::Sarif => Format::Sarif,
        FormatName::Jsonl => Format::Jsonl,
        FormatName::AttackLayer => Format::AttackLayer,
        FormatName::Xlsx => Format::Xlsx,
        FormatName::Pdf => Format::Pdf,
        FormatName::TimesketchCsv => Format::TimesketchCsv,
        FormatName::L2tcsv => Format::L2tCsv,
        FormatName::Ocsf => Format::Ocsf,
    }
}

/// Passes on how far the run is to the progress display.
struct Watch<'t> {
    terminal: &'t Terminal,
    progress: OnceLock<Progress>,
    timings: Option<Timings>,
    /// The folder of the reports as the user gave it; `None` for stdout.
    place: Option<String>,
    /// What is said at the end: its facts are those of the reports, gathered once.
    summary: OnceLock<String>,
}

impl<'t> Watch<'t> {
    const fn new(terminal: &'t Terminal) -> Self {
        Self { terminal, progress: OnceLock::new(), timings: None, place: None, summary: OnceLock::new() }
    }
}

impl Observer for Watch<'_> {
    fn found(&self, _objects: u64, bytes: u64) {
        self.progress.get_or_init(|| self.terminal.progress(bytes));
        if let Some(timings) = &self.timings {
            timings.stage("reading the objects");
        }
    }

    fn object(&self, bytes: u64, records: u64, problems: u64) {
        if let Some(progress) = self.progress.get() {
            progress.object(bytes, records, problems);
        }
    }

    fn stage(&self, what: &'static str) {
        if let Some(progress) = self.progress.get() {
            progress.stage(what);
        }
        if let Some(timings) = &self.timings {
            timings.stage(what);
        }
    }

    fn part(&self, what: &'static str, time: Duration) {
        if let Some(timings) = &self.timings {
            timings.part(what, time);
        }
    }

    fn told(&self, report: &Report, head: &Headline<'_>) {
        self.summary.get_or_init(|| self.terminal.summary((report, head), self.place.as_deref()));
    }
}
