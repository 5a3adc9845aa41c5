//! What one call gives into the hands of its caller: keys, roles, users, and
//! workloads that run under a role of their own.
//!
//! Owns: reading such calls. Does not know who received what was given, nor
//! whether the caller matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::catalogue::{Catalogue, Workload, WorkloadCall};
use crate::model::event::{Event, Outcome};
use crate::model::id::{AccessKeyId, AccountId};
use crate::model::principal::last_segment;
use crate::model::time::UtcTime;

use super::super::payload;
use super::super::session::issued;

/// How long credentials of STS last at most, where neither the request nor the
/// answer says: GetSessionToken and GetFederationToken give 36 hours.
const ISSUED_S_MAX: i64 = 36 * 3600;

/// How far a clock or a delivery may stretch the life of credentials.
const EXPIRY_SLACK_S: i64 = 300;

/// What was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// An access key.
    Key(AccessKeyId),
    /// A console session of a role: its principal id, account and session name.
    Principal { id: Arc<str>, account: AccountId, session: Arc<str> },
    /// A role that did not exist before, with its id.
    Role { account: AccountId, name: Arc<str>, id: Option<Arc<str>> },
    /// A role that others may assume from then on, with its new policy.
    Trust { account: AccountId, name: Arc<str>, policy: Arc<str> },
    /// A user that was made, or whose password was set.
    User { account: AccountId, name: Arc<str>, id: Option<Arc<str>> },
    /// Something that runs under a role.
    Run { account: AccountId, role: Option<Arc<str>>, workload: Workload },
    /// A template that instances are launched from.
    LaunchTemplate(Arc<str>),
}

/// What one call gave, and when.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) given: Given,
    /// Place of the event that gave it.
    pub(super) event: usize,
    pub(super) time: UtcTime,
    /// Place of an earlier event that gave its caller the means, if another did.
    pub(super) after: Option<usize>,
    /// When it ends, if that is known.
    pub(super) until: Option<UtcTime>,
}

/// Roles of workloads whose making or changing was seen: account, source, name.
#[derive(Debug, Default)]
pub(super) struct Made(BTreeMap<(AccountId, Arc<str>, Arc<str>), Arc<str>>);

/// What a call gave; nothing if it did not succeed or has no time. `made`
/// remembers roles from call to call of one lineage, in the order of time.
///
/// Source: facts/cloudtrail.md 1.2 (fields of issuing calls), facts/ams.md 6.
pub(super) fn of(place: usize, event: &Event, catalogue: &Catalogue, made: &mut Made) -> Vec<Grant> {
    let Some(time) = event.time.filter(|_| event.outcome() == Outcome::Succeeded) else { return Vec::new() };
    if event.is_read() && &*event.event_source != "sts.amazonaws.com" {
        return Vec::new();
    }
    let request = payload::parse(event.request_parameters.as_ref());
    let response = payload::parse(event.response_elements.as_ref());
    let given = match &*event.event_source {
        "sts.amazonaws.com" => key(&response, "credentials").into_iter().collect(),
        "iam.amazonaws.com" => of_iam(event, &request, &response),
        "ec2.amazonaws.com" if event.event_name.starts_with("CreateLaunchTemplate") => {
            launch_template(&request, &response).into_iter().collect()
        }
        _ => of_workloads(event, (&request, &response), catalogue, made),
    };
    let until = match &*event.event_source {
        "sts.amazonaws.com" => {
            let end = issued::read(event).expires_at.unwrap_or(time.plus_seconds(ISSUED_S_MAX));
            Some(end.plus_seconds(EXPIRY_SLACK_S))
        }
        _ => None,
    };
    given.into_iter().map(|given| Grant { given, event: place, time, after: None, until }).collect()
}

fn key(response: &Value, member: &str) -> Option<Given> {
    payload::text(response, &[member, "accessKeyId"]).map(|key| Given::Key(AccessKeyId::from(key)))
}

fn of_iam(event: &Event, request: &Value, response: &Value) -> Vec<Given> {
    let asked = |member: &str| payload::text(request, &[member]).map(Arc::<str>::from);
    let answered = |path: &[&str]| payload::text(response, path).map(Arc::<str>::from);
    let Some(account) = event.account_id.clone() else { return Vec::new() };
    let given = match &*event.event_name {
        "CreateAccessKey" => key(response, "accessKey"),
        "CreateRole" => {
            asked("roleName").map(|name| Given::Role { account, name, id: answered(&["role", "roleId"]) })
        }
        "UpdateAssumeRolePolicy" => asked("roleName")
            .and_then(|name| Some(Given::Trust { account, name, policy: asked("policyDocument")? })),
        "CreateUser" => {
            asked("userName").map(|name| Given::User { account, name, id: answered(&["user", "userId"]) })
        }
        "CreateLoginProfile" | "UpdateLoginProfile" => {
            asked("userName").map(|name| Given::User { account, name, id: None })
        }
        _ => None,
    };
    given.into_iter().collect()
}

/// Source: the request and response of CreateLaunchTemplate as CloudTrail
/// records them nest in an element named after the call.
fn launch_template(request: &Value, response: &Value) -> Option<Given> {
    let names = ["CreateLaunchTemplateResponse", "CreateLaunchTemplateVersionResponse"];
    let nested = names.iter().filter_map(|name| payload::at(response, &[name]));
    let ids = nested.filter_map(|one| {
        payload::text(one, &["launchTemplate", "launchTemplateId"])
            .or_else(|| payload::text(one, &["launchTemplateVersion", "launchTemplateId"]))
    });
    let asked = payload::text(request, &["CreateLaunchTemplateVersionRequest", "LaunchTemplateId"]);
    ids.chain(asked).next().map(|id| Given::LaunchTemplate(Arc::from(id)))
}

fn of_workloads(
    event: &Event,
    columns: (&Value, &Value),
    catalogue: &Catalogue,
    made: &mut Made,
) -> Vec<Given> {
    let call = (&*event.event_source, &*event.event_name);
    let Some(account) = event.account_id.clone() else { return Vec::new() };
    let mut given = Vec::new();
    for workload in catalogue.workloads(call, columns) {
        let slot = (account.clone(), event.event_source.clone(), workload.name.clone());
        let role = workload.role.as_deref().map(|role| Arc::<str>::from(last_segment(role)));
        if let (WorkloadCall::Made | WorkloadCall::Changed, Some(role)) = (workload.call, &role) {
            made.0.insert(slot.clone(), role.clone());
        }
        let role_account = workload.role.as_deref().and_then(AccountId::from_arn);
        let role = role.or_else(|| made.0.get(&slot).cloned());
        given.push(Given::Run { account: role_account.unwrap_or_else(|| account.clone()), role, workload });
    }
    given
}

impl Given {
    /// Whether sessions can be told to run because of it. A role alone is no
    /// sign: others run under it too.
    pub(super) fn can_be_followed(&self) -> bool {
        let Self::Run { role, workload, .. } = self else { return true };
        let bounded = workload.within_s.is_some();
        workload.unique || names_its_workload(workload) || role.is_some() && (bounded || runs_later(workload))
    }
}

/// Whether the session name to expect tells the workload from others.
pub(super) fn names_its_workload(workload: &Workload) -> bool {
    workload.session.as_deref().is_some_and(|session| session.contains(&*workload.name))
}

/// Whether a webhook, a schedule or a trigger may run it at any later time, in
/// sessions that are known by their kind alone: others of its role are alike.
pub(super) fn runs_later(workload: &Workload) -> bool {
    let any_time = workload.call != WorkloadCall::Started && workload.within_s.is_none();
    any_time && workload.session.is_some() && !workload.unique && !names_its_workload(workload)
}
