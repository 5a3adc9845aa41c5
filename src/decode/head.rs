//! The few fields that route a CloudTrail record: enough to count it, and to
//! decide whether it is worth understanding.
//!
//! Every record of a dump passes here once, so nothing is copied unless it
//! holds an escape. The rest of the record is checked to be JSON and skipped.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

pub use crate::decode::field::Field;
pub use crate::decode::flag::Flag;
use crate::decode::json::{Key, Members, string};

/// The routing fields of a record, and what more is asked of many records.
///
/// Source: facts/cloudtrail.md 1.1.
#[derive(Clone, Debug, Default)]
pub struct Head<'a> {
    /// `eventVersion`.
    pub event_version: Field<'a>,
    /// `eventID`.
    pub event_id: Field<'a>,
    /// `eventTime`.
    pub event_time: Field<'a>,
    /// `eventSource`.
    pub event_source: Field<'a>,
    /// `eventName`.
    pub event_name: Field<'a>,
    /// `awsRegion`.
    pub region: Field<'a>,
    /// `recipientAccountId`.
    pub recipient_account_id: Field<'a>,
    /// `eventCategory`.
    pub event_category: Field<'a>,
    /// `userIdentity`, raw.
    pub user_identity: Option<&'a str>,
    /// `userAgent`: routes no record, but rules ask for it most often.
    pub user_agent: Field<'a>,
    /// `sourceIPAddress`: tells where callers are.
    pub source_ip: Field<'a>,
    /// `readOnly`: tells who only looked.
    pub read_only: Flag,
    /// `errorCode`: absent in most records, as most calls succeed.
    pub error_code: Field<'a>,
    /// `errorMessage`.
    pub error_message: Field<'a>,
    /// `requestParameters`, raw.
    pub request: Option<&'a str>,
    /// `responseElements`, raw.
    pub response: Option<&'a str>,
    /// `eventType`, raw; this and the next five are what a table of all events needs.
    pub event_type: Option<&'a str>,
    /// `requestID`, raw.
    pub request_id: Option<&'a str>,
    /// `sharedEventID`, raw.
    pub shared_event_id: Option<&'a str>,
    /// `vpcEndpointId`, raw.
    pub vpc_endpoint_id: Option<&'a str>,
    /// `resources`, raw.
    pub resources: Option<&'a str>,
    /// `additionalEventData`, raw.
    pub additional: Option<&'a str>,
    /// A routing field that occurs twice; its last value was taken.
    pub duplicate: Option<&'static str>,
    /// Whether any of these fields occurs twice.
    pub twice: bool,
}

const EVENT_VERSION: usize = 0;
const EVENT_ID: usize = 1;
const EVENT_TIME: usize = 2;
const EVENT_SOURCE: usize = 3;
const EVENT_NAME: usize = 4;
const REGION: usize = 5;
const RECIPIENT: usize = 6;
const CATEGORY: usize = 7;
const IDENTITY: usize = 8;
const AGENT: usize = 9;
const ERROR_CODE: usize = 10;
const ERROR_MESSAGE: usize = 11;
const REQUEST: usize = 12;
const RESPONSE: usize = 13;
const ADDRESS: usize = 14;
const READ_ONLY: usize = 15;
const EVENT_TYPE: usize = 16;
const REQUEST_ID: usize = 17;
const SHARED_ID: usize = 18;
const VPC_ENDPOINT: usize = 19;
const RESOURCES: usize = 20;
const ADDITIONAL: usize = 21;
const KEYS: [&str; 22] = [
    "eventVersion",
    "eventID",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "recipientAccountId",
    "eventCategory",
    "userIdentity",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "sourceIPAddress",
    "readOnly",
    "eventType",
    "requestID",
    "sharedEventID",
    "vpcEndpointId",
    "resources",
    "additionalEventData",
];

/// Places of the fields that route: only of these does a second one matter.
const ROUTING: std::ops::Range<usize> = EVENT_VERSION..AGENT;

/// The place of a routing key in [`KEYS`].
fn place(key: &str) -> Option<usize> {
    // Spelled out, so that each is compared in a few instructions.
    let place = match key {
        "eventVersion" => EVENT_VERSION,
        "eventID" => EVENT_ID,
        "eventTime" => EVENT_TIME,
        "eventSource" => EVENT_SOURCE,
        "eventName" => EVENT_NAME,
        "awsRegion" => REGION,
        "recipientAccountId" => RECIPIENT,
        "eventCategory" => CATEGORY,
        "userIdentity" => IDENTITY,
        "userAgent" => AGENT,
        "errorCode" => ERROR_CODE,
        "errorMessage" => ERROR_MESSAGE,
        "requestParameters" => REQUEST,
        "responseElements" => RESPONSE,
        "sourceIPAddress" => ADDRESS,
        "readOnly" => READ_ONLY,
        "eventType" => EVENT_TYPE,
        "requestID" => REQUEST_ID,
        "sharedEventID" => SHARED_ID,
        "vpcEndpointId" => VPC_ENDPOINT,
        "resources" => RESOURCES,
        "additionalEventData" => ADDITIONAL,
        _ => return None,
    };
    Some(place)
}

impl<'a> Head<'a> {
    /// Reads a head field by field where one of them cannot be read as JSON
    /// text (a lone surrogate, a number out of range); `None` if the text is
    /// no JSON object at all.
    pub fn tolerant(text: &'a str) -> Option<Self> {
        let members = Members::parse(text)?;
        let mut head = Self::default();
        let mut seen = [false; KEYS.len()];
        for (key, raw) in members.iter() {
            let Some(place) = place(key) else { continue };
            head.note_duplicate(&mut seen, place);
            if let Some(value) = head.raw(place) {
                *value = Some(raw);
            } else if place == READ_ONLY {
                head.read_only = match raw {
                    "null" => Flag::Absent,
                    _ => Flag::of_text(raw.trim_matches('"')),
                };
            } else {
                let field = match raw {
                    "null" => Field::Absent,
                    _ => string(raw).map_or(Field::WrongType, Field::Text),
                };
                *head.field(place) = field;
            }
        }
        Some(head)
    }

    /// Whether this is a CloudTrail record of one call. S3 notifications, whose
    /// entries look alike, have sources like `aws:s3`. A record without any
    /// `eventTime` is none: CloudTrail writes no such record, and it could not
    /// be placed in time.
    ///
    /// Source: facts/cloudtrail.md 1.1 (eventTime is never absent), 2.2 rows 1, 17.
    pub fn is_record(&self) -> bool {
        self.is_call() && self.event_time != Field::Absent
    }

    /// Whether this names a call, with or without its time.
    pub fn is_call(&self) -> bool {
        let source = self
            .event_source
            .as_str()
            .is_some_and(|source| !source.is_empty() && !source.starts_with("aws:"));
        source && self.event_name.as_str().is_some_and(|name| !name.is_empty())
    }

    /// Names of routing fields that hold something else than a string.
    pub fn wrong_types(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        let fields = [
            &self.event_version,
            &self.event_id,
            &self.event_time,
            &self.event_source,
            &self.event_name,
            &self.region,
            &self.recipient_account_id,
            &self.event_category,
        ];
        KEYS.into_iter().zip(fields).filter(|(_, field)| **field == Field::WrongType).map(|(key, _)| key)
    }

    /// Where the raw value of that place goes, if it is kept raw.
    const fn raw(&mut self, place: usize) -> Option<&mut Option<&'a str>> {
        match place {
            IDENTITY => Some(&mut self.user_identity),
            REQUEST => Some(&mut self.request),
            RESPONSE => Some(&mut self.response),
            EVENT_TYPE => Some(&mut self.event_type),
            REQUEST_ID => Some(&mut self.request_id),
            SHARED_ID => Some(&mut self.shared_event_id),
            VPC_ENDPOINT => Some(&mut self.vpc_endpoint_id),
            RESOURCES => Some(&mut self.resources),
            ADDITIONAL => Some(&mut self.additional),
            _ => None,
        }
    }

    fn field(&mut self, place: usize) -> &mut Field<'a> {
        match place {
            EVENT_VERSION => &mut self.event_version,
            EVENT_ID => &mut self.event_id,
            EVENT_TIME => &mut self.event_time,
            EVENT_SOURCE => &mut self.event_source,
            EVENT_NAME => &mut self.event_name,
            REGION => &mut self.region,
            RECIPIENT => &mut self.recipient_account_id,
            AGENT => &mut self.user_agent,
            ADDRESS => &mut self.source_ip,
            ERROR_CODE => &mut self.error_code,
            ERROR_MESSAGE => &mut self.error_message,
            _ => &mut self.event_category,
        }
    }

    /// Where the value of that key goes; `None` if it is no key of a head.
    pub(super) fn slot(&mut self, key: &str, seen: &mut Places) -> Option<Slot<'_, 'a>> {
        let place = place(key)?;
        self.note_duplicate(seen, place);
        Some(match place {
            READ_ONLY => Slot::Flag(&mut self.read_only),
            IDENTITY | REQUEST | RESPONSE | EVENT_TYPE..=ADDITIONAL => Slot::Raw(self.raw(place)?),
            _ => Slot::Field(self.field(place)),
        })
    }

    fn note_duplicate(&mut self, seen: &mut Places, place: usize) {
        if seen[place] {
            self.twice = true;
            self.duplicate = Some(KEYS[place]).filter(|_| ROUTING.contains(&place)).or(self.duplicate);
        }
        seen[place] = true;
    }
}

/// Which keys were met.
pub(super) type Places = [bool; KEYS.len()];

/// Where a value of a head goes, and how it is read.
pub(super) enum Slot<'h, 'a> {
    /// As its raw text.
    Raw(&'h mut Option<&'a str>),
    /// True or false.
    Flag(&'h mut Flag),
    /// As a string.
    Field(&'h mut Field<'a>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Head<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut head = Head::default();
        let mut seen = [false; KEYS.len()];
        while let Some(Place(place)) = map.next_key()? {
            let Some(place) = place else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            head.note_duplicate(&mut seen, place);
            if let Some(value) = head.raw(place) {
                *value = Some(map.next_value::<&'de RawValue>()?.get());
            } else if place == READ_ONLY {
                head.read_only = map.next_value::<Flag>()?;
            } else {
                *head.field(place) = map.next_value::<Field<'de>>()?;
            }
        }
        Ok(head)
    }
}

/// A key, reduced to its place: no text of a key is kept.
struct Place(Option<usize>);

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Key::deserialize(deserializer).map(|Key(key)| Self(place(&key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The strict and the tolerant reading agree wherever the strict one reads.
    fn check(text: &str) -> Head<'_> {
        let tolerant = Head::tolerant(text).expect("a JSON object");
        if let Ok(strict) = serde_json::from_str::<Head<'_>>(text) {
            assert_eq!(format!("{strict:?}"), format!("{tolerant:?}"), "{text}");
        }
        tolerant
    }

    #[test]
    fn routing_fields_are_found_in_any_order_and_the_rest_is_skipped() {
        let head = check(
            r#"{"eventName":"A","x":{"eventName":"B"},"eventSource":"s","eventTime":"t","userIdentity":{"type":"Root"},"eventID":"1"}"#,
        );
        assert_eq!(head.event_name.as_str(), Some("A"));
        assert_eq!(head.user_identity, Some(r#"{"type":"Root"}"#));
        assert!(head.is_record());
    }

    #[test]
    fn wrong_types_duplicates_and_escapes_cost_no_record() {
        let head =
            check(r#"{"eventName":"A","eventSource":"s","eventTime":5,"awsRegion":[{}],"eventID":{"a":1}}"#);
        assert_eq!(head.wrong_types().collect::<Vec<_>>(), ["eventID", "eventTime", "awsRegion"]);
        let head = check(r#"{"eventName":"A","eventSource":"s","eventName":"B"}"#);
        assert_eq!((head.event_name.as_str(), head.duplicate), (Some("B"), Some("eventName")));
        let head = check(r#"{"event\u004eame":"A","eventSource":"s\u0033","awsRegion":null}"#);
        assert_eq!((head.event_name.as_str(), head.event_source.as_str()), (Some("A"), Some("s3")));
        let head = check(r#"{"eventName":"\ud800","eventSource":"s","eventTime":1e999}"#);
        assert_eq!(head.event_name.as_str(), Some("\u{FFFD}"));
        assert!(head.is_record());
    }

    #[test]
    fn lookalikes_are_no_records() {
        for text in [
            r#"{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"t"}"#,
            r#"{"eventName":"A","eventTime":"t"}"#,
            r#"{"eventSource":"s3.amazonaws.com","eventName":"A","eventTime":null}"#,
            r#"{"eventSource":"","eventName":"A","eventTime":"t"}"#,
            "{}",
        ] {
            assert!(!check(text).is_record(), "{text}");
        }
    }
}
