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
    /// How it bears on which names, in order.
    pub names: Box<[NameTrace]>,
}

/// How a call bears on a name: the bearing in the two highest bits, 62 bits of the
/// name's keyed hash in the others. As many, so that no two names of a dump share
/// one: a record that is kept for a name it does not hold would be kept in one run
/// and not in the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NameTrace(u64);

impl NameTrace {
    /// Of the hash of a name.
    pub const fn new(bearing: Bearing, hash: u64) -> Self {
        Self((bearing as u64) << 62 | hash & (u64::MAX >> 2))
    }

    /// How the call bears on the name.
    pub const fn bearing(self) -> Bearing {
        match self.0 >> 62 {
            0 => Bearing::Undoes,
            1 => Bearing::Copies,
            2 => Bearing::Makes,
            _ => Bearing::Keeps,
        }
    }

    /// The same name, borne on in another way.
    pub const fn to(self, bearing: Bearing) -> Self {
        Self::new(bearing, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_small() {
        assert!(size_of::<WitnessTrace>() <= 32);
        assert!(size_of::<NameTrace>() <= 8);
    }

    #[test]
    fn a_name_keeps_its_bearing_and_62_bits() {
        let all = [Bearing::Undoes, Bearing::Copies, Bearing::Makes, Bearing::Keeps];
        for bearing in all {
            let name = NameTrace::new(bearing, u64::MAX);
            assert_eq!(name.bearing(), bearing);
            assert_ne!(name, NameTrace::new(bearing, u64::MAX ^ 1 << 61));
            assert_eq!(name, NameTrace::new(bearing, u64::MAX >> 2));
            assert!(all.iter().all(|other| name.to(*other) == NameTrace::new(*other, u64::MAX)));
        }
    }
}
