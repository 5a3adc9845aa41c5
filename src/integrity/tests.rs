//! Small chains made and signed here, each spoiled in one way.

use std::sync::OnceLock;

use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest as _, Sha256};

use super::key::hex;
use super::*;
use crate::model::object::ObjectStatus;
use crate::model::time::UtcTime;

/// Random numbers that are none: the same key in every run.
struct Counter(u64);

impl CryptoRng for Counter {}

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        u32::try_from(self.next_u64() >> 32).expect("half of it")
    }

    fn next_u64(&mut self) -> u64 {
        self.0 += 1;
        let hash = Sha256::digest(self.0.to_be_bytes());
        u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"))
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.next_u64().to_be_bytes()[0];
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

fn private() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut Counter(7), 2048).expect("a key"))
}

fn pkcs1() -> PublicKey {
    let der = private().to_public_key().to_pkcs1_der().expect("DER");
    PublicKey::from_der(der.as_bytes()).expect("a key")
}

fn spki() -> PublicKey {
    let der = private().to_public_key().to_public_key_der().expect("DER");
    PublicKey::from_der(der.as_bytes()).expect("a key")
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The `DigestInfo` of SHA-256.
const SHA256_INFO: &str = "3031300d060960864801650304020105000420";

fn sign(text: &str) -> String {
    let info = (0..SHA256_INFO.len() / 2).map(|at| u8::from_str_radix(&SHA256_INFO[2 * at..2 * at + 2], 16));
    let prefix = info.collect::<Result<_, _>>().expect("hex");
    let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix };
    hex(&private().sign(scheme, &Sha256::digest(text.as_bytes())).expect("signed"))
}

const FOLDER: &str = "AWSLogs/111122223333/CloudTrail";

fn digest_key(hour: u32) -> String {
    format!(
        "{FOLDER}-Digest/eu-west-1/2026/01/01/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260101T{hour:02}0000Z.json.gz"
    )
}

fn log_key(name: &str) -> String {
    format!("{FOLDER}/eu-west-1/2026/01/01/111122223333_CloudTrail_eu-west-1_20260101T{name}Z_x.json.gz")
}

struct Thing {
    object: Object,
    packing: Packing,
    first_member: Option<FirstMember>,
    documents: Vec<Document>,
}

impl Thing {
    fn stored(&self) -> Stored<'_> {
        Stored {
            object: &self.object,
            packing: self.packing,
            first_member: self.first_member.as_ref(),
            documents: &self.documents,
        }
    }
}

/// A bucket in the making.
struct Bucket {
    things: Vec<Thing>,
    last: Option<(String, String, String)>,
    fingerprint: String,
    given: Vec<PublicKey>,
}

impl Bucket {
    fn new() -> Self {
        Self { things: Vec::new(), last: None, fingerprint: pkcs1().fingerprint, given: vec![pkcs1()] }
    }

    /// Three digests of an hour each with a log each, and a side-car for the last.
    fn sound() -> Self {
        let mut bucket = Self::new();
        for hour in 1..=3 {
            let name = format!("{:02}30", hour - 1);
            bucket.log(&log_key(&name), &name);
            bucket.digest(hour, &[(&log_key(&name), &name)]);
        }
        bucket.side_car(&digest_key(3));
        bucket
    }

    fn put(&mut self, path: &str, content: &str, format: &'static str) -> &mut Thing {
        let mut object = Object::blank(&ObjectPath::new(format!("b/{path}")));
        object.inflated_sha256 = sha256(content);
        object.format = format;
        object.records = 1;
        object.status = ObjectStatus::Read;
        object.account_id = Some(AccountId::from("111122223333"));
        object.region = Some(Region::from("eu-west-1"));
        object.last_event_time = UtcTime::parse("2026-01-01T00:20:00Z");
        object.first_event_time = object.last_event_time;
        self.things.push(Thing { object, packing: Packing::Gzip, first_member: None, documents: Vec::new() });
        self.things.last_mut().expect("just put")
    }

    fn log(&mut self, path: &str, content: &str) {
        self.put(path, content, "cloudtrail_delivery");
    }

    /// The digest that ends at this hour; logs by key and content.
    fn digest(&mut self, end: u32, logs: &[(&str, &str)]) {
        self.digest_with(end, logs, |text| text);
    }

    fn digest_with(&mut self, end: u32, logs: &[(&str, &str)], change: impl Fn(String) -> String) {
        let previous = self.last.clone().map_or(
            [serde_json::Value::Null, serde_json::Value::Null, serde_json::Value::Null],
            |(key, sha256, signature)| [key.into(), sha256.into(), signature.into()],
        );
        let is_first = previous[0].is_null();
        let logs: Vec<_> = logs
            .iter()
            .map(|(key, content)| {
                serde_json::json!({"s3Bucket": "b", "s3Object": key, "hashValue": sha256(content),
                    "hashAlgorithm": "SHA-256", "oldestEventTime": "2026-01-01T00:20:00Z",
                    "newestEventTime": "2026-01-01T00:20:00Z"})
            })
            .collect();
        let text = change(
            serde_json::json!({
                "awsAccountId": "111122223333",
                "digestStartTime": format!("2026-01-01T{:02}:00:00Z", end - 1),
                "digestEndTime": format!("2026-01-01T{end:02}:00:00Z"),
                "digestS3Bucket": "b",
                "digestS3Object": digest_key(end),
                "digestPublicKeyFingerprint": self.fingerprint,
                "digestSignatureAlgorithm": "SHA256withRSA",
                "previousDigestS3Bucket": if is_first { serde_json::Value::Null } else { "b".into() },
                "previousDigestS3Object": previous[0],
                "previousDigestHashValue": previous[1],
                "previousDigestHashAlgorithm": if is_first { serde_json::Value::Null } else { "SHA-256".into() },
                "previousDigestSignature": previous[2],
                "logFiles": logs,
            })
            .to_string(),
        );
        let digest = Digest::parse(&text).expect("a sound digest");
        let signature = sign(&digest.signed_text(&sha256(&text)));
        self.last = Some((digest_key(end), sha256(&text), signature));
        let thing = self.put(&digest_key(end), &text, "cloudtrail_digest");
        thing.documents.push(Document::Digest(Box::new(digest)));
    }

    /// The signature of the last digest beside it, under this name.
    fn side_car(&mut self, key: &str) {
        let signature = self.last.clone().expect("a digest").2;
        let text = format!(r#"{{"Metadata":{{"signature":"{signature}"}}}}"#);
        let car = SideCar::parse(&text, key).expect("a signature");
        self.put("head/1.json", &text, "head_object").documents.push(Document::SideCar(car));
    }

    fn thing(&mut self, key: &str) -> &mut Thing {
        let path = format!("b/{key}");
        let found = self.things.iter_mut().find(|thing| thing.object.path.as_str() == path);
        found.expect("it was put there")
    }

    fn remove(&mut self, key: &str) {
        self.things.retain(|thing| thing.object.path.as_str() != format!("b/{key}"));
    }

    fn assess(&self, left_out: &[ObjectPath]) -> Assessment {
        let stored: Vec<Stored<'_>> = self.things.iter().map(Thing::stored).collect();
        assess(&stored, Given { keys: &self.given, left_out })
    }

    /// The word of each object that has one, in the order in which they were put.
    fn words(&self) -> Vec<&'static str> {
        self.assess(&[]).marks.values().map(|mark| mark.integrity.as_str()).collect()
    }

    fn problems(&self) -> Vec<&'static str> {
        kinds(&self.assess(&[]))
    }
}

fn kinds(assessment: &Assessment) -> Vec<&'static str> {
    let mut kinds: Vec<_> = assessment.problems.iter().map(|problem| problem.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}

#[test]
fn a_sound_chain_is_signed_from_end_to_end() {
    let bucket = Bucket::sound();
    assert_eq!(bucket.words(), ["signed"; 6]);
    assert_eq!(bucket.problems(), [""; 0]);
}

#[test]
fn without_its_side_car_the_newest_digest_and_its_logs_are_worth_less() {
    let mut bucket = Bucket::sound();
    bucket.remove("head/1.json");
    assert_eq!(bucket.words(), ["signed", "signed", "signed", "signed", "hash_listed", "hash_listed"]);
    assert_eq!(bucket.problems(), ["unsigned_tail"]);
}

#[test]
fn without_keys_later_digests_anchor_the_earlier_ones() {
    let mut bucket = Bucket::sound();
    bucket.given.clear();
    let (anchored, listed) = (["hash_chained"; 4], ["hash_listed"; 2]);
    assert_eq!(bucket.words(), [&anchored[..], &listed[..]].concat());
    assert_eq!(bucket.problems(), ["no_public_key"]);
}

#[test]
fn keys_in_both_encodings_and_from_the_dump_serve() {
    let mut bucket = Bucket::new();
    bucket.fingerprint = spki().fingerprint;
    bucket.given = vec![pkcs1()];
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    assert_eq!(bucket.words(), ["hash_listed"]);
    bucket.put("keys.json", "keys", "public_keys").documents.push(Document::Keys(vec![spki()]));
    assert_eq!(bucket.words(), ["signed"]);
    assert_eq!(bucket.problems(), ["keys_from_dump"]);
}

#[test]
fn a_side_car_without_a_name_is_tried() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car("head/1.json");
    assert_eq!(bucket.words(), ["signed"]);
}

#[test]
fn a_digest_taken_out_leaves_a_row_and_a_gap() {
    let mut bucket = Bucket::sound();
    bucket.remove(&digest_key(2));
    assert_eq!(bucket.problems(), ["digest_gap", "missing_digest"]);
    let done = bucket.assess(&[]);
    assert_eq!(done.missing[0].path.as_str(), format!("b/{}", digest_key(2)));
    assert_eq!(done.chains[0].gaps.len(), 1);
    // It held the signature of the first, and nothing covers its own log now.
    assert_eq!(bucket.words(), ["hash_listed", "hash_listed", "no_digest", "signed", "signed"]);
    let left_out = [ObjectPath::new(format!("b/{}", digest_key(2)))];
    assert_eq!(kinds(&bucket.assess(&left_out)), ["digest_gap"]);
}

#[test]
fn a_planted_digest_proves_nothing() {
    let mut bucket = Bucket::sound();
    let real = bucket.last.take();
    bucket.log(&log_key("0145"), "forged");
    bucket.digest_with(2, &[(&log_key("0145"), "forged")], |text| text);
    bucket.last = real;
    // No later digest names this content, and its signature was not given.
    let done = bucket.assess(&[]);
    let planted = done.marks.len() - 1;
    assert_eq!(done.marks[&(planted + 1)].integrity, Integrity::Modified);
    assert_eq!(done.marks[&planted].integrity, Integrity::HashListed);
    assert_eq!(kinds(&done), ["inconsistent_digest", "invalid_digest", "listed_by_invalid_digest"]);
}

#[test]
fn a_chain_without_its_newest_digests_is_cut_short() {
    let mut bucket = Bucket::sound();
    let log = bucket.thing(&log_key("0230"));
    log.object.last_event_time = UtcTime::parse("2026-01-01T06:00:00Z");
    let problems = bucket.problems();
    assert!(problems.contains(&"chain_cut_short"), "{problems:?}");
}

#[test]
fn a_chain_that_begins_anew_in_the_middle_is_named() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    bucket.last = None;
    bucket.digest(4, &[]);
    bucket.side_car(&digest_key(4));
    assert_eq!(bucket.problems(), ["chain_restart", "digest_gap"]);
    assert_eq!(bucket.words(), ["signed"; 2]);
}

#[test]
fn a_log_listed_by_two_digests_is_named_and_the_better_one_counts() {
    let mut bucket = Bucket::sound();
    bucket.digest(4, &[(&log_key("0230"), "0230")]);
    assert_eq!(bucket.problems(), ["listed_twice", "unsigned_tail"]);
    assert_eq!(bucket.words(), [["signed"; 6].as_slice(), &["hash_listed"]].concat());
}

#[test]
fn every_way_to_spoil_a_log_has_its_word() {
    let mut bucket = Bucket::new();
    let keys = ["0001", "0002", "0003", "0004", "0005", "0006"].map(log_key);
    let [changed, gone, followed, renamed, plain, no_gzip] = &keys;
    let listed: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), key.as_str())).collect();
    bucket.log(changed, "other");
    bucket.put(followed, "with more", "cloudtrail_delivery").first_member =
        Some(FirstMember { inflated_sha256: sha256(followed), inflated_bytes: 1 });
    bucket.log("elsewhere/renamed.json", renamed);
    bucket.put(plain.trim_end_matches(".gz"), plain, "cloudtrail_delivery").packing = Packing::Plain;
    bucket.put(no_gzip, "no gzip", "").packing = Packing::Plain;
    bucket.digest(1, &listed);
    bucket.side_car(&digest_key(1));
    assert_eq!(bucket.words(), ["modified", "trailing_data", "signed", "signed", "modified", "signed"]);
    assert_eq!(bucket.problems(), ["missing_object", "modified_object", "modified_object"]);
    let done = bucket.assess(&[]);
    assert_eq!(done.first_member_only, BTreeSet::from([1]));
    assert_eq!(done.missing[0].path.as_str(), format!("b/{gone}"));
    let states: Vec<LogState> = done.logs.iter().map(|log| log.state).collect();
    use LogState::{Followed, Missing, NotGzip, Other, Same};
    assert_eq!(states, [Other, Missing, Followed, Same, Same, NotGzip]);
    assert_eq!(kinds(&bucket.assess(&[ObjectPath::new(gone.as_str())])), ["modified_object"; 2]);
    let place = (AccountId::from("111122223333"), Region::from("eu-west-1"));
    let day = UtcTime::parse("2026-01-01").expect("a day").day();
    assert_eq!(done.hours[&place].of_days(day, day), (1, 0, 1));
}

#[test]
fn several_members_that_a_digest_covers_as_a_whole_are_one_log() {
    let mut bucket = Bucket::new();
    let key = log_key("0001");
    bucket.put(&key, "whole", "cloudtrail_delivery").first_member =
        Some(FirstMember { inflated_sha256: sha256("part"), inflated_bytes: 1 });
    bucket.digest(1, &[(&key, "whole")]);
    assert_eq!(bucket.assess(&[]).first_member_only, BTreeSet::new());
    assert_eq!(bucket.words()[0], "hash_listed");
}

#[test]
fn a_log_that_no_digest_lists_is_suspect_only_where_digests_cover_it() {
    let mut bucket = Bucket::sound();
    bucket.log(&log_key("0110"), "planted");
    bucket.log(&log_key("0330"), "after the last digest");
    bucket.log(&log_key("0258"), "delivered after the last digest");
    bucket.log("export.json", "of the console");
    let words = bucket.words();
    assert_eq!(words[6..], ["unreferenced", "no_digest", "no_digest", "no_digest"]);
    assert_eq!(bucket.problems(), ["unreferenced_object"]);
}

#[test]
fn a_changed_digest_is_invalid_with_keys_and_without() {
    let mut bucket = Bucket::sound();
    bucket.thing(&digest_key(2)).object.inflated_sha256 = sha256("changed");
    let done = bucket.assess(&[]);
    assert_eq!(done.chains[0].digests[1].standing, Standing::Invalid(Fault::Signature));
    // What an invalid digest says does not spoil the one before it.
    assert_eq!(done.chains[0].digests[0].standing, Standing::Signed);
    assert_eq!(kinds(&done), ["invalid_digest", "listed_by_invalid_digest"]);
    bucket.given.clear();
    let done = bucket.assess(&[]);
    assert_eq!(done.chains[0].digests[1].standing, Standing::Invalid(Fault::Hash));
    assert_eq!(done.chains[0].digests[0].standing, Standing::Unverified);
}

#[test]
fn a_signature_stated_by_an_invalid_digest_is_no_proof_against_another() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    let last = bucket.last.take().expect("a digest");
    bucket.last = Some((last.0, last.1, "00".repeat(256)));
    bucket.digest(2, &[]);
    bucket.side_car(&digest_key(2));
    bucket.thing(&digest_key(2)).object.inflated_sha256 = sha256("changed");
    let standings: Vec<_> = bucket.assess(&[]).chains[0].digests.iter().map(|d| d.standing).collect();
    assert_eq!(standings, [Standing::Unverified, Standing::Invalid(Fault::Signature)]);
}

#[test]
fn two_signatures_for_one_digest_are_named() {
    let mut bucket = Bucket::sound();
    let text = r#"{"Metadata":{"signature":"00"}}"#;
    let car = SideCar::parse(text, &digest_key(1)).expect("a signature");
    bucket.put("head/2.json", text, "head_object").documents.push(Document::SideCar(car));
    assert_eq!(bucket.words(), ["signed"; 6]);
    assert_eq!(bucket.problems(), ["inconsistent_digest"]);
}

#[test]
fn algorithms_of_other_names_are_not_fallen_back_from() {
    let mut bucket = Bucket::new();
    bucket.digest_with(1, &[], |text| text.replace("SHA256withRSA", "SHA1withRSA"));
    bucket.side_car(&digest_key(1));
    assert_eq!(bucket.assess(&[]).chains[0].digests[0].standing, Standing::Invalid(Fault::Algorithm));
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    let Some(Document::SideCar(car)) = bucket.thing("head/1.json").documents.first_mut() else { panic!() };
    car.algorithm = Some("SHA1withRSA".to_owned());
    assert_eq!(bucket.problems(), ["refused_digest", "unsigned_tail"]);
}

#[test]
fn a_digest_that_was_moved_or_holds_more_is_not_taken() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    bucket.thing(&digest_key(1)).object.path = ObjectPath::new(format!("b/{}", digest_key(2)));
    assert_eq!(bucket.words(), ["modified"]);
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    bucket.side_car(&digest_key(1));
    bucket.thing(&digest_key(1)).first_member =
        Some(FirstMember { inflated_sha256: sha256("x"), inflated_bytes: 1 });
    assert_eq!(bucket.problems(), ["refused_digest"]);
    assert_eq!(bucket.assess(&[]).refused.len(), 1);
}

#[test]
fn times_that_are_not_those_of_the_records_are_noted() {
    let mut bucket = Bucket::sound();
    bucket.thing(&log_key("0030")).object.first_event_time = UtcTime::parse("2026-01-01T00:10:00Z");
    assert_eq!(bucket.problems(), ["digest_times_differ"]);
}

#[test]
fn digests_that_overlap_or_skip_their_neighbour_are_named() {
    let mut bucket = Bucket::new();
    bucket.digest(1, &[]);
    let first = bucket.last.clone();
    bucket.digest(2, &[]);
    bucket.last = first;
    bucket.digest_with(3, &[], |text| text.replace("T02:00:00Z", "T01:00:00Z"));
    assert_eq!(bucket.problems(), ["inconsistent_digest", "inconsistent_digest", "unsigned_tail"]);
    assert_eq!(bucket.words(), ["signed", "hash_listed", "hash_listed"]);
}

#[test]
fn the_words_are_those_of_the_aws_cli_and_escape_what_they_quote() {
    let mut bucket = Bucket::sound();
    bucket.thing(&log_key("0030")).object.inflated_sha256 = sha256("changed");
    bucket.remove(&log_key("0130"));
    let all = lines(&bucket.assess(&[]));
    let results: Vec<&str> = all
        .iter()
        .filter_map(|line| if let Line::Result(text) = line { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(
        results,
        [
            "Validating log files for trail arn:aws:cloudtrail:eu-west-1:111122223333:trail/t between 2026-01-01T00:00:00Z and 2026-01-01T03:00:00Z",
            "",
            "Results requested for 2026-01-01T00:00:00Z to 2026-01-01T03:00:00Z",
            "Results found for 2026-01-01T00:00:00Z to 2026-01-01T03:00:00Z:",
            "",
            "3/3 digest files valid",
            "1/3 log files valid, 2/3 log files INVALID",
            "",
        ]
    );
    let faults: Vec<&str> = all
        .iter()
        .filter_map(|line| if let Line::Fault(text) = line { Some(text.as_str()) } else { None })
        .collect();
    let changed = format!("Log file\ts3://b/{}\tINVALID: hash value doesn't match", log_key("0030"));
    let gone = format!("Log file\ts3://b/{}\tINVALID: not found", log_key("0130"));
    assert_eq!(faults, [changed, gone]);
    let mut bucket = Bucket::new();
    bucket.digest(1, &[("k\u{1b}[31m", "x")]);
    let all = lines(&bucket.assess(&[]));
    assert!(!all.iter().any(|line| matches!(line, Line::Fault(text) if text.contains('\u{1b}'))));
    assert_eq!(lines(&Assessment::default()), [Line::Result("No digests found".to_owned())]);
}
