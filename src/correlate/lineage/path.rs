//! The way from a person to a session, in words.
//!
//! Owns: the text of `attribution_path`. Each step names the event that shows
//! it and how sure it is; a step that is not in evidence says so.
//!
//! ```text
//! alice > Dev/alice [AssumeRoleWithSAML, proved, e-1] > worker/x [AssumeRole, proved, e-2]
//! ```

use std::collections::BTreeMap;

use crate::model::event::Event;
use crate::model::mode::{LinkConfidence, ModeSession};
use crate::model::principal::Principal;

use super::super::payload;
use super::super::session::{Descent, Sessions};
use super::candidate;

/// Tells each session its path. Parents come before those that descend.
pub(super) fn tell(events: &[Event], sessions: &mut Sessions) {
    let issues: BTreeMap<usize, usize> =
        sessions.of_issue.iter().map(|(event, place)| (*place, *event)).collect();
    for place in 0..sessions.rows.len() {
        let row = &sessions.rows[place];
        let path = match sessions.descents.get(&place) {
            Some(descent) => descended(row, *descent, events, sessions),
            None => root(row, issues.get(&place).map(|event| &events[*event])),
        };
        sessions.rows[place].attribution_path = path;
    }
}

/// The path of a destructive call that a session made.
pub(in crate::correlate) fn of_call(session: &ModeSession, event: &Event) -> String {
    let service = match event.principal.invoked_by.as_deref() {
        Some(service) => format!(" > {service}"),
        None => String::new(),
    };
    format!("{}{service} > {}", session.attribution_path, event.event_name)
}

fn descended(row: &ModeSession, descent: Descent, events: &[Event], sessions: &Sessions) -> String {
    let parent = &sessions.rows[descent.parent].attribution_path;
    let before = descent.after.map(|event| {
        let event = &events[event];
        format!(" > {} [{}]", event.event_name, id(event))
    });
    let before = before.unwrap_or_default();
    format!("{parent}{before} > {} {}", name(row), step(&events[descent.event], descent.confidence))
}

fn root(row: &ModeSession, issue: Option<&Event>) -> String {
    let actor = row.actor.as_deref().unwrap_or("an unknown caller");
    let Some(issue) = issue else { return format!("{actor} > {} [login not in evidence]", name(row)) };
    let response = payload::parse(issue.response_elements.as_ref());
    let key = payload::text(&response, &["credentials", "accessKeyId"]);
    let by_key = key.is_some() && key == row.access_key_id.as_ref().map(|key| key.as_str());
    let confidence = if by_key { LinkConfidence::Proved } else { LinkConfidence::Strong };
    let caller = caller(&issue.principal).filter(|caller| caller != actor);
    let before = caller.map(|caller| format!(" > {caller}")).unwrap_or_default();
    format!("{actor}{before} > {} {}", name(row), step(issue, confidence))
}

/// Who called the call that issued a mode session, if that is a role or a user.
fn caller(principal: &Principal) -> Option<String> {
    let (_, wears) = candidate::wears(principal)?;
    let session = principal.role_session_name().filter(|_| !wears.contains('/'));
    Some(session.map_or_else(|| wears.to_string(), |session| format!("{wears}/{session}")))
}

fn name(row: &ModeSession) -> String {
    match (&row.role_session_name, &row.access_key_id) {
        (Some(session), _) => format!("{}/{session}", row.role_name),
        (None, Some(key)) => format!("{} {}", row.role_name, key.as_str()),
        (None, None) => row.role_name.to_string(),
    }
}

fn step(event: &Event, confidence: LinkConfidence) -> String {
    format!("[{}, {}, {}]", event.event_name, confidence.as_str(), id(event))
}

fn id(event: &Event) -> &str {
    event.event_id.as_ref().map_or("no event id", |id| id.as_str())
}
