//! Which records are worth understanding, and what label their events get.
//!
//! Sees one event at a time; reads no clock. Everything that could make a row
//! is kept, the rest is only counted, so that memory follows the findings.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use crate::catalogue::Catalogue;
use crate::decode::head::Head;
use crate::model::event::{Event, Outcome, strip_api_date};
use crate::normalise::cloudtrail::principal_of;

/// How much of a role's name is looked for first.
const BEGINNING_BYTES: usize = 12;

/// Decides per record. One for a run, shared by all threads.
#[derive(Debug)]
pub struct Classifier<'c> {
    catalogue: &'c Catalogue,
    /// Names of marker roles: wherever one stands, the record may matter.
    role_names: Vec<Finder<'static>>,
    /// How these names begin. A search for each of the few is faster than one
    /// for all of them, and most names begin alike.
    beginnings: Vec<Finder<'static>>,
}

impl<'c> Classifier<'c> {
    /// For one run.
    pub fn new(catalogue: &'c Catalogue) -> Self {
        let names = catalogue.role_name_patterns();
        let beginning = |name: &&'c str| name.get(..BEGINNING_BYTES).unwrap_or(name);
        let beginnings: BTreeSet<&str> = names.iter().map(beginning).collect();
        let finder = |text: &str| Finder::new(text).into_owned();
        Self {
            catalogue,
            role_names: names.into_iter().map(finder).collect(),
            beginnings: beginnings.into_iter().map(finder).collect(),
        }
    }

    /// What the decisions rest on.
    pub fn catalogue(&self) -> &'c Catalogue {
        self.catalogue
    }

    /// Whether a record has to be understood, from its routing fields and, for
    /// calls about roles and sign-ins, its text. May say yes too often, never
    /// too seldom.
    pub fn may_matter(&self, head: &Head<'_>, text: &str) -> bool {
        self.call_may_matter(head, text)
            || head.user_identity.is_some_and(|identity| self.may_wear_marker_role(identity))
    }

    /// The same, whoever the caller is.
    pub fn call_may_matter(&self, head: &Head<'_>, text: &str) -> bool {
        let source = head.event_source.as_str().unwrap_or_default();
        let name = strip_api_date(head.event_name.as_str().unwrap_or_default());
        self.catalogue.may_harm(source, name)
            || self.sets_recycle_bin(source, name)
            || bears_on_logs(source, name)
            || tells_of_rfcs(source)
            || tells_of_roles(source) && self.names_marker_role(text)
    }

    /// Gives an event its category and tells whether it is kept.
    pub fn label(&self, event: &mut Event, text: &str) -> bool {
        event.category = self.catalogue.judge(event).map(|judgement| judgement.category);
        event.category.is_some()
            || (self.sets_recycle_bin(&event.event_source, &event.event_name)
                || bears_on_logs(&event.event_source, &event.event_name))
                && event.outcome() == Outcome::Succeeded
            || tells_of_rfcs(&event.event_source)
            || event.principal.role_name().is_some_and(|role| self.catalogue.mode_of_role(role).is_some())
            || tells_of_roles(&event.event_source) && self.names_marker_role(text)
    }

    /// A rule of the Recycle Bin bears on every later loss of its place and
    /// names none: there is no telling whether it will be needed.
    fn sets_recycle_bin(&self, source: &str, name: &str) -> bool {
        source == "rbin.amazonaws.com" && self.catalogue.may_explain_loss(source, name)
    }

    /// Whether the caller that a raw `userIdentity` names may wear the role of a
    /// mode. May say yes too often, never too seldom.
    pub fn may_wear_marker_role(&self, identity: &str) -> bool {
        if memchr(b'\\', identity.as_bytes()).is_none() {
            return self.holds_role_name(identity);
        }
        let principal = principal_of(identity);
        principal.role_name().is_some_and(|role| self.holds_role_name(role))
    }

    /// An escape could hide a name from the matcher: such a text may name one.
    fn names_marker_role(&self, text: &str) -> bool {
        static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\\u"));
        self.holds_role_name(text) || ESCAPE.find(text.as_bytes()).is_some()
    }

    fn holds_role_name(&self, text: &str) -> bool {
        let holds = |names: &[Finder<'_>]| names.iter().any(|name| name.find(text.as_bytes()).is_some());
        holds(&self.beginnings) && holds(&self.role_names)
    }
}

/// Calls that tell where a trail delivers to, and settings of buckets that may
/// harm the logs there: which bucket is meant, only other records tell. All of
/// them are rare.
///
/// Source: CloudTrail API Reference, `CreateTrail`, `UpdateTrail` (S3BucketName);
/// facts/cloudtrail.md 1.6 (S3 event names).
fn bears_on_logs(source: &str, name: &str) -> bool {
    match source {
        "s3.amazonaws.com" => {
            matches!(name, "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" | "PutBucketPolicy")
        }
        "cloudtrail.amazonaws.com" => matches!(name, "CreateTrail" | "UpdateTrail"),
        _ => false,
    }
}

/// Sources of the AMS change management calls.
///
/// Source: facts/ams.md 4.1 (inferred from the signing name, not documented).
fn tells_of_rfcs(source: &str) -> bool {
    matches!(source, "amscm.amazonaws.com" | "managedservices.amazonaws.com")
        || source.ends_with(".managedservices.amazonaws.com")
}

/// Sources whose calls create, change or assume roles.
fn tells_of_roles(source: &str) -> bool {
    matches!(source, "iam.amazonaws.com" | "sts.amazonaws.com" | "signin.amazonaws.com")
}
