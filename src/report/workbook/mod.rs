//! report.xlsx: every table as a sheet, behind a cover to sign.
//!
//! Owns: the order of the sheets, where rows go on in a further sheet, and how
//! the file is put together. `sheet` fills one sheet, `cell` decides what one
//! cell becomes, `look` its format, `cover` what stands in front.
//! Whatever tables the report has become sheets; none is named here.
//!
//! ```text
//!  cover │ columns │ evidence │ problems │ … │ timeline │ timeline (2) │ …
//! ```
//!
//! Rows go to unnamed temporary files (`constant_memory`), so that memory does
//! not follow them, and sheets are filled in parallel. Bytes are the same for
//! the same report: no clock is read, and the numbers of formats are given out
//! before the first row is written.

mod cell;
mod cover;
mod look;
mod sheet;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::io::{self, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::path::Path;

use rayon::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use crate::model::report::Report;
use crate::report::column::Table;
use crate::report::headline::Headline;
use crate::report::provenance::Provenance;
use crate::report::tables;
use look::Look;
use sheet::Part;

/// The file's name in the output folder.
pub const FILE: &str = "report.xlsx";

/// Rows of a sheet, the header's included.
/// Source: support.microsoft.com, "Excel specifications and limits", read 2026-11.
const SHEET_ROWS_MAX: usize = 1_048_576;

/// How hard the sheets are packed, of 9. Level 6, the usual one, takes three times
/// as long for a file that is a fifth smaller.
const COMPRESSION_LEVEL: u8 = 2;

/// A sheet that has been filled.
struct Filled<'a, 't> {
    part: Part<'a, 't>,
    worksheet: Worksheet,
    /// Cells whose text did not fit.
    cut: u64,
}

/// Writes the workbook. Rows wait in `folder`, else in the system's folder for
/// temporary files, in files without a name.
///
/// # Errors
/// If `out` or a temporary file cannot be written.
pub fn write(
    report: &Report,
    head: &Headline<'_>,
    made: &Provenance<'_>,
    folder: Option<&Path>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut whole = match folder {
        Some(folder) => tempfile::tempfile_in(folder)?,
        None => tempfile::tempfile()?,
    };
    // The crate panics when a temporary file of its own cannot be written.
    let written = catch_unwind(AssertUnwindSafe(|| {
        assemble(report, head, made, (folder, SHEET_ROWS_MAX))?.save_to_writer(&mut whole)
    }));
    written.map_err(|panic| io::Error::other(words_of(&*panic)))?.map_err(into_io)?;
    whole.seek(SeekFrom::Start(0))?;
    io::copy(&mut whole, out)?;
    Ok(())
}

/// The workbook, ready to be saved; no sheet has more than `rows_max` rows.
fn assemble(
    report: &Report,
    head: &Headline<'_>,
    made: &Provenance<'_>,
    (folder, rows_max): (Option<&Path>, usize),
) -> Result<Workbook, XlsxError> {
    let tables = tables::all(report);
    let look = Look::new();
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(made));
    workbook.set_zip_compression_level(COMPRESSION_LEVEL);
    look.register(&mut workbook);
    if let Some(folder) = folder {
        workbook.set_tempdir(folder)?;
    }
    let empty: Vec<_> = parts(&tables, rows_max)
        .into_iter()
        .map(|part| Ok((part, workbook.new_worksheet_with_constant_memory()?)))
        .collect::<Result<_, XlsxError>>()?;
    let filled: Vec<Filled<'_, '_>> = empty
        .into_par_iter()
        .map(|(part, mut worksheet)| {
            let cut = part.fill(&mut worksheet, &look)?;
            Ok(Filled { part, worksheet, cut })
        })
        .collect::<Result<_, XlsxError>>()?;
    workbook.push_worksheet(cover::cover(report, head, made, (&filled, &look))?);
    workbook.push_worksheet(cover::columns(&tables, &look)?);
    for sheet in filled {
        workbook.push_worksheet(sheet.worksheet);
    }
    Ok(workbook)
}

/// What a panic says.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("the workbook cannot be written")
        .to_owned()
}

/// Whether a panic comes from the workbook's crate: then [`write()`] makes an error of it.
pub fn is_caught(panic: &PanicHookInfo<'_>) -> bool {
    panic.location().is_some_and(|place| place.file().contains("rust_xlsxwriter"))
}

/// The sheets that the tables need: one each, and more where rows do not fit.
fn parts<'a, 't>(tables: &'t [Table<'a>], rows_max: usize) -> Vec<Part<'a, 't>> {
    let room = rows_max - 1;
    let of = |table: &'t Table<'a>| {
        let count = table.held().div_ceil(room).max(1);
        (0..count).map(move |place| Part {
            table,
            rows: (place * room)..((place + 1) * room).min(table.held()),
            place,
            count,
        })
    };
    tables.iter().flat_map(of).collect()
}

/// A fixed time of making: the earliest that the container can hold.
fn properties(made: &Provenance<'_>) -> DocProperties {
    let made_at = ExcelDateTime::from_ymd(1980, 1, 1).expect("a date that every spreadsheet knows");
    DocProperties::new()
        .set_title("devtrail audit workbook")
        .set_author(format!("devtrail {}", made.version))
        .set_creation_datetime(&made_at)
}

/// The system's error inside an error of the writer, or that error as text.
fn into_io(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => error,
        other => io::Error::other(other.to_string()),
    }
}
