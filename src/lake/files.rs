//! The sorted rows as files of the report.
//!
//! Owns: one walk over all rows that feeds every file asked for, which file a row
//! goes to, and that row groups are encoded by all threads while the next ones
//! are filled. Memory: the groups being filled and those being encoded.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::page::CompressedPage;
use rayon::prelude::*;

use crate::lake::Rows;
use crate::lake::group::Group;
use crate::lake::merge::Merged;
use crate::lake::pages::{self, COLUMNS, Packer};
use crate::lake::parquet_files::ParquetFiles;
use crate::lake::row::{Row, Word};
use crate::lake::texts::TextFiles;
use crate::limits::LAKE_GROUP_BYTES;
use crate::model::event::Event;
use crate::model::id::{AccountId, Region};
use crate::model::time::{Day, UtcTime};
use crate::report::folder::FolderError;

/// By what the Parquet files of the table are divided into folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Partitions {
    /// By the account that an event is about.
    pub account: bool,
    /// By its day, UTC.
    pub day: bool,
}

impl Partitions {
    pub(super) const fn any(self) -> bool {
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
pub(super) type Place = (Option<AccountId>, Option<Day>);

/// What comes of filling groups, in order.
pub(super) enum Item {
    Full(Place, Box<Group>),
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
                items.extend(open.into_iter().flat_map(|(place, group)| {
                    [Item::Full(place.clone(), Box::new(group)), Item::End(place)]
                }));
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
                past.into_iter().flat_map(|(place, group)| {
                    [Item::Full(place.clone(), Box::new(group)), Item::End(place)]
                }),
            );
        }
        let group = open.entry(place.clone()).or_insert_with(|| spare.pop().unwrap_or_default());
        group.push(row, copies, &rows.stock);
        if group.is_full() {
            let full = std::mem::replace(group, spare.pop().unwrap_or_default());
            items.push(Item::Full(place, Box::new(full)));
        } else if open.len() > 1 && open.values().map(Group::weight).sum::<usize>() >= LAKE_GROUP_BYTES {
            // The first of the heaviest, so that it hangs on the rows alone.
            let heaviest = open.iter().rev().max_by_key(|(_, group)| group.weight());
            if let Some(place) = heaviest.map(|(place, _)| place.clone())
                && let Some(group) = open.get_mut(&place)
            {
                items.push(Item::Full(place, Box::new(std::mem::take(group))));
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
