//! Destruction by a caller that the baseline does not know in that account.
//!
//! Owns: this claim. Services on their own behalf are no callers of that kind.

use super::Facts;
use super::breach::{claims, is_service};
use super::claim::Claim;

/// One claim per account and actor, and run of calls.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let Some(known) = facts.known else { return Vec::new() };
    claims(
        facts,
        |action, _| (!is_service(action) && known.is_new_caller(action)).then(String::new),
        |_, _| "and was not seen there in the baseline".to_owned(),
    )
}
