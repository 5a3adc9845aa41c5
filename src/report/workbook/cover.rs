//! The sheets in front: the cover, to read and to sign, and the meaning of all
//! columns.
//!
//! Owns: what stands on them and in which order. The facts are the headline's.

use rust_xlsxwriter::{Format, Url, Worksheet, XlsxError};

use crate::model::report::Report;
use crate::report::column::Table;
use crate::report::escape::shorten;
use crate::report::headline::{Headline, window_line};
use crate::report::provenance::Provenance;

use super::Filled;
use super::cell::{CELL_UNITS_MAX, harmless};
use super::look::Look;

/// The names of the sheets in front.
const COVER: &str = "cover";
const COLUMNS: &str = "columns";

/// Characters shown of one text on the cover.
const TEXT_CHARS_MAX: usize = 2_000;
/// Characters of the name of the case.
const CASE_CHARS_MAX: usize = 160;
/// Accounts and sentences listed before the list is cut short.
const ITEMS_MAX: usize = 200;

/// Windows and deadlines on the cover.
const WINDOWS_MAX: usize = 6;
const ACT_MAX: usize = 3;
/// Characters that surely fit into one line of the column of texts, and of labels.
const TEXT_WIDTH: usize = 84;
const LABEL_WIDTH: usize = 30;
/// Height of a line in points, and lines of a row; a row is at most 409 points.
const LINE_HEIGHT: f64 = 15.0;
const LINES_MAX: usize = 27;

/// A sheet that is written from top to bottom.
struct Page<'l> {
    worksheet: Worksheet,
    look: &'l Look,
    row: u32,
}

/// The cover.
pub(super) fn cover(
    report: &Report,
    head: &Headline<'_>,
    made: &Provenance<'_>,
    (sheets, look): (&[Filled<'_, '_>], &Look),
) -> Result<Worksheet, XlsxError> {
    let mut page = Page { worksheet: Worksheet::new(), look, row: 0 };
    page.worksheet.set_name(COVER)?;
    page.worksheet.set_column_width(0, 34)?;
    page.worksheet.set_column_width(1, 16)?;
    page.worksheet.set_column_width(2, 90)?;
    page.worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    page.worksheet.set_footer("&L&A&RPage &P of &N");
    page.worksheet.set_screen_gridlines(false);
    page.worksheet.write_string_with_format(0, 0, "devtrail audit workbook", &look.title)?;
    if let Some(case) = &report.scope.case_name {
        let case = format!("Case: {}", shorten(case, CASE_CHARS_MAX));
        page.worksheet.write_string_with_format(1, 0, harmless(&case), &look.heading)?;
    }
    page.row = 2;
    page.first_things(head)?;
    page.numbers(head)?;
    page.scope(report, made)?;
    page.heading("What cannot be seen in the evidence")?;
    page.sentences(&head.not_covered)?;
    page.reading(sheets)?;
    page.sheets(sheets)?;
    page.sign_off(report.scope.case_name.as_deref())?;
    Ok(page.worksheet)
}

/// The sheet that says what each column of each table holds.
pub(super) fn columns(tables: &[Table<'_>], look: &Look) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(COLUMNS)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    let heads = [("table", 22.0), ("column", 24.0), ("type", 10.0), ("meaning", 100.0)];
    for (place, (name, width)) in (0u16..).zip(heads) {
        sheet.set_column_width(place, width)?;
        sheet.write_string_with_format(0, place, name, &look.header)?;
    }
    let rows = tables.iter().flat_map(|table| table.columns.iter().map(move |head| (table.name, head)));
    let mut last = 0;
    for (row, (table, head)) in (1u32..).zip(rows) {
        for (place, text) in (0u16..).zip([table, head.name, head.kind.as_str(), head.meaning]) {
            sheet.write_string(row, place, harmless(text))?;
        }
        last = row;
    }
    sheet.autofilter(0, 0, last, 3)?;
    Ok(sheet)
}

impl Page<'_> {
    /// What was read, and what must be done.
    fn first_things(&mut self, head: &Headline<'_>) -> Result<(), XlsxError> {
        self.line("What was read", &head.coverage)?;
        self.line("Mode windows", &head.windows_sentence)?;
        for window in head.ordered_windows.iter().take(WINDOWS_MAX) {
            self.line("", &window_line(window, None))?;
        }
        if let Some(more) = head.ordered_windows.len().checked_sub(WINDOWS_MAX).filter(|more| *more > 0) {
            self.line("", &format!("… and {more} more, in the sheet `mode_windows`"))?;
        }
        for group in head.act_first(ACT_MAX) {
            let action = &group.action;
            let of = action.resources.first().map(|name| format!(" of {name}")).unwrap_or_default();
            let (call, more, account) = (&action.event_name, group.more(), group.account());
            let text = format!("{}: {call}{of}{more} in account {account}: {}", group.until, action.recovery);
            let urgent = self.look.urgent.clone();
            self.formatted("Act before", &text, &urgent)?;
        }
        self.line("Destructive actions", &head.destructive_sentence)?;
        if let Some(sentence) = &head.deadlines_sentence {
            self.line("Deadlines for recovery", sentence)?;
        }
        self.line("Records", &head.counts)
    }

    /// The headline's numbers, as numbers.
    fn numbers(&mut self, head: &Headline<'_>) -> Result<(), XlsxError> {
        self.heading("Headline numbers")?;
        let (windows, calls) = (head.windows, head.destructive);
        let open = head.calls.open_count() as u64;
        let numbers = [
            ("Mode windows", windows.total),
            ("… with no end seen", windows.open),
            ("… unauthorized", windows.unauthorized),
            ("Destructive actions that succeeded", calls.succeeded),
            ("… in a mode", calls.in_mode),
            ("… irreversible", calls.irreversible),
            ("… recoverable", calls.recoverable),
            ("… past the deadline for recovery", calls.deadline_passed),
            ("… undone", calls.undone),
            ("Attempts that destroyed nothing", calls.attempts),
            ("Open deadlines for recovery", open),
            ("Incidents", head.incidents.len() as u64),
        ];
        for (label, number) in numbers {
            self.number(label, number, "")?;
        }
        for (severity, count) in &head.findings {
            self.number(&format!("Findings, {severity}"), *count, "")?;
        }
        self.number("Findings that the policy accepts", head.suppressed, "not in the numbers above")?;
        self.number("Problems that lose evidence", head.losses() as u64, "")
    }

    /// What the workbook is about, and how it was made.
    fn scope(&mut self, report: &Report, made: &Provenance<'_>) -> Result<(), XlsxError> {
        self.heading("Scope")?;
        let scope = &report.scope;
        let account = |id: &crate::model::id::AccountId| match scope.account_names.get(id) {
            Some(name) => format!("{id} ({name})"),
            None => id.to_string(),
        };
        self.line("Accounts", &listed(scope.accounts.iter().map(account)))?;
        self.line("Regions", &listed(scope.regions.iter().map(ToString::to_string)))?;
        for (label, time) in [
            ("First event, UTC", scope.first_event_time),
            ("Last event, UTC", scope.last_event_time),
            ("Told for, UTC", scope.as_of),
        ] {
            self.line(label, &time.map_or_else(|| "none".to_owned(), |time| time.to_string()))?;
        }
        for selection in scope.selections.iter().take(ITEMS_MAX) {
            self.line("Left out", selection)?;
        }
        made.lines().iter().try_for_each(|(label, text)| self.line(label, text))?;
        self.line("Options", &made.options())
    }

    /// What a reader must know, and what did not fit.
    fn reading(&mut self, sheets: &[Filled<'_, '_>]) -> Result<(), XlsxError> {
        self.heading("How to read the sheets")?;
        self.line(
            "Times",
            "UTC, shown to the millisecond at most; the tables in CSV and Parquet have all digits",
        )?;
        self.line("Text", "as the evidence has it, never run: a leading ' stands before what a spreadsheet would take for a formula, and hidden characters stand as \\u{…}; account ids are text; lists are joined by ;")?;
        for sheet in sheets.iter().filter(|sheet| sheet.part.count > 1 && sheet.part.place == 0) {
            let text = format!(
                "{} rows do not fit into one sheet and stand in {} sheets, `{}` and those after it",
                sheet.part.table.rows(),
                sheet.part.count,
                sheet.part.table.name
            );
            self.line("Split", &text)?;
        }
        for Filled { part, .. } in sheets.iter().filter(|sheet| sheet.part.place == 0) {
            let (rows, held) = (part.table.rows(), part.table.held());
            if held < rows {
                let text = format!(
                    "the first {held} of {rows} rows of `{}`; tables/ has all of them",
                    part.table.name
                );
                self.line("Beginning", &text)?;
            }
        }
        for sheet in sheets.iter().filter(|sheet| sheet.cut > 0) {
            let text = format!(
                "{} cells of sheet `{}` hold more than {CELL_UNITS_MAX} characters and are cut, with a mark; tables/{}.parquet has them whole",
                sheet.cut,
                sheet.part.name(),
                sheet.part.table.name
            );
            self.line("Cut", &text)?;
        }
        Ok(())
    }

    /// The sheets, each with a link.
    fn sheets(&mut self, sheets: &[Filled<'_, '_>]) -> Result<(), XlsxError> {
        self.heading("Sheets")?;
        self.link(COLUMNS, 0, "what each column holds")?;
        for sheet in sheets {
            self.link(&sheet.part.name(), sheet.part.rows as u64, sheet.part.table.about)?;
        }
        Ok(())
    }

    /// Lines to sign on; the case stands there if it was named.
    fn sign_off(&mut self, case: Option<&str>) -> Result<(), XlsxError> {
        self.heading("Sign-off")?;
        for label in
            ["Case", "Conclusion", "Prepared by", "Date, signature", "Reviewed by", "Date, signature"]
        {
            self.worksheet.write_string_with_format(self.row, 0, label, &self.look.label)?;
            self.worksheet.write_blank(self.row, 1, &self.look.line)?;
            match case.filter(|_| label == "Case") {
                Some(case) => {
                    let case = shorten(case, CASE_CHARS_MAX);
                    self.worksheet.write_string_with_format(self.row, 2, harmless(&case), &self.look.line)?;
                }
                None => {
                    self.worksheet.write_blank(self.row, 2, &self.look.line)?;
                }
            }
            self.worksheet.set_row_height(self.row, 28)?;
            self.row += 1;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.worksheet.write_string_with_format(self.row, 0, text, &self.look.heading)?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, label: &str, text: &str) -> Result<(), XlsxError> {
        let prose = self.look.prose.clone();
        self.formatted(label, text, &prose)
    }

    fn formatted(&mut self, label: &str, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.worksheet.write_string_with_format(self.row, 0, label, &self.look.label)?;
        let text = shorten(text, TEXT_CHARS_MAX);
        self.worksheet.write_string_with_format(self.row, 2, harmless(&text), format)?;
        self.tall(label, &text)?;
        self.row += 1;
        Ok(())
    }

    /// Makes the row as tall as its wrapped text needs: not every program does.
    fn tall(&mut self, label: &str, text: &str) -> Result<(), XlsxError> {
        let lines = |text: &str, width: usize| text.chars().count().div_ceil(width).max(1);
        let lines = lines(text, TEXT_WIDTH).max(lines(label, LABEL_WIDTH)).min(LINES_MAX);
        self.worksheet.set_row_height(self.row, LINE_HEIGHT * lines as f64)?;
        Ok(())
    }

    fn number(&mut self, label: &str, number: u64, note: &str) -> Result<(), XlsxError> {
        self.worksheet.write_string_with_format(self.row, 0, label, &self.look.label)?;
        self.worksheet.write_number_with_format(self.row, 1, number as f64, &self.look.count)?;
        if !note.is_empty() {
            self.worksheet.write_string_with_format(self.row, 2, note, &self.look.prose)?;
        }
        self.row += 1;
        Ok(())
    }

    fn link(&mut self, name: &str, rows: u64, about: &str) -> Result<(), XlsxError> {
        let url = Url::new(format!("internal:'{name}'!A1")).set_text(name);
        self.worksheet.write_url_with_format(self.row, 0, url, &self.look.link)?;
        if rows > 0 || name != COLUMNS {
            self.worksheet.write_number_with_format(self.row, 1, rows as f64, &self.look.count)?;
        }
        self.worksheet.write_string_with_format(self.row, 2, about, &self.look.prose)?;
        self.tall("", about)?;
        self.row += 1;
        Ok(())
    }

    fn sentences(&mut self, sentences: &[String]) -> Result<(), XlsxError> {
        for sentence in sentences.iter().take(ITEMS_MAX) {
            self.line("", sentence)?;
        }
        match sentences.len().saturating_sub(ITEMS_MAX) {
            0 => Ok(()),
            more => self.line("", &format!("… and {more} more, in summary.json")),
        }
    }
}

/// The items in one text, cut short with their number.
fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(ITEMS_MAX);
    let mut shown: Vec<String> = items.take(ITEMS_MAX).collect();
    if shown.is_empty() {
        return "none".to_owned();
    }
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}
