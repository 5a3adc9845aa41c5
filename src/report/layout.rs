//! JSON text of evidence laid out anew: on one line, or indented for reading.
//!
//! Owns: white space between tokens, and what may stand in a string on its way
//! to a terminal or a file of lines. Values are never parsed, so that numbers,
//! escapes and keys that occur twice stay as the evidence has them.

use std::fmt::Write as _;

use serde::de::IgnoredAny;

use crate::report::escape;

/// Spaces of one step of indentation.
const STEP: usize = 2;
/// Steps of indentation after which it grows no more.
const DEPTH_MAX: usize = 24;

/// The text on one line, still the same JSON: white space between tokens goes,
/// and what could mislead an eye or a terminal stands as `\uXXXX`, which reads
/// back as what it was. Text that is no JSON becomes one JSON string.
pub fn one_line(text: &str) -> String {
    if !is_json(text) {
        let string = serde_json::Value::from(text).to_string();
        return escape::json(&string).into_owned();
    }
    let mut out = String::with_capacity(text.len());
    for token in Tokens(text) {
        out.push_str(&escape::json(token));
    }
    out
}

/// The text as indented lines, safe for a terminal. Text that is no JSON keeps
/// its own lines.
pub fn indented(text: &str, indent: usize) -> String {
    if !is_json(text) {
        let margin = " ".repeat(indent);
        return text.lines().fold(String::new(), |mut out, line| {
            writeln!(out, "{margin}{}", escape::terminal(line)).expect("writing to a string cannot fail");
            out
        });
    }
    let mut out = " ".repeat(indent);
    let (mut depth, mut fresh) = (0usize, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent + STEP * depth.min(DEPTH_MAX)));
    };
    for token in Tokens(text) {
        let closes = matches!(token, "}" | "]");
        if fresh && !closes {
            line(&mut out, depth);
        }
        match token {
            "{" | "[" => {
                out.push_str(token);
                depth += 1;
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                if !fresh {
                    line(&mut out, depth);
                }
                out.push_str(token);
            }
            "," => {
                out.push(',');
                line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            value => out.push_str(&escape::json(value)),
        }
        fresh = matches!(token, "{" | "[");
    }
    out.push('\n');
    out
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// The tokens of JSON text, without the white space between them.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start();
        let bytes = rest.as_bytes();
        let end = match bytes.first()? {
            b'"' => string_end(bytes),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => {
                let ends = |byte: &u8| b"{}[],:\" \t\r\n".contains(byte);
                bytes.iter().position(ends).unwrap_or(bytes.len())
            }
        };
        let (token, rest) = rest.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

/// One past the closing quote of the string that the bytes begin with.
fn string_end(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_on_one_line_is_the_same_json() {
        let text = "{ \"a\" : [ 1e400, \"x\\\"y \\u0041\" ],\r\n \"a\":{}, \"b\" : [] }\n";
        assert_eq!(one_line(text), r#"{"a":[1e400,"x\"y \u0041"],"a":{},"b":[]}"#);
    }

    #[test]
    fn what_misleads_is_escaped_and_reads_back() {
        let text = "{\"agent\":\"a\u{202e}b\u{e0041}\u{7f}\u{9b}31m\"}";
        let line = one_line(text);
        assert_eq!(line, r#"{"agent":"a\u202eb\udb40\udc41\u007f\u009b31m"}"#);
        let (one, other): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(text).expect("JSON"), serde_json::from_str(&line).expect("JSON"));
        assert_eq!(one, other);
    }

    #[test]
    fn text_that_is_no_json_is_a_string_or_its_lines() {
        assert_eq!(one_line("user,arn\na\x1b[2J,b"), r#""user,arn\na\u001b[2J,b""#);
        assert_eq!(indented("user,arn\na\x1b[2J", 2), "  user,arn\n  a\\u{1b}[2J\n");
        assert_eq!(one_line("{\"a"), r#""{\"a""#);
    }

    #[test]
    fn indentation_is_for_eyes() {
        let text = r#"{"a":[1,{"b":"c:,d"}],"e":{},"f":[]}"#;
        let expected = "  {\n    \"a\": [\n      1,\n      {\n        \"b\": \"c:,d\"\n      }\n    ],\n    \
                        \"e\": {},\n    \"f\": []\n  }\n";
        assert_eq!(indented(text, 2), expected);
    }
}
