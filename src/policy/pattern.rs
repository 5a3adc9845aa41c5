//! Names with stars: of resources, callers and actors.
//!
//! Owns: what a pattern of a policy means for a name in a record. `*` stands for
//! any text, `?` for one character; case counts.

use globset::{GlobBuilder, GlobMatcher};

use crate::catalogue::bare;
use crate::model::principal::last_segment;

use super::Named;

/// A text with stars: `*` for any text, `?` for one character.
#[derive(Clone, Debug)]
pub struct Glob(GlobMatcher);

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let glob = GlobBuilder::new(text).literal_separator(false).backslash_escape(true).build();
        match glob {
            Ok(glob) if !text.trim().is_empty() => Ok(Self(glob.compile_matcher())),
            Ok(_) => Err("an empty text matches nothing".to_owned()),
            Err(error) => Err(format!("`{text}` is no pattern: {}", error.kind())),
        }
    }

    /// Whether it matches all of a text.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Callers: a whole ARN, or the name at the end of one.
#[derive(Clone, Debug)]
pub(super) struct CallerPattern {
    glob: Glob,
    of_arn: bool,
}

impl CallerPattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { glob: Glob::parse(text)?, of_arn: text.starts_with("arn:") })
    }

    /// Whether a caller is meant: by its ARN, or by the user or session name.
    pub(super) fn matches(&self, arn: &str) -> bool {
        self.glob.matches(if self.of_arn { arn } else { last_segment(arn) })
    }
}

/// Resources: an ARN, or a name.
///
/// Source: AWS General Reference, forms of ARNs
/// (`arn:partition:service:region:account:resource`).
#[derive(Clone, Debug)]
pub(super) struct ResourcePattern {
    text: String,
    /// Service, region and account of an ARN; empty ones match all, as the ARNs
    /// of buckets have none.
    place: Option<[Option<Glob>; 3]>,
    name: Glob,
}

impl ResourcePattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("arn:") {
            return Ok(Self { text: text.to_owned(), place: None, name: Glob::parse(text)? });
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [_, _, service, region, account, _] = parts[..] else {
            return Err(format!("`{text}` is no ARN: it has six parts, and `*` may stand for one"));
        };
        let part = |part: &str| (!part.is_empty()).then(|| Glob::parse(part)).transpose();
        Ok(Self {
            text: text.to_owned(),
            place: Some([part(service)?, part(region)?, part(account)?]),
            name: Glob::parse(&bare(text))?,
        })
    }

    /// The pattern as it was given.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a thing is meant: by its name, or, an object, by its bucket's.
    pub(super) fn matches(&self, thing: Named<'_>) -> bool {
        let service = thing.event_source.split('.').next().unwrap_or_default();
        if let Some([of_service, of_region, of_account]) = &self.place {
            let region = thing.region.map(|region| region.as_str());
            let account = thing.account.map(|account| account.as_str());
            let fits = |glob: &Option<Glob>, word: Option<&str>| {
                glob.as_ref().is_none_or(|glob| word.is_some_and(|word| glob.matches(word)))
            };
            if !fits(of_service, Some(service)) || !fits(of_region, region) || !fits(of_account, account) {
                return false;
            }
        }
        let name = bare(thing.resource);
        let bucket = (service == "s3").then(|| name.split_once('/')).flatten().map(|(bucket, _)| bucket);
        let whole = self.place.is_none() && self.name.matches(thing.resource);
        whole || self.name.matches(&name) || bucket.is_some_and(|bucket| self.name.matches(bucket))
    }
}
