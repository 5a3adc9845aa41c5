//! Small events and RFC records for the tests of this module. All synthetic.
//!
//! Times are minutes after 2025-01-10T00:00:00Z.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::coverage::CoverageDay;
use crate::model::event::{Event, in_order};
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::{AccessKeyId, AccountId, Arn, EventId, RfcId};
use crate::model::principal::{Principal, SessionIssuer};
use crate::model::report::{Report, Scope};
use crate::model::rfc::{RfcRecord, RfcSource};
use crate::model::source_grade::SourceGrade;
use crate::model::time::{Day, UtcTime};
use crate::runs::Room;

use super::{Options, Sources, tells_of_others, wanted};

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const DEV: &str = "AWSManagedServicesDevelopmentRole";
pub(super) const ENABLE_OWN: &str = "ct-3gjfayulf5hhs";
pub(super) const ENABLE_FOR: &str = "ct-1opjmhuddw194";
pub(super) const ENABLE_DCM: &str = "ct-3rd4781c2nnhp";

pub(super) fn at(minute: i64) -> UtcTime {
    UtcTime::parse("2025-01-10T00:00:00Z").expect("a time").plus_seconds(minute * 60)
}

pub(super) fn minute(time: UtcTime) -> i64 {
    (time.seconds() - at(0).seconds()).div_euclid(60)
}

pub(super) fn evidence(record: u64) -> Evidence {
    Evidence { object: ObjectPath::new("a.json"), record, start: 0, end: 1 }
}

/// A succeeded call by the user `ops`.
pub(super) fn call(minute: i64, source: &str, name: &str) -> Event {
    let principal = Principal {
        identity_type: Some("IAMUser".into()),
        principal_id: Some("AIDAEXAMPLE".into()),
        arn: Some(Arn::new(format!("arn:aws:iam::{ACCOUNT}:user/ops"))),
        account_id: Some(ACCOUNT.into()),
        user_name: Some("ops".into()),
        ..Principal::default()
    };
    Event {
        time: Some(at(minute)),
        event_id: Some(EventId::new(format!("{name}-{minute}"))),
        event_version: None,
        account_id: Some(ACCOUNT.into()),
        region: Some("us-east-1".into()),
        event_source: format!("{source}.amazonaws.com").into(),
        event_name: name.into(),
        event_name_raw: name.into(),
        event_type: None,
        event_category: None,
        read_only: Some(name.starts_with("Get") || name.starts_with("List") || name.starts_with("Describe")),
        error_code: None,
        error_message: None,
        source_ip: Some("192.0.2.1".into()),
        user_agent: None,
        principal: principal.into(),
        request_id: None,
        shared_event_id: None,
        vpc_endpoint_id: None,
        recipient_account_id: None,
        resources: None,
        request_parameters: None,
        response_elements: None,
        additional_event_data: None,
        service_event_details: None,
        answered_failure: false,
        category: None,
        copies: 1,
        source_grade: SourceGrade::Unreferenced,
        evidence: evidence(u64::try_from(minute).unwrap_or(0)),
    }
}

/// The columns of an event that tests set.
pub(super) trait With: Sized {
    fn request(self, json: &str) -> Self;
    fn response(self, json: &str) -> Self;
    fn error(self, code: &str) -> Self;
    fn by(self, principal: Principal) -> Self;
    fn resources(self, json: &str) -> Self;
}

impl With for Event {
    fn request(self, json: &str) -> Self {
        Self { request_parameters: Some(json.into()), ..self }
    }

    fn response(self, json: &str) -> Self {
        Self { response_elements: Some(json.into()), ..self }
    }

    fn error(self, code: &str) -> Self {
        Self { error_code: Some(code.into()), ..self }
    }

    fn by(self, principal: Principal) -> Self {
        Self { principal: principal.into(), ..self }
    }

    fn resources(self, json: &str) -> Self {
        Self { resources: Some(json.into()), ..self }
    }
}

/// A session of a role in `ACCOUNT` by its key, created at a minute.
pub(super) fn wearing(role: &str, key: &str, created: Option<i64>) -> Principal {
    Principal {
        identity_type: Some("AssumedRole".into()),
        principal_id: Some("AROAEXAMPLE:alice".into()),
        arn: Some(Arn::new(format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/alice"))),
        account_id: Some(ACCOUNT.into()),
        access_key_id: (!key.is_empty()).then(|| AccessKeyId::from(key)),
        issuer: Some(SessionIssuer {
            issuer_type: Some("Role".into()),
            name: Some(role.into()),
            principal_id: Some("AROAEXAMPLE".into()),
            arn: Some(Arn::new(format!("arn:aws:iam::{ACCOUNT}:role/path/{role}"))),
            account_id: Some(ACCOUNT.into()),
        }),
        session_created_at: created.map(at),
        ..Principal::default()
    }
}

/// A succeeded write with a marker role, by a session begun at the same minute.
pub(super) fn used(minute: i64, role: &str) -> Event {
    call(minute, "ec2", "RunInstances").by(wearing(role, &format!("ASIA{minute}"), Some(minute)))
}

pub(super) fn role_call(minute: i64, name: &str, role: &str) -> Event {
    call(minute, "iam", name).request(&format!(r#"{{"roleName":"{role}"}}"#))
}

pub(super) fn assumed(minute: i64, role: &str, key: &str) -> Event {
    call(minute, "sts", "AssumeRole")
        .request(&format!(r#"{{"roleArn":"arn:aws:iam::{ACCOUNT}:role/{role}","roleSessionName":"alice"}}"#))
        .response(&format!(r#"{{"credentials":{{"accessKeyId":"{key}"}}}}"#))
}

/// An archive record of an RFC of `ACCOUNT`, created a minute before its start.
pub(super) fn archived(id: &str, change_type: &str, status: &str, actual: (i64, i64)) -> RfcRecord {
    RfcRecord {
        rfc_id: RfcId::from(id),
        source: RfcSource::GetRfc,
        last_modified_at: Some(at(actual.1)),
        change_type_id: Some(change_type.into()),
        change_type_version: Some("1.0".into()),
        title: None,
        status: Some(status.into()),
        automation: None,
        account_id: Some(ACCOUNT.into()),
        created_by: Some(Arc::from("arn:aws:sts::111122223333:assumed-role/R/rita")),
        created_at: Some(at(actual.0 - 1)),
        submitted_by: None,
        submitted_at: None,
        approved_by: None,
        approved_at: None,
        aws_approval: None,
        customer_approval: None,
        requested: (None, None),
        actual: (Some(at(actual.0)), Some(at(actual.1))),
        parameters: None,
        steps: Vec::new(),
        ticket: None,
        evidence: evidence(900),
    }
}

/// Two archive records of no interest, created at these minutes.
pub(super) fn covering(from: i64, to: i64) -> Vec<RfcRecord> {
    let other = |id: &str, minute: i64| RfcRecord {
        created_at: Some(at(minute)),
        ..archived(id, "ct-0000000000000", "Success", (minute, minute))
    };
    vec![other("other-1", from), other("other-2", to)]
}

pub(super) fn covered_day(region: &str, day: Day, objects: u64) -> CoverageDay {
    CoverageDay {
        account_id: AccountId::from(ACCOUNT),
        region: region.into(),
        day,
        until: day,
        objects,
        records: objects,
        first_event_time: None,
        last_event_time: None,
        quiet: false,
        digest_hours: None,
        missing_digest_hours: None,
        missing_objects: None,
        categories: BTreeSet::new(),
    }
}

/// Sources of labelled events in order, and RFC records.
pub(super) fn sources(events: Vec<Event>, rfc_records: Vec<RfcRecord>) -> Sources {
    sources_in(&Catalogue::builtin(), events, rfc_records)
}

/// The same with other modes.
pub(super) fn sources_in(
    catalogue: &Catalogue,
    mut events: Vec<Event>,
    rfc_records: Vec<RfcRecord>,
) -> Sources {
    for event in &mut events {
        event.category = catalogue.judge(event).map(|judgement| judgement.category);
    }
    events.sort_by(in_order);
    let scope = Scope { last_event_time: events.last().and_then(|event| event.time), ..Scope::default() };
    let telling = |event: &&Event| tells_of_others(event, catalogue);
    let wanted = wanted(&events.iter().filter(telling).cloned().collect::<Vec<_>>(), catalogue);
    let (events, plain): (Vec<Event>, Vec<Event>) = events
        .into_iter()
        .partition(|event| tells_of_others(event, catalogue) || wanted.holds_caller_of(event));
    Sources { events, plain: plain.into(), rfc_records, scope, ..Sources::default() }
}

/// Correlates twice, all in memory and with every list on disk: it comes to the
/// same.
pub(super) fn all(sources: Sources, catalogue: &Catalogue, options: &Options) -> Report {
    let small = Options { room: Room::new(1, None), ..options.clone() };
    let spilled = super::all(sources.clone(), catalogue, &small);
    small.room.check().expect("no disk failed");
    let held = super::all(sources, catalogue, options);
    let (one, other) = (format!("{held:#?}"), format!("{spilled:#?}"));
    let unlike = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    assert_eq!(unlike, None, "what is in memory, and what is on disk");
    assert_eq!(one.len(), other.len());
    held
}

pub(super) fn report(events: Vec<Event>, rfc_records: Vec<RfcRecord>) -> Report {
    all(sources(events, rfc_records), &Catalogue::builtin(), &Options::default())
}

/// One line a window: mode, opening, basis, close, authorization, RFCs, roles.
pub(super) fn window_lines(report: &Report) -> Vec<String> {
    let lines = report.windows.iter().map(|window| {
        let closed = window.closed_at.map_or("…".to_owned(), |time| minute(time).to_string());
        let rfcs: Vec<&str> = window.rfc_ids.iter().map(RfcId::as_str).collect();
        format!(
            "{} {}..{closed} {} {} {} [{}]",
            window.mode,
            minute(window.opened_at),
            window.open_basis.as_str(),
            window.opened_bound.as_str(),
            window.authorization.as_str(),
            rfcs.join(",")
        )
    });
    lines.collect()
}
