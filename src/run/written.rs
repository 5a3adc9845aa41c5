//! Rows that lie on disk for a run, and the reports that are made of them.
//!
//! Owns: that nothing is published if a row could not be put on disk or read back.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Options, events};
use crate::dump::Observer;
use crate::error::Error;
use crate::lake::Rows;
use crate::limits::runs_bytes_max;
use crate::model::report::Report;
use crate::report::folder::Staging;
use crate::report::{self, Format, ReportError, RunFacts};
use crate::runs::Room;

/// Room for the rows of a run; files lie where the reports are made, else where the
/// system keeps such files.
pub(super) fn room(options: &Options, staging: Option<&Staging>) -> Arc<Room> {
    let folder = staging.map(|staging| staging.path().to_owned());
    Room::new(runs_bytes_max(options.memory_limit_bytes), folder)
}

/// Ends the run if rows are missing.
pub(super) fn check(room: &Room) -> Result<(), Error> {
    room.check().map_err(|error| Error::not_on_disk(&room.folder(), error))
}

/// Writes the reports; gives the folder that holds them.
pub(super) fn write(
    report: &Report,
    (facts, options): (&RunFacts, &Options),
    (staging, rows): (Option<Staging>, Option<&Rows>),
    (room, observer, interrupted): (&Room, &dyn Observer, &AtomicBool),
) -> Result<Option<PathBuf>, Error> {
    let Some(staging) = staging else {
        let format = options.formats.first().copied().unwrap_or(Format::Csv);
        let mut out = std::io::stdout().lock();
        match rows.filter(|_| format == Format::Ocsf) {
            Some(rows) => events::write_lines(rows, report, options, &mut out)?,
            None => report::write_one(report, facts, format, &mut out)?,
        }
        out.flush().map_err(ReportError::Write)?;
        check(room)?;
        return Ok(None);
    };
    for one in report::write_all(report, facts, &options.formats, options.events_csv, &staging)? {
        observer.part(one.name, one.time);
    }
    if interrupted.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    check(room)?;
    Ok(Some(staging.commit().map_err(ReportError::from)?))
}
