//! Lists on disk give the same bytes as lists in memory, in every output.

use std::sync::Arc;

use super::*;
use crate::model::destructive::{DestructiveAction, Reversibility};
use crate::model::finding::{Finding, Incident};
use crate::model::severity::Severity;
use crate::runs::{Filling, Room, Row, Runs};

/// The same rows on disk.
fn on_disk<T: Row>(list: &Runs<T>, room: &Arc<Room>) -> Runs<T> {
    let mut filling = Filling::in_order(room);
    filling.extend(list.iter().map(Cow::into_owned));
    let runs = filling.finish();
    assert_eq!(runs.len(), list.len());
    runs
}

fn all_on_disk(report: &Report, room: &Arc<Room>) -> Report {
    Report {
        objects: on_disk(&report.objects, room),
        destructive: on_disk(&report.destructive, room),
        timeline: on_disk(&report.timeline, room),
        findings: on_disk(&report.findings, room),
        incidents: on_disk(&report.incidents, room),
        ..report.clone()
    }
}

/// A report with so many rows, unlike each other, that every list of the outputs is
/// cut, and that sorting changes their order.
fn many() -> Report {
    let mut report = sample::hostile();
    let severity = |n: i64| Severity::ALL[usize::try_from(n * 7 % 5).unwrap()];
    let account = |n: i64| Some(["111122223333", "444455556666"][usize::from(n % 3 == 0)].into());
    let until = |n: i64| sample::at("2025-03-20T18:00:00Z").plus_seconds(n * 977 % 500 - 200);
    let call = |n: i64| DestructiveAction {
        event_id: Some(format!("event-{n}").as_str().into()),
        event_time: (n % 50 > 0).then(|| sample::at("2025-03-04T12:00:00Z").plus_seconds(n / 3 * 60)),
        account_id: account(n),
        severity: severity(n),
        reversibility: if n % 4 == 0 { Reversibility::Irreversible } else { Reversibility::RecoverableUntil },
        recoverable_until: Some(until(n)),
        actor: Some(format!("actor {}", n % 11).into()),
        ..report.destructive[usize::try_from(n).unwrap() % report.destructive.len()].clone()
    };
    let mut calls: Vec<_> = (0..500).map(call).collect();
    calls.sort_by_key(|call| call.event_time);
    let finding = |n: i64| Finding {
        severity: severity(n),
        suppression: None,
        attempt: n % 2 == 0,
        summary: format!("finding {n}"),
        ..report.findings[0].clone()
    };
    let incident = |n: i64| Incident {
        incident_id: format!("inc-{n}").as_str().into(),
        severity: severity(n),
        account_id: account(n),
        actor: Some(format!("actor {}", n % 11).into()),
        started_at: Some(until(n).plus_seconds(-2_000_000)),
        ended_at: Some(until(n).plus_seconds(-1_000_000)),
        next_deadline: (n % 3 > 0).then(|| until(n)),
        ..report.incidents[0].clone()
    };
    let findings = report.findings.iter().map(Cow::into_owned).chain((0..450).map(finding)).collect();
    let incidents = (0..450).map(incident).collect();
    let event = report.events.as_ref().unwrap()[0].clone();
    let event = |call: &DestructiveAction| Event {
        event_id: call.event_id.clone(),
        time: call.event_time,
        ..event.clone()
    };
    report.events = Some(calls.iter().step_by(2).map(event).collect());
    (report.findings, report.incidents, report.destructive) = (findings, incidents, calls.into());
    report
}

/// Every file of every output, `run.json` aside.
fn files(report: &Report) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let staging = Staging::begin(&folder.path().join("report"), false).unwrap();
    let head = Headline::of(report);
    let written = write_all((report, &head), &sample::facts(), &every_format(), true, &staging).unwrap();
    let read = |name: PathBuf| {
        let mut bytes = Vec::new();
        let mut file = fs::OpenOptions::new().read(true).open(staging.path().join(&name)).unwrap();
        io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        (name, bytes)
    };
    written.into_iter().flat_map(|one| one.files).map(read).collect()
}

#[test]
fn every_output_has_the_same_bytes_whether_its_rows_lie_in_memory_or_on_disk() {
    for (report, rooms) in [(sample::hostile(), [1, 20_000]), (many(), [5_000, 100_000])] {
        for bytes in rooms {
            let room = Room::new(bytes, None);
            let spilled = all_on_disk(&report, &room);
            assert!(spilled.destructive.is_spilled());
            // With the least room there is, every row goes to disk by itself.
            assert!(bytes > 1 || spilled.objects.is_spilled() && spilled.findings.is_spilled());
            let (expected, found) = (files(&report), files(&spilled));
            assert_eq!(expected.len(), found.len());
            for ((name, expected), (other, found)) in expected.iter().zip(&found) {
                assert_eq!(name, other);
                assert!(expected == found, "{}", name.display());
            }
            room.check().expect("nothing failed");
        }
    }
}

#[test]
fn row_groups_of_rows_on_disk_are_those_of_rows_in_memory() {
    let mut report = sample::plain();
    let entry = report.timeline[0].clone();
    let entry = |n| TimelineEntry { summary: format!("{n} of many"), ..entry.clone() };
    report.timeline = (0..140_000).map(entry).collect();
    let room = Room::new(1 << 20, None);
    let spilled = Report { timeline: on_disk(&report.timeline, &room), ..Report::default() };
    let (expected, found) = (parquet_of(&tables::timeline(&report)), parquet_of(&tables::timeline(&spilled)));
    assert!(expected == found);
    let mut reader = ParquetReader::new(Cursor::new(found));
    let rows: Vec<usize> =
        reader.get_metadata().unwrap().row_groups.iter().map(|one| one.num_rows()).collect();
    assert_eq!(rows, [65_536, 65_536, 8_928]);
    room.check().expect("nothing failed");
}

#[test]
fn row_groups_of_long_rows_have_fewer() {
    let mut report = sample::plain();
    let entry = report.timeline[0].clone();
    let long = TimelineEntry { summary: "x".repeat(1 << 20), ..entry };
    report.timeline = vec![long; 150].into();
    let mut reader = ParquetReader::new(Cursor::new(parquet_of(&tables::timeline(&report))));
    let rows: Vec<usize> =
        reader.get_metadata().unwrap().row_groups.iter().map(|one| one.num_rows()).collect();
    assert_eq!(rows, [64, 64, 22]);
}

#[test]
fn rows_that_fill_their_row_groups_leave_no_empty_one() {
    let mut report = sample::plain();
    let entry = report.timeline[0].clone();
    for (count, groups) in
        [(0, vec![]), (1, vec![1]), (65_536, vec![65_536]), (131_072, vec![65_536, 65_536])]
    {
        report.timeline = vec![entry.clone(); count].into();
        let mut reader = ParquetReader::new(Cursor::new(parquet_of(&tables::timeline(&report))));
        let found: Vec<usize> =
            reader.get_metadata().unwrap().row_groups.iter().map(|one| one.num_rows()).collect();
        assert_eq!(found.into_iter().filter(|rows| *rows > 0).collect::<Vec<_>>(), groups);
    }
}

#[test]
fn a_disk_that_fails_ends_the_rows_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    fs::create_dir(&gone).unwrap();
    let room = Room::new(1, Some(gone.clone()));
    let report = all_on_disk(&sample::plain(), &room);
    fs::remove_dir_all(&gone).unwrap();
    // What is sorted for the head goes to a disk that is no longer there.
    let head = Headline::of(&report);
    assert!(head.coverage.starts_with("Read 5 objects"));
    assert!(room.check().is_err());
}
