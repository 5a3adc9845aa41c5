//! A bucket in the making: digests signed by a key made here.

use std::sync::OnceLock;

use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest as _, Sha256};

use crate::integrity::key::hex;
use crate::integrity::*;
use crate::model::hash::ContentHash;
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

pub(super) fn pkcs1() -> PublicKey {
    let der = private().to_public_key().to_pkcs1_der().expect("DER");
    PublicKey::from_der(der.as_bytes()).expect("a key")
}

pub(super) fn spki() -> PublicKey {
    let der = private().to_public_key().to_public_key_der().expect("DER");
    PublicKey::from_der(der.as_bytes()).expect("a key")
}

pub(super) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The `DigestInfo` of SHA-256.
const SHA256_INFO: &str = "3031300d060960864801650304020105000420";

pub(super) fn sign(text: &str) -> String {
    sign_with(private(), text)
}

/// A signature by a key that nobody was given.
pub(super) fn sign_by_another(text: &str) -> String {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    let key = KEY.get_or_init(|| RsaPrivateKey::new(&mut Counter(11), 2048).expect("a key"));
    sign_with(key, text)
}

fn sign_with(key: &RsaPrivateKey, text: &str) -> String {
    let info = (0..SHA256_INFO.len() / 2).map(|at| u8::from_str_radix(&SHA256_INFO[2 * at..2 * at + 2], 16));
    let prefix = info.collect::<Result<_, _>>().expect("hex");
    let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix };
    hex(&key.sign(scheme, &Sha256::digest(text.as_bytes())).expect("signed"))
}

const FOLDER: &str = "AWSLogs/111122223333/CloudTrail";

pub(super) fn digest_key(hour: u32) -> String {
    format!(
        "{FOLDER}-Digest/eu-west-1/2026/01/01/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260101T{hour:02}0000Z.json.gz"
    )
}

pub(super) fn log_key(name: &str) -> String {
    format!("{FOLDER}/eu-west-1/2026/01/01/111122223333_CloudTrail_eu-west-1_20260101T{name}Z_x.json.gz")
}

pub(super) struct Thing {
    content: String,
    pub(super) object: Object,
    pub(super) packing: Packing,
    pub(super) first_member: Option<FirstMember>,
    pub(super) documents: Vec<Document>,
}

impl Thing {
    fn stored(&self) -> Stored<'_> {
        Stored {
            object: &self.object,
            packing: self.packing,
            first_member: self.first_member.as_ref(),
            documents: &self.documents,
            deliveries: &[],
        }
    }
}

/// A bucket in the making.
pub(super) struct Bucket {
    pub(super) things: Vec<Thing>,
    pub(super) last: Option<(String, String, String)>,
    pub(super) fingerprint: String,
    pub(super) given: Vec<PublicKey>,
}

impl Bucket {
    pub(super) fn new() -> Self {
        Self { things: Vec::new(), last: None, fingerprint: pkcs1().fingerprint, given: vec![pkcs1()] }
    }

    /// Three digests of an hour each with a log each, and a side-car for the last.
    pub(super) fn sound() -> Self {
        let mut bucket = Self::new();
        for hour in 1..=3 {
            let name = format!("{:02}30", hour - 1);
            bucket.log(&log_key(&name), &name);
            bucket.digest(hour, &[(&log_key(&name), &name)]);
        }
        bucket.side_car(&digest_key(3));
        bucket
    }

    pub(super) fn put(&mut self, path: &str, content: &str, format: &'static str) -> &mut Thing {
        let mut object = Object::blank(&ObjectPath::new(format!("b/{path}")));
        object.inflated_sha256 = ContentHash::of_hex(&sha256(content));
        object.format = format.into();
        object.records = 1;
        object.status = ObjectStatus::Read;
        object.account_id = Some(AccountId::from("111122223333"));
        object.region = Some(Region::from("eu-west-1"));
        object.last_event_time = UtcTime::parse("2026-01-01T00:20:00Z");
        object.first_event_time = object.last_event_time;
        let (content, packing) = (content.to_owned(), Packing::Gzip);
        self.things.push(Thing { content, object, packing, first_member: None, documents: Vec::new() });
        self.things.last_mut().expect("just put")
    }

    pub(super) fn log(&mut self, path: &str, content: &str) {
        self.put(path, content, "cloudtrail_delivery");
    }

    /// The digest that ends at this hour; logs by key and content.
    pub(super) fn digest(&mut self, end: u32, logs: &[(&str, &str)]) {
        self.digest_with(end, logs, |text| text);
    }

    pub(super) fn digest_with(&mut self, end: u32, logs: &[(&str, &str)], change: impl Fn(String) -> String) {
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
    pub(super) fn side_car(&mut self, key: &str) {
        let signature = self.last.clone().expect("a digest").2;
        let text = format!(r#"{{"Metadata":{{"signature":"{signature}"}}}}"#);
        let car = SideCar::parse(&text, key).expect("a signature");
        self.put("head/1.json", &text, "head_object").documents.push(Document::SideCar(car));
    }

    pub(super) fn thing(&mut self, key: &str) -> &mut Thing {
        let path = format!("b/{key}");
        let found = self.things.iter_mut().find(|thing| thing.object.path.as_str() == path);
        found.expect("it was put there")
    }

    /// Changes a digest after it was signed.
    pub(super) fn alter(&mut self, key: &str, change: impl Fn(&str) -> String) {
        let thing = self.thing(key);
        let text = change(&thing.content);
        assert_ne!(text, thing.content, "something was changed");
        thing.object.inflated_sha256 = ContentHash::of_hex(&sha256(&text));
        thing.documents = vec![Document::Digest(Box::new(Digest::parse(&text).expect("still a digest")))];
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.things.retain(|thing| thing.object.path.as_str() != format!("b/{key}"));
    }

    pub(super) fn assess(&self, left_out: &[ObjectPath]) -> Assessment {
        let stored: Vec<Stored<'_>> = self.things.iter().map(Thing::stored).collect();
        assess(&stored, Given { keys: &self.given, left_out })
    }

    /// The word of each object that has one, in the order in which they were put.
    pub(super) fn words(&self) -> Vec<&'static str> {
        self.assess(&[]).marks.values().map(|mark| mark.integrity.as_str()).collect()
    }

    pub(super) fn problems(&self) -> Vec<&'static str> {
        kinds(&self.assess(&[]))
    }
}

pub(super) fn kinds(assessment: &Assessment) -> Vec<&'static str> {
    let mut kinds: Vec<_> = assessment.problems.iter().map(|problem| problem.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}
