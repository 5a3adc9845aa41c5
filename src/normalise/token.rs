//! The few words of a record by which it can be found again: whose credentials
//! it was made with, and which it hands out.
//!
//! Owns: finding them in the raw text of every record, so it copies nothing on
//! the usual path. A token may be named too often, never too seldom; who follows
//! one reads the record whole before believing it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};

use crate::decode::head::Head;
use crate::model::principal::{Principal, last_segment};
use crate::normalise::cloudtrail::principal_of;

/// What a token names. Order is of no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// An access key, used or issued.
    Key,
    /// A role by account and name, worn or asked for.
    Role,
    /// A session of a role by account and role session name.
    Session,
    /// A user by account and name.
    User,
    /// A principal id, of callers that have no ARN.
    Principal,
    /// A launch template, by its id.
    LaunchTemplate,
    /// A function, build project, job or state machine that a call makes, changes
    /// or starts, or the build that it starts, by service and name; in no account,
    /// as names are short.
    Workload,
    /// A session of a role that a call began: by the ARN of the role, in the
    /// place of an account, and the role session name.
    Issue,
    /// An action that several accounts have a record of, by the id they share.
    Shared,
    /// A sign-in for a permission set of Identity Center, in the place of an
    /// account, by the id or the name of a user.
    Portal,
    /// A session of a role that a console session was switched from, by account
    /// and `role/session`.
    Switch,
}

/// A word by which records are found again. The account is empty where the
/// kind needs none, and what the kind says where it names something else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// What it names.
    pub kind: TokenKind,
    /// The account that owns it.
    pub account: Arc<str>,
    /// Its name or id.
    pub name: Arc<str>,
}

impl Token {
    /// A token of that kind.
    pub fn new(kind: TokenKind, account: &str, name: &str) -> Self {
        Self { kind, account: Arc::from(account), name: Arc::from(name) }
    }
}

/// Is told each token: kind, account, name.
pub type Each<'f> = &'f mut dyn FnMut(TokenKind, &str, &str);

/// The tokens of one record.
///
/// Source: facts/cloudtrail.md 1.2 (which caller carries which field), 6.4
/// (SwitchRole). `SwitchFrom` and the response's key are what records show.
fn each(head: &Head<'_>, text: &str, found: Each<'_>) {
    if let Some(identity) = head.user_identity {
        of_caller(identity, found);
    }
    of_call(head, text, found);
}

/// The tokens of what a call asks for and hands out, without its caller's.
pub fn of_call(head: &Head<'_>, text: &str, found: Each<'_>) {
    let name = head.event_name.as_str().unwrap_or_default();
    match head.event_source.as_str().unwrap_or_default() {
        "sts.amazonaws.com" => issued(text, found),
        "signin.amazonaws.com" if name == "SwitchRole" => {
            for arn in values(text, &SWITCH_FROM) {
                if let Some((_, from)) = arn.split_once(":assumed-role/") {
                    found(TokenKind::Switch, arn.split(':').nth(4).unwrap_or_default(), from);
                }
            }
        }
        "sso.amazonaws.com" if matches!(name, "GetRoleCredentials" | "Federate") => signed_in(text, found),
        "ec2.amazonaws.com" if name == "RunInstances" => {
            for id in values(text, &LAUNCH_TEMPLATE_ID) {
                found(TokenKind::LaunchTemplate, "", &id);
            }
        }
        "lambda.amazonaws.com"
            if name.starts_with("UpdateFunction") || name.starts_with("CreateFunction") =>
        {
            workloads("lambda", values(text, &FUNCTION_NAME), found);
        }
        "codebuild.amazonaws.com" => match name {
            "CreateProject" | "UpdateProject" => workloads("codebuild", values(text, &NAME), found),
            "StartBuild" | "RetryBuild" => {
                workloads("codebuild", values(text, &PROJECT_NAME), found);
                workloads("codebuild", values(text, &ID), found);
            }
            _ => {}
        },
        "glue.amazonaws.com" => match name {
            "CreateJob" => workloads("glue", values(text, &NAME), found),
            "UpdateJob" | "StartJobRun" => workloads("glue", values(text, &JOB_NAME), found),
            _ => {}
        },
        "states.amazonaws.com"
            if matches!(
                name,
                "CreateStateMachine" | "UpdateStateMachine" | "StartExecution" | "StartSyncExecution"
            ) =>
        {
            let machines = values(text, &STATE_MACHINE_ARN).map(|arn| state_machine(&arn));
            workloads("states", machines.map(Cow::Owned), found);
        }
        "ecs.amazonaws.com" => match name {
            "RegisterTaskDefinition" => workloads("ecs", values(text, &FAMILY), found),
            "RunTask" | "StartTask" | "CreateService" | "UpdateService" => {
                let families = values(text, &TASK_DEFINITION).map(|name| without_revision(&name));
                workloads("ecs", families.map(Cow::Owned), found);
            }
            _ => {}
        },
        _ => {}
    }
}

/// `family` of `family:7`.
fn without_revision(name: &str) -> String {
    let revision = name.rsplit_once(':').filter(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
    revision.map_or(name, |(family, _)| family).to_owned()
}

/// `name` of `arn:aws:states:REGION:ACCOUNT:stateMachine:name:version`.
fn state_machine(arn: &str) -> String {
    let named = arn.split_once(":stateMachine:").map_or(arn, |(_, named)| named);
    named.split(':').next().unwrap_or(named).to_owned()
}

/// Who signed in at the portal of Identity Center, for which permission set.
fn signed_in(text: &str, found: Each<'_>) {
    for set in values(text, &ROLE_NAME_IN_DETAILS).chain(values(text, &ROLE_NAME)) {
        for user in values(text, &USER_ID).chain(values(text, &USER_NAME)) {
            found(TokenKind::Portal, &set, &user);
        }
    }
}

/// The last part of each name: an ARN names the same thing as its end.
fn workloads<'a>(service: &str, names: impl Iterator<Item = Cow<'a, str>>, found: Each<'_>) {
    for name in names {
        found(TokenKind::Workload, service, name.rsplit(['/', ':']).next().unwrap_or_default());
    }
}

/// All tokens of one record, to compare exactly.
pub fn all(head: &Head<'_>, text: &str) -> BTreeSet<Token> {
    let mut tokens = BTreeSet::new();
    each(head, text, &mut |kind, account, name| {
        tokens.insert(Token::new(kind, account, name));
    });
    tokens
}

/// The tokens of a caller, by its `userIdentity` as it is spelled.
pub fn of_caller(identity: &str, found: Each<'_>) {
    let Some(caller) = plain(identity) else {
        return of_principal(&principal_of(identity), found);
    };
    if let Some(key) = caller.key {
        found(TokenKind::Key, "", key);
    }
    match (caller.arn, caller.principal_id) {
        (Some(arn), _) => of_arn(arn, found),
        (None, Some(id)) => found(TokenKind::Principal, "", id),
        (None, None) => {}
    }
}

/// The tokens of a caller that was understood before.
pub fn of_known(caller: &Principal) -> BTreeSet<Token> {
    let mut tokens = BTreeSet::new();
    of_principal(caller, &mut |kind, account, name| {
        tokens.insert(Token::new(kind, account, name));
    });
    tokens
}

fn of_principal(caller: &Principal, found: Each<'_>) {
    if let Some(key) = caller.access_key_id.as_ref().map(|key| key.as_str()).filter(|key| !key.is_empty()) {
        found(TokenKind::Key, "", key);
    }
    match (&caller.arn, &caller.principal_id) {
        (Some(arn), _) => of_arn(arn.as_str(), found),
        (None, Some(id)) => found(TokenKind::Principal, "", id),
        (None, None) => {}
    }
}

/// `arn:aws:sts::A:assumed-role/ROLE/SESSION`, `arn:aws:iam::A:role/path/ROLE`,
/// `arn:aws:iam::A:user/path/NAME`.
fn of_arn(arn: &str, found: Each<'_>) {
    let mut colons = memchr_iter(b':', arn.as_bytes());
    let (Some(before), Some(after)) = (colons.nth(3), colons.next()) else { return };
    let (account, resource) = (&arn[before + 1..after], &arn[after + 1..]);
    if let Some((role, session)) =
        resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'))
    {
        found(TokenKind::Role, account, role);
        found(TokenKind::Session, account, session);
    } else if resource.starts_with("role/") {
        found(TokenKind::Role, account, last_segment(resource));
    } else if resource.starts_with("user/") {
        found(TokenKind::User, account, last_segment(resource));
    }
}

/// What a call to STS asks for and hands out.
fn issued(text: &str, found: Each<'_>) {
    for arn in values(text, &ROLE_ARN) {
        of_arn(&arn, found);
        let account = arn.split(':').nth(4).unwrap_or_default();
        for session in values(text, &ROLE_SESSION_NAME) {
            found(TokenKind::Session, account, &session);
            found(TokenKind::Issue, &arn, &session);
        }
    }
    for key in values(text, &ACCESS_KEY_ID) {
        found(TokenKind::Key, "", &key);
    }
    for id in values(text, &SHARED_EVENT_ID) {
        found(TokenKind::Shared, "", &id);
    }
}

/// A member's name, ready to be searched for: every record passes here.
type Member = LazyLock<Finder<'static>>;

static ACCESS_KEY_ID: Member = LazyLock::new(|| Finder::new("accessKeyId"));
static ARN: Member = LazyLock::new(|| Finder::new("\"arn\""));
static PRINCIPAL_ID: Member = LazyLock::new(|| Finder::new("principalId"));
static SESSION_CONTEXT: Member = LazyLock::new(|| Finder::new("\"sessionContext\""));
static ROLE_ARN: Member = LazyLock::new(|| Finder::new("roleArn"));
static ROLE_SESSION_NAME: Member = LazyLock::new(|| Finder::new("roleSessionName"));
static SWITCH_FROM: Member = LazyLock::new(|| Finder::new("SwitchFrom"));
static ROLE_NAME_IN_DETAILS: Member = LazyLock::new(|| Finder::new("role_name"));
static ROLE_NAME: Member = LazyLock::new(|| Finder::new("roleName"));
static USER_ID: Member = LazyLock::new(|| Finder::new("userId"));
static USER_NAME: Member = LazyLock::new(|| Finder::new("userName"));
static SHARED_EVENT_ID: Member = LazyLock::new(|| Finder::new("\"sharedEventID\""));
static FAMILY: Member = LazyLock::new(|| Finder::new("\"family\""));
static TASK_DEFINITION: Member = LazyLock::new(|| Finder::new("\"taskDefinition\""));
static FUNCTION_NAME: Member = LazyLock::new(|| Finder::new("functionName"));
static PROJECT_NAME: Member = LazyLock::new(|| Finder::new("projectName"));
static ID: Member = LazyLock::new(|| Finder::new("\"id\""));
static JOB_NAME: Member = LazyLock::new(|| Finder::new("\"jobName\""));
static STATE_MACHINE_ARN: Member = LazyLock::new(|| Finder::new("\"stateMachineArn\""));
static NAME: Member = LazyLock::new(|| Finder::new("\"name\""));
static LAUNCH_TEMPLATE_ID: Member = LazyLock::new(|| Finder::new("launchTemplateId"));

/// The string values of a member, wherever it stands in the text.
fn values<'a>(text: &'a str, member: &'static Member) -> impl Iterator<Item = Cow<'a, str>> {
    member.find_iter(text.as_bytes()).filter_map(move |at| {
        let raw = value_after(text, at + member.needle().len())?;
        // Inside JSON that is itself a string, and with `\/`.
        Some(if raw.contains('\\') { Cow::Owned(raw.replace('\\', "")) } else { Cow::Borrowed(raw) })
    })
}

/// The string that a member holds whose name ends at `at`, escapes as they are.
fn value_after(text: &str, at: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let past = |mut at: usize, passed: &[u8]| {
        while bytes.get(at).is_some_and(|byte| passed.contains(byte)) {
            at += 1;
        }
        at
    };
    const BLANK: &[u8] = b" \t\r\n";
    let colon = past(past(at, b"\\\""), BLANK);
    let quote = past(past(colon + 1, BLANK), b"\\");
    if bytes.get(colon) != Some(&b':') || bytes.get(quote) != Some(&b'"') {
        return None;
    }
    let value = text.get(quote + 1..)?;
    value.get(..memchr(b'"', value.as_bytes())?)
}

/// The words of a caller as the raw text spells them.
struct Plain<'a> {
    key: Option<&'a str>,
    arn: Option<&'a str>,
    principal_id: Option<&'a str>,
}

/// Reads the members at the top of `userIdentity`, as far as its session
/// context; `None` where an escape or an odd order of members needs a parser.
fn plain(identity: &str) -> Option<Plain<'_>> {
    if memchr(b'\\', identity.as_bytes()).is_some() {
        return None;
    }
    // The issuer of a session has an ARN and a principal id of its own.
    let (top, below) = match SESSION_CONTEXT.find(identity.as_bytes()) {
        None => (identity, ""),
        Some(at) => identity.split_at(at),
    };
    let first = |member: &'static Member| {
        let mut places = member.find_iter(top.as_bytes());
        let value = places.find_map(|at| value_after(top, at + member.needle().len()))?;
        (!value.is_empty()).then_some(value)
    };
    let arn = first(&ARN);
    if !below.is_empty()
        && (ACCESS_KEY_ID.find(below.as_bytes()).is_some()
            || arn.is_none() && ARN.find(top.as_bytes()).is_none())
    {
        return None;
    }
    let principal_id = if arn.is_none() { first(&PRINCIPAL_ID) } else { None };
    Some(Plain { key: first(&ACCESS_KEY_ID), arn, principal_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let head = Head::tolerant(text).expect("a record");
        all(&head, text).iter().map(|t| format!("{:?} {} {}", t.kind, t.account, t.name)).collect()
    }

    const CALLER: &str = r#"{"type":"AssumedRole","principalId":"AROAX:alice","arn":"arn:aws:sts::111122223333:assumed-role/R/alice",
        "accountId":"111122223333","accessKeyId" : "ASIAX","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/p/R"}}}"#;

    #[test]
    fn a_session_is_found_by_its_key_its_role_and_its_name() {
        let expected = [
            "Key  ASIAX".to_owned(),
            "Role 111122223333 R".to_owned(),
            "Session 111122223333 alice".to_owned(),
        ];
        let record =
            format!(r#"{{"eventSource":"s3.amazonaws.com","eventName":"A","userIdentity":{CALLER}}}"#);
        assert_eq!(tokens(&record), expected);
        // The same with an escape, and with its members in another order.
        assert_eq!(tokens(&record.replace("assumed-role/", r"assumed-role\/")), expected);
        let late = record
            .replace(r#""accessKeyId" : "ASIAX","#, "")
            .replace(r#"role/p/R"}}"#, r#"role/p/R"}},"accessKeyId":"ASIAX""#);
        assert_eq!(tokens(&late), expected);
    }

    #[test]
    fn a_caller_from_another_account_has_only_its_id() {
        let record = r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole",
            "userIdentity":{"type":"AWSAccount","principalId":"AROAX:alice","accountId":"111122223333"},
            "requestParameters":{"roleArn":"arn:aws:iam::222233334444:role/x/T","roleSessionName":"step"},
            "responseElements":{"credentials":{"accessKeyId":"ASIAT"}}}"#;
        assert_eq!(
            tokens(record),
            [
                "Key  ASIAT",
                "Role 222233334444 T",
                "Session 222233334444 step",
                "Principal  AROAX:alice",
                "Issue arn:aws:iam::222233334444:role/x/T step",
            ]
        );
    }

    #[test]
    fn users_switches_and_launch_templates_are_found() {
        let user = r#"{"userIdentity":{"arn":"arn:aws:iam::1:user/ops/bob","accessKeyId":""}}"#;
        assert_eq!(tokens(user), ["User 1 bob"]);
        let switch = r#"{"eventSource":"signin.amazonaws.com","eventName":"SwitchRole",
            "userIdentity":{"arn":"arn:aws:sts::2:assumed-role/T/bob"},
            "additionalEventData":{"SwitchFrom":"arn:aws:sts::1:assumed-role/R/bob"}}"#;
        assert_eq!(tokens(switch), ["Role 2 T", "Session 2 bob", "Switch 1 R/bob"]);
        let launch = r#"{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances",
            "requestParameters":{"launchTemplate":{"launchTemplateId":"lt-1"}}}"#;
        assert_eq!(tokens(launch), ["LaunchTemplate  lt-1"]);
        assert_eq!(tokens(r#"{"userIdentity":5}"#), Vec::<String>::new());
    }

    #[test]
    fn workloads_sign_ins_and_shared_actions_are_found() {
        let function = r#"{"eventSource":"lambda.amazonaws.com","eventName":"UpdateFunctionCode20150331v2",
            "requestParameters":{"functionName":"arn:aws:lambda:us-east-1:1:function:wipe"}}"#;
        assert_eq!(tokens(function), ["Workload lambda wipe"]);
        let project = r#"{"eventSource":"codebuild.amazonaws.com","eventName":"StartBuild",
            "requestParameters":{"projectName":"ship"}}"#;
        assert_eq!(tokens(project), ["Workload codebuild ship"]);
        let project = r#"{"eventSource":"codebuild.amazonaws.com","eventName":"UpdateProject",
            "requestParameters":{"name":"ship"}}"#;
        assert_eq!(tokens(project), ["Workload codebuild ship"]);
        let task = r#"{"eventSource":"ecs.amazonaws.com","eventName":"RunTask",
            "requestParameters":{"taskDefinition":"arn:aws:ecs:us-east-1:1:task-definition/ship:7"}}"#;
        assert_eq!(tokens(task), ["Workload ecs ship"]);
        let start = r#"{"eventSource":"codebuild.amazonaws.com","eventName":"RetryBuild",
            "responseElements":{"build":{"id":"ship:1f2e","projectName":"ship"}}}"#;
        assert_eq!(tokens(start), ["Workload codebuild 1f2e", "Workload codebuild ship"]);
        let job = r#"{"eventSource":"glue.amazonaws.com","eventName":"StartJobRun",
            "requestParameters":{"jobName":"nightly"}}"#;
        assert_eq!(tokens(job), ["Workload glue nightly"]);
        let flow = r#"{"eventSource":"states.amazonaws.com","eventName":"StartExecution",
            "requestParameters":{"stateMachineArn":"arn:aws:states:us-east-1:1:stateMachine:flow:PROD"}}"#;
        assert_eq!(tokens(flow), ["Workload states flow"]);
        let portal = r#"{"eventSource":"sso.amazonaws.com","eventName":"GetRoleCredentials",
            "userIdentity":{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1"}},
            "serviceEventDetails":{"role_name":"Ops","account_id":"1"}}"#;
        assert_eq!(tokens(portal), ["Portal Ops u-1"]);
        let shared = r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sharedEventID":"s-1"}"#;
        assert_eq!(tokens(shared), ["Shared  s-1"]);
    }
}
