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
use sheet::{Part, Sheet};

/// The file's name in the output folder.
pub const FILE: &str = "report.xlsx";

/// Rows of a sheet, the header's included.
/// Source: support.microsoft.com, "Excel specifications and limits", read 2026-11.
const SHEET_ROWS_MAX: usize = 1_048_576;

/// Rows of a table from which on its sheet may be larger than 4 GiB before it is
/// packed, which the container must be told beforehand.
const LARGE_ROWS: usize = 1 << 16;

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
    workbook.use_zip_large_file(tables.iter().any(|table| table.held() > LARGE_ROWS));
    look.register(&mut workbook);
    if let Some(folder) = folder {
        workbook.set_tempdir(folder)?;
    }
    let empty: Vec<Vec<_>> = tables
        .iter()
        .map(|table| {
            let part = |part| Ok((part, workbook.new_worksheet_with_constant_memory()?));
            parts(table, rows_max).map(part).collect()
        })
        .collect::<Result<_, XlsxError>>()?;
    let filled: Vec<Vec<Filled<'_, '_>>> = tables
        .par_iter()
        .zip(empty)
        .map(|(table, sheets)| fill(table, sheets, &look))
        .collect::<Result<_, XlsxError>>()?;
    let filled: Vec<_> = filled.into_iter().flatten().collect();
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

/// The sheets that a table needs: one, and more where rows do not fit.
fn parts<'a, 't>(table: &'t Table<'a>, rows_max: usize) -> impl Iterator<Item = Part<'a, 't>> {
    let room = rows_max - 1;
    let count = table.held().div_ceil(room).max(1);
    (0..count).map(move |place| {
        let rows = table.held().saturating_sub(place * room).min(room);
        Part { table, rows, place, count }
    })
}

/// Fills the sheets of a table, one after the other, in one pass over its rows.
fn fill<'a, 't>(
    table: &Table<'_>,
    sheets: Vec<(Part<'a, 't>, Worksheet)>,
    look: &Look,
) -> Result<Vec<Filled<'a, 't>>, XlsxError> {
    let mut filled = Vec::with_capacity(sheets.len());
    let mut empty = sheets.into_iter().map(|(part, worksheet)| Sheet::begin(part, worksheet, look));
    let mut sheet = empty.next().transpose()?;
    table.try_each(|row| {
        if sheet.as_ref().is_some_and(Sheet::is_full)
            && let Some(next) = empty.next()
        {
            filled.extend(sheet.replace(next?).map(Sheet::finish).transpose()?);
        }
        sheet.iter_mut().try_for_each(|sheet| sheet.push(row, look))
    })?;
    filled.extend(sheet.map(Sheet::finish).transpose()?);
    // Rows that a failing disk keeps back leave sheets empty.
    for sheet in empty {
        filled.push(sheet?.finish()?);
    }
    Ok(filled)
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
