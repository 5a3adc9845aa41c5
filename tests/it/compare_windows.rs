//! `compare`: when a window under two ids is one, and when that is not certain.

use serde_json::Value;

use crate::compare::{audit, changes, of};
use crate::runner::{Row, put, record, scratch};

const ROLE: &str = "AWSManagedServicesDevelopmentRole";

/// A call of IAM on the marker role.
fn on_role(call: &str, time: &str) -> Value {
    let mut made = record(&format!("{call}-{time}"), time);
    made["eventSource"] = "iam.amazonaws.com".into();
    made["eventName"] = call.into();
    made["requestParameters"] = serde_json::json!({ "roleName": ROLE });
    made
}

/// A call of a session of the marker role that began then.
fn used(time: &str) -> Value {
    let mut made = record(&format!("use-{time}"), time);
    made["eventName"] = "ListBuckets".into();
    made["readOnly"] = true.into();
    made["userIdentity"] = serde_json::json!({
        "type": "AssumedRole", "principalId": "AROAEXAMPLE:alice", "accountId": "111122223333",
        "arn": format!("arn:aws:sts::111122223333:assumed-role/{ROLE}/alice"), "accessKeyId": "ASIAEXAMPLEONE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role", "principalId": "AROAEXAMPLE", "accountId": "111122223333", "userName": ROLE,
                "arn": format!("arn:aws:iam::111122223333:role/{ROLE}")
            },
            "attributes": { "creationDate": time, "mfaAuthenticated": "false" }
        }
    });
    made
}

/// Name, old records, new records, and the words of their windows.
type Case = (&'static str, Vec<Value>, Vec<Value>, &'static [&'static str]);

/// Old records, new records, and what becomes of the window. Only where one of
/// the reports shows the mode open throughout are two rows one window.
#[test]
fn windows_under_two_ids_are_one_only_if_that_is_certain() {
    let (create, delete) = (|time| on_role("CreateRole", time), |time| on_role("DeleteRole", time));
    let day = |number: u32| format!("2026-01-{number:02}T10:00:00Z");
    let other = |number: u32| record(&format!("other-{number}"), &day(number));
    let cases: [Case; 6] = [
        (
            "better evidence of the opening",
            vec![used(&day(5))],
            vec![create(&day(3)), used(&day(5))],
            &["refined"],
        ),
        (
            "and of the end",
            vec![used(&day(5))],
            vec![create(&day(3)), used(&day(5)), delete(&day(6))],
            &["ended", "refined"],
        ),
        (
            "the new window was over before the old one was seen",
            vec![used(&day(5))],
            vec![create(&day(3)), delete(&day(4)), other(5)],
            &["gone", "new"],
        ),
        (
            "two windows where the old report saw one",
            vec![create(&day(3)), used(&day(9))],
            vec![used(&day(4)), delete(&day(5)), create(&day(6)), used(&day(9)), other(3)],
            &["gone", "new", "new"],
        ),
        (
            "only later evidence, and a gap",
            vec![create(&day(3))],
            vec![used(&day(9))],
            &["new", "not_covered"],
        ),
        (
            "poorer evidence of a window that is known",
            vec![create(&day(3)), used(&day(5)), used(&day(9))],
            vec![used(&day(8)), used(&day(9))],
            &["changed"],
        ),
    ];
    for (name, before, after, expected) in cases {
        let report = |records: Vec<Value>| {
            let place = scratch();
            put(place.path(), "a.json", serde_json::json!({ "Records": records }).to_string());
            (audit(place.path(), &[]), place)
        };
        let ((old, _old_dump), (new, _new_dump)) = (report(before), report(after));
        let rows = changes(&old, &new);
        let mut words: Vec<&str> = of(&rows, "window").iter().map(|row| row["change"].as_str()).collect();
        words.sort_unstable();
        assert_eq!(words, expected, "{name}: {rows:?}");
        let hint = |row: &Row| row["detail"].contains("is not shown");
        let maybe = name == "only later evidence, and a gap";
        assert_eq!(of(&rows, "window").into_iter().all(hint), maybe, "{name}: {rows:?}");
        for row in of(&rows, "window").iter().filter(|row| row["change"] == "refined") {
            assert!(row["detail"].contains("opened_bound: at_or_before -> exact"), "{row:?}");
            assert!(!row["old_id"].is_empty(), "{row:?}");
            // What was said of the window is said of it still, under another id.
            let of_window = of(&rows, "finding").into_iter().filter(|row| row["change"] == "refined").count();
            assert_eq!(of_window, usize::from(!words.contains(&"ended")), "{name}: {rows:?}");
        }
    }
}
