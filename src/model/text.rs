//! Equal values that share memory.
//!
//! Owns: small tables, one a thread, of what was met lately. What is shared is
//! equal, so nothing that is told can hang on them. Most texts of a record
//! (accounts, regions, callers) are those of the record before.

use std::cell::RefCell;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

/// Values that a thread knows again. What falls on the place of another replaces it.
const LATELY: usize = 4096;

/// Bytes of a text that is shared; longer ones hardly come twice.
const SHARED_BYTES_MAX: usize = 256;

/// What was met lately.
pub struct Lately<T: ?Sized>(RefCell<Vec<Option<Arc<T>>>>);

impl<T: ?Sized> std::fmt::Debug for Lately<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lately")
    }
}

impl<T: ?Sized + Hash + Eq> Lately<T> {
    /// Nothing.
    pub const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    /// The value as it was met before, if it was lately; else as `new` makes it.
    pub fn shared(&self, value: &T, new: impl FnOnce() -> Arc<T>) -> Arc<T> {
        let mut known = self.0.borrow_mut();
        if known.is_empty() {
            known.resize(LATELY, None);
        }
        let place = FxBuildHasher.hash_one(value) as usize % LATELY;
        let Some(slot) = known.get_mut(place) else { return new() };
        match slot {
            Some(known) if **known == *value => known.clone(),
            _ => slot.insert(new()).clone(),
        }
    }
}

impl<T: ?Sized + Hash + Eq> Default for Lately<T> {
    fn default() -> Self {
        Self::new()
    }
}

thread_local! {
    static TEXTS: Lately<str> = const { Lately::new() };
}

/// The text, in the memory of an equal one that this thread met lately.
pub fn shared(text: &str) -> Arc<str> {
    if text.len() > SHARED_BYTES_MAX {
        return Arc::from(text);
    }
    TEXTS.with(|texts| texts.shared(text, || Arc::from(text)))
}

/// Puts a text into the memory of an equal one.
pub fn share(text: &mut Arc<str>) {
    if text.len() <= SHARED_BYTES_MAX {
        *text = TEXTS.with(|texts| texts.shared(text, || text.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_memory_and_others_do_not() {
        let one = shared("eu-west-1");
        assert!(Arc::ptr_eq(&one, &shared("eu-west-1")));
        assert_eq!(&*shared("eu-west-2"), "eu-west-2");
        let mut other: Arc<str> = Arc::from("eu-west-1");
        share(&mut other);
        assert!(Arc::ptr_eq(&one, &other));
        let long = "x".repeat(SHARED_BYTES_MAX + 1);
        assert!(!Arc::ptr_eq(&shared(&long), &shared(&long)));
        // More than there is room for: still each is what it is.
        let texts: Vec<String> = (0..3 * LATELY).map(|number| number.to_string()).collect();
        assert!(texts.iter().all(|text| *shared(text) == **text));
    }
}
