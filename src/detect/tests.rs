//! The built-in rules prove themselves, and the index finds what a linear
//! search finds.

use std::collections::BTreeSet;
use std::path::Path;

use crate::catalogue::Catalogue;
use crate::decode::head::Head;
use crate::decode::{self, Aside, Document, Fault, Place, Record, RfcEntry, Sink};
use crate::detect::builtin::BUILTIN;
use crate::detect::check::mode_of;
use crate::detect::seen::Seen;
use crate::detect::sigma::tests::{DETECTIONS, rule as sigma_rule};
use crate::detect::{RuleSet, rule_file};
use crate::model::source_grade::SourceGrade;

/// A rule around these lines; its records fit `StopLogging`.
fn rule(lines: &str) -> String {
    let record = |name| format!(r#"{{"eventSource":"cloudtrail.amazonaws.com","eventName":"{name}"}}"#);
    format!(
        "title = \"t\"\nseverity = \"low\"\nstatus = \"stable\"\nauthor = \"a\"\nlicence = \"MIT\"\nsummary = \"s\"\nresponse = \"r.\"\nreferences = [\"x\"]\n{lines}\n[[hit]]\nshows = \"h\"\nrecord = '{}'\n[[miss]]\nshows = \"m\"\nrecord = '{}'\n",
        record("StopLogging"),
        record("GetTrail")
    )
}

#[test]
fn every_file_of_a_rule_is_listed_and_each_rule_proves_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detect/rules");
    let files: BTreeSet<String> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let inside = entry.path().strip_prefix(&folder).expect("below it").with_extension("");
            inside.to_string_lossy().replace('\\', "/")
        })
        .collect();
    let listed: Vec<&str> = BUILTIN.iter().map(|(id, _)| *id).collect();
    assert_eq!(files.iter().map(String::as_str).collect::<Vec<_>>(), listed, "files and list");
    for (id, text) in BUILTIN {
        rule_file::read(id, text).unwrap_or_else(|fault| panic!("{id}: {fault}"));
    }
    assert_eq!(RuleSet::builtin().failures(&Catalogue::builtin()), []);
}

#[test]
fn what_is_wrong_with_a_rule_is_named_with_its_line() {
    let fault = |text: &str| {
        let fault = rule_file::read("x", text).expect_err("a fault");
        (fault.line, fault.message)
    };
    let sound = rule("event_name = \"StopLogging\"");
    assert!(rule_file::read("x", &sound).is_ok());
    for (from, to, line, told) in [
        ("\"low\"", "\"grave\"", Some(2), "none of"),
        ("\"stable\"", "\"new\"", Some(3), "none of"),
        ("\"s\"", "\"s.\"", Some(6), "full stop"),
        ("\"r.\"", "\"r\"", Some(7), "full stop"),
        ("[\"x\"]", "[]", Some(8), "reference"),
        ("title = \"t\"", "title = \"t\"\nodd = 1", Some(2), "unknown field"),
        ("event_name = \"StopLogging\"", "", Some(1), "matches all"),
        (
            "event_name = \"StopLogging\"",
            "event_name = \"StopLogging\"\ntechniques = [\"1098\"]",
            Some(10),
            "technique",
        ),
        (
            "event_name = \"StopLogging\"",
            "event_name = \"StopLogging\"\ncontrols = [\"a;b\"]",
            Some(10),
            "control",
        ),
        (
            "event_name = \"StopLogging\"",
            "event_name = \"StopLogging\"\noutcome = \"denied\"",
            Some(10),
            "outcome",
        ),
        (
            "event_name = \"StopLogging\"",
            "event_name = \"StopLogging\"\ncalls_min = 0",
            Some(10),
            "at least 1",
        ),
        (
            "event_name = \"StopLogging\"",
            "event_name = \"StopLogging\"\ntell = [\"a..b\"]",
            Some(10),
            "empty member",
        ),
        ("event_name = \"StopLogging\"", "[[when]]\nfield = \"a\"", Some(10), "one test"),
        ("event_name = \"StopLogging\"", "[[when]]\nfield = \"a\"\nregex = \"(\"", Some(10), "unclosed"),
        ("event_name = \"StopLogging\"", "[[when]]\nfield = \"a\"\ncidr = \"10/x\"", Some(10), "network"),
        ("event_name = \"StopLogging\"", "[[when]]\nequals = \"a\"", None, "one of `field`"),
        ("'{\"eventSource\"", "'{\"source\"", Some(12), "no CloudTrail record"),
    ] {
        let (found, message) = fault(&sound.replacen(from, to, 1));
        assert_eq!(found, line, "{to}: {message}");
        assert!(message.contains(told), "{to}: {message}");
    }
    let unproven = [("own/x".to_owned(), sound.replace("GetTrail", "StopLogging"))];
    let set = RuleSet::none().with(&unproven).expect("a rule");
    let failures = set.failures(&Catalogue::builtin());
    assert_eq!((failures[0].line, failures.len()), (15, 1), "{failures:?}");
    let taken = [("access/root-used".to_owned(), sound)];
    assert!(RuleSet::builtin().with(&taken).expect_err("taken")[0].1.message.contains("already"));
}

#[test]
fn each_test_says_what_it_should() {
    let record = r#"{"eventSource":"s","eventName":"n","recipientAccountId":"111122223333","sourceIPAddress":"10.1.2.3",
        "a":{"text":"Some Words","list":["x","y"],"n":5,"flag":{"value":false},"hidden":"HIDDEN_DUE_TO_SECURITY_REASONS",
        "nothing":null,"other":"arn:aws:iam::999988887777:root","own":"111122223333","same":"Some Words"}}"#;
    for (condition, holds) in [
        ("field = \"a.text\"\nequals = \"Some Words\"", true),
        ("field = \"a.text\"\nequals = \"some words\"", false),
        ("field = \"a.text\"\nequals = \"some words\"\nignore_case = true", true),
        ("field = \"a.text\"\ncontains = [\"zzz\", \"me W\"]", true),
        ("field = \"a.text\"\nstarts_with = \"Some\"", true),
        ("field = \"a.text\"\nends_with = \"Some\"", false),
        ("field = \"a.text\"\nglob = \"S*e ?ords\"", true),
        ("field = \"a.text\"\nregex = \"^S.*s$\"", true),
        ("field = \"a.list\"\nequals = \"y\"", true),
        ("field = \"a.n\"\nat_least = 5", true),
        ("field = \"a.n\"\nat_most = 4.5", false),
        ("field = \"a.n\"\nat_least = 1\nat_most = 9", true),
        ("field = \"a.flag\"\nequals = \"false\"", true),
        ("field = \"a.hidden\"\ncontains = \"HIDDEN\"", false),
        ("field = \"a.hidden\"\nexists = true", true),
        ("field = \"a.nothing\"\nexists = false", true),
        ("field = \"a.absent.deeper\"\nexists = false", true),
        ("field = \"sourceIPAddress\"\ncidr = [\"192.0.2.0/24\", \"10.0.0.0/8\"]", true),
        ("field = \"sourceIPAddress\"\ncidr = \"10.2.0.0/16\"", false),
        ("field = \"a.text\"\ncidr = \"0.0.0.0/0\"", false),
        ("field = \"a.other\"\nforeign_account = true", true),
        ("field = \"a.own\"\nforeign_account = true", false),
        ("field = \"a.text\"\nsame_as = \"a.same\"", true),
        ("field = \"a.text\"\nsame_as = \"a.own\"", false),
        ("not = { field = \"a.absent\", equals = \"x\" }", true),
        ("any = [{ field = \"a.n\", equals = \"1\" }, { field = \"a.n\", equals = \"5\" }]", true),
        ("all = [{ field = \"a.n\", equals = \"1\" }, { field = \"a.n\", equals = \"5\" }]", false),
    ] {
        let text = rule(&format!("[[when]]\n{condition}"));
        let rule = rule_file::read("x", &text).unwrap_or_else(|fault| panic!("{condition}: {fault}"));
        let head: Head<'_> = serde_json::from_str(record).expect("a record");
        assert_eq!(rule.matches(&Seen::new(&head, record, None, None)), holds, "{condition}");
    }
}

/// Counts records on which the index and the linear search agree.
struct Agreement<'r> {
    rules: &'r RuleSet,
    catalogue: &'r Catalogue,
    records: usize,
    matched: usize,
}

impl Agreement<'_> {
    fn check(&mut self, text: &str) {
        let Some(head) = Head::tolerant(text).filter(Head::is_call) else { return };
        let place = Place { ordinal: 0, start: 0, end: text.len() };
        let record = Record { head, text, place, envelope_account: None, grade: SourceGrade::Export };
        let mode = mode_of(&record.head, self.catalogue);
        let seen = Seen::new(&record.head, text, None, mode);
        let all = 0..u32::try_from(self.rules.words().len()).expect("few rules");
        let linear: Vec<u32> = all.filter(|place| self.rules.matches(*place, &seen)).collect();
        assert_eq!(self.rules.matching(&seen, &record), linear, "{text}");
        self.records += 1;
        self.matched += usize::from(!linear.is_empty());
    }
}

impl Sink for Agreement<'_> {
    fn record(&mut self, record: Record<'_>) {
        self.check(record.text);
    }

    fn rfc(&mut self, _: RfcEntry<'_>) {}

    fn aside(&mut self, _: Aside<'_>) {}

    fn document(&mut self, _: Document<'_>) {}

    fn fault(&mut self, _: Fault) {}
}

#[test]
fn the_index_finds_what_a_linear_search_finds() {
    let own = [
        "event_source = \"cloudtrail.amazonaws.com\"\nevent_name = [\"Stop*\"]",
        "event_name = \"StopLogging\"",
        "[[when]]\nfield = \"eventName\"\ncontains = [\"StopLog\", \"opLogging\"]\nignore_case = true",
        "[[when]]\nfield = \"eventName\"\nregex = \"^Stop\"",
    ];
    let own: Vec<(String, String)> =
        own.iter().enumerate().map(|(number, lines)| (format!("own/{number}"), rule(lines))).collect();
    let sigma: Vec<(String, String)> = DETECTIONS
        .iter()
        .enumerate()
        .map(|(number, (detection, _))| (format!("{number}.yml"), sigma_rule(&number.to_string(), detection)))
        .collect();
    let rules = RuleSet::builtin().with(&own).expect("rules").with_sigma(&sigma).0;
    let catalogue = Catalogue::builtin();
    let mut agreement = Agreement { rules: &rules, catalogue: &catalogue, records: 0, matched: 0 };
    let examples: Vec<&str> = rules
        .rules()
        .iter()
        .flat_map(|rule| rule.hits.iter().chain(&rule.misses))
        .map(|one| &*one.record)
        .collect();
    for (number, text) in examples.iter().enumerate() {
        let other = examples[(number * 7 + 3) % examples.len()];
        let name = |text: &str| -> String {
            let head = Head::tolerant(text).expect("a record");
            head.event_name.as_str().expect("a name").to_owned()
        };
        let (own, others) = (name(text), name(other));
        agreement.check(text);
        for changed in [
            text.replace(&own, &others),
            text.replace(&own, &own.to_uppercase()),
            text.replace(&own, &format!("{own}20150331v2")),
            text.replace(&own, &own.replace('e', "\\u0065")),
            text.replace("Root", "\\u0052oot"),
            text.replace("alice", "ämilia \u{212A}"),
            text.replace("amazonaws.com", "AMAZONAWS.com"),
            text.replace("arn:aws:", "arn:aws:assumed-role/aws:").replace('/', r"\/"),
            text.replacen('{', r#"{"requestParameters":{"x": "aws:ec2-instance"},"#, 1),
            text.replacen('{', r#"{"userAgent":["S3 Browser"],"#, 1),
            text.replacen('{', r#"{"userAgent":"x s3 BROWSER https:\/\/s3browser.com","#, 1),
        ] {
            agreement.check(&changed);
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let options = sample_logs::Options { seed: 5, events: 4000, days: 14, single_delivery: true };
    sample_logs::generate(&options, folder.path()).expect("a dump");
    for entry in walkdir::WalkDir::new(folder.path().join("dump")).sort_by_file_name() {
        let entry = entry.expect("an entry");
        if entry.file_type().is_file() {
            let mut buffer = crate::evidence::read::Buffer::default();
            crate::evidence::read::read(entry.path(), crate::evidence::read::Hashes::Both, &mut buffer);
            decode::decode(&mut buffer.content().to_vec(), &mut agreement);
        }
    }
    assert!(
        agreement.records > 4000 && agreement.matched > 100,
        "{} {}",
        agreement.records,
        agreement.matched
    );
}
