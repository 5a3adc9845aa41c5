//! From the flags of `compare` to its output and its exit code.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use clap::Parser as _;

use super::CLEAN;
use crate::cli::{Cli, Color, Command, Compare, CompareFormat};
use crate::compare::{self, Asked, Changes, Side, print};
use crate::correlate::Selection;
use crate::error::Error;
use crate::readback::Tables;
use crate::report::write_table;
use crate::run::{LastAudit, keep_apart};
use crate::terminal::{Terminal, Verbosity};

/// The file that `--output` gets.
const FILE: &str = "changes.csv";

/// Tells what has changed between two reports; gives the exit code.
///
/// # Errors
/// A folder that holds no report, or one that was altered; an output that
/// cannot be written.
pub fn compare(flags: &Compare, color: Color) -> Result<u8, Error> {
    let terminal = Terminal::new(color, Verbosity::default());
    let (old, new) = (compare::read(&flags.old)?, compare::read(&flags.new)?);
    if let Some(output) = &flags.output {
        keep_apart(output, &[flags.old.clone(), flags.new.clone()])?;
    }
    let sides = (Side::of(&old, asked(&old)), Side::of(&new, asked(&new)));
    for note in compare::notes((&old, &sides.0), (&new, &sides.1)) {
        terminal.note(&note);
    }
    let changes = compare::compare(&sides.0, &sides.1);
    if let Some(output) = &flags.output {
        write(&changes, output)?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match flags.format {
        CompareFormat::Text => print::text(&changes, (&sides.0, &sides.1), terminal.accent(), &mut out),
        CompareFormat::Jsonl => crate::report::jsonl::write(&changes.table(), &mut out),
        CompareFormat::Csv => crate::report::csv::write(&changes.table(), &mut out).map_err(io::Error::other),
    };
    written.and_then(|()| out.flush()).map_err(Error::Stdout)?;
    Ok(CLEAN)
}

fn write(changes: &Changes, output: &Path) -> Result<(), Error> {
    Ok(write_table(&changes.table(), FILE, output)?)
}

/// What a run was asked for; `None` if its command line is not one of ours.
fn asked(tables: &Tables) -> Option<Asked> {
    let words = std::iter::once("devtrail".to_owned()).chain(tables.arguments.iter().cloned());
    let Ok(Cli { command: Command::Analyze(run), .. }) = Cli::try_parse_from(words) else { return None };
    Some(Asked {
        selection: Selection {
            times: (run.from, run.to),
            accounts: run.account.into_iter().collect(),
            regions: run.region.into_iter().collect(),
        },
        object_days: (run.object_date_from, run.object_date_to),
        as_of: run.as_of,
    })
}

/// The report of the last audit, for the report of this one.
///
/// # Errors
/// A folder that holds no report, or one that was altered.
pub(super) fn last_audit(folder: &Path) -> Result<LastAudit, Error> {
    let tables = compare::read(folder)?;
    let asked = asked(&tables);
    Ok(LastAudit { folder: folder.to_owned(), tables: Arc::new(tables), asked })
}
