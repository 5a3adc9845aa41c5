//! Table `controls`, and where else controls are told.

use std::collections::{BTreeMap, BTreeSet};

use devtrail::catalogue::Catalogue;
use devtrail::correlate;
use devtrail::detect::RuleSet;

use crate::runner::{Row, analyze, project, run};

/// Every rule of the program, with the controls that it names itself.
fn every_rule() -> BTreeMap<String, Vec<String>> {
    let single = RuleSet::builtin().words().into_iter().map(|words| {
        (words.rule_id.to_string(), words.controls.iter().map(|control| control.to_string()).collect())
    });
    let several = correlate::rules_and_controls()
        .map(|(rule, own)| (rule.to_owned(), own.iter().map(|&control| control.to_owned()).collect()));
    single.chain(several).collect()
}

#[test]
fn every_rule_is_mapped_or_it_is_said_why_not_and_no_other_is() {
    let catalogue = Catalogue::builtin();
    let (controls, rules) = (catalogue.controls(), every_rule());
    let rules: BTreeSet<&str> = rules.keys().map(String::as_str).collect();
    let mapped: BTreeSet<&str> = controls.mapped().collect();
    let without: BTreeSet<&str> = controls.without().map(|(rule, _)| rule).collect();
    let none: Vec<&&str> = Vec::new();
    assert_eq!(mapped.intersection(&without).collect::<Vec<_>>(), none, "both");
    let told: BTreeSet<&str> = mapped.union(&without).copied().collect();
    assert_eq!(rules.difference(&told).collect::<Vec<_>>(), none, "not mapped");
    assert_eq!(told.difference(&rules).collect::<Vec<_>>(), none, "no such rule");
    assert!(controls.needing().all(|rule| rules.contains(rule)), "no such rule");
    assert!(controls.without().all(|(_, why)| why.len() > 20));
}

#[test]
fn every_listed_control_hangs_on_a_rule_and_every_control_that_a_rule_names_is_listed() {
    let catalogue = Catalogue::builtin();
    let controls = catalogue.controls();
    let rules = every_rule();
    let named: BTreeSet<_> = rules
        .iter()
        .flat_map(|(rule, own)| {
            own.iter().map(|control| controls.read(control)).chain(controls.of_rule(rule).cloned())
        })
        .collect();
    let listed: BTreeSet<_> = controls.all().map(|(id, _)| id.clone()).collect();
    assert_eq!(listed, named);
}

fn row<'r>(rows: &'r [Row], framework: &str, control: &str) -> &'r Row {
    let found = rows.iter().find(|row| row["framework"] == framework && row["control"] == control);
    found.unwrap_or_else(|| panic!("{framework} {control}"))
}

#[test]
fn a_wipe_is_an_exception_to_the_controls_of_its_findings() {
    let done = analyze(&project().join("sample-logs/cases/wipe-with-intent/input"), &[]);
    let (rows, findings) = (done.table("controls"), done.table("findings"));
    assert!(rows.len() > 100);
    // Every finding stands in the rows of all controls that it names, and in no others.
    for control in &rows {
        let spelled = match control["framework"].as_str() {
            "ams" | "other" => control["control"].clone(),
            framework => format!("{framework}:{}", control["control"]),
        };
        let named: Vec<&str> = findings
            .iter()
            .filter(|finding| finding["controls"].split(';').any(|one| one == spelled))
            .map(|finding| finding["finding_id"].as_str())
            .collect();
        let mut told: Vec<&str> = control["finding_ids"].split(';').filter(|id| !id.is_empty()).collect();
        told.sort_unstable();
        let mut named = named;
        named.sort_unstable();
        assert_eq!(told, named, "{spelled}");
        assert_eq!(control["findings"], named.len().to_string(), "{spelled}");
        // What was only tried is no exception: every call of it came to nothing.
        let done = |id: &&str| {
            let finding = findings.iter().find(|finding| finding["finding_id"] == **id).expect("a finding");
            !finding["summary"].starts_with("Attempt (")
        };
        let exceptions = named.iter().filter(|id| done(id)).count();
        assert_eq!(control["verdict"] == "exceptions_found", exceptions > 0, "{spelled}");
        let attempts = named.len() - exceptions;
        assert_eq!(
            control["coverage"].contains("denied or failed: no exception."),
            attempts > 0,
            "{spelled}"
        );
    }
    let backups = row(&rows, "nist_800_53_r5", "CP-9");
    assert_eq!(backups["verdict"], "exceptions_found");
    let text = std::fs::read_to_string(done.out.join("report.md")).expect("report.md");
    assert!(text.contains("\n## Controls\n"), "{text}");
}

#[test]
fn controls_that_need_rfcs_are_not_assessable_without_them() {
    let of = |case: &str| {
        let done = analyze(&project().join("sample-logs/cases").join(case).join("input"), &[]);
        row(&done.table("controls"), "ams", "SCP-ADV-001").clone()
    };
    let without = of("no-rfc-evidence");
    assert_eq!(without["verdict"], "not_assessable");
    assert!(without["coverage"].contains("no RFC evidence"), "{}", without["coverage"]);
    assert_ne!(of("weekend-wipe")["verdict"], "not_assessable");
}

#[test]
fn rules_tell_their_controls() {
    let shown = run(&["rules", "show", "access/root-used"]).stdout;
    let line = shown.lines().find(|line| line.starts_with("controls ")).expect("the controls");
    assert!(line.contains("SCP-AMS-016, ") && line.contains("cis_aws_3_0_0:1.7"), "{line}");
    let listed = run(&["rules", "list", "--format", "json"]).stdout;
    assert!(listed.contains("\"pci_dss_4_0_1:8.4.2\""));
}
