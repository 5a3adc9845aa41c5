//! One machine's share of a dump: parts by the hash of an object's path.
//!
//! Owns: which part an object belongs to, whatever other objects there are.

use std::fmt;
use std::str::FromStr;

use xxhash_rust::xxh3::xxh3_64;

use crate::model::evidence::ObjectPath;

/// Part K of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// From 1 to `of`.
    part: u64,
    /// How many parts there are.
    of: u64,
}

impl Share {
    /// Whether an object belongs to the part. No other object changes that.
    pub fn holds(self, path: &ObjectPath) -> bool {
        xxh3_64(path.as_str().as_bytes()) % self.of == self.part - 1
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers =
            text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if (1..=of).contains(&part) => Ok(Self { part, of }),
            _ => Err("a part looks like 3/64: from 1/64 to 64/64".to_owned()),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_belongs_to_one_part() {
        for of in [1, 2, 7, 64] {
            for object in 0..200 {
                let path = ObjectPath::new(format!("a/{object}.json.gz"));
                let parts = (1..=of).filter(|part| Share { part: *part, of }.holds(&path)).count();
                assert_eq!(parts, 1, "{path} of {of}");
            }
        }
    }

    #[test]
    fn parts_are_spelt_one_way() {
        assert_eq!("3/64".parse::<Share>().unwrap().to_string(), "3/64");
        for wrong in ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}
