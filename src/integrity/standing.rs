//! How much each digest is worth: its signatures tried, newest digest first.
//!
//! A digest may be proven by its own signature, or else be anchored by the hash
//! in the next one. Says nothing about logs.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::evidence::s3_key::digest_name;
use crate::integrity::digest::Digest;
use crate::integrity::place::{file, is_at_home};
use crate::integrity::restored;
use crate::integrity::side_car::SideCar;
use crate::integrity::{Assessment, Document, Keys, Stored};
use crate::limits::SIGNATURE_TRIES_MAX;
use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;
use crate::model::problem::{Problem, ProblemKind};

/// What a digest is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It failed a check.
    Invalid(Fault),
    /// Nothing speaks for it or against it: a key or its signature lacks.
    Unverified,
    /// The next digest lists its hash; no signature could be checked.
    Anchored,
    /// Its signature was verified.
    Signed,
}

/// Which check a digest failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Its signature is not that of its content.
    Signature,
    /// The next digest lists another hash for it.
    Hash,
    /// It does not lie where it says it was written.
    Moved,
    /// It names an algorithm other than the documented ones.
    Algorithm,
}

impl Standing {
    /// Whether it failed a check.
    pub fn is_invalid(self) -> bool {
        matches!(self, Self::Invalid(_))
    }
}

/// One digest of the dump, with all equal copies of it.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    pub(crate) digest: &'a Digest,
    /// SHA-256 of its inflated content.
    pub(crate) sha256: ContentHash,
    /// Where its first copy lies.
    pub(crate) path: &'a ObjectPath,
    /// Its copies, by index.
    pub(crate) objects: Vec<usize>,
}

impl Sheet<'_> {
    /// What sorts digests into chains.
    pub(crate) fn chain(&self) -> impl Ord + '_ {
        let name = &self.digest.name;
        let trail = (&name.trail, &name.home_region, self.digest.organization());
        (&name.account_id, &name.region, trail, name.backfill)
    }
}

/// The digests of a dump, by chain and time; those that cannot be checked as
/// objects of their own are refused.
pub(crate) fn sheets<'a>(objects: &[Stored<'a>], done: &mut Assessment) -> Vec<Sheet<'a>> {
    let mut sheets: Vec<Sheet<'a>> = Vec::new();
    for (index, stored) in objects.iter().enumerate() {
        let object = stored.object;
        let digest = stored.documents.iter().find_map(|document| match document {
            Document::Digest(digest) => Some(digest.as_ref()),
            _ => None,
        });
        let Some(digest) = digest else {
            if passes_for_digest(stored) {
                done.refused.push(object.path.clone());
            }
            continue;
        };
        let why = match stored.documents {
            _ if stored.first_member.is_some() => "bytes follow its first gzip member",
            [_] if object.records == 1 && object.rejected == 0 => {
                sheets.push(Sheet {
                    digest,
                    sha256: object.inflated_sha256,
                    path: &object.path,
                    objects: vec![index],
                });
                continue;
            }
            _ => "it is not an object of its own, so its hash is not known",
        };
        done.refused.push(object.path.clone());
        done.problems.push(Problem::of_object(&object.path, ProblemKind::RefusedDigest, why));
    }
    sheets.sort_by(|a, b| {
        let key = |sheet: &Sheet<'a>| (sheet.digest.end, sheet.digest.start);
        (a.chain(), key(a), &a.digest.object, a.sha256, a.path).cmp(&(
            b.chain(),
            key(b),
            &b.digest.object,
            b.sha256,
            b.path,
        ))
    });
    sheets.dedup_by(|copy, kept| {
        let same = copy.sha256 == kept.sha256 && copy.digest == kept.digest;
        if same {
            kept.objects.append(&mut copy.objects);
            if !is_at_home(kept.path.as_str(), &kept.digest.object) {
                kept.path = copy.path;
            }
        }
        same
    });
    sheets
}

/// Whether its form or its name is that of a digest.
fn passes_for_digest(stored: &Stored<'_>) -> bool {
    let path = stored.object.path.as_str();
    let name = path.rsplit(['/', '!']).next().unwrap_or_default();
    stored.object.format == "cloudtrail_digest" || digest_name(name).is_some()
}

/// A signature that may belong to a digest.
#[derive(Clone, Copy, Debug)]
struct Candidate<'a> {
    signature: &'a str,
    /// The next digest that states it; `None` for a side-car.
    successor: Option<usize>,
}

/// The verdicts on all digests, in the order of the sheets.
pub(crate) struct Judged {
    /// What each is worth as the object that was delivered.
    pub(crate) standings: Vec<Standing>,
    /// What the content that was signed is worth: better than the standing where
    /// a digest was altered in nothing but the names of its algorithms.
    pub(crate) worths: Vec<Standing>,
    pub(crate) problems: Vec<Problem>,
}

/// Judges every digest.
pub(crate) fn judge(sheets: &[Sheet<'_>], keys: &Keys<'_>, objects: &[Stored<'_>]) -> Judged {
    let mut problems = Vec::new();
    let successors = successors(sheets);
    let mut candidates = candidates(sheets, &successors, objects, &mut problems);
    unnamed(sheets, keys, objects, &mut candidates);
    let verified: Vec<Vec<bool>> = sheets
        .par_iter()
        .zip(&candidates)
        .map(|(sheet, candidates)| verified(sheet, candidates, keys))
        .collect();
    let mut standings = vec![Standing::Unverified; sheets.len()];
    let mut worths = standings.clone();
    let mut newest_first: Vec<usize> = (0..sheets.len()).collect();
    newest_first.sort_by_key(|&at| std::cmp::Reverse(sheets[at].digest.end));
    for at in newest_first {
        let (sheet, signatures, later) = (&sheets[at], &candidates[at], &successors[at]);
        let checked = (signatures.as_slice(), verified[at].as_slice());
        standings[at] = one(sheet, later, checked, (sheets, &worths));
        let restored = restored::worth(sheet, standings[at], |restored| {
            let verified = self::verified(restored, signatures, keys);
            one(restored, later, (signatures, &verified), (sheets, &worths))
        });
        worths[at] = restored.unwrap_or(standings[at]);
        problems.extend(contradiction(sheet, standings[at], checked, &worths));
    }
    Judged { standings, worths, problems }
}

/// Which of the signatures are those of the sheet; none without its key.
fn verified(sheet: &Sheet<'_>, candidates: &[Candidate<'_>], keys: &Keys<'_>) -> Vec<bool> {
    let hash = signed_hash(sheet);
    let Some((key, _)) = keys.get(sheet.digest.fingerprint.as_str()) else { return Vec::new() };
    candidates.iter().map(|candidate| key.signed(&hash, candidate.signature)).collect()
}

/// SHA-256 of the text that its signature covers.
fn signed_hash(sheet: &Sheet<'_>) -> Vec<u8> {
    Sha256::digest(sheet.digest.signed_text(&sheet.sha256.to_string()).as_bytes()).to_vec()
}

/// For each digest, the later ones of its chain that name it as the previous.
fn successors(sheets: &[Sheet<'_>]) -> Vec<Vec<usize>> {
    let mut by_place = BTreeMap::<(&str, &str), Vec<usize>>::new();
    for (at, sheet) in sheets.iter().enumerate() {
        if let Some(previous) = &sheet.digest.previous {
            by_place.entry((&previous.bucket, &previous.object)).or_default().push(at);
        }
    }
    let of = |sheet: &Sheet<'_>| {
        let named = by_place.get(&(sheet.digest.bucket.as_str(), sheet.digest.object.as_str()));
        let later =
            |at: &usize| sheets[*at].digest.end > sheet.digest.end && sheets[*at].chain() == sheet.chain();
        named.map(|all| all.iter().copied().filter(later).collect()).unwrap_or_default()
    };
    sheets.iter().map(of).collect()
}

fn candidates<'a>(
    sheets: &[Sheet<'a>],
    successors: &[Vec<usize>],
    objects: &[Stored<'a>],
    problems: &mut Vec<Problem>,
) -> Vec<Vec<Candidate<'a>>> {
    let mut beside = BTreeMap::<&str, Vec<&'a str>>::new();
    for stored in objects {
        for document in stored.documents {
            let Document::SideCar(car) = document else { continue };
            if let Some(algorithm) = car.algorithm.as_deref().filter(|name| *name != "SHA256withRSA") {
                let detail = format!(
                    "a signature by `{algorithm}`; only `SHA256withRSA` is known, so it was not used"
                );
                let problem = Problem::of_object(&stored.object.path, ProblemKind::RefusedDigest, detail);
                problems.push(problem);
            } else if let Some(stem) = &car.digest {
                beside.entry(stem).or_default().push(&car.signature);
            }
        }
    }
    let of = |(sheet, successors): (&Sheet<'a>, &Vec<usize>)| {
        let stem = file(&sheet.digest.object).trim_end_matches(".json");
        let beside = beside.get(stem).into_iter().flatten();
        let beside = beside.map(|signature| Candidate { signature, successor: None });
        let stated = successors.iter().filter_map(|&at| {
            let previous = sheets[at].digest.previous.as_ref()?;
            Some(Candidate { signature: &previous.signature, successor: Some(at) })
        });
        beside.chain(stated).collect()
    };
    sheets.iter().zip(successors).map(of).collect()
}

/// Signatures that do not say whose they are, tried on digests without any.
fn unnamed<'a>(
    sheets: &[Sheet<'a>],
    keys: &Keys<'_>,
    objects: &[Stored<'a>],
    candidates: &mut [Vec<Candidate<'a>>],
) {
    let known: BTreeSet<&str> = candidates.iter().flatten().map(|candidate| candidate.signature).collect();
    let mut loose = BTreeSet::<&'a str>::new();
    for document in objects.iter().flat_map(|stored| stored.documents) {
        if let Document::SideCar(SideCar { digest: None, signature, algorithm }) = document
            && algorithm.as_deref().is_none_or(|name| name == "SHA256withRSA")
            && !known.contains(signature.as_str())
        {
            loose.insert(signature);
        }
    }
    let bare: Vec<usize> = (0..sheets.len()).filter(|&at| candidates[at].is_empty()).collect();
    let pairs = bare.iter().flat_map(|&at| loose.iter().map(move |signature| (at, *signature)));
    for (at, signature) in pairs.take(SIGNATURE_TRIES_MAX) {
        let Some((key, _)) = keys.get(sheets[at].digest.fingerprint.as_str()) else { continue };
        if candidates[at].is_empty() && key.signed(&signed_hash(&sheets[at]), signature) {
            candidates[at].push(Candidate { signature, successor: None });
        }
    }
}

/// The verdict on one digest, given those on all later ones.
fn one(
    sheet: &Sheet<'_>,
    successors: &[usize],
    (candidates, verified): (&[Candidate<'_>], &[bool]),
    (sheets, worths): (&[Sheet<'_>], &[Standing]),
) -> Standing {
    if !is_at_home(sheet.path.as_str(), &sheet.digest.object) {
        return Standing::Invalid(Fault::Moved);
    }
    if verified.contains(&true) && sheet.digest.restored_sha256.is_none() {
        return Standing::Signed;
    }
    // A digest that failed itself cannot speak against another one.
    let trusted = |at: usize| !worths[at].is_invalid();
    let against = |(candidate, _): (&Candidate<'_>, &bool)| candidate.successor.is_none_or(trusted);
    let none = !verified.contains(&true);
    if none && candidates.iter().zip(verified).any(against) {
        return Standing::Invalid(Fault::Signature);
    }
    if sheet.digest.restored_sha256.is_some() {
        return Standing::Invalid(Fault::Algorithm);
    }
    let hashes: Vec<bool> = successors
        .iter()
        .filter(|&&at| trusted(at))
        .filter_map(|&at| sheets[at].digest.previous.as_ref())
        .map(|previous| sheet.sha256 == previous.sha256)
        .collect();
    if hashes.contains(&true) {
        Standing::Anchored
    } else if hashes.is_empty() {
        Standing::Unverified
    } else {
        Standing::Invalid(Fault::Hash)
    }
}

/// A digest whose signature verifies though another place states another one.
fn contradiction(
    sheet: &Sheet<'_>,
    standing: Standing,
    (candidates, verified): (&[Candidate<'_>], &[bool]),
    worths: &[Standing],
) -> Option<Problem> {
    let (wrong, _) = candidates.iter().zip(verified).find(|(candidate, verified)| {
        !**verified && candidate.successor.is_none_or(|at| !worths[at].is_invalid())
    })?;
    let whose = if wrong.successor.is_some() { "the next digest" } else { "the metadata beside it" };
    let detail = format!("its signature verifies, but {whose} states another one");
    (standing == Standing::Signed)
        .then(|| Problem::of_object(sheet.path, ProblemKind::InconsistentDigest, detail))
}
