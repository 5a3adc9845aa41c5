//! Recording stopped and then things destroyed: what makes the finding, until
//! when, and the near misses that make none.

use super::super::super::samples::{DEV, With, call, role_call, wearing};
use super::intent::{by_eve, count, delete_db, found, in_account};
use crate::model::event::Event;

const BLIND: &str = "intent/blind-then-changed";

fn stop(minute: i64) -> Event {
    call(minute, "cloudtrail", "StopLogging").request(r#"{"name":"t"}"#)
}

#[test]
fn what_an_actor_destroys_after_stopping_the_recording_is_a_finding() {
    let made = found(BLIND, vec![stop(0), delete_db(5, "a"), delete_db(6, "b"), by_eve(delete_db(7, "c"))]);
    assert_eq!((made.len(), made[0].count), (1, 2));
    assert_eq!(made[0].severity.as_str(), "critical");
    assert_eq!(
        made[0].summary,
        "ops made 2 destructive calls in account 111122223333 within 24 hours after \
         StopLogging at 2025-01-10T00:00:00Z: DeleteDBInstance"
    );
}

#[test]
fn other_changes_of_a_mode_session_count_for_less() {
    let worn = || wearing(DEV, "ASIA1", Some(1));
    let run = call(8, "ec2", "RunInstances").by(worn());
    let events = vec![role_call(0, "CreateRole", DEV), stop(2).by(worn()), run];
    let made = found(BLIND, events);
    assert_eq!((made.len(), made[0].count, made[0].severity.as_str()), (1, 1, "high"));
    assert!(made[0].event_ids.iter().any(|id| id.as_str() == "RunInstances-8"));
    assert!(made[0].summary.contains(" made 1 change in a mode in account "), "{}", made[0].summary);
    let read = call(8, "ec2", "DescribeInstances").by(worn());
    let denied = call(9, "ec2", "RunInstances").by(worn()).error("AccessDenied");
    assert_eq!(count(BLIND, vec![role_call(0, "CreateRole", DEV), stop(2).by(worn()), read, denied]), 0);
}

#[test]
fn a_recording_that_went_on_or_a_call_before_it_is_no_finding() {
    let flow_logs =
        call(0, "ec2", "DeleteFlowLogs").request(r#"{"DeleteFlowLogsRequest":{"FlowLogId":"fl-1"}}"#);
    let misses = [
        vec![stop(0).error("AccessDenied"), delete_db(5, "a")],
        vec![delete_db(0, "a"), stop(5)],
        vec![stop(0), delete_db(0, "a")],
        vec![stop(0), delete_db(5, "a").error("AccessDenied")],
        vec![stop(0), by_eve(delete_db(5, "a"))],
        vec![stop(0), in_account(delete_db(5, "a"), "999999999999")],
        vec![stop(0), delete_db(24 * 60, "a")],
        vec![flow_logs, delete_db(5, "a")],
        vec![call(0, "config", "DeleteConfigRule").request(r#"{"configRuleName":"r"}"#), delete_db(5, "a")],
    ];
    for (number, events) in misses.into_iter().enumerate() {
        assert_eq!(count(BLIND, events), 0, "miss {number}");
    }
    let twice = found(BLIND, vec![stop(0), delete_db(5, "a"), stop(10), delete_db(15, "b")]);
    assert_eq!(twice.iter().map(|finding| finding.count).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_recording_that_was_restored_is_told_until_then() {
    let start = |minute: i64| call(minute, "cloudtrail", "StartLogging").request(r#"{"name":"t"}"#);
    let made = found(BLIND, vec![stop(0), delete_db(5, "a"), start(8), delete_db(9, "b")]);
    assert_eq!((made.len(), made[0].count), (1, 1));
    assert_eq!(
        made[0].summary,
        "ops made 1 destructive call in account 111122223333 after StopLogging at 2025-01-10T00:00:00Z and until \
         it was restored at 2025-01-10T00:08:00Z: DeleteDBInstance"
    );
    assert!(made[0].response.starts_with("The recording is on again"), "{}", made[0].response);
}

#[test]
fn of_a_stop_and_a_start_in_one_second_no_order_is_claimed() {
    let select = |kind: &str| {
        call(0, "cloudtrail", "PutEventSelectors").request(&format!(
            r#"{{"trailName":"t","eventSelectors":[{{"readWriteType":"{kind}","includeManagementEvents":{}}}]}}"#,
            kind == "All"
        ))
    };
    let sure = found(BLIND, vec![select("ReadOnly"), delete_db(5, "a")]);
    assert_eq!((sure.len(), sure[0].severity.as_str()), (1, "critical"));
    assert!(!sure[0].confidence_reason.contains("same second"));
    let mut whole = select("All");
    whole.event_id = Some("other".into());
    whole.evidence.record += 1000;
    let open = found(BLIND, vec![select("ReadOnly"), whole.clone(), delete_db(5, "a")]);
    assert_eq!((open.len(), open[0].severity.as_str()), (1, "high"));
    assert!(open[0].confidence < sure[0].confidence || open[0].confidence.as_str() == "low");
    assert!(
        open[0].confidence_reason.ends_with(
            "less sure, as a call of the same second switches on what PutEventSelectors cut, and no record tells \
             which came last"
        ),
        "{}",
        open[0].confidence_reason
    );
    // Of another trail, or denied, it tells nothing.
    let other = whole.clone().request(
        r#"{"trailName":"u","eventSelectors":[{"readWriteType":"All","includeManagementEvents":true}]}"#,
    );
    for event in [other, whole.error("AccessDenied")] {
        let made = found(BLIND, vec![select("ReadOnly"), event, delete_db(5, "a")]);
        assert!(!made[0].confidence_reason.contains("same second"), "{}", made[0].confidence_reason);
    }
}
