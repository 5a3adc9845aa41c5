//! Which recorded configuration a call is told to have destroyed.

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::model::inventory::{ConfigItem, Inventory};

use super::super::super::samples::{ACCOUNT, With, at, call, evidence, sources};
use super::super::super::{Options, Sources, all};

fn item(kind: &str, names: (&str, &str, &str), captured: i64, text: &str) -> ConfigItem {
    let (id, name, arn) = names;
    let some = |text: &str| (!text.is_empty()).then(|| text.into());
    ConfigItem {
        account_id: Some(ACCOUNT.into()),
        region: Some("us-east-1".into()),
        resource_type: kind.into(),
        resource_id: some(id),
        resource_name: some(name),
        arn: some(arn),
        captured_at: Some(at(captured)),
        deleted: text.is_empty(),
        configuration: some(text),
        versioning: None,
        evidence: evidence(800),
    }
}

/// Type and lost configuration of the one row that these make.
fn lost(event: Event, items: Vec<ConfigItem>) -> (String, String) {
    let inventory = Inventory { items, ..Inventory::default() };
    let sources = Sources { inventory, ..sources(vec![event], vec![]) };
    let report = all(sources, &Catalogue::builtin(), &Options::default());
    let row = &report.destructive[0];
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
    (text(&row.resource_type), text(&row.lost_configuration))
}

fn terminate() -> Event {
    call(20, "ec2", "TerminateInstances")
        .request(r#"{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}"#)
}

#[test]
fn the_last_configuration_before_the_call_is_what_was_lost() {
    let instance = |id: &str, captured, text: &str| item("AWS::EC2::Instance", (id, "", ""), captured, text);
    let (kind, told) = lost(
        terminate(),
        vec![
            instance("i-1", 15, r#"{"late":1}"#),
            instance("i-1", 5, r#"{"early":1}"#),
            instance("i-1", 25, r#"{"after":1}"#),
            instance("i-1", 18, ""),
            instance("i-2", 20, r#"{"two":2}"#),
            instance("i-3", 10, r#"{"other":1}"#),
        ],
    );
    assert_eq!((kind.as_str(), told.as_str()), ("AWS::EC2::Instance", r#"i-1: {"late":1}; i-2: {"two":2}"#));
    assert_eq!(lost(terminate(), vec![instance("i-1", 21, "{}")]).1, "");
    let failed = terminate().error("UnauthorizedOperation");
    assert_eq!(lost(failed, vec![instance("i-1", 5, r#"{"a":1}"#)]).1, "");
    let foreign = ConfigItem { account_id: Some("999999999999".into()), ..instance("i-1", 5, r#"{"a":1}"#) };
    assert_eq!(lost(terminate(), vec![foreign]).1, "");
}

#[test]
fn a_bare_name_finds_only_things_of_the_calls_own_type() {
    let delete =
        || call(20, "elasticloadbalancing", "DeleteLoadBalancer").request(r#"{"loadBalancerName":"web"}"#);
    let kind = "AWS::ElasticLoadBalancing::LoadBalancer";
    let right = item(kind, ("web", "web", ""), 10, r#"{"right":1}"#);
    let wrong = item("AWS::Lambda::Function", ("web", "web", ""), 12, r#"{"wrong":1}"#);
    let elsewhere =
        ConfigItem { region: Some("eu-west-1".into()), ..item(kind, ("web", "web", ""), 13, r#"{"far":1}"#) };
    let found = lost(delete(), vec![right, wrong.clone(), elsewhere]);
    assert_eq!(found, (kind.to_owned(), r#"{"right":1}"#.to_owned()));
    assert_eq!(lost(delete(), vec![wrong]), (String::new(), String::new()));
}

#[test]
fn a_bucket_is_found_by_its_arn() {
    let delete = call(20, "s3", "DeleteBucket").request(r#"{"bucketName":"b"}"#);
    let bucket = item("AWS::S3::Bucket", ("b", "b", "arn:aws:s3:::b"), 10, r#"{"name":"b"}"#);
    assert_eq!(lost(delete, vec![bucket]).1, r#"{"name":"b"}"#);
}
