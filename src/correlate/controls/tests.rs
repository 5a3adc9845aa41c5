//! Ids held against the grammar of their frameworks, verdicts against evidence.

use std::collections::BTreeSet;

use regex::Regex;

use super::super::Options;
use super::super::samples::{DEV, With, all, call, covered_day, covering, role_call, sources};
use super::*;
use crate::model::coverage::CoverageDay;
use crate::model::evidence::ObjectPath;
use crate::model::inventory::{Inventory, TrailSettings};
use crate::model::object::Object;
use crate::model::report::Report;
use crate::model::rfc::RfcRecord;
use crate::model::time::Day;

#[test]
fn ids_have_the_grammar_of_their_framework_and_titles_are_short() {
    let catalogue = Catalogue::builtin();
    let grammars = [
        ("nist_800_53_r5", r"^(AC|AU|CM|CP|IA|RA|SC|SI)-[1-9][0-9]?(\([1-9][0-9]?\))?$"),
        ("pci_dss_4_0_1", r"^([1-9]|1[0-2])(\.[1-9][0-9]?){2,3}$"),
        ("hipaa", r"^164\.3(08|12)\([a-e]\)(\([1-8]\))?(\([ivx]+\))?(\([A-H]\))?$"),
        ("soc2", r"^CC[1-9]\.[1-9]$"),
        ("iso_27001_2022", r"^A\.(5\.([1-9]|[12][0-9]|3[0-7])|8\.([1-9]|[12][0-9]|3[0-4]))$"),
        ("cis_aws_3_0_0", r"^[1-5](\.[1-9][0-9]?){1,2}$"),
        ("ams", r"^(SCP-(AMS|ADV)-[0-9]{3}|High_Risk-(IAM|NET|S3|LOG|ENC)-[0-9]{3}|DevMode-[A-Za-z0-9]+)$"),
    ];
    let mut used = BTreeSet::new();
    for (id, title) in catalogue.controls().all() {
        let grammar = grammars.iter().find(|(framework, _)| *framework == id.framework);
        let (framework, grammar) = grammar.expect("a framework of the list");
        assert!(Regex::new(grammar).expect("a pattern").is_match(&id.control), "{framework} {}", id.control);
        assert!((5..=60).contains(&title.len()), "{title}");
        assert_eq!(catalogue.controls().read(&id.spelled()), *id);
        used.insert(*framework);
    }
    assert_eq!(used.len(), grammars.len());
}

/// A covered day with these categories of events.
fn day(region: &str, categories: &[&str]) -> CoverageDay {
    CoverageDay {
        categories: categories.iter().map(|&category| category.to_owned()).collect(),
        records: 1,
        ..covered_day(region, Day::parse("2025-01-10").expect("a day"), 1)
    }
}

fn control<'r>(report: &'r Report, framework: &str, control: &str) -> &'r ControlRow {
    let row = report.controls.iter().find(|row| &*row.framework == framework && &*row.control == control);
    row.expect("a row of that control")
}

#[test]
fn without_records_nothing_can_be_assessed() {
    let report = all(Default::default(), &Catalogue::builtin(), &Options::default());
    assert!(!report.controls.is_empty());
    for row in &report.controls {
        assert_eq!(row.verdict, Verdict::NotAssessable, "{}", row.control);
        assert!(row.coverage.starts_with("No record of a call was read."), "{}", row.coverage);
    }
}

/// The settings of a trail, which name its bucket.
fn trails() -> Inventory {
    let trail = TrailSettings { bucket: Some("acme-audit".into()), ..TrailSettings::default() };
    Inventory { trails: vec![trail], ..Inventory::default() }
}

/// Where nothing tells the bucket of a trail, what was done to it is not looked at.
#[test]
fn without_a_known_bucket_the_logs_cannot_be_said_to_be_kept() {
    let coverage = || vec![day("us-east-1", &["Management", "Data"])];
    let told = |inventory: Inventory, objects: Vec<Object>| {
        let sources =
            super::super::Sources { coverage: coverage(), inventory, objects, ..sources(vec![], vec![]) };
        let report = all(sources, &Catalogue::builtin(), &Options::default());
        control(&report, "pci_dss_4_0_1", "10.5.1").clone()
    };
    // A folder may have any name: it does not show that the bucket is known.
    let log = "folder/AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/10/x.json.gz";
    for objects in [vec![], vec![Object::blank(&ObjectPath::new(log))]] {
        let row = told(Inventory::default(), objects);
        assert_eq!(row.rules_not_assessed, ["logging/log-bucket-weakened".into()]);
        assert!(row.coverage.contains("(no bucket of a trail known)"), "{}", row.coverage);
    }
    let row = told(trails(), vec![]);
    assert!(row.rules_not_assessed.is_empty());
    assert!(
        row.coverage.ends_with(
            "1 bucket of trails known (acme-audit); what is done to one shows only in the records of the \
             account that owns it."
        ),
        "{}",
        row.coverage
    );
}

/// A day of another account.
fn day_of(account: &str, region: &str, categories: &[&str]) -> CoverageDay {
    CoverageDay { account_id: account.into(), ..day(region, categories) }
}

/// One account's evidence says nothing of another's.
#[test]
fn evidence_of_one_account_is_none_of_the_others() {
    let other = "222233334444";
    let told = |coverage: Vec<CoverageDay>, rfcs| {
        let sources = super::super::Sources { coverage, inventory: trails(), ..sources(vec![], rfcs) };
        all(sources, &Catalogue::builtin(), &Options::default())
    };
    let both =
        |data: &[&str]| vec![day("us-east-1", &["Management", "Data"]), day_of(other, "us-east-1", data)];
    let logs = |report: &Report| control(report, "pci_dss_4_0_1", "10.3.2").clone();
    let row = logs(&told(both(&["Management", "Data"]), vec![]));
    assert!(!row.coverage.contains("judged"), "{}", row.coverage);
    // Half of them: judged, and the other one is named.
    let row = logs(&told(both(&["Management"]), vec![]));
    assert!(row.rules_not_assessed.is_empty());
    assert!(
        row.coverage.contains(
            "1 of 2 rules judged for some accounts only: logging/log-objects-deleted (no data event seen for \
             222233334444)."
        ),
        "{}",
        row.coverage
    );
    // One of three: not judged.
    let mut three = both(&["Management"]);
    three.push(day_of("333344445555", "us-east-1", &["Management"]));
    let row = logs(&told(three.clone(), vec![]));
    assert_eq!(row.rules_not_assessed, ["logging/log-objects-deleted".into()]);
    assert!(row.coverage.contains("(no data event seen for 222233334444, 333344445555)"), "{}", row.coverage);
    // IAM of an account records in us-east-1 of that account alone.
    let of_iam = |report: &Report| control(report, "nist_800_53_r5", "AC-6").clone();
    let abroad = vec![day("us-east-1", &["Management"]), day_of(other, "eu-west-1", &["Management"])];
    let row = of_iam(&told(abroad, vec![]));
    assert!(row.coverage.contains("Organizations record for 222233334444)"), "{}", row.coverage);
    // RFCs of one account.
    let row = control(&told(three, covering(0, 30)), "ams", "SCP-ADV-001").clone();
    assert!(row.coverage.contains("no RFC evidence for 222233334444, 333344445555"), "{}", row.coverage);
}

/// A file of tickets holds no RFC.
#[test]
fn tickets_are_no_rfcs() {
    let ticket = |record: RfcRecord| RfcRecord {
        source: RfcSource::Ticket,
        ticket: Some(crate::model::ticket::Ticket::default()),
        ..record
    };
    let rfcs = covering(0, 30).into_iter().map(ticket).collect();
    let coverage = vec![day("us-east-1", &["Management"])];
    let sources = super::super::Sources { coverage, ..sources(vec![], rfcs) };
    let report = all(sources, &Catalogue::builtin(), &Options::default());
    let row = control(&report, "ams", "SCP-ADV-001");
    assert_eq!(row.verdict, Verdict::NotAssessable);
    assert!(row.coverage.contains("no RFC evidence"), "{}", row.coverage);
    let rows = report.controls.iter().filter(|row| row.rules.contains(&"mode/beyond-ticket".into()));
    for row in rows {
        assert!(!row.rules_not_assessed.contains(&"mode/beyond-ticket".into()), "{}", row.control);
    }
}

#[test]
fn none_found_is_said_only_of_rules_whose_evidence_is_there() {
    let told = |coverage: Vec<CoverageDay>| {
        let sources = super::super::Sources { coverage, inventory: trails(), ..sources(vec![], vec![]) };
        all(sources, &Catalogue::builtin(), &Options::default())
    };
    // No data event: that log objects were deleted could not be seen.
    let report = told(vec![day("us-east-1", &["Management"])]);
    let row = control(&report, "pci_dss_4_0_1", "10.3.2");
    assert_eq!(row.rules_not_assessed, ["logging/log-objects-deleted".into()]);
    assert!(row.coverage.contains("logging/log-objects-deleted (no data event seen)"), "{}", row.coverage);
    let report = told(vec![day("us-east-1", &["Management", "Data"])]);
    let row = control(&report, "pci_dss_4_0_1", "10.3.2");
    assert_eq!((row.verdict, row.rules_not_assessed.len()), (Verdict::NoneFound, 0));
    assert_eq!(
        row.coverage.split('.').next(),
        Some("Rests on 1 record of 1 account in 1 region from 2025-01-10 to 2025-01-10, with no gap of days")
    );
    // IAM records in us-east-1 alone.
    let report = told(vec![day("eu-west-1", &["Management"])]);
    let of_iam = control(&report, "ams", "SCP-ADV-001");
    assert_eq!(of_iam.verdict, Verdict::NotAssessable);
    // No RFC evidence, no policy.
    let report = told(vec![day("us-east-1", &["Management"])]);
    let row = control(&report, "ams", "SCP-ADV-001");
    assert_eq!(row.verdict, Verdict::NotAssessable);
    let few = control(&report, "hipaa", "164.308(a)(4)(ii)(B)");
    assert!(few.rules_not_assessed.len() + 1 == few.rules.len(), "one of its rules could be judged");
    assert_eq!(few.verdict, Verdict::NotAssessable);
    assert!(row.coverage.contains("(no policy names approvers)") || row.coverage.contains("no RFC evidence"));
}

#[test]
fn findings_are_exceptions_and_suppressed_ones_too() {
    let policy = |text: &str| {
        let rules: BTreeSet<&str> = finding::rule_ids().collect();
        Policy::parse(text, Catalogue::builtin(), &rules).expect("a policy").0
    };
    let run = |policy: Policy| {
        let events = vec![role_call(10, "CreateRole", DEV), role_call(20, "DeleteRole", DEV)];
        let sources = super::super::Sources {
            coverage: vec![day("us-east-1", &["Management"])],
            ..sources(events, covering(0, 30))
        };
        all(sources, &Catalogue::builtin(), &Options { policy, ..Options::default() })
    };
    let report = run(Policy::default());
    let row = control(&report, "nist_800_53_r5", "CM-5");
    assert_eq!((row.verdict, row.findings, row.suppressed), (Verdict::ExceptionsFound, 1, 0));
    assert_eq!(row.finding_ids, [report.findings[0].finding_id.clone()]);
    assert!(report.findings[0].controls.contains(&"nist_800_53_r5:CM-5".into()));
    assert!(report.findings[0].controls.contains(&"SCP-AMS-033".into()));
    let report = run(policy(
        "[[suppression]]\nrule = \"mode/opened-without-rfc\"\nreason = \"drill\"\nauthor = \"zoe\"\nexpires = \"2030-01-01\"\n",
    ));
    let row = control(&report, "nist_800_53_r5", "CM-5");
    assert_eq!((row.verdict, row.findings, row.suppressed), (Verdict::ExceptionsFound, 0, 1));
    assert!(row.coverage.ends_with("1 finding is suppressed by the policy."), "{}", row.coverage);
    // A call that no rule minds changes nothing.
    let sources = super::super::Sources {
        coverage: vec![day("us-east-1", &["Management"])],
        ..sources(vec![call(10, "ec2", "DescribeInstances")], vec![])
    };
    let report = all(sources, &Catalogue::builtin(), &Options::default());
    let row = control(&report, "nist_800_53_r5", "AU-12");
    assert_eq!((row.verdict, row.findings), (Verdict::NoneFound, 0));
}

#[test]
fn the_selection_narrows_what_a_verdict_rests_on() {
    let sources = || super::super::Sources {
        coverage: vec![day("eu-west-1", &["Management"]), day("us-east-1", &["Management", "Data"])],
        inventory: trails(),
        ..sources(vec![], vec![])
    };
    let selection = Selection { regions: ["eu-west-1".into()].into(), ..Selection::default() };
    let options = Options { selection, ..Options::default() };
    let narrow = all(sources(), &Catalogue::builtin(), &options);
    let wide = all(sources(), &Catalogue::builtin(), &Options::default());
    let lacking = |report: &Report| control(report, "pci_dss_4_0_1", "10.3.2").rules_not_assessed.len();
    assert_eq!((lacking(&wide), lacking(&narrow)), (0, 1));
}

/// What a call stops is what the controls of its finding are about.
#[test]
fn a_finding_bears_on_the_controls_of_its_calls() {
    let bears = |source: &str, name: &str, request: &str| -> Vec<String> {
        let coverage = vec![day("us-east-1", &["Management"])];
        let events = vec![call(10, source, name).request(request)];
        let sources = super::super::Sources { coverage, ..sources(events, vec![]) };
        let report = all(sources, &Catalogue::builtin(), &Options::default());
        assert_eq!(report.findings.len(), 1, "{name}");
        let finding = &report.findings[0];
        assert_eq!((&*finding.rule_id, finding.attempt), ("logging/impaired", false), "{name}");
        // The table of controls counts it for those alone.
        let counting = report.controls.iter().filter(|row| row.findings > 0);
        let counted: BTreeSet<String> =
            counting.map(|row| format!("{}:{}", row.framework, row.control)).collect();
        let named: BTreeSet<String> = finding
            .controls
            .iter()
            .map(|one| if one.contains(':') { one.to_string() } else { format!("ams:{one}") })
            .collect();
        assert_eq!(counted, named, "{name}");
        let own = ["cis_aws", "ams"];
        counted.into_iter().filter(|control| own.iter().any(|own| control.starts_with(own))).collect()
    };
    let trail = ["ams:High_Risk-LOG-001", "ams:SCP-AMS-012", "cis_aws_3_0_0:3.1"];
    assert_eq!(bears("cloudtrail", "StopLogging", r#"{"name":"t"}"#), trail);
    let recorder = r#"{"deliveryChannelName":"default"}"#;
    assert_eq!(bears("config", "DeleteDeliveryChannel", recorder), ["ams:SCP-AMS-019", "cis_aws_3_0_0:3.3"]);
    let flows = r#"{"DeleteFlowLogsRequest":{"FlowLogId":"fl-1"}}"#;
    let flow_logs = ["ams:High_Risk-LOG-002", "ams:SCP-AMS-029", "cis_aws_3_0_0:3.7"];
    assert_eq!(bears("ec2", "DeleteFlowLogs", flows), flow_logs);
    assert_eq!(
        bears("logs", "DeleteLogGroup", r#"{"logGroupName":"g"}"#),
        ["ams:SCP-AMS-021", "ams:SCP-AMS-029"]
    );
    let queries = r#"{"resolverQueryLogConfigId":"rqlc-1"}"#;
    assert_eq!(bears("route53resolver", "DeleteResolverQueryLogConfig", queries), Vec::<String>::new());
}

#[test]
fn a_control_lists_the_first_of_very_many_findings_and_counts_all() {
    let catalogue = Catalogue::builtin();
    let events = vec![role_call(10, "CreateRole", DEV), role_call(20, "DeleteRole", DEV)];
    let sources = super::super::Sources {
        coverage: vec![day("us-east-1", &["Management"])],
        ..sources(events, covering(0, 30))
    };
    let report = all(sources, &catalogue, &Options::default());
    let mut borne = Borne::default();
    for _ in 0..=CONTROL_FINDINGS_MAX {
        borne.add(&report.findings[0], &catalogue);
    }
    let found = &borne.of[&catalogue.controls().read("nist_800_53_r5:CM-5")];
    assert_eq!((found.count, found.ids.len()), (CONTROL_FINDINGS_MAX as u64 + 1, CONTROL_FINDINGS_MAX));
}
