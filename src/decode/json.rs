//! JSON text taken apart without losing anything: members of an object as raw
//! spans, strings with lone surrogates, the end of a damaged value.
//!
//! Knows JSON, no format. Never recurses, so nesting costs no stack.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::decode::scan::Scanner;

/// The members of a JSON object in their order, values as raw text.
#[derive(Debug)]
pub struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    /// Takes apart one JSON object; `None` if the text is none.
    pub fn parse(text: &'a str) -> Option<Self> {
        match Scanner::members(text) {
            Some(members) => Some(Self(members)),
            None => serde_json::from_str(text).ok(),
        }
    }

    /// The last value of that key: what a JSON reader that overwrites would see.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// The last value of the first of these keys that is there.
    pub fn get_any(&self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// Whether the key is there, whatever its value.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(name, _)| name == key)
    }

    /// The first key that occurs twice.
    pub fn duplicate(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }

    /// Keys and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Key(key)) = map.next_key()? {
                    members.push((key, map.next_value::<&'de RawValue>()?.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// A key, borrowed where it holds no escape.
pub(crate) struct Key<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The text of a JSON string; `None` if the value is something else. A lone
/// surrogate, which no text can hold, becomes U+FFFD.
pub fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    if let Ok(text) = serde_json::from_str::<String>(raw) {
        return Some(Cow::Owned(text));
    }
    serde_json::from_str::<String>(&without_lone_surrogates(raw)).ok().map(Cow::Owned)
}

/// The value of JSON text, lone surrogates replaced; `None` if it nests too
/// deep or holds a number out of range.
pub fn value(raw: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(raw) {
        return Some(value);
    }
    raw.contains("\\u").then(|| serde_json::from_str(&without_lone_surrogates(raw)).ok()).flatten()
}

/// The same JSON value always as the same text: keys sorted, no white space,
/// escapes resolved. `None` for what serde_json cannot hold as a value; such
/// text compares as it is.
pub fn canonical(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut out = String::with_capacity(text.len());
    write_canonical(&value, &mut out);
    Some(out)
}

/// Recurses as deep as serde_json lets a value nest, which is 128.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (key, value) in members {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for value in values {
                write_canonical(value, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// Replaces `\uD800` … `\uDFFF` escapes that form no pair by `\uFFFD`.
fn without_lone_surrogates(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(unit) = escaped_unit(rest) else {
            let step = 2 + rest[1..].chars().next().map_or(0, |c| c.len_utf8() - 1);
            let (escape, after) = rest.split_at(step.min(rest.len()));
            out.push_str(escape);
            rest = after;
            continue;
        };
        let pair = (0xD800..0xDC00).contains(&unit)
            && escaped_unit(&rest[6..]).is_some_and(|low| (0xDC00..0xE000).contains(&low));
        let length = if pair { 12 } else { 6 };
        let lone = !pair && (0xD800..0xE000).contains(&unit);
        out.push_str(if lone { "\\uFFFD" } else { &rest[..length] });
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The UTF-16 unit of a `\uXXXX` at the start of the text.
fn escaped_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

/// One past the end of the object, array or string that begins at `start`,
/// found by its brackets and quotes alone; `None` if the text ends first.
///
/// For damaged text: sound text is read by serde_json.
pub fn balanced_end(text: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    while at < text.len() {
        match text[at] {
            b'"' => at = string_end(text, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// One past the closing quote of the string that begins at `start`; `None` if
/// the text ends first.
pub fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_order_duplicates_and_raw_values() {
        let members = Members::parse(r#" {"a":1e400,"b":{"x":[ 1 ]},"a":"\u0062"} "#).expect("an object");
        assert_eq!(members.get("a"), Some(r#""\u0062""#));
        assert_eq!(members.get("b"), Some(r#"{"x":[ 1 ]}"#));
        assert_eq!(members.duplicate(), Some("a"));
        assert!(Members::parse("[1]").is_none());
    }

    #[test]
    fn strings_survive_lone_surrogates() {
        let cases = [
            (r#""plain""#, Some("plain")),
            (r#""a\n\"b\\""#, Some("a\n\"b\\")),
            (r#""\ud83d\ude00""#, Some("😀")),
            (r#""x\ud800y""#, Some("x\u{FFFD}y")),
            (r#""\udc00\ud800""#, Some("\u{FFFD}\u{FFFD}")),
            ("5", None),
            ("null", None),
        ];
        for (raw, expected) in cases {
            assert_eq!(string(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn equal_values_have_one_canonical_text() {
        let one = canonical(r#"{"b":[1, {"y":null,"x":"\u0041"}],"a":1.0}"#);
        assert_eq!(one, canonical(r#" {"a":1.0,"b":[1,{"x":"A","y":null}]}"#));
        assert_ne!(one, canonical(r#"{"a":1.0,"b":[1,{"x":"B","y":null}]}"#));
    }

    #[test]
    fn a_value_ends_where_its_brackets_close() {
        let text = br#"{"a":"}\"","b":[{}]} tail"#;
        assert_eq!(balanced_end(text, 0), Some(text.len() - 5));
        assert_eq!(balanced_end(br#"{"a":"x"#, 0), None);
        assert_eq!(balanced_end(b"{\"a\":[1,2", 0), None);
    }
}
