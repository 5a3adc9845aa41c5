//! Stretches in which a mode was open in an account: the rows of `mode_windows`.
//!
//! Owns: gathering what shows a mode open or closed, account by account. How
//! the signs make windows is `trace`'s; whether an RFC stands behind one is
//! `authorization`'s; which times RFC evidence covers is `rfc_evidence`'s.
//!
//! ```text
//!   RFC start ── CreateRole ─── RFC end ── AssumeRole ── call ─── DeleteRole ── stray call
//!                    │ opens (exact)                                 │ closes
//!                    ├──────────────── window ───────────────────────┤
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::id::{AccountId, ModeName, WindowId, stable_id};
use crate::model::mode::{Authorization, ModeWindow, OpenBasis, OpenedBound, StartBasis};
use crate::model::rfc::Rfc;
use crate::model::time::UtcTime;

use super::listed::ListedRole;
use super::marks::{Marks, RoleCall};
use super::session::Sessions;

mod authorization;
mod rfc_evidence;
#[cfg(test)]
mod tests;
mod ticket;
mod trace;

pub(super) use rfc_evidence::RfcEvidence;

pub(super) use trace::Shown;
use trace::{Draft, Item, What};

/// One window, with the events that opened and closed it.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// The row. Counts and actors are filled in once sessions know their window.
    pub(super) row: ModeWindow,
    /// The CreateRole event that opened it.
    pub(super) opened_by_event: Option<usize>,
    /// The DeleteRole event that closed it.
    pub(super) closed_by_event: Option<usize>,
}

/// A change of a marker role that neither opened nor closed a window.
#[derive(Clone, Debug)]
pub(super) struct InnerChange {
    /// The event, or the row of an export.
    pub(super) shown: Shown,
    /// The account that owns the role.
    pub(super) account: AccountId,
    /// The mode it marks.
    pub(super) mode: ModeName,
    /// The role.
    pub(super) role: Arc<str>,
    /// Place of the window it lies in, if one was open.
    pub(super) window: Option<usize>,
}

/// All windows, and what lies in them.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    /// Ordered by opening, account and mode.
    pub(super) rows: Vec<Window>,
    /// Place of a session → place of its window.
    pub(super) of_session: BTreeMap<usize, usize>,
    /// In the order of what shows them.
    pub(super) inner_changes: Vec<InnerChange>,
}

/// What the windows are made from.
#[derive(Clone, Copy)]
pub(super) struct Signs<'a> {
    /// All events.
    pub(super) events: &'a [Event],
    /// Those that touch marker roles.
    pub(super) marks: &'a Marks,
    /// Marker roles as exports list them.
    pub(super) listed: &'a [ListedRole],
    /// The sessions of marker roles.
    pub(super) sessions: &'a Sessions,
    /// All RFCs.
    pub(super) rfcs: &'a [Rfc],
    /// When RFC evidence covers a time.
    pub(super) rfc_evidence: &'a RfcEvidence,
}

/// Finds all windows.
pub(super) fn of(signs: Signs<'_>, catalogue: &Catalogue) -> Windows {
    let mut traced = Vec::new();
    for ((account, mode), mut items) in gather(signs, catalogue) {
        items.sort_by_key(|item| (item.time, item.what.rank(), item.shown));
        let profile = catalogue.modes().iter().find(|known| known.name == mode);
        let trace = trace::of(&items, profile, signs.rfcs);
        traced.push((account, mode, trace));
    }
    let mut windows = Windows::default();
    let mut placed: Vec<(Window, BTreeSet<usize>, Vec<InnerChange>)> = Vec::new();
    for (account, mode, trace) in traced {
        let change = |(shown, role): &(Shown, Arc<str>)| InnerChange {
            shown: *shown,
            account: account.clone(),
            mode: mode.clone(),
            role: role.clone(),
            window: None,
        };
        windows.inner_changes.extend(trace.outside.iter().map(change));
        for draft in trace.windows {
            let inner = draft.changes.iter().map(change).collect();
            placed.push((finish(&draft, (&account, &mode), signs, catalogue), draft.sessions, inner));
        }
    }
    placed.sort_by_cached_key(|(window, _, _)| {
        let row = &window.row;
        (row.opened_at, row.account_id.clone(), row.mode.clone(), row.window_id.clone())
    });
    for (place, (window, sessions, inner)) in placed.into_iter().enumerate() {
        windows.of_session.extend(sessions.into_iter().map(|session| (session, place)));
        let inside = inner.into_iter().map(|change| InnerChange { window: Some(place), ..change });
        windows.inner_changes.extend(inside);
        windows.rows.push(window);
    }
    windows.inner_changes.sort_by_key(|change| change.shown);
    windows
}

/// Every sign of a mode, by the account that owns the role and the mode. What
/// has no time cannot be placed and shows nothing.
fn gather(signs: Signs<'_>, catalogue: &Catalogue) -> BTreeMap<(AccountId, ModeName), Vec<Item>> {
    let mut items: BTreeMap<(AccountId, ModeName), Vec<Item>> = BTreeMap::new();
    let time_of = |event: usize| signs.events[event].time;
    let begun = |session: usize| {
        let row = &signs.sessions.rows[session];
        row.started_at.filter(|_| row.start_basis != StartBasis::FirstUse)
    };
    let changes = signs.marks.changes.iter().map(|change| {
        let what = match change.call {
            RoleCall::Created => What::Created,
            RoleCall::Deleted => What::Deleted,
            RoleCall::Changed => What::Changed,
        };
        (change.event, &change.marker, Some(what))
    });
    let used = |session: Option<&usize>| {
        session.map(|session| What::Used { session: *session, begun: begun(*session) })
    };
    let uses = signs.marks.uses.iter();
    let uses =
        uses.map(|usage| (usage.event, &usage.marker, used(signs.sessions.of_event.get(&usage.event))));
    let issues = signs.marks.issues.iter();
    let issues =
        issues.map(|issue| (issue.event, &issue.marker, used(signs.sessions.of_issue.get(&issue.event))));
    for (event, marker, what) in changes.chain(uses).chain(issues) {
        let (Some(time), Some(what)) = (time_of(event), what) else { continue };
        items.entry((marker.account.clone(), marker.mode.clone())).or_default().push(Item {
            time,
            what,
            role: Some(marker.role.clone()),
            landing_zone: marker.landing_zone,
            shown: Shown::Event(event),
        });
    }
    for (place, role) in signs.listed.iter().enumerate() {
        let marker = &role.marker;
        let of_role = items.entry((marker.account.clone(), marker.mode.clone())).or_default();
        of_role.extend(listed_items(place, role));
    }
    for (place, rfc) in signs.rfcs.iter().enumerate() {
        let target = rfc.target_account_id.clone().filter(|_| rfc.succeeded());
        let (Some(account), Some(mode), Some(time)) = (target, rfc.mode.clone(), rfc.ended_at) else {
            continue;
        };
        items.entry((account, mode)).or_default().push(Item {
            time,
            what: What::RfcEnded { started: rfc.started_at.unwrap_or(time) },
            role: None,
            landing_zone: landing_zone(rfc, catalogue),
            shown: Shown::Rfc(place),
        });
    }
    items
}

/// What exports tell of one role. Its creation is no item where a CreateRole
/// record tells the same.
fn listed_items(place: usize, role: &ListedRole) -> impl Iterator<Item = Item> {
    let item = |time: Option<UtcTime>, what: What, shown: Shown| {
        Some(Item {
            time: time?,
            what,
            role: Some(role.marker.role.clone()),
            landing_zone: role.marker.landing_zone,
            shown,
        })
    };
    let created = role.created_at.filter(|_| !role.creation_recorded);
    let there = Shown::Listed(place);
    let all = [
        item(created, What::Listed, there),
        item(role.last_seen_at, What::Seen, there),
        item(role.gone_by, What::Gone, Shown::Gone(place)),
    ];
    all.into_iter().flatten()
}

fn landing_zone(rfc: &Rfc, catalogue: &Catalogue) -> Option<&'static str> {
    catalogue.change_type(rfc.change_type_id.as_ref()?.as_str())?.landing_zone
}

/// The row of one window.
fn finish(draft: &Draft, whose: (&AccountId, &ModeName), signs: Signs<'_>, catalogue: &Catalogue) -> Window {
    let (account, mode) = whose;
    let ruling = authorization::of(draft, whose, signs.rfcs, signs.rfc_evidence);
    let named = ruling.rfcs.first().map(|place| &signs.rfcs[*place]);
    let authorizing = named.filter(|_| ruling.authorization == Authorization::Authorized);
    let bound = if draft.basis.is_exact() { OpenedBound::Exact } else { OpenedBound::AtOrBefore };
    let (evidence, created_by) = match draft.shown {
        Shown::Event(place) => {
            let event = &signs.events[place];
            let caller = event.principal.arn.as_ref().map(|arn| Arc::from(arn.as_str()));
            (event.evidence.clone(), caller.filter(|_| draft.basis == OpenBasis::RoleCreated))
        }
        Shown::Rfc(place) => (signs.rfcs[place].evidence.clone(), None),
        Shown::Listed(place) | Shown::Gone(place) => (signs.listed[place].evidence.clone(), None),
    };
    let opened_at = draft.opened_at.to_string();
    let facts = [account.as_str(), mode.as_str(), opened_at.as_str(), bound.as_str()];
    let row = ModeWindow {
        window_id: WindowId::new(stable_id("win-", &facts)),
        account_id: account.clone(),
        mode: mode.clone(),
        landing_zone: draft.landing_zone.or_else(|| landing_zone(authorizing?, catalogue)),
        opened_at: draft.opened_at,
        opened_bound: bound,
        open_basis: draft.basis,
        closed_at: draft.closed.map(|(time, _)| time),
        gone_by: draft.gone_by.filter(|_| draft.closed.is_none()),
        last_seen_at: draft.last_seen_at,
        authorization: ruling.authorization,
        authorization_reason: ruling.reason,
        requested_by: named.and_then(|rfc| rfc.created_by.clone()),
        submitted_by: named.and_then(|rfc| rfc.submitted_by.clone()),
        approved_by: named.and_then(|rfc| rfc.approved_by.clone()),
        rfc_ids: ruling.rfcs.iter().map(|place| signs.rfcs[*place].rfc_id.clone()).collect(),
        opened_by: created_by,
        role_names: draft.role_names.clone(),
        sessions: draft.sessions.len() as u64,
        actors: BTreeSet::new(),
        destructive_actions: 0,
        evidence,
    };
    let opened_by_event = match draft.shown {
        Shown::Event(place) if draft.basis == OpenBasis::RoleCreated => Some(place),
        _ => None,
    };
    Window { row, opened_by_event, closed_by_event: draft.closed.map(|(_, event)| event) }
}

/// `time` moved by minutes; bounds of authorization are stated in them.
const fn plus_minutes(time: UtcTime, minutes: i64) -> UtcTime {
    time.plus_seconds(minutes * 60)
}
