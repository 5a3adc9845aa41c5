//! Which items of AWS Config are read a second time, and what if they are gone.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::catalogue::Catalogue;
use crate::classify::Classifier;
use crate::dump::{Dump, Observer, look};
use crate::examine::Depth;
use crate::integrity::Given;

struct Quiet;

impl Observer for Quiet {
    fn found(&self, _: u64, _: u64) {}
    fn object(&self, _: u64, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

fn history(path: &str, traces: &[(u64, u64, i64, u32, bool)]) -> History {
    let trace = |&(identity, name, captured, record, tells): &(u64, u64, i64, u32, bool)| ConfigTrace {
        identity,
        names: [name, 0, 0],
        captured,
        record,
        tells,
    };
    let traces = traces.iter().map(trace).collect();
    History { path: ObjectPath::new(path), sha256: ContentHash::default(), origin: 0, traces }
}

#[test]
fn of_a_destroyed_thing_the_items_before_the_calls_and_the_last_are_read_again() {
    let histories = [
        history(
            "a",
            &[
                (1, 7, 10, 0, true),
                (1, 7, 20, 1, true),
                (1, 7, 25, 2, false),
                (1, 7, 40, 3, true),
                (1, 7, 90, 4, false),
            ],
        ),
        // Another resource of that name, one that nothing destroyed, one without a time.
        history("b", &[(2, 7, 5, 0, true), (3, 8, 5, 1, true), (4, 7, i64::MIN, 2, false)]),
    ];
    let at = |micros: &[i64]| micros.iter().copied().map(UtcTime::from_micros).collect::<BTreeSet<_>>();
    let wanted = |calls: &[i64]| {
        let calls = at(calls);
        let all = worth_a_look(&histories, &BTreeMap::from([(7, &calls)]));
        all.into_iter()
            .map(|(one, records)| (one, records.into_iter().collect()))
            .collect::<Vec<(_, Vec<_>)>>()
    };
    assert_eq!(wanted(&[30]), [(0, vec![1, 4]), (1, vec![0, 2])]);
    assert_eq!(wanted(&[10, 39, 40]), [(0, vec![0, 1, 3, 4]), (1, vec![0, 2])]);
    assert_eq!(wanted(&[9]), [(0, vec![4]), (1, vec![0, 2])]);
    // Denied calls destroyed nothing: the last items tell the type, no more.
    assert_eq!(wanted(&[]), [(0, vec![4]), (1, vec![0, 2])]);
}

const LOG: &str = r#"{"Records":[{"eventVersion":"1.10","eventTime":"2026-01-02T00:00:00Z",
    "eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","awsRegion":"us-east-1","eventID":"e",
    "userIdentity":{"type":"Root"},"requestParameters":{"bucketName":"b"},"recipientAccountId":"111122223333"}]}"#;

const CONFIG: &str = r#"{"fileVersion":"1.0","configurationItems":[{"resourceType":"AWS::S3::Bucket",
    "resourceId":"b","ARN":"arn:aws:s3:::b","awsAccountId":"111122223333","configurationItemStatus":"OK",
    "configurationItemCaptureTime":"2026-01-01T00:00:00Z","configuration":{"size":1}}]}"#;

#[test]
fn an_object_that_changes_while_it_is_read_is_named_and_tells_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.json");
    std::fs::write(folder.path().join("log.json"), LOG).expect("a log");
    let read = |change: &dyn Fn()| {
        std::fs::write(&config, CONFIG).expect("a history");
        let catalogue = Catalogue::builtin();
        let found = look(&[folder.path().to_owned()]).expect("a dump");
        let classifier = Classifier::new(&catalogue);
        let rules = crate::detect::RuleSet::none();
        let detector = crate::detect::Detector::new(&rules, &catalogue);
        let examiner = Examiner::new(classifier, detector, Depth::Records);
        let dump = Dump::read(&found, &examiner, &Quiet, &AtomicBool::new(false)).expect("read");
        let assessment = dump.assess(Given::default());
        change();
        let sources = dump.gather(assessment, false, &Default::default()).expect("gathered").sources;
        let problems: Vec<&str> = sources.problems.iter().map(|one| one.kind.as_str()).collect();
        (sources.inventory.items.len(), problems.join(" "))
    };
    assert_eq!(read(&|| ()), (1, String::new()));
    let changed = CONFIG.replace(r#""size":1"#, r#""size":2"#);
    let change = || std::fs::write(&config, &changed).expect("changed");
    assert_eq!(read(&change), (0, "unreadable_object".to_owned()));
    assert_eq!(read(&|| std::fs::remove_file(&config).expect("gone")), (0, "unreadable_object".to_owned()));
}
