//! Public keys of CloudTrail, and the check of a signature with one.
//!
//! Takes keys in both encodings met in the field. Where a key came from is the
//! caller's to say: a fingerprint only identifies it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use serde::{Deserialize, Serialize};

use crate::decode::json::{Members, string};

/// One public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// MD5 of its encoding, lower-case hex: the name that digests call it by.
    pub fingerprint: String,
    #[serde(with = "as_der")]
    key: RsaPublicKey,
}

/// A key as it is kept: its PKCS#1 encoding.
mod as_der {
    use rsa::RsaPublicKey;
    use rsa::pkcs1::{DecodeRsaPublicKey, EncodeRsaPublicKey};
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(key: &RsaPublicKey, out: S) -> Result<S::Ok, S::Error> {
        key.to_pkcs1_der().map_err(S::Error::custom)?.as_bytes().serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<RsaPublicKey, D::Error> {
        RsaPublicKey::from_pkcs1_der(&Vec::<u8>::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// The ASN.1 `DigestInfo` that stands before a SHA-256 in a signature. Pinned:
/// a signature over any other hash does not verify.
///
/// Source: RFC 8017, section 9.2, note 1.
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// Bits of CloudTrail's keys; a shorter one is none of them.
///
/// Source: facts/cloudtrail.md 3.2.
const KEY_BITS_MIN: usize = 2048;

impl PublicKey {
    /// Takes a key in PKCS#1 or SPKI encoding.
    ///
    /// Source: facts/cloudtrail.md 3.2 (fingerprint), 3.3 (encodings).
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let key = RsaPublicKey::from_pkcs1_der(der)
            .or_else(|_| RsaPublicKey::from_public_key_der(der))
            .map_err(|_| "neither a PKCS#1 nor an SPKI public key")?;
        if key.n().bits() < KEY_BITS_MIN {
            return Err(format!("a key of {} bits; CloudTrail's have {KEY_BITS_MIN}", key.n().bits()));
        }
        Ok(Self { fingerprint: hex(&Md5::digest(der)), key })
    }

    /// Whether this key signed the SHA-256. `signature` is hex.
    pub fn signed(&self, sha256: &[u8], signature: &str) -> bool {
        let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: Box::new(SHA256_DIGEST_INFO) };
        bytes(signature).is_some_and(|signature| self.key.verify(scheme, sha256, &signature).is_ok())
    }
}

/// Reads what `aws cloudtrail list-public-keys` prints: each key, or why it
/// cannot be used. `None` if the text is no such thing.
///
/// Source: facts/cloudtrail.md 3.3.
pub fn list(text: &str) -> Option<Vec<Result<PublicKey, String>>> {
    let all = Members::parse(text)?;
    let array = all.get_any(&["PublicKeyList", "publicKeyList"])?;
    let entries: Vec<Members<'_>> = serde_json::from_str(array).ok()?;
    Some(entries.iter().map(one).collect())
}

fn one(entry: &Members<'_>) -> Result<PublicKey, String> {
    let stated = entry.get_any(&["Fingerprint", "fingerprint"]).and_then(string).unwrap_or_default();
    let named = |why: String| format!("key `{stated}`: {why}");
    let value = entry.get_any(&["Value", "value"]).and_then(string).unwrap_or_default();
    let der = STANDARD.decode(value.as_bytes()).map_err(|_| named("its value is no base64".to_owned()))?;
    let key = PublicKey::from_der(&der).map_err(named)?;
    if !stated.is_empty() && !stated.eq_ignore_ascii_case(&key.fingerprint) {
        let why =
            format!("its value has the fingerprint {}; it was altered or is another's", key.fingerprint);
        return Err(named(why));
    }
    Ok(key)
}

/// The bytes that hex digits spell.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.as_bytes().chunks(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?)).collect()
}

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of the CloudTrail user guide, "Custom implementations of log file
    /// integrity validation", sample of list-public-keys.
    const DOCUMENTED_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqlzPJbvZJ42UdcmLfPUqXYNfOs6I8lCfao/tOs8CmzPOEdtLWugB9xoIUz78qVHdKIqxbaG4jWHfJBiOSSFBM0lt8cdVo4TnRa7oG9io5pysS6DJhBBAeXsicufsiFJR+wrUNh8RSLxL4k6G1+BhLX20tJkZ/erT97tDGBujAelqseGg3vPZbTx9SMfOLN65PdLFudLP7Gat0Z9p5jw/rjpclKfo9Bfc3heeBxWGKwBBOKnFAaN9V57pOaosCvPKmHd9bg7jsQkI9Xp22IzGLsTFJZYVA3KiTAElDMu80iFXPHEq9hKNbt9e4URFam+1utKVEiLkR2disdCmPTK0VQIDAQAB";
    const DOCUMENTED_FINGERPRINT: &str = "31e8b5433410dfb61a9dc45cc65b22ff";
    /// `previousDigestSignature` of the sample in "CloudTrail digest file structure".
    const DOCUMENTED_SIGNATURE: &str = "50887ccffad4c002b97caa37cc9dc626e3c680207d41d27fa5835458e066e0d3652fc4dfc30937e4d5f4cc7f796e7a258fb50a43ac427f2237f6e505d4efaf373d156e15e3b68dea9f58111d395b62628d6bd367a9024d2183b5c5f6e19466d3a996b92df705bc997b8a0e13430f241d733cf95df4e41bb6c304c3f58363043572ea57a27085639ce187e679c0d81c7519b1184fa77fb7ab0b0e40a32dace6e1eefc3995c5ae182da49b62b26398cebb52a2201a6387b75b89c83e5570bcb9bba6c34a80f2f00a1c6ebe07d1ff149eccd812dc805bb3eeff6657db32a6cb48d2d096404eb76181877bc6ebb8cd0b23f823200155b2fd8848d428e46e8456328a";
    /// The hash that this signature was made over (facts/cloudtrail.md 3.2).
    const SIGNED_SHA256: &str = "4cdaa85fddf1a1a032e5fca5d16d104d1b03f2b31641eff267d877264a44c570";

    /// The same of the second sample there, which lists no logs.
    const SECOND_SIGNATURE: &str = "82705525fb0fe7f919f9434e5b7138cb41793c776c7414f3520c0242902daa8cc8286b29263d2627f2f259471c745b1654af76e2073264b2510fd45236b3aea4d80c0e8e6455223d7bd54ff80af0edf22a5f14fa856626daec919f0591479aa4f213787ba1e1076328dcf8ff624e03a977fa5612dcf58594c590fd8c1c5b48bddf43fc84ecc00b41bedd0ff7f293c3e2de8dcdc78f98b03e17577f5822ba842399d69eb79921c0429773509520e08c8b518702d987dfbb3a4e5d8c5f17673ce1f989dfff82d4becf24e452f20d3bcac94ad50131f93e57f10155536acb54c60efbe9d57228c2b930bc6082b2318e3ccd36834a8e835b8d112dbf32145f445c11";
    const SECOND_SHA256: &str = "eb6fb72c4f3302de4b4a4693658e3a7bf1d464330eb80399500fe11bf1b7ab00";

    fn documented() -> PublicKey {
        PublicKey::from_der(&STANDARD.decode(DOCUMENTED_KEY).expect("base64")).expect("a key")
    }

    #[test]
    fn the_documented_key_and_signature_agree() {
        let key = documented();
        assert_eq!(key.fingerprint, DOCUMENTED_FINGERPRINT);
        let sha256 = bytes(SIGNED_SHA256).expect("hex");
        assert!(key.signed(&sha256, DOCUMENTED_SIGNATURE));
        assert!(key.signed(&sha256, &DOCUMENTED_SIGNATURE.to_uppercase()));
        let second = bytes(SECOND_SHA256).expect("hex");
        assert!(key.signed(&second, SECOND_SIGNATURE));
        assert!(!key.signed(&second, DOCUMENTED_SIGNATURE));
        let mut other = sha256.clone();
        other[0] ^= 1;
        assert!(!key.signed(&other, DOCUMENTED_SIGNATURE));
        for odd in ["", "zz", "508", &DOCUMENTED_SIGNATURE[2..], &format!("00{DOCUMENTED_SIGNATURE}")] {
            assert!(!key.signed(&sha256, odd), "{odd}");
        }
        assert!(!key.signed(&sha256[..31], DOCUMENTED_SIGNATURE), "SHA-256 is pinned");
    }

    #[test]
    fn both_encodings_are_the_same_key_under_two_fingerprints() {
        let spki = STANDARD.decode(DOCUMENTED_KEY).expect("base64");
        let pkcs1 = &spki[24..];
        let bare = PublicKey::from_der(pkcs1).expect("PKCS#1");
        assert_ne!(bare.fingerprint, documented().fingerprint);
        assert!(bare.signed(&bytes(SIGNED_SHA256).expect("hex"), DOCUMENTED_SIGNATURE));
    }

    #[test]
    fn a_list_of_keys_is_read_in_both_spellings() {
        let entry = format!(r#"{{"Value":"{DOCUMENTED_KEY}","Fingerprint":"{DOCUMENTED_FINGERPRINT}"}}"#);
        for key in ["PublicKeyList", "publicKeyList"] {
            let keys = list(&format!(r#"{{"{key}":[{entry}],"NextToken":null}}"#)).expect("a list");
            assert_eq!(keys, [Ok(documented())]);
        }
        assert_eq!(list("{}"), None);
    }

    #[test]
    fn keys_that_cannot_be_used_say_why() {
        let cases = [
            (r#"{"Value":"?","Fingerprint":"x"}"#.to_owned(), "no base64"),
            (r#"{"Value":"AAAA","Fingerprint":"x"}"#.to_owned(), "neither"),
            (format!(r#"{{"Value":"{DOCUMENTED_KEY}","Fingerprint":"00"}}"#), "was altered"),
        ];
        for (entry, why) in cases {
            let keys = list(&format!(r#"{{"PublicKeyList":[{entry}]}}"#)).expect("a list");
            assert!(keys[0].as_ref().is_err_and(|found| found.contains(why)), "{keys:?}");
        }
    }
}
