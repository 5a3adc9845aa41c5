//! Which records have to be looked for, once it is known what mode sessions
//! handed out: those made with it were only counted when they were first read.
//!
//! Owns: turning gifts into tokens. Too many records are no harm, too few are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::{Catalogue, is_shape, session_shape};
use crate::model::event::{Event, Outcome};
use crate::model::id::AccessKeyId;
use crate::model::principal::Principal;
use crate::normalise::token::{self, Token, TokenKind};

use super::super::{marks, payload, session};
use super::grant::Given;
use super::origin::{Origins, permission_set};
use super::{Evidence, walk};

/// The tokens of records that are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A record with one of these is wanted.
    single: BTreeSet<Token>,
    /// A record with this session and one of these roles is wanted.
    sessions: BTreeMap<Token, BTreeSet<Token>>,
    /// A record with this role and a session of one of these shapes is wanted.
    shapes: BTreeMap<Token, BTreeSet<Arc<str>>>,
}

/// What has to be looked for, as far as these events tell. They are in order of
/// time, and hold all calls of the mode sessions.
pub fn wanted(events: &[Event], catalogue: &Catalogue) -> Wanted {
    let marks = marks::of(events, catalogue);
    if marks.uses.is_empty() && marks.issues.is_empty() {
        return Wanted::default();
    }
    let mut sessions = session::of(events, &marks);
    let origins = Origins::of(events);
    let gifts = walk(Evidence { events, catalogue, taken: &[] }, &origins, &mut sessions);
    let mut wanted = Wanted::default();
    for gift in gifts.iter().filter(|gift| gift.grant.given.can_be_followed()) {
        wanted.add(&gift.grant.given);
    }
    for gift in &gifts {
        wanted.add_workload(&gift.grant.given, &events[gift.grant.event]);
    }
    for issue in &marks.issues {
        wanted.add_origin(&events[issue.event].principal, &origins, events);
    }
    for event in sessions.of_event.keys().map(|place| &events[*place]) {
        let shared = event.shared_event_id.as_deref().filter(|_| &*event.event_source == "sts.amazonaws.com");
        wanted.single.extend(shared.map(|id| Token::new(TokenKind::Shared, "", id)));
    }
    for place in sessions.of_event.keys() {
        wanted.add_portal(&events[*place].principal);
    }
    for row in &sessions.rows {
        if let Some(name) = &row.role_session_name {
            // Whoever started a build tells whose it is.
            let build = name.strip_prefix("AWSCodeBuild-").filter(|_| row.depth > 0);
            wanted.single.extend(build.map(|id| Token::new(TokenKind::Workload, "codebuild", id)));
            let from = format!("{}/{name}", row.role_name);
            wanted.single.insert(Token::new(TokenKind::Switch, row.account_id.as_str(), &from));
        }
    }
    for place in sessions.of_event.keys() {
        let id = events[*place].principal.principal_id.as_deref().filter(|id| id.contains(':'));
        wanted.single.extend(id.map(|id| Token::new(TokenKind::Principal, "", id)));
    }
    wanted
}

/// The key that a succeeded call handed out, if it did.
pub fn issued_key(event: &Event) -> Option<AccessKeyId> {
    let member = match (&*event.event_source, &*event.event_name) {
        ("sts.amazonaws.com", _) => "credentials",
        ("iam.amazonaws.com", "CreateAccessKey") => "accessKey",
        _ => return None,
    };
    let response = payload::parse(Some(event.response_elements.as_ref()?));
    let key = payload::text(&response, &[member, "accessKeyId"]).map(AccessKeyId::from);
    key.filter(|_| event.outcome() == Outcome::Succeeded)
}

impl Wanted {
    /// Whether an event uses or hands out a wanted key.
    pub fn holds_key_of(&self, event: &Event) -> bool {
        let keys = event.principal.access_key_id.clone().into_iter().chain(issued_key(event));
        keys.map(|key| Token::new(TokenKind::Key, "", key.as_str())).any(|token| self.single.contains(&token))
    }

    /// Whether a destructive call is wanted. Such a call hands nothing on that
    /// `bears` does not see, so its caller alone is asked for.
    pub fn holds_caller_of(&self, event: &Event) -> bool {
        !self.is_empty() && self.holds(&token::of_known(&event.principal))
    }

    /// What handed a caller its credentials, all the way up.
    fn add_origin(&mut self, caller: &Principal, origins: &Origins<'_>, events: &[Event]) {
        let chain = origins.chain(caller);
        let above = chain.iter().map(|(_, step)| &*events[step.event].principal);
        for caller in std::iter::once(caller).chain(above) {
            let role = caller.issuer.as_ref().and_then(|issuer| issuer.arn.as_ref());
            if let (Some(role), Some(session)) = (role, caller.role_session_name()) {
                self.single.insert(Token::new(TokenKind::Issue, role.as_str(), session));
            } else if let Some(key) =
                caller.access_key_id.as_ref().filter(|key| key.as_str().starts_with("ASIA"))
            {
                // A user's own temporary key: only GetSessionToken hands one out.
                self.single.insert(Token::new(TokenKind::Key, "", key.as_str()));
            }
            self.add_portal(caller);
        }
    }

    /// The sign-in behind a caller that wears a role of Identity Center.
    fn add_portal(&mut self, caller: &Principal) {
        let Some(set) = caller.role_name().and_then(permission_set) else { return };
        let names = [caller.on_behalf_of.as_deref(), caller.role_session_name()];
        self.single.extend(names.into_iter().flatten().map(|name| Token::new(TokenKind::Portal, set, name)));
    }

    /// Later changes and starts of a workload by others.
    fn add_workload(&mut self, given: &Given, event: &Event) {
        let Given::Run { workload, .. } = given else { return };
        let service = event.event_source.strip_suffix(".amazonaws.com").unwrap_or_default();
        if matches!(service, "lambda" | "codebuild" | "ecs" | "glue" | "states") && !workload.unique {
            self.single.insert(Token::new(TokenKind::Workload, service, &workload.name));
        }
    }

    fn add(&mut self, given: &Given) {
        let token = match given {
            Given::Key(key) => Token::new(TokenKind::Key, "", key.as_str()),
            Given::Principal { account, session, .. } => {
                Token::new(TokenKind::Session, account.as_str(), session)
            }
            Given::Role { account, name, .. } | Given::Trust { account, name, .. } => {
                Token::new(TokenKind::Role, account.as_str(), name)
            }
            Given::User { account, name, .. } => Token::new(TokenKind::User, account.as_str(), name),
            Given::LaunchTemplate(id) => Token::new(TokenKind::LaunchTemplate, "", id),
            Given::Run { account, role, workload } => {
                let of_role = |role: &Arc<str>| Token::new(TokenKind::Role, account.as_str(), role);
                let of_session = |name: &Arc<str>| Token::new(TokenKind::Session, account.as_str(), name);
                match (&workload.session, role) {
                    (Some(shape), Some(role)) if is_shape(shape) => {
                        self.shapes.entry(of_role(role)).or_default().insert(shape.clone());
                        return;
                    }
                    (Some(session), Some(role)) => {
                        self.sessions.entry(of_session(session)).or_default().insert(of_role(role));
                        return;
                    }
                    (Some(session), None) => of_session(session),
                    (None, Some(role)) => of_role(role),
                    (None, None) => return,
                }
            }
        };
        self.single.insert(token);
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.single.is_empty() && self.sessions.is_empty() && self.shapes.is_empty()
    }

    /// What is wanted here and was not wanted there.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        Self {
            single: self.single.difference(&other.single).cloned().collect(),
            sessions: news(&self.sessions, &other.sessions),
            shapes: news(&self.shapes, &other.shapes),
        }
    }

    /// A token of each kind of record that is wanted; a record without any of
    /// them is not.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.single.iter().chain(self.sessions.keys()).chain(self.shapes.keys())
    }

    /// Whether a record with these tokens is wanted.
    pub fn holds(&self, tokens: &BTreeSet<Token>) -> bool {
        tokens.iter().any(|token| {
            self.single.contains(token)
                || self.sessions.get(token).is_some_and(|roles| !roles.is_disjoint(tokens))
                || self.shapes.get(token).is_some_and(|shapes| has_shape(tokens, &token.account, shapes))
        })
    }
}

/// Whether one of the tokens is a session in that account of one of these shapes.
fn has_shape(tokens: &BTreeSet<Token>, account: &str, shapes: &BTreeSet<Arc<str>>) -> bool {
    let mut sessions = tokens.iter().filter(|one| one.kind == TokenKind::Session && &*one.account == account);
    sessions.any(|one| shapes.contains(session_shape(&one.name)))
}

/// Of each list what the other one lacks; no empty lists.
fn news<T: Clone + Ord>(
    all: &BTreeMap<Token, BTreeSet<T>>,
    known: &BTreeMap<Token, BTreeSet<T>>,
) -> BTreeMap<Token, BTreeSet<T>> {
    let unknown = |(token, list): (&Token, &BTreeSet<T>)| {
        let known = known.get(token);
        let news: BTreeSet<T> =
            list.iter().filter(|one| !known.is_some_and(|known| known.contains(one))).cloned().collect();
        (!news.is_empty()).then(|| (token.clone(), news))
    };
    all.iter().filter_map(unknown).collect()
}
