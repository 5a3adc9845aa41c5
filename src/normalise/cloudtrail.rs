//! CloudTrail record → `Event`.
//!
//! Owns what the fields of a record mean. Does not know in which container the
//! record came. A field that holds something else than its format says is left
//! empty and named; no record is lost for it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::decode::json::{Members, string};
use crate::model::event::{Event, RawJson, strip_api_date};
use crate::model::evidence::Evidence;
use crate::model::id::{AccessKeyId, AccountId, Arn, EventId, Region};
use crate::model::principal::{Principal, SessionIssuer};
use crate::model::source_grade::SourceGrade;
use crate::model::text::shared;
use crate::model::time::UtcTime;
use crate::normalise::secrets::redact;

/// An event, and what was odd about its record.
#[derive(Debug)]
pub struct Normalised {
    /// The event.
    pub event: Event,
    /// Fields whose value has another type than the format says.
    pub wrong_types: Vec<&'static str>,
}

/// Reads the fields of one JSON object and remembers which were of a wrong type.
struct Fields<'a> {
    members: Option<Members<'a>>,
    wrong_types: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    fn of(text: Option<&'a str>) -> Self {
        let members = text.filter(|text| *text != "null").and_then(Members::parse);
        Self { members, wrong_types: Vec::new() }
    }

    fn raw(&self, key: &str) -> Option<&'a str> {
        self.members.as_ref()?.get(key).filter(|raw| *raw != "null")
    }

    /// A string field, never empty: `""` means that there is none.
    fn text(&mut self, key: &'static str) -> Option<Arc<str>> {
        self.text_with(key, shared)
    }

    /// The same for one that no other record has.
    fn own_text(&mut self, key: &'static str) -> Option<Arc<str>> {
        self.text_with(key, |text| Arc::from(text))
    }

    fn text_with(&mut self, key: &'static str, new: impl FnOnce(&str) -> Arc<str>) -> Option<Arc<str>> {
        let raw = self.raw(key)?;
        match string(raw) {
            Some(text) => (!text.is_empty()).then(|| new(text.as_ref())),
            None => {
                self.wrong_types.push(key);
                None
            }
        }
    }

    /// A string that a person or a program wrote, in which a token may stand.
    fn free_text(&mut self, key: &'static str) -> Option<Arc<str>> {
        let text = self.text(key)?;
        let raw = self.raw(key)?;
        match redact(raw) {
            Cow::Borrowed(_) => Some(text),
            Cow::Owned(clean) => string(&clean).map(|clean| Arc::from(clean.as_ref())),
        }
    }

    /// A boolean, or the string that some fields spell it as.
    fn flag(&mut self, key: &'static str) -> Option<bool> {
        match self.raw(key)?.trim_matches('"') {
            "true" | "True" => Some(true),
            "false" | "False" => Some(false),
            _ => {
                self.wrong_types.push(key);
                None
            }
        }
    }

    /// JSON of any type, secrets replaced.
    fn json(&self, key: &str) -> Option<RawJson> {
        self.raw(key).map(|raw| shared(redact(raw).as_ref()))
    }

    fn object(&mut self, key: &'static str) -> Fields<'a> {
        let raw = self.raw(key);
        let inner = Fields::of(raw);
        if raw.is_some() && inner.members.is_none() {
            self.wrong_types.push(key);
        }
        inner
    }
}

/// A text that a person or a program wrote, without the secrets in it.
pub fn clean_text(text: &str) -> Cow<'_, str> {
    let json = serde_json::Value::from(text).to_string();
    match redact(&json) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(clean) => Cow::Owned(string(&clean).map(Cow::into_owned).unwrap_or_default()),
    }
}

/// The account an event is about: its recipient, else what the envelope or the
/// object's key says, else the caller's own.
pub fn account_of(
    recipient: Option<&str>,
    around: Option<&AccountId>,
    caller: impl FnOnce() -> Option<AccountId>,
) -> Option<AccountId> {
    let sound = |text: &str| (!text.is_empty()).then(|| AccountId::new(text));
    recipient.and_then(sound).or_else(|| around.cloned()).or_else(caller)
}

/// Reads one record. `around` is the account that its envelope or the key of
/// its object names. The grade is that of a whole record from somewhere; who
/// knows the container says better.
///
/// Source: facts/cloudtrail.md 1.1, 1.2, 1.6.
pub fn event(text: &str, around: Option<&AccountId>, evidence: Evidence) -> Normalised {
    let mut fields = Fields::of(Some(text));
    let mut identity = fields.object("userIdentity");
    let principal = principal(&mut identity).shared();
    let recipient = fields.text("recipientAccountId");
    let account_id = account_of(recipient.as_deref(), around, || principal.account_id.clone());
    let event_name_raw = fields.text("eventName").unwrap_or_else(|| Arc::from(""));
    let stripped = strip_api_date(&event_name_raw);
    let event_name =
        if stripped.len() == event_name_raw.len() { event_name_raw.clone() } else { shared(stripped) };
    let event_source = fields.text("eventSource").unwrap_or_else(|| Arc::from(""));
    let details = fields.raw("serviceEventDetails").filter(|_| SIGN_IN.contains(&&*event_source));
    let mut answers = [fields.raw("responseElements"), details].into_iter().flatten();
    let answered_failure = answers.any(|answer| answers_failure(&event_name_raw, answer));
    let event = Event {
        time: fields.own_text("eventTime").and_then(|text| UtcTime::parse(&text)),
        event_id: fields.own_text("eventID").map(EventId::new),
        event_version: fields.text("eventVersion"),
        account_id,
        region: fields.text("awsRegion").map(Region::new),
        event_source,
        event_name,
        event_name_raw,
        event_type: fields.text("eventType"),
        event_category: fields.text("eventCategory"),
        read_only: fields.flag("readOnly"),
        error_code: fields.text("errorCode"),
        error_message: fields.free_text("errorMessage"),
        source_ip: fields.text("sourceIPAddress"),
        user_agent: fields.free_text("userAgent"),
        principal,
        request_id: fields.own_text("requestID"),
        shared_event_id: fields.own_text("sharedEventID"),
        vpc_endpoint_id: fields.text("vpcEndpointId"),
        recipient_account_id: recipient.map(AccountId::new),
        resources: fields.json("resources"),
        request_parameters: fields.json("requestParameters"),
        response_elements: fields.json("responseElements"),
        additional_event_data: fields.json("additionalEventData"),
        service_event_details: fields.json("serviceEventDetails"),
        answered_failure,
        category: None,
        copies: 1,
        source_grade: SourceGrade::Export,
        evidence,
    };
    fields.wrong_types.extend(identity.wrong_types);
    Normalised { event, wrong_types: fields.wrong_types }
}

/// Services of sign-in, which tell in `serviceEventDetails` how a call ended.
///
/// Source: AWS IAM Identity Center user guide, "Understanding IAM Identity Center
/// sign-in events".
pub const SIGN_IN: [&str; 2] = ["signin.amazonaws.com", "sso.amazonaws.com"];

/// Whether an answer to the call of that name says that it failed: raw
/// `responseElements`, or `serviceEventDetails` of [`SIGN_IN`]. Actions of the
/// console end so without any error code: `{"PasswordUpdated":"Failure"}`.
///
/// Source: AWS CloudTrail user guide, "AWS Management Console sign-in events";
/// AWS IAM user guide, "Logging IAM and AWS STS API calls" (SwitchRole).
pub fn answers_failure(event_name: &str, answer: &str) -> bool {
    /// An answer of the console says little else.
    const ANSWER_BYTES_MAX: usize = 1024;
    const FAILURE: &str = "Failure";
    answer.len() <= ANSWER_BYTES_MAX
        && answer.contains(FAILURE)
        && Members::parse(answer).is_some_and(|members| {
            members.get(event_name).and_then(string).is_some_and(|said| said == FAILURE)
        })
}

/// The caller that a raw `userIdentity` names.
pub fn principal_of(user_identity: &str) -> Principal {
    principal(&mut Fields::of(Some(user_identity)))
}

/// The same, unless something in it has another type than the format says.
pub fn sound_principal_of(user_identity: &str) -> Option<Principal> {
    let mut identity = Fields::of(Some(user_identity));
    let found = principal(&mut identity);
    let sound = identity.wrong_types.is_empty() && (identity.members.is_some() || user_identity == "null");
    sound.then_some(found)
}

fn principal(identity: &mut Fields<'_>) -> Principal {
    let mut context = identity.object("sessionContext");
    let mut attributes = context.object("attributes");
    let mut federation = context.object("webIdFederationData");
    let mut issuer = context.object("sessionIssuer");
    let mut scope = identity.object("inScopeOf");
    let mut behalf = identity.object("onBehalfOf");
    let principal = Principal {
        identity_type: identity.text("type"),
        principal_id: identity.text("principalId"),
        arn: identity.text("arn").map(Arn::new),
        account_id: identity.text("accountId").map(AccountId::new),
        access_key_id: identity.own_text("accessKeyId").map(AccessKeyId::new),
        user_name: identity.text("userName"),
        invoked_by: identity.text("invokedBy"),
        identity_provider: identity.text("identityProvider"),
        issuer: session_issuer(&mut issuer),
        source_identity: context.text("sourceIdentity"),
        mfa: attributes.flag("mfaAuthenticated"),
        session_created_at: attributes.own_text("creationDate").and_then(|text| UtcTime::parse(&text)),
        federated_provider: federation.text("federatedProvider"),
        in_scope_of: scope.text("sourceArn"),
        on_behalf_of: behalf.text("userId"),
    };
    for part in [context, attributes, federation, issuer, scope, behalf] {
        identity.wrong_types.extend(part.wrong_types);
    }
    principal
}

/// `sessionIssuer`; an empty object is none.
fn session_issuer(issuer: &mut Fields<'_>) -> Option<SessionIssuer> {
    let found = SessionIssuer {
        issuer_type: issuer.text("type"),
        name: issuer.text("userName"),
        principal_id: issuer.text("principalId"),
        arn: issuer.text("arn").map(Arn::new),
        account_id: issuer.text("accountId").map(AccountId::new),
    };
    (found != SessionIssuer::default()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::evidence::ObjectPath;

    fn read(text: &str) -> Normalised {
        let evidence = Evidence { object: ObjectPath::new("o"), record: 0, start: 0, end: text.len() as u64 };
        event(text, Some(&AccountId::from("999999999999")), evidence)
    }

    #[test]
    fn a_session_of_a_role_is_read_whole() {
        let event = read(
            r#"{"eventVersion":"1.10","userIdentity":{"type":"AssumedRole","principalId":"AROAX:alice",
            "arn":"arn:aws:sts::111122223333:assumed-role/R/alice","accountId":"111122223333","accessKeyId":"ASIAX",
            "sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/p/R","userName":"R",
            "accountId":"111122223333"},"webIdFederationData":{},"attributes":{"creationDate":"20131102T010628Z",
            "mfaAuthenticated":"true"},"sourceIdentity":"alice@example.com"}},"eventTime":"2026-01-02T03:04:05Z",
            "eventSource":"lambda.amazonaws.com","eventName":"DeleteFunction20150331","readOnly":false,
            "errorCode":null,"recipientAccountId":"111122223333"}"#,
        )
        .event;
        assert_eq!(&*event.event_name, "DeleteFunction");
        assert_eq!(&*event.event_name_raw, "DeleteFunction20150331");
        assert_eq!(event.principal.role_name(), Some("R"));
        assert_eq!(event.principal.role_session_name(), Some("alice"));
        assert_eq!(event.principal.mfa, Some(true));
        assert_eq!(
            event.principal.session_created_at.map(|t| t.to_string()).as_deref(),
            Some("2013-11-02T01:06:28Z")
        );
        assert_eq!(event.error_code, None);
        assert_eq!(event.account_id.as_ref().map(AccountId::as_str), Some("111122223333"));
    }

    #[test]
    fn an_answer_can_say_that_the_call_failed() {
        use crate::model::event::Outcome;
        let ended = |source: &str, name: &str, more: &str| {
            let text = format!(r#"{{"eventSource":"{source}","eventName":"{name}"{more}}}"#);
            read(&text).event.outcome()
        };
        let signin = "signin.amazonaws.com";
        for (name, more, outcome) in [
            ("ConsoleLogin", r#","responseElements":{"ConsoleLogin":"Failure"}"#, Outcome::Failed),
            ("PasswordUpdated", r#","responseElements":{ "PasswordUpdated" : "Failure" }"#, Outcome::Failed),
            ("SwitchRole", r#","responseElements":{"SwitchRole":"Failure"}"#, Outcome::Failed),
            (
                "CredentialVerification",
                r#","serviceEventDetails":{"CredentialVerification":"Failure"}"#,
                Outcome::Failed,
            ),
            ("ConsoleLogin", r#","responseElements":{"ConsoleLogin":"Success"}"#, Outcome::Succeeded),
            ("ConsoleLogin", r#","responseElements":{"why":"Failure"}"#, Outcome::Succeeded),
            ("ConsoleLogin", r#","responseElements":"Failure""#, Outcome::Succeeded),
            ("ConsoleLogin", r#","responseElements":null"#, Outcome::Succeeded),
            (
                "ConsoleLogin",
                r#","errorCode":"AccessDenied","responseElements":{"ConsoleLogin":"Failure"}"#,
                Outcome::Denied,
            ),
        ] {
            assert_eq!(ended(signin, name, more), outcome, "{name}{more}");
        }
        let details = r#","serviceEventDetails":{"X":"Failure"}"#;
        assert_eq!(ended("ec2.amazonaws.com", "X", details), Outcome::Succeeded);
    }

    #[test]
    fn wrong_types_leave_fields_empty_and_are_named() {
        let read = read(
            r#"{"eventName":"A","eventSource":"s","userAgent":5,"userIdentity":"x","readOnly":"perhaps","eventTime":{}}"#,
        );
        assert_eq!(read.wrong_types, ["userIdentity", "eventTime", "readOnly", "userAgent"]);
        assert_eq!(read.event.account_id.as_ref().map(AccountId::as_str), Some("999999999999"));
        assert_eq!(read.event.time, None);
    }
}
