//! From the flags of `ingest` to a filled case, and what is said of it.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use super::{CLEAN, INCOMPLETE, Watch};
use crate::cli::{Color, Ingest};
use crate::error::Error;
use crate::lake::Partitions;
use crate::limits::MEMORY_LIMIT_BYTES;
use crate::model::count::grouped;
use crate::report::escape;
use crate::run::{self, Destination, EventsTable, Options};
use crate::terminal::{Terminal, Verbosity};

/// Runs `ingest` and says what it did; gives the exit code.
///
/// # Errors
/// When the case cannot be filled.
pub fn ingest(flags: &Ingest, color: Color, interrupted: &AtomicBool) -> Result<u8, Error> {
    let verbosity = Verbosity { quiet: flags.quiet, verbose: flags.verbose, no_progress: flags.no_progress };
    let terminal = Terminal::new(color, verbosity);
    let watch = Watch::new(&terminal);
    let options = options(flags);
    let done = run::ingest(run::Ingest { options: &options, share: flags.part }, &watch, interrupted);
    if let Some(progress) = watch.progress.get() {
        progress.finish();
    }
    let done = done?;
    terminal.problems(&done.problems);
    let mut parts =
        vec![format!("{} read", counted(done.kept)), format!("{} held already", grouped(done.held))];
    if done.beside > 0 {
        parts.push(format!("{} that cannot be kept", grouped(done.beside)));
    }
    let case = escape::terminal(&flags.case.display().to_string()).into_owned();
    terminal.result(&format!("{case}: {}", parts.join(", ")))?;
    let lost = done.problems.iter().any(|problem| problem.kind.is_loss());
    Ok(if lost { INCOMPLETE } else { CLEAN })
}

fn counted(objects: u64) -> String {
    format!("{} object{}", grouped(objects), if objects == 1 { "" } else { "s" })
}

/// What decides what is kept; all else is as it would be without a flag.
fn options(flags: &Ingest) -> Options {
    Options {
        paths: flags.paths.clone(),
        case: Some(flags.case.clone()),
        destination: Destination::Stdout,
        formats: BTreeSet::new(),
        events_csv: false,
        events: EventsTable::No,
        events_by: Partitions::default(),
        times: (None, None),
        accounts: BTreeSet::new(),
        regions: BTreeSet::new(),
        object_days: (None, None),
        rfc_complete: Vec::new(),
        as_of: None,
        since: None,
        case_name: None,
        modes: flags.modes.clone(),
        rules: flags.rules.clone(),
        sigma: flags.sigma.clone(),
        baseline: flags.baseline.clone(),
        policy: flags.policy.clone(),
        expect_accounts: None,
        public_keys: Vec::new(),
        geoip: Vec::new(),
        memory_limit_bytes: MEMORY_LIMIT_BYTES,
        threads: flags.threads.map(usize::from),
        arguments: Vec::new(),
    }
}
