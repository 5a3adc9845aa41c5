//! The Parquet files of the table, whole or divided into folders.
//!
//! Owns: which file a group goes to, and that it is written and ended. No file is
//! held open: there may be thousands.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::write::{DynIter, DynStreamingIterator, FileWriter, Version, WriteOptions};
use polars_parquet::write::{FallibleStreamingIterator, KeyValue};

use crate::lake::files::{Item, Place, Wanted};
use crate::lake::pages::COLUMNS;
use crate::model::id::AccountId;
use crate::model::time::Day;
use crate::report::folder::{self, FolderError};
use crate::report::{parquet, tables};

/// What stands for a value that is unknown, or no sound name of a folder.
///
/// Source: Apache Hive, `hive.exec.default.partition.name`.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// What a Parquet writer writes into, until it is taken from there to the file.
#[derive(Clone, Default)]
struct Pending(Arc<Mutex<Vec<u8>>>);

impl Pending {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One file that rows are still added to. It is opened anew for each group, as
/// there may be thousands.
struct ParquetFile {
    path: PathBuf,
    pending: Pending,
    writer: FileWriter<Pending>,
}

impl ParquetFile {
    fn append(&self) -> Result<(), FolderError> {
        folder::append(&self.path, &self.pending.take())
    }
}

/// All Parquet files of the table.
pub(super) struct ParquetFiles<'a> {
    wanted: &'a Wanted<'a>,
    pub(super) schema: SchemaDescriptor,
    metadata: Vec<KeyValue>,
    open: BTreeMap<Place, ParquetFile>,
    /// Files in folders that time can come back to: what has no day.
    parts: BTreeMap<PathBuf, u32>,
}

impl<'a> ParquetFiles<'a> {
    pub(super) fn new(
        wanted: &'a Wanted<'a>,
        (version, schema_version): (&str, &str),
    ) -> Result<Self, FolderError> {
        let table = tables::events(&[]);
        let schema = parquet::schema(&table).map_err(|error| FolderError::Io {
            action: "write",
            path: wanted.folder.to_owned(),
            source: io::Error::other(error.to_string()),
        })?;
        let metadata = parquet::metadata(&table, version, schema_version);
        let mut files = Self { wanted, schema, metadata, open: BTreeMap::new(), parts: BTreeMap::new() };
        if !wanted.partitions.any() {
            // There without rows too.
            files.file(&(None, None))?;
        }
        Ok(files)
    }

    fn path(&mut self, place: &Place) -> PathBuf {
        let tables = self.wanted.folder.join("tables");
        let by = self.wanted.partitions;
        if !by.any() {
            return tables.join("events.parquet");
        }
        let mut folder = tables.join("events");
        if by.account {
            let account = place.0.as_ref().map_or(NO_VALUE, AccountId::as_str);
            folder.push(format!("account={account}"));
        }
        if by.day {
            let day = place.1.map(|day| day.to_string()).filter(|day| Day::parse(day).is_some());
            folder.push(format!("day={}", day.as_deref().unwrap_or(NO_VALUE)));
        }
        let part = self.parts.get(&folder).copied().unwrap_or_default();
        if folder.ends_with(format!("day={NO_VALUE}")) {
            self.parts.insert(folder.clone(), part + 1);
        }
        folder.join(format!("part-{part}.parquet"))
    }

    fn file(&mut self, place: &Place) -> Result<&mut ParquetFile, FolderError> {
        if !self.open.contains_key(place) {
            let path = self.path(place);
            let pending = Pending::default();
            let options = WriteOptions { write_statistics: false, version: Version::V1 };
            let created_by = Some("devtrail".to_owned());
            let writer = FileWriter::new(pending.clone(), self.schema.clone(), options, created_by);
            self.open.insert(place.clone(), ParquetFile { path, pending, writer });
        }
        Ok(self.open.get_mut(place).expect("it was just put there"))
    }

    /// Writes groups; `encoded` holds the pages of each, by column.
    pub(super) fn add(
        &mut self,
        items: &[Item],
        encoded: Vec<Vec<CompressedPage>>,
    ) -> Result<(), FolderError> {
        let mut encoded = encoded.into_iter();
        for item in items {
            match item {
                Item::Full(place, group) => {
                    let columns: Vec<_> = encoded.by_ref().take(COLUMNS.len()).collect();
                    if group.rows() == 0 {
                        continue;
                    }
                    let file = self.file(place)?;
                    let columns = columns.into_iter().map(|pages| {
                        Ok::<_, ParquetError>(DynStreamingIterator::new(Each { pages, next: 0 }))
                    });
                    let written = file.writer.write(group.rows() as u64, DynIter::new(columns));
                    written.map_err(|error| broken(&file.path, &error))?;
                    file.append()?;
                }
                Item::End(place) => self.end(place)?,
            }
        }
        Ok(())
    }

    /// Writes the end of a file.
    fn end(&mut self, place: &Place) -> Result<(), FolderError> {
        let Some(mut file) = self.open.remove(place) else { return Ok(()) };
        let written = file.writer.end(Some(self.metadata.clone()));
        written.map_err(|error| broken(&file.path, &error))?;
        file.append()
    }

    pub(super) fn finish(mut self) -> Result<(), FolderError> {
        let places: Vec<Place> = self.open.keys().cloned().collect();
        places.iter().try_for_each(|place| self.end(place))
    }
}

fn broken(path: &Path, error: &ParquetError) -> FolderError {
    let source = io::Error::other(error.to_string());
    FolderError::Io { action: "write", path: path.to_owned(), source }
}

/// Hands out pages one by one.
struct Each {
    pages: Vec<CompressedPage>,
    next: usize,
}

impl FallibleStreamingIterator for Each {
    type Item = CompressedPage;
    type Error = ParquetError;

    fn advance(&mut self) -> Result<(), Self::Error> {
        self.next += 1;
        Ok(())
    }

    fn get(&self) -> Option<&CompressedPage> {
        self.pages.get(self.next.checked_sub(1)?)
    }
}
