//! Merging of RFC records, and the calls that tell of RFCs.

use crate::catalogue::Catalogue;
use crate::model::problem::ProblemKind;
use crate::model::rfc::{Rfc, RfcAction, RfcRecord, RfcSource};
use crate::normalise::rfc::from_event;

use super::super::samples::{ACCOUNT, ENABLE_FOR, ENABLE_OWN, With, archived, at, call, minute};
use super::merge;

fn merged(records: Vec<RfcRecord>) -> Rfc {
    let (mut rfcs, problems) = merge(records, &Catalogue::builtin());
    assert_eq!(rfcs.len(), 1);
    let rfc = rfcs.remove(0);
    assert_eq!(problems.len(), usize::from(!rfc.conflicts.is_empty()));
    assert!(problems.iter().all(|problem| problem.kind == ProblemKind::ConflictingRfc));
    rfc
}

fn summary(status: &str, modified: i64) -> RfcRecord {
    RfcRecord {
        source: RfcSource::RfcSummary,
        last_modified_at: Some(at(modified)),
        ..archived("rfc-1", ENABLE_OWN, status, (5, 15))
    }
}

#[test]
fn the_newest_record_wins_field_by_field() {
    let old =
        RfcRecord { title: Some("old".into()), parameters: Some("{}".into()), ..summary("InProgress", 10) };
    let new = RfcRecord { title: None, ..summary("Success", 20) };
    for records in [vec![old.clone(), new.clone()], vec![new, old]] {
        let rfc = merged(records);
        assert_eq!(rfc.status.as_deref(), Some("Success"));
        assert_eq!((rfc.title.as_deref(), rfc.parameters.as_deref()), (Some("old"), Some("{}")));
        assert_eq!(rfc.conflicts, Vec::<&str>::new());
    }
}

#[test]
fn progress_is_no_conflict_and_contradiction_is() {
    let get = |status, modified| RfcRecord { source: RfcSource::GetRfc, ..summary(status, modified) };
    let titled = |title: &str, modified| RfcRecord { title: Some(title.into()), ..get("Success", modified) };
    let json = |json: &str| RfcRecord { parameters: Some(json.into()), ..get("Success", 20) };
    let none: &[&str] = &[];
    let cases = [
        (get("InProgress", 10), summary("Success", 20), none),
        (get("Success", 20), summary("Success", 20), none),
        (get("InProgress", 20), summary("Success", 20), &["status"]),
        (get("Failure", 10), summary("Success", 20), &["status"]),
        (titled("a", 10), titled("b", 20), &["title"]),
        (json(r#"{"a":1,"b":2}"#), json(r#"{"b":2, "a":1}"#), none),
        (json(r#"{"a":1}"#), json(r#"{"a":2}"#), &["parameters"]),
    ];
    for (one, other, expected) in cases {
        assert_eq!(merged(vec![one.clone(), other.clone()]).conflicts, expected, "{one:?} {other:?}");
    }
}

#[test]
fn calls_add_who_and_when_and_never_outrank_the_archive() {
    let by_id = r#"{"RfcId":"rfc-1"}"#;
    let hidden = format!(
        r#"{{"ChangeTypeId":"{ENABLE_OWN}","title":"HIDDEN_DUE_TO_SECURITY_REASONS","executionParameters":
           "HIDDEN_DUE_TO_SECURITY_REASONS"}}"#
    );
    let create = call(4, "amscm", "CreateRfc").request(&hidden).response(r#"{"rfcId":"rfc-1"}"#);
    let events = [
        create.clone(),
        call(5, "managedservices", "SubmitRfc").request(by_id),
        call(6, "x.managedservices", "ApproveRfc").request(by_id),
        call(7, "amscm", "ApproveRfc").request(by_id).error("AccessDenied"),
        call(8, "amsskms", "ApproveRfc").request(by_id),
        call(9, "amscm", "GetRfc").request(by_id),
    ];
    let records: Vec<RfcRecord> = events.iter().filter_map(from_event).collect();
    assert_eq!(records.len(), 3);
    let rfc = merged(records.clone());
    assert_eq!((rfc.status.as_deref(), rfc.title.as_deref(), rfc.parameters.as_deref()), (None, None, None));
    assert_eq!(rfc.sources, [RfcSource::CloudTrail]);
    assert_eq!(rfc.approved_at, Some(at(6)));
    assert_eq!(rfc.target_account_id.as_ref().map(|id| id.as_str()), Some(ACCOUNT));

    let rfc =
        merged(records.into_iter().chain([archived("rfc-1", ENABLE_OWN, "Success", (5, 15))]).collect());
    assert_eq!(rfc.sources, [RfcSource::GetRfc, RfcSource::CloudTrail]);
    assert_eq!(rfc.created_by.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/R/rita"));
    assert_eq!(rfc.submitted_by.as_deref(), Some("arn:aws:iam::111122223333:user/ops"));
    let steps: Vec<String> = rfc
        .steps
        .iter()
        .map(|step| format!("{} {:?} {}", minute(step.time), step.kind, step.event_id.is_some()))
        .collect();
    assert_eq!(
        steps,
        ["4 Created true", "5 Submitted true", "5 Started false", "6 Approved true", "15 Succeeded false"]
    );
}

#[test]
fn the_target_is_what_the_change_type_says() {
    let of = |change_type: &str, parameters: Option<&str>| {
        let record = archived("rfc-1", change_type, "Success", (5, 15));
        let rfc = merged(vec![RfcRecord { parameters: parameters.map(Into::into), ..record }]);
        (rfc.target_account_id.map(|id| id.as_str().to_owned()), rfc.action)
    };
    let own = (Some(ACCOUNT.to_owned()), RfcAction::EnableMode);
    assert_eq!(of(ENABLE_OWN, None), own);
    assert_eq!(of(ENABLE_FOR, None), (None, RfcAction::EnableMode));
    let named = of(ENABLE_FOR, Some(r#"{"ApplicationAccountId":"444455556666"}"#));
    assert_eq!(named, (Some("444455556666".to_owned()), RfcAction::EnableMode));
    assert_eq!(of(ENABLE_FOR, Some(r#"{"ApplicationAccountId":"44"}"#)), (None, RfcAction::EnableMode));
    assert_eq!(of("ct-unknown", None), (None, RfcAction::Other));
}
