//! One term of a query, and whether a record answers it.
//!
//! Owns: keywords, patterns and globs. Every answer is about the text without
//! its secrets: a search tells nothing of them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use regex::{Regex, RegexBuilder};

use crate::decode::json::{string, string_end};
use crate::normalise::secrets::{REDACTED, redact};
use crate::search::fields::find_field;
use crate::search::needed::Needed;

/// Bytes that a compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What a term looks for.
#[derive(Debug)]
pub enum Value<'q> {
    /// These characters, whatever their case.
    Text(String),
    /// A regular expression.
    Regex(String),
    /// A text with `*` for any characters and `?` for one, whatever their case.
    Glob(&'q str),
}

/// A term that can be put to records.
#[derive(Clone, Debug)]
pub struct Term {
    /// The field it asks for: its keys, outermost first; empty = anywhere.
    path: Vec<String>,
    value: Regex,
    /// Any value at all will do.
    any: bool,
    /// What the raw text of a record must hold, or a string in it once its escapes
    /// are read.
    needed: Vec<Needed>,
    /// A record had the field.
    field_seen: Arc<AtomicBool>,
}

impl Term {
    /// A term that may stand anywhere in a record.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn anywhere(value: &Value<'_>) -> Result<Self, String> {
        let (value, needed) = match value {
            Value::Text(text) => (pattern(&regex::escape(text), true)?, Needed::text(text)?),
            Value::Regex(text) => (pattern(text, false)?, Needed::beginnings(text)),
            Value::Glob(text) => (pattern(&glob(text), true)?, None),
        };
        let needed = needed.into_iter().collect();
        Ok(Self { path: Vec::new(), value, any: false, needed, field_seen: Arc::default() })
    }

    /// A term about one field, whose keys are joined by dots.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn in_field(field: &str, value: &Value<'_>) -> Result<Self, String> {
        let path: Vec<String> = field.split('.').map(str::to_owned).collect();
        let last = path.last().map(String::as_str).unwrap_or_default();
        let mut needed = vec![Needed::key(last)?];
        let (anchored, literal) = match value {
            Value::Text(text) => (pattern(&format!("^(?:{})$", regex::escape(text)), true)?, text.as_str()),
            Value::Regex(text) => (pattern(text, false)?, ""),
            Value::Glob(text) => {
                let literal = text.split(['*', '?']).max_by_key(|part| part.len()).unwrap_or_default();
                (pattern(&format!("^(?:{})$", glob(text)), true)?, literal)
            }
        };
        needed.extend(Needed::text(literal)?);
        if let Value::Regex(text) = value {
            needed.extend(Needed::beginnings(text));
        }
        let any = matches!(value, Value::Glob("*"));
        if last.eq_ignore_ascii_case("eventName") && !any {
            needed = needed.into_iter().map(|one| one.under_name(&anchored)).collect();
        }
        Ok(Self { path, value: anchored, any, needed, field_seen: Arc::default() })
    }

    /// The field it asks for, if no record so far had it.
    pub fn unknown_field(&self) -> Option<String> {
        let unknown = !self.path.is_empty() && !self.field_seen.load(Ordering::Relaxed);
        unknown.then(|| self.path.join("."))
    }

    /// The key of the field it asks for.
    pub(super) fn key(&self) -> Option<&Needed> {
        self.needed.first().filter(|_| !self.path.is_empty())
    }

    /// The text that rules out most of the records which do not answer it.
    pub(super) fn needed(&self) -> Option<&Needed> {
        self.needed.iter().max_by_key(|needed| needed.weight())
    }

    /// Whether a record answers it.
    pub fn holds(&self, subject: &Subject<'_>) -> bool {
        if !self.needed.iter().all(|part| part.may_stand_in(subject)) {
            self.look_for_field(subject);
            return false;
        }
        let clean = subject.clean();
        if self.path.is_empty() {
            return self.value.is_match(clean)
                || (subject.has_escapes() && in_escaped_string(clean, &self.value));
        }
        find_field(clean, &self.path, &mut |value| {
            self.field_seen.store(true, Ordering::Relaxed);
            self.answers(value)
        })
    }

    /// Notes that a record has the field, though its value is another one.
    fn look_for_field(&self, subject: &Subject<'_>) {
        let Some(key) = self.key() else { return };
        if !self.field_seen.load(Ordering::Relaxed) && key.may_stand_in(subject) {
            find_field(subject.raw, &self.path, &mut |_| {
                self.field_seen.store(true, Ordering::Relaxed);
                true
            });
        }
    }

    /// Whether the raw value of a field is what is looked for.
    fn answers(&self, raw: &str) -> bool {
        if self.any {
            return raw != "null";
        }
        self.value.is_match(&string(raw).unwrap_or(Cow::Borrowed(raw)))
    }
}

/// The text of one record, as far as terms need it.
#[derive(Debug)]
pub struct Subject<'r> {
    raw: &'r str,
    escapes: OnceCell<bool>,
    clean: OnceCell<Cow<'r, str>>,
}

impl<'r> Subject<'r> {
    /// A record's text, as it lies in its object.
    pub fn new(raw: &'r str) -> Self {
        Self { raw, escapes: OnceCell::new(), clean: OnceCell::new() }
    }

    /// The text as it lies in its object.
    pub(super) const fn raw(&self) -> &'r str {
        self.raw
    }

    /// The text without its secrets.
    pub fn clean(&self) -> &str {
        self.clean.get_or_init(|| redact(self.raw))
    }

    /// A character may be spelled in another way than it reads.
    pub(super) fn has_escapes(&self) -> bool {
        *self.escapes.get_or_init(|| memchr::memchr(b'\\', self.raw.as_bytes()).is_some())
    }
}

/// A compiled pattern.
pub(super) fn pattern(text: &str, any_case: bool) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .case_insensitive(any_case)
        .dot_matches_new_line(any_case)
        .size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|error| format!("no pattern: {}", error.to_string().trim().replace('\n', " ")))
}

fn glob(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
        out
    })
}

/// Whether a text may be found only once secrets are replaced: then the raw
/// text of a record says nothing about it.
pub(super) fn touches_redacted(text: &str) -> bool {
    let text = text.to_lowercase();
    let mark = format!("\"{}\"", REDACTED.to_lowercase());
    let starts = |len: usize| mark.get(..len).is_some_and(|part| text.ends_with(part));
    let ends = |len: usize| mark.get(mark.len() - len..).is_some_and(|part| text.starts_with(part));
    mark.contains(&text) || text.contains(&mark[1..mark.len() - 1]) || {
        (2..mark.len()).any(|len| starts(len) || ends(len))
    }
}

/// Whether a string that spells something by an escape holds what is looked
/// for once it is read.
pub(super) fn in_escaped_string(json: &str, value: &Regex) -> bool {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(open) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let start = at + open;
        let end = string_end(bytes, start).unwrap_or(bytes.len()).min(bytes.len());
        let raw = &json[start..end];
        if raw.contains('\\') && string(raw).is_some_and(|text| value.is_match(&text)) {
            return true;
        }
        at = end;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anywhere(text: &str, record: &str) -> bool {
        Term::anywhere(&Value::Text(text.to_owned())).expect("a term").holds(&Subject::new(record))
    }

    #[test]
    fn a_keyword_is_found_however_the_record_spells_it() {
        let cases = [
            ("alice", r#"{"a":"ALICE"}"#, true),
            ("alice", r#"{"a":"\u0061lice"}"#, true),
            ("ALICE", r#"{"\u0061l\u0049ce":1}"#, true),
            ("/aws/lambda", r#"{"a":"\/aws\/lambda\/x"}"#, true),
            ("say \"hi\"", r#"{"a":"say \"hi\""}"#, true),
            ("a\u{e9}", "{\"a\":\"A\u{c9}\"}", true),
            ("a\u{e9}", r#"{"a":"A\u00c9"}"#, true),
            ("bob", r#"{"a":"alice","b":"\n"}"#, false),
            ("\\", r#"{"a":"c:\\x"}"#, true),
            ("😀", r#"{"a":"\ud83d\ude00"}"#, true),
        ];
        for (text, record, expected) in cases {
            assert_eq!(anywhere(text, record), expected, "{text} in {record}");
        }
    }

    #[test]
    fn a_search_tells_nothing_of_secrets() {
        let record = r#"{"password":"hunter2","x":{"sessionToken":"\u0068unter3"},"pin\u0050assword":1234}"#;
        for secret in ["hunter2", "hunter", "hunter3", "1234", "h"] {
            assert!(!anywhere(secret, record), "{secret}");
        }
        for shown in ["REDACTED", "redact", "\"password\":\"redacted\"", "sessionToken", "eda"] {
            assert!(anywhere(shown, record), "{shown}");
        }
        let term = Term::in_field("password", &Value::Glob("hunter*")).expect("a term");
        assert!(!term.holds(&Subject::new(record)));
        let term = Term::in_field("password", &Value::Glob("*")).expect("a term");
        assert!(term.holds(&Subject::new(record)));
        let term = Term::anywhere(&Value::Regex("hunter[0-9]".to_owned())).expect("a term");
        assert!(!term.holds(&Subject::new(record)));
    }

    #[test]
    fn a_pattern_is_found_however_the_record_spells_it() {
        let record = r#"{"a":"\u0044eleteBucket","b":"StopLogging","password":"hunter2","c":"say \"no\""}"#;
        for (text, expected) in [
            ("DeleteBucket|DeleteTable", true),
            ("Delete(Bucket|Table)$", true),
            ("StopLogging", true),
            ("(?i)stoplogging", true),
            ("^DeleteBucket$", true),
            ("stoplogging", false),
            ("StartLogging|CreateBucket", false),
            ("say \"no", true),
            (r#"say \\"no"#, true),
            ("hunter[0-9]", false),
            ("REDACTED", true),
            ("password\":\"R", true),
            ("[A-Z]topL", true),
            ("", true),
        ] {
            let term = Term::anywhere(&Value::Regex(text.to_owned())).expect("a term");
            assert_eq!(term.holds(&Subject::new(record)), expected, "{text}");
        }
    }

    #[test]
    fn patterns_that_are_none_or_too_large_are_refused() {
        for text in ["(", "a{1000}{1000}{1000}", "[z-a]"] {
            assert!(Term::anywhere(&Value::Regex(text.to_owned())).is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_that_no_record_has_is_named() {
        let term = Term::in_field("AROAEXAMPLE", &Value::Glob("alice")).expect("a term");
        assert!(!term.holds(&Subject::new(r#"{"principalId":"AROAEXAMPLE:alice"}"#)));
        assert_eq!(term.unknown_field().as_deref(), Some("AROAEXAMPLE"));
        let term = Term::in_field("eventName", &Value::Glob("Delete*")).expect("a term");
        assert!(!term.holds(&Subject::new(r#"{"eventName":"ListBuckets"}"#)));
        assert_eq!(term.unknown_field(), None);
    }
}
