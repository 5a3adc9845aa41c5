//! SARIF against what its schema requires, and against hostile text.

use serde_json::Value;

use super::*;
use crate::report::sample;

/// Required members by where they stand, as the public schema has them.
///
/// Source: sarif-schema-2.1.0.json (OASIS, errata 01): `required` of the root,
/// run, tool, toolComponent, reportingDescriptor, result, message,
/// multiformatMessageString.
const REQUIRED: [(&str, &[&str]); 9] = [
    ("", &["version", "runs"]),
    ("/runs/*", &["tool"]),
    ("/runs/*/tool", &["driver"]),
    ("/runs/*/tool/driver", &["name"]),
    ("/runs/*/tool/driver/rules/*", &["id"]),
    ("/runs/*/tool/driver/rules/*/shortDescription", &["text"]),
    ("/runs/*/tool/driver/rules/*/help", &["text"]),
    ("/runs/*/results/*", &["message"]),
    ("/runs/*/results/*/message", &["text"]),
];

/// Members that an object may have; the schema allows no others.
///
/// Source: the same schema, `additionalProperties: false`; those that we use.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("", &["$schema", "version", "runs"]),
    ("/runs/*", &["tool", "originalUriBaseIds", "results", "columnKind"]),
    ("/runs/*/originalUriBaseIds/DUMP", &["uri", "uriBaseId", "description"]),
    ("/runs/*/tool/driver", &["name", "rules"]),
    ("/runs/*/tool/driver/rules/*", &["id", "name", "shortDescription", "help", "properties"]),
    (
        "/runs/*/results/*",
        &["ruleId", "ruleIndex", "level", "message", "locations", "fingerprints", "properties"],
    ),
    ("/runs/*/results/*/locations/*", &["physicalLocation", "logicalLocations"]),
    ("/runs/*/results/*/locations/*/physicalLocation/artifactLocation", &["uri", "uriBaseId"]),
    ("/runs/*/results/*/locations/*/logicalLocations/*", &["name", "fullyQualifiedName", "kind"]),
];

/// Words that a member may have. Source: the same schema, `enum`.
const WORDS: [(&str, &[&str]); 3] = [
    ("/version", &["2.1.0"]),
    ("/runs/*/columnKind", &["utf16CodeUnits", "unicodeCodePoints"]),
    ("/runs/*/results/*/level", &["none", "note", "warning", "error"]),
];

/// Every value at a path, in which `*` is any item of an array.
fn at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    path.split('/').skip(1).fold(vec![value], |found, step| {
        let next = found.into_iter().flat_map(|value| match value {
            Value::Array(items) if step == "*" => items.iter().collect::<Vec<_>>(),
            other => other.get(step).into_iter().collect(),
        });
        next.collect()
    })
}

fn render(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("written to memory");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&render(report)).expect("JSON")
}

#[test]
fn the_members_and_words_are_those_of_the_schema() {
    for report in [sample::plain(), sample::hostile()] {
        let log = parsed(&report);
        for (path, members) in REQUIRED {
            let found = at(&log, path);
            assert!(!found.is_empty(), "{path}");
            for (value, member) in found.iter().flat_map(|value| members.iter().map(move |m| (value, m))) {
                assert!(value.get(member).is_some(), "{path} has {member}");
            }
        }
        for (path, members) in ALLOWED {
            let found = at(&log, path);
            assert!(!found.is_empty(), "{path}");
            for key in found.iter().filter_map(|value| value.as_object()).flat_map(|object| object.keys()) {
                assert!(members.contains(&key.as_str()), "{path} may have {key}");
            }
        }
        for (path, words) in WORDS {
            let found = at(&log, path);
            assert!(!found.is_empty(), "{path}");
            for word in found {
                assert!(word.as_str().is_some_and(|word| words.contains(&word)), "{path}: {word}");
            }
        }
    }
}

#[test]
fn every_finding_is_a_result_of_its_rule_with_its_level_id_and_place() {
    let report = sample::plain();
    let log = parsed(&report);
    let rules = at(&log, "/runs/*/tool/driver/rules/*");
    let results = at(&log, "/runs/*/results/*");
    assert_eq!(results.len(), report.findings.len());
    let levels: Vec<&str> = results.iter().filter_map(|one| one["level"].as_str()).collect();
    assert_eq!(levels, ["error", "error", "note"]);
    for (result, finding) in results.iter().zip(&report.findings) {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], *finding.rule_id);
        assert_eq!(result["fingerprints"]["devtrailFindingId/v1"], finding.finding_id.as_str());
        let location = &result["locations"][0];
        assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "record 7");
        assert_eq!(result["properties"]["source_object"], finding.evidence.object.as_str());
    }
}

#[test]
fn without_findings_it_is_a_run_without_results() {
    let log = parsed(&Report::default());
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], serde_json::json!([]));
}

#[test]
fn attack_text_makes_no_link_no_placeholder_and_nothing_invisible() {
    let text = render(&sample::hostile());
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}' && c != '\u{200b}'));
    for (text, plain) in [
        ("[x](http://evil.example) {0}", r"[x]\u{{28}}http://evil.example) {{0}}"),
        (r"[x\](http://evil.example)", r"[x\]\u{{28}}http://evil.example)"),
        ("a[0] (b) c:\\d", r"a[0] (b) c:\d"),
        ("a\u{202e}b", r"a\u{{202e}}b"),
    ] {
        assert_eq!(message(text).text, plain, "{text:?}");
    }
    let log = parsed(&sample::hostile());
    for text in at(&log, "/runs/*/results/*/message/text") {
        assert!(!text.as_str().expect("text").contains("]("), "{text}");
    }
    for uri in at(&log, "/runs/*/results/*/locations/*/physicalLocation/artifactLocation/uri") {
        let uri = uri.as_str().expect("text");
        assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~!/%".contains(&b)), "{uri}");
    }
}

#[test]
fn a_path_becomes_a_relative_reference_that_stays_inside_the_dump() {
    for (path, uri) in [
        ("AWSLogs/1/a.json.gz", "AWSLogs/1/a.json.gz"),
        ("out.zip!in/a b.json", "out.zip!in/a%20b.json"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("//evil.example/x", "%2F%2Fevil.example/x"),
        ("/etc/passwd", "%2Fetc/passwd"),
        ("a.zip!../../x", "a.zip!..%2F..%2Fx"),
        ("../x", "..%2Fx"),
        ("a/../b", "a%2F..%2Fb"),
        ("a?b#c%d\\e", "a%3Fb%23c%25d%5Ce"),
        ("\u{e9}\u{202e}", "%C3%A9%E2%80%AE"),
    ] {
        assert_eq!(relative_uri(path), uri, "{path}");
    }
}
