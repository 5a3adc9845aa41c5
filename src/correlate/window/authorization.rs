//! Whether an enabling RFC stands behind an opening, and why we say so.
//!
//! Owns: the ruling on one window. Only a successful RFC authorises; only an
//! exact opening that RFC evidence covers can be called unauthorized; the rest
//! is unknown, with the reason. What tickets mean is `ticket`'s.

use crate::model::id::{AccountId, ModeName};
use crate::model::mode::{Authorization, OpenBasis};
use crate::model::rfc::{Rfc, RfcSource, RfcStepKind};
use crate::model::time::UtcTime;

use super::plus_minutes;
use super::rfc_evidence::RfcEvidence;
use super::ticket;
use super::trace::{Draft, Shown};

/// An opening may lie this far before the actual start of its RFC, minutes.
const BEFORE_START_MIN: i64 = 15;
/// An opening may lie this far after the actual end of its RFC, minutes.
const AFTER_END_MIN: i64 = 60;
/// An RFC of unknown execution may have run up to this long after its last
/// known time, in minutes: AMS rejects what waits longer.
///
/// Source: facts/ams.md 3.7 (auto-rejected after 30 days).
const WAITS_MIN: i64 = 30 * 24 * 60;

/// What is ruled of a window.
#[derive(Clone, Debug)]
pub(super) struct Ruling {
    /// The word.
    pub(super) authorization: Authorization,
    /// Why, in one sentence without a full stop.
    pub(super) reason: String,
    /// The RFCs that bear on it, by place: those that authorise, else those that
    /// leave it open, else those that failed to.
    pub(super) rfcs: Vec<usize>,
}

/// What one enabling RFC, or ticket, means for one opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bearing {
    /// It authorises the opening.
    Authorises,
    /// It may; the reason why that cannot be said.
    May(&'static str),
    /// It was not carried out.
    DoesNot,
}

/// Rules on one window of an account and mode.
pub(super) fn of(
    draft: &Draft,
    whose: (&AccountId, &ModeName),
    rfcs: &[Rfc],
    evidence: &RfcEvidence,
) -> Ruling {
    let (account, mode) = whose;
    let by_rfc = |rfc: &Rfc| !rfc.is_ticket() && rfc.is_for(mode);
    let enabling = rfcs.iter().enumerate().filter(|(_, rfc)| by_rfc(rfc));
    let mut bearings: Vec<(usize, Bearing)> =
        enabling.filter_map(|(place, rfc)| Some((place, bearing(rfc, place, account, draft)?))).collect();
    bearings.extend(ticket::bearings(rfcs, whose, draft.opened_at));
    let those = |wanted: fn(&Bearing) -> bool| -> Vec<usize> {
        bearings.iter().filter(|(_, bearing)| wanted(bearing)).map(|(place, _)| *place).collect()
    };
    let authorising = those(|bearing| *bearing == Bearing::Authorises);
    if !authorising.is_empty() {
        let reason = authorised(draft, &authorising, rfcs);
        return Ruling { authorization: Authorization::Authorized, reason, rfcs: authorising };
    }
    let failed = those(|bearing| *bearing == Bearing::DoesNot);
    let may = those(|bearing| matches!(bearing, Bearing::May(_)));
    let mut why: Vec<String> = Vec::new();
    if !draft.basis.is_exact() {
        why.push(unseen(draft));
    }
    why.extend(bearings.iter().filter_map(|(place, bearing)| match bearing {
        Bearing::May(why) => Some(format!("{}: {why}", rfcs[*place].named())),
        _ => None,
    }));
    if why.is_empty() {
        why.extend(uncovered(draft.opened_at, whose, evidence));
    }
    let authorization = if why.is_empty() {
        let opened = draft.opened_at;
        why.push(if evidence.is_by_ticket(mode) {
            format!(
                "the ticket files are complete at {opened} by the policy's word and hold no ticket for it"
            )
        } else {
            format!("RFC evidence covers {opened} and holds no successful enabling RFC of that time")
        });
        Authorization::Unauthorized
    } else {
        Authorization::Unknown
    };
    why.extend(failed.iter().map(|place| refusal(&rfcs[*place])));
    let rfcs = if may.is_empty() { failed } else { may };
    Ruling { authorization, reason: why.join("; "), rfcs }
}

/// Why the mode was allowed.
fn authorised(draft: &Draft, authorising: &[usize], rfcs: &[Rfc]) -> String {
    let named = authorising.iter().map(|place| &rfcs[*place]);
    let ids: Vec<&str> = named.clone().map(|rfc| rfc.rfc_id.as_str()).collect();
    let ids = ids.join(", ");
    if let Some(only) = named.clone().next().filter(|rfc| rfc.is_ticket()) {
        let shown = if draft.basis.is_exact() { "the opening" } else { "the first sign of it" };
        let times =
            if authorising.len() == 1 { format!(" ({})", ticket::times(only)) } else { String::new() };
        return format!("ticket {ids}{times} allowed the mode in this account; its time holds {shown}");
    }
    let shows = if draft.basis == OpenBasis::RfcCompleted {
        "its completion is what shows the opening"
    } else {
        "its execution holds the opening"
    };
    format!("RFC {ids} enabled the mode for this account; {shows}")
}

/// Why the lack of an RFC or ticket at that time says nothing; `None` if it does.
fn uncovered(opened: UtcTime, whose: (&AccountId, &ModeName), evidence: &RfcEvidence) -> Option<String> {
    if evidence.is_by_ticket(whose.1) {
        return evidence.lack_of_tickets(whose, opened);
    }
    let lack = || format!("RFC evidence does not cover {opened}: {}", evidence.lack());
    (!evidence.covers(opened)).then(lack)
}

/// Why an RFC that was not carried out, or a ticket of another time, does not
/// authorise.
fn refusal(rfc: &Rfc) -> String {
    if rfc.is_ticket() {
        return format!("{} ({}) does not authorise it", rfc.named(), ticket::times(rfc));
    }
    let status = rfc.status.as_deref().unwrap_or("withdrawn before it ran");
    format!("RFC {} ({status}) does not authorise it", rfc.rfc_id)
}

fn unseen(draft: &Draft) -> String {
    let sign = match draft.basis {
        OpenBasis::RoleDeleted => "the deletion of its role",
        _ => "the use of its role",
    };
    format!("the opening was not seen; the first sign of the mode is {sign} at {}", draft.opened_at)
}

/// What an enabling RFC of this mode means for the opening; `None` if nothing.
fn bearing(rfc: &Rfc, place: usize, account: &AccountId, draft: &Draft) -> Option<Bearing> {
    if draft.shown == Shown::Rfc(place) {
        return Some(Bearing::Authorises);
    }
    let foreign = rfc.target_account_id.as_ref().is_some_and(|target| target != account);
    let known_target = rfc.target_account_id.is_some();
    let exact = draft.basis.is_exact();
    let by_then = begun_by(rfc, draft.opened_at);
    let held = by_then && !over_before(rfc, draft.opened_at);
    // An opening that was not seen may lie long before its first sign.
    let may_be = held || (by_then && !exact && !known_target);
    if foreign || !may_be {
        return None;
    }
    match rfc.status.as_deref() {
        Some("Success") if !known_target => Some(Bearing::May(unknown_target(rfc))),
        Some("Success") if rfc.started_at.is_none() || rfc.ended_at.is_none() => {
            Some(Bearing::May("it succeeded, but its actual execution time is not recorded"))
        }
        Some("Success") => Some(Bearing::Authorises),
        Some("Failure" | "Rejected" | "Canceled" | "Editing" | "PendingApproval" | "Scheduled") => {
            known_target.then_some(Bearing::DoesNot)
        }
        Some("InProgress") => Some(Bearing::May("it was still in progress when it was exported")),
        Some(_) => Some(Bearing::May("its status is none that AMS documents")),
        None if withdrawn(rfc) => known_target.then_some(Bearing::DoesNot),
        None if rfc.sources.iter().all(|source| *source == RfcSource::CloudTrail) => {
            Some(Bearing::May("it is known from CloudTrail only, so its outcome is unknown"))
        }
        None => Some(Bearing::May("its records do not tell its status")),
    }
}

fn unknown_target(rfc: &Rfc) -> &'static str {
    let only = |kind: RfcSource| {
        rfc.sources.iter().all(|source| *source == kind || *source == RfcSource::CloudTrail)
    };
    if rfc.parameters.is_some() {
        "it succeeded, but its parameters do not name the account it acts on"
    } else if only(RfcSource::RfcSummary) {
        "it succeeded, but only its summary is in evidence, so its target account is unknowable"
    } else {
        "it succeeded, but none of its records name the account it acts on"
    }
}

/// Whether the last that is known of an RFC is its rejection or cancellation.
fn withdrawn(rfc: &Rfc) -> bool {
    rfc.steps.last().is_some_and(|step| matches!(step.kind, RfcStepKind::Rejected | RfcStepKind::Canceled))
}

/// Whether the execution of an RFC began by a time, or may have.
fn begun_by(rfc: &Rfc, time: UtcTime) -> bool {
    let earliest = rfc.started_at.or(rfc.created_at);
    earliest.is_none_or(|earliest| plus_minutes(earliest, -BEFORE_START_MIN) <= time)
}

/// Whether the execution of an RFC was over well before a time, as far as its
/// times are known.
fn over_before(rfc: &Rfc, time: UtcTime) -> bool {
    if let Some(ended) = rfc.ended_at {
        return plus_minutes(ended, AFTER_END_MIN) < time;
    }
    let known = [rfc.created_at, rfc.submitted_at, rfc.approved_at, rfc.requested_end, rfc.started_at];
    let last = known.into_iter().flatten().max();
    last.is_some_and(|last| plus_minutes(last, WAITS_MIN) < time)
}
