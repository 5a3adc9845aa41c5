//! The SHA-256 of what passes, where it is asked for.
//!
//! Owns: whether anything is hashed. Evidence always is; a search needs no hash.

use sha2::{Digest, Sha256};

use crate::model::hash::ContentHash;

/// Which hashes are taken of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashes {
    /// Of the bytes as stored and as inflated.
    Both,
    /// None: the content is only looked through.
    None,
}

/// A SHA-256 under way.
#[derive(Clone, Debug)]
pub(super) struct Sum(Option<Sha256>);

impl Sum {
    pub(super) fn new(hashes: Hashes) -> Self {
        Self((hashes == Hashes::Both).then(Sha256::new))
    }

    /// The same of nothing yet.
    pub(super) fn anew(&self) -> Self {
        Self(self.0.as_ref().map(|_| Sha256::new()))
    }

    /// Whether it is taken.
    pub(super) const fn is_taken(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(hash) = &mut self.0 {
            hash.update(bytes);
        }
    }

    /// What it comes to; none where none is taken.
    pub(super) fn finish(self) -> ContentHash {
        self.0.map_or_else(ContentHash::default, |hash| ContentHash::new(hash.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_the_known_answer_and_nothing_else_is_hashed() {
        let of = |hashes| {
            let mut sum = Sum::new(hashes);
            sum.update(b"a");
            sum.update(b"bc");
            (sum.is_taken(), sum.anew().finish().to_string(), sum.finish().to_string())
        };
        // Source: FIPS 180-4, examples of SHA-256.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of(Hashes::Both), (true, nothing.to_owned(), abc.to_owned()));
        assert_eq!(of(Hashes::None), (false, String::new(), String::new()));
    }
}
