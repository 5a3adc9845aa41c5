//! Roles and users that a mode session made, or left, without the mode's
//! permissions boundary.
//!
//! Owns: this claim. Which boundaries a mode demands is the catalogue's.

use std::collections::BTreeMap;

use crate::model::event::{Event, Outcome};
use crate::model::principal::last_segment;

use super::super::joined::joined;
use super::super::payload;
use super::super::session::Sessions;
use super::Facts;
use super::acts::Acts;
use super::claim::Claim;

/// One claim per session.
///
/// Source: facts/ams.md 2.1 (the boundary must be attached to every role and
/// user that the developer role makes).
pub(super) fn find(facts: Facts<'_>) -> Vec<Claim> {
    let mut by_session: BTreeMap<usize, Vec<&Event>> = BTreeMap::new();
    for (&place, &session) in &facts.sessions.of_event {
        let event = &facts.events[place];
        let about_roles =
            &*event.event_source == "iam.amazonaws.com" && event.outcome() == Outcome::Succeeded;
        if about_roles && leaves_unbounded(event, session, facts) {
            by_session.entry(session).or_default().push(event);
        }
    }
    by_session.into_iter().filter_map(|(session, events)| claim(session, events, facts.sessions)).collect()
}

fn leaves_unbounded(event: &Event, session: usize, facts: Facts<'_>) -> bool {
    let mode = facts.sessions.rows.get(session).filter(|row| row.is_sure()).map(|row| &row.mode);
    let profile = facts.catalogue.modes().iter().find(|known| Some(&known.name) == mode);
    let Some(profile) = profile.filter(|profile| !profile.boundaries.is_empty()) else { return false };
    match &*event.event_name {
        "DeleteRolePermissionsBoundary" | "DeleteUserPermissionsBoundary" => true,
        "CreateRole" | "CreateUser" | "PutRolePermissionsBoundary" | "PutUserPermissionsBoundary" => {
            // Parameters that were not recorded show nothing.
            let Some(request) = event.request_parameters.as_ref().map(|raw| payload::parse(Some(raw))) else {
                return false;
            };
            let set = payload::text(&request, &["permissionsBoundary"]).map(last_segment);
            request.is_object() && !set.is_some_and(|set| profile.boundaries.iter().any(|known| known == set))
        }
        _ => false,
    }
}

fn claim(session: usize, events: Vec<&Event>, sessions: &Sessions) -> Option<Claim> {
    let (row, first) = (sessions.rows.get(session)?, *events.first()?);
    let named = events.iter().map(|event| {
        let request = payload::parse(event.request_parameters.as_ref());
        let name = ["roleName", "userName"].iter().find_map(|key| payload::text(&request, &[key]));
        format!("{} {}", event.event_name, name.unwrap_or("of unknown name"))
    });
    let summary = format!(
        "{} made or left roles or users without the permissions boundary of {} mode in account {}: {}",
        row.actor.as_deref().unwrap_or("an unknown caller"),
        row.mode,
        row.account_id,
        joined(named)
    );
    Some(Claim {
        subject: row.session_id.as_str().to_owned(),
        account_id: Some(row.account_id.clone()),
        mode: Some(row.mode.clone()),
        time: first.time,
        end_time: events.iter().filter_map(|event| event.time).max(),
        actor: row.actor.clone(),
        summary,
        count: events.len() as u64,
        acts: Acts::default(),
        window_id: row.window_id.clone(),
        session_ids: vec![row.session_id.clone()],
        rfc_ids: Vec::new(),
        evidence: first.evidence.clone(),
        lowered: false,
        tried: false,
        instead: None,
        doubt: None,
        rests_on: events.iter().map(|event| event.evidence.clone()).collect(),
    })
}
