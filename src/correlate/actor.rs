//! Who is behind a caller, in the words of the `actor` columns.
//!
//! Owns: the one rule that names a caller outside of mode sessions; those know
//! more of themselves (`session`).

use std::sync::Arc;

use crate::model::principal::Principal;

/// The person or thing behind a caller.
pub(super) fn of(principal: &Principal) -> Option<Arc<str>> {
    principal.actor()
}
