//! Damaged, odd and malicious content: bombs, depth, wrong types, times that
//! cannot be, text that attacks terminals. A sound object lies beside each.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::beside::{beside_good, facts, holds, ids, problems};
use crate::runner::{Analysis, analyze, delivery, gzip, put, record, scratch};

const TIME: &str = "2026-01-02T03:04:05Z";

/// One object with this JSON text between two sound records.
fn between(entry: &str) -> Analysis {
    let content = format!("{{\"Records\":[{},{entry},{}]}}", record("before", TIME), record("after", TIME));
    let done = beside_good(&[("odd.json", content.as_bytes())]);
    let found = ids(&done, "odd.json");
    for id in ["before", "after"] {
        assert!(found.contains(&id.to_owned()), "{id} beside {}", &entry[..entry.len().min(80)]);
    }
    done
}

#[test]
fn random_bytes_and_empty_objects() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let noise: Vec<u8> = (0..20_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        })
        .collect();
    let done = beside_good(&[
        ("noise.json", &noise),
        ("noise.json.gz", &[b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice(), &noise].concat()),
        ("empty.json", b""),
        ("empty.json.gz", &gzip(b"")),
        ("blank.json", b" \n\t\r\n"),
        ("nul.json", &[0u8; 3000]),
    ]);
    assert_eq!(done.ended.code, 3);
    for object in ["empty.json", "empty.json.gz", "blank.json"] {
        assert_eq!(facts(&done, object), " empty 0 0 0");
        assert_eq!(problems(&done, object), Vec::<String>::new());
    }
    for object in ["noise.json", "noise.json.gz", "nul.json"] {
        assert_eq!(done.rows("evidence", "source_object", object)[0]["status"], "unreadable", "{object}");
        assert!(!problems(&done, object).is_empty(), "{object}");
    }
}

#[test]
fn a_gzip_bomb_stops_early_and_is_named() {
    // Zeros at the best level inflate more than a thousand times.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![0u8; 100 * 1024 * 1024]).expect("memory takes it");
    let bomb = packer.finish().expect("memory takes it");
    assert!(bomb.len() * 1000 < 100 * 1024 * 1024, "it is a bomb: {} bytes", bomb.len());
    let records = gzip(format!("{}\n", record("bomb", TIME)).as_bytes());
    let done = beside_good(&[("bomb.gz", &bomb), ("primed.gz", &[records, bomb.clone()].concat())]);
    assert_eq!(done.ended.code, 3);
    for object in ["bomb.gz", "primed.gz"] {
        assert!(problems(&done, object).contains(&"limit_reached".to_owned()), "{object}");
        let row = &done.rows("evidence", "source_object", object)[0];
        assert!(row["inflated_bytes"].parse::<usize>().expect("a number") < 100 * 1024 * 1024, "{row:?}");
    }
    assert_eq!(ids(&done, "primed.gz"), ["bomb"], "what came before the bomb is kept");
}

#[test]
fn depth_costs_no_stack() {
    for depth in [200usize, 100_000] {
        let mut one = record("deep", TIME);
        one["requestParameters"] = "DEEP".into();
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nest = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let done = between(&one.to_string().replace("\"DEEP\"", &nest));
            assert_eq!(done.rows("destructive_actions", "event_id", "deep").len(), 1, "{depth} {open}");
        }
        let unclosed = "[".repeat(depth);
        let done = beside_good(&[("open.json", unclosed.as_bytes())]);
        assert_eq!(done.ended.code, 3, "{depth}");
        assert!(!problems(&done, "open.json").is_empty());
    }
}

#[test]
fn a_deep_value_in_every_kind_of_entry() {
    let nest = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let rfc = format!("{{\"Rfc\":{{\"RfcId\":\"r\",\"ChangeTypeId\":\"ct-1opjmhuddw194\",\"X\":{nest}}}}}");
    let lookup = format!(
        "{{\"Events\":[{{\"X\":{nest},\"CloudTrailEvent\":{}}}]}}",
        json!(record("l", TIME).to_string())
    );
    let bridge = format!("{{\"detail-type\":\"x\",\"X\":{nest},\"detail\":{}}}", record("b", TIME));
    let done = beside_good(&[
        ("rfc.json", rfc.as_bytes()),
        ("lookup.json", lookup.as_bytes()),
        ("bridge.json", bridge.as_bytes()),
    ]);
    assert_eq!(ids(&done, "lookup.json"), ["l"]);
    assert_eq!(ids(&done, "bridge.json"), ["b"]);
    let read = done.table("rfcs").len() == 1;
    assert!(read || !problems(&done, "rfc.json").is_empty(), "the RFC is read or its loss named");
}

#[test]
fn entries_that_are_no_record_are_rejected_one_by_one() {
    for entry in ["5", "\"text\"", "null", "[]", "true", "{}", "[[{}]]", "-1e9", "\"{\""] {
        let done = between(entry);
        assert_eq!(done.ended.code, 3, "{entry}");
        assert_eq!(facts(&done, "odd.json"), "cloudtrail_delivery partial 2 0 1", "{entry}");
    }
}

/// Whatever a field holds, the run goes on, the counts close, and the record is
/// kept unless it no longer names a call at a time.
#[test]
fn every_field_of_a_wrong_type_one_at_a_time() {
    let mut sound = record("field", TIME);
    sound["userIdentity"]["sessionContext"] = json!({"attributes": {"creationDate": TIME, "mfaAuthenticated": "true"},
        "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/R", "userName": "R"}});
    sound["errorCode"] = "AccessDenied".into();
    sound["additionalEventData"] = json!({"a": 1});
    sound["resources"] =
        json!([{"ARN": "arn:aws:s3:::b", "accountId": "111122223333", "type": "AWS::S3::Bucket"}]);
    let mut pointers = Vec::new();
    paths(&sound, "", &mut pointers);
    assert!(pointers.len() > 30, "{pointers:?}");
    let dump = scratch();
    put(dump.path(), "good/good.json.gz", gzip(delivery(&["good-1", "good-2"]).as_bytes()));
    let mut expected = Vec::new();
    for pointer in &pointers {
        for (n, value) in
            [json!(5), json!(true), json!(null), json!([]), json!({}), json!("x")].into_iter().enumerate()
        {
            let mut one = sound.clone();
            one["requestID"] = json!(format!("{pointer}-{n}"));
            one["eventID"] = json!(format!("{pointer}-{n}"));
            *one.pointer_mut(pointer).expect("the field") = value.clone();
            let name = format!("{}-{n}.json", pointer.trim_start_matches('/').replace('/', "."));
            put(
                dump.path(),
                &name,
                json!({"Records": [one, record(&format!("beside-{name}"), TIME)]}).to_string(),
            );
            let routed = ["/eventSource", "/eventName"].contains(&pointer.as_str()) && !value.is_string();
            expected.push((name, routed || (pointer == "/eventTime" && value.is_null())));
        }
    }
    let done =
        analyze(dump.path(), &["--events", "all", "--format", "csv", "--format", "json", "--format", "html"]);
    holds(&done);
    assert_eq!(done.ended.code, 3);
    let rows = done.table("evidence");
    for (name, gone) in expected {
        let row = rows.iter().find(|row| row["source_object"] == name).expect("a row");
        let counts = (row["records"].as_str(), row["rejected"].as_str());
        assert_eq!(counts, if gone { ("1", "1") } else { ("2", "0") }, "{name}: {row:?}");
    }
}

/// JSON pointers of every member of every object in a value.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                let path = format!("{at}/{key}");
                paths(inner, &path, found);
                found.push(path);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, inner)| paths(inner, &format!("{at}/{n}"), found))
        }
        _ => {}
    }
}

#[test]
fn a_lone_record_that_names_no_call_is_a_loss_that_is_told() {
    let mut one = record("lone", TIME);
    one["eventName"] = json!(5);
    let done = beside_good(&[("lone.json", json!({"Records": [one]}).to_string().as_bytes())]);
    assert_eq!(done.ended.code, 3, "{:?}", done.table("evidence"));
    assert!(!problems(&done, "lone.json").is_empty());
}

#[test]
fn records_that_are_no_array() {
    let one = record("alone", TIME).to_string();
    let cases = [
        ("null", "{\"Records\":null}".to_owned(), 0),
        ("empty", "{\"Records\":[]}".to_owned(), 0),
        ("object", format!("{{\"Records\":{one}}}"), 1),
        ("bare", one.clone(), 1),
        ("late", format!("{{\"a\":1,\"Records\":[{one}]}}"), 1),
        ("nested", format!("[[{one}]]"), 0),
    ];
    for (name, content, records) in cases {
        let done = beside_good(&[("odd.json", content.as_bytes())]);
        let row = &done.rows("evidence", "source_object", "odd.json")[0];
        assert_eq!(row["records"], records.to_string(), "{name}: {row:?}");
        let told = !problems(&done, "odd.json").is_empty();
        assert_eq!(told, name == "nested", "{name}: {row:?}");
    }
    for content in ["{\"Records\":{}}", "{\"Records\":5}", "{\"Records\":\"x\"}"] {
        let done = beside_good(&[("odd.json", content.as_bytes())]);
        let row = &done.rows("evidence", "source_object", "odd.json")[0];
        assert!(row["status"] != "read" || row["records"] == "0", "{content}: {row:?}");
    }
}

#[test]
fn keys_that_stand_twice() {
    let twice = record("twice", TIME).to_string().replacen('{', "{\"eventName\":\"GetObject\",", 1);
    let done = between(&twice);
    assert_eq!(problems(&done, "odd.json"), ["duplicate_key"]);
    assert_eq!(ids(&done, "odd.json").len(), 3, "the last name counts");
    let (first, second) = (record("r1", TIME), record("r2", TIME));
    let both = format!("{{\"Records\":[{first}],\"Records\":[{second}]}}");
    let done = beside_good(&[("both.json", both.as_bytes())]);
    assert_eq!(ids(&done, "both.json"), ["r1", "r2"], "nothing hides behind a second array");
    assert_eq!(problems(&done, "both.json"), ["duplicate_key"]);
}

#[test]
fn lines_of_another_system_and_odd_ends() {
    let content = format!("{}\r\n\r\n{}\r\n \0", record("w1", TIME), record("w2", TIME));
    let done = beside_good(&[("crlf.jsonl", content.as_bytes())]);
    assert_eq!(ids(&done, "crlf.jsonl"), ["w1", "w2"]);
    assert_eq!(done.ended.code, 3, "the stray byte is told");
}

#[test]
fn times_far_outside_the_life_of_cloudtrail() {
    let times =
        ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2200-01-01T00:00:00Z"];
    let all: Vec<Value> = times.iter().map(|time| record(time, time)).collect();
    let broken: Vec<Value> =
        ["99999-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "-1", "2026-01-02T03:04:60Z", ""]
            .iter()
            .map(|time| record(&format!("broken{time}"), time))
            .collect();
    let done = beside_good(&[
        ("far.json", json!({"Records": all}).to_string().as_bytes()),
        ("broken.json", json!({"Records": broken}).to_string().as_bytes()),
    ]);
    assert_eq!(problems(&done, "far.json"), ["implausible_time"; 4]);
    for time in times {
        assert_eq!(done.rows("destructive_actions", "event_id", time)[0]["event_time"], time);
    }
    assert_eq!(ids(&done, "broken.json").len(), 5, "{:?}", problems(&done, "broken.json"));
    assert!(done.table("coverage").len() < 20, "a stretch of centuries is one row");
}

#[test]
fn huge_strings_numbers_surrogates_and_nul() {
    let mut huge = record("huge", TIME);
    huge["userAgent"] = "A".repeat(10 * 1024 * 1024).into();
    let done = between(&huge.to_string());
    assert_eq!(ids(&done, "odd.json").len(), 3);
    let mut past = record("past", TIME);
    past["userAgent"] = "A".repeat(17 * 1024 * 1024).into();
    let done = between(&past.to_string());
    assert_eq!(problems(&done, "odd.json"), ["limit_reached"]);
    for text in
        ["1e999", "-1e999", "123456789012345678901234567890", "\"\\ud800\"", "\"\\u0000\"", "0.1e-400"]
    {
        let done = between(&record("odd", TIME).to_string().replace("\"aws-cli/2.15.0\"", text));
        assert_eq!(done.rows("destructive_actions", "event_id", "odd").len(), 1, "{text}");
        let name = between(&record("odd", TIME).to_string().replace("\"bucket-odd\"", text));
        assert_eq!(name.rows("destructive_actions", "event_id", "odd").len(), 1, "{text}");
    }
}

#[test]
fn text_that_attacks_a_terminal_stays_text() {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}gpj\u{2066}\u{200b}\r\nExit: 0\u{0}";
    let mut pointers = Vec::new();
    let sound = record("evil", TIME);
    paths(&sound, "", &mut pointers);
    let mut all = Vec::new();
    for pointer in pointers {
        let mut one = sound.clone();
        one["eventID"] = json!(format!("evil{pointer}"));
        let field = one.pointer_mut(&pointer).expect("the field");
        if let Some(text) = field.as_str() {
            *field = format!("{text}{evil}").into();
            all.push(one);
        }
    }
    assert!(all.len() > 12);
    let dump = scratch();
    put(dump.path(), "evil.json", json!({"Records": all}).to_string());
    let done = analyze(dump.path(), &["-v"]);
    assert_eq!(done.ended.code, 3, "{}", done.ended.stderr);
    for (name, text) in [
        ("stdout", done.ended.stdout.clone()),
        ("stderr", done.ended.stderr.clone()),
        ("report.md", std::fs::read_to_string(done.out.join("report.md")).expect("a report")),
        ("report.html", std::fs::read_to_string(done.out.join("report.html")).expect("a report")),
    ] {
        let bad = text.chars().find(|c| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || ('\u{202a}'..='\u{202e}').contains(c)
                || matches!(c, '\u{200b}' | '\u{2066}')
        });
        assert_eq!(bad, None, "{name}");
        assert!(!text.lines().any(|line| line == "Exit: 0"), "{name}: no line is forged");
    }
    assert_eq!(
        done.table("destructive_actions").len(),
        done.summary("/counts/kept").as_u64().expect("a count") as usize
    );
}
