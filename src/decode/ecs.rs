//! The fields of Elastic's `aws.cloudtrail` module mapped back to a record, for
//! documents that do not hold the original text.
//!
//! What the module leaves out is gone: the record is a summary.
//!
//! Source: facts/cloudtrail.md 2.2 row 25, section 5 (ECS).

use serde_json::{Map, Value};

/// Where a field of a record lies in a document.
const FIELDS: [(&str, &str); 20] = [
    ("eventVersion", "aws.cloudtrail.event_version"),
    ("eventID", "event.id"),
    ("eventTime", "@timestamp"),
    ("eventSource", "event.provider"),
    ("eventName", "event.action"),
    ("eventType", "aws.cloudtrail.event_type"),
    ("eventCategory", "aws.cloudtrail.event_category"),
    ("awsRegion", "cloud.region"),
    ("sourceIPAddress", "source.address"),
    ("userAgent", "user_agent.original"),
    ("errorCode", "aws.cloudtrail.error_code"),
    ("errorMessage", "aws.cloudtrail.error_message"),
    ("requestID", "aws.cloudtrail.request_id"),
    ("recipientAccountId", "aws.cloudtrail.recipient_account_id"),
    ("sharedEventID", "aws.cloudtrail.shared_event_id"),
    ("vpcEndpointId", "aws.cloudtrail.vpc_endpoint_id"),
    ("readOnly", "aws.cloudtrail.read_only"),
    ("managementEvent", "aws.cloudtrail.management_event"),
    ("apiVersion", "aws.cloudtrail.api_version"),
    ("resources", "aws.cloudtrail.resources"),
];

/// The same for `userIdentity`, below it.
const IDENTITY: [(&str, &str); 7] = [
    ("type", "aws.cloudtrail.user_identity.type"),
    ("arn", "aws.cloudtrail.user_identity.arn"),
    ("accessKeyId", "aws.cloudtrail.user_identity.access_key_id"),
    ("invokedBy", "aws.cloudtrail.user_identity.invoked_by"),
    ("userName", "user.name"),
    ("principalId", "user.id"),
    ("accountId", "cloud.account.id"),
];

/// The same for `sessionContext.sessionIssuer`.
const ISSUER: [(&str, &str); 4] = [
    ("type", "aws.cloudtrail.user_identity.session_context.session_issuer.type"),
    ("principalId", "aws.cloudtrail.user_identity.session_context.session_issuer.principal_id"),
    ("arn", "aws.cloudtrail.user_identity.session_context.session_issuer.arn"),
    ("accountId", "aws.cloudtrail.user_identity.session_context.session_issuer.account_id"),
];

/// The same for `sessionContext.attributes`.
const ATTRIBUTES: [(&str, &str); 2] = [
    ("creationDate", "aws.cloudtrail.user_identity.session_context.creation_date"),
    ("mfaAuthenticated", "aws.cloudtrail.user_identity.session_context.mfa_authenticated"),
];

/// Columns whose value is JSON, whole under `flattened` or as its text.
const PAYLOADS: [(&str, &str); 3] = [
    ("requestParameters", "request_parameters"),
    ("responseElements", "response_elements"),
    ("additionalEventData", "additional_eventdata"),
];

/// The texts of the records that documents of an Elastic export tell of.
pub(crate) fn records(text: &str) -> Vec<String> {
    let Ok(root) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let mut found = Vec::new();
    let mut waiting = vec![&root];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(all) => waiting.extend(all.iter().rev()),
            Value::Object(members) => match record(value) {
                Some(record) => found.push(record),
                None => waiting.extend(members.values().rev()),
            },
            _ => {}
        }
    }
    found
}

fn record(document: &Value) -> Option<String> {
    at(document, "aws.cloudtrail.event_version")?;
    let mut record = pick(document, &FIELDS);
    let mut identity = pick(document, &IDENTITY);
    let (issuer, attributes) = (pick(document, &ISSUER), pick(document, &ATTRIBUTES));
    let mut context = Map::new();
    for (name, part) in [("sessionIssuer", issuer), ("attributes", attributes)] {
        if !part.is_empty() {
            context.insert(name.to_owned(), Value::Object(part));
        }
    }
    if !context.is_empty() {
        identity.insert("sessionContext".to_owned(), Value::Object(context));
    }
    record.insert("userIdentity".to_owned(), Value::Object(identity));
    for (field, name) in PAYLOADS {
        let flattened = at(document, &format!("aws.cloudtrail.flattened.{name}"));
        let value = flattened.or_else(|| at(document, &format!("aws.cloudtrail.{name}")));
        record.extend(value.map(|value| (field.to_owned(), from_text(value))));
    }
    Some(Value::Object(record).to_string())
}

fn pick(document: &Value, fields: &[(&str, &str)]) -> Map<String, Value> {
    let found = fields.iter().filter_map(|(field, place)| Some(((*field).to_owned(), at(document, place)?)));
    found.collect()
}

/// The value at a dotted path, whose steps may be objects or parts of one name.
fn at(document: &Value, path: &str) -> Option<Value> {
    let members = document.as_object()?;
    if let Some(value) = members.get(path) {
        return is_there(value).then(|| value.clone());
    }
    let splits = path.match_indices('.').map(|(dot, _)| path.split_at(dot));
    splits.into_iter().find_map(|(first, rest)| at(members.get(first)?, &rest[1..]))
}

fn is_there(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// JSON that stands as text. Elastic writes `{key=value}` where it could not
/// keep JSON: that stays text.
fn from_text(value: Value) -> Value {
    match value.as_str().filter(|text| text.starts_with('{')).map(serde_json::from_str) {
        Some(Ok(inner)) => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_nested_and_dotted() {
        let nested = r#"{"hits":{"hits":[{"_source":{"@timestamp":"2026-01-02T03:04:05.000Z","event":{"id":"e1","action":"DeleteBucket",
            "provider":"s3.amazonaws.com"},"aws":{"cloudtrail":{"event_version":"1.08","flattened":{"request_parameters":{"bucketName":"b"}},
            "user_identity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/a"}}},"user":{"name":"a"}}}]}}"#;
        let dotted = r#"{"@timestamp":"2026-01-02T03:04:05.000Z","event.id":"e1","event.action":"DeleteBucket",
            "event.provider":"s3.amazonaws.com","aws.cloudtrail.event_version":"1.08",
            "aws.cloudtrail.request_parameters":"{\"bucketName\":\"b\"}","aws.cloudtrail.user_identity.type":"IAMUser",
            "aws.cloudtrail.user_identity.arn":"arn:aws:iam::1:user/a","user.name":"a"}"#;
        let expected: Value = serde_json::from_str(
            r#"{"eventVersion":"1.08","eventID":"e1","eventTime":"2026-01-02T03:04:05.000Z","eventSource":"s3.amazonaws.com",
            "eventName":"DeleteBucket","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/a","userName":"a"},
            "requestParameters":{"bucketName":"b"}}"#,
        )
        .expect("JSON");
        for text in [nested, dotted] {
            let found = records(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(serde_json::from_str::<Value>(&found[0]).expect("JSON"), expected);
        }
        for other in
            ["{}", "[1]", "x", r#"{"aws":{"cloudtrail":5}}"#, r#"{"aws.cloudtrail":{"event_version":""}}"#]
        {
            assert_eq!(records(other), Vec::<String>::new(), "{other}");
        }
    }
}
