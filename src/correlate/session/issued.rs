//! What the call that issued a session's credentials tells of the session.
//!
//! Owns: the fields of AssumeRole, AssumeRoleWithSAML and
//! AssumeRoleWithWebIdentity events.

use std::sync::Arc;

use crate::model::event::Event;
use crate::model::time::UtcTime;

use super::super::marks::Issue;
use super::super::payload;

/// How far an issuing call and the creation date it leads to may lie apart.
///
/// Source: facts/cloudtrail.md 1.2 (creationDate is about the event time).
pub(in crate::correlate) const CREATION_SLACK_S: i64 = 5;

/// What the issuing call tells.
#[derive(Clone, Debug)]
pub(in crate::correlate) struct Issued {
    pub(in crate::correlate) time: Option<UtcTime>,
    pub(in crate::correlate) role_session_name: Option<Arc<str>>,
    pub(in crate::correlate) source_identity: Option<Arc<str>>,
    /// The SAML or OIDC subject; the caller's user name where none is recorded.
    pub(in crate::correlate) subject: Option<Arc<str>>,
    pub(in crate::correlate) federation: Option<Arc<str>>,
    pub(in crate::correlate) mfa: Option<bool>,
    pub(in crate::correlate) expires_at: Option<UtcTime>,
}

/// Reads an issuing call.
///
/// Source: facts/ams.md 6; facts/cloudtrail.md 1.2 (sourceIdentity lies in the
/// request; the expiration is a locale string).
pub(in crate::correlate) fn read(event: &Event) -> Issued {
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let asked = |key: &str| payload::text(&request, &[key]).map(Arc::<str>::from);
    let answered = |key: &str| payload::text(&response, &[key]).map(Arc::<str>::from);
    let caller = &event.principal;
    let federated = matches!(caller.identity_type.as_deref(), Some("SAMLUser" | "WebIdentityUser"));
    let lasts = payload::number(&request, &["durationSeconds"]);
    let expires_at = payload::text(&response, &["credentials", "expiration"])
        .and_then(UtcTime::parse)
        .or_else(|| Some(event.time?.plus_seconds(lasts?)));
    Issued {
        time: event.time,
        role_session_name: asked("roleSessionName"),
        source_identity: asked("sourceIdentity").or_else(|| answered("sourceIdentity")),
        subject: answered("subject")
            .or_else(|| answered("subjectFromWebIdentityToken"))
            .or_else(|| caller.user_name.clone().filter(|_| federated)),
        federation: asked("principalArn")
            .or_else(|| asked("providerId"))
            .or_else(|| caller.identity_provider.clone())
            .or_else(|| caller.federated_provider.clone()),
        mfa: asked("serialNumber").map(|_| true),
        expires_at,
    }
}

/// Whether the session of an event was created by that issuing call: the same
/// principal id, and a creation date at the time of the call.
pub(in crate::correlate) fn created_by(issue: &Issue, time: Option<UtcTime>, event: Option<&Event>) -> bool {
    let (Some(id), Some(time), Some(event)) = (&issue.assumed_role_id, time, event) else { return false };
    let caller = &event.principal;
    let created = caller.session_created_at.map(|created| created.micros().abs_diff(time.micros()));
    caller.principal_id.as_ref() == Some(id)
        && created.is_some_and(|apart| apart <= CREATION_SLACK_S.unsigned_abs() * 1_000_000)
}
