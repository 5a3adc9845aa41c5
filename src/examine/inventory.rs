//! What the examination of one object takes from exports of settings.
//!
//! Owns: counting their rows. Each is a record of its own, with an ordinal.

use crate::decode::{Document, Place};
use crate::model::problem::ProblemKind;
use crate::normalise::inventory::{Origin, read};

use super::ObjectSink;

impl ObjectSink<'_, '_> {
    /// Takes the rows of a document; tells whether it is such an export.
    pub(super) fn inventory(&mut self, document: &Document<'_>) -> bool {
        let place = document.place;
        let first_row = place.ordinal + self.more_rows;
        let origin = Origin {
            path: &self.path,
            first_row,
            bytes: (place.start as u64, place.end as u64),
            text: document.text,
            account: self.key_account.as_ref(),
        };
        let Some(read) = read(document.kind, origin) else { return false };
        let rejected = read.rejected.len() as u64;
        self.counts.seen += read.rows;
        self.counts.rejected += rejected;
        self.counts.kept += read.rows - rejected;
        self.more_rows += read.rows.saturating_sub(1);
        for (row, why) in read.rejected {
            let place = Place { ordinal: first_row + row, ..place };
            self.problem(ProblemKind::RejectedRecord, place, why);
        }
        self.inventory.extend(read.inventory);
        true
    }
}
