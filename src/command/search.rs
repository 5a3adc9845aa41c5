//! From the flags of `search` to its output and its exit code.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::{CLEAN, INCOMPLETE, Watch, not_turned};
use crate::cli::{Color, Search, SearchFormat};
use crate::correlate::Selection;
use crate::error::Error;
use crate::model::count::counted;
use crate::report::escape;
use crate::search::by::By;
use crate::search::print::{Form, Printer};
use crate::search::query::Query;
use crate::search::{self, Extent, Options};
use crate::terminal::{Terminal, Verbosity};

/// Runs `search` and prints what it finds; gives the exit code.
///
/// # Errors
/// A query that is none, a path that cannot be looked at, an output that
/// cannot be written, the user's interrupt.
pub fn search(flags: &Search, color: Color, interrupted: &AtomicBool) -> Result<u8, Error> {
    // On a terminal, hits would run into the display.
    let no_progress = flags.no_progress || io::stdout().is_terminal();
    let verbosity = Verbosity { quiet: flags.quiet, verbose: flags.verbose, no_progress };
    let terminal = Terminal::new(color, verbosity);
    let (paths, text) = paths_and_query(flags)?;
    let query = Query::parse(&text).map_err(|why| Error::Query { query: text.clone(), why })?;
    not_turned((flags.from, flags.to), ("from", "to"))?;
    let object_days = (flags.object_date_from, flags.object_date_to);
    not_turned(object_days, ("object-date-from", "object-date-to"))?;
    let form = match flags.format {
        SearchFormat::Text => Form::Text,
        SearchFormat::Jsonl => Form::Jsonl,
        SearchFormat::Csv => Form::Csv,
    };
    let by = (!flags.count_by.is_empty()).then(|| By::new(&flags.count_by));
    let printer = Printer { form, accent: terminal.accent() };
    let options = Options {
        paths: &paths,
        query: &query,
        selection: Selection {
            times: (flags.from, flags.to),
            accounts: flags.account.iter().cloned().collect(),
            regions: flags.region.iter().cloned().collect(),
        },
        object_days,
        limit: flags.limit,
        printer: (!flags.count && by.is_none()).then_some(printer),
        by: by.as_ref(),
    };
    let watch = Watch::new(&terminal);
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = flags.threads {
        pool = pool.num_threads(usize::from(threads));
    }
    let pool = pool.build().map_err(|source| Error::Threads(Box::new(source)))?;
    let searched = pool.install(|| print(&options, printer, &watch, interrupted));
    if let Some(progress) = watch.progress.get() {
        progress.finish();
    }
    let extent = searched?;
    terminal.problems_or(&extent.problems, "--verbose shows them");
    tell(&extent, &options, &terminal);
    let lost = extent.problems.iter().any(|problem| problem.kind.is_loss());
    Ok(if lost || extent.records == 0 { INCOMPLETE } else { CLEAN })
}

/// Searches, and writes each hit as soon as its turn comes.
fn print(
    options: &Options<'_>,
    printer: Printer,
    watch: &Watch<'_>,
    interrupted: &AtomicBool,
) -> Result<Extent, Error> {
    let mut out = BufWriter::new(io::stdout());
    let header = match options.by {
        Some(by) => by.header(printer.form),
        None if options.printer.is_some() => printer.header(),
        None => printer.count_header(),
    };
    out.write_all(&header).map_err(Error::Stdout)?;
    let extent = search::search(options, watch, interrupted, &mut |searched| {
        let count = match (options.printer, options.by) {
            (None, None) => printer.count(&searched.path, searched.hits),
            _ => Vec::new(),
        };
        let written = out.write_all(&count).and_then(|()| {
            searched.printed.iter().try_for_each(|hit| out.write_all(hit))?;
            // A person sees a hit when it is found, not when the buffer is full.
            if searched.hits > 0 { out.flush() } else { Ok(()) }
        });
        written.map_err(Error::Stdout)
    })?;
    let groups = options.by.into_iter().flat_map(|by| {
        let groups = extent.groups.largest_first().into_iter();
        groups.map(|(values, hits)| by.line(printer.form, values, hits))
    });
    groups.into_iter().try_for_each(|line| out.write_all(&line)).map_err(Error::Stdout)?;
    out.flush().map_err(Error::Stdout)?;
    Ok(extent)
}

/// The paths and the query, which is the last argument unless a flag has it.
fn paths_and_query(flags: &Search) -> Result<(Vec<PathBuf>, String), Error> {
    let path = |word: &OsString| PathBuf::from(word);
    if let Some(query) = &flags.query {
        return Ok((flags.words.iter().map(path).collect(), query.clone()));
    }
    let Some((last, paths)) = flags.words.split_last().filter(|(_, paths)| !paths.is_empty()) else {
        return Err(Error::QueryMissing);
    };
    let shown = last.to_string_lossy();
    let Some(query) = last.to_str() else {
        return Err(Error::Query { query: shown.into_owned(), why: "it is no UTF-8".to_owned() });
    };
    // A forgotten query would turn the last path into one, and find nothing.
    if Path::new(last).exists() {
        return Err(Error::QueryIsPath { path: path(last) });
    }
    Ok((paths.iter().map(path).collect(), query.to_owned()))
}

/// How much was searched, and what of the query may be a slip.
fn tell(extent: &Extent, options: &Options<'_>, terminal: &Terminal) {
    for field in &extent.unknown_fields {
        let field = escape::terminal(field);
        terminal.fault(&format!(
            "no record has a field `{field}`; to look for text with a colon, put it in double quotes"
        ));
    }
    for name in options.by.iter().flat_map(|by| by.unseen(&extent.groups)).filter(|_| extent.hits > 0) {
        terminal.fault(&format!("no record found has a value for `{}`", escape::terminal(name)));
    }
    if extent.groups.beyond > 0 {
        let beyond = counted(extent.groups.beyond, "record");
        terminal.fault(&format!(
            "{beyond} with still other values are in no line: name fields with fewer values"
        ));
    }
    let found = match extent.hits {
        0 => "Nothing found".to_owned(),
        hits => format!("{} found in {}", counted(hits, "record"), counted(extent.objects_hit, "object")),
    };
    let searched = format!("{} in {}", counted(extent.records, "record"), counted(extent.objects, "object"));
    let mut line = if extent.stopped {
        format!("{found}; ended at --limit after {searched}: there may be more")
    } else {
        format!("{found}; searched {searched}")
    };
    let selection = &options.selection;
    let selected = !selection.accounts.is_empty()
        || !selection.regions.is_empty()
        || selection.times.0.is_some()
        || selection.times.1.is_some();
    if selected {
        line.push_str(", as far as they are selected");
    }
    if extent.left_out > 0 {
        line.push_str(&format!("; {} left unopened by their date", counted(extent.left_out, "object")));
    }
    if extent.no_evidence > 0 {
        line.push_str(&format!("; {} without any record", counted(extent.no_evidence, "object")));
    }
    let losses = extent.problems.iter().filter(|problem| problem.kind.is_loss()).count() as u64;
    if losses > 0 {
        line.push_str(&format!("; NOT all was searched: {}", counted(losses, "problem")));
    }
    terminal.note(&format!("{line}."));
}
