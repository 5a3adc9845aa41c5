//! report.pdf: the report to file and to sign, on at most 40 pages.
//!
//! Owns: the order of its parts. `face` measures text, `flow` fills pages,
//! `grid` lays out tables, `lanes` draws the picture, `sections` says which
//! tables are shown, `parts` what stands before them, `appendix` what after,
//! `ink` makes the file. Text never becomes markup: there is none; every text is made drawable
//! and set glyph by glyph.
//!
//! ```text
//!  Report ─▶ parts, sections, lanes ─▶ flow (marks on pages) ─▶ ink (krilla) ─▶ bytes
//! ```

mod appendix;
mod face;
mod flow;
mod grid;
mod ink;
mod lanes;
mod parts;
mod sections;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::model::report::Report;
use crate::report::escape::shorten;
use crate::report::headline::Headline;
use crate::report::provenance::Provenance;
use face::Faces;
use flow::Flow;

/// The file's name in the output folder.
pub const FILE: &str = "report.pdf";

/// Characters of the name of the case in the foot of each page.
const CASE_CHARS_MAX: usize = 60;

/// Writes the PDF.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    report: &Report,
    head: &Headline<'_>,
    made: &Provenance<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let faces = Faces::new();
    let flow = pages(&faces, report, head, made);
    let foot = foot(report, made);
    out.write_all(&ink::print(&flow, &foot, &format!("devtrail {}", made.version))?)
}

/// What stands at the foot of every page.
fn foot(report: &Report, made: &Provenance<'_>) -> String {
    let hash = made.manifest_sha256.get(..16).unwrap_or_default();
    let foot = format!("devtrail {}   evidence {hash}…", made.version);
    match &report.scope.case_name {
        Some(case) => format!("{foot}   case {}", shorten(case, CASE_CHARS_MAX)),
        None => foot,
    }
}

/// Every page.
fn pages<'f>(faces: &'f Faces, report: &Report, head: &Headline<'_>, made: &Provenance<'_>) -> Flow<'f> {
    let mut flow = Flow::new(faces);
    parts::cover(&mut flow, report, head, made);
    parts::first_things(&mut flow, report, head);
    lanes::draw(&mut flow, report, head);
    sections::draw(&mut flow, report, head);
    appendix::draw(&mut flow, report, head, made);
    flow
}
