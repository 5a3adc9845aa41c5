//! Calls of a mode's sessions that cannot be undone.
//!
//! Owns: this claim. Whether a call can be undone is `destructive`'s.

use std::collections::BTreeMap;

use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::Outcome;

use super::Facts;
use super::claim::{Claim, of_actions};

pub(super) fn find(facts: Facts<'_>) -> Vec<Claim<'_>> {
    let mut by_session: BTreeMap<_, Vec<&DestructiveAction>> = BTreeMap::new();
    for action in facts.destructive {
        let gone =
            action.reversibility == Reversibility::Irreversible && action.outcome == Outcome::Succeeded;
        if gone && action.is_surely_in_mode() {
            let session = (action.session_id.clone(), action.window_id.clone());
            by_session.entry(session).or_default().push(action);
        }
    }
    let claims = by_session.into_iter().filter_map(|((session, _), actions)| {
        let subject = session.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
        of_actions(subject, actions, "that cannot be undone")
    });
    claims.collect()
}
