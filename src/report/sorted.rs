//! Rows of a list in an order of their own, and the first of them.
//!
//! Owns: that neither needs memory for all rows. Rows that the list holds in memory
//! are lent; where it lies on disk, so do they.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::runs::{Filling, Order, Row, Runs};

/// Rows of a list in another order.
#[derive(Clone)]
pub struct Sorted<'a, T> {
    lent: Vec<&'a T>,
    spilled: Runs<T>,
}

impl<T: Row + std::fmt::Debug> std::fmt::Debug for Sorted<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Row> Sorted<'a, T> {
    /// How many they are.
    pub fn len(&self) -> usize {
        self.lent.len() + self.spilled.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From the first on.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'a, T>> {
        let spilled = self.spilled.iter().map(|row| Cow::Owned(row.into_owned()));
        self.lent.iter().map(|row| Cow::Borrowed(*row)).chain(spilled)
    }
}

/// Rows that are being sorted.
pub(super) struct Sorting<'a, T> {
    lent: Vec<&'a T>,
    order: Order<T>,
    spilled: Filling<T>,
}

impl<'a, T: Row> Sorting<'a, T> {
    /// Of rows of that list; equal ones stay as they come.
    pub(super) fn of(list: &Runs<T>, order: Order<T>) -> Self {
        Self { lent: Vec::new(), order, spilled: Filling::sorted_by(&list.room(), order) }
    }

    pub(super) fn push(&mut self, row: Cow<'a, T>) {
        match row {
            Cow::Borrowed(row) => self.lent.push(row),
            Cow::Owned(row) => self.spilled.push(row),
        }
    }

    pub(super) fn finish(mut self) -> Sorted<'a, T> {
        self.lent.sort_by(|one, other| (self.order)(one, other));
        Sorted { lent: self.lent, spilled: self.spilled.finish() }
    }
}

/// The first rows by a key, at most so many; of equal ones those that came first.
#[derive(Clone, Debug)]
pub(super) struct First<K, T> {
    rows: BTreeMap<(K, u64), T>,
    max: usize,
    /// How many were offered.
    pub(super) offered: u64,
}

impl<K: Ord, T> First<K, T> {
    pub(super) const fn new(max: usize) -> Self {
        Self { rows: BTreeMap::new(), max, offered: 0 }
    }

    /// Takes a row if it belongs to the first so far.
    pub(super) fn offer(&mut self, key: K, row: impl FnOnce() -> T) {
        self.offered += 1;
        if self.rows.len() < self.max {
            self.rows.insert((key, self.offered), row());
        } else if self.rows.last_key_value().is_some_and(|((last, _), _)| key < *last) {
            self.rows.pop_last();
            self.rows.insert((key, self.offered), row());
        }
    }

    /// They, in order.
    pub(super) fn into_rows(self) -> Vec<T> {
        self.rows.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_those_of_a_stable_sort() {
        let keys: Vec<u32> = (0..1000_u32).map(|n| n.wrapping_mul(2_654_435_761) >> 28).collect();
        for max in [0, 1, 7, 100, 1000, 2000] {
            let mut first = First::new(max);
            for (place, key) in keys.iter().enumerate() {
                first.offer(*key, || (*key, place));
            }
            assert_eq!(first.offered, 1000);
            assert_eq!(first.into_rows(), sorted_first(&keys, max), "{max}");
        }
    }

    fn sorted_first(keys: &[u32], max: usize) -> Vec<(u32, usize)> {
        let mut sorted: Vec<(u32, usize)> = keys.iter().copied().zip(0..).collect();
        sorted.sort_by_key(|(key, _)| *key);
        sorted.truncate(max);
        sorted
    }
}
