//! events.ocsf.jsonl: kept events as OCSF API Activity, one a line.
//!
//! Owns: which field of a record stands where in OCSF. Text is raw, as in the
//! record; what could mislead an eye or a terminal stands as `\uXXXX`. What has
//! no time cannot be told in OCSF and is left out; the table `events` has it.
//!
//! Source: OCSF schema 1.5.0, class API Activity (6003) with the profiles cloud
//! and datetime, and the project's own mapping of CloudTrail (ocsf/examples,
//! mappings/markdown/AWS/v1.5.0/CloudTrail/API Activity), read 2026-11.

mod shape;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::iter::Peekable;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::model::destructive::DestructiveAction;
use crate::model::event::{Event, Outcome};
use crate::model::id::EventId;
use crate::model::principal::Principal;
use crate::model::report::Report;
use crate::model::severity::Severity;
use crate::model::time::UtcTime;
use crate::report::column::AsText;
use crate::report::escape;
use crate::runs::{Iter, Runs};
use shape::{
    Account, Activity, Actor, Api, Cloud, Endpoint, Feature, HttpRequest, Id, Issued, Metadata, Product,
    Request, Resource, Response, Service, Unmapped, User,
};

/// The file's name in the output folder.
pub const FILE: &str = "events.ocsf.jsonl";

/// Version of the schema that lines keep.
pub const SCHEMA: &str = "1.5.0";

const CATEGORY_UID: u32 = 6;
const CLASS_UID: u32 = 6003;

/// Writes a line for each event of the table `events` that has a time.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lines = Lines::of(report);
    report.events.iter().flatten().try_for_each(|event| lines.write(event, out))
}

/// Lines of events that come one by one, in order of time.
#[derive(Debug)]
pub struct Lines<'a>(Actions<'a>);

/// Destructive calls by their event.
#[derive(Debug)]
enum Actions<'a> {
    /// All of them.
    All(BTreeMap<&'a EventId, &'a DestructiveAction>),
    /// Those of the time at hand, where all are too many for memory.
    Passing(Box<Mutex<Passing<'a>>>),
}

impl<'a> Lines<'a> {
    /// For the events of a report.
    pub fn of(report: &'a Report) -> Self {
        let list = &report.destructive;
        if list.is_spilled() {
            return Self(Actions::Passing(Box::new(Mutex::new(Passing::over(list)))));
        }
        let by_id = list.iter().filter_map(|action| match action {
            Cow::Borrowed(action) => Some((action.event_id.as_ref()?, action)),
            Cow::Owned(_) => None,
        });
        Self(Actions::All(by_id.collect()))
    }

    /// Writes the line of an event, if it has a time.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let Some((id, time)) = event.event_id.as_ref().zip(event.time) else {
            return write_line(event, None, out);
        };
        match &self.0 {
            Actions::All(all) => write_line(event, all.get(id).copied(), out),
            Actions::Passing(rows) => {
                let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
                write_line(event, rows.of(id, time), out)
            }
        }
    }
}

fn write_line(event: &Event, action: Option<&DestructiveAction>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(activity) = activity(event, action) {
        let line = serde_json::to_string(&activity)?;
        out.write_all(escape::json(&line).as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Goes through destructive calls beside events: both are in order of time.
#[derive(Debug)]
struct Passing<'a> {
    list: &'a Runs<DestructiveAction>,
    rows: Peekable<Iter<'a, DestructiveAction>>,
    now: Option<UtcTime>,
    here: BTreeMap<EventId, DestructiveAction>,
}

impl<'a> Passing<'a> {
    fn over(list: &'a Runs<DestructiveAction>) -> Self {
        Self { list, rows: list.iter().peekable(), now: None, here: BTreeMap::new() }
    }

    /// The call of that event.
    fn of(&mut self, id: &EventId, time: UtcTime) -> Option<&DestructiveAction> {
        let now = Some(time);
        if self.now > now {
            *self = Self::over(self.list);
        }
        if self.now != now {
            self.now = now;
            self.here.clear();
            while let Some(row) = self.rows.next_if(|row| row.event_time <= now) {
                if let Some(id) = row.event_id.clone().filter(|_| row.event_time == now) {
                    self.here.insert(id, row.into_owned());
                }
            }
        }
        self.here.get(id)
    }
}

fn activity<'a>(event: &'a Event, action: Option<&'a DestructiveAction>) -> Option<Activity<'a>> {
    let time = event.time?;
    let (activity_id, activity_name) = kind(event);
    let (severity_id, severity) = severity(action.map(|action| action.severity));
    let (status_id, status) = match event.outcome() {
        Outcome::Succeeded => (1, "Success"),
        Outcome::Denied | Outcome::Failed => (2, "Failure"),
        Outcome::DryRun => (99, "DryRun"),
    };
    Some(Activity {
        activity_id,
        activity_name,
        actor: actor(&event.principal),
        api: api(event),
        category_name: "Application Activity",
        category_uid: CATEGORY_UID,
        class_name: "API Activity",
        class_uid: CLASS_UID,
        cloud: Cloud {
            account: id(&event.account_id),
            provider: "AWS",
            region: event.region.as_ref().map(AsText::as_text),
        },
        http_request: event.user_agent.as_deref().map(|user_agent| HttpRequest { user_agent }),
        metadata: metadata(event),
        resources: resources(event),
        severity,
        severity_id,
        src_endpoint: endpoint(event),
        status,
        status_code: event.error_code.as_deref(),
        status_detail: event.error_message.as_deref(),
        status_id,
        time: time.micros().div_euclid(1_000),
        time_dt: time.to_string(),
        type_name: format!("API Activity: {activity_name}"),
        type_uid: CLASS_UID * 100 + activity_id,
        unmapped: Unmapped {
            additional_event_data: event.additional_event_data.as_deref(),
            shared_event_id: event.shared_event_id.as_deref(),
            event_name_raw: (event.event_name_raw != event.event_name).then_some(&*event.event_name_raw),
            category: event.category.map(|category| category.as_str()),
            outcome: event.outcome().as_str(),
            copies: event.copies,
            window_id: action.and_then(|action| action.window_id.as_ref()).map(AsText::as_text),
            source_object: event.evidence.object.as_str(),
            source_record: event.evidence.record,
        },
    })
}

/// What a call does: read, or what the first word of its name says.
fn kind(event: &Event) -> (u32, &'static str) {
    const CREATES: [&str; 10] =
        ["Create", "Run", "Put", "Start", "Launch", "Import", "Register", "Allocate", "Copy", "Restore"];
    const DELETES: [&str; 8] =
        ["Delete", "Terminate", "Remove", "Purge", "Deregister", "Release", "Destroy", "ScheduleKeyDeletion"];
    let name = &*event.event_name;
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    if event.is_read() {
        (2, "Read")
    } else if begins(&DELETES) {
        (4, "Delete")
    } else if begins(&CREATES) {
        (1, "Create")
    } else {
        (3, "Update")
    }
}

/// That of the destructive call, else informational: a call alone is no claim.
fn severity(severity: Option<Severity>) -> (u32, &'static str) {
    match severity {
        None | Some(Severity::Informational) => (1, "Informational"),
        Some(Severity::Low) => (2, "Low"),
        Some(Severity::Medium) => (3, "Medium"),
        Some(Severity::High) => (4, "High"),
        Some(Severity::Critical) => (5, "Critical"),
    }
}

fn actor(principal: &Principal) -> Actor<'_> {
    let issuer = principal.issuer.as_ref();
    Actor {
        app_name: principal.invoked_by.as_deref(),
        session: (issuer.is_some() || principal.session_created_at.is_some()).then(|| Issued {
            created_time: principal.session_created_at.map(|time| time.micros().div_euclid(1_000)),
            created_time_dt: principal.session_created_at.map(|time| time.to_string()),
            is_mfa: principal.mfa,
            issuer: issuer.and_then(|issuer| issuer.arn.as_ref()).map(AsText::as_text),
            uid: principal.access_key_id.as_ref().map(AsText::as_text),
        }),
        user: User {
            account: id(&principal.account_id),
            credential_uid: principal.access_key_id.as_ref().map(AsText::as_text),
            name: principal
                .user_name
                .as_deref()
                .or_else(|| principal.role_session_name())
                .unwrap_or("unknown"),
            user_type: principal.identity_type.as_deref(),
            uid: principal.arn.as_ref().map(AsText::as_text),
            uid_alt: principal.principal_id.as_deref(),
        },
    }
}

/// `request.uid` is required where there is a request: without a request id the
/// event's own id stands there, and without both the request is left out.
fn api(event: &Event) -> Api<'_> {
    let uid = event.request_id.as_deref().or_else(|| event.event_id.as_ref().map(AsText::as_text));
    let told =
        event.response_elements.is_some() || event.error_code.is_some() || event.error_message.is_some();
    Api {
        operation: if event.event_name.is_empty() { "unknown" } else { &event.event_name },
        request: uid.map(|uid| Request { uid, data: event.request_parameters.as_deref() }),
        response: told.then_some(Response {
            data: event.response_elements.as_deref(),
            error: event.error_code.as_deref(),
            error_message: event.error_message.as_deref(),
        }),
        service: Service { name: &event.event_source },
    }
}

fn metadata(event: &Event) -> Metadata<'_> {
    Metadata {
        event_code: event.event_type.as_deref(),
        product: Product {
            feature: event.event_category.as_deref().map(|name| Feature { name }),
            name: "CloudTrail",
            vendor_name: "AWS",
            version: event.event_version.as_deref(),
        },
        profiles: ["cloud", "datetime"],
        uid: event.event_id.as_ref().map(AsText::as_text),
        version: SCHEMA,
    }
}

/// An address is `ip`; a service's name is `svc_name`; at least one field stands.
fn endpoint(event: &Event) -> Endpoint<'_> {
    let source = event.source_ip.as_deref();
    let is_address = source.is_some_and(|source| source.parse::<IpAddr>().is_ok());
    Endpoint {
        ip: source.filter(|_| is_address),
        svc_name: if is_address { None } else { Some(source.unwrap_or("unknown")) },
        uid: event.vpc_endpoint_id.as_deref(),
    }
}

/// `resources[]` of the record, as far as it is a list of objects with ARNs.
fn resources(event: &Event) -> Vec<Resource> {
    let parsed: Option<Value> = event.resources.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let text = |item: &Value, keys: [&str; 2]| {
        keys.iter().find_map(|key| item.get(key)?.as_str().map(str::to_owned))
    };
    let resource = |item: &Value| {
        let uid = text(item, ["ARN", "arn"])?;
        Some(Resource {
            account: text(item, ["accountId", "accountid"]),
            kind: text(item, ["type", "resourceType"]),
            uid,
        })
    };
    parsed.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(resource).collect()
}

fn id<T: AsText>(account: &Option<T>) -> Option<Account<'_>> {
    account.as_ref().map(|account| Id { uid: account.as_text() })
}
