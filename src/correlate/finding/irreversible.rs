//! Calls of a mode's sessions that cannot be undone.
//!
//! Owns: this claim. Whether a call can be undone is `destructive`'s.

use std::collections::BTreeMap;

use crate::model::destructive::Reversibility;
use crate::model::id::{SessionId, WindowId};

use super::acts::{Acts, Seen};
use super::claim::{Claim, of_actions};
use super::{Facts, Watch};

/// One claim per session and window.
#[derive(Default)]
struct Irreversible(BTreeMap<(Option<SessionId>, Option<WindowId>), Acts>);

pub(super) fn watch(_: Facts<'_>) -> Option<Box<dyn Watch + '_>> {
    Some(Box::new(Irreversible::default()))
}

impl Watch for Irreversible {
    fn see(&mut self, row: &Seen<'_>, _: &mut Vec<Claim>) {
        let gone = row.reversibility == Reversibility::Irreversible && row.succeeded();
        if gone && row.is_surely_in_mode() {
            let session = (row.session_id.clone(), row.window_id.clone());
            self.0.entry(session).or_default().add(row.act());
        }
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        made.extend(self.0.into_iter().filter_map(|((session, _), acts)| {
            let subject = session.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
            of_actions(subject, acts, "that cannot be undone")
        }));
    }
}
