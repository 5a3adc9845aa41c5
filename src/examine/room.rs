//! Room for the lists that every object fills, lent from object to object.
//!
//! Owns: lists of a thread that are empty for now. New room for each object would
//! lie between what is kept of the objects, and leave holes that nothing fits
//! into: half of the memory of a long run.

use std::cell::RefCell;
use std::thread::LocalKey;

use crate::timeline::Fingerprint;

/// Empty lists that a thread holds: an object within another needs a second one.
const LISTS_MAX: usize = 4;

/// Items that the list of an ordinary object has room for; a larger one goes.
const ITEMS_MAX: usize = 65_536;

/// Empty lists.
type Lists<T> = RefCell<Vec<Vec<T>>>;

thread_local! {
    static PRINTS: Lists<Fingerprint> = const { RefCell::new(Vec::new()) };
    static HASHES: Lists<u32> = const { RefCell::new(Vec::new()) };
}

/// An empty list of fingerprints.
pub(super) fn prints() -> Vec<Fingerprint> {
    lent(&PRINTS)
}

/// Takes such a list back; what is in it is forgotten.
pub(super) fn take_prints(list: Vec<Fingerprint>) {
    take(&PRINTS, list);
}

/// An empty list of hashes.
pub(super) fn hashes() -> Vec<u32> {
    lent(&HASHES)
}

/// Takes such a list back; what is in it is forgotten.
pub(super) fn take_hashes(list: Vec<u32>) {
    take(&HASHES, list);
}

fn lent<T>(lists: &'static LocalKey<Lists<T>>) -> Vec<T> {
    lists.with_borrow_mut(Vec::pop).unwrap_or_default()
}

fn take<T>(lists: &'static LocalKey<Lists<T>>, mut list: Vec<T>) {
    list.clear();
    lists.with_borrow_mut(|lists| {
        if lists.len() < LISTS_MAX && (1..=ITEMS_MAX).contains(&list.capacity()) {
            lists.push(list);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_empty_and_with_its_room() {
        let mut list = hashes();
        list.extend(0..1000);
        let room = list.capacity();
        take_hashes(list);
        let again = hashes();
        assert!(again.is_empty());
        assert_eq!(again.capacity(), room);
        assert_eq!(hashes().capacity(), 0);
        take_hashes(Vec::with_capacity(ITEMS_MAX + 1));
        assert_eq!(hashes().capacity(), 0);
    }
}
