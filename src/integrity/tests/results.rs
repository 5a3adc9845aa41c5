//! Query results of CloudTrail Lake, signed here, each spoiled in one way.

use super::bucket::{Bucket, kinds, pkcs1, sha256, sign, sign_by_another};
use crate::integrity::*;
use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;

const FOLDER: &str = "AWSLogs/111122223333/CloudTrail-Lake/Query/2026/01/02/q";

fn sign_text(hashes: &[String], signature: &str) -> String {
    let files: Vec<_> = hashes
        .iter()
        .enumerate()
        .map(|(n, hash)| serde_json::json!({"fileHashValue": hash, "fileName": format!("result_{}.csv.gz", n + 1)}))
        .collect();
    serde_json::json!({"version": "1.0", "region": "eu-west-1", "files": files, "hashAlgorithm": "SHA-256",
        "signatureAlgorithm": "SHA256withRSA", "queryCompleteTime": "2026-01-02T03:04:05Z",
        "hashSignature": signature, "publicKeyFingerprint": pkcs1().fingerprint})
    .to_string()
}

/// Two result files and their sign file, which is put last.
fn results(change: impl Fn(String) -> String, by: fn(&str) -> String) -> Bucket {
    let mut bucket = Bucket::new();
    let mut hashes = Vec::new();
    for n in 1..=2 {
        let stored = sha256(&format!("packed {n}"));
        let thing = bucket.put(&format!("{FOLDER}/result_{n}.csv.gz"), &format!("inflated {n}"), "lake_csv");
        thing.object.sha256 = ContentHash::of_hex(&stored);
        hashes.push(stored);
    }
    let text = change(sign_text(&hashes, &by(&hashes.join(" "))));
    let document = SignFile::parse(&text).expect("a sign file");
    let thing = bucket.put(&format!("{FOLDER}/result_sign.json"), &text, "lake_query_sign");
    thing.documents.push(Document::QueryResult(Box::new(document)));
    bucket
}

fn sound() -> Bucket {
    results(|text| text, sign)
}

fn told(bucket: &Bucket) -> Vec<String> {
    lines(&bucket.assess(&[]))
        .into_iter()
        .filter_map(|line| match line {
            Line::Sound(text) | Line::Fault(text) => {
                Some(text.rsplit('\t').next().unwrap_or_default().to_owned())
            }
            Line::Result(_) => None,
        })
        .collect()
}

#[test]
fn signed_results_are_signed() {
    let bucket = sound();
    assert_eq!(bucket.words(), ["signed"; 3]);
    assert_eq!(bucket.problems(), [""; 0]);
    assert_eq!(told(&bucket), ["valid"; 3]);
    assert!(bucket.assess(&[]).results[0].is_valid());
    let said = Line::Result("Successfully validated sign and query result files".to_owned());
    assert!(lines(&bucket.assess(&[])).contains(&said));
}

#[test]
fn an_altered_result_is_modified() {
    let mut bucket = sound();
    bucket.thing(&format!("{FOLDER}/result_2.csv.gz")).object.sha256 = ContentHash::of_hex(&sha256("other"));
    assert_eq!(bucket.words(), ["signed", "modified", "signed"]);
    assert_eq!(bucket.problems(), ["modified_object"]);
    assert_eq!(told(&bucket)[2], "INVALID: inconsistent hash value with hash value recorded in sign file");
    assert!(!bucket.assess(&[]).results[0].is_valid());
}

#[test]
fn a_result_that_is_gone_is_missing() {
    let mut bucket = sound();
    bucket.remove(&format!("{FOLDER}/result_1.csv.gz"));
    let done = bucket.assess(&[]);
    assert_eq!(done.missing.len(), 1);
    assert_eq!(done.missing[0].path.as_str(), format!("b/{FOLDER}/result_1.csv.gz"));
    assert_eq!(kinds(&done), ["missing_object"]);
    assert_eq!(told(&bucket)[1], "INVALID: not found");
    let left_out = [ObjectPath::new(format!("b/{FOLDER}/result_1.csv.gz"))];
    let done = bucket.assess(&left_out);
    assert!(done.missing.is_empty());
    assert_eq!(done.results[0].files[0].1, ResultState::LeftOut);
}

#[test]
fn a_signature_by_another_key_or_over_other_hashes_is_none() {
    for bucket in [results(|text| text, sign_by_another), results(|text| text, |_| sign("other"))] {
        assert_eq!(bucket.words(), ["hash_listed", "hash_listed", "modified"]);
        assert_eq!(bucket.problems(), ["invalid_digest"]);
        assert_eq!(told(&bucket)[0], "INVALID: Invalid signature in sign file");
        assert!(!bucket.assess(&[]).results[0].is_valid());
    }
}

#[test]
fn without_the_key_hashes_are_compared_and_nothing_more() {
    let mut bucket = sound();
    bucket.given.clear();
    assert_eq!(bucket.words(), ["hash_listed"; 3]);
    assert_eq!(bucket.problems(), ["no_public_key"]);
    assert!(told(&bucket)[0].starts_with("NOT CHECKED: public key not found in region eu-west-1"));
    bucket.put("keys.json", "keys", "public_keys").documents.push(Document::Keys(vec![pkcs1()]));
    assert_eq!(bucket.words(), ["signed"; 3]);
    assert_eq!(bucket.problems(), ["keys_from_dump"]);
}

#[test]
fn a_sign_file_that_could_mean_two_things_is_refused() {
    let whole = sign_text(&["00".to_owned()], "00");
    assert!(SignFile::parse(&whole).is_ok());
    for (from, to) in [
        ("\"region\"", "\"hashSignature\":\"11\",\"region\""),
        ("\"fileName\"", "\"fileHashValue\":\"11\",\"fileName\""),
        ("\"publicKeyFingerprint\"", "\"x\""),
    ] {
        assert!(SignFile::parse(&whole.replacen(from, to, 1)).is_err(), "{to}");
    }
    assert_eq!(
        SignFile::parse(&sign_text(&[], "00")),
        Err("No export file was found in sign file.".to_owned())
    );
    let other = results(|text| text.replace("SHA256withRSA", "SHA1withRSA"), sign);
    assert_eq!(other.words(), ["hash_listed", "hash_listed", "modified"]);
}
