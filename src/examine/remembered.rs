//! What is remembered of an object until all are read.
//!
//! Owns: that it can be put by. Each part says itself what it is for.

use serde::{Deserialize, Serialize};

use super::Callers;
use crate::model::witness::WitnessTrace;
use crate::runs::Row;
use crate::tally::Tally;

/// What is asked for when it is known what others tell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Remembered {
    /// What its records were about, per account, region and day.
    pub tally: Tally,
    /// Whose credentials its records were made with.
    pub callers: Callers,
    /// Of every record that was only counted and may tell of a loss.
    pub witnesses: Vec<WitnessTrace>,
}

impl Row for Remembered {
    fn bytes(&self) -> usize {
        let names: usize = self.witnesses.iter().map(|one| one.names.len() * 8 + 24).sum();
        let witnesses = self.witnesses.len() * size_of::<WitnessTrace>() + names;
        size_of::<Self>() + witnesses + self.callers.bytes() + self.tally.bytes()
    }
}
