//! Ways back that a later call took.

use crate::model::destructive::{DestructiveAction, Reversibility as R};
use crate::model::event::Event;

use super::super::super::samples::{With, call, report};

const SECRET: &str = r#"{"secretId":"shop/db"}"#;
const ANSWER: &str =
    r#"{"aRN":"arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/db-AbCdEf","name":"shop/db"}"#;
const FORCED: &str = r#"{"secretId":"shop/db","forceDeleteWithoutRecovery":true}"#;

fn first(events: Vec<Event>) -> DestructiveAction {
    report(events, vec![]).destructive.remove(0)
}

fn deleted() -> Event {
    call(10, "secretsmanager", "DeleteSecret").request(SECRET).response(ANSWER)
}

fn forced(minute: i64, request: &str) -> Event {
    call(minute, "secretsmanager", "DeleteSecret").request(request).response(ANSWER)
}

#[test]
fn a_secret_deleted_again_by_force_has_no_window() {
    let row = first(vec![deleted(), forced(20, FORCED)]);
    assert_eq!((row.reversibility, row.recoverable_until), (R::Irreversible, None));
    assert!(
        row.recovery.contains("DeleteSecret at 2025-01-10T00:20:00Z destroyed what was kept"),
        "{}",
        row.recovery
    );
    let by_arn = r#"{"secretId":"arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/db-AbCdEf","forceDeleteWithoutRecovery":true}"#;
    assert_eq!(first(vec![deleted(), forced(20, by_arn)]).reversibility, R::Irreversible);
    let left = [
        ("alone", vec![deleted()]),
        ("before", vec![forced(5, FORCED), deleted()]),
        ("refused", vec![deleted(), forced(20, FORCED).error("AccessDenied")]),
        ("not by force", vec![deleted(), forced(20, SECRET)]),
        (
            "another",
            vec![
                deleted(),
                call(20, "secretsmanager", "DeleteSecret")
                    .request(r#"{"secretId":"other","forceDeleteWithoutRecovery":true}"#),
            ],
        ),
        (
            "restored before",
            vec![
                deleted(),
                call(15, "secretsmanager", "RestoreSecret").request(SECRET).response(ANSWER),
                forced(20, FORCED),
            ],
        ),
    ];
    for (what, events) in left {
        let rows = report(events, vec![]).destructive;
        let row =
            rows.iter().find(|row| row.event_time.is_some_and(|time| time.to_string().contains("00:10:00")));
        assert_eq!(row.map(|row| row.reversibility), Some(R::RecoverableUntil), "{what}");
    }
}

#[test]
fn a_retained_backup_that_was_deleted_is_no_way_back() {
    let instance = |id: &str| {
        let response = format!(r#"{{"backupRetentionPeriod":14,"dbiResourceId":"{id}"}}"#);
        call(10, "rds", "DeleteDBInstance")
            .request(
                r#"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true,"deleteAutomatedBackups":false}"#,
            )
            .response(&response)
    };
    let backup =
        || call(20, "rds", "DeleteDBInstanceAutomatedBackup").request(r#"{"dbiResourceId":"db-ONE"}"#);
    let row = first(vec![instance("db-ONE"), backup()]);
    assert_eq!((row.reversibility, row.recoverable_until), (R::Irreversible, None));
    assert!(row.recovery.contains("DeleteDBInstanceAutomatedBackup at"), "{}", row.recovery);
    assert_eq!(first(vec![instance("db-TWO"), backup()]).reversibility, R::RecoverableUntil);
    let last = call(10, "rds", "DeleteDBInstance")
        .request(r#"{"dBInstanceIdentifier":"db","finalDBSnapshotIdentifier":"last"}"#)
        .response(r#"{"dbiResourceId":"db-ONE"}"#);
    assert_eq!(
        first(vec![last, backup()]).reversibility,
        R::Recoverable,
        "the final snapshot is another way"
    );
}
