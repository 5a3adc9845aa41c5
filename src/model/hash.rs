//! The SHA-256 of content, in little room.
//!
//! Owns: how it is spelled. Hashes nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// SHA-256 of some content, spelled as 64 lower-case hex digits; of what could not be
/// read there is none, spelled as nothing. Sorts as it is spelled.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentHash(Option<[u8; 32]>);

impl ContentHash {
    /// With these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(Some(bytes))
    }

    /// As it is spelled; none if these are no 64 lower-case hex digits.
    pub fn of_hex(digits: &str) -> Self {
        let nibble = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        let pairs = digits.as_bytes().as_chunks::<2>();
        if digits.len() != 64 {
            return Self(None);
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs.0) {
            let (Some(high), Some(low)) = (nibble(*high), nibble(*low)) else { return Self(None) };
            *byte = high << 4 | low;
        }
        Self(Some(bytes))
    }

    /// Whether there is none.
    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().flatten().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Whether it is spelled so.
impl<S: AsRef<str>> PartialEq<S> for ContentHash {
    fn eq(&self, digits: &S) -> bool {
        match digits.as_ref() {
            "" => self.is_none(),
            digits => !self.is_none() && *self == Self::of_hex(digits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_spelled_as_hex_and_told_from_what_is_not() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hash = ContentHash::of_hex(abc);
        assert_eq!(hash.to_string(), abc);
        assert!(hash == abc && hash != "" && ContentHash::default() == "");
        for wrong in ["", &abc[1..], &abc.to_uppercase(), &format!("{abc}0"), &abc.replace('b', "g")] {
            assert!(ContentHash::of_hex(wrong).is_none() && hash != wrong, "{wrong}");
            assert!(wrong.is_empty() || ContentHash::default() != wrong, "{wrong}");
        }
        assert_eq!(ContentHash::default().to_string(), "");
        assert!(ContentHash::default() < ContentHash::new([0; 32]));
    }
}
