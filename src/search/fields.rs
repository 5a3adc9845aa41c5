//! Fields of a record by their keys, in JSON text of any depth.
//!
//! Owns: what a dotted path means. It names the last keys of the way to a
//! value: `userIdentity.arn` and `arn` both find the caller's ARN. Lists add
//! nothing to the way. Never recurses, so nesting costs no stack.

use crate::decode::json::{string, string_end};

/// An object or list around the place at hand.
struct Frame {
    /// Where it begins.
    start: usize,
    /// Whether it is an object.
    object: bool,
    /// Whether the value that it is was reached by a key of its own.
    keyed: bool,
}

/// Calls `answers` with the raw text of each value whose way ends with these
/// keys, whatever their case, until it says yes; tells whether it did.
///
/// A list is asked as a whole and element by element.
pub(super) fn find_field(json: &str, path: &[String], answers: &mut dyn FnMut(&str) -> bool) -> bool {
    find_field_at(json, path, &mut |value, _| answers(value))
}

/// The same; `answers` is told how many keys lead to the value.
pub(super) fn find_field_at(
    json: &str,
    path: &[String],
    answers: &mut dyn FnMut(&str, usize) -> bool,
) -> bool {
    let bytes = json.as_bytes();
    let mut frames: Vec<Frame> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    // A key was read whose value comes next.
    let mut keyed = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'{' | b'[' => {
                frames.push(Frame { start, object: *byte == b'{', keyed });
                keyed = false;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                at += 1;
                let Some(frame) = frames.pop() else { continue };
                keyed = frame.keyed;
                if ends_with(&keys, path) && answers(&json[frame.start..at], keys.len()) {
                    return true;
                }
            }
            b'"' => {
                at = string_end(bytes, start).unwrap_or(bytes.len()).min(bytes.len());
                let in_object = frames.last().is_some_and(|frame| frame.object);
                if in_object && !keyed {
                    keys.push(string(&json[start..at]).unwrap_or_default().into_owned());
                    keyed = true;
                    continue;
                }
                if ends_with(&keys, path) && answers(&json[start..at], keys.len()) {
                    return true;
                }
            }
            b':' | b',' | b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            _ => {
                let ends = |byte: &u8| b"{}[],:\" \t\r\n".contains(byte);
                at += bytes[start..].iter().position(ends).unwrap_or(bytes.len() - start);
                if ends_with(&keys, path) && answers(&json[start..at], keys.len()) {
                    return true;
                }
            }
        }
        // A value ended: the key that led to it is done.
        if keyed {
            keys.pop();
            keyed = false;
        }
    }
    false
}

fn ends_with(keys: &[String], path: &[String]) -> bool {
    let Some(skip) = keys.len().checked_sub(path.len()) else { return false };
    keys[skip..].iter().zip(path).all(|(key, wanted)| key.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(json: &str, path: &str) -> Vec<String> {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let mut found = Vec::new();
        find_field(json, &path, &mut |value| {
            found.push(value.to_owned());
            false
        });
        found
    }

    #[test]
    fn a_field_is_found_by_the_end_of_its_way() {
        let json =
            r#"{"a":{"arn":"x","b":[{"ARN":"y","n":[1,2]},{"arn":null}]}, "arn" : {"c":true} ,"d":"arn"}"#;
        assert_eq!(values(json, "arn"), ["\"x\"", "\"y\"", "null", r#"{"c":true}"#]);
        assert_eq!(values(json, "a.arn"), ["\"x\""]);
        assert_eq!(values(json, "a.b.arn"), ["\"y\"", "null"]);
        assert_eq!(values(json, "b.n"), ["1", "2", "[1,2]"]);
        assert_eq!(values(json, "arn.c"), ["true"]);
        assert_eq!(values(json, "d"), ["\"arn\""]);
        assert_eq!(values(json, "missing"), [""; 0]);
    }

    #[test]
    fn escaped_keys_and_damaged_text_are_read_as_far_as_they_go() {
        assert_eq!(values(r#"{"\u0061rn":"x"}"#, "arn"), ["\"x\""]);
        assert_eq!(values(r#"{"arn":"x","b":{"arn":"cut"#, "arn"), ["\"x\"", "\"cut"]);
        assert_eq!(values(r#"}}]]{"arn":1"#, "arn"), ["1"]);
        let deep = "[".repeat(100_000);
        assert_eq!(values(&format!("{{\"arn\":{deep}"), "arn"), [""; 0]);
    }
}
