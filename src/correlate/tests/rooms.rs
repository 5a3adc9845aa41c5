//! A dump made of seeded chance: whatever room there is, all tables are the same.
//!
//! `samples::all` correlates each sample in memory and on disk and compares.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::correlate::finding::rule_ids;
use crate::correlate::samples::{
    ACCOUNT, DEV, ENABLE_OWN, With, all, archived, at, call, covered_day, evidence, role_call, sources,
    wearing,
};
use crate::correlate::{Baseline, Options, Selection, Sources};
use crate::model::actor::{ActorKey, Actors, Span, Trait, network};
use crate::model::event::Event;
use crate::model::finding::Confidence;
use crate::model::hit::{Compound, Detected, Hit, RuleWords};
use crate::model::id::EventId;
use crate::model::report::Scope;
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::time::Day;
use crate::policy::Policy;
use crate::runs::{Filling, Room};

/// Numbers that look like chance and are always the same.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

/// A call that destroys, cuts, protects or undoes; `#` stands for a thing.
const CALLS: [(&str, &str, &str); 26] = [
    ("ec2", "DeleteVolume", r##"{"volumeId":"vol-#"}"##),
    ("ec2", "DeleteVolume", r##"{"volumeId":"vol-#"}"##),
    ("ec2", "DeleteSnapshot", r##"{"snapshotId":"snap-#"}"##),
    ("ec2", "TerminateInstances", r##"{"instancesSet":{"items":[{"instanceId":"i-#"}]}}"##),
    ("rds", "ModifyDBInstance", r##"{"dBInstanceIdentifier":"#","deletionProtection":false}"##),
    ("rds", "ModifyDBInstance", r##"{"dBInstanceIdentifier":"#","deletionProtection":true}"##),
    ("rds", "ModifyDBInstance", r##"{"dBInstanceIdentifier":"#","backupRetentionPeriod":0}"##),
    ("rds", "DeleteDBInstance", r##"{"dBInstanceIdentifier":"#","skipFinalSnapshot":true}"##),
    ("rds", "DeleteDBSnapshot", r##"{"dBSnapshotIdentifier":"#"}"##),
    ("dynamodb", "UpdateTable", r##"{"tableName":"#","deletionProtectionEnabled":false}"##),
    (
        "dynamodb",
        "UpdateContinuousBackups",
        r##"{"tableName":"#","pointInTimeRecoverySpecification":{"pointInTimeRecoveryEnabled":false}}"##,
    ),
    ("dynamodb", "DeleteTable", r##"{"tableName":"#"}"##),
    ("dynamodb", "DeleteItem", r##"{"tableName":"#","key":{}}"##),
    (
        "backup",
        "DeleteRecoveryPoint",
        r##"{"backupVaultName":"v","recoveryPointArn":"arn:aws:dynamodb:us-east-1:111122223333:table/#"}"##,
    ),
    ("s3", "DeleteObject", r##"{"bucketName":"b-#","key":"AWSLogs/111122223333/CloudTrail/x-#.json.gz"}"##),
    ("s3", "DeleteBucket", r##"{"bucketName":"b-#"}"##),
    ("s3", "DeleteBucketPolicy", r##"{"bucketName":"b-#"}"##),
    ("cloudtrail", "StopLogging", r##"{"name":"t"}"##),
    ("cloudtrail", "StartLogging", r##"{"name":"t"}"##),
    ("cloudtrail", "DeleteTrail", r##"{"name":"t-#"}"##),
    ("config", "StopConfigurationRecorder", r##"{"configurationRecorderName":"default"}"##),
    ("kms", "ScheduleKeyDeletion", r##"{"keyId":"k-#","pendingWindowInDays":7}"##),
    ("kms", "CancelKeyDeletion", r##"{"keyId":"k-#"}"##),
    ("logs", "DeleteLogGroup", r##"{"logGroupName":"/aws/#"}"##),
    ("iam", "DeleteUser", r##"{"userName":"#"}"##),
    ("ec2", "RunInstances", r"{}"),
];

const GRADES: [SourceGrade; 3] = [SourceGrade::DigestSigned, SourceGrade::Unreferenced, SourceGrade::Export];

/// One call within that many minutes, in bursts.
fn one(chance: &mut Chance, number: u64, minutes: u64) -> Event {
    let (source, name, request) = CALLS[chance.below(CALLS.len() as u64) as usize];
    let thing = chance.below(12).to_string();
    let burst = chance.below(minutes / 90 + 1) * 90;
    let minute = (burst + chance.below(70)).min(minutes) as i64;
    let mut event = call(minute, source, name).request(&request.replace('#', &thing));
    event.evidence = evidence(number);
    event.event_id = Some(EventId::new(format!("{name}-{number}")));
    event.time = Some(at(minute).plus_seconds(chance.below(8) as i64 * 10));
    if chance.one_in(5) {
        event = event.by(wearing(DEV, chance.of(&["ASIA1", "ASIA2", "ASIA3"]), Some(10)));
    } else if chance.one_in(12) {
        Arc::make_mut(&mut event.principal).invoked_by = Some("backup.amazonaws.com".into());
    } else {
        Arc::make_mut(&mut event.principal).user_name = Some(chance.of(&["ops", "eve", "mallory"]).into());
    }
    event.account_id = Some(chance.of(&[ACCOUNT, ACCOUNT, "444455556666", "777788889999"]).into());
    event.region = Some(chance.of(&["us-east-1", "us-east-1", "eu-west-1", "eu-west-2"]).into());
    event.source_ip = Some(chance.of(&["192.0.2.1", "198.51.100.7", "backup.amazonaws.com"]).into());
    event.source_grade = GRADES[chance.below(3) as usize];
    match chance.below(30) {
        0..4 => event = event.error("AccessDenied"),
        4 => event = event.error("InvalidParameterValue"),
        5 => event.event_id = None,
        6 => event.time = None,
        7 => event.account_id = None,
        8 => event.event_id = Some("twice".into()),
        _ => {}
    }
    event
}

fn dump(seed: u64, calls: u64, minutes: u64) -> Vec<Event> {
    let mut chance = Chance(seed);
    let mut events: Vec<Event> = (100..100 + calls).map(|number| one(&mut chance, number, minutes)).collect();
    for (number, minute) in [(1, 5), (2, 400)] {
        let name = if number == 1 { "CreateRole" } else { "DeleteRole" };
        events.push(Event { evidence: evidence(number), ..role_call(minute, name, DEV) });
    }
    events
}

const POLICY: &str = r#"
[[account]]
id = "111122223333"
name = "shop"
allowed_modes = []
max_open = "1h"
[[freeze]]
name = "year end"
from = "2025-01-10T01:00:00Z"
to = "2025-01-10T05:00:00Z"
[[business_hours]]
time_zone = "UTC"
days = ["mon", "tue"]
from = "08:00"
to = "18:00"
[network]
trusted = ["192.0.2.0/24"]
[[protected]]
resource = "vol-*"
[[suppression]]
rule = "destroy/protected-resource"
resource = "vol-1*"
reason = "agreed"
author = "rita"
expires = "2025-01-30"
[[suppression]]
rule = "logging/impaired"
actor = "eve"
reason = "agreed"
author = "rita"
expires = "2025-01-30"
[[suppression]]
rule = "mode/unused"
reason = "agreed"
author = "rita"
expires = "2025-01-30"
"#;

/// Callers as every record of the dump would tell them; the first two hours are the baseline.
fn callers(events: &[Event]) -> Actors {
    let mut actors = Actors::default();
    for event in events {
        let in_baseline = event.time.is_some_and(|time| time < at(120));
        let span = Span { first: event.time, last: event.time, in_baseline };
        let key = ActorKey::of(&event.principal, event.account_id.as_ref());
        let seen = actors.seen.entry(key).or_default();
        seen.span.merge(span);
        let place: Arc<str> = network(event.source_ip.as_deref().unwrap_or_default()).into();
        for (which, value) in [(Trait::Service, event.event_source.clone()), (Trait::Network, place)] {
            seen.values[which as usize].kept.entry(value).or_default().merge(span);
        }
    }
    actors
}

fn words(rule: &str, calls_min: u64, wants_attempts: bool) -> RuleWords {
    RuleWords {
        rule_id: rule.into(),
        title: "A rule".into(),
        severity: Severity::High,
        summary: "it means something".into(),
        technique_ids: vec!["T1485".into()],
        controls: vec!["soc2:CC7.2".into()],
        response: "Ask.".into(),
        confidence: Confidence::High,
        calls_min,
        wants_attempts,
    }
}

/// Hits of four rules, of which one is silent, and one correlation of them.
fn detected(events: &[Event]) -> Detected {
    let hit = |(number, event): (usize, &Event)| Hit {
        rule: (number % 4) as u32,
        account_id: event.account_id.clone(),
        actor: event.principal.actor(),
        event_name: event.event_name.clone(),
        outcome: event.outcome(),
        time: event.time,
        event_id: event.event_id.clone(),
        told: [Arc::from(format!("thing {}", number % 9))].into(),
        from: event.source_ip.clone().filter(|_| number % 3 == 0),
        keys: [].into(),
        source_grade: event.source_grade,
        evidence: event.evidence.clone(),
    };
    let mut hits: Vec<Hit> = events.iter().enumerate().map(hit).collect();
    hits.sort_by(|a, b| {
        (a.time.is_none(), a.time, &a.evidence).cmp(&(b.time.is_none(), b.time, &b.evidence))
    });
    let places = |from: usize| (from..hits.len().min(from + 60)).step_by(7).collect();
    let compounds =
        [0, 90].map(|from| Compound { rule: 4, common: "one thing".to_owned(), hits: places(from) });
    Detected {
        rules: vec![
            words("a/one", 1, false),
            words("a/many", 3, false),
            words("a/tried", 1, true),
            words("a/silent", 1, false),
            words("a/joined", 1, false),
        ],
        silent: vec![false, false, false, true, false],
        compounds: compounds.into(),
        hits,
        ..Detected::default()
    }
}

fn made(events: Vec<Event>) -> Sources {
    let coverage = (9..12)
        .map(|day| covered_day("us-east-1", Day::parse(&format!("2025-01-{day:02}")).expect("a day"), 1));
    let last_event_time = events.iter().filter_map(|event| event.time).max();
    Sources {
        actors: callers(&events),
        detected: detected(&events),
        coverage: coverage.collect(),
        scope: Scope { last_event_time, ..Scope::default() },
        ..sources(events, vec![archived("rfc-1", ENABLE_OWN, "Success", (5, 500))])
    }
}

#[test]
fn a_made_up_dump_makes_the_same_tables_in_any_room() {
    for (seed, calls, minutes) in
        [(1, 60, 300), (2, 400, 600), (3, 400, 6000), (4, 1500, 3000), (5, 1200, 20_000), (8, 900, 150)]
    {
        let report = all(made(dump(seed, calls, minutes)), &Catalogue::builtin(), &Options::default());
        assert!(report.findings.len() > 20, "{}", report.findings.len());
    }
}

#[test]
fn policy_baseline_and_selection_change_that_not() {
    let rules = rule_ids().collect();
    let (policy, catalogue) = Policy::parse(POLICY, Catalogue::builtin(), &rules).expect("a policy");
    let selection = Selection {
        times: (Some(at(100)), Some(at(1500))),
        accounts: [ACCOUNT.into()].into(),
        regions: ["us-east-1".into(), "eu-west-1".into()].into(),
    };
    for (seed, selection) in [(6, Selection::default()), (7, selection)] {
        let options = Options {
            policy: policy.clone(),
            baseline: Some(Baseline::Times(at(0), at(120))),
            selection,
            as_of: Some(at(20_000)),
            ..Options::default()
        };
        let report = all(made(dump(seed, 900, 3000)), &catalogue, &options);
        let met = |rule: &str| report.findings.iter().any(|finding| finding.rule_id == rule);
        for rule in ["destroy/in-freeze", "destroy/untrusted-network", "destroy/protected-resource"] {
            assert!(met(rule), "{rule}");
        }
    }
}

/// Hits of rules that no correlation counts lie apart, perhaps on disk.
#[test]
fn hits_make_the_same_findings_wherever_they_lie() {
    let whole = Sources {
        detected: Detected { compounds: vec![], ..made(dump(9, 500, 2000)).detected },
        ..made(dump(9, 500, 2000))
    };
    let mut apart = whole.clone();
    let (more, hits): (Vec<Hit>, Vec<Hit>) =
        std::mem::take(&mut apart.detected.hits).into_iter().partition(|hit| hit.rule % 2 == 0);
    let mut spilled = Filling::in_order(&Room::new(1, None));
    spilled.extend(more);
    (apart.detected.hits, apart.detected.more) = (hits, spilled.finish());
    assert!(apart.detected.more.is_spilled() && !apart.detected.hits.is_empty());
    let told = |sources: Sources| {
        let report = all(sources, &Catalogue::builtin(), &Options::default());
        (format!("{:#?}", report.findings), format!("{:#?}", report.controls))
    };
    assert_eq!(told(whole), told(apart));
}
