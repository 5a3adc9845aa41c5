//! Tests of the grammar, by what queries find in small records.

use super::*;
use crate::search::term::Subject;

const ALICE: &str = r#"{"eventTime":"2026-01-02T03:04:05Z","eventName":"DeleteBucket","userIdentity":{"arn":"arn:aws:iam::111122223333:user/alice","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}},"readOnly":false,"sourceIPAddress":"2001:db8::1","requestParameters":{"bucketName":"logs and more","path":"/aws/lambda/x","note":"AND (maybe) OR"},"resources":[{"ARN":"arn:aws:s3:::logs"},{"ARN":"arn:aws:s3:::other"}],"errorCode":null}"#;

#[track_caller]
fn finds(query: &str, expected: bool) {
    let parsed = Query::parse(query).unwrap_or_else(|why| panic!("{query}: {why}"));
    let subject = Subject::new(ALICE);
    assert_eq!(parsed.holds(&mut |term| term.holds(&subject)), expected, "{query}");
}

#[test]
fn words_are_found_whatever_their_case() {
    for query in ["alice", "ALICE", "deletebucket", "\"logs and more\"", "2001:db8::1", "bucketName"] {
        finds(query, true);
    }
    for query in ["bob", "\"logs  and\"", "DeleteBuckets"] {
        finds(query, false);
    }
}

#[test]
fn terms_join_by_and_or_not_and_brackets() {
    for (query, expected) in [
        ("alice DeleteBucket", true),
        ("alice AND bob", false),
        ("alice OR bob", true),
        ("bob OR alice DeleteBucket", true),
        ("bob OR alice ListBuckets", false),
        ("NOT bob", true),
        ("-bob alice", true),
        ("alice -DeleteBucket", false),
        ("NOT NOT alice", true),
        ("(bob OR alice) AND (DeleteBucket)", true),
        ("NOT (bob OR alice)", false),
        ("-(bob carol)", true),
        ("alice -(bob OR carol) -eventName:List*", true),
    ] {
        finds(query, expected);
    }
}

#[test]
fn quotes_take_words_as_they_are() {
    finds("\"AND\"", true);
    finds("\"(maybe)\"", true);
    finds("note:\"AND (maybe) OR\"", true);
    finds("note:\"AND*\"", false);
    finds("\"bucketName\\\":\\\"logs\"", true);
}

#[test]
fn fields_are_compared_as_a_whole_with_globs() {
    for (query, expected) in [
        ("eventName:DeleteBucket", true),
        ("eventname:deletebucket", true),
        ("eventName:Delete*", true),
        ("eventName:Delete", false),
        ("eventName:Delete?ucket", true),
        ("userIdentity.arn:*alice*", true),
        ("arn:*alice", true),
        ("userIdentity.arn:arn:aws:iam::111122223333:user/alice", true),
        ("resources.arn:arn:aws:s3:::other", true),
        ("requestParameters.arn:*", false),
        ("userIdentity:*alice*", true),
        ("sessionContext.attributes.mfaAuthenticated:false", true),
        ("readOnly:false", true),
        ("errorCode:*", false),
        ("errorCode:null", true),
        ("eventTime:2026-01-02T*", true),
        ("eventName:/^Delete/", true),
        ("eventName:/bucket$/", false),
        ("eventName:/(?i)bucket$/", true),
        ("eventName:(x)", false),
    ] {
        finds(query, expected);
    }
}

#[test]
fn patterns_arns_and_paths_are_told_apart() {
    for (query, expected) in [
        ("/Delete(Bucket|Table)/", true),
        ("/delete/", false),
        ("/logs and/ alice", true),
        ("/aws\\/lambda/", true),
        ("/aws/lambda/x", true),
        ("/aws/lambda", true),
        ("arn:aws:iam::111122223333:user/alice", true),
        ("arn:aws:iam::111122223333:user/bob", false),
        ("https://example.com", false),
    ] {
        finds(query, expected);
    }
}

#[test]
fn what_is_no_query_is_refused_with_the_reason() {
    for (query, why) in [
        ("", "empty"),
        ("   ", "empty"),
        ("\"open", "quote"),
        ("\"\"", "nothing between"),
        ("(alice", "without its `)`"),
        ("alice)", "without its `(`"),
        ("alice AND", "missing"),
        ("OR alice", "missing"),
        ("()", "missing"),
        ("NOT", "missing"),
        ("eventName:", "without a value"),
        ("/(/", "no pattern"),
    ] {
        let said = Query::parse(query).expect_err(query);
        assert!(said.contains(why), "{query}: {said}");
    }
    assert!(Query::parse(&"(".repeat(100_000)).is_err());
    assert!(Query::parse(&"-".repeat(100_000)).is_err());
}
