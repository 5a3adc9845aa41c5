//! OCSF, the schema of Security Lake, mapped back to a CloudTrail record.
//!
//! What OCSF has no place for is gone: the record is a summary.
//!
//! Source: facts/cloudtrail.md 2.2 row 23, section 5 (OCSF).

use serde_json::{Map, Value};

use crate::limits::OCSF_PATH_STEPS_MAX;
use crate::model::time::UtcTime;

/// Where a text field of a record lies in an OCSF event; the first that is there.
const TEXTS: [(&str, &[&str]); 17] = [
    ("eventVersion", &["/metadata/product/version"]),
    ("eventID", &["/metadata/uid"]),
    ("eventType", &["/metadata/event_code", "/unmapped/eventType"]),
    ("eventSource", &["/api/service/name"]),
    ("eventName", &["/api/operation"]),
    ("apiVersion", &["/api/version"]),
    ("requestID", &["/api/request/uid"]),
    ("errorCode", &["/api/response/error"]),
    ("errorMessage", &["/api/response/message", "/api/response/error_message"]),
    ("awsRegion", &["/cloud/region"]),
    ("recipientAccountId", &["/cloud/account/uid", "/cloud/account_uid", "/unmapped/recipientAccountId"]),
    ("sourceIPAddress", &["/src_endpoint/ip", "/src_endpoint/domain"]),
    ("vpcEndpointId", &["/src_endpoint/uid"]),
    ("userAgent", &["/http_request/user_agent"]),
    ("eventCategory", &["/unmapped/eventCategory", "/metadata/product/feature/name"]),
    ("sharedEventID", &["/unmapped/sharedEventID"]),
    ("readOnly", &["/unmapped/readOnly"]),
];

/// The same for `userIdentity`, below `actor`, or below `identity` in the first
/// drafts. Version 1.0.0-rc.2 has the ARN in `uuid` and the principal in `uid`;
/// from 1.1.0 on they are `uid` and `uid_alt`.
const IDENTITY: [(&str, &[&str]); 7] = [
    ("type", &["/user/type"]),
    ("principalId", &["/user/uid_alt"]),
    ("arn", &["/user/uuid", "/user/uid"]),
    ("accountId", &["/user/account/uid", "/user/account_uid"]),
    ("accessKeyId", &["/user/credential_uid"]),
    ("userName", &["/user/name"]),
    ("invokedBy", &["/invoked_by"]),
];

/// Where the parameters and the answer of a call are, as JSON text; and their
/// name in `unmapped`, where version 1.0.0-rc.2 has them field by field.
const PAYLOADS: [(&str, &str, &str); 3] = [
    ("requestParameters", "/api/request/data", "requestParameters"),
    ("responseElements", "/api/response/data", "responseElements"),
    ("additionalEventData", "/unmapped/additionalEventData", "additionalEventData"),
];

/// The JSON text of the record that an OCSF event was made from; `None` if the
/// text is none, or was made from something else than CloudTrail.
///
/// Source: OCSF's own mappings of CloudTrail for 1.0.0-rc.2 and 1.1.0, which
/// Security Lake's sources 1 and 2 follow.
pub(crate) fn record(text: &str) -> Option<String> {
    let event: Value = serde_json::from_str(text).ok()?;
    let at = |place: &str| event.pointer(place).filter(|value| is_there(value)).cloned();
    if at("/metadata/product/name").is_some_and(|name| name.as_str() != Some("CloudTrail")) {
        return None;
    }
    let mut record = Map::new();
    for (field, places) in TEXTS {
        record.extend(places.iter().find_map(|place| at(place)).map(|value| (field.to_owned(), value)));
    }
    let time = at("/time_dt").or_else(|| at("/time")).and_then(time)?;
    record.insert("eventTime".to_owned(), time);
    let who = if at("/actor").is_some() { "/actor" } else { "/identity" };
    record.insert("userIdentity".to_owned(), identity(&|place| at(&format!("{who}{place}"))));
    let unmapped = at("/unmapped");
    let unmapped = unmapped.as_ref().and_then(Value::as_object);
    for (field, place, name) in PAYLOADS {
        let whole = || unmapped.and_then(|all| all.get(name)).filter(|value| is_there(value)).cloned();
        let value = at(place).or_else(whole).map(from_text);
        let value = value.or_else(|| unmapped.and_then(|all| field_by_field(all, name)));
        record.extend(value.map(|value| (field.to_owned(), value)));
    }
    record.extend(
        at("/resources")
            .as_ref()
            .and_then(Value::as_array)
            .map(|all| ("resources".to_owned(), resources(all))),
    );
    Some(Value::Object(record).to_string())
}

/// A value, or the value whose JSON text it is.
fn from_text(value: Value) -> Value {
    match value.as_str().filter(|text| text.starts_with(['{', '['])).map(serde_json::from_str) {
        Some(Ok(inner)) => inner,
        _ => value,
    }
}

/// An object whose members stand as `name.a` and `name.b.c` in a flat one. That
/// a dot parts names is inferred: a name with a dot in it cannot be told apart.
fn field_by_field(all: &Map<String, Value>, name: &str) -> Option<Value> {
    let mut whole = Map::new();
    for (key, value) in all {
        let Some(path) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) else { continue };
        let mut at = &mut whole;
        let mut steps = path.split('.').take(OCSF_PATH_STEPS_MAX).peekable();
        while let Some(step) = steps.next() {
            if steps.peek().is_none() {
                at.entry(step).or_insert_with(|| from_text(value.clone()));
                break;
            }
            match at.entry(step).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(inner) => at = inner,
                _ => break,
            }
        }
    }
    (!whole.is_empty()).then_some(Value::Object(whole))
}

fn is_there(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// Milliseconds since 1970, or a time as text, as CloudTrail spells it.
fn time(value: Value) -> Option<Value> {
    let time = match &value {
        Value::Number(millis) => UtcTime::from_seconds(millis.as_i64()?.div_euclid(1000)),
        Value::String(text) => UtcTime::parse(text)?,
        _ => return None,
    };
    Some(Value::from(time.to_string()))
}

fn identity(at: &impl Fn(&str) -> Option<Value>) -> Value {
    let mut identity = Map::new();
    for (field, places) in IDENTITY {
        identity.extend(places.iter().find_map(|place| at(place)).map(|value| (field.to_owned(), value)));
    }
    if at("/user/uuid").is_some()
        && let Some(principal) = at("/user/uid")
    {
        identity.insert("principalId".to_owned(), principal);
    }
    let mut context = Map::new();
    if let Some(issuer) = at("/session/issuer") {
        context.insert("sessionIssuer".to_owned(), serde_json::json!({ "arn": issuer }));
    }
    let mut attributes = Map::new();
    let created = at("/session/created_time_dt").or_else(|| at("/session/created_time"));
    attributes.extend(created.and_then(time).map(|time| ("creationDate".to_owned(), time)));
    let mfa = at("/session/is_mfa").or_else(|| at("/session/mfa"));
    attributes.extend(mfa.map(|mfa| ("mfaAuthenticated".to_owned(), mfa)));
    if !attributes.is_empty() {
        context.insert("attributes".to_owned(), Value::Object(attributes));
    }
    if !context.is_empty() {
        identity.insert("sessionContext".to_owned(), Value::Object(context));
    }
    Value::Object(identity)
}

fn resources(all: &[Value]) -> Value {
    let one = |resource: &Value| {
        let mut fields = Map::new();
        let at = |place: &str| resource.pointer(place).filter(|value| is_there(value)).cloned();
        let account = at("/owner/account/uid").or_else(|| at("/account_uid"));
        for (field, value) in [("ARN", at("/uid")), ("type", at("/type")), ("accountId", account)] {
            fields.extend(value.map(|value| (field.to_owned(), value)));
        }
        Value::Object(fields)
    };
    all.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::record;

    #[test]
    fn the_fields_that_ocsf_keeps_come_back() {
        let text = r#"{"class_uid":6003,"metadata":{"uid":"e0","product":{"version":"1.08"}},"time":1767323040000,
            "api":{"operation":"DeleteBucket","service":{"name":"s3.amazonaws.com"},"request":{"data":"{\"bucketName\":\"b\"}"}},
            "actor":{"user":{"type":"IAMUser","uid":"arn:aws:iam::1:user/a"},"session":{"is_mfa":true,"issuer":null}},
            "resources":[{"uid":"arn:aws:s3:::b","type":""}]}"#;
        assert_eq!(
            record(text).as_deref(),
            Some(
                r#"{"eventVersion":"1.08","eventID":"e0","eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventTime":"2026-01-02T03:04:00Z","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/a","sessionContext":{"attributes":{"mfaAuthenticated":true}}},"requestParameters":{"bucketName":"b"},"resources":[{"ARN":"arn:aws:s3:::b"}]}"#
            )
        );
        assert_eq!(record(r#"{"class_uid":6003}"#), None);
    }

    #[test]
    fn the_first_version_of_security_lake_comes_back_too() {
        let text = r#"{"class_uid":3005,"metadata":{"uid":"e0","version":"1.0.0-rc.2","product":{"name":"CloudTrail","version":"1.08","feature":{"name":"Management"}}},
            "time":1767323040000,"api":{"operation":"DeleteBucket","service":{"name":"s3.amazonaws.com"},"request":{"uid":"r"}},
            "cloud":{"region":"us-east-1","account_uid":"111122223333"},
            "actor":{"user":{"type":"AssumedRole","uid":"AROA:x","uuid":"arn:aws:sts::1:assumed-role/R/x","account_uid":"111122223333"},
                "session":{"mfa":"false","issuer":"arn:aws:iam::1:role/R","created_time":1767323000000}},
            "resources":[{"uid":"arn:aws:s3:::b","account_uid":"111122223333"}],
            "unmapped":{"requestParameters.bucketName":"b","requestParameters.a.b":"[1]","eventType":"AwsApiCall","requestParametersX":"no"}}"#;
        assert_eq!(
            record(text).as_deref(),
            Some(
                r#"{"eventVersion":"1.08","eventID":"e0","eventType":"AwsApiCall","eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","requestID":"r","awsRegion":"us-east-1","recipientAccountId":"111122223333","eventCategory":"Management","eventTime":"2026-01-02T03:04:00Z","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/R/x","accountId":"111122223333","principalId":"AROA:x","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::1:role/R"},"attributes":{"creationDate":"2026-01-02T03:03:20Z","mfaAuthenticated":"false"}}},"requestParameters":{"bucketName":"b","a":{"b":[1]}},"resources":[{"ARN":"arn:aws:s3:::b","accountId":"111122223333"}]}"#
            )
        );
        let other = text.replace("\"CloudTrail\"", "\"Amazon EKS\"");
        assert_eq!(record(&other), None, "made from something else");
    }
}
