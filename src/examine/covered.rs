//! What of an object the digests can speak for.
//!
//! Owns the seam to `integrity`, and how an object is cut back to its first
//! gzip member without losing count.

use crate::evidence::read::{Container, Content};
use crate::examine::Examined;
use crate::integrity::{Packing, Stored};
use crate::model::object::ObjectStatus;
use crate::model::problem::{Problem, ProblemKind};

impl Examined {
    /// What the checks of integrity need to know of it.
    pub fn stored(&self) -> Stored<'_> {
        Stored {
            object: &self.object,
            packing: self.packing,
            first_member: self.seldom.first_member.as_ref().map(|(first, _)| first),
            documents: &self.seldom.documents,
            deliveries: &self.seldom.deliveries,
        }
    }

    /// Drops what follows its first gzip member. Entries dropped with it count as
    /// rejected.
    pub fn drop_what_follows(&mut self) {
        let Some((first, short)) = self.seldom.get_mut().and_then(|extras| extras.first_member.take()) else {
            return;
        };
        let dropped = self.counts.seen - self.counts.rejected;
        let dropped = dropped.saturating_sub(short.counts.seen - short.counts.rejected);
        let mut kept = *short;
        let detail = format!(
            "{dropped} records after the first gzip member were dropped: the digest that lists the object covers \
             its first {} inflated bytes only",
            first.inflated_bytes
        );
        kept.seldom.problems.push(Problem::of_object(&kept.object.path, ProblemKind::UncoveredData, detail));
        kept.seldom.ordinals_end = Some(kept.counts.seen);
        kept.counts.seen = self.counts.seen;
        kept.counts.rejected = self.counts.rejected + dropped;
        kept.object.rejected = kept.counts.rejected;
        kept.object.status = ObjectStatus::Partial;
        *self = kept;
    }
}

/// How the content of an object came out of its packing.
pub(super) fn packing(content: &Content) -> Packing {
    let has = |kinds: &[ProblemKind]| content.faults.iter().any(|fault| kinds.contains(&fault.kind));
    if has(&[ProblemKind::UnreadableObject, ProblemKind::LimitReached]) {
        return Packing::NotRead;
    }
    match content.container {
        Container::Gzip if has(&[ProblemKind::TruncatedObject, ProblemKind::DamagedObject]) => {
            Packing::Broken
        }
        Container::Gzip => Packing::Gzip,
        Container::Plain | Container::Packed(_) | Container::Archive(_) | Container::NotOpened(_) => {
            Packing::Plain
        }
    }
}
