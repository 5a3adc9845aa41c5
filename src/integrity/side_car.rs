//! The signature of a digest as it lies beside it: what `aws s3api
//! head-object` and its like print of the digest's metadata.
//!
//! Reads names in any case, with or without `x-amz-meta-`.

use crate::decode::json::{Members, string};
use serde::{Deserialize, Serialize};

/// A signature, and the digest it says it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideCar {
    /// The file name of the digest, without its endings; `None` if not told.
    pub digest: Option<String>,
    /// The signature, in hex.
    pub signature: String,
    /// The algorithm that it names, if it names one.
    pub algorithm: Option<String>,
}

impl SideCar {
    /// Reads one answer; `path` is where it lies. `None` if it holds no signature.
    ///
    /// Source: facts/cloudtrail.md 3.1 (metadata), 3.4 (forms).
    pub fn parse(text: &str, path: &str) -> Option<Self> {
        let all = Members::parse(text)?;
        let metadata = Members::parse(all.get_any(&["Metadata", "metadata"])?)?;
        let key = all.get_any(&["Key", "key", "Path", "Name"]).and_then(string);
        Some(Self {
            digest: key.as_deref().and_then(digest_stem).or_else(|| digest_stem(path)),
            signature: meta(&metadata, "signature")?,
            algorithm: meta(&metadata, "signature-algorithm"),
        })
    }
}

fn meta(metadata: &Members<'_>, wanted: &str) -> Option<String> {
    let plain = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.strip_prefix("x-amz-meta-").map_or(name.clone(), ToOwned::to_owned)
    };
    let (_, value) = metadata.iter().find(|(name, _)| plain(name) == wanted)?;
    Some(string(value)?.into_owned())
}

/// The name of a digest in the last part of a path, up to its `.json`.
fn digest_stem(path: &str) -> Option<String> {
    let file = path.rsplit(['/', '!']).next()?;
    let stem = file.split(".json").next()?;
    stem.contains("_CloudTrail-Digest_").then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_metadata_is_read() {
        let path = "head/1_CloudTrail-Digest_r_t_r_E.json.gz.json";
        let named = Some("1_CloudTrail-Digest_r_t_r_E".to_owned());
        for (text, digest) in [
            (r#"{"ETag":"x","Metadata":{"signature":"ab","signature-algorithm":"S"}}"#, named.clone()),
            (
                r#"{"ETag":"x","Metadata":{"X-Amz-Meta-Signature":"ab","x-amz-meta-signature-ALGORITHM":"S"}}"#,
                named,
            ),
            (
                r#"{"Key":"a/2_CloudTrail-Digest_r.json.gz","Metadata":{"Signature":"ab","signature-algorithm":"S"}}"#,
                Some("2_CloudTrail-Digest_r".to_owned()),
            ),
        ] {
            let read = SideCar::parse(text, path).expect("a signature");
            assert_eq!(read, SideCar { digest, signature: "ab".into(), algorithm: Some("S".into()) });
        }
        let unnamed = SideCar::parse(r#"{"Metadata":{"signature":"ab"}}"#, "head/7.json").expect("one");
        assert_eq!((unnamed.digest, unnamed.algorithm), (None, None));
        assert_eq!(SideCar::parse(r#"{"Metadata":{}}"#, path), None);
    }
}
