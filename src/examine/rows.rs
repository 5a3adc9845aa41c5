//! Rows of one object in the table of all events.
//!
//! Owns: which shard they are written with, and what is told of records whose
//! fields are odd. What a row holds is `lake`'s.

use super::sink::ObjectSink;
use crate::decode::Record;
use crate::lake::{Around, Lake, Shard};
use crate::model::evidence::ObjectPath;
use crate::model::id::AccountId;
use crate::model::problem::ProblemKind;

/// Where the rows of one object go.
#[derive(Debug)]
pub(super) struct ObjectRows<'e> {
    lake: &'e Lake,
    shard: Shard,
    ticket: u32,
}

impl<'e> ObjectRows<'e> {
    /// Rows of an object follow.
    pub(super) fn begin(lake: &'e Lake, path: &ObjectPath) -> Self {
        Self { lake, shard: lake.take(), ticket: lake.ticket(path) }
    }

    /// No more rows follow; gives the number of the object.
    pub(super) fn end(self) -> u32 {
        self.lake.give_back(self.shard);
        self.ticket
    }
}

impl ObjectSink<'_, '_> {
    /// Writes the row of a record, and tells what of it could not be read, whether
    /// its event was kept or not.
    pub(super) fn write_row(&mut self, record: &Record<'_>, account: Option<&AccountId>, kept: bool) {
        let Some(rows) = &mut self.rows else { return };
        let category = self.events.last().filter(|_| kept).and_then(|event| event.category);
        let odd = rows.shard.add(record, Around { ticket: rows.ticket, account, category });
        rows.lake.relieve(&mut rows.shard);
        if !odd.is_empty() {
            let detail = format!("of another type than the format says: {}", odd.join(", "));
            self.problem(ProblemKind::WrongType, record.place, detail);
        }
    }
}
