//! The one order of rows: time first, what has no time last.
//!
//! Owns: sort keys that cannot depend on threads or on the order of the input.

/// A sort key under which `None` comes last.
pub(super) fn none_last<T>(key: Option<T>) -> (bool, Option<T>) {
    (key.is_none(), key)
}
