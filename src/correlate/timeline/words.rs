//! The sentences of the timeline: who did what to which thing, where, what came
//! of it, and what can be done about it.
//!
//! Owns: their words. They say no more than the rows that they are made of.

use crate::correlate::actor;
use crate::model::count::counted;
use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::event::{Event, Outcome};
use crate::model::finding::Finding;
use crate::model::id::{AccountId, Region};
use crate::model::mode::{ModeSession, ModeWindow};
use crate::model::mode::{OpenBasis, OpenedBound};
use crate::model::rfc::{Rfc, RfcStep, RfcStepKind};

/// Who did something that no record names anybody for.
const NOBODY: &str = "somebody unknown";

/// Where, to be put after what was done.
fn place(account: Option<&AccountId>, region: Option<&Region>) -> String {
    match (account, region) {
        (None, None) => String::new(),
        (Some(account), None) => format!(" in account {account}"),
        (None, Some(region)) => format!(" in {region}"),
        (Some(account), Some(region)) => format!(" in account {account}, {region}"),
    }
}

/// The caller of an event.
fn who(event: &Event) -> String {
    actor::of(&event.principal).map_or_else(|| NOBODY.to_owned(), |who| who.to_string())
}

/// Of a step of an RFC.
pub(super) fn step(rfc: &Rfc, step: &RfcStep) -> String {
    let verb = match step.kind {
        RfcStepKind::Created => "was created",
        RfcStepKind::Submitted => "was submitted",
        RfcStepKind::Approved => "was approved",
        RfcStepKind::Rejected => "was rejected",
        RfcStepKind::Canceled => "was canceled",
        RfcStepKind::Started => "started",
        RfcStepKind::Succeeded => "succeeded",
        RfcStepKind::Failed => "failed",
    };
    let what = rfc.change_type_name.as_deref().or(rfc.change_type_id.as_ref().map(|id| id.as_str()));
    let what = what.map(|what| format!(" ({what})")).unwrap_or_default();
    let target = rfc.target_account_id.as_ref().filter(|target| Some(*target) != rfc.account_id.as_ref());
    let target = target.map(|target| format!(" for account {target}")).unwrap_or_default();
    let by = step.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!("RFC {}{what}{target} {verb}{by}", rfc.rfc_id)
}

/// Of the opening of a window, or of the first sign of it.
pub(super) fn opened(window: &ModeWindow, event: Option<&Event>) -> String {
    let shown = match (window.open_basis, event) {
        (OpenBasis::RoleCreated, Some(event)) => format!("{} created its role", who(event)),
        (OpenBasis::RoleCreated, None) => "its role was created".to_owned(),
        (OpenBasis::RfcCompleted, _) => "the RFC that enables it had been carried out".to_owned(),
        (OpenBasis::RoleUsed, Some(event)) => format!("{} used its role", who(event)),
        (OpenBasis::RoleUsed, None) => "its role was used".to_owned(),
        (OpenBasis::Inventory, _) => "an export states that its role was created then".to_owned(),
        (OpenBasis::RoleDeleted, Some(event)) => format!("{} deleted its role", who(event)),
        (OpenBasis::RoleDeleted, None) => "its role was deleted".to_owned(),
    };
    let how = match window.opened_bound {
        OpenedBound::Exact => format!("opened in account {}", window.account_id),
        OpenedBound::AtOrBefore => {
            format!("was open in account {} by then, perhaps earlier", window.account_id)
        }
    };
    let (judged, why) = (window.authorization.as_str(), &window.authorization_reason);
    format!("{} mode {how}: {shown}; {judged}: {why}", window.mode)
}

/// Of the deletion of a window's last role.
pub(super) fn closed(window: &ModeWindow, event: &Event) -> String {
    let (mode, account) = (&window.mode, &window.account_id);
    format!("{mode} mode closed in account {account}: {} deleted its last marker role", who(event))
}

/// Of a call that changed a marker role.
pub(super) fn role_changed(event: &Event, role: &str) -> String {
    format!("{} called {} on {role}", who(event), event.event_name)
}

/// Of the beginning of a session.
pub(super) fn session_started(session: &ModeSession) -> String {
    let who = session.actor.as_deref().unwrap_or(NOBODY);
    let events = counted(session.events, "event");
    format!("{who} began a session of {} in account {} with {events}", session.role_name, session.account_id)
}

/// Of a destructive call, or of the attempt.
pub(super) fn destroyed(action: &DestructiveAction) -> String {
    let who = action.actor.as_deref().unwrap_or(NOBODY);
    let place = place(action.account_id.as_ref(), action.region.as_ref());
    let came_of_it = match action.outcome {
        Outcome::Succeeded => effect(action),
        Outcome::Denied => "denied; nothing was destroyed".to_owned(),
        Outcome::Failed => "failed; nothing was destroyed".to_owned(),
        Outcome::DryRun => "a dry run; nothing was destroyed".to_owned(),
    };
    format!("{who} called {}{}{place}: {came_of_it}", action.event_name, on(action))
}

/// The things of a call.
fn on(action: &DestructiveAction) -> String {
    match (action.resources.first(), action.resource_count) {
        (None, _) => String::new(),
        (Some(first), 0 | 1) => format!(" on {first}"),
        (Some(first), count) => format!(" on {first} and {} more", count - 1),
    }
}

/// What a call that succeeded came to, and the way back.
fn effect(action: &DestructiveAction) -> String {
    let effect = match (action.is_undone(), action.reversibility, action.recoverable_until) {
        // What to do says how it was undone, and when.
        (true, ..) => return action.recovery.to_string(),
        (_, Reversibility::Irreversible, _) => "irreversible".to_owned(),
        (_, Reversibility::Recoverable, _) => "recoverable".to_owned(),
        (_, Reversibility::RecoverableUntil, Some(until)) => format!("recoverable until {until}"),
        (_, Reversibility::RecoverableUntil, None) => "recoverable for a time".to_owned(),
        (_, Reversibility::Rebuildable, _) => "can be made again".to_owned(),
        (_, Reversibility::Reversible, _) => "can be undone by the opposite call".to_owned(),
        (_, Reversibility::Unknown, _) => "whether it can be undone is not known".to_owned(),
    };
    if action.recovery.is_empty() { effect } else { format!("{effect}; {}", action.recovery) }
}

/// Of a call that undid another.
pub(super) fn undone(action: &DestructiveAction, by: &Event) -> String {
    let place = place(by.account_id.as_ref(), by.region.as_ref());
    let (call, on) = (&action.event_name, on(action));
    format!("{} undid {call}{on}{place}: {}", who(by), action.recovery)
}

/// Of a finding: its title and its claim.
pub(super) fn found(finding: &Finding) -> String {
    format!("{}: {}", finding.title, finding.summary.trim_end_matches('.'))
}
