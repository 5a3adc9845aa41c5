//! The rows as text: the table as CSV, and a line for each event.
//!
//! Owns: putting rows into these files a few at a time. What a line holds is told
//! by who asks.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use crate::lake::files::{Line, Wanted};
use crate::model::event::Event;
use crate::report::folder::{self, FolderError};
use crate::report::{csv, tables};

/// Rows that are put into text formats at once.
const BATCH_ROWS: usize = 1_000;

/// The files of text that are asked for.
pub(super) struct TextFiles<'a> {
    batch: Vec<Event>,
    csv: Option<BufWriter<File>>,
    lines: Option<(BufWriter<File>, Line<'a>)>,
}

impl<'a> TextFiles<'a> {
    pub(super) fn create(wanted: &Wanted<'a>) -> Result<Self, FolderError> {
        let create = |name: &str| folder::create(&wanted.folder.join(name));
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

    pub(super) const fn any(&self) -> bool {
        self.csv.is_some() || self.lines.is_some()
    }

    pub(super) fn add(&mut self, event: Event) -> io::Result<()> {
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

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.put()?;
        self.csv.iter_mut().try_for_each(Write::flush)?;
        self.lines.iter_mut().try_for_each(|(out, _)| out.flush())
    }
}
