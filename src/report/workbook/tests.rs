//! The workbook of the fixed report, looked at as the zip of XML that it is.

use std::io::{Cursor, Read};

use super::*;
use crate::model::problem::Problem;
use crate::report::sample;

fn workbook_of(report: &Report, rows_max: usize) -> Vec<u8> {
    let facts = sample::facts();
    let made = Provenance::of(&facts, "ab".repeat(32));
    let head = Headline::of(report);
    assemble(report, &head, &made, (None, rows_max)).unwrap().save_to_buffer().unwrap()
}

/// The text of a part of the container.
fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|e| panic!("{name}: {e}")).read_to_string(&mut text).unwrap();
    text
}

/// The names of the sheets, in their order.
fn names(workbook: &[u8]) -> Vec<String> {
    let book = part(workbook, "xl/workbook.xml");
    let mut names = Vec::new();
    for piece in book.split("<sheet name=\"").skip(1) {
        names.push(piece.split('"').next().unwrap_or_default().to_owned());
    }
    names
}

/// The sheet of that name.
fn sheet(workbook: &[u8], name: &str) -> String {
    let place = names(workbook).iter().position(|sheet| sheet == name).unwrap();
    part(workbook, &format!("xl/worksheets/sheet{}.xml", place + 1))
}

#[test]
fn every_table_is_a_sheet_behind_the_cover() {
    let report = sample::plain();
    let workbook = workbook_of(&report, SHEET_ROWS_MAX);
    let tables = tables::all(&report);
    let expected: Vec<&str> = ["cover", "columns"].into_iter().chain(tables.iter().map(|t| t.name)).collect();
    assert_eq!(names(&workbook), expected);
    for table in &tables {
        let xml = sheet(&workbook, table.name);
        assert_eq!(xml.matches("<row ").count(), table.rows() + 1, "{}", table.name);
        assert!(xml.contains("<autoFilter ") && xml.contains("state=\"frozen\""), "{}", table.name);
        assert!(xml.matches("<col ").count() > 0, "{}", table.name);
    }
}

#[test]
fn no_cell_is_a_formula_and_account_ids_are_text() {
    let report = sample::hostile();
    let workbook = workbook_of(&report, SHEET_ROWS_MAX);
    for name in names(&workbook) {
        let xml = sheet(&workbook, &name);
        assert!(!xml.contains("<f>") && !xml.contains("<f "), "{name}");
        assert!(xml.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}' && c != '\u{200b}'));
        assert!(!xml.contains("<script>"), "{name}");
    }
    let windows = sheet(&workbook, "mode_windows");
    assert!(windows.contains("<is><t>111122223333</t></is>"), "{windows}");
    let rules = sheet(&workbook, "destructive_actions");
    assert!(rules.contains("<is><t>&apos;=cmd") || rules.contains("<is><t>'=cmd"), "{rules}");
}

#[test]
fn times_are_numbers_with_a_format_and_words_have_colours() {
    let report = sample::plain();
    let xml = sheet(&workbook_of(&report, SHEET_ROWS_MAX), "destructive_actions");
    assert!(xml.contains("<conditionalFormatting sqref=\"J2:J50\">"), "reversibility has colours");
    let styles = part(&workbook_of(&report, SHEET_ROWS_MAX), "xl/styles.xml");
    assert!(styles.contains(r#"formatCode="yyyy\-mm\-dd&quot;T&quot;hh:mm:ss&quot;Z&quot;""#), "{styles}");
}

#[test]
fn rows_that_do_not_fit_go_on_in_further_sheets_and_the_cover_says_so() {
    let mut report = sample::plain();
    let one = report.timeline[0].clone();
    report.timeline = vec![one; 7].into();
    let workbook = workbook_of(&report, 4);
    let names = names(&workbook);
    let timeline: Vec<&str> =
        names.iter().map(String::as_str).filter(|n| n.starts_with("timeline")).collect();
    assert_eq!(timeline, ["timeline", "timeline (2)", "timeline (3)"]);
    let rows = timeline.map_rows(&workbook);
    assert_eq!(rows, [4, 4, 2]);
    let cover = part(&workbook, "xl/sharedStrings.xml");
    assert!(cover.contains("7 rows do not fit into one sheet and stand in 3 sheets"), "{cover}");
}

/// Rows of sheets, headers included.
trait MapRows {
    fn map_rows(&self, workbook: &[u8]) -> Vec<usize>;
}

impl MapRows for Vec<&str> {
    fn map_rows(&self, workbook: &[u8]) -> Vec<usize> {
        self.iter().map(|name| sheet(workbook, name).matches("<row ").count()).collect()
    }
}

#[test]
fn cells_that_do_not_fit_are_cut_and_the_cover_says_so() {
    let mut report = sample::plain();
    let long: Problem = Problem { detail: "x".repeat(40_000), ..report.problems[0].clone() };
    report.problems[0] = long;
    let workbook = workbook_of(&report, SHEET_ROWS_MAX);
    let xml = sheet(&workbook, "problems");
    assert!(xml.contains("xxx… (cut)</t>"));
    let cover = part(&workbook, "xl/sharedStrings.xml");
    assert!(
        cover.contains("1 cells of sheet `problems` hold more than 32767 characters and are cut"),
        "{cover}"
    );
}

#[test]
fn the_cover_says_what_was_read_and_is_to_be_signed() {
    let report = sample::plain();
    let head = Headline::of(&report);
    let cover = part(&workbook_of(&report, SHEET_ROWS_MAX), "xl/sharedStrings.xml");
    let until = head.calls.open_deadlines().next().unwrap().until.to_string();
    for text in [&*head.coverage, &*head.windows_sentence, &until, "Sign-off", "Conclusion", "c0ffee"] {
        assert!(cover.contains(text), "{text}: {cover}");
    }
}

#[test]
fn rows_of_the_cover_are_as_tall_as_their_text() {
    let mut report = sample::plain();
    report.scope.baseline = "word ".repeat(100);
    let workbook = workbook_of(&report, SHEET_ROWS_MAX);
    let cover = sheet(&workbook, "cover");
    let heights: Vec<f64> = cover
        .split("<row ")
        .filter_map(|row| row.split_once(" ht=\"")?.1.split('"').next()?.parse().ok())
        .collect();
    // 500 characters in a column of 84.
    assert!(heights.contains(&90.0), "{heights:?}");
    assert!(heights.iter().all(|height| (15.0..=409.0).contains(height)), "{heights:?}");
}

#[test]
fn the_cover_names_the_case_as_text_and_what_was_left_out() {
    let mut report = sample::plain();
    let unnamed = part(&workbook_of(&report, SHEET_ROWS_MAX), "xl/sharedStrings.xml");
    assert_eq!(unnamed.matches("Case").count(), 1, "a line to write it on");
    report.scope.case_name = Some("=INC-7\u{202e}".into());
    report.scope.selections = vec!["Rows of one account only.".to_owned()];
    let cover = part(&workbook_of(&report, SHEET_ROWS_MAX), "xl/sharedStrings.xml");
    for text in [r"Case: =INC-7\u{202e}", r"'=INC-7\u{202e}", "Left out", "Rows of one account only."] {
        assert!(cover.contains(text), "{text}: {cover}");
    }
}

#[test]
fn no_part_of_it_names_a_place_of_this_machine() {
    let workbook = workbook_of(&sample::plain(), SHEET_ROWS_MAX);
    let archive = zip::ZipArchive::new(Cursor::new(&workbook)).unwrap();
    let parts: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(parts.len() > 15, "{parts:?}");
    for name in parts {
        let text = part(&workbook, &name);
        for forbidden in ["/tmp", "/home", "/root", env!("CARGO_MANIFEST_DIR")] {
            assert!(!text.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

#[test]
fn equal_reports_give_equal_bytes_whatever_the_threads() {
    let report = sample::hostile();
    let books = [1, 2, 7].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| workbook_of(&report, 3))
    });
    assert!(books.iter().all(|book| *book == books[0]));
}
