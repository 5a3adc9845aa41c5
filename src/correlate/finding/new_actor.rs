//! Destruction by a caller that the baseline does not know in that account.
//!
//! Owns: this claim. Services on their own behalf are no callers of that kind.

use super::breach::{self, is_service};
use super::{Facts, Watch};

/// One claim per account and actor, and run of calls.
pub(super) fn watch(facts: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    let known = facts.known?;
    Some(breach::watch(
        facts,
        move |action, _| (!is_service(action) && known.is_new_caller(action)).then(String::new),
        move |_, _| "and was not seen there in the baseline".to_owned(),
    ))
}
