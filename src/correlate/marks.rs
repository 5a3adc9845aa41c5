//! One pass over the events: which of them touch a mode's marker roles.
//!
//! Owns: recognising uses, issued credentials and IAM changes of marker roles.
//! Draws no conclusion from them. Everything after this works on these few
//! events alone, so that no stage costs windows times events.

use std::sync::Arc;

use serde_json::Value;

use crate::catalogue::Catalogue;
use crate::model::event::{Event, Outcome};
use crate::model::id::{AccessKeyId, AccountId, ModeName};
use crate::model::principal::{Principal, last_segment};

use super::payload;

/// A marker role as one event names it: whose, which and of what mode.
#[derive(Clone, Debug)]
pub(super) struct Marker {
    /// The account that owns the role.
    pub(super) account: AccountId,
    /// The mode it marks.
    pub(super) mode: ModeName,
    /// Its full name, prefix included.
    pub(super) role: Arc<str>,
    /// `malz` or `salz`, if the role tells.
    pub(super) landing_zone: Option<&'static str>,
}

/// An event whose caller wears a marker role.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// Place of the event in the list of events.
    pub(super) event: usize,
    /// The role.
    pub(super) marker: Marker,
}

/// A succeeded call that issued credentials of a marker role.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    /// Place of the event in the list of events.
    pub(super) event: usize,
    /// The role.
    pub(super) marker: Marker,
    /// The key that was issued.
    pub(super) access_key_id: Option<AccessKeyId>,
    /// `assumedRoleUser.assumedRoleId`: the principal id of the session.
    pub(super) assumed_role_id: Option<Arc<str>>,
}

/// What an IAM call did to a marker role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoleCall {
    /// It was created.
    Created,
    /// It was deleted.
    Deleted,
    /// Its trust, its policies or its tags changed.
    Changed,
}

/// A succeeded IAM call on a marker role.
#[derive(Clone, Debug)]
pub(super) struct RoleChange {
    /// Place of the event in the list of events.
    pub(super) event: usize,
    /// The role.
    pub(super) marker: Marker,
    /// What it did.
    pub(super) call: RoleCall,
    /// The id of a created role, which no other role ever has.
    pub(super) role_id: Option<Arc<str>>,
}

/// Every event that touches a marker role, in the order of the events.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// Calls made with marker roles.
    pub(super) uses: Vec<Use>,
    /// Credentials issued for marker roles.
    pub(super) issues: Vec<Issue>,
    /// Changes made to marker roles.
    pub(super) changes: Vec<RoleChange>,
}

/// Finds the marks among all events.
pub(super) fn of(events: &[Event], catalogue: &Catalogue) -> Marks {
    let mut marks = Marks::default();
    for (place, event) in events.iter().enumerate() {
        if let Some(marker) = worn(&event.principal, catalogue) {
            marks.uses.push(Use { event: place, marker });
        }
        match &*event.event_source {
            "sts.amazonaws.com" => marks.issues.extend(issued(place, event, catalogue)),
            "iam.amazonaws.com" => marks.changes.extend(changed(place, event, catalogue)),
            _ => {}
        }
    }
    marks
}

/// Whether anything of a marker role is among the events.
pub(super) fn any(events: &[Event], catalogue: &Catalogue) -> bool {
    let marks = of(events, catalogue);
    !marks.uses.is_empty() || !marks.issues.is_empty()
}

/// Whether an event is the change of a marker role.
pub(super) fn touches(event: &Event, catalogue: &Catalogue) -> bool {
    &*event.event_source == "iam.amazonaws.com" && changed(0, event, catalogue).is_some()
}

/// The marker role a caller wears. A user of that name wears no role.
///
/// Source: facts/cloudtrail.md 1.2 (types of userIdentity).
fn worn(principal: &Principal, catalogue: &Catalogue) -> Option<Marker> {
    let is_role = |word: Option<&str>, roles: &[&str]| word.is_none_or(|word| roles.contains(&word));
    let issuer_type = principal.issuer.as_ref().and_then(|issuer| issuer.issuer_type.as_deref());
    if !is_role(principal.identity_type.as_deref(), &["AssumedRole", "Role"])
        || !is_role(issuer_type, &["Role"])
    {
        return None;
    }
    marker(principal.role_name()?, principal.role_account()?, catalogue)
}

/// The marker role of that name or ARN; `None` if it marks no mode.
pub(super) fn marker(role: &str, account: AccountId, catalogue: &Catalogue) -> Option<Marker> {
    let found = catalogue.mode_of_role(role)?;
    Some(Marker {
        account,
        mode: found.mode.name.clone(),
        role: Arc::from(last_segment(role)),
        landing_zone: found.role.landing_zone,
    })
}

/// Source: facts/ams.md 6 (the three calls and their fields).
fn issued(place: usize, event: &Event, catalogue: &Catalogue) -> Option<Issue> {
    const CALLS: [&str; 3] = ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];
    if !CALLS.contains(&&*event.event_name) || event.outcome() != Outcome::Succeeded {
        return None;
    }
    let raw = event.request_parameters.as_ref()?;
    let mut names = catalogue.modes().iter().flat_map(|mode| &mode.roles);
    if !names.any(|role| raw.contains(role.name.as_str())) {
        return None;
    }
    let request = payload::parse(Some(raw));
    let arn = payload::text(&request, &["roleArn"])?;
    let account = AccountId::from_arn(arn).or_else(|| event.account_id.clone())?;
    let marker = marker(arn, account, catalogue)?;
    let response = payload::parse(event.response_elements.as_ref());
    let text = |path: &[&str]| payload::text(&response, path).map(Arc::<str>::from);
    Some(Issue {
        event: place,
        marker,
        access_key_id: text(&["credentials", "accessKeyId"]).map(AccessKeyId::new),
        assumed_role_id: text(&["assumedRoleUser", "assumedRoleId"]),
    })
}

/// Source: facts/ams.md 5, SCP-AMS-033/034 (the calls that change a role).
fn changed(place: usize, event: &Event, catalogue: &Catalogue) -> Option<RoleChange> {
    let call = match &*event.event_name {
        "CreateRole" => RoleCall::Created,
        "DeleteRole" => RoleCall::Deleted,
        "AttachRolePolicy"
        | "DetachRolePolicy"
        | "PutRolePolicy"
        | "DeleteRolePolicy"
        | "PutRolePermissionsBoundary"
        | "DeleteRolePermissionsBoundary"
        | "UpdateAssumeRolePolicy"
        | "UpdateRole"
        | "UpdateRoleDescription"
        | "TagRole"
        | "UntagRole" => RoleCall::Changed,
        _ => return None,
    };
    if event.outcome() != Outcome::Succeeded {
        return None;
    }
    let request = payload::parse(event.request_parameters.as_ref());
    let role = payload::text(&request, &["roleName"])?;
    catalogue.mode_of_role(role)?;
    let answer = match call {
        RoleCall::Created => payload::parse(event.response_elements.as_ref()),
        _ => Value::Null,
    };
    let account = payload::text(&answer, &["role", "arn"])
        .and_then(AccountId::from_arn)
        .or_else(|| event.account_id.clone())
        .or_else(|| event.principal.account_id.clone())?;
    let role_id = payload::text(&answer, &["role", "roleId"]).map(Arc::from);
    Some(RoleChange { event: place, marker: marker(role, account, catalogue)?, call, role_id })
}
