//! One loss is one row, and an end without its call is not lost.

use crate::model::destructive::DestructiveAction;
use crate::model::event::Event;

use super::super::super::samples::{With, call, report};

const ARN: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/db-AbCdEf";

fn rows(events: Vec<Event>) -> Vec<DestructiveAction> {
    report(events, vec![]).destructive.into()
}

fn names(events: Vec<Event>) -> Vec<(String, u64)> {
    rows(events).into_iter().map(|row| (row.event_name.to_string(), row.resource_count)).collect()
}

fn forced(minute: i64, arn: &str) -> Event {
    call(minute, "secretsmanager", "DeleteSecret")
        .request(r#"{"secretId":"shop/db","forceDeleteWithoutRecovery":true}"#)
        .response(&format!(r#"{{"aRN":"{arn}","name":"shop/db"}}"#))
}

fn ended(minute: i64, arn: &str) -> Event {
    let told = format!(r#"{{"ARN":"{arn}","Name":"shop/db"}}"#);
    let event = call(minute, "secretsmanager", "EndSecretVersionDelete");
    let event_type = Some("AwsServiceEvent".into());
    Event { additional_event_data: Some(told.as_str().into()), event_type, ..event }
}

#[test]
fn the_end_of_a_deletion_is_no_second_loss() {
    let done = rows(vec![forced(10, ARN), ended(10, ARN), ended(12, ARN)]);
    assert_eq!(done.len(), 1);
    assert_eq!(&*done[0].event_name, "DeleteSecret");
    assert!(
        done[0].recovery.ends_with("; the service recorded the end of the deletion at 2025-01-10T00:12:00Z"),
        "{}",
        done[0].recovery
    );
    // A call that tells no ARN is known by its name.
    let by_name = Event { response_elements: None, ..forced(10, ARN) };
    assert_eq!(names(vec![by_name, ended(12, ARN)]).len(), 1);
    let key = "11111111-2222-3333-4444-555555555555";
    let asked = call(10, "kms", "ScheduleKeyDeletion").request(&format!(r#"{{"keyId":"{key}"}}"#));
    let gone = call(20_000, "kms", "DeleteKey")
        .resources(&format!(r#"[{{"ARN":"arn:aws:kms:us-east-1:111122223333:key/{key}"}}]"#));
    assert_eq!(names(vec![asked, gone]), [("ScheduleKeyDeletion".to_owned(), 1)]);
}

#[test]
fn an_end_whose_call_is_not_in_evidence_is_a_row() {
    let other = "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/db-XyXyXy";
    for (what, call) in [
        ("nothing", None),
        ("a secret of the same name", Some(forced(10, other))),
        ("refused", Some(forced(10, ARN).error("AccessDenied"))),
        ("asked later", Some(forced(13, ARN))),
        ("another account", Some(Event { account_id: Some("999999999999".into()), ..forced(10, ARN) })),
    ] {
        let events: Vec<Event> = call.into_iter().chain([ended(12, ARN)]).collect();
        let ends = rows(events).into_iter().filter(|row| &*row.event_name == "EndSecretVersionDelete");
        let named: Vec<_> = ends.map(|row| row.resources).collect();
        assert_eq!(named, [[ARN.into()]], "{what}");
    }
}
