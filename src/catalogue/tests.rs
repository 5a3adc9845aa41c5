//! Tests of the whole catalogue, on events built from real parameter shapes.

use std::sync::Arc;

use super::*;
use crate::model::destructive::{Category, Reversibility};
use crate::model::event::Event;
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::principal::Principal;
use crate::model::source_grade::SourceGrade;

mod conditions;
mod losses;
mod modes;
mod operations;

/// An event of that operation; what a test does not name is absent.
fn event(source: &str, name: &str, parameters: Option<&str>) -> Event {
    Event {
        time: None,
        event_id: None,
        event_version: None,
        account_id: None,
        region: None,
        event_source: Arc::from(format!("{source}.amazonaws.com")),
        event_name: Arc::from(name),
        event_name_raw: Arc::from(name),
        event_type: Some(Arc::from("AwsApiCall")),
        event_category: None,
        read_only: Some(false),
        error_code: None,
        error_message: None,
        source_ip: None,
        user_agent: None,
        principal: Principal::default().into(),
        request_id: None,
        shared_event_id: None,
        vpc_endpoint_id: None,
        recipient_account_id: None,
        resources: None,
        request_parameters: parameters.map(Arc::from),
        response_elements: None,
        additional_event_data: None,
        service_event_details: None,
        answered_failure: false,
        category: None,
        copies: 1,
        source_grade: SourceGrade::Unreferenced,
        evidence: Evidence { object: ObjectPath::new("a.json"), record: 0, start: 0, end: 1 },
    }
}
