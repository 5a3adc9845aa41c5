//! One CloudTrail record: its facts, and its text as CloudTrail writes it.
//!
//! The only place that spells the fields of a record, for stories and noise alike. What the calls *mean* stands in
//! `calls` and in the noise table.
//!
//! Source: AWS CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element" (copy of April 2026).

use crate::clock;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The facts of one record. Fields ending in `_json` hold JSON text that goes in as it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// `eventTime`, seconds since 1970 UTC.
    pub time: i64,
    /// `eventID`.
    pub event_id: String,
    /// `requestID`.
    pub request_id: String,
    /// `recipientAccountId`, 12 digits.
    pub account: String,
    /// `awsRegion`.
    pub region: String,
    /// `eventSource`.
    pub source: Cow<'static, str>,
    /// `eventName`.
    pub name: Cow<'static, str>,
    /// `eventType`; empty for `AwsApiCall`.
    pub event_type: Cow<'static, str>,
    /// `userIdentity`.
    pub identity_json: String,
    /// `sourceIPAddress`: an address, or the DNS name of a service.
    pub source_ip: String,
    /// `userAgent`.
    pub user_agent: String,
    /// `errorCode` and `errorMessage`.
    pub error: Option<(Cow<'static, str>, Cow<'static, str>)>,
    /// `requestParameters`.
    pub request_json: String,
    /// `responseElements`; left out in favour of `null` if the call failed.
    pub response_json: String,
    /// `additionalEventData`; empty for none.
    pub additional_json: String,
    /// `serviceEventDetails`; empty for none.
    pub details_json: String,
    /// `sharedEventID`; empty for none.
    pub shared_event_id: String,
    /// `resources`; empty for none.
    pub resources_json: String,
    /// `readOnly`.
    pub read_only: bool,
    /// True for a data event: `eventCategory` `Data`, `managementEvent` false.
    pub data_event: bool,
    /// True if the credentials came from the console.
    pub from_console: bool,
}

impl Record {
    /// Appends the record as compact JSON, in the key order CloudTrail uses.
    pub(crate) fn render(&self, out: &mut String) {
        let version = if self.event_id.as_bytes().first() < Some(&b'8') { "1.10" } else { "1.09" };
        out.push_str("{\"eventVersion\":\"");
        out.push_str(version);
        out.push_str("\",\"userIdentity\":");
        out.push_str(&self.identity_json);
        push(out, "eventTime", &clock::extended(self.time));
        push(out, "eventSource", &self.source);
        push(out, "eventName", &self.name);
        push(out, "awsRegion", &self.region);
        push(out, "sourceIPAddress", &self.source_ip);
        push(out, "userAgent", &self.user_agent);
        if let Some((code, message)) = &self.error {
            push(out, "errorCode", code);
            push(out, "errorMessage", message);
        }
        push_raw(out, "requestParameters", or_null(&self.request_json));
        let response = if self.error.is_some() { "" } else { &self.response_json };
        push_raw(out, "responseElements", or_null(response));
        if !self.additional_json.is_empty() {
            push_raw(out, "additionalEventData", &self.additional_json);
        }
        push(out, "requestID", &self.request_id);
        push(out, "eventID", &self.event_id);
        push_raw(out, "readOnly", if self.read_only { "true" } else { "false" });
        if !self.resources_json.is_empty() {
            push_raw(out, "resources", &self.resources_json);
        }
        let event_type = if self.event_type.is_empty() { "AwsApiCall" } else { &self.event_type };
        push(out, "eventType", event_type);
        push_raw(out, "managementEvent", if self.data_event { "false" } else { "true" });
        push(out, "recipientAccountId", &self.account);
        if !self.shared_event_id.is_empty() {
            push(out, "sharedEventID", &self.shared_event_id);
        }
        if !self.details_json.is_empty() {
            push_raw(out, "serviceEventDetails", &self.details_json);
        }
        push(out, "eventCategory", if self.data_event { "Data" } else { "Management" });
        self.push_tail(out);
        out.push('}');
    }

    fn push_tail(&self, out: &mut String) {
        // A call that a service makes carries no TLS details: it did not come through the public endpoint.
        if !self.source_ip.ends_with(".amazonaws.com") && self.event_type.is_empty() {
            let service = self.source.split('.').next().unwrap_or("");
            let _ = write!(
                out,
                ",\"tlsDetails\":{{\"tlsVersion\":\"TLSv1.3\",\"cipherSuite\":\"TLS_AES_128_GCM_SHA256\",\
                 \"clientProvidedHostHeader\":\"{service}.{}.amazonaws.com\"}}",
                self.region
            );
        }
        if self.from_console {
            out.push_str(",\"sessionCredentialFromConsole\":\"true\"");
        }
    }
}

fn or_null(json: &str) -> &str {
    if json.is_empty() { "null" } else { json }
}

fn push_raw(out: &mut String, key: &str, json: &str) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    out.push_str(json);
}

fn push(out: &mut String, key: &str, text: &str) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    push_quoted(out, text);
}

/// Appends `text` as a JSON string.
pub(crate) fn push_quoted(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        let quoted = serde_json::Value::from(text).to_string();
        out.push_str(&quoted);
    }
}
