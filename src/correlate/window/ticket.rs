//! What change tickets mean for an opening.
//!
//! Owns: this bearing. A ticket allows what its times hold, to the second: it is a
//! permission and not a record of something that ran.

use crate::model::id::{AccountId, ModeName};
use crate::model::rfc::Rfc;
use crate::model::ticket::TicketEntry;
use crate::model::time::UtcTime;

use super::authorization::Bearing;

/// A ticket that ended this long before an opening, or began this long after it,
/// is named, in seconds. A judgement of ours.
const NEAR_S: i64 = 7 * 24 * 3600;

/// What each ticket of that mode and account means for an opening at that time, by
/// its place: those that hold it; else the last that was over and the first that
/// had not begun, which do not authorise.
pub(super) fn bearings(
    rfcs: &[Rfc],
    (account, mode): (&AccountId, &ModeName),
    opened_at: UtcTime,
) -> Vec<(usize, Bearing)> {
    let rows: Vec<(usize, &TicketEntry)> = rfcs
        .iter()
        .enumerate()
        .filter(|(_, rfc)| rfc.is_for(mode))
        .filter_map(|(place, rfc)| Some((place, rfc.ticket.as_ref()?)))
        .flat_map(|(place, ticket)| ticket.entries.iter().map(move |entry| (place, entry)))
        .filter(|(_, entry)| entry.accounts.contains(account))
        .collect();
    let holding = rows.iter().filter(|(_, entry)| entry.holds(account, opened_at));
    let mut places: Vec<usize> = holding.map(|(place, _)| *place).collect();
    places.dedup();
    if !places.is_empty() {
        let approved = |place: usize| match rfcs[place].approved_by {
            Some(_) => Bearing::Authorises,
            None => Bearing::May("it names no approver"),
        };
        return places.into_iter().map(|place| (place, approved(place))).collect();
    }
    let near = |one: UtcTime| (one.seconds() - opened_at.seconds()).abs() <= NEAR_S;
    let over = rows.iter().filter(|(_, entry)| entry.to <= opened_at && near(entry.to));
    let ahead = rows.iter().filter(|(_, entry)| entry.from > opened_at && near(entry.from));
    let over = over.max_by_key(|(place, entry)| (entry.to, std::cmp::Reverse(*place)));
    let ahead = ahead.min_by_key(|(place, entry)| (entry.from, *place));
    let mut places: Vec<usize> = over.into_iter().chain(ahead).map(|(place, _)| *place).collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().map(|place| (place, Bearing::DoesNot)).collect()
}

/// The times of a ticket, for a sentence.
pub(super) fn times(rfc: &Rfc) -> String {
    let time = |time: Option<UtcTime>| time.map_or_else(String::new, |time| time.to_string());
    format!("{} to {}", time(rfc.requested_start), time(rfc.requested_end))
}
