//! The way from a person to a session, in words.
//!
//! Owns: the text of `attribution_path`. Each step names the event that shows
//! it and how sure it is; a step that is not in evidence says so.
//!
//! ```text
//! alice > Dev/alice [AssumeRoleWithSAML, proved, e-1] > worker/x [AssumeRole, proved, e-2]
//! ```

use std::collections::BTreeMap;

use crate::model::event::{Event, Outcome};
use crate::model::mode::{LinkConfidence, ModeSession};
use crate::model::principal::Principal;

use super::super::payload;
use super::super::session::{Descent, Sessions};
use super::candidate;
use super::origin::Origins;

/// Tells each session its path. Parents come before those that descend.
pub(super) fn tell<'e>(origins: &Origins<'e>, events: &'e [Event], sessions: &mut Sessions) {
    let issues: BTreeMap<usize, usize> =
        sessions.of_issue.iter().map(|(event, place)| (*place, *event)).collect();
    let first = first_calls(sessions);
    for place in 0..sessions.rows.len() {
        let row = &sessions.rows[place];
        let path = match sessions.descents.get(&place) {
            Some(descent) => descended(row, *descent, events, sessions),
            None => {
                let first = first.get(&place).map(|event| &events[*event]);
                let user_id = first.and_then(|first| first.principal.on_behalf_of.as_deref());
                let portal = origins.portal_told(origins.sign_in_of_session(row, user_id));
                match issues.get(&place) {
                    Some(issue) => root(row, &events[*issue], (origins, &portal)),
                    None => rootless(row, first, &portal),
                }
            }
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
    let touched = descent.touched.map(|event| {
        let event = &events[event];
        format!(", changed by somebody else since [{}, {}]", event.event_name, id(event))
    });
    let touched = touched.unwrap_or_default();
    format!("{parent}{before} > {} {}{touched}", name(row), step(&events[descent.event], descent.confidence))
}

/// The first call of each session of a mode itself.
fn first_calls(sessions: &Sessions) -> BTreeMap<usize, usize> {
    let mut first = BTreeMap::new();
    for (event, place) in sessions.of_event.iter().filter(|(_, place)| !sessions.descents.contains_key(place))
    {
        first.entry(*place).or_insert(*event);
    }
    first
}

/// The path of a session whose issuing call is not in evidence. In the console
/// its first record tells where it was switched from.
fn rootless(row: &ModeSession, first: Option<&Event>, portal: &str) -> String {
    let actor = row.actor.as_deref().unwrap_or("an unknown caller");
    let switch = first.and_then(|first| Some((first, switched_from(first)?)));
    if let Some((first, from)) = switch {
        return format!("{actor} > {from} > {} {}", name(row), step(first, LinkConfidence::Strong));
    }
    let login = if portal.is_empty() { "login" } else { "issuing call" };
    format!("{actor}{portal} > {} [{login} not in evidence]", name(row))
}

/// Who switched into a role in the console: `role/session` or `user/NAME`.
fn switched_from(event: &Event) -> Option<String> {
    if &*event.event_name != "SwitchRole" || event.outcome() != Outcome::Succeeded {
        return None;
    }
    let more = payload::parse(event.additional_event_data.as_ref());
    let arn = payload::text(&more, &["SwitchFrom"])?;
    let named = |kind: &str| arn.split_once(kind).map(|(_, name)| name);
    named(":assumed-role/").map(str::to_owned).or_else(|| Some(format!("user/{}", named(":user/")?)))
}

fn root<'e>(row: &ModeSession, issue: &'e Event, (origins, portal): (&Origins<'e>, &str)) -> String {
    let actor = row.actor.as_deref().unwrap_or("an unknown caller");
    let response = payload::parse(issue.response_elements.as_ref());
    let key = payload::text(&response, &["credentials", "accessKeyId"]);
    let by_key = key.is_some() && key == row.access_key_id.as_ref().map(|key| key.as_str());
    let confidence = if by_key { LinkConfidence::Proved } else { LinkConfidence::Strong };
    let before = origins.told(&issue.principal, actor);
    format!("{actor}{portal}{before} > {} {}", name(row), step(issue, confidence))
}

/// Who called the call that issued a mode session, if that is a role or a user.
pub(super) fn caller(principal: &Principal) -> Option<String> {
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

pub(super) fn step(event: &Event, confidence: LinkConfidence) -> String {
    format!("[{}, {}, {}]", event.event_name, confidence.as_str(), id(event))
}

fn id(event: &Event) -> &str {
    event.event_id.as_ref().map_or("no event id", |id| id.as_str())
}
