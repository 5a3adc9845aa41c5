//! What is remembered of a call that did no harm itself and may tell what became
//! of a loss.
//!
//! Owns: the trace of such a call. A dump is full of calls that make things, and
//! few of these things were ever destroyed: the calls that matter are read again.

use serde::{Deserialize, Serialize};

/// How a name in such a call bears on a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Bearing {
    /// The call may undo what was done to the thing of that name before.
    Undoes,
    /// It made a copy of that thing.
    Copies,
    /// The copy that it made bears that name.
    Makes,
    /// It set how long what is deleted of that thing is kept.
    Keeps,
}

/// A call, by its place and the hashes of the names in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessTrace {
    /// Its ordinal in its object.
    pub record: u32,
    /// When it happened, in microseconds since 1970.
    pub at: i64,
    /// How it bears on which names, in order: a hash says where to look and
    /// decides nothing.
    pub names: Box<[(Bearing, u32)]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_small() {
        assert!(size_of::<WitnessTrace>() <= 32);
        assert!(size_of::<(Bearing, u32)>() <= 8);
    }
}
