//! report.html: one self-contained page for people.
//!
//! Owns: the page's sections and the policy that keeps it from loading or
//! running anything else. The first screen and the appendix are written here,
//! so that they can be read without any script; tables, pictures and stories are
//! drawn by the page's own script from the data that `embed` puts into it.
//!
//! ```text
//!  Headline ─▶ head ────┐                        ┌─▶ first screen, incidents
//!  Report ──▶ appendix ─┼─▶ page.html ──────────▶┤   appendix
//!  tables ──▶ embed ────┤   (template)           └─▶ data ─▶ script: tables,
//!  assets ──────────────┘                                    pictures, stories
//! ```

mod appendix;
mod assets;
mod embed;
mod head;
mod shown;
mod since;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use askama::Template;
use base64::Engine as _;
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::model::report::Report;
use crate::report::column::{AsText as _, Table};
use crate::report::headline::{self, Headline};
use crate::report::provenance::Provenance;
use crate::report::tables;
use appendix::Appendix;
use assets::{EARLY_SCRIPT, LIBRARIES, LICENCES, Library, SCRIPT, STYLE, TABLE_STYLE};
use embed::Block;
use head::Head;
use shown::Shown;
use since::SinceView;

/// The file's name in the output folder.
pub const FILE: &str = "report.html";

/// Characters of the name of a case.
const CASE_CHARS_MAX: usize = 80;

#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
struct Page<'a> {
    policy: String,
    case: Shown,
    head: Head,
    since: Option<SinceView>,
    appendix: Appendix,
    meta: String,
    blocks: Vec<Block>,
    /// The styles, in their order; each is one element.
    styles: Vec<&'a str>,
    early: &'static str,
    libraries: &'static [Library],
    licences: [(&'static str, &'static str); 3],
    script: String,
}

/// What the script is told beside the tables.
#[derive(Serialize)]
struct Meta<'a> {
    version: &'a str,
    case: String,
    as_of: Option<String>,
    first_event_time: Option<String>,
    last_event_time: Option<String>,
    gaps: Vec<[String; 4]>,
    /// The rows of the table of incidents in the order in which to act.
    urgency: Vec<usize>,
    account_names: BTreeMap<String, String>,
    tables: Vec<TableMeta>,
}

#[derive(Serialize)]
struct TableMeta {
    name: &'static str,
    about: &'static str,
    rows: usize,
    held: usize,
    columns: Vec<[&'static str; 3]>,
}

/// The file's content.
pub fn render(report: &Report, head: &Headline<'_>, made: &Provenance<'_>) -> String {
    let tables = tables::all(report);
    let blocks: Vec<_> = tables.par_iter().map(embed::block).collect();
    let case = Shown::short(report.scope.case_name.as_deref().unwrap_or_default(), CASE_CHARS_MAX);
    let paper = paper_style(&case.to_string());
    let script = format!("\"use strict\";\n(() => {{\n{SCRIPT}}})();\n");
    let mut styles: Vec<&str> = TABLE_STYLE.iter().map(|library| library.text).collect();
    styles.extend([STYLE, &paper]);
    let scripts = LIBRARIES.iter().map(|library| library.text).chain([EARLY_SCRIPT, &script]);
    let page = Page {
        policy: policy(&styles, scripts),
        meta: embed::inert(&meta(report, head, made, &tables, &blocks)),
        head: Head::of(report, head),
        since: report.since.as_ref().map(SinceView::of),
        appendix: Appendix::of(report, head, made),
        case,
        blocks,
        styles,
        early: EARLY_SCRIPT,
        libraries: LIBRARIES,
        licences: LICENCES,
        script: script.clone(),
    };
    page.render().expect("the template writes to memory only, which cannot fail")
}

fn meta<'a>(
    report: &Report,
    head: &Headline<'_>,
    made: &Provenance<'a>,
    tables: &[Table<'_>],
    blocks: &[Block],
) -> Meta<'a> {
    let shown = |text: &str| Shown::of(text).to_string();
    let scope = &report.scope;
    let time = |time: Option<crate::model::time::UtcTime>| time.map(|time| time.to_string());
    Meta {
        version: made.version,
        case: shown(scope.case_name.as_deref().unwrap_or_default()),
        as_of: time(scope.as_of),
        first_event_time: time(scope.first_event_time),
        last_event_time: time(scope.last_event_time),
        gaps: head
            .gaps
            .iter()
            .map(|gap| {
                let (from, to) = (gap.day.to_string(), gap.until.to_string());
                [shown(gap.account_id.as_text()), shown(gap.region.as_text()), from, to]
            })
            .collect(),
        urgency: urgency(report),
        account_names: scope
            .account_names
            .iter()
            .map(|(id, name)| (shown(id.as_text()), shown(name)))
            .collect(),
        tables: tables
            .iter()
            .zip(blocks)
            .map(|(table, block)| TableMeta {
                name: table.name,
                about: table.about,
                rows: table.rows(),
                held: block.rows,
                columns: table
                    .columns
                    .iter()
                    .map(|head| [head.name, head.kind.as_str(), head.meaning])
                    .collect(),
            })
            .collect(),
    }
}

/// Rows of the table of incidents in the order in which to act, of those that the
/// page may hold.
fn urgency(report: &Report) -> Vec<usize> {
    let rows = report.incidents.iter().take(embed::ROWS_MAX);
    let mut rows: Vec<_> = rows.map(|incident| headline::urgency(&incident)).zip(0..).collect();
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Nothing is fetched or sent; only the page's own styles and scripts are in
/// force, and text never becomes markup but through the page's own rule.
fn policy<'a>(styles: &[&str], scripts: impl Iterator<Item = &'a str>) -> String {
    let hash = |text: &str| {
        let digest = Sha256::digest(text.as_bytes());
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
    };
    let styles: Vec<_> = styles.iter().map(|text| hash(text)).collect();
    let scripts: Vec<_> = scripts.map(hash).collect();
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types default",
        styles.join(" "),
        scripts.join(" ")
    )
}

/// The margins of paper: what the page is, the case, and the page's number.
fn paper_style(case: &str) -> String {
    let mut name = String::new();
    for c in case.chars() {
        if c.is_ascii_alphanumeric() || c == ' ' {
            name.push(c);
        } else {
            // The blank ends the escape.
            name.push_str(&format!("\\{:x} ", u32::from(c)));
        }
    }
    format!(
        "@page {{ margin: 19mm 14mm 17mm; font: 8pt system-ui, sans-serif; color: #444; \
         @top-left {{ content: \"devtrail report\"; }} @top-right {{ content: \"{name}\"; }} \
         @bottom-left {{ content: \"Times are UTC\"; }} \
         @bottom-right {{ content: \"Page \" counter(page) \" of \" counter(pages); }} }}\n"
    )
}
