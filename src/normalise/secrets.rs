//! Taking secrets out of JSON text before anything else can hold it.
//!
//! Owns the list of keys whose values are secret. Works on raw text without
//! recursion, so that damaged or very deep JSON cannot get past it.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::decode::json::{string, string_end};

/// What stands in the place of a secret.
pub const REDACTED: &str = "REDACTED";

/// Parts of key names, in lower case, whose string values are secret.
///
/// Source: facts/cloudtrail.md 1.2 (credentials), 1.6 (password fields);
/// facts/ams.md 6.
const SECRET_KEYS: [&str; 20] = [
    "sessiontoken",
    "secretaccesskey",
    "secretkey",
    "password",
    "passwd",
    "passphrase",
    "secretstring",
    "secretbinary",
    "security-token",
    "securitytoken",
    "clientsecret",
    "authtoken",
    "privatekey",
    "samlassertion",
    "secretvalue",
    "apikeyvalue",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "bearertoken",
];

/// How STS session tokens begin, whatever key they stand under.
const TOKEN_STARTS: [&str; 4] = ["IQoJ", "FwoG", "FQoG", "AQoD"];

/// Characters from which a text that begins like a session token is one.
const TOKEN_CHARS_MIN: usize = 100;

static SUSPECTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(SECRET_KEYS.iter().chain(&TOKEN_STARTS))
        .expect("a fixed list of short words builds")
});

/// Whether the value at hand is secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    /// It is not.
    No,
    /// The value that comes next is.
    Next,
    /// Every string down to the end of this nesting depth is.
    Inside(usize),
}

/// JSON text with the value of every secret key, and every session token,
/// replaced by `"REDACTED"`. Text without any is returned as it is.
pub fn redact(json: &str) -> Cow<'_, str> {
    if !SUSPECTS.is_match(json) {
        return Cow::Borrowed(json);
    }
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len());
    let (mut copied, mut at, mut depth, mut secret) = (0, 0, 0usize, Secret::No);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                depth += 1;
                if secret == Secret::Next {
                    secret = Secret::Inside(depth);
                }
            }
            b'}' | b']' => {
                if secret == Secret::Inside(depth) {
                    secret = Secret::No;
                }
                depth = depth.saturating_sub(1);
            }
            b',' if secret == Secret::Next => secret = Secret::No,
            b'"' => {
                let Some(end) = string_end(bytes, at) else {
                    // Cut inside a string: it cannot be told what it is, so it goes.
                    out.push_str(&json[copied..at]);
                    out.push('"');
                    out.push_str(REDACTED);
                    return Cow::Owned(out);
                };
                let raw = &json[at..end];
                if json[end..].trim_start().starts_with(':') {
                    if matches!(secret, Secret::No | Secret::Next) {
                        secret = if is_secret_key(raw) { Secret::Next } else { Secret::No };
                    }
                } else if let Some(clean) = clean_value(raw, secret != Secret::No) {
                    out.push_str(&json[copied..at]);
                    out.push_str(&clean);
                    copied = end;
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// The replacement of a string value, if it needs one.
fn clean_value(raw: &str, secret: bool) -> Option<String> {
    if secret {
        return Some(format!("\"{REDACTED}\""));
    }
    if !SUSPECTS.is_match(raw) {
        return None;
    }
    let text = string(raw)?;
    let token = TOKEN_STARTS.iter().any(|start| {
        text.find(start).is_some_and(|at| {
            let rest = &text.as_bytes()[at..];
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/=%-_".contains(byte)).count()
                >= TOKEN_CHARS_MIN
        })
    });
    if token {
        return Some(format!("\"{REDACTED}\""));
    }
    if !text.contains(['{', '&', '=']) {
        return None;
    }
    let inner = if text.contains('"') { redact(&text).into_owned() } else { redact_query(&text) };
    (inner != text).then(|| serde_json::Value::String(inner).to_string())
}

/// `key=value&…` text with the values of secret keys replaced.
fn redact_query(text: &str) -> String {
    let parts = text.split('&').map(|part| match part.split_once('=') {
        Some((key, _)) if is_secret_word(key) => format!("{key}={REDACTED}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Whether a key, as a raw JSON string, names a secret.
fn is_secret_key(raw: &str) -> bool {
    is_secret_word(&string(raw).unwrap_or_default())
}

fn is_secret_word(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('_', "");
    SECRET_KEYS.iter().any(|secret| key.contains(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_wherever_they_hide_and_the_rest_stays() {
        let token = format!("IQoJ{}", "a".repeat(200));
        let cases = [
            (
                r#"{"credentials":{"sessionToken":"x","accessKeyId":"ASIA"}}"#.to_owned(),
                r#"{"credentials":{"sessionToken":"REDACTED","accessKeyId":"ASIA"}}"#.to_owned(),
            ),
            (r#"{"SecretAccessKey" : "x"}"#.into(), r#"{"SecretAccessKey" : "REDACTED"}"#.into()),
            (
                r#"{"session\u0054oken":"x","masterUserPassword":"\"}y"}"#.into(),
                r#"{"session\u0054oken":"REDACTED","masterUserPassword":"REDACTED"}"#.into(),
            ),
            (
                r#"{"passwordResetRequired":true,"a":"b"}"#.into(),
                r#"{"passwordResetRequired":true,"a":"b"}"#.into(),
            ),
            (
                r#"{"Passwords":["x","y"],"a":"z"}"#.into(),
                r#"{"Passwords":["REDACTED","REDACTED"],"a":"z"}"#.into(),
            ),
            (
                r#"{"password":{"value":"x","n":1},"a":"z"}"#.into(),
                r#"{"password":{"value":"REDACTED","n":1},"a":"z"}"#.into(),
            ),
            (format!(r#"{{"x":"{token}"}}"#), r#"{"x":"REDACTED"}"#.into()),
            (
                r#"{"p":"{\"Password\":\"x\",\"A\":\"b\"}"}"#.into(),
                r#"{"p":"{\"Password\":\"REDACTED\",\"A\":\"b\"}"}"#.into(),
            ),
            (
                r#"{"url":"https://b/?X-Amz-Security-Token=abc&x=1"}"#.into(),
                r#"{"url":"https://b/?X-Amz-Security-Token=REDACTED&x=1"}"#.into(),
            ),
            (r#"{"sessionToken":"cut sho"#.into(), r#"{"sessionToken":"REDACTED"#.into()),
        ];
        for (json, expected) in &cases {
            assert_eq!(redact(json), expected.as_str());
        }
        assert!(matches!(redact(r#"{"a":"b"}"#), Cow::Borrowed(_)));
    }
}
