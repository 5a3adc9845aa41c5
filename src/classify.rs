//! Which records are worth understanding, and what label their events get.
//!
//! Sees one event at a time; reads no clock. Everything that could make a row
//! is kept, the rest is only counted, so that memory follows the findings.

use memchr::memmem::Finder;

use crate::catalogue::Catalogue;
use crate::decode::head::Head;
use crate::model::event::{Event, Outcome, strip_api_date};
use crate::normalise::cloudtrail::principal_of;

/// Decides per record. One for a run, shared by all threads.
#[derive(Debug)]
pub struct Classifier<'c> {
    catalogue: &'c Catalogue,
    /// Names of marker roles: wherever one stands, the record may matter. A
    /// search for each of the few names is faster than one for all of them.
    role_names: Vec<Finder<'static>>,
    keep_all: bool,
}

impl<'c> Classifier<'c> {
    /// With `keep_all`, every event is kept, for the table of all events.
    pub fn new(catalogue: &'c Catalogue, keep_all: bool) -> Self {
        let role_names =
            catalogue.role_name_patterns().into_iter().map(|name| Finder::new(name).into_owned()).collect();
        Self { catalogue, role_names, keep_all }
    }

    /// What the decisions rest on.
    pub fn catalogue(&self) -> &'c Catalogue {
        self.catalogue
    }

    /// Whether a record has to be understood, from its routing fields and, for
    /// calls about roles and sign-ins, its text. May say yes too often, never
    /// too seldom.
    pub fn may_matter(&self, head: &Head<'_>, text: &str) -> bool {
        let source = head.event_source.as_str().unwrap_or_default();
        let name = strip_api_date(head.event_name.as_str().unwrap_or_default());
        self.keep_all
            || self.catalogue.may_harm(source, name)
            || self.catalogue.may_explain_loss(source, name)
            || tells_of_rfcs(source)
            || head.user_identity.is_some_and(|identity| self.wears_marker_role(identity))
            || tells_of_roles(source) && self.names_marker_role(text)
    }

    /// Gives an event its category and tells whether it is kept.
    pub fn label(&self, event: &mut Event, text: &str) -> bool {
        event.category = self.catalogue.judge(event).map(|judgement| judgement.category);
        self.keep_all
            || event.category.is_some()
            || self.explains_loss(event)
            || tells_of_rfcs(&event.event_source)
            || event.principal.role_name().is_some_and(|role| self.catalogue.mode_of_role(role).is_some())
            || tells_of_roles(&event.event_source) && self.names_marker_role(text)
    }

    /// Only a call that succeeded undoes, copies or sets anything.
    fn explains_loss(&self, event: &Event) -> bool {
        self.catalogue.may_explain_loss(&event.event_source, &event.event_name)
            && event.outcome() == Outcome::Succeeded
    }

    fn wears_marker_role(&self, identity: &str) -> bool {
        if !identity.contains('\\') {
            return self.holds_role_name(identity);
        }
        let principal = principal_of(identity);
        principal.role_name().is_some_and(|role| self.holds_role_name(role))
    }

    /// An escape could hide a name from the matcher: such a text may name one.
    fn names_marker_role(&self, text: &str) -> bool {
        self.holds_role_name(text) || text.contains("\\u")
    }

    fn holds_role_name(&self, text: &str) -> bool {
        self.role_names.iter().any(|name| name.find(text.as_bytes()).is_some())
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
