//! From the flags of `explain` to its output and its exit code.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write as _};
use std::path::{Component, Path, PathBuf};

use clap::Parser as _;

use super::{CLEAN, INCOMPLETE};
use crate::cli::{Cli, Color, Command, Explain, ExplainFormat};
use crate::dump::look;
use crate::error::Error;
use crate::explain::print::{self, Page, Records};
use crate::explain::record::{RecordPlace, reread};
use crate::explain::{self, Story};
use crate::readback::Tables;
use crate::terminal::{Terminal, Verbosity};

/// Tells the story of an id; gives the exit code.
///
/// # Errors
/// A folder that holds no report, an id that is not in it, a dump that cannot
/// be looked at, an output that cannot be written.
pub fn explain(flags: &Explain, color: Color) -> Result<u8, Error> {
    let terminal = Terminal::new(color, Verbosity::default());
    let tables = explain::read(&flags.report)?;
    let story = explain::explain(&tables, &flags.id)?;
    let records = records(flags, &story, &tables)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match flags.format {
        ExplainFormat::Text => {
            let page = Page { width: terminal.width(), accent: terminal.accent() };
            print::text(&story, &records, page, &mut out)
        }
        ExplainFormat::Jsonl => print::jsonl(&story, &records, &mut out),
    };
    written.and_then(|()| out.flush()).map_err(Error::Stdout)?;
    drop(out);
    let reasons: BTreeSet<&str> = records.values().filter_map(|reread| reread.why_not()).collect();
    for why in &reasons {
        let count = records.values().filter(|reread| reread.why_not() == Some(why)).count();
        terminal.fault(&format!("{count} of {} records not shown: {why}", records.len()));
    }
    Ok(if reasons.is_empty() { CLEAN } else { INCOMPLETE })
}

/// Reads the records again that are to be shown. A row of a ticket file is none:
/// the story of its ticket tells all that it holds.
fn records(flags: &Explain, story: &Story, tables: &Tables) -> Result<Records, Error> {
    let entries = story.subjects.iter().flat_map(|subject| &subject.entries);
    let wanted = entries.filter(|entry| !flags.no_raw && (flags.raw || entry.itself));
    let evidence = tables.grid("evidence");
    let tickets = evidence.find("format", &|format| format == crate::tickets::FORMAT);
    let tickets: BTreeSet<String> =
        tickets.into_iter().map(|row| evidence.text(row, "source_object")).collect();
    let places = wanted.filter_map(|entry| entry.evidence.clone());
    let places: BTreeSet<RecordPlace> = places.filter(|(object, _)| !tickets.contains(object)).collect();
    if places.is_empty() {
        return Ok(Records::new());
    }
    let found = if flags.dump.is_empty() {
        // A dump that is no longer there leaves every record without its object.
        let paths = paths_of_the_run(&tables.arguments, &flags.report);
        if paths.is_empty() { Vec::new() } else { look(&paths)? }
    } else {
        look(&flags.dump)?
    };
    Ok(reread(&found, &places, &story.sha256))
}

/// The paths of the dump that a run was given, as far as they are still there.
///
/// Relative ones begin where the run was started: that is told by the place of
/// the report, if its path was relative too, else it is looked for here.
fn paths_of_the_run(arguments: &[String], report: &Path) -> Vec<PathBuf> {
    let words = std::iter::once("devtrail".to_owned()).chain(arguments.iter().cloned());
    let Ok(Cli { command: Command::Analyze(run), .. }) = Cli::try_parse_from(words) else {
        return Vec::new();
    };
    let started = started_in(&run.output, report);
    let bases = started.into_iter().chain(std::iter::once(PathBuf::new()));
    for base in bases {
        let paths: Vec<PathBuf> = run.paths.iter().map(|path| base.join(path)).collect();
        if paths.iter().all(|path| path.exists()) {
            return paths;
        }
    }
    run.paths.into_iter().filter(|path| path.exists()).collect()
}

/// The folder in which a run was started that wrote its report to `output`.
fn started_in(output: &Path, report: &Path) -> Option<PathBuf> {
    let real = report.canonicalize().ok()?;
    let plain = |part: &Component<'_>| matches!(part, Component::Normal(_));
    let parts: PathBuf = output.components().filter(|part| *part != Component::CurDir).collect();
    if !parts.components().all(|part| plain(&part)) || !real.ends_with(&parts) {
        return None;
    }
    real.ancestors().nth(parts.components().count()).map(Path::to_path_buf)
}
