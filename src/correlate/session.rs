//! Credential sessions of the marker roles: the rows of `mode_sessions`.
//!
//! Owns: which calls belong to one session, when it began and who is behind it.
//! Knows sessions of the mode roles themselves (depth 0); which window a session
//! falls in is `window`'s.
//!
//! ```text
//!   AssumeRole* ──issues──▶ ASIA… ──used by──▶ event, event, event
//!        │                    │                    │
//!   assume_role          (role, key)         creation_date, first_use
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::event::Event;
use crate::model::id::WindowId;
use crate::model::mode::{LinkConfidence, ModeSession};

use super::marks::Marks;
use super::order::none_last;

mod draft;
pub(super) mod issued;
#[cfg(test)]
mod tests;

use draft::Key;
pub(super) use draft::{Credential, Draft, Usage, gather};

/// The sessions, and which event belongs to which.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    /// The rows, ordered by start, account and role. Their windows and counts
    /// of destructive calls are filled in once those are known.
    pub(super) rows: Vec<ModeSession>,
    /// Place of an event made with a session → place of that session.
    pub(super) of_event: BTreeMap<usize, usize>,
    /// Place of an issuing event → place of the session it issued.
    pub(super) of_issue: BTreeMap<usize, usize>,
    /// Place of a descended session → how it descends.
    pub(super) descents: BTreeMap<usize, Descent>,
    /// Window → places of its sessions, also of those that descend from them.
    pub(super) of_window: BTreeMap<WindowId, Vec<usize>>,
    /// Whether some lineage went deeper than it was followed.
    pub(super) cut_off: bool,
}

/// The link of a session to the one it descends from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Descent {
    /// Place of the session it descends from.
    pub(super) parent: usize,
    /// How sure that link is.
    pub(super) confidence: LinkConfidence,
    /// Place of the event that shows it.
    pub(super) event: usize,
    /// Place of an event before it that made it possible.
    pub(super) after: Option<usize>,
    /// Place of an event by which somebody else changed what was given.
    pub(super) touched: Option<usize>,
}

/// Gathers the sessions of all marked events.
pub(super) fn of(events: &[Event], marks: &Marks) -> Sessions {
    let uses = marks.uses.iter().map(|usage| Usage {
        event: usage.event,
        account: usage.marker.account.clone(),
        wears: usage.marker.role.clone(),
        mode: Some(usage.marker.mode.clone()),
    });
    let mut drafts = gather(events, uses);
    let spare = match_issues(events, marks, &mut drafts);
    let mut issue_events: BTreeMap<usize, usize> = BTreeMap::new();
    for (issue, draft) in spare {
        issue_events.insert(issue, draft);
    }
    let rows = drafts.iter().filter_map(|draft| Some(draft.finish(events, draft.mode.clone()?)));
    let mut finished: Vec<(usize, ModeSession)> = rows.enumerate().collect();
    finished.sort_by_cached_key(|(_, row)| order(row));
    let place_of: BTreeMap<usize, usize> =
        finished.iter().enumerate().map(|(place, (draft, _))| (*draft, place)).collect();
    let mut sessions = Sessions::default();
    for (number, draft) in drafts.iter().enumerate() {
        sessions.of_event.extend(draft.events.iter().map(|event| (*event, place_of[&number])));
    }
    sessions.of_issue = issue_events.into_iter().map(|(event, draft)| (event, place_of[&draft])).collect();
    sessions.rows = finished.into_iter().map(|(_, row)| row).collect();
    sessions
}

/// Joins issuing calls to sessions: by key, else by principal id and creation
/// date; one that was never used is a session without events.
/// Returns issuing event → draft.
fn match_issues(events: &[Event], marks: &Marks, drafts: &mut Vec<Draft>) -> Vec<(usize, usize)> {
    let mut by_key: BTreeMap<Key, usize> =
        drafts.iter().enumerate().map(|(place, draft)| (draft.key.clone(), place)).collect();
    let mut by_principal: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (place, draft) in drafts.iter().enumerate() {
        let principal = draft.events.first().and_then(|at| events[*at].principal.principal_id.clone());
        by_principal.entry(principal.unwrap_or_default()).or_default().push(place);
    }
    let mut matched = Vec::new();
    for issue in &marks.issues {
        let time = events[issue.event].time;
        let credential = issue
            .access_key_id
            .clone()
            .map_or_else(|| Credential::Creation(issue.assumed_role_id.clone(), time), Credential::Key);
        let key = (issue.marker.account.clone(), issue.marker.role.clone(), credential);
        let mut places: Vec<usize> = by_key.get(&key).copied().into_iter().collect();
        if places.is_empty() {
            let first = |place: usize| drafts[place].events.first().map(|at| &events[*at]);
            let near = issue.assumed_role_id.as_ref().and_then(|id| by_principal.get(id));
            let near = near.into_iter().flatten().copied();
            places.extend(near.filter(|place| issued::created_by(issue, time, first(*place))));
        }
        if places.is_empty() {
            drafts.push(Draft {
                key: key.clone(),
                mode: Some(issue.marker.mode.clone()),
                events: Vec::new(),
                issue: None,
            });
            by_key.insert(key, drafts.len() - 1);
            places.push(drafts.len() - 1);
        }
        matched.extend(places.first().map(|place| (issue.event, *place)));
        for place in places {
            drafts[place].issue.get_or_insert(issue.event);
        }
    }
    matched
}

/// The order of sessions in their table.
pub(super) fn order(row: &ModeSession) -> impl Ord + use<> {
    (none_last(row.started_at), row.account_id.clone(), row.role_name.clone(), row.session_id.clone())
}
