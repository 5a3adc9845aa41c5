//! One normalised CloudTrail API call.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::Arc;

use crate::model::destructive::Category;
use crate::model::evidence::Evidence;
use crate::model::id::{AccountId, EventId, Region};
use crate::model::principal::Principal;
use crate::model::source_grade::SourceGrade;
use crate::model::text::share;
use crate::model::time::UtcTime;
use crate::runs::Row;

/// JSON text as it lay in the record, secrets replaced.
pub type RawJson = Arc<str>;

/// How a call ended. The words are those of the `outcome` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// No error was recorded.
    Succeeded,
    /// The caller was not allowed to.
    Denied,
    /// It ended in another error.
    Failed,
    /// It was a test that changes nothing (`DryRunOperation`).
    DryRun,
}

impl Outcome {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::DryRun => "dry_run",
        }
    }

    /// How a call ended that has this error code, or something else that says
    /// that it failed: an error message, or an answer.
    ///
    /// Source: facts/cloudtrail.md 1.1 (errorCode, errorMessage), 6.3.
    pub fn of(error_code: Option<&str>, says_failed: bool) -> Self {
        let Some(code) = error_code else {
            return if says_failed { Self::Failed } else { Self::Succeeded };
        };
        if code.contains("DryRunOperation") {
            return Self::DryRun;
        }
        if is_denial(code) { Self::Denied } else { Self::Failed }
    }
}

/// When, who, what, on what, and how do we know: one API call.
///
/// Every field but the evidence may be absent: unknown stays unknown.
/// Source: facts/cloudtrail.md 1.1.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// `eventTime`: when the request completed.
    pub time: Option<UtcTime>,
    /// `eventID`.
    pub event_id: Option<EventId>,
    /// `eventVersion`.
    pub event_version: Option<Arc<str>>,
    /// The account this event is about: the recipient, else the one of the
    /// object's key, else the caller's.
    pub account_id: Option<AccountId>,
    /// `awsRegion`.
    pub region: Option<Region>,
    /// `eventSource`.
    pub event_source: Arc<str>,
    /// `eventName` without an API date suffix.
    pub event_name: Arc<str>,
    /// `eventName` as recorded.
    pub event_name_raw: Arc<str>,
    /// `eventType`.
    pub event_type: Option<Arc<str>>,
    /// `eventCategory`.
    pub event_category: Option<Arc<str>>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// `errorCode`.
    pub error_code: Option<Arc<str>>,
    /// `errorMessage`.
    pub error_message: Option<Arc<str>>,
    /// `sourceIPAddress`.
    pub source_ip: Option<Arc<str>>,
    /// `userAgent`.
    pub user_agent: Option<Arc<str>>,
    /// `userIdentity`.
    pub principal: Arc<Principal>,
    /// `requestID`.
    pub request_id: Option<Arc<str>>,
    /// `sharedEventID`.
    pub shared_event_id: Option<Arc<str>>,
    /// `vpcEndpointId`.
    pub vpc_endpoint_id: Option<Arc<str>>,
    /// `recipientAccountId`.
    pub recipient_account_id: Option<AccountId>,
    /// `resources`, as recorded.
    pub resources: Option<RawJson>,
    /// `requestParameters`, as recorded, secrets replaced.
    pub request_parameters: Option<RawJson>,
    /// `responseElements`, as recorded, secrets replaced.
    pub response_elements: Option<RawJson>,
    /// `additionalEventData`, as recorded, secrets replaced.
    pub additional_event_data: Option<RawJson>,
    /// `serviceEventDetails`: what a service tells of its own doing.
    pub service_event_details: Option<RawJson>,
    /// Whether its answer says that it failed, where no error code does.
    pub answered_failure: bool,
    /// The catalogue's category, if the call is destructive or inhibits recovery.
    pub category: Option<Category>,
    /// How many deliveries of this event the dump holds; 1 = once.
    pub copies: u32,
    /// How well its source is anchored.
    pub source_grade: SourceGrade,
    /// Where it lies.
    pub evidence: Evidence,
}

/// The one order of events: by time, unknown times last; ties by account,
/// region, source, name, id and at last by where they lie.
///
/// Source: contract, section 2.
pub fn in_order(one: &Event, other: &Event) -> Ordering {
    place_of(one).cmp(&place_of(other))
}

fn place_of(event: &Event) -> impl Ord + '_ {
    (
        (event.time.is_none(), event.time),
        &event.account_id,
        &event.region,
        (&event.event_source, &event.event_name),
        &event.event_id,
        &event.evidence,
    )
}

impl Row for Event {
    fn bytes(&self) -> usize {
        let columns = [&self.request_parameters, &self.response_elements, &self.resources];
        let more = [&self.additional_event_data, &self.service_event_details, &self.error_message];
        let texts: usize = columns.into_iter().chain(more).flatten().map(|text| text.len() + 16).sum();
        // Event id, request id and what is not shared of the caller.
        size_of::<Self>() + texts + 160
    }
}

impl Event {
    /// Puts its texts into the memory of equal ones; ids come only once.
    pub fn share(&mut self) {
        let texts = [
            &mut self.event_version,
            &mut self.event_type,
            &mut self.event_category,
            &mut self.error_code,
            &mut self.error_message,
            &mut self.source_ip,
            &mut self.user_agent,
            &mut self.vpc_endpoint_id,
            &mut self.response_elements,
            &mut self.additional_event_data,
        ];
        texts.into_iter().flatten().for_each(share);
        [&mut self.event_source, &mut self.event_name, &mut self.event_name_raw].into_iter().for_each(share);
        [&mut self.account_id, &mut self.recipient_account_id]
            .into_iter()
            .flatten()
            .for_each(AccountId::share);
        self.region.iter_mut().for_each(Region::share);
        self.principal = std::mem::take(Arc::make_mut(&mut self.principal)).shared();
    }

    /// How the call ended, from its error code and, for sign-ins, its answer.
    ///
    /// Source: facts/cloudtrail.md 1.1 (errorCode, errorMessage), 6.3.
    pub fn outcome(&self) -> Outcome {
        Outcome::of(self.error_code.as_deref(), self.error_message.is_some() || self.answered_failure)
    }

    /// Whether the call changed nothing by its nature: `readOnly`, or, where a
    /// record lacks that field, a name that says so.
    pub fn is_read(&self) -> bool {
        self.read_only.unwrap_or_else(|| is_read_name(&self.event_name))
    }
}

/// Whether the name of a call says that it changes nothing.
pub fn is_read_name(event_name: &str) -> bool {
    const READ_VERBS: [&str; 6] = ["Get", "List", "Describe", "Head", "Lookup", "Search"];
    READ_VERBS.iter().any(|verb| event_name.starts_with(verb))
}

/// Whether an error code says that the caller was not allowed to.
///
/// Source: facts/cloudtrail.md 1.1 (errorCode).
pub fn is_denial(error_code: &str) -> bool {
    const DENIED: [&str; 7] = [
        "AccessDenied",
        "UnauthorizedOperation",
        "UnauthorizedAccess",
        "NotAuthorized",
        "AuthorizationError",
        "VpceAccessDenied",
        "Forbidden",
    ];
    DENIED.iter().any(|denied| error_code.contains(denied))
}

/// The event name without the API date that some services append:
/// `DeleteFunction20150331` and `…20150331v2` are `DeleteFunction`.
///
/// Source: facts/cloudtrail.md 1.6.
pub fn strip_api_date(name: &str) -> &str {
    let bytes = name.as_bytes();
    let mut end = bytes.len();
    let version_digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let before_digits = end - version_digits;
    if version_digits > 0 && version_digits < 8 && before_digits > 8 && bytes[before_digits - 1] == b'v' {
        end = before_digits - 1;
    }
    let date_start = |length: usize| end.checked_sub(length).filter(|&start| start > 0);
    let all_digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    if let Some(start) = date_start(8)
        && all_digits(start..end)
    {
        return &name[..start];
    }
    if let Some(start) = date_start(10)
        && all_digits(start..start + 4)
        && bytes[start + 4] == b'_'
        && all_digits(start + 5..start + 7)
        && bytes[start + 7] == b'_'
        && all_digits(start + 8..end)
    {
        return &name[..start];
    }
    name
}

#[cfg(test)]
mod tests {
    use super::strip_api_date;

    #[test]
    fn api_dates_are_stripped_and_nothing_else() {
        let cases = [
            ("DeleteFunction20150331", "DeleteFunction"),
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("CreateFunction2020_05_31", "CreateFunction"),
            ("DeleteBucket", "DeleteBucket"),
            ("ListObjectsV2", "ListObjectsV2"),
            ("20150331", "20150331"),
            ("Route53", "Route53"),
            ("Löschen20150331", "Löschen"),
            ("", ""),
        ];
        for (raw, expected) in cases {
            assert_eq!(strip_api_date(raw), expected, "{raw}");
        }
    }
}
