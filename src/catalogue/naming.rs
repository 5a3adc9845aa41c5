//! How a call names the things that it is about.
//!
//! Owns: the grammar of the name columns of `data/inverses.csv` and
//! `data/copies.csv`, and the one spelling in which two names are compared.
//!
//! ```text
//! roleName+policyName|response:role.arn      two alternatives, the first of two parts
//! ```

use std::borrow::Cow;

use serde_json::Value;

use crate::catalogue::needed::Needed;
use crate::catalogue::path::{Path, text_of};

/// Where a call's names are: alternatives in the order of the table.
#[derive(Clone, Debug)]
pub(super) struct Naming {
    alternatives: Vec<Alternative>,
}

/// One way in which a call names its things.
#[derive(Clone, Debug)]
enum Alternative {
    /// It acts on the account and region as a whole.
    Place,
    /// By the copies of the thing, which only the evidence tells.
    Copies,
    /// By a value, or by several taken together.
    Parts(Vec<Source>),
}

/// A path into the request or the response.
#[derive(Clone, Debug)]
pub(super) struct Source {
    path: Path,
    in_response: bool,
    /// The name where the call gives none.
    default: Option<&'static str>,
    /// Of an ARN of something within the thing, only the thing's own name.
    holder: bool,
}

/// Things that one name stands for at most: a request of real size names fewer.
const THINGS_MAX: usize = 10_000;

impl Naming {
    /// Reads a name column; the error says what is wrong with it.
    pub(super) fn parse(text: &'static str) -> Result<Self, String> {
        let alternatives: Result<Vec<Alternative>, String> =
            text.split('|').map(Alternative::parse).collect();
        Ok(Self { alternatives: alternatives? })
    }

    pub(super) fn len(&self) -> usize {
        self.alternatives.len()
    }

    /// The names by each alternative, in the spelling of `bare`. Where the
    /// evidence tells of copies, `copies` are their ids.
    pub(super) fn names(&self, request: &Value, response: &Value, copies: &[String]) -> Vec<Vec<String>> {
        let of = |alternative: &Alternative| match alternative {
            Alternative::Place => vec![String::new()],
            Alternative::Copies => copies.to_vec(),
            Alternative::Parts(parts) => joined(parts, request, response),
        };
        self.alternatives.iter().map(of).collect()
    }

    /// Adds what of a request and a response these names are read from.
    pub(super) fn add_needed(&self, columns: &mut [Needed; 2]) {
        for alternative in &self.alternatives {
            match alternative {
                Alternative::Place | Alternative::Copies => {}
                Alternative::Parts(parts) => parts.iter().for_each(|part| part.add_needed(columns)),
            }
        }
    }
}

impl Alternative {
    fn parse(text: &'static str) -> Result<Self, String> {
        match text {
            "-" => Ok(Self::Place),
            "copy:" => Ok(Self::Copies),
            parts => Ok(Self::Parts(parts.split('+').map(Source::parse).collect::<Result<_, _>>()?)),
        }
    }
}

impl Source {
    /// Reads one path, `response:` in front of those into the response, `of:` in
    /// front of ARNs of something within the thing, and after `?` the name that
    /// counts where there is none.
    pub(super) fn parse(text: &'static str) -> Result<Self, String> {
        let (text, default) = match text.split_once('?') {
            Some((text, default)) => (text, Some(default)),
            None => (text, None),
        };
        let (text, holder) = text.strip_prefix("of:").map_or((text, false), |path| (path, true));
        let (path, in_response) = text.strip_prefix("response:").map_or((text, false), |path| (path, true));
        Ok(Self { path: Path::parse(path)?, in_response, default, holder })
    }

    /// Adds what of a request and a response it leads through.
    pub(super) fn add_needed(&self, [request, response]: &mut [Needed; 2]) {
        (if self.in_response { response } else { request }).add(&self.path);
    }

    /// The texts it leads to, as they are.
    pub(super) fn texts(&self, request: &Value, response: &Value) -> Vec<String> {
        self.found(request, response).map(Cow::into_owned).collect()
    }

    fn found<'json>(
        &self,
        request: &'json Value,
        response: &'json Value,
    ) -> impl Iterator<Item = Cow<'json, str>> {
        let root = if self.in_response { response } else { request };
        self.path.follow(root).into_iter().filter_map(text_of).take(THINGS_MAX)
    }

    /// The names it leads to, in the spelling of `bare`.
    pub(super) fn names(&self, request: &Value, response: &Value) -> Vec<String> {
        let told = self.found(request, response).filter(|text| !text.is_empty()).map(|text| bare(&text));
        let of = |name: String| match name.split_once('/') {
            Some((holder, _)) if self.holder => holder.to_owned(),
            _ => name,
        };
        let names: Vec<String> = told.map(of).collect();
        match self.default {
            Some(default) if names.is_empty() => vec![default.to_owned()],
            _ => names,
        }
    }
}

/// Every combination of the parts' names; none where a part has none.
fn joined(parts: &[Source], request: &Value, response: &Value) -> Vec<String> {
    let Some((first, others)) = parts.split_first() else { return vec![String::new()] };
    let mut all = first.names(request, response);
    for part in others {
        let names = part.names(request, response);
        if all.len().saturating_mul(names.len()) > THINGS_MAX {
            return Vec::new();
        }
        let with = |front: &String| -> Vec<String> {
            names
                .iter()
                .map(|name| if front.is_empty() { name.clone() } else { format!("{front}\n{name}") })
                .collect()
        };
        all = all.iter().flat_map(with).collect();
    }
    all.sort();
    all.dedup();
    all
}

/// A name as two calls can be compared by it: of an ARN what stands behind the
/// type of the thing, without what AWS appends; any other text as it is.
///
/// Source: AWS IAM User Guide, "Amazon Resource Names"; Secrets Manager User
/// Guide (six random characters after the name), Lambda Developer Guide
/// (qualifier), CloudFormation User Guide (stack id).
pub fn bare(text: &str) -> String {
    let mut fields = text.splitn(6, ':');
    let (Some("arn"), Some(_), Some(service)) = (fields.next(), fields.next(), fields.next()) else {
        return text.to_owned();
    };
    let Some(rest) = fields.nth(2) else { return text.to_owned() };
    if matches!(service, "s3" | "sns" | "sqs") {
        return rest.to_owned();
    }
    let name = rest.split_once(['/', ':']).map_or(rest, |(_, name)| name);
    let name = name.strip_suffix(":*").unwrap_or(name);
    let name = match service {
        "cloudformation" | "lambda" => name.split(['/', ':']).next().unwrap_or(name),
        "secretsmanager" => without_suffix(name),
        _ => name,
    };
    name.to_owned()
}

fn without_suffix(name: &str) -> &str {
    let Some((front, suffix)) = name.rsplit_once('-') else { return name };
    let appended = suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if appended { front } else { name }
}

/// The service and the type of the thing that an ARN names, such as `rds` and
/// `cluster`; the type is empty where the ARN has none.
pub(super) fn service_and_type(arn: &str) -> Option<(&str, &str)> {
    let mut fields = arn.splitn(6, ':');
    let (Some("arn"), Some(_), Some(service)) = (fields.next(), fields.next(), fields.next()) else {
        return None;
    };
    let rest = fields.nth(2)?;
    let kind = if service == "s3" { "" } else { rest.split_once(['/', ':']).map_or("", |(kind, _)| kind) };
    Some((service, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_and_a_name_compare_by_what_is_common() {
        let cases = [
            ("arn:aws:kms:eu-west-1:111122223333:key/k-1", "k-1"),
            ("arn:aws:cloudtrail:us-east-1:111122223333:trail/orders", "orders"),
            ("arn:aws:rds:us-east-1:111122223333:db:orders", "orders"),
            ("arn:aws:s3:::bucket/key", "bucket/key"),
            ("arn:aws:sns:us-east-1:111122223333:topic", "topic"),
            ("arn:aws:secretsmanager:us-east-1:111122223333:secret:db/pass-AbC123", "db/pass"),
            ("arn:aws:lambda:us-east-1:111122223333:function:f:live", "f"),
            ("arn:aws:cloudformation:us-east-1:111122223333:stack/st/0a1b", "st"),
            ("arn:aws:logs:us-east-1:111122223333:log-group:g:*", "g"),
            ("arn:aws:x", "arn:aws:x"),
            ("plain:name", "plain:name"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(bare(text), expected, "{text}");
        }
    }

    #[test]
    fn parts_are_taken_together_and_lists_are_several_things() {
        let request: Value =
            serde_json::from_str(r#"{"rule":"r","ids":["1","2"],"targets":[{"id":"1"}]}"#).expect("JSON");
        let naming = Naming::parse("rule+ids|response:x|-|copy:").expect("a naming");
        let names = naming.names(&request, &Value::Null, &["c".to_owned()]);
        assert_eq!(names, [vec!["r\n1", "r\n2"], vec![], vec![""], vec!["c"]]);
        assert!(Naming::parse("a..b").is_err());
    }

    #[test]
    fn a_name_may_have_a_default_or_stand_within_an_arn() {
        let of = |naming: &'static str, request: &str| {
            let request: Value = serde_json::from_str(request).expect("JSON");
            Naming::parse(naming).expect("a naming").names(&request, &Value::Null, &[]).concat()
        };
        assert_eq!(of("name+bus?default", r#"{"name":"r"}"#), ["r\ndefault"]);
        assert_eq!(of("name+bus?default", r#"{"name":"r","bus":""}"#), ["r\ndefault"]);
        assert_eq!(
            of(
                "name+bus?default",
                r#"{"name":"r","bus":"arn:aws:events:us-east-1:111122223333:event-bus/b"}"#
            ),
            ["r\nb"]
        );
        let backup = r#"{"a":"arn:aws:dynamodb:us-east-1:111122223333:table/orders/backup/0151-a1"}"#;
        assert_eq!(of("of:a", backup), ["orders"]);
        assert_eq!(of("a", backup), ["orders/backup/0151-a1"]);
    }
}
