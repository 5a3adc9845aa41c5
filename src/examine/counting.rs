//! Callers of one object, counted as its records pass.
//!
//! Owns: with which shard they are counted. What may have to be taken back, as a
//! digest may cover only the first member of an object, is counted apart.

use crate::decode::head::Head;
use crate::model::id::AccountId;
use crate::model::time::UtcTime;
use crate::timeline::CallerMark;
use crate::usage::{Folded, Shard, Usage};

/// The shard of one object.
#[derive(Debug, Default)]
pub(super) enum Counting<'e> {
    /// Nobody asks for callers.
    #[default]
    Not,
    /// With all others.
    Shared(&'e Usage, Box<Shard>),
    /// Apart.
    Apart(Box<(Shard, Folded)>),
}

impl<'e> Counting<'e> {
    /// For an object; `apart` if it may have to be taken back.
    pub(super) fn of(usage: Option<&'e Usage>, apart: bool) -> Self {
        match usage {
            None => Self::Not,
            Some(usage) if apart => Self::Apart(Box::new((usage.apart(), Folded::default()))),
            Some(usage) => Self::Shared(usage, Box::new(usage.take())),
        }
    }

    /// Counts one record, by the keyed hash of its raw `userIdentity`; gives the
    /// mark of its caller.
    pub(super) fn add(
        &mut self,
        (head, identity): (&Head<'_>, u64),
        account: Option<&AccountId>,
        time: Option<UtcTime>,
    ) -> CallerMark {
        match self {
            Self::Not => CallerMark::default(),
            Self::Shared(usage, shard) => {
                usage.relieve(shard);
                shard.add((head, identity), account, time)
            }
            Self::Apart(apart) => {
                let (shard, folded) = &mut **apart;
                shard.relieve(folded);
                shard.add((head, identity), account, time)
            }
        }
    }

    /// No more records follow: what was counted apart.
    pub(super) fn finish(self) -> Option<Box<Folded>> {
        match self {
            Self::Not => None,
            Self::Shared(usage, shard) => {
                usage.give_back(*shard);
                None
            }
            Self::Apart(apart) => {
                let (mut shard, mut folded) = *apart;
                shard.fold_into(&mut folded);
                Some(Box::new(folded))
            }
        }
    }
}
