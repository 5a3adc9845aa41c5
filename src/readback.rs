//! The tables of a report, read back from its folder; or of one not written yet.
//!
//! Owns: that they are those which the run wrote, and how cells come out of
//! them. Who asks says which tables there must be. Columns are asked for by
//! name: one that is not there is empty, one that nobody asks for does no harm.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path};

use polars_core::prelude::{AnyValue, DataFrame};
use polars_io::SerReader as _;
use polars_io::prelude::ParquetReader;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::evidence::read::whole;
use crate::model::report::Report;
use crate::model::time::UtcTime;
use crate::report::{ReportError, RunFacts, manifest, parquet, run_json, tables};

/// The file of the sums of a report.
const SUMS: &str = "SHA256SUMS";

/// A report, read back.
#[derive(Debug)]
pub struct Tables {
    grids: BTreeMap<&'static str, Grid>,
    /// The arguments of the run that wrote it.
    pub arguments: Vec<String>,
    /// The version of the tool that wrote it.
    pub version: String,
    /// The hash over the catalogue that it was made with.
    pub catalogue_sha256: String,
}

/// A table that may be missing, and the columns of it that are read.
pub type IfThere<'a> = (&'static str, &'a [&'a str]);

impl Tables {
    /// Reads the tables of a report: those that must be there, and of others
    /// some columns, as they may be very large.
    ///
    /// # Errors
    /// A folder that holds no report, and files that are not as the run wrote them.
    pub fn read(folder: &Path, needed: &[&'static str], others: &[IfThere<'_>]) -> Result<Self, Error> {
        let none = |why: &str| Error::NoReport { path: folder.to_owned(), why: why.to_owned() };
        #[derive(Deserialize)]
        struct Run {
            tool: String,
            arguments: Vec<String>,
            #[serde(default)]
            version: String,
            #[serde(default)]
            catalogue_sha256: String,
        }
        let run = whole(&folder.join(run_json::FILE)).map_err(|error| none(&format!("run.json: {error}")))?;
        let run: Run = serde_json::from_slice(&run).map_err(|_| none("its run.json is not one of ours"))?;
        if run.tool != "devtrail" {
            return Err(none("its run.json is not one of ours"));
        }
        let sums = whole(&folder.join(SUMS)).map_err(|error| none(&format!("{SUMS}: {error}")))?;
        let sums = manifest::parse(&String::from_utf8_lossy(&sums)).map_err(|line| Error::ReportAltered {
            path: folder.join(SUMS),
            why: format!("line {line} is no sum of a file"),
        })?;
        let sums: BTreeMap<String, String> = sums.into_iter().map(|(sum, path)| (path, sum)).collect();
        let mut grids = BTreeMap::new();
        for &name in needed {
            let grid = grid(folder, name, &sums, None)?;
            let why = format!("its table {name} is not there as Parquet");
            grids.insert(name, grid.ok_or_else(|| none(&why))?);
        }
        for &(name, columns) in others {
            if let Some(found) = grid(folder, name, &sums, Some(columns))? {
                grids.insert(name, found);
            }
        }
        let Run { arguments, version, catalogue_sha256, .. } = run;
        Ok(Self { grids, arguments, version, catalogue_sha256 })
    }

    /// The tables of a report that is not written yet.
    ///
    /// # Errors
    /// Never, as long as its tables could be written.
    pub fn of(report: &Report, needed: &[&'static str], facts: &RunFacts) -> Result<Self, Error> {
        let mut grids = BTreeMap::new();
        for table in tables::all(report) {
            if needed.contains(&table.name) {
                let frame = parquet::whole(&table).map_err(|error| ReportError::Write(error.into()))?;
                grids.insert(table.name, Grid { frame: Some(frame) });
            }
        }
        Ok(Self {
            grids,
            arguments: facts.arguments.clone(),
            version: facts.version.clone(),
            catalogue_sha256: facts.catalogue_sha256.clone(),
        })
    }

    /// A table by its name; one that is not there has no rows.
    pub fn grid(&self, name: &str) -> &Grid {
        static NONE: Grid = Grid { frame: None };
        self.grids.get(name).unwrap_or(&NONE)
    }

    /// Whether a table was asked for and is there.
    pub fn has(&self, name: &str) -> bool {
        self.grids.contains_key(name)
    }
}

/// Reads one table, which may be divided into files; `None` if the report holds
/// none of that name.
fn grid(
    folder: &Path,
    name: &str,
    sums: &BTreeMap<String, String>,
    columns: Option<&[&str]>,
) -> Result<Option<Grid>, Error> {
    let whole_table = format!("tables/{name}.parquet");
    let parts = format!("tables/{name}/");
    let is_part = |inside: &&String| {
        // A list that somebody altered leads nowhere else.
        let plain = Path::new(inside).components().all(|part| matches!(part, Component::Normal(_)));
        plain && inside.starts_with(&parts) && inside.ends_with(".parquet")
    };
    let files: Vec<&String> = match sums.get_key_value(&whole_table) {
        Some((inside, _)) => vec![inside],
        None if folder.join(&whole_table).exists() => {
            return Err(altered(&folder.join(&whole_table), format!("{SUMS} does not list it")));
        }
        None => sums.keys().filter(is_part).collect(),
    };
    let mut table: Option<DataFrame> = None;
    for inside in files {
        let part = file(&folder.join(inside), &sums[inside], columns)?;
        match &mut table {
            None => table = Some(part),
            Some(table) => {
                let joined = table.vstack_mut(&part).map(|_| ());
                joined.map_err(|error| altered(&folder.join(inside), error.to_string()))?;
            }
        }
    }
    Ok(table.map(|frame| Grid { frame: Some(frame) }))
}

/// Reads one file of a table, if it is as the run wrote it.
fn file(path: &Path, sum: &str, columns: Option<&[&str]>) -> Result<DataFrame, Error> {
    let bytes = whole(path).map_err(|error| altered(path, error.to_string()))?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found != sum {
        return Err(altered(path, format!("its SHA-256 is not the one in {SUMS}")));
    }
    // Whoever altered a table could alter its sum: the reader may meet anything.
    let read = catch_unwind(AssertUnwindSafe(|| frame(bytes, columns)));
    let frame = read.map_err(|_| altered(path, "it is no sound Parquet".to_owned()))?;
    frame.map_err(|why| altered(path, why))
}

fn altered(path: &Path, why: String) -> Error {
    Error::ReportAltered { path: path.to_owned(), why }
}

fn frame(bytes: Vec<u8>, columns: Option<&[&str]>) -> Result<DataFrame, String> {
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let schema = reader.schema().map_err(|error| error.to_string())?;
    let wanted = columns.map(|columns| {
        columns.iter().filter(|column| schema.contains(column)).map(|column| (*column).to_owned()).collect()
    });
    reader.with_columns(wanted).finish().map_err(|error| error.to_string())
}

/// One table.
#[derive(Debug, Default)]
pub struct Grid {
    frame: Option<DataFrame>,
}

impl Grid {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.frame.as_ref().map_or(0, DataFrame::height)
    }

    fn value(&self, row: usize, column: &str) -> AnyValue<'_> {
        let column = self.frame.as_ref().and_then(|frame| frame.column(column).ok());
        column.and_then(|column| column.get(row).ok()).unwrap_or(AnyValue::Null)
    }

    /// A cell as text; a list is joined by `;`, an empty cell is the empty text.
    pub fn text(&self, row: usize, column: &str) -> String {
        match self.value(row, column) {
            AnyValue::Null => String::new(),
            AnyValue::String(text) => text.to_owned(),
            AnyValue::StringOwned(text) => text.to_string(),
            AnyValue::List(_) => self.list(row, column).join(";"),
            AnyValue::Datetime(..) | AnyValue::DatetimeOwned(..) => {
                self.time(row, column).map_or_else(String::new, |time| time.to_string())
            }
            AnyValue::Boolean(truth) => truth.to_string(),
            // Our tables hold no other types: what else is there is no text of ours.
            other => other.extract::<i64>().map_or_else(String::new, |number| number.to_string()),
        }
    }

    /// A cell as a list; a text is a list of one.
    pub fn list(&self, row: usize, column: &str) -> Vec<String> {
        match self.value(row, column) {
            AnyValue::List(items) => items
                .str()
                .map(|items| items.iter().flatten().map(str::to_owned).collect())
                .unwrap_or_default(),
            AnyValue::Null => Vec::new(),
            _ => Some(self.text(row, column)).filter(|text| !text.is_empty()).into_iter().collect(),
        }
    }

    /// A cell as a time; all times of our tables are microseconds, UTC.
    pub fn time(&self, row: usize, column: &str) -> Option<UtcTime> {
        match self.value(row, column) {
            AnyValue::Datetime(micros, ..) | AnyValue::DatetimeOwned(micros, ..) => {
                Some(UtcTime::from_micros(micros))
            }
            _ => None,
        }
    }

    /// A cell as a number.
    pub fn number(&self, row: usize, column: &str) -> Option<u64> {
        self.value(row, column).extract::<i64>().and_then(|number| u64::try_from(number).ok())
    }

    /// Rows in which a cell, or an item of it, is as asked for.
    pub fn find(&self, column: &str, is: &dyn Fn(&str) -> bool) -> Vec<usize> {
        let found = self.frame.as_ref().and_then(|frame| frame.column(column).ok());
        let Some(found) = found else { return Vec::new() };
        if let Ok(texts) = found.str() {
            return texts
                .iter()
                .enumerate()
                .filter(|(_, text)| text.is_some_and(is))
                .map(|(row, _)| row)
                .collect();
        }
        (0..self.rows()).filter(|row| self.list(*row, column).iter().any(|item| is(item))).collect()
    }
}
