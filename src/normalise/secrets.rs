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

/// Parts of key names, in lower case and without `_` and `-`, whose string values are secret.
///
/// Source: facts/cloudtrail.md 1.2 (credentials), 1.6 (password fields);
/// facts/ams.md 6.
const SECRET_KEYS: [&str; 19] = [
    "sessiontoken",
    "secretaccesskey",
    "secretkey",
    "password",
    "passwd",
    "passphrase",
    "secretstring",
    "secretbinary",
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

/// Without one of these, in any case, a text holds none of the above: keys are
/// spelled `sessionToken`, `SESSION_TOKEN` or `session-token`.
const STEMS: [&str; 7] = ["secret", "passw", "passphrase", "token", "private", "assertion", "apikey"];

static SUSPECTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(STEMS.iter().chain(&TOKEN_STARTS))
        .expect("a fixed list of short words builds")
});

static SECRET_WORDS: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(SECRET_KEYS).expect("a fixed list of short words builds"));

/// Whether a text may hold a secret. An escape could hide the word that tells.
fn suspicious(text: &str) -> bool {
    may_be_suspicious(text.as_bytes()) && (SUSPECTS.is_match(text) || text.contains("\\u"))
}

/// Whether three letters of one of [`STEMS`] and [`TOKEN_STARTS`] stand in a text,
/// or the beginning of an escape. Says yes too often, never too seldom; as it only
/// compares bytes with constants, many are looked at at once.
fn may_be_suspicious(text: &[u8]) -> bool {
    let (Some(second), Some(third)) = (text.get(1..), text.get(2..)) else { return false };
    let mut found = text.ends_with(b"\\u");
    for ((a, b), c) in text.iter().zip(second).zip(third) {
        let (a, b, c) = (a | 0x20, b | 0x20, c | 0x20);
        let is = |word: &[u8; 3]| (a == word[0]) & (b == word[1]) & (c == word[2]);
        found |= is(b"ecr")
            | is(b"ssw")
            | is(b"ssp")
            | is(b"tok")
            | is(b"riv")
            | is(b"sse")
            | is(b"pik")
            | ((a == b'q') & (b == b'o'))
            | is(b"wog")
            | ((a == b'\\' | 0x20) & (b == b'u'));
    }
    found
}

/// Whether the value at hand is secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    /// It is not.
    No,
    /// The value that comes next is; also if it is a number.
    Next { number: bool },
    /// Every string down to the end of this nesting depth is.
    Inside(usize),
}

/// What the key at hand says of its value, in `{"Name": …, "Value": …}`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Role {
    #[default]
    Other,
    Name,
    Value,
}

/// One object or array around the place at hand.
#[derive(Default)]
struct Frame {
    role: Role,
    /// Its name is that of a secret: its values are secret, before and after.
    secret_name: bool,
    values: Vec<(usize, usize)>,
}

/// A walk over JSON text that notes what has to be replaced.
struct Scan<'a> {
    json: &'a str,
    cuts: Vec<(usize, usize, String)>,
    frames: Vec<Frame>,
    secret: Secret,
}

/// JSON text with the value of every secret key, and every session token,
/// replaced by `"REDACTED"`. Text without any is returned as it is.
pub fn redact(json: &str) -> Cow<'_, str> {
    if !suspicious(json) {
        return Cow::Borrowed(json);
    }
    let mut scan = Scan { json, cuts: Vec::new(), frames: Vec::new(), secret: Secret::No };
    scan.run();
    let mut cuts = scan.cuts;
    if cuts.is_empty() {
        return Cow::Borrowed(json);
    }
    cuts.sort();
    let mut out = String::with_capacity(json.len());
    let mut copied = 0;
    for (start, end, clean) in cuts {
        if start >= copied {
            out.push_str(&json[copied..start]);
            out.push_str(&clean);
            copied = end;
        }
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

impl Scan<'_> {
    fn run(&mut self) {
        let bytes = self.json.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            at = match bytes[at] {
                b'{' | b'[' => {
                    let role = self.frames.last().map(|frame| frame.role).unwrap_or_default();
                    self.frames.push(Frame { role, ..Frame::default() });
                    if matches!(self.secret, Secret::Next { .. }) {
                        self.secret = Secret::Inside(self.frames.len());
                    }
                    at + 1
                }
                b'}' | b']' => {
                    self.close(bytes[at] == b']');
                    at + 1
                }
                b',' => {
                    if matches!(self.secret, Secret::Next { .. }) {
                        self.secret = Secret::No;
                    }
                    at + 1
                }
                b'"' => {
                    let end = string_end(bytes, at);
                    self.text(at, end);
                    end.unwrap_or(bytes.len())
                }
                b'0'..=b'9' | b'-' => self.number(at),
                _ => at + 1,
            };
        }
        // What is cut short may have had its name still to come.
        while !self.frames.is_empty() {
            self.close(false);
        }
    }

    fn close(&mut self, array: bool) {
        if self.secret == Secret::Inside(self.frames.len()) {
            self.secret = Secret::No;
        }
        let Some(frame) = self.frames.pop() else { return };
        if frame.secret_name {
            self.cuts.extend(frame.values.into_iter().map(|(start, end)| (start, end, quoted())));
        } else if array && let Some(outer) = self.frames.last_mut() {
            outer.values.extend(frame.values);
        }
    }

    /// A string from `at`; without an end it is cut, and cannot be told.
    fn text(&mut self, at: usize, end: Option<usize>) {
        let Some(end) = end else {
            return self.cuts.push((at, self.json.len(), format!("\"{REDACTED}")));
        };
        let raw = &self.json[at..end];
        if self.json[end..].trim_start().starts_with(':') {
            return self.key(&string(raw).unwrap_or_default());
        }
        if let Some(clean) = clean_value(raw, self.secret != Secret::No) {
            self.cuts.push((at, end, clean));
        }
        let Some(frame) = self.frames.last_mut() else { return };
        match frame.role {
            Role::Name => frame.secret_name |= is_secret_word(&string(raw).unwrap_or_default()),
            Role::Value => frame.values.push((at, end)),
            Role::Other => {}
        }
    }

    fn key(&mut self, key: &str) {
        if let Some(frame) = self.frames.last_mut() {
            let word = key.as_bytes();
            let ends = |end: &[u8]| {
                word.len() >= end.len() && word[word.len() - end.len()..].eq_ignore_ascii_case(end)
            };
            frame.role = match () {
                () if word.windows(5).any(|part| part.eq_ignore_ascii_case(b"value")) => Role::Value,
                () if ends(b"name") || ends(b"key") => Role::Name,
                () => Role::Other,
            };
        }
        if !matches!(self.secret, Secret::Inside(_)) {
            self.secret = if is_secret_word(key) {
                let number =
                    plain(key, |key| SECRET_KEYS.iter().any(|secret| key.ends_with(secret.as_bytes())));
                Secret::Next { number }
            } else {
                Secret::No
            };
        }
    }

    fn number(&mut self, at: usize) -> usize {
        let rest = &self.json.as_bytes()[at..];
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        if self.secret == (Secret::Next { number: true }) {
            self.cuts.push((at, at + length, quoted()));
        }
        at + length
    }
}

fn quoted() -> String {
    format!("\"{REDACTED}\"")
}

/// The replacement of a string value, if it needs one.
fn clean_value(raw: &str, secret: bool) -> Option<String> {
    if secret {
        return Some(quoted());
    }
    if !suspicious(raw) {
        return None;
    }
    let text = string(raw)?;
    let bare = without_tokens(&text);
    let inner = if bare.contains('{') || bare.contains('[') {
        redact(&bare).into_owned()
    } else if bare.contains('=') {
        redact_query(&bare)
    } else {
        bare.into_owned()
    };
    (inner != text).then(|| serde_json::Value::String(inner).to_string())
}

/// The text with every session token in it replaced.
fn without_tokens(text: &str) -> Cow<'_, str> {
    let of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=%-_".contains(byte);
    let next =
        |from: usize| TOKEN_STARTS.iter().filter_map(|start| Some(from + text[from..].find(start)?)).min();
    let (mut out, mut copied, mut from) = (String::new(), 0, 0);
    while let Some(at) = next(from) {
        let length = text.as_bytes()[at..].iter().take_while(|byte| of_token(byte)).count();
        if length >= TOKEN_CHARS_MIN {
            out.push_str(&text[copied..at]);
            out.push_str(REDACTED);
            copied = at + length;
        }
        from = at + length;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// `key=value&…` text with the values of secret keys replaced.
fn redact_query(text: &str) -> String {
    let parts = text.split('&').map(|part| match part.split_once('=') {
        Some((key, _)) if is_secret_word(key) => format!("{key}={REDACTED}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Whether a key names a secret.
fn is_secret_word(key: &str) -> bool {
    plain(key, |key| SECRET_WORDS.is_match(key))
}

/// Asks a key as [`SECRET_KEYS`] spells it.
fn plain<T>(key: &str, ask: impl FnOnce(&[u8]) -> T) -> T {
    // Most keys are short: they are put down without asking for memory.
    let mut short = [0; 64];
    let mut long = Vec::new();
    let mut length = 0;
    for byte in key.bytes().filter(|byte| !b"_- ".contains(byte)).map(|byte| byte.to_ascii_lowercase()) {
        match short.get_mut(length) {
            Some(place) => *place = byte,
            None if long.is_empty() => long.extend(short.iter().copied().chain([byte])),
            None => long.push(byte),
        }
        length += 1;
    }
    if long.is_empty() { ask(&short[..length]) } else { ask(&long) }
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
            (r#"{"session\u0054oken":"x"}"#.into(), r#"{"session\u0054oken":"REDACTED"}"#.into()),
            (r#"{"AWS_SECRET_ACCESS_KEY":"x"}"#.into(), r#"{"AWS_SECRET_ACCESS_KEY":"REDACTED"}"#.into()),
            (
                r#"[{"Value":"x","Name":"DbPassword"},{"Name":"A","Value":"y"}]"#.into(),
                r#"[{"Value":"REDACTED","Name":"DbPassword"},{"Name":"A","Value":"y"}]"#.into(),
            ),
            (
                r#"{"parameterKey":"Password","values":["x","y"],"b":{"value":"z"}}"#.into(),
                r#"{"parameterKey":"Password","values":["REDACTED","REDACTED"],"b":{"value":"z"}}"#.into(),
            ),
            (
                r#"{"password":1234,"minimumPasswordLength":8}"#.into(),
                r#"{"password":"REDACTED","minimumPasswordLength":8}"#.into(),
            ),
            (format!(r#""no access for {token}, sorry""#), r#""no access for REDACTED, sorry""#.into()),
        ];
        for (json, expected) in &cases {
            assert_eq!(redact(json), expected.as_str());
        }
        assert!(matches!(redact(r#"{"a":"b"}"#), Cow::Borrowed(_)));
        let long = format!(r#"{{"{}_Password":"x","{}":"y"}}"#, "a-".repeat(80), "b".repeat(64));
        assert_eq!(redact(&long), long.replace(r#":"x""#, r#":"REDACTED""#));
    }

    #[test]
    fn the_quick_look_lets_no_suspect_pass() {
        let spelled = STEMS.iter().chain(&TOKEN_STARTS).chain(&["\\u"]);
        for word in spelled {
            for text in [(*word).to_owned(), word.to_ascii_uppercase(), word.to_ascii_lowercase()] {
                let exact = SUSPECTS.is_match(&text) || text.contains("\\u");
                for (before, after) in
                    [("", ""), ("x", ""), ("", "x"), ("0123456789abcdef0123456789abcdef\"", "\":{}")]
                {
                    let text = format!("{before}{text}{after}");
                    assert!(!exact || suspicious(&text), "{text}");
                }
            }
        }
        assert!(!suspicious("") && !suspicious("ab") && !suspicious(r#"{"a":"b\\/c"}"#));
    }
}
