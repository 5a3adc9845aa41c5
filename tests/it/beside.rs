//! One odd object in a dump beside a sound one: whatever the odd one does, the
//! sound one is analysed to the last record.

use crate::runner::{Analysis, analyze, delivery, gzip, put, scratch};

/// Where the sound neighbour lies.
const GOOD: &str = "good/good.json.gz";

/// Event ids of the sound neighbour.
const GOOD_IDS: [&str; 2] = ["good-1", "good-2"];

/// Analyses these objects beside the sound one, and holds the run to what
/// every run must keep.
pub(crate) fn beside_good(objects: &[(&str, &[u8])]) -> Analysis {
    let dump = scratch();
    put(dump.path(), GOOD, gzip(delivery(&GOOD_IDS).as_bytes()));
    for (name, content) in objects {
        put(dump.path(), name, content);
    }
    let done = analyze(dump.path(), &["--events", "all", "--format", "csv", "--format", "json"]);
    holds(&done);
    done
}

/// The neighbour is whole, the counts close, nothing panicked.
#[track_caller]
pub(crate) fn holds(done: &Analysis) {
    let said = format!("{}{}", done.ended.stdout, done.ended.stderr);
    assert!([0, 3].contains(&done.ended.code), "{}: {said}", done.ended.code);
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(facts(done, GOOD), "cloudtrail_delivery read 2 0 0");
    for id in GOOD_IDS {
        assert_eq!(done.rows("destructive_actions", "event_id", id).len(), 1, "{id}");
    }
    let count = |name: &str| done.summary(&format!("/counts/{name}")).as_u64().expect("a count");
    let spent = count("kept") + count("duplicates") + count("counted_only") + count("rejected");
    assert_eq!(count("seen"), spent, "the counts close");
}

/// What the evidence table says of an object: format, status, records,
/// duplicates, rejected.
#[track_caller]
pub(crate) fn facts(done: &Analysis, object: &str) -> String {
    let rows = done.rows("evidence", "source_object", object);
    assert_eq!(rows.len(), 1, "{object} has one row: {:?}", done.table("evidence"));
    ["format", "status", "records", "duplicates", "rejected"].map(|column| rows[0][column].clone()).join(" ")
}

/// Event ids of the destructive rows that came from this object, in order.
pub(crate) fn ids(done: &Analysis, object: &str) -> Vec<String> {
    let rows = done.rows("destructive_actions", "source_object", object);
    rows.into_iter().map(|row| row["event_id"].clone()).collect()
}

/// The words of the `problem` column for this object, sorted.
pub(crate) fn problems(done: &Analysis, object: &str) -> Vec<String> {
    let rows = done.rows("problems", "source_object", object);
    let mut words: Vec<String> = rows.into_iter().map(|row| row["problem"].clone()).collect();
    words.sort();
    words
}
