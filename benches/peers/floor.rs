//! The floor of the comparison: what must be paid before anything is known of a dump.
//!
//! `floor inflate|hash|split DUMP` reads each object and inflates it; `hash` also takes both
//! SHA-256 as `analyze` does, and `split` besides cuts the content into raw records. The crates
//! are those of `devtrail`, and an object is the unit of parallel work, as there.

#![expect(clippy::print_stdout, reason = "prints what it saw, so that nothing is left out")]

use std::io::Read;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// What was seen of an object, or of all.
#[derive(Clone, Copy, Default)]
struct Seen {
    stored: u64,
    inflated: u64,
    records: u64,
    hashes: u8,
}

#[derive(Deserialize)]
struct Delivery<'r> {
    #[serde(borrow, rename = "Records")]
    records: Vec<&'r RawValue>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let stage = arguments.next().expect("a stage: inflate, hash or split");
    let dump = arguments.next().expect("a dump");
    assert!(["inflate", "hash", "split"].contains(&stage.as_str()), "no stage {stage}");
    let found = devtrail::evidence::discover::discover(&[dump.into()]).expect("its objects");
    let seen = found
        .par_iter()
        .filter(|one| one.location().extension().is_some_and(|extension| extension == "gz"))
        .map_with((Vec::new(), Vec::new()), |buffers, one| look(&one.location(), buffers, &stage))
        .reduce(Seen::default, Seen::and);
    println!("{} {} {} {}", seen.stored, seen.inflated, seen.records, seen.hashes);
}

impl Seen {
    fn and(self, other: Self) -> Self {
        Self {
            stored: self.stored + other.stored,
            inflated: self.inflated + other.inflated,
            records: self.records + other.records,
            hashes: self.hashes ^ other.hashes,
        }
    }
}

fn look(object: &Path, (stored, content): &mut (Vec<u8>, Vec<u8>), stage: &str) -> Seen {
    stored.clear();
    content.clear();
    #[expect(clippy::disallowed_methods, reason = "a bench reads what it generated")]
    let mut file = std::fs::File::open(object).expect("an object");
    file.read_to_end(stored).expect("an object");
    flate2::bufread::MultiGzDecoder::new(stored.as_slice()).read_to_end(content).expect("sound gzip");
    let mut seen = Seen { stored: stored.len() as u64, inflated: content.len() as u64, ..Seen::default() };
    if stage != "inflate" {
        seen.hashes = Sha256::digest(&stored)[0] ^ Sha256::digest(&content)[0];
    }
    if stage == "split" {
        let text = std::str::from_utf8(content).expect("UTF-8");
        let delivery: Delivery<'_> = serde_json::from_str(text).expect("a delivery");
        seen.records = delivery.records.len() as u64;
    }
    seen
}
