//! The table of all events: asked for, gathered beside the rest, written.
//!
//! Owns: what of it each format of the report gets. How rows get there is `lake`'s.

use std::io::{self, Write};
use std::path::Path;

use super::{EventsTable, Options, selection};
use crate::correlate::Selection;
use crate::error::Error;
use crate::examine::Examiner;
use crate::lake::{Bounds, Lake, Placed, Rows, Wanted};
use crate::limits::LAKE_ROWS_SHOWN;
use crate::model::event::Event;
use crate::model::id::{AccountId, Region};
use crate::model::report::Report;
use crate::model::time::UtcTime;
use crate::report::folder::Staging;
use crate::report::{Format, ReportError, RunFacts, ocsf};
use crate::timeline::RowCopies;

/// What takes the rows, if they are asked for.
pub(super) fn lake(options: &Options, temporary: Option<&Path>) -> Option<Lake> {
    let wanted = options.events == EventsTable::All;
    wanted.then(|| Lake::new(temporary.map(Path::to_owned), Bounds::default()))
}

/// Ends the run early if rows could not be put on disk.
pub(super) fn check(examiner: &Examiner<'_>) -> Result<(), Error> {
    examiner
        .lake
        .as_ref()
        .map_or(Ok(()), Lake::check)
        .map_err(|error| Error::not_on_disk(&examiner.prints.folder(), error))
}

/// All rows, sorted.
pub(super) fn rows(
    examiner: &Examiner<'_>,
    placed: &[(u32, Placed)],
    copies: RowCopies,
) -> Result<Option<Rows>, Error> {
    let Some(lake) = &examiner.lake else { return Ok(None) };
    Ok(Some(
        lake.finish(placed, copies).map_err(|error| Error::not_on_disk(&examiner.prints.folder(), error))?,
    ))
}

/// Writes the files of the table, and tells the report what it may show of it.
pub(super) fn write(
    rows: &Rows,
    report: &mut Report,
    (facts, options): (&RunFacts, &Options),
    staging: Option<&Staging>,
) -> Result<(), Error> {
    let Some(staging) = staging else { return Ok(()) };
    let selection = selection(options);
    let selects = selects(&selection);
    let lines = ocsf::Lines::of(report);
    let line = |event: &Event, out: &mut dyn Write| lines.write(event, out);
    let asked = |format| options.formats.contains(&format);
    let wanted = Wanted {
        folder: staging.path(),
        parquet: asked(Format::Parquet).then_some((&*facts.version, &*facts.schema_version)),
        partitions: options.events_by,
        csv: asked(Format::Csv) && options.events_csv,
        lines: asked(Format::Ocsf).then_some((ocsf::FILE, &line)),
        selects: is_one(&selection).then_some(&selects),
        shown: if asked(Format::Html) || asked(Format::Xlsx) { LAKE_ROWS_SHOWN } else { 0 },
    };
    let written = rows.write(&wanted).map_err(ReportError::from)?;
    report.events = Some(written.shown);
    report.events_elsewhere = Some(written.rows);
    Ok(())
}

/// Writes the lines of OCSF alone.
pub(super) fn write_lines(
    rows: &Rows,
    report: &Report,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let selection = selection(options);
    let selects = selects(&selection);
    let lines = ocsf::Lines::of(report);
    let mut out = io::BufWriter::new(out);
    let written = rows.each(is_one(&selection).then_some(&selects), |event| lines.write(event, &mut out));
    Ok(written.and_then(|()| out.flush()).map_err(ReportError::Write)?)
}

/// Whether anything is left out.
fn is_one(selection: &Selection) -> bool {
    selection.times != (None, None) || !selection.accounts.is_empty() || !selection.regions.is_empty()
}

fn selects(
    selection: &Selection,
) -> impl Fn(Option<UtcTime>, Option<&AccountId>, Option<&Region>) -> bool + Sync {
    |time, account, region| {
        selection.holds(time, time) && selection.holds_account(account) && selection.holds_region(region)
    }
}
