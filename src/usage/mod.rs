//! Who called, from where and with what: counted from every record of a dump,
//! kept or not.
//!
//! Owns: counting in flat memory. Threads count callers, and pairs of their values
//! (`shard`); whenever one holds too many they are put together by caller (`fold`),
//! where names that sort first stay if there are too many. So no result hangs on
//! the order of reading, also where a bound is met. Knows no rule and makes no claim.

mod fold;
mod shard;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub use fold::Folded;
pub use shard::Shard;

use crate::model::actor::{Actors, Calls};
use crate::model::time::UtcTime;
use crate::timeline::{CallerMark, RunKey};

/// The part of the evidence that "new" is told from: from (included), to (not).
pub type BaselineTimes = (UtcTime, UtcTime);

/// What all threads of a run count together.
#[derive(Debug)]
pub struct Usage {
    key: RunKey,
    baseline: Option<BaselineTimes>,
    idle: Mutex<Vec<Shard>>,
    folded: Mutex<Folded>,
}

impl Usage {
    /// For one run.
    pub fn new(key: RunKey, baseline: Option<BaselineTimes>) -> Self {
        Self { key, baseline, idle: Mutex::default(), folded: Mutex::default() }
    }

    /// An empty one that counts the same way, for a part of the run.
    pub fn like(&self) -> Self {
        Self::new(self.key, self.baseline)
    }

    /// Everything that was counted.
    pub fn into_folded(self) -> Folded {
        let mut folded = self.folded.into_inner().unwrap_or_else(PoisonError::into_inner);
        for mut shard in self.idle.into_inner().unwrap_or_else(PoisonError::into_inner) {
            shard.fold_into(&mut folded);
        }
        folded
    }

    /// A shard to count with, for as long as one object takes.
    pub fn take(&self) -> Shard {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Shard::new(self.key, self.baseline))
    }

    /// A shard that nobody else counts with.
    pub fn apart(&self) -> Shard {
        Shard::new(self.key, self.baseline)
    }

    /// Puts together what a shard holds, once it is full.
    pub fn relieve(&self, shard: &mut Shard) {
        if shard.is_full() {
            shard.relieve(&mut self.folded.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Takes a shard back.
    pub fn give_back(&self, shard: Shard) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(shard);
    }

    /// Everything that was counted, with what was counted apart, and without the
    /// copies of events.
    pub fn finish(&self, apart: Vec<Folded>, copies: &BTreeMap<CallerMark, u64>) -> Actors {
        let mut folded = std::mem::take(&mut *self.folded.lock().unwrap_or_else(PoisonError::into_inner));
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for mut shard in idle {
            shard.fold_into(&mut folded);
        }
        for one in apart {
            folded.merge(one);
        }
        let mut gone: BTreeMap<[u8; 5], Calls> = BTreeMap::new();
        for (mark, count) in copies {
            let (caller, calls) = shard::unmark(*mark, *count);
            gone.entry(caller).or_default().add(calls);
        }
        folded.finish(gone)
    }
}

#[cfg(test)]
mod tests;
