//! Delete markers, and what became of the versions behind them.

use crate::model::destructive::{DestructiveAction, Reversibility as R};
use crate::model::event::Event;

use super::super::super::samples::{With, at, call, evidence, report};

const MARKED: &str = r#"{"x-amz-delete-marker":"true","x-amz-version-id":"m1"}"#;

fn marked(minute: i64) -> Event {
    call(minute, "s3", "DeleteObject").request(r#"{"bucketName":"b","key":"k"}"#).response(MARKED)
}

fn version(minute: i64, key: &str, version: &str, answer: &str) -> Event {
    let request = format!(r#"{{"bucketName":"b","key":"{key}","versionId":"{version}"}}"#);
    call(minute, "s3", "DeleteObject").request(&request).response(answer)
}

fn first(events: Vec<Event>) -> DestructiveAction {
    report(events, vec![]).destructive.remove(0)
}

#[test]
fn versions_behind_a_marker_are_there_only_as_far_as_nothing_destroyed_them() {
    let gone = r#"{"x-amz-version-id":"v1"}"#;
    let bucket = |minute| call(minute, "s3", "DeleteBucket").request(r#"{"bucketName":"b"}"#);
    let batch = call(20, "s3", "DeleteObjects").request(
        r#"{"bucketName":"b","delete":{"objects":[{"key":"k","versionId":"v1"},{"key":"x","versionId":"v1"}]}}"#,
    );
    let still = "the versions are still there";
    let lost = "DeleteObject at 2025-01-10T00:20:00Z destroyed a version of it";
    let cases = [
        ("alone", vec![marked(10)], R::Reversible, still),
        ("a version", vec![marked(10), version(20, "k", "v1", gone)], R::Unknown, lost),
        (
            "a batch",
            vec![marked(10), batch],
            R::Unknown,
            "DeleteObjects at 2025-01-10T00:20:00Z destroyed a version",
        ),
        ("of another object", vec![marked(10), version(20, "other", "v1", gone)], R::Reversible, still),
        (
            "refused",
            vec![marked(10), version(20, "k", "v1", "null").error("AccessDenied")],
            R::Reversible,
            still,
        ),
        (
            "the bucket",
            vec![marked(10), bucket(20)],
            R::Irreversible,
            "DeleteBucket at 2025-01-10T00:20:00Z shows",
        ),
    ];
    for (what, events, reversibility, words) in cases {
        let row = first(events);
        assert_eq!(row.reversibility, reversibility, "{what}: {}", row.recovery);
        assert!(row.recovery.contains(words), "{what}: {}", row.recovery);
    }
}

#[test]
fn within_one_second_the_order_does_not_matter() {
    let gone = || version(10, "k", "v1", r#"{"x-amz-version-id":"v1"}"#);
    let bucket = || call(10, "s3", "DeleteBucket").request(r#"{"bucketName":"b"}"#);
    for (other, words) in
        [(gone(), "destroyed a version of it"), (bucket(), "nothing was left in the bucket")]
    {
        // By the place of its record it comes before the marker, and after it.
        for record in [1, 99] {
            let events = vec![marked(10), Event { evidence: evidence(record), ..other.clone() }];
            let rows = Vec::from(report(events, vec![]).destructive);
            let told = rows.iter().filter(|row| row.recovery.contains(words)).count();
            assert_eq!((rows.len(), told), (2, 1), "{rows:#?}");
        }
    }
}

#[test]
fn a_marker_that_was_taken_away_before_lost_nothing() {
    let taken = version(15, "k", "m1", r#"{"x-amz-version-id":"m1","x-amz-delete-marker":"true"}"#);
    let later = version(20, "k", "v1", r#"{"x-amz-version-id":"v1"}"#);
    let row = first(vec![marked(10), taken, later]);
    assert_eq!(row.reversibility, R::Reversible, "{}", row.recovery);
    assert!(row.undone_at.is_some(), "{}", row.recovery);
}

#[test]
fn that_a_marker_is_taken_away_is_undone_by_nothing() {
    let taken =
        |minute| version(minute, "k", "m1", r#"{"x-amz-version-id":"m1","x-amz-delete-marker":"true"}"#);
    for events in [vec![taken(15), taken(20)], vec![marked(10), taken(15), taken(20)]] {
        let rows = Vec::from(report(events, vec![]).destructive);
        let taken: Vec<_> = rows.iter().filter(|row| row.event_time > Some(at(10))).collect();
        assert_eq!(taken.len(), 2);
        for row in taken {
            assert!(
                row.undone_at.is_none() && row.recovery.contains("removed the delete marker"),
                "{}",
                row.recovery
            );
        }
    }
}

#[test]
fn of_a_batch_of_markers_those_with_a_lost_version_are_counted() {
    let batch = call(10, "s3", "DeleteObjects")
        .request(r#"{"bucketName":"b","delete":{"objects":[{"key":"x"},{"key":"y"}]}}"#)
        .response(r#"{"deleteResult":{"deleted":[{"key":"x","deleteMarker":true,"deleteMarkerVersionId":"m"},{"key":"y","deleteMarker":true,"deleteMarkerVersionId":"n"}]}}"#);
    let row = first(vec![batch, version(20, "y", "v1", r#"{"x-amz-version-id":"v1"}"#)]);
    assert_eq!(row.reversibility, R::Unknown, "{}", row.recovery);
    assert!(row.recovery.contains("destroyed a version of 1 of the 2 objects"), "{}", row.recovery);
}
