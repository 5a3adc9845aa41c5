//! One digest: what it says, and the text that its signature covers.
//!
//! A digest that could be read in two ways is refused. Checks no signature.

use crate::decode::json::{Members, string};
use crate::evidence::s3_key::{self, DigestName};
use crate::integrity::restored;
use crate::model::id::{AccountId, Region};
use crate::model::time::UtcTime;
use serde::{Deserialize, Serialize};

/// A digest, as it states itself.
///
/// Source: facts/cloudtrail.md 3.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// What its name says: account, region, trail, chain.
    pub name: DigestName,
    /// Start of the time of delivery that it covers.
    pub start: UtcTime,
    /// End of the time of delivery that it covers, not included.
    pub end: UtcTime,
    /// The bucket it was written to.
    pub bucket: String,
    /// Its key in the bucket.
    pub object: String,
    /// Names the key that signed it.
    pub fingerprint: String,
    /// The digest before it; `None` for the first of a chain.
    pub previous: Option<Previous>,
    /// The log objects it lists.
    pub logs: Vec<Listed>,
    /// Where it contradicts its own name, or is spelled oddly; in words.
    pub oddities: Vec<String>,
    /// Set if it names an algorithm other than the documented ones: then it is
    /// invalid, whatever its signature says. SHA-256 of its content, lower-case
    /// hex, with each algorithm by the only name known for it.
    pub restored_sha256: Option<String>,
    /// `digestEndTime` as it is spelled.
    end_text: String,
}

/// What a digest says of the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// The bucket it was written to.
    pub bucket: String,
    /// Its key in the bucket.
    pub object: String,
    /// SHA-256 of its inflated content, lower-case hex.
    pub sha256: String,
    /// Its signature as spelled: hex.
    pub signature: String,
}

/// A log object that a digest lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The bucket it was delivered to.
    pub bucket: String,
    /// Its key in the bucket.
    pub object: String,
    /// SHA-256 of its inflated content, lower-case hex.
    pub sha256: String,
    /// Earliest event time in it.
    pub oldest: Option<UtcTime>,
    /// Latest event time in it.
    pub newest: Option<UtcTime>,
}

/// What reading a digest brought to light beside its fields.
#[derive(Default)]
struct Seen<'a> {
    oddities: Vec<String>,
    /// Names of algorithms that are not known, as they stand, with the known one.
    wrong: Vec<(&'a str, &'static str)>,
}

/// Hex digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

impl Digest {
    /// Reads one digest.
    ///
    /// # Errors
    /// Why it is refused, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let all = Fields::parse(text)?;
        let object = all.text("digestS3Object")?;
        let file = object.rsplit('/').next().unwrap_or_default();
        let name = s3_key::digest_name(file).ok_or("`digestS3Object` is not the key of a digest")?;
        let end_text = all.text("digestEndTime")?;
        let mut seen = Seen::default();
        all.exactly("digestSignatureAlgorithm", "SHA256withRSA", &mut seen)?;
        let digest = Self {
            start: all.time("digestStartTime")?,
            end: all.time("digestEndTime")?,
            bucket: all.text("digestS3Bucket")?,
            fingerprint: all.text("digestPublicKeyFingerprint")?.to_ascii_lowercase(),
            previous: previous(&all, &mut seen)?,
            logs: listed(&all, &mut seen)?,
            restored_sha256: restored::sha256(text, &seen.wrong),
            oddities: Vec::new(),
            object,
            name,
            end_text,
        };
        if digest.start >= digest.end {
            return Err("`digestStartTime` is not before `digestEndTime`".to_owned());
        }
        digest.contradictions(&all.text("awsAccountId")?, &mut seen.oddities);
        Ok(Self { oddities: seen.oddities, ..digest })
    }

    /// The same digest with its algorithms by their known names.
    #[must_use]
    pub fn restored(&self) -> Self {
        Self { restored_sha256: None, ..self.clone() }
    }

    /// The text whose SHA-256 is signed, given the SHA-256 of the digest.
    ///
    /// Source: facts/cloudtrail.md 3.2.
    pub fn signed_text(&self, inflated_sha256: &str) -> String {
        let previous = self.previous.as_ref().map_or("null", |previous| previous.signature.as_str());
        format!("{}\n{}/{}\n{inflated_sha256}\n{previous}", self.end_text, self.bucket, self.object)
    }

    /// Where its name, its fields and its predecessor disagree.
    fn contradictions(&self, account: &str, oddities: &mut Vec<String>) {
        if AccountId::if_well_formed(account).as_ref() != Some(&self.name.account_id) {
            oddities.push(format!("`awsAccountId` is {account}, its name says {}", self.name.account_id));
        }
        if UtcTime::parse(&self.name.end) != Some(self.end) {
            oddities.push(format!("`digestEndTime` is {}, its name says {}", self.end_text, self.name.end));
        }
        let folder = format!("/CloudTrail-Digest/{}/", self.name.region);
        if self.object.contains("/CloudTrail-Digest/") && !self.object.contains(&folder) {
            oddities.push(format!("its folder is of another region than its name, {}", self.name.region));
        }
        let Some(previous) = &self.previous else { return };
        let file = previous.object.rsplit('/').next().unwrap_or_default();
        let same = s3_key::digest_name(file).is_some_and(|before| {
            let chain = |name: &DigestName| {
                (name.account_id.clone(), name.region.clone(), name.trail.clone(), name.backfill)
            };
            chain(&before) == chain(&self.name) && before.end < self.name.end
        });
        if !same {
            oddities
                .push("the digest it names as the previous one is not an earlier one of its chain".into());
        }
    }

    /// The region it belongs to.
    pub fn region(&self) -> &Region {
        &self.name.region
    }

    /// The organisation whose trail it belongs to, told from its key: a member
    /// account may have a trail of the same name.
    ///
    /// Source: facts/cloudtrail.md 2.1 (KEY), 1.5 (two trails in one bucket).
    pub fn organization(&self) -> Option<&str> {
        let (_, rest) = self.object.split_once("AWSLogs/")?;
        rest.split('/').next().filter(|part| part.starts_with("o-"))
    }

    /// `s3://bucket/key`.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.object)
    }
}

fn previous<'a>(all: &Fields<'a>, seen: &mut Seen<'a>) -> Result<Option<Previous>, String> {
    const FIELDS: [&str; 5] = [
        "previousDigestS3Bucket",
        "previousDigestS3Object",
        "previousDigestHashValue",
        "previousDigestHashAlgorithm",
        "previousDigestSignature",
    ];
    // aws-cli calls a digest without this field invalid; null is another thing.
    if !all.0.has("previousDigestSignature") {
        return Err("no `previousDigestSignature`".to_owned());
    }
    if FIELDS.iter().all(|field| all.is_null(field)) {
        return Ok(None);
    }
    all.exactly("previousDigestHashAlgorithm", "SHA-256", seen)?;
    Ok(Some(Previous {
        bucket: all.text("previousDigestS3Bucket")?,
        object: all.text("previousDigestS3Object")?,
        sha256: all.sha256("previousDigestHashValue", &mut seen.oddities)?,
        signature: all.text("previousDigestSignature")?,
    }))
}

fn listed<'a>(all: &Fields<'a>, seen: &mut Seen<'a>) -> Result<Vec<Listed>, String> {
    let array = all.0.get("logFiles").unwrap_or_default();
    let entries: Vec<&'a serde_json::value::RawValue> =
        serde_json::from_str(array).map_err(|_| "`logFiles` is no array")?;
    let one = |(at, entry): (usize, &&'a serde_json::value::RawValue)| {
        let in_entry = |why: String| format!("entry {at} of `logFiles`: {why}");
        let entry = Fields::parse(entry.get()).map_err(in_entry)?;
        entry.exactly("hashAlgorithm", "SHA-256", seen).map_err(in_entry)?;
        Ok(Listed {
            bucket: entry.text("s3Bucket").map_err(in_entry)?,
            object: entry.text("s3Object").map_err(in_entry)?,
            sha256: entry.sha256("hashValue", &mut seen.oddities).map_err(in_entry)?,
            oldest: entry.time("oldestEventTime").ok(),
            newest: entry.time("newestEventTime").ok(),
        })
    };
    entries.iter().enumerate().map(one).collect()
}

/// The fields of a JSON object in which each key stands once.
struct Fields<'a>(Members<'a>);

impl<'a> Fields<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let members = Members::parse(text).ok_or("not a JSON object")?;
        match members.duplicate() {
            Some(key) => Err(format!("`{key}` occurs twice")),
            None => Ok(Self(members)),
        }
    }

    fn is_null(&self, key: &str) -> bool {
        self.0.get(key).is_none_or(|value| value == "null")
    }

    fn text(&self, key: &str) -> Result<String, String> {
        let value = self.0.get(key).ok_or_else(|| format!("no `{key}`"))?;
        Ok(string(value).ok_or_else(|| format!("`{key}` is no text"))?.into_owned())
    }

    fn time(&self, key: &str) -> Result<UtcTime, String> {
        let text = self.text(key)?;
        UtcTime::parse(&text).ok_or_else(|| format!("`{key}` is no time: {text}"))
    }

    /// The name of an algorithm, which has to be this one.
    fn exactly(&self, key: &str, word: &'static str, seen: &mut Seen<'a>) -> Result<(), String> {
        let text = self.text(key)?;
        if text != word {
            seen.oddities.push(format!("`{key}` is `{text}`, not the only algorithm known for it"));
            seen.wrong.extend(self.0.get(key).map(|value| (value, word)));
        }
        Ok(())
    }

    /// A SHA-256 in hex. One public sample lacks its leading zero; that is
    /// put back and noted.
    ///
    /// Source: facts/cloudtrail.md 3.2.
    fn sha256(&self, key: &str, oddities: &mut Vec<String>) -> Result<String, String> {
        let text = self.text(key)?.to_ascii_lowercase();
        let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match text.len() {
            SHA256_DIGITS if hex => Ok(text),
            63 if hex => {
                oddities.push(format!("`{key}` has 63 digits; a leading zero was put back"));
                Ok(format!("0{text}"))
            }
            _ => Err(format!("`{key}` is no SHA-256: {text}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/01/01/\
        111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260101T020000Z.json.gz";

    fn text(log_files: &str) -> String {
        format!(
            r#"{{"awsAccountId":"111122223333","digestStartTime":"2026-01-01T01:00:00Z","digestEndTime":"2026-01-01T02:00:00Z","digestS3Bucket":"b","digestS3Object":"{NAME}","digestPublicKeyFingerprint":"ab","digestSignatureAlgorithm":"SHA256withRSA","previousDigestS3Bucket":null,"previousDigestS3Object":null,"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":{log_files}}}"#
        )
    }

    fn log(hash: &str) -> String {
        format!(r#"[{{"s3Bucket":"b","s3Object":"k","hashValue":"{hash}","hashAlgorithm":"SHA-256"}}]"#)
    }

    #[test]
    fn a_sound_digest_is_read_and_its_signed_text_is_the_documented_one() {
        let digest = Digest::parse(&text("[]")).expect("sound");
        assert_eq!(digest.oddities, Vec::<String>::new());
        assert_eq!(digest.previous, None);
        assert_eq!(digest.signed_text("00ff"), format!("2026-01-01T02:00:00Z\nb/{NAME}\n00ff\nnull"));
    }

    #[test]
    fn a_hash_of_63_digits_is_padded_and_noted() {
        let digest = Digest::parse(&text(&log(&"a".repeat(63)))).expect("sound");
        assert_eq!(digest.logs[0].sha256, format!("0{}", "a".repeat(63)));
        assert_eq!(digest.oddities.len(), 1);
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_is_unknown_is_refused() {
        let sound = text("[]");
        let cases = [
            (sound.replace("{\"aws", "{\"logFiles\":[],\"aws"), "`logFiles` occurs twice"),
            (sound.replace("\"previousDigestSignature\":null,", ""), "no `previousDigestSignature`"),
            (
                sound.replace("\"previousDigestS3Bucket\":null", "\"previousDigestS3Bucket\":\"b\""),
                "previous",
            ),
            (sound.replace("digestEndTime\":\"2026", "digestEndTime\":\"2025"), "is not before"),
            (text(&log("abc")), "is no SHA-256"),
            (text(&log(&"a".repeat(64)).replace("[{", "[{\"s3Bucket\":\"x\",")), "`s3Bucket` occurs twice"),
            (sound.replace("_CloudTrail-Digest_", "_"), "is not the key of a digest"),
        ];
        for (changed, why) in cases {
            let refused = Digest::parse(&changed).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn algorithms_of_other_names_are_seen_wherever_they_stand() {
        assert_eq!(Digest::parse(&text("[]")).expect("sound").restored_sha256, None);
        let log = log(&"a".repeat(64));
        for (changed, word) in [
            (text("[]").replace("SHA256withRSA", "none"), "`none`"),
            (text(&log.replace("SHA-256", "MD5")), "`MD5`"),
        ] {
            let digest = Digest::parse(&changed).expect("read");
            assert!(digest.restored_sha256.is_some() && digest.oddities[0].contains(word), "{digest:?}");
        }
    }

    #[test]
    fn contradictions_with_its_own_name_are_said() {
        let moved = text("[]").replace("T02:00:00Z\",\"digestS3B", "T03:00:00Z\",\"digestS3B");
        assert_eq!(Digest::parse(&moved).expect("read").oddities.len(), 1);
        let other = text("[]").replace("\"awsAccountId\":\"1", "\"awsAccountId\":\"2");
        assert_eq!(Digest::parse(&other).expect("read").oddities.len(), 1);
    }
}
