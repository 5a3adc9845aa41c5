//! What one cell of a table becomes in a spreadsheet.
//!
//! Owns: the limits of a cell, how times and numbers are held, and what text
//! turns into. Text never becomes a formula, a number or a date; it reads as in
//! the CSV, but for characters that hide or reorder text, which a spreadsheet
//! would show to eyes: they stand as `\u{…}`.

use std::borrow::Cow;

use crate::model::time::UtcTime;
use crate::report::column::Cell;
use crate::report::escape::{CUT_MARK, spreadsheet, terminal};

/// Units of UTF-16 in a cell.
/// Source: support.microsoft.com, "Excel specifications and limits", read 2026-11.
pub(super) const CELL_UNITS_MAX: usize = 32_767;

/// The largest whole number that is shown with all its digits, which are 15.
/// Source: support.microsoft.com, "Excel specifications and limits", read 2026-11.
const NUMBER_MAX: u64 = 999_999_999_999_999;

/// Days from 1899-12-30, where the counting of days begins, to 1970-01-01.
/// Source: ECMA-376 part 1, 18.17.4.1 (1900 date system).
const EPOCH_DAYS: i64 = 25_569;

/// The first day that all programs count alike: Excel takes 1900 for a leap
/// year, so that earlier days differ by one (1900-03-01).
const FIRST_DAY: i64 = 61;
/// One past the last day that a spreadsheet can hold (9999-12-31).
const END_DAY: i64 = 2_958_466;

const S_PER_DAY: i64 = 86_400;

/// A cell as the spreadsheet holds it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shown<'a> {
    /// Nothing.
    Empty,
    /// Text, and whether it was cut.
    Text(Cow<'a, str>, bool),
    /// A number.
    Number(f64),
    /// Days since the beginning of the counting, and fraction digits to show.
    Time(f64, usize),
    /// True or false.
    Bool(bool),
}

/// What a cell becomes.
pub(super) fn shown(cell: Cell<'_>) -> Shown<'_> {
    match cell {
        Cell::Empty | Cell::Place => Shown::Empty,
        Cell::Text(text) => shown_text(text),
        Cell::Int(number) if number <= NUMBER_MAX => Shown::Number(number as f64),
        Cell::Int(number) => shown_text(Cow::Owned(number.to_string())),
        Cell::Time(time) => {
            days(time).map_or_else(|| shown_text(Cow::Owned(time.to_string())), |days| shown_time(days, time))
        }
        Cell::Bool(truth) => Shown::Bool(truth),
        Cell::List(items) => shown_text(Cow::Owned(items.join(";"))),
    }
}

fn shown_time(days: f64, time: UtcTime) -> Shown<'static> {
    Shown::Time(days, usize::from(time.fraction_digits()).min(3))
}

/// Text that no spreadsheet runs and no eye is fooled by, cut if too long.
fn shown_text(text: Cow<'_, str>) -> Shown<'_> {
    if text.is_empty() {
        return Shown::Empty;
    }
    let text = match harmless(&text) {
        Cow::Borrowed(same) if same.len() == text.len() => text,
        changed => Cow::Owned(changed.into_owned()),
    };
    match end_of_room(&text) {
        None => Shown::Text(text, false),
        Some(end) => Shown::Text(Cow::Owned(format!("{}{CUT_MARK}", &text[..end])), true),
    }
}

/// As the CSV, and nothing in it hides.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    match terminal(text) {
        Cow::Borrowed(text) => spreadsheet(text),
        Cow::Owned(text) => Cow::Owned(spreadsheet(&text).into_owned()),
    }
}

/// Where to cut so that text and mark fit; `None` if all of it fits.
fn end_of_room(text: &str) -> Option<usize> {
    if text.len() <= CELL_UNITS_MAX || text.encode_utf16().count() <= CELL_UNITS_MAX {
        return None;
    }
    let room = CELL_UNITS_MAX - CUT_MARK.encode_utf16().count();
    let mut units = 0;
    text.char_indices().find_map(|(at, c)| {
        units += c.len_utf16();
        (units > room).then_some(at)
    })
}

/// Days with their fraction; `None` for times that a spreadsheet cannot hold.
fn days(time: UtcTime) -> Option<f64> {
    let seconds = time.seconds().checked_add(EPOCH_DAYS * S_PER_DAY)?;
    if !(FIRST_DAY * S_PER_DAY..END_DAY * S_PER_DAY).contains(&seconds) {
        return None;
    }
    let micros = time.micros().rem_euclid(1_000_000);
    Some((seconds as f64 + micros as f64 / 1e6) / S_PER_DAY as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Shown<'_> {
        shown(Cell::of(text))
    }

    fn time(spelt: &str) -> Shown<'static> {
        shown(Cell::Time(UtcTime::parse(spelt).expect("a time")))
    }

    #[test]
    fn account_ids_and_formulas_stay_text() {
        assert_eq!(text("000012345678"), Shown::Text("000012345678".into(), false));
        assert_eq!(text("=1+1"), Shown::Text("'=1+1".into(), false));
        assert_eq!(text("\t=1+1"), Shown::Text(r"\u{9}=1+1".into(), false));
        assert_eq!(text("a\u{202e}b\0\u{ffff}"), Shown::Text("a\\u{202e}b\\u{0}\u{ffff}".into(), false));
    }

    #[test]
    fn text_that_does_not_fit_is_cut_to_the_limit() {
        for (unit, units) in [("a", 1), ("ä", 1), ("😀", 2)] {
            let fits = unit.repeat(CELL_UNITS_MAX / units);
            assert_eq!(text(&fits), Shown::Text(fits.as_str().into(), false));
            let long = format!("{fits}{unit}");
            let Shown::Text(cut, true) = text(&long) else { panic!("{unit} is not cut") };
            let length = cut.encode_utf16().count();
            assert!(cut.ends_with(CUT_MARK) && (CELL_UNITS_MAX - units..=CELL_UNITS_MAX).contains(&length));
        }
    }

    #[test]
    fn times_are_days_and_those_out_of_range_are_text() {
        assert_eq!(time("1970-01-01T00:00:00Z"), Shown::Time(25_569.0, 0));
        assert_eq!(time("2025-03-04T12:00:00Z"), Shown::Time(45_720.5, 0));
        assert_eq!(time("2025-03-04T12:00:00.250000Z"), Shown::Time(45_720.5 + 0.25 / 86_400.0, 3));
        assert_eq!(time("1900-03-01T00:00:00Z"), Shown::Time(61.0, 0));
        assert_eq!(time("1900-02-28T23:59:59Z"), Shown::Text("1900-02-28T23:59:59Z".into(), false));
        assert!(matches!(time("9999-12-31T23:59:59Z"), Shown::Time(_, 0)));
    }

    #[test]
    fn numbers_of_more_digits_than_are_shown_are_text() {
        assert_eq!(shown(Cell::Int(NUMBER_MAX)), Shown::Number(999_999_999_999_999.0));
        assert_eq!(shown(Cell::Int(NUMBER_MAX + 1)), Shown::Text("1000000000000000".into(), false));
    }
}
