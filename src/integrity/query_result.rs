//! Query results of CloudTrail Lake, and the sign file that speaks for them.
//!
//! The sign file lists the SHA-256 of each result file as it is stored, packed,
//! and signs the list. Nothing in it names the query.
//!
//! Source: facts/cloudtrail.md 3.7.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::decode::json::{Members, string};
use crate::evidence::s3_key;
use crate::integrity::{Assessment, Document, Given, Keys, Mark, Missing, Stored};
use crate::model::evidence::ObjectPath;
use crate::model::object::Integrity;
use crate::model::problem::{Problem, ProblemKind};

/// A sign file, as it states itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignFile {
    /// Name and SHA-256, lower-case hex, of each result file, in its order.
    pub files: Vec<(String, String)>,
    /// Names the key that signed it.
    pub fingerprint: String,
    /// Where the key belongs to.
    pub region: String,
    signature: String,
    /// The text that is signed.
    signed_text: String,
    /// It names an algorithm other than the documented ones.
    unknown_algorithm: bool,
}

impl SignFile {
    /// Reads a sign file.
    ///
    /// # Errors
    /// Why it is refused, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let all = Members::parse(text).ok_or("no JSON object")?;
        let unambiguous = |members: &Members<'_>| match members.duplicate() {
            Some(key) => Err(format!("`{key}` occurs twice: it could be read in two ways")),
            None => Ok(()),
        };
        unambiguous(&all)?;
        let word = |members: &Members<'_>, key: &str| {
            let found = members.get(key).and_then(string).map(String::from);
            found.ok_or_else(|| format!("`{key}` is missing or no text"))
        };
        let entries: Vec<Members<'_>> =
            serde_json::from_str(all.get("files").unwrap_or_default()).map_err(|_| "`files` is no list")?;
        if entries.is_empty() {
            return Err("No export file was found in sign file.".to_owned());
        }
        let (mut files, mut hashes) = (Vec::new(), Vec::new());
        for entry in &entries {
            unambiguous(entry)?;
            let hash = word(entry, "fileHashValue")?;
            files.push((word(entry, "fileName")?, hash.to_ascii_lowercase()));
            hashes.push(hash);
        }
        let known = |key: &str, only: &str| all.get(key).and_then(string).is_some_and(|name| name == only);
        Ok(Self {
            files,
            fingerprint: word(&all, "publicKeyFingerprint")?.to_ascii_lowercase(),
            region: word(&all, "region").unwrap_or_default(),
            signature: word(&all, "hashSignature")?,
            signed_text: hashes.join(" "),
            unknown_algorithm: !known("hashAlgorithm", "SHA-256")
                || !known("signatureAlgorithm", "SHA256withRSA"),
        })
    }

    fn judge(&self, keys: &Keys<'_>) -> SignState {
        if self.unknown_algorithm {
            return SignState::UnknownAlgorithm;
        }
        let Some((key, from)) = keys.get(self.fingerprint.as_str()) else { return SignState::NoKey };
        let sha256 = Sha256::digest(self.signed_text.as_bytes());
        if key.signed(&sha256, &self.signature) { SignState::Signed(*from) } else { SignState::Wrong }
    }
}

/// The verdict on a sign file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignState {
    /// Its signature was verified; with a key from this object of the dump, or
    /// one that was given.
    Signed(Option<usize>),
    /// Its signature is not that of its content.
    Wrong,
    /// It names an algorithm that no sign file uses.
    UnknownAlgorithm,
    /// The public key is not known.
    NoKey,
}

/// What was found of a result file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultState {
    /// Its bytes are the listed ones.
    Same,
    /// Its bytes are others.
    Other,
    /// It could not be read to its end.
    NotRead,
    /// The dump does not hold it.
    Missing,
    /// The choice of dates left it unopened.
    LeftOut,
}

/// A sign file with the verdicts on it and on what it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryResult {
    /// Where the sign file lies.
    pub path: ObjectPath,
    /// The key that it names.
    pub fingerprint: String,
    /// The region of that key.
    pub region: String,
    /// The verdict on the sign file.
    pub state: SignState,
    /// Each listed file, and what was found of it.
    pub files: Vec<(ObjectPath, ResultState)>,
}

impl QueryResult {
    /// Whether the signature and every listed file is valid.
    pub fn is_valid(&self) -> bool {
        let same = |(_, state): &(ObjectPath, ResultState)| *state == ResultState::Same;
        matches!(self.state, SignState::Signed(_)) && self.files.iter().all(same)
    }
}

/// Judges every sign file of the dump, and the files that each lists.
pub(super) fn compare(objects: &[Stored<'_>], keys: &Keys<'_>, given: Given<'_>, done: &mut Assessment) {
    let signs = objects.iter().enumerate().flat_map(|(index, stored)| {
        stored.documents.iter().filter_map(move |document| match document {
            Document::QueryResult(sign) => Some((index, sign.as_ref())),
            _ => None,
        })
    });
    let signs: Vec<(usize, &SignFile)> = signs.collect();
    if signs.is_empty() {
        return;
    }
    let by_path: BTreeMap<&str, usize> =
        objects.iter().enumerate().map(|(index, stored)| (stored.object.path.as_str(), index)).collect();
    let unopened: BTreeSet<&ObjectPath> = given.left_out.iter().collect();
    for (index, sign) in signs {
        let path = &objects[index].object.path;
        let state = sign.judge(keys);
        note_sign(path, sign, state, (index, objects), done);
        let folder = path.as_str().rfind(['/', '!']).map_or("", |end| &path.as_str()[..=end]);
        let mut files = Vec::new();
        for (name, sha256) in &sign.files {
            let place = ObjectPath::new(format!("{folder}{name}"));
            let found = by_path.get(place.as_str()).copied();
            let found = match found {
                Some(found) => one((path, state), (found, sha256), objects, done),
                None if unopened.contains(&place) => ResultState::LeftOut,
                None => {
                    missing(&place, path, done);
                    ResultState::Missing
                }
            };
            files.push((place, found));
        }
        let (fingerprint, region) = (sign.fingerprint.clone(), sign.region.clone());
        done.results.push(QueryResult { path: path.clone(), fingerprint, region, state, files });
    }
}

/// The word for the sign file itself, and its problems.
fn note_sign(
    path: &ObjectPath,
    sign: &SignFile,
    state: SignState,
    (index, objects): (usize, &[Stored<'_>]),
    done: &mut Assessment,
) {
    let (integrity, problem) = match state {
        SignState::Signed(None) => (Integrity::Signed, None),
        SignState::Signed(Some(from)) => {
            let detail = format!(
                "the signature of {path} was checked with a key from this object of the dump: whoever could \
                 change the dump could change it; compare it with keys from AWS itself"
            );
            done.problems.push(Problem::of_object(
                &objects[from].object.path,
                ProblemKind::KeysFromDump,
                detail,
            ));
            (Integrity::Signed, None)
        }
        SignState::Wrong => {
            let detail = "Invalid signature in sign file: it is not that of the hashes it lists".to_owned();
            (Integrity::Modified, Some((ProblemKind::InvalidDigest, detail)))
        }
        SignState::UnknownAlgorithm => {
            let detail = "it names an algorithm that no sign file uses".to_owned();
            (Integrity::Modified, Some((ProblemKind::InvalidDigest, detail)))
        }
        SignState::NoKey => {
            let detail = format!(
                "no public key with the fingerprint {} (region {}): the signature of this sign file was not \
                 checked; save it with `aws cloudtrail list-public-keys` and give it with --public-keys",
                sign.fingerprint, sign.region
            );
            (Integrity::HashListed, Some((ProblemKind::NoPublicKey, detail)))
        }
    };
    done.marks.entry(index).or_insert(Mark { integrity, note: String::new() });
    done.problems.extend(problem.map(|(kind, detail)| Problem::of_object(path, kind, detail)));
}

/// The verdict on one result file that lies where it should.
fn one(
    (sign, state): (&ObjectPath, SignState),
    (index, sha256): (usize, &str),
    objects: &[Stored<'_>],
    done: &mut Assessment,
) -> ResultState {
    let object = objects[index].object;
    if object.sha256.is_none() {
        return ResultState::NotRead;
    }
    let (integrity, found) = match state {
        _ if object.sha256 != sha256 => (Integrity::Modified, ResultState::Other),
        SignState::Signed(_) => (Integrity::Signed, ResultState::Same),
        _ => (Integrity::HashListed, ResultState::Same),
    };
    if found == ResultState::Other {
        let detail = format!(
            "it has inconsistent hash value with hash value recorded in sign file {sign}: SHA-256 {sha256} there, \
             {} here",
            object.sha256
        );
        done.problems.push(Problem::of_object(&object.path, ProblemKind::ModifiedObject, detail));
    }
    let unproven = found == ResultState::Same && !matches!(state, SignState::Signed(_) | SignState::NoKey);
    let note = if unproven { format!("listed only by the invalid sign file {sign}") } else { String::new() };
    done.marks.entry(index).or_insert(Mark { integrity, note });
    found
}

fn missing(place: &ObjectPath, sign: &ObjectPath, done: &mut Assessment) {
    let facts = s3_key::facts(place.as_str());
    let note = format!("the sign file {sign} lists it");
    done.problems.push(Problem::of_object(place, ProblemKind::MissingObject, note.clone()));
    done.missing.push(Missing {
        path: place.clone(),
        account_id: facts.account_id,
        region: facts.region,
        format: "lake_csv",
        note,
    });
}
