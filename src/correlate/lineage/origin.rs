//! Where the credentials came from with which a mode was entered: up from its
//! session, to a person as far as the evidence goes.
//!
//! Owns: joining the caller of an issuing call with the call that issued *its*
//! credentials, and a role of Identity Center with the sign-in at the portal.
//!
//! ```text
//!  alice ─GetRoleCredentials─▶ portal ─AssumeRoleWithSAML─▶ AWSReservedSSO_… ─AssumeRole─▶ mode
//! ```
//!
//! Source: facts/cloudtrail.md 1.2 (onBehalfOf; join by key, else by principal id
//! and creation date). What a published set of records of one sign-in shows: the
//! portal's record names permission set and account in `serviceEventDetails`, and
//! the key that the session uses is not the one that AssumeRoleWithSAML answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::limits::LINEAGE_DEPTH_MAX;
use crate::model::event::{Event, Outcome};
use crate::model::id::AccessKeyId;
use crate::model::mode::{LinkConfidence, ModeSession};
use crate::model::principal::Principal;
use crate::model::time::UtcTime;

use super::super::payload;
use super::super::session::issued::{self, CREATION_SLACK_S};
use super::path;

/// One step up: the call that handed the credentials on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Place of that call.
    pub(super) event: usize,
    /// How sure it is that these are the credentials it handed out.
    pub(super) confidence: LinkConfidence,
}

/// All calls that hand credentials to a person or a caller.
#[derive(Debug)]
pub(super) struct Origins<'e> {
    events: &'e [Event],
    /// Keys that were handed out → place of the call that did.
    pub(super) by_key: BTreeMap<AccessKeyId, usize>,
    /// By the principal id of the session that a call began.
    by_session: BTreeMap<Arc<str>, Vec<(UtcTime, usize)>>,
    /// Sign-ins at the portal, by account and permission set.
    portal: BTreeMap<Arc<str>, Vec<(UtcTime, usize)>>,
}

/// A session of a role, as far as it tells where it came from.
#[derive(Clone, Copy, Debug)]
struct Seat<'p> {
    account: &'p str,
    role: &'p str,
    session: Option<&'p str>,
    user_id: Option<&'p str>,
    begun: Option<UtcTime>,
}

impl<'e> Origins<'e> {
    pub(super) fn of(events: &'e [Event]) -> Self {
        let mut origins =
            Self { events, by_key: <_>::default(), by_session: <_>::default(), portal: <_>::default() };
        for (place, event) in
            events.iter().enumerate().filter(|(_, event)| event.outcome() == Outcome::Succeeded)
        {
            match &*event.event_source {
                "sts.amazonaws.com" => {
                    let response = payload::parse(event.response_elements.as_ref());
                    let text = |path: &[&str]| payload::text(&response, path);
                    if let Some(key) = text(&["credentials", "accessKeyId"]) {
                        origins.by_key.entry(AccessKeyId::from(key)).or_insert(place);
                    }
                    let id = text(&["assumedRoleUser", "assumedRoleId"]);
                    if let (Some(id), Some(time)) = (id, event.time) {
                        origins.by_session.entry(Arc::from(id)).or_default().push((time, place));
                    }
                }
                "sso.amazonaws.com" if matches!(&*event.event_name, "GetRoleCredentials" | "Federate") => {
                    if let (Some(slot), Some(time)) = (asked_for(event), event.time) {
                        origins.portal.entry(slot).or_default().push((time, place));
                    }
                }
                _ => {}
            }
        }
        origins
    }

    /// The call that issued a caller's credentials: by key, else by the id of its
    /// session and the time at which that was created.
    pub(super) fn issue_of(&self, caller: &Principal) -> Option<Step> {
        let key = caller.access_key_id.as_ref().and_then(|key| self.by_key.get(key));
        if let Some(event) = key.copied() {
            return Some(Step { event, confidence: LinkConfidence::Proved });
        }
        let calls = self.by_session.get(caller.principal_id.as_ref()?)?;
        let event = self.nearest(calls, caller.session_created_at, |_| true)?;
        Some(Step { event, confidence: LinkConfidence::Strong })
    }

    /// The calls behind a caller, the nearest first.
    pub(super) fn chain(&self, caller: &'e Principal) -> Vec<(&'e Principal, Step)> {
        let mut chain: Vec<(&Principal, Step)> = Vec::new();
        let mut caller = caller;
        while chain.len() < LINEAGE_DEPTH_MAX as usize {
            let Some(step) = self.issue_of(caller) else { break };
            if chain.iter().any(|(_, former)| former.event == step.event) {
                break;
            }
            chain.push((caller, step));
            caller = &self.events[step.event].principal;
        }
        chain
    }

    /// The sign-in at the portal behind a caller that wears a role of Identity
    /// Center.
    pub(super) fn sign_in_of(&self, caller: &Principal) -> Option<Step> {
        let account = caller.role_account()?;
        self.sign_in(Seat {
            account: account.as_str(),
            role: caller.role_name()?,
            session: caller.role_session_name(),
            user_id: caller.on_behalf_of.as_deref(),
            begun: caller.session_created_at,
        })
    }

    /// The same of a mode session, whose calls these are.
    pub(super) fn sign_in_of_session(&self, row: &ModeSession, user_id: Option<&str>) -> Option<Step> {
        self.sign_in(Seat {
            account: row.account_id.as_str(),
            role: &row.role_name,
            session: row.role_session_name.as_deref(),
            user_id,
            begun: row.started_at,
        })
    }

    /// By the id of the user it is strong: the portal names user, account and
    /// permission set, and the time agrees. By the user's name it is weak.
    fn sign_in(&self, seat: Seat<'_>) -> Option<Step> {
        let calls = self.portal.get(&slot(seat.account, permission_set(seat.role)?))?;
        let by_id = |event: &Event| {
            event.principal.on_behalf_of.as_deref().is_some_and(|id| Some(id) == seat.user_id)
        };
        if let Some(event) = self.nearest(calls, seat.begun, by_id) {
            return Some(Step { event, confidence: LinkConfidence::Strong });
        }
        let by_name = |event: &Event| {
            let caller = &event.principal;
            let unlike = caller.on_behalf_of.is_some() && seat.user_id.is_some();
            !unlike && caller.user_name.as_deref().is_some_and(|name| Some(name) == seat.session)
        };
        let event = self.nearest(calls, seat.begun, by_name)?;
        Some(Step { event, confidence: LinkConfidence::Weak })
    }

    /// The call nearest to the time at which a session was created. Calls are in
    /// order of time, so that only those about that time are looked at.
    fn nearest(
        &self,
        calls: &[(UtcTime, usize)],
        begun: Option<UtcTime>,
        fits: impl Fn(&Event) -> bool,
    ) -> Option<usize> {
        let begun = begun?.seconds();
        let first = calls.partition_point(|(time, _)| time.seconds() < begun - CREATION_SLACK_S);
        let near = calls[first..].iter().take_while(|(time, _)| time.seconds() <= begun + CREATION_SLACK_S);
        let near = near.filter(|(_, event)| fits(&self.events[*event]));
        near.map(|(time, event)| (time.seconds().abs_diff(begun), *event)).min().map(|(_, event)| event)
    }

    /// The SAML or OIDC subject at the upper end of the chain behind a caller.
    pub(super) fn subject_of(&self, caller: &'e Principal) -> Option<Arc<str>> {
        let (_, top) = self.chain(caller).pop()?;
        issued::read(&self.events[top.event]).subject
    }

    /// What stands before the session of a mode in its path: from the person down
    /// to the caller of the call that issued it. Empty if there is none.
    pub(super) fn told(&self, caller: &'e Principal, actor: &str) -> String {
        let chain = self.chain(caller);
        let mut words = String::new();
        let wears = |caller: &Principal| path::caller(caller);
        let top = chain.last().map_or(caller, |(_, step)| &self.events[step.event].principal);
        // With a key of GetSessionToken a user calls under the same name.
        let lowest = chain.last().and_then(|(caller, _)| wears(caller));
        if let Some(name) = wears(top).filter(|name| name != actor && Some(name) != lowest.as_ref()) {
            words.push_str(&format!(" > {name}"));
        }
        for (caller, step) in chain.iter().rev() {
            words.push_str(&self.portal_told(self.sign_in_of(caller)));
            let name = wears(caller).unwrap_or_else(|| "a caller without a name".to_owned());
            words.push_str(&format!(" > {name} {}", path::step(&self.events[step.event], step.confidence)));
        }
        if chain.is_empty() {
            let sign_in = self.portal_told(self.sign_in_of(caller));
            return if sign_in.is_empty() { words } else { format!("{sign_in}{words}") };
        }
        words
    }

    /// The step at the portal, in words.
    pub(super) fn portal_told(&self, step: Option<Step>) -> String {
        let Some(step) = step else { return String::new() };
        format!(" > Identity Center {}", path::step(&self.events[step.event], step.confidence))
    }
}

/// Account and permission set that a record of the portal is about.
fn asked_for(event: &Event) -> Option<Arc<str>> {
    let details = payload::parse(event.service_event_details.as_ref());
    let request = payload::parse(event.request_parameters.as_ref());
    let told = |detail: &str, member: &str| {
        payload::text(&details, &[detail]).or_else(|| payload::text(&request, &[member])).map(str::to_owned)
    };
    Some(slot(&told("account_id", "accountId")?, &told("role_name", "roleName")?))
}

fn slot(account: &str, set: &str) -> Arc<str> {
    Arc::from(format!("{account}/{set}"))
}

/// The permission set of a role that Identity Center made:
/// `AWSReservedSSO_<set>_<16 hexadecimal digits>`.
///
/// Source: IAM Identity Center User Guide, "Referencing permission sets in
/// resource policies" (the suffix); what records show.
pub(super) fn permission_set(role: &str) -> Option<&str> {
    let (set, suffix) = role.strip_prefix("AWSReservedSSO_")?.rsplit_once('_')?;
    (suffix.len() == 16 && suffix.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(set)
}

#[cfg(test)]
mod tests;
