//! What other programs read of our reports. They are no part of a Rust machine:
//! `.ci/run` installs them where they are absent and runs this binary with
//! `cargo test --test readers`, which plain `cargo test` leaves out.
//!
//! - `lake`: the table of all events in DuckDB and polars, whole and divided.
//! - `office`: the workbook in LibreOffice, cell by cell against the CSV.
//! - `pages`: the text that pdftotext finds in the PDF.
//! - `recipes`: the commands of `docs/recipes`, as they stand there.

#![expect(clippy::disallowed_methods, reason = "tests read what runs wrote")]

mod lake;
mod office;
mod pages;
mod recipes;
#[path = "../it/runner.rs"]
mod runner;
