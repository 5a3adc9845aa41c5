//! The sorted rows as files of the report.
//!
//! Owns: one walk over all rows that feeds every file asked for, which file a row
//! goes to, and that row groups are encoded by all threads while the next ones
//! are filled. Memory: the groups being filled and those being encoded.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::write::{DynIter, DynStreamingIterator, FileWriter, Version, WriteOptions};
use polars_parquet::write::{FallibleStreamingIterator, KeyValue};
use rayon::prelude::*;

use crate::lake::Rows;
use crate::lake::group::Group;
use crate::lake::merge::Merged;
use crate::lake::pages::{self, COLUMNS, Packer};
use crate::lake::row::{Row, Word};
use crate::limits::LAKE_GROUP_BYTES;
use crate::model::event::Event;
use crate::model::id::{AccountId, Region};
use crate::model::time::{Day, UtcTime};
use crate::report::folder::FolderError;
use crate::report::{csv, parquet, tables};

/// What stands for a value that is unknown, or no sound name of a folder.
///
/// Source: Apache Hive, `hive.exec.default.partition.name`.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// Rows that are put into text formats at once.
const BATCH_ROWS: usize = 1_000;

/// By what the Parquet files of the table are divided into folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Partitions {
    /// By the account that an event is about.
    pub account: bool,
    /// By its day, UTC.
    pub day: bool,
}

impl Partitions {
    const fn any(self) -> bool {
        self.account || self.day
    }
}

/// Whether a row is wanted, by its time, account and region.
pub type Selects<'a> = &'a (dyn Fn(Option<UtcTime>, Option<&AccountId>, Option<&Region>) -> bool + Sync);

/// Writes an event as a line.
pub type Line<'a> = &'a (dyn Fn(&Event, &mut dyn Write) -> io::Result<()> + Sync);

/// What is written, and where.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The folder of the report.
    pub folder: &'a Path,
    /// Whether the table is written as Parquet; versions of tool and contract.
    pub parquet: Option<(&'a str, &'a str)>,
    /// By what that is divided.
    pub partitions: Partitions,
    /// Whether the table is written as CSV.
    pub csv: bool,
    /// A file with a line for each event.
    pub lines: Option<(&'a str, Line<'a>)>,
    /// The rows to write; `None` means all.
    pub selects: Option<Selects<'a>>,
    /// How many of the first events are handed back.
    pub shown: usize,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// Rows of the table.
    pub rows: u64,
    /// The first of them.
    pub shown: Vec<Event>,
}

/// The folder that a row belongs in: its account and its day, as far as they count.
type Place = (Option<AccountId>, Option<Day>);

/// What comes of filling groups, in order.
enum Item {
    Full(Place, Group),
    /// No more rows come for that place.
    End(Place),
}

impl Rows {
    /// Hands on the event of each row that is wanted, in order.
    ///
    /// # Errors
    /// If temporary files cannot be read, or `take` fails.
    pub fn each(
        &self,
        selects: Option<Selects<'_>>,
        mut take: impl FnMut(&Event) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut merged = self.runs.merged(&self.stock)?;
        while let Some(row) = merged.row() {
            if let Some(copies) = self.deliveries(row)
                && self.selects(row, selects)
            {
                take(&row.event(&self.stock, copies))?;
            }
            merged.step()?;
        }
        Ok(())
    }

    fn selects(&self, row: Row<'_>, selects: Option<Selects<'_>>) -> bool {
        let Some(selects) = selects else { return true };
        let word = |which| Some(row.word(which, &self.stock)).filter(|text| !text.is_empty());
        let account = word(Word::Account).map(AccountId::new);
        let region = word(Word::Region).map(Region::new);
        selects(row.micros().map(UtcTime::from_micros), account.as_ref(), region.as_ref())
    }

    /// Writes the files that are asked for.
    ///
    /// # Errors
    /// If one cannot be written, or temporary files cannot be read.
    pub fn write(&self, wanted: &Wanted<'_>) -> Result<Written, FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::Io { action: "write", path, source }
        };
        let mut feed = Feed {
            rows: self,
            merged: self.runs.merged(&self.stock).map_err(failed(wanted.folder))?,
            wanted,
            open: BTreeMap::new(),
            spare: Vec::new(),
            texts: TextFiles::create(wanted)?,
            written: Written::default(),
        };
        let mut files = wanted.parquet.map(|versions| ParquetFiles::new(wanted, versions)).transpose()?;
        let mut items = feed.next().map_err(failed(wanted.folder))?;
        while !items.is_empty() {
            let schema = files.as_ref().map(|files| &files.schema);
            let (encoded, next) =
                rayon::join(|| schema.map(|schema| self.encode(&items, schema)), || feed.next());
            if let (Some(files), Some(encoded)) = (&mut files, encoded) {
                let encoded = encoded.map_err(failed(wanted.folder))?;
                files.add(&items, encoded)?;
            }
            feed.take_back(items);
            items = next.map_err(failed(wanted.folder))?;
        }
        if let Some(files) = files {
            files.finish()?;
        }
        feed.texts.finish().map_err(failed(wanted.folder))?;
        Ok(feed.written)
    }

    /// The pages of all groups, by group and column.
    fn encode(&self, items: &[Item], schema: &SchemaDescriptor) -> io::Result<Vec<Vec<CompressedPage>>> {
        let groups = items.iter().filter_map(|item| match item {
            Item::Full(_, group) => Some(group),
            Item::End(_) => None,
        });
        let columns = || COLUMNS.iter().zip(schema.columns());
        let all: Vec<_> = groups.flat_map(|group| columns().map(move |column| (group, column))).collect();
        all.into_par_iter()
            .map_init(Packer::default, |packer, (group, ((_, source), column))| {
                pages::column((group, *source), &self.stock, &column.descriptor, packer)
            })
            .collect()
    }
}

/// Goes over all rows and fills groups.
struct Feed<'a> {
    rows: &'a Rows,
    merged: Merged<'a>,
    wanted: &'a Wanted<'a>,
    open: BTreeMap<Place, Group>,
    /// Groups that were written, whose memory is used again.
    spare: Vec<Group>,
    texts: TextFiles<'a>,
    written: Written,
}

/// Written groups whose memory is kept: one is filled while others are encoded.
const SPARE_MAX: usize = 2;

impl Feed<'_> {
    /// The next groups that are full; none at the end.
    fn next(&mut self) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        while items.is_empty() {
            let Some(row) = self.merged.row() else {
                let open = std::mem::take(&mut self.open);
                items.extend(
                    open.into_iter()
                        .flat_map(|(place, group)| [Item::Full(place.clone(), group), Item::End(place)]),
                );
                return Ok(items);
            };
            if let Some(copies) = self.rows.deliveries(row)
                && self.rows.selects(row, self.wanted.selects)
            {
                self.written.rows += 1;
                let shown = self.written.shown.len() < self.wanted.shown;
                if shown || self.texts.any() {
                    let event = row.event(&self.rows.stock, copies);
                    if shown {
                        self.written.shown.push(event.clone());
                    }
                    self.texts.add(event)?;
                }
                if self.wanted.parquet.is_some() {
                    let place = self.place(row);
                    let groups = (&mut self.open, &mut self.spare);
                    Self::put(groups, (place, row, copies), (self.rows, self.wanted), &mut items);
                }
            }
            self.merged.step()?;
        }
        Ok(items)
    }

    /// Puts a row into its group; hands on what has to be written before more rows
    /// are taken.
    fn put(
        (open, spare): (&mut BTreeMap<Place, Group>, &mut Vec<Group>),
        (place, row, copies): (Place, Row<'_>, u32),
        (rows, wanted): (&Rows, &Wanted<'_>),
        items: &mut Vec<Item>,
    ) {
        if wanted.partitions.day && open.keys().next().is_some_and(|(_, day)| *day != place.1) {
            let past = std::mem::take(open);
            items.extend(
                past.into_iter()
                    .flat_map(|(place, group)| [Item::Full(place.clone(), group), Item::End(place)]),
            );
        }
        let group = open.entry(place.clone()).or_insert_with(|| spare.pop().unwrap_or_default());
        group.push(row, copies, &rows.stock);
        if group.is_full() {
            let full = std::mem::replace(group, spare.pop().unwrap_or_default());
            items.push(Item::Full(place, full));
        } else if open.len() > 1 && open.values().map(Group::weight).sum::<usize>() >= LAKE_GROUP_BYTES {
            // The first of the heaviest, so that it hangs on the rows alone.
            let heaviest = open.iter().rev().max_by_key(|(_, group)| group.weight());
            if let Some(place) = heaviest.map(|(place, _)| place.clone())
                && let Some(group) = open.get_mut(&place)
            {
                items.push(Item::Full(place, std::mem::take(group)));
            }
        }
    }

    /// Takes back the memory of groups that were written.
    fn take_back(&mut self, items: Vec<Item>) {
        for item in items {
            if let Item::Full(_, group) = item
                && self.spare.len() < SPARE_MAX
            {
                self.spare.push(group.emptied());
            }
        }
    }

    fn place(&self, row: Row<'_>) -> Place {
        let by = self.wanted.partitions;
        let account = || AccountId::if_well_formed(row.word(Word::Account, &self.rows.stock));
        let day = || row.micros().map(|micros| UtcTime::from_micros(micros).day());
        (by.account.then(account).flatten(), by.day.then(day).flatten())
    }
}

/// The files of text that are asked for.
struct TextFiles<'a> {
    batch: Vec<Event>,
    csv: Option<BufWriter<File>>,
    lines: Option<(BufWriter<File>, Line<'a>)>,
}

impl<'a> TextFiles<'a> {
    fn create(wanted: &Wanted<'a>) -> Result<Self, FolderError> {
        let create = |name: &str| {
            let path = wanted.folder.join(name);
            let created =
                path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| File::create(&path));
            created.map(BufWriter::new).map_err(|source| FolderError::Io { action: "create", path, source })
        };
        let mut csv = wanted.csv.then(|| create("tables/events.csv")).transpose()?;
        if let Some(out) = &mut csv {
            let path = || wanted.folder.join("tables/events.csv");
            csv::write(&tables::events(&[]), out).map_err(|source| FolderError::Io {
                action: "write",
                path: path(),
                source,
            })?;
        }
        let lines = wanted.lines.map(|(name, line)| Ok((create(name)?, line))).transpose()?;
        Ok(Self { batch: Vec::new(), csv, lines })
    }

    const fn any(&self) -> bool {
        self.csv.is_some() || self.lines.is_some()
    }

    fn add(&mut self, event: Event) -> io::Result<()> {
        if let Some((out, line)) = &mut self.lines {
            line(&event, out)?;
        }
        if self.csv.is_some() {
            self.batch.push(event);
            if self.batch.len() >= BATCH_ROWS {
                self.put()?;
            }
        }
        Ok(())
    }

    fn put(&mut self) -> io::Result<()> {
        if let Some(out) = &mut self.csv {
            csv::append(&tables::events(&self.batch), out)?;
        }
        self.batch.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.put()?;
        self.csv.iter_mut().try_for_each(Write::flush)?;
        self.lines.iter_mut().try_for_each(|(out, _)| out.flush())
    }
}

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
        let failed = |source| FolderError::Io { action: "write", path: self.path.clone(), source };
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path).map_err(failed)?;
        file.write_all(&self.pending.take()).map_err(failed)
    }
}

/// All Parquet files of the table.
struct ParquetFiles<'a> {
    wanted: &'a Wanted<'a>,
    schema: SchemaDescriptor,
    metadata: Vec<KeyValue>,
    open: BTreeMap<Place, ParquetFile>,
    /// Files in folders that time can come back to: what has no day.
    parts: BTreeMap<PathBuf, u32>,
}

impl<'a> ParquetFiles<'a> {
    fn new(wanted: &'a Wanted<'a>, (version, schema_version): (&str, &str)) -> Result<Self, FolderError> {
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
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|source| FolderError::Io {
                    action: "create the folder",
                    path: folder.to_owned(),
                    source,
                })?;
            }
            let pending = Pending::default();
            let options = WriteOptions { write_statistics: false, version: Version::V1 };
            let created_by = Some("devtrail".to_owned());
            let writer = FileWriter::new(pending.clone(), self.schema.clone(), options, created_by);
            self.open.insert(place.clone(), ParquetFile { path, pending, writer });
        }
        Ok(self.open.get_mut(place).expect("it was just put there"))
    }

    /// Writes groups; `encoded` holds the pages of each, by column.
    fn add(&mut self, items: &[Item], encoded: Vec<Vec<CompressedPage>>) -> Result<(), FolderError> {
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

    fn finish(mut self) -> Result<(), FolderError> {
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
