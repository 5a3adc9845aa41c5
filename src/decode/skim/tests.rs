//! Held to decoding: whatever is taken here is decoded without a fault, to the same
//! records, and those passed by hold nothing that is wanted.

use memchr::memmem;
use serde_json::Value;

use super::*;
use crate::decode::scan::tests::RECORDS;
use crate::decode::{Aside, Document, Fault, RfcEntry, Verdict, decode};

/// Wants records that hold a text, or those with a name.
#[derive(Clone, Copy, Debug)]
enum Want {
    Text(&'static str),
    Name(&'static str),
}

impl Wanted for Want {
    fn next(&mut self, text: &str, from: usize) -> usize {
        let Self::Text(wanted) = self else { return usize::MAX };
        let found = memmem::find(&text.as_bytes()[from..], wanted.as_bytes());
        found.map_or(usize::MAX, |at| from + at)
    }

    fn any_escape(&self) -> bool {
        matches!(self, Self::Text(text) if text.contains('/'))
    }

    fn asks_names(&self) -> bool {
        matches!(self, Self::Name(_))
    }

    fn name(&mut self, spelled: &[u8]) -> bool {
        matches!(self, Self::Name(name) if name.as_bytes() == spelled)
    }
}

impl Want {
    /// Whether a record, or something in it, is wanted.
    fn is_in(self, value: &Value) -> bool {
        match self {
            Self::Text(text) => spells(value, text),
            Self::Name(name) => is_named(value, name),
        }
    }
}

/// All that decoding hands out, in words.
#[derive(Default)]
struct Seen {
    records: Vec<(Place, String, String)>,
    others: Vec<String>,
}

impl Sink for Seen {
    fn record(&mut self, record: Record<'_>) {
        self.records.push((record.place, record.text.to_owned(), format!("{record:?}")));
    }

    fn rfc(&mut self, entry: RfcEntry<'_>) {
        self.others.push(format!("{entry:?}"));
    }

    fn aside(&mut self, aside: Aside<'_>) {
        self.others.push(format!("{aside:?}"));
    }

    fn document(&mut self, document: Document<'_>) {
        self.others.push(format!("{document:?}"));
    }

    fn fault(&mut self, fault: Fault) {
        self.others.push(format!("{fault:?}"));
    }
}

/// Whether a string anywhere in a record holds a text once its escapes are read.
fn spells(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => string.contains(text),
        Value::Array(values) => values.iter().any(|value| spells(value, text)),
        Value::Object(members) => {
            members.iter().any(|(key, value)| key.contains(text) || spells(value, text))
        }
        _ => false,
    }
}

/// Whether that name stands under `eventName` anywhere in a record, or as an element there.
fn is_named(value: &Value, name: &str) -> bool {
    let named = |value: &Value| match value {
        Value::Array(values) => values.iter().any(|value| value == name),
        value => value == name,
    };
    match value {
        Value::Array(values) => values.iter().any(|value| is_named(value, name)),
        Value::Object(members) => members.iter().any(|(key, value)| {
            (key.eq_ignore_ascii_case("eventName") && named(value)) || is_named(value, name)
        }),
        _ => false,
    }
}

/// Tells how many records were passed by and read, if the object was taken.
#[track_caller]
fn check(content: &[u8], wanted: &'static str) -> Option<Skimmed> {
    let by_name = check_one(content, Want::Name(wanted));
    let by_text = check_one(content, Want::Text(wanted));
    assert_eq!(by_name.is_some(), by_text.is_some(), "{}", String::from_utf8_lossy(content));
    by_text
}

#[track_caller]
fn check_one(content: &[u8], mut wanted: Want) -> Option<Skimmed> {
    let (mut seen, mut all) = (Seen::default(), Seen::default());
    let skimmed = skim(content, &mut wanted, &mut seen);
    let Some(skimmed) = skimmed else {
        assert!(seen.records.is_empty() && seen.others.is_empty(), "nothing is handed on twice");
        return None;
    };
    let shown = String::from_utf8_lossy(content);
    let decoded = decode(&mut content.to_vec(), &mut all);
    assert_eq!((decoded.verdict, decoded.rejected), (Verdict::Evidence, 0), "{shown}");
    assert!(all.others.is_empty() && seen.others.is_empty(), "{:?} in {shown}", all.others);
    assert_eq!(skimmed.read + skimmed.passed, all.records.len() as u64, "{shown}");
    assert_eq!(skimmed.read, seen.records.len() as u64);
    let mut read = seen.records.iter().peekable();
    for record in &all.records {
        if read.next_if(|one| *one == record).is_some() {
            continue;
        }
        if let Want::Text(text) = wanted {
            assert!(!record.1.contains(text), "{text} was passed by in {shown}");
        }
        let value: Value = serde_json::from_str(&record.1).unwrap_or_default();
        assert!(!wanted.is_in(&value), "{wanted:?} was passed by in {shown}");
    }
    assert_eq!(read.next(), None, "a record that decoding does not know: {shown}");
    Some(skimmed)
}

/// An object as a trail delivers it.
fn delivered(records: &[&str]) -> String {
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

/// The first as it is, the second as delivered, one that holds escapes.
const SMALL: [&str; 4] = [
    r#"{"eventTime":"t","eventSource":"s3","eventName":"A","readOnly":false,"resources":[{"ARN":"x"}],"n":-1.5e3}"#,
    r#"{"eventVersion":"1.11","userIdentity":{"type":"Root","x":{}},"eventTime":"t","eventSource":"s","eventName":"山田","requestParameters":{"a":[],"b":[1,[null],{"c":true}],"d":{}},"responseElements":null}"#,
    r#"{"eventName":"B","eventSource":"s3","policy":"{\"k\":\"v\\n\/\"}","eventTime":"t"}"#,
    r#"{"x":{"eventName":null},"eventName":"C","eventSource":"\u0073","eventTime":"t"}"#,
];

#[test]
fn usual_objects_are_taken_and_only_what_is_wanted_is_read() {
    let object = delivered(&[SMALL[0], SMALL[1], SMALL[2]]);
    let of = |read, passed| Some(Skimmed { read, passed });
    assert_eq!(check(object.as_bytes(), "nowhere"), of(0, 3));
    assert_eq!(check(object.as_bytes(), "ARN"), of(1, 2));
    assert_eq!(check(object.as_bytes(), "event"), of(3, 0));
    assert_eq!(check(object.as_bytes(), "k/v"), of(1, 2), "an escape may spell it");
    assert_eq!(check(format!("{object}\r\n \t").as_bytes(), "nowhere"), of(0, 3));
    // What stands across two records makes the first be read.
    assert_eq!(check(object.as_bytes(), "},{"), of(2, 1));
    let numbered = delivered(&[SMALL[3], SMALL[0], SMALL[1], SMALL[2]]);
    assert_eq!(check(numbered.as_bytes(), "nowhere"), of(1, 3), "an escape by number may spell it");
    let usual = RECORDS[0].replace(r"\u00e9", "é").replace("[ ] ", "[]").replace(", []", ",[]");
    assert_eq!(check(delivered(&[&usual, &usual]).as_bytes(), "nowhere"), of(0, 2));
}

#[test]
fn a_name_is_found_wherever_it_may_stand() {
    let read = |records: &[&str]| {
        let object = delivered(records);
        let skimmed = check_one(object.as_bytes(), Want::Name("A")).expect("sound");
        (skimmed.read, skimmed.passed)
    };
    assert_eq!(read(&[SMALL[0], SMALL[1], SMALL[2]]), (1, 2));
    let other = SMALL[0].replace("\"A\"", "\"B\"");
    assert_eq!(read(&[&other, &other]), (0, 2), "the letter stands elsewhere in it");
    let with = |member: &str| other.replace("\"n\":-1.5e3", member);
    for member in [
        r#""EVENTNAME":"A""#,
        r#""n":{"eventname":"A"}"#,
        r#""n":[{"a":1},{"x":{"eventName":"A"}}]"#,
        r#""n":{"eventName":["B","A"]}"#,
        r#""n":{"eventName":{"x":"A"}}"#,
        r#""n":{"eventName":1}"#,
        r#""n":{"eventName":"\/"}"#,
        r#""n":{"event\u004eame":"B"}"#,
    ] {
        assert_eq!(read(&[&other, &with(member), &other]), (1, 2), "{member}");
    }
    for member in
        [r#""eventNames":"A""#, r#""n":{"username":"A","eventName":"B"}"#, r#""x":["eventName","A"]"#]
    {
        assert_eq!(read(&[&other, &with(member)]), (0, 2), "{member}");
    }
}

#[test]
fn what_is_no_sound_delivery_of_calls_is_left() {
    let call = SMALL[0];
    for left in [
        String::new(),
        "{".to_owned(),
        delivered(&[]),
        delivered(&[""]),
        delivered(&[call, ""]),
        delivered(&[call, "1"]),
        delivered(&[call, "\"x\""]),
        delivered(&[call, "[]"]),
        delivered(&[call, "{}"]),
        delivered(&[call, r#""a":1"#]),
        delivered(&[call]).replace("Records", "records"),
        delivered(&[call]).replace("]}", "],}"),
        delivered(&[call]).replace("[{", "[ {"),
        delivered(&[call]).replace("\"A\"", "\"A\u{1}\""),
        delivered(&[call]).replace("\"A\"", "\"A\", "),
        format!("{}{}", delivered(&[call]), delivered(&[call])),
        format!(r#"{}"more":1}}"#, delivered(&[call]).trim_end_matches('}')),
        format!("\u{feff}{}", delivered(&[call])),
        // Other kinds of records, and calls that are none.
        delivered(&[&call.replace("\"s3\"", "\"aws:s3\"")]),
        delivered(&[&call.replace("\"s3\"", "\"\"")]),
        delivered(&[&call.replace("\"A\"", "\"\"")]),
        delivered(&[&call.replace("\"t\"", "null")]),
        delivered(&[&call.replace("eventTime", "eventtime")]),
        delivered(&[&call.replace("-1.5e3}", "1,\"eventName\":null}")]),
        delivered(&[&call.replace("-1.5e3}", "1,\"event\\u004eame\":null}")]),
        delivered(&[&call.replace("-1.5e3}", "1,\"text\":\"{\\\"eventVersion\\\":1,\\\"eventSource\\\":\\\"s\\\",\\\"eventName\\\":\\\"A\\\",\\\"eventTime\\\":\\\"t\\\"}\"}")]),
        delivered(&[r#"{"a":1,"x\"eventName":"A","eventSource":"s","eventTime":"t"}"#]),
        delivered(&[r#"{"insightDetails":{"eventName":"A","eventSource":"s","eventTime":"t"}}"#]),
    ] {
        assert_eq!(check(left.as_bytes(), "nowhere"), None, "{left}");
    }
    // An escape may give a key a name that only looks like another.
    let escaped = delivered(&[&call.replace("\"n\"", r#""x\"eventName""#)]);
    assert_eq!(check(escaped.as_bytes(), "nowhere"), Some(Skimmed { read: 0, passed: 1 }));
    let mut bytes = delivered(&[call]).into_bytes();
    let letter = bytes.iter().position(|byte| *byte == b'x').expect("a letter");
    bytes[letter] = 0xff;
    assert_eq!(check(&bytes, "nowhere"), None);
}

#[test]
fn nesting_is_followed_to_a_bound_at_least() {
    for inner in [1, 60, 61, 62, 63, 64, 65, 126, 127, 128, 129, 500] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")] {
            let deep = format!("{}1{}", open.repeat(inner), close.repeat(inner));
            let object = delivered(&[&SMALL[0].replace("-1.5e3", &deep)]);
            let taken = check(object.as_bytes(), "nowhere").is_some();
            assert!(taken || inner * close.len() > 60, "{inner} {open}");
            assert!(!taken || close == "}" || inner * close.len() < 63, "{inner} {open}");
            let crossed = object.replacen(&close[..1], if close == "}" { "]" } else { "}" }, 1);
            assert_eq!(
                check(crossed.as_bytes(), "nowhere").is_some(),
                close == "}]" && taken && crossed == object
            );
        }
    }
}

#[test]
fn every_byte_changed_dropped_or_doubled_is_read_as_decoding_reads_it() {
    let bytes = b"\"\\{}[],:0-e.t \n\x01";
    let (mut taken, mut tried) = (0u32, 0u32);
    for pad in [0, 21, 43] {
        let first = SMALL[0].replace("\"x\"", &format!("\"{}\"", "x".repeat(pad)));
        let object = delivered(&[&first, SMALL[1], SMALL[2], SMALL[3]]).into_bytes();
        for at in 0..object.len() {
            let mut put = |middle: &[u8], after: usize| {
                let changed = [&object[..at], middle, &object[after..]].concat();
                tried += 1;
                taken += u32::from(check(&changed, "evil").is_some());
            };
            put(b"", at + 1);
            put(&[object[at], object[at]], at + 1);
            put(&[object[at] ^ 0x80], at + 1);
            put(b"", object.len());
            for byte in bytes {
                put(&[*byte], at + 1);
                put(&[*byte], at);
            }
        }
    }
    assert!(taken > tried / 10, "much of it stays sound: {taken} of {tried}");
}

/// Numbers that only look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn value(&mut self, depth: usize, out: &mut Vec<String>) {
        let pieces = self.roll(4);
        match self.roll(if depth == 0 { 6 } else { 9 }) {
            0 => out.push("null".to_owned()),
            1 => out.push("false".to_owned()),
            2 => out.push(["0", "-1", "10.25", "1e9", "2E-3"][self.roll(5)].to_owned()),
            3 => out.push(format!("\"{}\"", ["\\\"", "\\\\", "\\u0065", "é", "\\/"][self.roll(5)])),
            4 | 5 => out.push(format!("\"{}\"", "y".repeat(self.roll(90)))),
            6 => {
                out.push("[".to_owned());
                for piece in 0..pieces {
                    out.extend((piece > 0).then(|| ",".to_owned()));
                    self.value(depth - 1, out);
                }
                out.push("]".to_owned());
            }
            _ => {
                out.push("{".to_owned());
                self.members(pieces, depth - 1, out);
                out.push("}".to_owned());
            }
        }
    }

    fn members(&mut self, count: usize, depth: usize, out: &mut Vec<String>) {
        for piece in 0..count {
            out.extend((piece > 0).then(|| ",".to_owned()));
            let key = ["a", "eventName", "eventSource", "type", "evil", "EventName"][self.roll(6)];
            out.extend([format!("\"{key}\""), ":".to_owned()]);
            self.value(depth, out);
        }
    }

    fn object(&mut self) -> Vec<String> {
        let mut out = vec!["{\"Records\":[".to_owned()];
        for record in 0..=self.roll(3) {
            out.extend((record > 0).then(|| ",".to_owned()));
            out.push(r#"{"eventTime":"t","eventSource":"s3","eventName":"A","#.to_owned());
            let members = 1 + self.roll(4);
            let before = out.len();
            self.members(members, 3, &mut out);
            // Most of them stay calls.
            for piece in &mut out[before..] {
                if piece.starts_with("\"event") && !self.0.is_multiple_of(8) {
                    *piece = "\"date\"".to_owned();
                }
            }
            out.push("}".to_owned());
        }
        out.push("]}".to_owned());
        out
    }
}

#[test]
fn objects_of_any_shape_are_read_as_decoding_reads_them() {
    let mut dice = Dice(7);
    let (mut whole, mut broken) = (0u32, 0u32);
    for _ in 0..6_000 {
        let object = dice.object();
        whole += u32::from(check(object.concat().as_bytes(), "evil").is_some());
        for _ in 0..6 {
            let mut pieces = object.clone();
            for _ in 0..=dice.roll(2) {
                let (one, other) = (dice.roll(pieces.len()), dice.roll(pieces.len()));
                match dice.roll(4) {
                    0 => pieces.swap(one, other),
                    1 => drop(pieces.remove(one)),
                    2 => pieces
                        .insert(one, ["{", "}", "[", "]", ",", ":", "\"a\"", "1"][dice.roll(8)].to_owned()),
                    _ => pieces[one] = pieces[other].clone(),
                }
            }
            broken += u32::from(check(pieces.concat().as_bytes(), "evil").is_some());
        }
    }
    assert!(whole > 5_000, "nearly all sound objects are taken: {whole}");
    assert!(broken > 1_000, "some stay sound when they are changed: {broken}");
}
