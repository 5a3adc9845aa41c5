//! Credentials of a mode session used from two networks at once.
//!
//! Owns: this claim, and when two addresses are two places: they lie in
//! different /16 networks (IPv4) or /32 networks (IPv6), and calls from one lie
//! between calls from the other, within minutes. Names of AWS services are no
//! addresses, and the copies of one workload are rightly in many places.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::model::event::Event;
use crate::model::mode::{ModeSession, SessionVia};
use crate::model::time::UtcTime;

use super::super::joined::joined;
use super::Facts;
use super::acts::Acts;
use super::claim::Claim;
use super::origin;

/// How far apart the enclosing calls may lie, in seconds.
const WITHIN_S: i64 = 10 * 60;

/// A call of a session with its network.
type Call<'a> = (UtcTime, [u8; 4], &'a Event);

/// One claim per session.
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let mut by_session: BTreeMap<usize, Vec<Call<'_>>> = BTreeMap::new();
    for (&place, &session) in &facts.sessions.of_event {
        let event = &facts.events[place];
        let network = event.source_ip.as_deref().and_then(network);
        if let (Some(time), Some(network), None) = (event.time, network, &event.principal.invoked_by) {
            by_session.entry(session).or_default().push((time, network, event));
        }
    }
    let claims = by_session.into_iter().filter_map(|(session, mut calls)| {
        calls.sort_by_key(|(time, network, event)| (*time, *network, &event.evidence));
        claim(session, interleaved(&calls)?, facts)
    });
    claims.collect()
}

/// The network of an address; `None` for what is no address.
fn network(address: &str) -> Option<[u8; 4]> {
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => {
            let [first, second, _, _] = address.octets();
            Some([first, second, 0, 0])
        }
        IpAddr::V6(address) => {
            let [first, second, third, fourth, ..] = address.octets();
            Some([first, second, third, fourth])
        }
    }
}

/// The first three calls of which the middle one comes from elsewhere than the
/// two around it. Calls of one second have no known order and enclose nothing.
fn interleaved<'a>(calls: &[Call<'a>]) -> Option<[&'a Event; 3]> {
    let mut turns: Option<(Call<'a>, Call<'a>)> = None;
    let mut last: Option<Call<'a>> = None;
    for &call in calls {
        let (time, network, _) = call;
        if let Some((from, between)) = turns
            && from.1 == network
            && between.0.seconds() < time.seconds()
            && time.seconds() - from.0.seconds() <= WITHIN_S
        {
            return Some([from.2, between.2, call.2]);
        }
        if let Some(before) = last
            && before.1 != network
            && before.0.seconds() < time.seconds()
        {
            turns = Some((before, call));
        }
        last = Some(call);
    }
    None
}

fn claim(session: usize, calls: [&Event; 3], facts: Facts<'_>) -> Option<Claim> {
    let own = |row: &&ModeSession| row.is_sure() && row.via != Some(SessionVia::Workload);
    let row = facts.sessions.rows.get(session).filter(own)?;
    let [first, _, last] = calls;
    let summary = format!(
        "the credentials of a session of {} in {} mode in account {} were used from {} within minutes, in turns",
        row.actor.as_deref().unwrap_or("an unknown caller"),
        row.mode,
        row.account_id,
        joined(
            calls.iter().filter_map(|call| Some(origin::located(facts.geoip, call.source_ip.as_deref()?)))
        )
    );
    Some(Claim {
        subject: row.session_id.as_str().to_owned(),
        account_id: Some(row.account_id.clone()),
        mode: Some(row.mode.clone()),
        time: first.time,
        end_time: last.time,
        actor: row.actor.clone(),
        summary,
        count: calls.len() as u64,
        acts: Acts::default(),
        window_id: row.window_id.clone(),
        session_ids: vec![row.session_id.clone()],
        rfc_ids: Vec::new(),
        evidence: first.evidence.clone(),
        lowered: false,
        tried: false,
        instead: None,
        doubt: None,
        rests_on: calls.iter().map(|call| call.evidence.clone()).collect(),
    })
}
