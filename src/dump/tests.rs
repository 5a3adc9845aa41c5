//! What if an object is not as it was when it is read a second time.

use std::sync::atomic::AtomicBool;

use crate::catalogue::Catalogue;
use crate::classify::Classifier;
use crate::dump::{Dump, Observer, look};
use crate::examine::{Depth, Examiner};
use crate::integrity::Given;

struct Quiet;

impl Observer for Quiet {
    fn found(&self, _: u64, _: u64) {}
    fn object(&self, _: u64, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

fn session(role: &str, name: &str, key: &str) -> String {
    format!(
        r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLE:{name}","accountId":"111122223333","accessKeyId":"{key}",
        "arn":"arn:aws:sts::111122223333:assumed-role/{role}/{name}","sessionContext":{{"sessionIssuer":{{"type":"Role",
        "principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/{role}","accountId":"111122223333","userName":"{role}"}},
        "attributes":{{"creationDate":"2026-01-02T01:00:00Z","mfaAuthenticated":"false"}}}}}}"#
    )
}

fn log(time: &str, (source, name): (&str, &str), identity: &str, request: &str) -> String {
    format!(
        r#"{{"Records":[{{"eventVersion":"1.10","eventTime":"2026-01-02T{time}Z","eventSource":"{source}.amazonaws.com",
        "eventName":"{name}","awsRegion":"us-east-1","eventID":"{name}","userIdentity":{identity},"readOnly":false,
        "requestParameters":{request},"recipientAccountId":"111122223333"}}]}}"#
    )
}

/// Reads a dump of these two objects, the first of which changes before it is
/// read again; gives the names of the kept calls, and what is wrong.
fn read_again(objects: [&str; 2], change: &dyn Fn(&std::path::Path)) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let first = folder.path().join("a.json");
    std::fs::write(&first, objects[0]).expect("a log");
    std::fs::write(folder.path().join("b.json"), objects[1]).expect("a log");
    let catalogue = Catalogue::builtin();
    let found = look(&[folder.path().to_owned()]).expect("a dump");
    let classifier = Classifier::new(&catalogue);
    let rules = crate::detect::RuleSet::none();
    let detector = crate::detect::Detector::new(&rules, &catalogue);
    let examiner = Examiner::new(classifier, detector, Depth::Records);
    let going = AtomicBool::new(false);
    let dump = Dump::read(&found, &examiner, &Quiet, &going).expect("read");
    let assessment = dump.assess(Given::default());
    change(&first);
    let dump = dump.followed(&assessment, &catalogue, &going).expect("followed");
    let sources = dump.gather(assessment, false, &Default::default()).expect("gathered").sources;
    let plain: Vec<_> = sources.plain.iter().map(std::borrow::Cow::into_owned).collect();
    let mut kept: Vec<&crate::model::event::Event> = sources.events.iter().chain(&plain).collect();
    kept.sort_by(|one, other| crate::model::event::in_order(one, other));
    let kept: Vec<&str> = kept.into_iter().map(|event| &*event.event_name).collect();
    let problem = |one: &crate::model::problem::Problem| format!("{} {}", one.kind.as_str(), one.detail);
    (kept.join(" "), sources.problems.iter().map(problem).collect())
}

/// The calls kept if the first object stays, changes, and goes; both of the
/// latter are one problem that says what may be missing.
fn found_only_if_unchanged(objects: [&str; 2], name: &str, before: &str, missing: &str) {
    let (kept, problems) = read_again(objects, &|_| ());
    assert!(kept.split(' ').any(|one| one == name) && problems.is_empty(), "{kept} {problems:?}");
    let other = objects[0].replace("us-east-1", "us-west-2");
    let changed: &dyn Fn(&std::path::Path) = &|path| std::fs::write(path, &other).expect("changed");
    let gone: &dyn Fn(&std::path::Path) = &|path| std::fs::remove_file(path).expect("gone");
    for change in [changed, gone] {
        let (kept, problems) = read_again(objects, change);
        assert_eq!(kept, before);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("unreadable_object changed or gone when it was read again")
                && problems[0].contains(missing),
            "{problems:?}"
        );
    }
}

#[test]
fn what_descends_from_a_session_is_taken_only_from_an_unchanged_object() {
    let worker = session("shared", "wipe", "ASIAWORKER");
    let mode = session("AWSManagedServicesDevelopmentRole", "alice", "ASIAMODE");
    let function =
        r#"{"functionName":"wipe","role":"arn:aws:iam::111122223333:role/shared","runtime":"python3.12"}"#;
    let run = log("02:00:00", ("ec2", "CreateTags"), &worker, "{}").replace("T01:00:00Z", "T01:30:00Z");
    let make = log("01:10:00", ("lambda", "CreateFunction20150331"), &mode, function);
    found_only_if_unchanged([&run, &make], "CreateTags", "CreateFunction", "handed on");
}

#[test]
fn what_became_of_a_loss_is_taken_only_from_an_unchanged_object() {
    let admin = session("admin", "bob", "ASIAADMIN");
    let table = r#"{"tableName":"t"}"#;
    let restore =
        log("03:00:00", ("dynamodb", "RestoreTableToPointInTime"), &admin, r#"{"sourceTableName":"t"}"#);
    let delete = log("02:00:00", ("dynamodb", "DeleteTable"), &admin, table);
    let name = "RestoreTableToPointInTime";
    found_only_if_unchanged([&restore, &delete], name, "DeleteTable", "what it tells of losses");
}
