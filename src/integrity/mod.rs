//! What the digests prove: chains of digests, their signatures, and the log
//! objects they list.
//!
//! ```text
//!   digest 1 ◀── hash, signature ── digest 2 ◀── hash, signature ── digest 3 ◀── side-car
//!      │ hashes                        │ hashes                        │ hashes
//!   log  log                        log  log  log                   (none: a quiet hour)
//! ```
//!
//! Works on hashes and documents that were taken when the objects were read;
//! opens nothing, and drops nothing: it says what others have to drop.

mod chain;
mod delivery;
mod digest;
mod hours;
mod key;
mod listing;
mod place;
mod query_result;
mod restored;
mod side_car;
mod standing;
#[cfg(test)]
mod tests;
mod words;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use crate::integrity::chain::{Chain, ChainDigest};
pub use crate::integrity::delivery::Delivery;
pub use crate::integrity::digest::{Digest, Listed, Previous};
pub use crate::integrity::hours::{Covered, Hours};
pub use crate::integrity::key::{PublicKey, list as list_of_keys};
pub use crate::integrity::listing::{ListedLog, LogState};
pub use crate::integrity::query_result::{QueryResult, ResultState, SignFile, SignState};
pub use crate::integrity::side_car::SideCar;
pub use crate::integrity::standing::{Fault, Standing};
pub use crate::integrity::words::{Line, lines};

use crate::decode::DocumentKind;
use crate::evidence::read::FirstMember;
use crate::model::evidence::ObjectPath;
use crate::model::id::{AccountId, Region};
use crate::model::object::{Integrity, Object};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::time::Day;

/// A document that bears on integrity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Document {
    /// A digest.
    Digest(Box<Digest>),
    /// Public keys.
    Keys(Vec<PublicKey>),
    /// The signature of a digest, beside it.
    SideCar(SideCar),
    /// The sign file of query results.
    QueryResult(Box<SignFile>),
    /// Metadata of an object that is not about a signature.
    Nothing,
}

/// Reads a document of one of the four kinds, with what is odd in it in words;
/// `None` for other kinds. `path` is where it lies.
///
/// # Errors
/// Why it is refused, in words.
pub fn read(kind: DocumentKind, text: &str, path: &str) -> Option<Result<(Document, Vec<String>), String>> {
    match kind {
        DocumentKind::Digest => {
            Some(Digest::parse(text).map(|digest| (Document::Digest(Box::new(digest)), Vec::new())))
        }
        DocumentKind::PublicKeys => Some(match key::list(text) {
            None => Err("no list of public keys".to_owned()),
            Some(keys) => {
                let (sound, unusable): (Vec<_>, Vec<_>) = keys.into_iter().partition(Result::is_ok);
                let sound = sound.into_iter().filter_map(Result::ok).collect();
                Ok((Document::Keys(sound), unusable.into_iter().filter_map(Result::err).collect()))
            }
        }),
        DocumentKind::QueryResultSign => {
            Some(SignFile::parse(text).map(|sign| (Document::QueryResult(Box::new(sign)), Vec::new())))
        }
        DocumentKind::HeadObject => {
            let document = SideCar::parse(text, path).map_or(Document::Nothing, Document::SideCar);
            Some(Ok((document, Vec::new())))
        }
        _ => None,
    }
}

/// How the content of an object came out of its packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// A sound gzip.
    Gzip,
    /// Bytes as they are.
    Plain,
    /// A gzip that is cut or damaged.
    Broken,
    /// Not read to its end, for a reason of ours or of the disk: its hash says nothing.
    NotRead,
}

/// One object of the dump, as far as integrity is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// Its row.
    pub object: &'a Object,
    /// How it came out of its packing.
    pub packing: Packing,
    /// The first gzip member by itself, if more follows.
    pub first_member: Option<&'a FirstMember>,
    /// The documents in it.
    pub documents: &'a [Document],
    /// Deliveries that its records tell of.
    pub deliveries: &'a [Delivery],
}

/// Beside the objects: keys that were given, and objects left unopened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// Keys from outside the dump.
    pub keys: &'a [PublicKey],
    /// Objects that the user's choice of dates left unopened.
    pub left_out: &'a [ObjectPath],
}

/// What the digests say of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The word of the table.
    pub integrity: Integrity,
    /// More, in words; may be empty.
    pub note: String,
}

/// An object that digests name and the dump does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Bucket and key, as they are listed.
    pub path: ObjectPath,
    /// The account of its chain, or the one that its key names.
    pub account_id: Option<AccountId>,
    /// The region of its chain, or the one that its key names.
    pub region: Option<Region>,
    /// The word of the `format` column it would have.
    pub format: &'static str,
    /// Who names it.
    pub note: String,
}

/// All that the digests of a dump prove.
#[derive(Debug, Default)]
pub struct Assessment {
    /// By the index of the object.
    pub marks: BTreeMap<usize, Mark>,
    /// Objects that are named and absent.
    pub missing: Vec<Missing>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Objects of which only the first gzip member may become evidence.
    pub first_member_only: BTreeSet<usize>,
    /// Time covered by digests.
    pub hours: BTreeMap<(AccountId, Region), Hours>,
    /// The chains, with the verdict on each digest.
    pub chains: Vec<Chain>,
    /// The listed log objects, with the verdict on each.
    pub logs: Vec<ListedLog>,
    /// The sign files of query results, with the verdicts on what each lists.
    pub results: Vec<QueryResult>,
    /// Objects that pass for digests and were refused.
    pub refused: Vec<ObjectPath>,
    /// Objects whose delivery an event recorded, that the dump does not hold and
    /// no digest names.
    pub not_collected: Vec<ObjectPath>,
    /// Log objects that no digest lists though digests cover their time.
    pub unreferenced: Vec<ObjectPath>,
}

impl Assessment {
    /// Days of accounts and regions that digests or absent objects tell of.
    pub fn days(&self) -> impl Iterator<Item = (&AccountId, &Region, Day)> {
        self.hours.iter().flat_map(|((account, region), hours)| {
            hours.days().into_iter().map(move |day| (account, region, day))
        })
    }
}

/// Judges every digest, and by them every log object.
pub fn assess(objects: &[Stored<'_>], given: Given<'_>) -> Assessment {
    let mut done = Assessment::default();
    let sheets = standing::sheets(objects, &mut done);
    let keys = keys_of(objects, given.keys);
    let standing::Judged { standings, worths, problems } = standing::judge(&sheets, &keys, objects);
    done.problems.extend(problems);
    key_problems(&sheets, &standings, (objects, &keys), &mut done);
    chain::follow(&sheets, (&standings, &worths), (objects, given.left_out), &mut done);
    hours::cover(&sheets, &worths, &mut done);
    listing::compare(&sheets, &worths, (objects, given.left_out), &mut done);
    listing::unreferenced(objects, &mut done);
    delivery::missing(objects, given, &mut done);
    query_result::compare(objects, &keys, given, &mut done);
    chain::cut_short(&sheets, objects, &mut done);
    done
}

/// Keys by fingerprint, and the documents of the dump that brought them;
/// `None` for keys that were given from outside, which come first.
pub(crate) type Keys<'a> = BTreeMap<&'a str, (&'a PublicKey, Option<usize>)>;

fn keys_of<'a>(objects: &[Stored<'a>], given: &'a [PublicKey]) -> Keys<'a> {
    let mut keys: Keys<'a> = given.iter().map(|key| (key.fingerprint.as_str(), (key, None))).collect();
    for (index, stored) in objects.iter().enumerate() {
        for document in stored.documents {
            let Document::Keys(inside) = document else { continue };
            for key in inside {
                keys.entry(&key.fingerprint).or_insert((key, Some(index)));
            }
        }
    }
    keys
}

/// Says which keys lack, and which were used although they lay in the dump.
fn key_problems(
    sheets: &[standing::Sheet<'_>],
    standings: &[Standing],
    (objects, keys): (&[Stored<'_>], &Keys<'_>),
    done: &mut Assessment,
) {
    let mut lacking = BTreeMap::<(&str, &Region), (u64, &ObjectPath)>::new();
    let mut from_dump = BTreeMap::<usize, u64>::new();
    for (sheet, standing) in sheets.iter().zip(standings) {
        match keys.get(sheet.digest.fingerprint.as_str()) {
            None => {
                let place = (sheet.digest.fingerprint.as_str(), sheet.digest.region());
                lacking.entry(place).or_insert((0, sheet.path)).0 += 1;
            }
            Some((_, Some(index))) if *standing == Standing::Signed => {
                *from_dump.entry(*index).or_default() += 1
            }
            Some(_) => {}
        }
    }
    for ((fingerprint, region), (count, path)) in lacking {
        let detail = format!(
            "no public key with the fingerprint {fingerprint} (region {region}): the signatures of {count} \
             digests were not checked; save it with `aws cloudtrail list-public-keys` and give it with --public-keys"
        );
        done.problems.push(Problem::of_object(path, ProblemKind::NoPublicKey, detail));
    }
    for (index, count) in from_dump {
        let detail = format!(
            "the signatures of {count} digests were checked with keys from this object of the dump: whoever \
             could change the dump could change them; compare them with keys from AWS itself"
        );
        let path = &objects[index].object.path;
        done.problems.push(Problem::of_object(path, ProblemKind::KeysFromDump, detail));
    }
}
