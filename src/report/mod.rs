//! One plain `Report` value into bytes, per format, and the folder they go to.
//!
//! Owns: the list of outputs, the tables' columns, escaping, the head facts and
//! the output folder. Imports only `model`, `limits` and `runs`; computes no new fact,
//! reads no clock but to tell how long an output took, and prints nothing.
//!
//! ```text
//!  Report ─┬─ tables (columns) ──▶ csv, parquet, the workbook
//!          ├─ headline ─────────▶ html, md, summary.json, the terminal, covers
//!          └─ timeline ─────────▶ timesketch, l2tcsv
//! ```
//!
//! To add an output: one file here and one row in [`OUTPUTS`].

pub mod attack_layer;
pub mod column;
pub mod csv;
pub mod escape;
pub mod folder;
pub mod headline;
pub mod html;
pub mod jsonl;
pub mod l2tcsv;
pub mod layout;
pub mod manifest;
pub mod markdown;
pub mod ocsf;
pub mod parquet;
pub mod pdf;
pub mod provenance;
pub mod run_json;
#[cfg(test)]
mod sample;
pub mod sarif;
pub mod sorted;
pub mod summary;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod timesketch;
pub mod workbook;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use polars_core::prelude::PolarsError;
use rayon::prelude::*;

use crate::model::report::Report;
use crate::model::time::UtcTime;
use crate::report::column::Table;
use crate::report::folder::{FolderError, Staging, write_file};
use crate::report::headline::Headline;
use crate::report::provenance::Provenance;

/// Version of the contract that the tables keep; a rename, a removal or a
/// changed meaning raises it.
pub const SCHEMA_VERSION: &str = "1";

/// Facts of a run that no report of the evidence holds.
#[derive(Clone, Debug)]
pub struct RunFacts {
    /// Version of the tool.
    pub version: String,
    /// Which rules and which catalogue it knew, in words.
    pub rules: String,
    /// The options given that bear on what the report says, without the names of
    /// folders and files.
    pub settings: Vec<String>,
    /// The command line, as given.
    pub arguments: Vec<String>,
    /// Hash over the catalogue used, lower-case hex.
    pub catalogue_sha256: String,
    /// Hash of the policy file, lower-case hex; `None` if none was given.
    pub policy_sha256: Option<String>,
    /// Hash of each database of `--geoip`, lower-case hex.
    pub geoip_sha256: Vec<String>,
    /// Version of the contract, [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// When the run began.
    pub started_at: UtcTime,
    /// Threads it was allowed.
    pub threads: usize,
}

/// A format that reports can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One CSV a table.
    Csv,
    /// One Parquet a table.
    Parquet,
    /// One page for people.
    Html,
    /// The head facts as Markdown.
    Markdown,
    /// The head facts as JSON.
    Json,
    /// The timeline for Timesketch.
    Timesketch,
    /// The findings in SARIF.
    Sarif,
    /// The findings as lines of JSON.
    Jsonl,
    /// A layer for the ATT&CK Navigator.
    AttackLayer,
    /// Every table in one workbook.
    Xlsx,
    /// The report to file and to sign.
    Pdf,
    /// The timeline for Timesketch, as CSV.
    TimesketchCsv,
    /// The timeline in the columns of log2timeline.
    L2tCsv,
    /// Kept events as OCSF API Activity.
    Ocsf,
}

/// One row of the list of outputs.
pub struct Output {
    /// The format.
    pub format: Format,
    /// Its name as a flag's value.
    pub name: &'static str,
    /// The files it writes into the output folder.
    pub files: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    write: fn(&Job<'_>) -> Result<Vec<PathBuf>, ReportError>,
}

/// Every output; all are written unless the user picks some.
pub const OUTPUTS: &[Output] = &[
    Output {
        format: Format::Csv,
        name: "csv",
        files: "tables/<name>.csv",
        about: "every table, for spreadsheets and scripts",
        write: write_csv,
    },
    Output {
        format: Format::Parquet,
        name: "parquet",
        files: "tables/<name>.parquet",
        about: "every table with raw text and typed columns",
        write: write_parquet,
    },
    Output {
        format: Format::Html,
        name: "html",
        files: html::FILE,
        about: "for people: one self-contained page",
        write: |job| job.text(html::FILE, &html::render(job.report, job.head, &job.made)),
    },
    Output {
        format: Format::Markdown,
        name: "md",
        files: markdown::FILE,
        about: "the head facts, to paste into a ticket",
        write: |job| job.text(markdown::FILE, &markdown::render(job.report, job.head)),
    },
    Output {
        format: Format::Json,
        name: "json",
        files: summary::FILE,
        about: "the head facts, for scripts",
        write: |job| job.file(summary::FILE, |out| summary::write(job.report, job.head, out)),
    },
    Output {
        format: Format::Timesketch,
        name: "timesketch",
        files: timesketch::FILE,
        about: "the timeline, to import into Timesketch",
        write: |job| job.file(timesketch::FILE, |out| timesketch::write(job.report, out)),
    },
    Output {
        format: Format::Sarif,
        name: "sarif",
        files: sarif::FILE,
        about: "the findings in SARIF 2.1.0, for pipelines",
        write: |job| job.file(sarif::FILE, |out| sarif::write(job.report, out)),
    },
    Output {
        format: Format::Jsonl,
        name: "jsonl",
        files: jsonl::FINDINGS,
        about: "the findings, a JSON object a line",
        write: |job| job.file(jsonl::FINDINGS, |out| jsonl::write(&tables::findings(job.report), out)),
    },
    Output {
        format: Format::AttackLayer,
        name: "attack-layer",
        files: attack_layer::FILE,
        about: "techniques of calls and findings, for the ATT&CK Navigator",
        write: |job| job.text(attack_layer::FILE, &attack_layer::render(job.head)),
    },
    Output {
        format: Format::Xlsx,
        name: "xlsx",
        files: workbook::FILE,
        about: "every table as a sheet, behind a cover to sign",
        write: |job| {
            let (report, folder) = (job.report, Some(job.staging.path()));
            job.file(workbook::FILE, |out| workbook::write(report, job.head, &job.made, folder, out))
        },
    },
    Output {
        format: Format::Pdf,
        name: "pdf",
        files: pdf::FILE,
        about: "the report on at most 40 pages, to file and to sign",
        write: |job| job.file(pdf::FILE, |out| pdf::write(job.report, job.head, &job.made, out)),
    },
    Output {
        format: Format::TimesketchCsv,
        name: "timesketch-csv",
        files: timesketch::CSV_FILE,
        about: "the same timeline, for importers that take CSV",
        write: |job| job.file(timesketch::CSV_FILE, |out| timesketch::write_csv(job.report, out)),
    },
    Output {
        format: Format::L2tCsv,
        name: "l2tcsv",
        files: l2tcsv::FILE,
        about: "the timeline in the 17 columns of log2timeline and plaso",
        write: |job| job.file(l2tcsv::FILE, |out| l2tcsv::write(job.report, out)),
    },
    Output {
        format: Format::Ocsf,
        name: "ocsf",
        files: ocsf::FILE,
        about: "events as OCSF API Activity 1.5.0; with `--events`, or those kept if asked for by name",
        write: |job| match (&job.report.events, job.report.events_elsewhere) {
            (Some(_), None) => job.file(ocsf::FILE, |out| ocsf::write(job.report, out)),
            _ => Ok(Vec::new()),
        },
    },
];

/// Why reports could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file of the output folder could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The writer given, such as standard output, could not be written.
    #[error("cannot write the report")]
    Write(#[source] io::Error),
    /// The format is many files, and was asked for as one stream.
    #[error("`{0}` cannot be written to standard output")]
    NotOneStream(&'static str),
}

/// What every output is given.
struct Job<'a> {
    report: &'a Report,
    facts: &'a RunFacts,
    head: &'a Headline<'a>,
    made: Provenance<'a>,
    events_csv: bool,
    staging: &'a Staging,
}

impl Job<'_> {
    /// Whether the files of the table of events are written apart.
    const fn events_elsewhere(&self) -> bool {
        self.report.events_elsewhere.is_some()
    }

    fn file(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Vec<PathBuf>, ReportError> {
        write_file(&self.staging.path().join(name), write)?;
        Ok(vec![PathBuf::from(name)])
    }

    fn text(&self, name: &str, text: &str) -> Result<Vec<PathBuf>, ReportError> {
        self.file(name, |out| out.write_all(text.as_bytes()))
    }

    /// Writes tables in parallel; their order in the result stays.
    fn tables(
        &self,
        tables: &[Table<'_>],
        extension: &str,
        write: impl Fn(&Table<'_>, &mut dyn Write) -> io::Result<()> + Sync,
    ) -> Result<Vec<PathBuf>, ReportError> {
        let write_one = |table: &Table<'_>| {
            let name = format!("tables/{}.{extension}", table.name);
            self.file(&name, |out| write(table, out))
        };
        let written: Result<Vec<_>, _> = tables.par_iter().map(write_one).collect();
        Ok(written?.concat())
    }
}

/// Writes the formats asked for, the input's manifest and run.json into the staging folder.
/// `events_csv` asks for the table `events` as CSV too, if the report holds all
/// of it; where its rows are elsewhere, so are its files.
/// Gives what was written, outputs in their order.
///
/// # Errors
/// If a file cannot be written.
pub fn write_all(
    (report, head): (&Report, &Headline<'_>),
    facts: &RunFacts,
    formats: &BTreeSet<Format>,
    events_csv: bool,
    staging: &Staging,
) -> Result<Vec<Written>, ReportError> {
    let started = Instant::now();
    let mut sha256 = String::new();
    write_file(&staging.path().join(manifest::FILE), |out| {
        sha256 = manifest::write(report, out)?;
        Ok(())
    })?;
    let listed = started.elapsed();
    let job = Job { report, facts, head, made: Provenance::of(facts, sha256), events_csv, staging };
    let outputs: Vec<&Output> = OUTPUTS.iter().filter(|output| formats.contains(&output.format)).collect();
    let write = |output: &&Output| {
        let started = Instant::now();
        let files = (output.write)(&job)?;
        Ok(Written { name: output.name, files, time: started.elapsed() })
    };
    let written: Vec<Result<Written, ReportError>> = outputs.par_iter().map(write).collect();
    let mut written: Vec<Written> = written.into_iter().collect::<Result<_, _>>()?;
    let started = Instant::now();
    let mut files = vec![PathBuf::from(manifest::FILE)];
    files.extend(job.text(run_json::FILE, &run_json::render(facts, &job.made.manifest_sha256))?);
    written.push(Written { name: "manifest", files, time: listed + started.elapsed() });
    Ok(written)
}

/// What one output wrote.
#[derive(Clone, Debug)]
pub struct Written {
    /// Name of the output.
    pub name: &'static str,
    /// The files, relative to the folder.
    pub files: Vec<PathBuf>,
    /// How long it took.
    pub time: Duration,
}

/// Writes one format as one stream: for CSV that is the table `timeline`.
///
/// # Errors
/// If the format is many files, or `out` cannot be written.
pub fn write_one(
    (report, head): (&Report, &Headline<'_>),
    facts: &RunFacts,
    format: Format,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let made = || manifest::write(report, &mut io::sink()).map(|sha256| Provenance::of(facts, sha256));
    let written = match format {
        Format::Csv => csv::write(&tables::timeline(report), out),
        Format::Parquet => return Err(ReportError::NotOneStream("parquet")),
        Format::Html => made().and_then(|made| out.write_all(html::render(report, head, &made).as_bytes())),
        Format::Markdown => out.write_all(markdown::render(report, head).as_bytes()),
        Format::Json => summary::write(report, head, out),
        Format::Timesketch => timesketch::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Jsonl => jsonl::write(&tables::findings(report), out),
        Format::AttackLayer => out.write_all(attack_layer::render(head).as_bytes()),
        Format::TimesketchCsv => timesketch::write_csv(report, out),
        Format::L2tCsv => l2tcsv::write(report, out),
        Format::Ocsf => ocsf::write(report, out),
        Format::Pdf => made().and_then(|made| pdf::write(report, head, &made, out)),
        Format::Xlsx => made().and_then(|made| workbook::write(report, head, &made, None, out)),
    };
    written.and_then(|()| out.flush()).map_err(ReportError::Write)
}

/// Writes one table as CSV into a folder of its own.
///
/// # Errors
/// If the folder is taken, or cannot be written.
pub fn write_table(table: &Table<'_>, file: &str, folder: &Path) -> Result<(), ReportError> {
    let staging = Staging::begin(folder, false)?;
    write_file(&staging.path().join(file), |out| csv::write(table, out))?;
    staging.commit()?;
    Ok(())
}

fn write_csv(job: &Job<'_>) -> Result<Vec<PathBuf>, ReportError> {
    let mut tables = tables::all(job.report);
    tables.retain(|table| table.name != "events" || job.events_csv && !job.events_elsewhere());
    job.tables(&tables, "csv", |table, out| csv::write(table, out))
}

fn write_parquet(job: &Job<'_>) -> Result<Vec<PathBuf>, ReportError> {
    let RunFacts { version, schema_version, .. } = job.facts;
    let mut tables = tables::all(job.report);
    tables.retain(|table| table.name != "events" || !job.events_elsewhere());
    job.tables(&tables, "parquet", |table, out| {
        parquet::write(table, version, schema_version, out).map_err(into_io)
    })
}

/// The system's error inside an error of polars, or that error as text.
fn into_io(error: PolarsError) -> io::Error {
    match error {
        PolarsError::IO { error, .. } => io::Error::new(error.kind(), error.to_string()),
        other => io::Error::other(other.to_string()),
    }
}
