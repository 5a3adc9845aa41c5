//! One sheet of a table's rows.
//!
//! Owns: the header, widths, filters, colours and rows of a sheet, and its name.

use std::ops::Range;

use rust_xlsxwriter::{IgnoreError, Worksheet, XlsxError};

use crate::report::column::{Kind, Table};

use super::cell::{Shown, shown};
use super::look::{Look, paint};

/// Rows of a table that stand in one sheet.
pub(super) struct Part<'a, 't> {
    /// The table.
    pub(super) table: &'t Table<'a>,
    /// Which of its rows, from 0.
    pub(super) rows: Range<usize>,
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

    /// Fills the sheet; gives the number of cells that were cut.
    pub(super) fn fill(&self, worksheet: &mut Worksheet, look: &Look) -> Result<u64, XlsxError> {
        worksheet.set_name(self.name())?;
        worksheet.set_freeze_panes(1, 0)?;
        worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        worksheet.set_repeat_rows(0, 0)?;
        worksheet.set_footer("&L&A&RPage &P of &N");
        let last_row = self.rows.len() as u32;
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
        let mut cut = 0;
        for (line, row) in (1u32..).zip(self.rows.clone()) {
            for place in 0..self.table.columns.len() {
                cut += self.write_cell(worksheet, look, (line, row, place))?;
            }
        }
        // Last, as each cell is looked up among the columns that were changed.
        for place in 0..self.table.columns.len() {
            worksheet.set_column_width(place as u16, self.width(place) as f64)?;
        }
        Ok(cut)
    }

    /// Writes one cell; gives 1 if it was cut.
    fn write_cell(
        &self,
        worksheet: &mut Worksheet,
        look: &Look,
        (line, row, place): (u32, usize, usize),
    ) -> Result<u64, XlsxError> {
        let at = place as u16;
        match shown(self.table.cell(row, place)) {
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
    fn width(&self, column: usize) -> usize {
        let Some(head) = self.table.columns.get(column) else { return WIDTH.0 };
        if head.kind == Kind::Time {
            return TIME_WIDTH;
        }
        let rows = self.rows.clone().take(SAMPLED_ROWS);
        let longest = rows.map(|row| length(&shown(self.table.cell(row, column)))).max().unwrap_or(0);
        longest.max(head.name.len() + ARROW_WIDTH).clamp(WIDTH.0, WIDTH.1)
    }
}

fn length(shown: &Shown<'_>) -> usize {
    match shown {
        Shown::Text(text, _) => text.chars().take(WIDTH.1).count() + 1,
        Shown::Number(number) => number.to_string().len() + 1,
        Shown::Empty | Shown::Time(..) | Shown::Bool(_) => 0,
    }
}
