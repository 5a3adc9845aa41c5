//! One sheet of a table's rows.
//!
//! Owns: the header, widths, filters, colours and rows of a sheet, and its name.

use rust_xlsxwriter::{IgnoreError, Worksheet, XlsxError};

use crate::report::column::{Head, Kind, Line, Table};

use super::Filled;
use super::cell::{Shown, shown};
use super::look::{Look, paint};

/// Rows of a table that stand in one sheet.
pub(super) struct Part<'a, 't> {
    /// The table.
    pub(super) table: &'t Table<'a>,
    /// How many of its rows.
    pub(super) rows: usize,
    /// The place of this sheet among those of the table, from 0.
    pub(super) place: usize,
    /// How many sheets the table needs.
    pub(super) count: usize,
}

/// Rows looked at to choose the width of a column.
const SAMPLED_ROWS: usize = 200;
/// Widths in characters.
const WIDTH: (usize, usize) = (8, 60);
/// Width of a column of times.
const TIME_WIDTH: usize = 24;
/// Room for the arrow of the filter beside a column's name.
const ARROW_WIDTH: usize = 4;
/// Characters of a sheet's name.
/// Source: support.microsoft.com, "Excel specifications and limits", read 2026-11.
const NAME_CHARS_MAX: usize = 31;

impl Part<'_, '_> {
    /// The sheet's name: that of the table, and its number from the second on.
    pub(super) fn name(&self) -> String {
        let suffix = if self.place == 0 { String::new() } else { format!(" ({})", self.place + 1) };
        let room = NAME_CHARS_MAX - suffix.len();
        format!("{}{suffix}", self.table.name.chars().take(room).collect::<String>())
    }

    /// Fills the sheet's head, before any of its rows.
    fn begin(&self, worksheet: &mut Worksheet, look: &Look) -> Result<(), XlsxError> {
        worksheet.set_name(self.name())?;
        worksheet.set_freeze_panes(1, 0)?;
        worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        worksheet.set_repeat_rows(0, 0)?;
        worksheet.set_footer("&L&A&RPage &P of &N");
        let last_row = self.rows as u32;
        for (place, head) in (0u16..).zip(&self.table.columns) {
            if head.kind == Kind::Time {
                // Most times have no fraction: the column's own format spares them one each.
                worksheet.set_column_format(place, &look.times[0])?;
            }
            if last_row > 0 {
                paint(worksheet, head.name, (1, last_row, place))?;
            }
            if matches!(head.kind, Kind::Text | Kind::List) {
                worksheet.ignore_error_range(0, place, last_row, place, IgnoreError::NumberStoredAsText)?;
            }
        }
        for (place, head) in (0u16..).zip(&self.table.columns) {
            worksheet.write_string_with_format(0, place, head.name, &look.header)?;
        }
        let last_column = self.table.columns.len().saturating_sub(1) as u16;
        worksheet.autofilter(0, 0, last_row, last_column)?;
        Ok(())
    }
}

/// A sheet that is being filled.
pub(super) struct Sheet<'a, 't> {
    part: Part<'a, 't>,
    worksheet: Worksheet,
    /// The row that was written last.
    line: u32,
    cut: u64,
    /// The longest text of each column in the rows looked at.
    longest: Vec<usize>,
}

impl<'a, 't> Sheet<'a, 't> {
    /// Begins a sheet.
    pub(super) fn begin(
        part: Part<'a, 't>,
        mut worksheet: Worksheet,
        look: &Look,
    ) -> Result<Self, XlsxError> {
        part.begin(&mut worksheet, look)?;
        let longest = vec![0; part.table.columns.len()];
        Ok(Self { part, worksheet, line: 0, cut: 0, longest })
    }

    /// Whether all its rows are there.
    pub(super) const fn is_full(&self) -> bool {
        self.line as usize >= self.part.rows
    }

    /// Writes the next row.
    pub(super) fn push(&mut self, row: &Line<'_>, look: &Look) -> Result<(), XlsxError> {
        self.line += 1;
        for (place, longest) in (0u16..).zip(&mut self.longest) {
            let cell = shown(row.cell(usize::from(place)));
            if self.line as usize <= SAMPLED_ROWS {
                *longest = length(&cell).max(*longest);
            }
            self.cut += write_cell(&mut self.worksheet, look, (self.line, place, cell))?;
        }
        Ok(())
    }

    /// The sheet, with widths: last, as each cell is looked up among the columns that
    /// were changed.
    pub(super) fn finish(mut self) -> Result<Filled<'a, 't>, XlsxError> {
        for (place, (head, longest)) in (0u16..).zip(self.part.table.columns.iter().zip(&self.longest)) {
            self.worksheet.set_column_width(place, width(head, *longest) as f64)?;
        }
        Ok(Filled { part: self.part, worksheet: self.worksheet, cut: self.cut })
    }
}

/// Writes one cell; gives 1 if it was cut.
fn write_cell(
    worksheet: &mut Worksheet,
    look: &Look,
    (line, at, cell): (u32, u16, Shown<'_>),
) -> Result<u64, XlsxError> {
    match cell {
        Shown::Empty => {}
        Shown::Text(text, cut) => {
            worksheet.write_string(line, at, text)?;
            return Ok(u64::from(cut));
        }
        Shown::Number(number) => {
            worksheet.write_number(line, at, number)?;
        }
        Shown::Time(days, 0) => {
            worksheet.write_number(line, at, days)?;
        }
        Shown::Time(days, digits) => {
            let format = look.times.get(digits).unwrap_or(&look.header);
            worksheet.write_number_with_format(line, at, days, format)?;
        }
        Shown::Bool(truth) => {
            worksheet.write_boolean(line, at, truth)?;
        }
    }
    Ok(0)
}

/// Wide enough for its name and the first rows, within bounds.
fn width(head: &Head, longest: usize) -> usize {
    if head.kind == Kind::Time {
        return TIME_WIDTH;
    }
    longest.max(head.name.len() + ARROW_WIDTH).clamp(WIDTH.0, WIDTH.1)
}

fn length(shown: &Shown<'_>) -> usize {
    match shown {
        Shown::Text(text, _) => text.chars().take(WIDTH.1).count() + 1,
        Shown::Number(number) => number.to_string().len() + 1,
        Shown::Empty | Shown::Time(..) | Shown::Bool(_) => 0,
    }
}
