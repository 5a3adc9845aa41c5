//! A digest that was altered in nothing but the names of its algorithms, proven
//! to list what was signed.
//!
//! Each algorithm has one known name, so the content with these names put back
//! is known to the byte. If the signature is that of this content, or the next
//! digest lists its hash, then nothing else of the digest was altered and its
//! list of logs stands. The digest itself stays invalid: it is not the object
//! that was delivered. Falls back to no other algorithm, and repairs no file.

use sha2::{Digest as _, Sha256};

use crate::integrity::key::hex;
use crate::integrity::standing::{Sheet, Standing};
use crate::model::hash::ContentHash;

/// SHA-256 of `text`, lower-case hex, with other words in place of some of its
/// JSON strings; `None` if there are none. The strings are parts of `text`, in
/// any order.
pub(crate) fn sha256(text: &str, wrong: &[(&str, &str)]) -> Option<String> {
    let mut places: Vec<(usize, usize, &str)> = wrong
        .iter()
        .map(|(part, word)| (part.as_ptr().addr().wrapping_sub(text.as_ptr().addr()), part.len(), *word))
        .collect();
    places.sort_unstable();
    let mut hasher = Sha256::new();
    let mut from = 0;
    for (at, length, word) in &places {
        hasher.update(text.get(from..*at)?);
        hasher.update(format!("\"{word}\""));
        from = at + length;
    }
    hasher.update(text.get(from..)?);
    (!places.is_empty()).then(|| hex(&hasher.finalize()))
}

/// What the list of an invalid digest is worth all the same, if its content with
/// the known names is proven; `judge` gives the worth of a digest.
pub(crate) fn worth(
    sheet: &Sheet<'_>,
    standing: Standing,
    judge: impl FnOnce(&Sheet<'_>) -> Standing,
) -> Option<Standing> {
    let sha256 = sheet.digest.restored_sha256.as_deref().filter(|_| standing.is_invalid())?;
    let digest = sheet.digest.restored();
    let sha256 = ContentHash::of_hex(sha256);
    let restored = Sheet { digest: &digest, sha256, path: sheet.path, objects: Vec::new() };
    Some(judge(&restored)).filter(|worth| *worth >= Standing::Anchored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_put_back_in_their_places_whatever_their_order() {
        let text = r#"{"a":"x","b":["longer","é"],"c":"x"}"#;
        let part = |from: &str| {
            let at = text.find(from).expect("it is there");
            text.get(at..at + from.len()).expect("whole characters")
        };
        let wrong = [(part(r#""longer""#), "s"), (part(r#""x","#).trim_end_matches(','), "one")];
        let whole = r#"{"a":"one","b":["s","é"],"c":"x"}"#;
        let hex: String = Sha256::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sha256(text, &wrong), Some(hex));
        assert_eq!(sha256(text, &[]), None);
        assert_eq!(sha256("another text", &wrong), None, "no part of it");
    }
}
