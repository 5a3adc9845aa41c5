//! Every shape of an RFC, from the field names of facts/ams.md. All synthetic.

use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::id::AccountId;
use crate::model::rfc::RfcStepKind;

use super::{RfcRead, RfcRecordKind, from_archive};

fn evidence() -> Evidence {
    Evidence { object: ObjectPath::new("rfcs.json"), record: 0, start: 0, end: 1 }
}

fn read(json: &str, kind: RfcRecordKind) -> RfcRead {
    let account = Some(AccountId::from("999999999999"));
    from_archive(json, kind, account, evidence()).expect("an RFC")
}

const GET_RFC: &str = r#"{
 "RfcId":"rfc-1","Title":"t","Description":null,"ChangeTypeId":"ct-1opjmhuddw194","ChangeTypeVersion":"1.0",
 "AutomationStatus":{"Id":"Automated","Name":"x"},"Status":{"Id":"Success","Name":"y"},
 "ApprovalState":{"AwsApprovalStatus":{"Id":"Approved"},"CustomerApprovalStatus":{"Id":"NotRequired"}},
 "CreatedBy":"arn:aws:sts::111122223333:assumed-role/R/user","LastModifiedBy":"arn:aws:sts::444455556666:x",
 "CreatedTime":"20250101T000000Z","LastSubmittedTime":"2025-01-01T00:01:00Z","LastModifiedTime":"20250101T000200Z",
 "RequestedExecutionTimeRange":null,
 "ActualExecutionTimeRange":{"StartTime":"20250101T010003Z","EndTime":null},
 "ExecutionParameters":"{\"ApplicationAccountId\":\"444455556666\"}"}"#;

#[test]
fn get_rfc_output_is_read() {
    let RfcRead { record, odd_fields } = read(GET_RFC, RfcRecordKind::GetRfc);
    assert_eq!(odd_fields, Vec::<&str>::new());
    assert_eq!(record.status.as_deref(), Some("Success"));
    assert_eq!(record.automation.as_deref(), Some("Automated"));
    assert_eq!(record.aws_approval.as_deref(), Some("Approved"));
    assert_eq!(record.customer_approval.as_deref(), Some("NotRequired"));
    assert_eq!(record.account_id.as_ref().map(AccountId::as_str), Some("111122223333"));
    assert_eq!(record.created_at.map(|time| time.to_string()).as_deref(), Some("2025-01-01T00:00:00Z"));
    assert_eq!(record.submitted_at.map(|time| time.to_string()).as_deref(), Some("2025-01-01T00:01:00Z"));
    assert_eq!(record.actual.0.map(|time| time.to_string()).as_deref(), Some("2025-01-01T01:00:03Z"));
    assert_eq!((record.actual.1, record.requested), (None, (None, None)));
    assert_eq!(record.parameters.as_deref(), Some(r#"{"ApplicationAccountId":"444455556666"}"#));
}

#[test]
fn camel_case_plain_words_and_an_object_of_parameters_are_read() {
    let json = r#"{"rfcId":"rfc-1","status":"Failure","automationStatus":"Manual","changeTypeId":"ct-x",
        "awsApprovalStatus":"Approved","createdTime":"20250101T000000Z","executionParameters":{"b":1,"a":"2"}}"#;
    let record = read(json, RfcRecordKind::Summary).record;
    assert_eq!(record.status.as_deref(), Some("Failure"));
    assert_eq!(record.aws_approval.as_deref(), Some("Approved"));
    assert!(record.created_at.is_some());
    assert_eq!(record.parameters.as_deref(), Some(r#"{"b":1,"a":"2"}"#));
    assert_eq!(record.account_id.as_ref().map(AccountId::as_str), Some("999999999999"));
}

#[test]
fn odd_fields_are_left_empty_and_named() {
    let json = r#"{"RfcId":"rfc-1","Status":7,"CreatedTime":"yesterday","Title":["x"],
        "ActualExecutionTimeRange":{"StartTime":12},"RequestedExecutionTimeRange":"x","ExecutionParameters":"no json"}"#;
    let RfcRead { record, odd_fields } = read(json, RfcRecordKind::GetRfc);
    let named = [
        "CreatedTime",
        "Title",
        "Status",
        "RequestedExecutionTimeRange",
        "ActualExecutionTimeRange",
        "ExecutionParameters",
    ];
    for field in named {
        assert!(odd_fields.contains(&field), "{field} of {odd_fields:?}");
    }
    assert_eq!((record.status, record.created_at, record.title), (None, None, None));
    assert_eq!(record.parameters.as_deref(), Some(r#""no json""#));
}

#[test]
fn what_is_no_rfc_is_refused() {
    for json in ["", "[]", "7", "{}", r#"{"RfcId":null}"#, r#"{"RfcId":7}"#, r#"{"RfcId":""}"#] {
        assert!(from_archive(json, RfcRecordKind::GetRfc, None, evidence()).is_err(), "{json}");
    }
    assert!(from_archive(r#"{"RfcId":"a"}"#, RfcRecordKind::StateChange, None, evidence()).is_err());
}

#[test]
fn secrets_in_parameters_are_replaced() {
    let json = r#"{"RfcId":"r","ExecutionParameters":
        "{\"Parameters\":{\"MasterUserPassword\":[\"hunter2\"],\"SecretArn\":\"arn:x\",\"AuthToken\":\"t0k\"}}"}"#;
    let parameters = read(json, RfcRecordKind::GetRfc).record.parameters.expect("parameters");
    assert!(!parameters.contains("hunter2") && !parameters.contains("t0k"), "{parameters}");
    assert!(parameters.contains("REDACTED") && parameters.contains("arn:x"), "{parameters}");
}

#[test]
fn state_changes_date_their_steps() {
    let cases = [
        ("RfcCreated", "Editing", Some(RfcStepKind::Created)),
        ("RfcSubmitted", "PendingApproval", Some(RfcStepKind::Submitted)),
        ("RfcApproved", "Scheduled", Some(RfcStepKind::Approved)),
        ("RfcRejected", "Rejected", Some(RfcStepKind::Rejected)),
        ("RfcAutoRejected", "Rejected", Some(RfcStepKind::Rejected)),
        ("RfcCanceled", "Canceled", Some(RfcStepKind::Canceled)),
        ("RfcInProgress", "InProgress", Some(RfcStepKind::Started)),
        ("RfcCompleted", "Success", Some(RfcStepKind::Succeeded)),
        ("RfcCompleted", "Failure", Some(RfcStepKind::Failed)),
        ("RfcCompleted", "Odd", None),
        ("RfcUpdated", "Editing", None),
        ("RfcActionStateUpdated", "Editing", None),
    ];
    for (event_type, status, expected) in cases {
        let json = format!(
            r#"{{"source ":"aws.managedservices","detail-type":"AMS RFC State Change","account":"111122223333",
               "time":"2025-01-01T00:00:00Z","detail":{{"EventType":"{event_type}","RfcId":"rfc-1","Status":"{status}",
               "AwsAccountId":"111122223333","AutomationStatus":"Automated","LastModifiedTime":"20241231T235959Z"}}}}"#
        );
        let record = read(&json, RfcRecordKind::StateChange).record;
        assert_eq!(record.steps.first().map(|step| step.kind), expected, "{event_type}");
        assert_eq!(record.account_id.as_ref().map(AccountId::as_str), Some("111122223333"));
        assert_eq!(record.approved_at.is_some(), event_type == "RfcApproved");
        assert_eq!(
            record.last_modified_at.map(|time| time.to_string()).as_deref(),
            Some("2024-12-31T23:59:59Z")
        );
    }
}
