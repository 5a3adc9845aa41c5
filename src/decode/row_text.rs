//! Row text of Presto: `{k=v, k={k=v}}`, as Athena and CloudTrail Lake print
//! nested columns. It has no quotes, so what comes back is a best effort.
//!
//! Knows the notation and the spelling of CloudTrail's own keys, no record.

use serde_json::{Map, Value};

use crate::limits::ROW_TEXT_DEPTH_MAX;

/// Keys that CloudTrail writes inside nested columns: Presto has them in lower case.
///
/// Source: facts/cloudtrail.md 1.1, 1.2.
const KEYS: [&str; 38] = [
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "sessionContext",
    "sessionIssuer",
    "attributes",
    "creationDate",
    "mfaAuthenticated",
    "invokedBy",
    "invokedByDelegate",
    "identityProvider",
    "webIdFederationData",
    "federatedProvider",
    "sourceIdentity",
    "ec2RoleDelivery",
    "assumedRoot",
    "credentialId",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "inScopeOf",
    "sourceArn",
    "sourceAccount",
    "issuerType",
    "credentialsIssuedTo",
    "credentialsIssuedToVersion",
    "ARNPrefix",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
    "keyExchange",
    "reason",
    "updatedFields",
    "originalRequestID",
    "originalEventID",
];

/// Reads row text. The flag tells whether nothing in it could be read in
/// another way: then the value is what was recorded.
///
/// Source: facts/cloudtrail.md 2.2 rows 18, 21.
pub(crate) fn parse(text: &str) -> (Value, bool) {
    let mut reader = Reader { certain: true };
    let value = reader.value(text.trim(), 0);
    (value, reader.certain)
}

/// The same value with CloudTrail's own keys as CloudTrail spells them.
pub(crate) fn spelled(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let members = object.into_iter().map(|(key, value)| {
                let known = KEYS.iter().find(|known| known.eq_ignore_ascii_case(&key) && **known != "arn");
                (known.map_or(key, |known| (*known).to_owned()), spelled(value))
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(spelled).collect()),
        other => other,
    }
}

struct Reader {
    certain: bool,
}

impl Reader {
    fn value(&mut self, text: &str, depth: usize) -> Value {
        let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
        if text == "null" || text.is_empty() {
            return Value::Null;
        }
        if depth >= ROW_TEXT_DEPTH_MAX {
            self.certain = false;
            return Value::from(text);
        }
        if let Some(inner) = inside('{', '}') {
            let mut object = Map::new();
            for (key, value) in self.pairs(inner) {
                let key = match KEYS.iter().find(|known| known.eq_ignore_ascii_case(key)) {
                    Some(known) => known,
                    None => {
                        self.certain = false;
                        key
                    }
                };
                let value = self.value(value, depth + 1);
                if object.insert(key.to_owned(), value).is_some() {
                    self.certain = false;
                }
            }
            return Value::Object(object);
        }
        if let Some(inner) = inside('[', ']') {
            let items = parts(inner);
            return Value::Array(items.into_iter().map(|item| self.value(item, depth + 1)).collect());
        }
        if text.contains(['=', '{', '}', '[', ']', ',']) {
            self.certain = false;
        }
        Value::from(text)
    }

    /// `k=v, k=v`: a part without a key belongs to the value before it.
    fn pairs<'t>(&mut self, inner: &'t str) -> Vec<(&'t str, &'t str)> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for part in parts(inner) {
            match part.split_once('=').filter(|(key, _)| is_key(key)) {
                Some(pair) => pairs.push(pair),
                None => {
                    self.certain = false;
                    if let Some((_, value)) = pairs.last_mut() {
                        let start = value.as_ptr() as usize - inner.as_ptr() as usize;
                        let end = part.as_ptr() as usize - inner.as_ptr() as usize + part.len();
                        *value = &inner[start..end];
                    }
                }
            }
        }
        pairs
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte))
}

/// Cut at `, ` outside of brackets.
fn parts(inner: &str) -> Vec<&str> {
    let bytes = inner.as_bytes();
    let (mut depth, mut from, mut found) = (0usize, 0, Vec::new());
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 && bytes.get(at + 1) == Some(&b' ') => {
                found.push(&inner[from..at]);
                from = at + 2;
            }
            _ => {}
        }
    }
    if from < inner.len() {
        found.push(&inner[from..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn check(text: &str, expected: &str, certain: bool) {
        let (value, sure) = parse(text);
        assert_eq!((value.to_string().as_str(), sure), (expected, certain), "{text}");
    }

    #[test]
    fn an_identity_comes_back_as_it_was_recorded() {
        check(
            "{type=AssumedRole, principalid=AROA:x, sessioncontext={attributes={mfaauthenticated=false}, sessionissuer=null}}",
            r#"{"type":"AssumedRole","principalId":"AROA:x","sessionContext":{"attributes":{"mfaAuthenticated":"false"},"sessionIssuer":null}}"#,
            true,
        );
        check(
            "[{accountid=1, type=AWS::S3::Bucket}]",
            r#"[{"accountId":"1","type":"AWS::S3::Bucket"}]"#,
            true,
        );
        check("null", "null", true);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_certain() {
        check("{username=a, b, type=Root}", r#"{"userName":"a, b","type":"Root"}"#, false);
        check("{username=a=b}", r#"{"userName":"a=b"}"#, false);
        check("{bucketname=b}", r#"{"bucketname":"b"}"#, false);
        check("{username=}}", r#"{"userName":"}"}"#, false);
        check(&"{a=".repeat(40), &format!("\"{}\"", "{a=".repeat(40)), false);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}x{}", "{type=".repeat(500), "}".repeat(500));
        assert!(!parse(&deep).1);
    }
}
