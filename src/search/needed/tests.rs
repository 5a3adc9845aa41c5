//! Held to the search that asks every record: the same hits, counts and problems.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;
use crate::correlate::Selection;
use crate::evidence::discover::discover;
use crate::evidence::read::{Buffer, Container, Content, Hashes, read, read_from};
use crate::model::evidence::ObjectPath;
use crate::search::print::{Form, Printer};
use crate::search::{Options, one};

/// Of every kind of term, and of every way to join them.
const QUERIES: [&str; 26] = [
    "/DeleteBucket|DeleteVolume|StopLogging/",
    "/[Dd]elete(Bucket|Table)/",
    "/(?i)terminate/",
    "/^Delete/",
    "/b.*t/",
    "delete",
    "\"say \\\"hi\"",
    "arn:aws:iam::aws:policy/x",
    "REDACTED",
    "eventName:Delete*",
    "eventName:/^Put/",
    "eventName:/^(DeleteBucket|ListBucket)$/",
    "EVENTNAME:\"DeleteBucket\"",
    "details.eventName:Delete*",
    "eventName:/^[A-Z]+$/",
    "eventName:Put OR eventName:Delete* OR alice",
    "NOT eventName:Put",
    "eventSource:s3.amazonaws.com",
    "errorCode:*",
    "userIdentity.arn:*alice*",
    "AROAX:alice",
    "NOT delete",
    "delete OR stop",
    "delete OR errorCode:*Denied*",
    "eventName:Delete* NOT bucket",
    "(delete OR put) userIdentity.type:IAMUser -errorCode:*",
];

/// What a search of contents gives, in words; how many records were passed by.
fn searched(query: &str, contents: &[(ObjectPath, Vec<u8>)], quick: bool) -> (String, u64) {
    let query = Query::parse(query).expect("a query");
    let options = Options {
        paths: &[],
        query: &query,
        selection: Selection::default(),
        object_days: (None, None),
        limit: None,
        printer: Some(Printer { form: Form::Jsonl, accent: ("", "") }),
        by: None,
    };
    let mut glance = Glance::new(&query);
    if !quick {
        glance.needed = None;
    }
    let mut told = String::new();
    for (path, bytes) in contents {
        let content = plain();
        told.push_str(&format!("{:?}\n", one((&options, &glance), path, &content, &mut bytes.clone())));
    }
    let unknown: BTreeSet<String> = query.terms().into_iter().filter_map(Term::unknown_field).collect();
    (format!("{told}{unknown:?}"), glance.passed.load(Ordering::Relaxed))
}

/// An object that was read without a fault.
fn plain() -> Content {
    read_from(&b"{}"[..], Hashes::None, &mut Buffer::default())
}

#[track_caller]
fn check(contents: &[(ObjectPath, Vec<u8>)], parts: usize) -> u64 {
    let mut passed = 0;
    for (turn, query) in QUERIES.into_iter().enumerate() {
        // Each query is put to one part of them in turn.
        let part: Vec<_> = contents.iter().skip(turn % parts).step_by(parts).cloned().collect();
        let (quick, spared) = searched(query, &part, true);
        let (slow, none) = searched(query, &part, false);
        assert!(quick == slow, "{query}:\n{quick}\n{slow}");
        assert_eq!(none, 0);
        passed += spared;
    }
    passed
}

fn sample_logs(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs").join(folder)
}

#[test]
fn objects_of_every_form_are_searched_as_if_every_record_were_asked() {
    let mut buffer = Buffer::default();
    let mut contents = Vec::new();
    for found in discover(&[sample_logs("demo"), sample_logs("cases")]).expect("they are there") {
        let content = read(&found.location(), Hashes::None, &mut buffer);
        if matches!(content.container, Container::Plain | Container::Gzip) {
            contents.push((found.path, buffer.content().to_vec()));
        }
    }
    assert!(contents.len() > 200);
    let passed = check(&contents, 3);
    assert!(passed > 2_000, "most records are passed by: {passed}");
}

#[test]
fn damaged_objects_are_searched_as_if_every_record_were_asked() {
    let one = r#"{"eventVersion":"1.1","userIdentity":{"type":"IAMUser","arn":"x/alice"},"eventTime":"t","eventSource":"s3.amazonaws.com","eventName":"DeleteBucket"}"#;
    let two = r#"{"eventTime":"t","eventSource":"s","eventName":"Put","errorCode":"AccessDenied","password":"h","details":{"EventName":["DeleteBucket",1]},"note":"\u0064elete say \"hi\" arn:aws:iam::aws:policy\/x"}"#;
    let object = format!(r#"{{"Records":[{one},{two},{}]}}"#, one.replace("Delete", "List")).into_bytes();
    let path = ObjectPath::new("x");
    let mut contents = Vec::new();
    for at in (0..object.len()).step_by(2) {
        let mut damaged = object.clone();
        damaged[at] ^= [0x01, 0x20, 0x80][at % 3];
        contents.push((path.clone(), damaged));
        contents.push((path.clone(), object[..at].to_vec()));
    }
    assert!(check(&contents, 2) > 500);
}

#[test]
fn what_rules_most_out_is_looked_for() {
    let needed = |query: &str| {
        let query = Query::parse(query).expect("a query");
        query.needed().map(|texts| texts.iter().map(|text| text.in_text.as_str().to_owned()).collect())
    };
    let of = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>());
    assert_eq!(needed("/Delete(Bucket|Table).*/"), of(&["DeleteBucket|DeleteTable"]));
    assert_eq!(needed("/[A-Z]*x/"), None);
    assert_eq!(needed("/RED.*/"), None, "it may come of a secret");
    assert_eq!(needed("eventName:Delete*Bkt"), of(&["Delete"]), "not the key, which is everywhere");
    assert_eq!(needed("eventName:/^Put.*x/"), of(&["Put"]));
    assert_eq!(needed("errorCode:*"), of(&["\"errorCode\""]));
    assert_eq!(needed("a eventName:* bcd"), of(&["bcd"]));
    assert_eq!(needed("alice OR bob"), of(&["alice", "bob"]));
    assert_eq!(needed("alice OR /x*/"), None);
    assert_eq!(needed("alice NOT bob"), of(&["alice"]));
    assert_eq!(needed("NOT bob"), None);
}

#[test]
fn a_name_is_asked_for_where_it_stands() {
    let names = |query: &str| {
        let query = Query::parse(query).expect("a query");
        let needed = query.needed().unwrap_or_default();
        needed.iter().map(|text| text.name.as_ref().map(|name| name.as_str().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(names("eventName:/^Put/"), [Some("^Put".to_owned())]);
    assert_eq!(names("x.EventName:Put"), [Some("^(?:Put)$".to_owned())]);
    assert_eq!(names("eventName:/[A-Z]x/"), [Some("[A-Z]x".to_owned())], "no text is known of it");
    assert_eq!(names("eventName:Put OR alice"), [Some("^(?:Put)$".to_owned()), None]);
    // Any name, another key, what a secret may become.
    assert_eq!(names("eventName:*"), [None]);
    assert_eq!(names("eventSource:s3"), [None]);
    assert_eq!(names("eventName:/^RED/"), [None]);
}

#[test]
fn looking_ahead_ends_where_it_does_not_pay() {
    let query = Query::parse("eventName:* x").expect("a query");
    let glance = Glance::new(&query);
    assert_eq!(glance.texts().expect("it pays so far").next.len(), 2, "the key too, until it was seen");
    glance.learn(Skimmed { read: RECORDS_MIN, passed: RECORDS_MIN * 2 });
    assert!(glance.texts().is_some());
    glance.learn(Skimmed { read: RECORDS_MIN, passed: 0 });
    assert!(glance.texts().is_none());
}
