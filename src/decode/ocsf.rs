//! OCSF, the schema of Security Lake, mapped back to a CloudTrail record.
//!
//! What OCSF has no place for is gone: the record is a summary.
//!
//! Source: facts/cloudtrail.md 2.2 row 23, section 5 (OCSF).

use serde_json::{Map, Value};

use crate::model::time::UtcTime;

/// Where a text field of a record lies in an OCSF event; the first that is there.
const TEXTS: [(&str, &[&str]); 17] = [
    ("eventVersion", &["/metadata/product/version"]),
    ("eventID", &["/metadata/uid"]),
    ("eventType", &["/metadata/event_code"]),
    ("eventSource", &["/api/service/name"]),
    ("eventName", &["/api/operation"]),
    ("apiVersion", &["/api/version"]),
    ("requestID", &["/api/request/uid"]),
    ("errorCode", &["/api/response/error"]),
    ("errorMessage", &["/api/response/message", "/api/response/error_message"]),
    ("awsRegion", &["/cloud/region"]),
    ("recipientAccountId", &["/cloud/account/uid", "/unmapped/recipientAccountId"]),
    ("sourceIPAddress", &["/src_endpoint/ip", "/src_endpoint/domain"]),
    ("vpcEndpointId", &["/src_endpoint/uid"]),
    ("userAgent", &["/http_request/user_agent"]),
    ("eventCategory", &["/unmapped/eventCategory"]),
    ("sharedEventID", &["/unmapped/sharedEventID"]),
    ("readOnly", &["/unmapped/readOnly"]),
];

/// The same for `userIdentity`.
const IDENTITY: [(&str, &str); 7] = [
    ("type", "/actor/user/type"),
    ("principalId", "/actor/user/uid_alt"),
    ("arn", "/actor/user/uid"),
    ("accountId", "/actor/user/account/uid"),
    ("accessKeyId", "/actor/user/credential_uid"),
    ("userName", "/actor/user/name"),
    ("invokedBy", "/actor/invoked_by"),
];

/// The JSON text of the record that an OCSF event was made from; `None` if the
/// text is none.
pub(crate) fn record(text: &str) -> Option<String> {
    let event: Value = serde_json::from_str(text).ok()?;
    let at = |place: &str| event.pointer(place).filter(|value| is_there(value)).cloned();
    let mut record = Map::new();
    for (field, places) in TEXTS {
        record.extend(places.iter().find_map(|place| at(place)).map(|value| (field.to_owned(), value)));
    }
    let time = at("/time_dt").or_else(|| at("/time")).and_then(time)?;
    record.insert("eventTime".to_owned(), time);
    record.insert("userIdentity".to_owned(), identity(&at));
    for (field, place) in
        [("requestParameters", "/api/request/data"), ("responseElements", "/api/response/data")]
    {
        let value = at(place).map(|value| match &value {
            Value::String(text) => serde_json::from_str(text).unwrap_or(value),
            _ => value,
        });
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
    for (field, place) in IDENTITY {
        identity.extend(at(place).map(|value| (field.to_owned(), value)));
    }
    let mut context = Map::new();
    if let Some(issuer) = at("/actor/session/issuer") {
        context.insert("sessionIssuer".to_owned(), serde_json::json!({ "arn": issuer }));
    }
    let mut attributes = Map::new();
    let created = at("/actor/session/created_time_dt").or_else(|| at("/actor/session/created_time"));
    attributes.extend(created.and_then(time).map(|time| ("creationDate".to_owned(), time)));
    let mfa = at("/actor/session/is_mfa").or_else(|| at("/actor/session/mfa"));
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
        for (field, place) in [("ARN", "/uid"), ("type", "/type"), ("accountId", "/owner/account/uid")] {
            let value = resource.pointer(place).filter(|value| is_there(value)).cloned();
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
}
