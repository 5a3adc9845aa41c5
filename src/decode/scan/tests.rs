//! Held to serde_json: whatever is taken here, it takes too, and reads the same.

use serde_json::Deserializer;

use super::*;
use crate::decode::json::Members;

/// Bytes of text whose stops are held at once.
const HELD_BYTES: usize = STOP_WORDS * BLOCK_BYTES;

pub(in crate::decode) const RECORDS: [&str; 3] = [
    r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROA:bob","arn":"arn:aws:sts::111122223333:assumed-role/R/bob","accountId":"111122223333","sessionContext":{"attributes":{"creationDate":"2026-01-02T03:04:05Z","mfaAuthenticated":"false"}}},"eventTime":"2026-01-02T03:04:06Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli/2.15 \u00e9","errorCode":"AccessDenied","requestParameters":{"a":[1,-2.5e+3,0,[],{}, [ ] ,{"b":null}],"policy":"{\"k\":\"v\\n\"}"},"responseElements":null,"readOnly":false,"resources":[{"ARN":"arn:aws:s3:::b","x":true}],"eventID":"c0ffee00-0000-4000-8000-000000000000","recipientAccountId":"111122223333","eventCategory":"Data"}"#,
    "{ \"eventName\" :\t\"A\" ,\r\n\"eventSource\": \"s\", \"readOnly\":\"true\", \"eventName\":\"山田 é\", \"x\":{ }, \"n\":-0.0E-7 }",
    r#"{"readOnly":5,"eventTime":1e999,"awsRegion":{"a":[]},"userAgent":"\/","a":"\ud800","eventID":null,"requestParameters":"\ud83d\ude00"}"#,
];

/// Tells whether the scanner took the entry at the start of the text.
#[track_caller]
fn check(text: &str) -> bool {
    let mut strict = Deserializer::from_str(text).into_iter::<Head<'_>>();
    let read = strict.next().and_then(Result::ok).map(|head| (head, strict.byte_offset()));
    let taken = Scanner::new(text).head(0);
    if let Some(taken) = &taken {
        assert_eq!(format!("{:?}", Some(taken)), format!("{:?}", read.as_ref()), "{text}");
    }
    let whole = serde_json::from_str::<Members<'_>>(text).ok();
    if let Some(members) = Scanner::members(text) {
        let whole: Option<Vec<_>> = whole.as_ref().map(|whole| whole.iter().collect());
        let members: Vec<_> = members.iter().map(|(key, value)| (key.as_ref(), *value)).collect();
        assert_eq!(Some(members), whole, "{text}");
    }
    taken.is_some()
}

#[test]
fn usual_records_are_taken_and_unusual_ones_left() {
    assert!(check(&RECORDS[0].replace(r"\u00e9", "é")));
    assert!(check(RECORDS[1]));
    for left in [
        RECORDS[0],
        RECORDS[2],
        r#"{"event\u004eame":"A"}"#,
        r#"{"readOnly":1e999}"#,
        r#"{"awsRegion":{}}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12g4"}"#,
        "{\"a\":\"\u{1}\"}",
        r#"{"a":01}"#,
        r#"{"a":1.}"#,
        r#"{"a":.5}"#,
        r#"{"a":1e}"#,
        r#"{"a":-}"#,
        r#"{"a":nul}"#,
        r#"{"a":1,}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[1 2]}"#,
        r#"{"a":{"b":1,}}"#,
        r#"{"a":{"b"}}"#,
        r#"{"a":[}}"#,
        r#"{"a":{]}"#,
        r#"{"a"}"#,
        r#"{,}"#,
        r#"["a"]"#,
        "",
        "{",
        r#"{"a":"b"#,
    ] {
        assert!(!check(left), "{left}");
    }
}

#[test]
fn nesting_is_followed_as_far_as_its_bits_reach() {
    let nested = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(check(&nested(DEPTH_MAX as usize)));
    assert!(!check(&nested(DEPTH_MAX as usize + 1)));
    let both = format!(r#"{{"a":{}1{}}}"#, r#"{"b":["#.repeat(32), "]}".repeat(32));
    assert!(check(&both));
    assert!(!check(&both.replacen("]}", "}]", 1)));
}

#[test]
fn every_byte_changed_dropped_or_doubled_reads_as_serde_json_reads_it() {
    let bytes = b"\"\\{}[],:0-e. \n\x01uatn";
    let mut taken = 0u32;
    for record in RECORDS {
        for at in (0..record.len()).filter(|at| record.is_char_boundary(*at)) {
            let after = at + record[at..].chars().next().map_or(0, char::len_utf8);
            let mut put = |middle: &str| {
                taken += u32::from(check(&format!("{}{middle}{}", &record[..at], &record[after..])));
            };
            put("");
            put(&record[at..after].repeat(2));
            for byte in bytes {
                put(&char::from(*byte).to_string());
            }
            check(&record[..at]);
        }
    }
    assert!(taken > 1000, "the scanner takes most of them: {taken}");
}

#[test]
fn a_string_ends_at_the_same_place_wherever_it_lies_in_its_block() {
    for length in 0..200 {
        for before in [0, 1, 7, 62, 63, 64] {
            let (blanks, letters) = (" ".repeat(before), "x".repeat(length));
            for text in [
                format!(r#"{{{blanks}"a":"{letters}","eventName":"{letters}"}}{letters}"#),
                format!(r#"{{{blanks}"a":"{letters}\"\\{letters}"}}"#),
                format!(r#"{{{blanks}"{letters}":[{}],"é{letters}é":{}}}"#, "1".repeat(length + 1), "{}"),
            ] {
                assert!(check(&text), "{text}");
            }
        }
    }
}

#[test]
fn entries_of_one_text_are_found_in_any_order() {
    let text = RECORDS[1].repeat(99);
    let mut scanner = Scanner::new(&text);
    let starts: Vec<usize> = (0..99).map(|number| number * RECORDS[1].len()).collect();
    let back_and_forth = starts.iter().zip(starts.iter().rev()).flat_map(|(a, b)| [a, b]);
    for start in starts.iter().chain(starts.iter().rev()).chain(back_and_forth) {
        let (head, end) = scanner.head(*start).expect("an entry");
        assert_eq!((head.event_name.as_str(), head.duplicate), (Some("山田 é"), Some("eventName")));
        assert_eq!(end, start + RECORDS[1].len());
        // What fails in the middle leaves nothing wrong behind.
        assert_eq!(scanner.head(start + 2).map(|(_, end)| end), None);
    }
}

#[test]
fn every_place_of_a_block_and_a_chunk_may_be_a_stop() {
    for length in [1, 63, 64, 65, HELD_BYTES / 2, HELD_BYTES] {
        let escapes = "\\\"".repeat(length);
        assert!(check(&format!(r#"{{"a":"{escapes}","b":[{}""]}}"#, r#""","#.repeat(length))));
    }
}
