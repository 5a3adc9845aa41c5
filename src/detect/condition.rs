//! What a rule asks of a record beyond its event source and name.
//!
//! Owns: the tests on values, and how they are joined. A field that is not
//! there fails every test but `exists = false`.

use std::net::IpAddr;

use ipnet::IpNet;
use regex::Regex;
use serde_json::Value;

use crate::catalogue::{is_something, text_of};
use crate::detect::glob::Glob;
use crate::detect::path::Path;
use crate::detect::view::View;
use crate::model::id::AccountId;

/// Conditions joined by and, or, not.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// A value of this field passes the test.
    Field(Path, Test),
}

/// A test on one value. Lists mean any of them.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// Is that text, number or flag.
    Equals(Words),
    /// Holds that text.
    Contains(Words),
    /// Begins with that text.
    StartsWith(Words),
    /// Ends with that text.
    EndsWith(Words),
    /// Matches a pattern of `*` and `?`.
    Glob(Vec<Glob>),
    /// Matches a regular expression somewhere.
    Regex(Regex),
    /// There is a value that is neither null nor empty, or there is none.
    Exists(bool),
    /// Is an address in one of these networks.
    Cidr(Vec<IpNet>),
    /// Is a number in this range, ends included.
    Number(f64, f64),
    /// Names an account other than that of the record.
    ForeignAccount,
    /// Is the same text as a value of that other field.
    SameAs(Path),
}

/// Texts to compare with.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// In lower case if `ignore_case`.
    pub(super) list: Vec<String>,
    /// Whether upper and lower case are the same.
    pub(super) ignore_case: bool,
}

impl Words {
    fn any(&self, text: &str, passes: fn(&str, &str) -> bool) -> bool {
        if self.ignore_case {
            let text = text.to_lowercase();
            return self.list.iter().any(|word| passes(&text, word));
        }
        self.list.iter().any(|word| passes(text, word))
    }
}

/// What tests look at beside the value.
pub(super) struct Around<'v, 'a> {
    /// The record.
    pub(super) view: &'v View<'a>,
    /// The account it is about.
    pub(super) account: Option<&'v AccountId>,
}

impl Condition {
    /// Whether the record fulfils it.
    pub(super) fn holds(&self, around: &Around<'_, '_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(around)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(around)),
            Self::Not(part) => !part.holds(around),
            Self::Field(path, Test::Exists(wanted)) => path.any(around.view, &mut is_something) == *wanted,
            Self::Field(path, test) => path.any(around.view, &mut |value| test.passes(value, around)),
        }
    }
}

impl Test {
    fn passes(&self, value: &Value, around: &Around<'_, '_>) -> bool {
        let Some(text) = text_of(value) else { return false };
        let text = &*text;
        match self {
            Self::Equals(words) => words.any(text, |text, word| text == word),
            Self::Contains(words) => words.any(text, |text, word| text.contains(word)),
            Self::StartsWith(words) => words.any(text, |text, word| text.starts_with(word)),
            Self::EndsWith(words) => words.any(text, |text, word| text.ends_with(word)),
            Self::Glob(patterns) => patterns.iter().any(|pattern| pattern.matches(text)),
            Self::Regex(regex) => regex.is_match(text),
            Self::Exists(wanted) => is_something(value) == *wanted,
            Self::Cidr(networks) => text
                .parse::<IpAddr>()
                .is_ok_and(|address| networks.iter().any(|network| network.contains(&address))),
            Self::Number(least, most) => {
                text.parse::<f64>().is_ok_and(|number| *least <= number && number <= *most)
            }
            Self::ForeignAccount => is_foreign(text, around.account),
            Self::SameAs(other) => {
                other.any(around.view, &mut |other| text_of(other).as_deref() == Some(text))
            }
        }
    }
}

/// Whether a text names an account, alone or in an ARN, and it is another one.
/// An unknown account of the record makes nothing foreign.
fn is_foreign(text: &str, own: Option<&AccountId>) -> bool {
    let named = AccountId::if_well_formed(text).or_else(|| AccountId::from_arn(text));
    named.zip(own).is_some_and(|(named, own)| named != *own)
}
