//! Which records have to be looked for, once it is known what mode sessions
//! handed out: those made with it were only counted when they were first read.
//!
//! Owns: turning gifts into tokens. Too many records are no harm, too few are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::model::event::Event;
use crate::normalise::token::{Token, TokenKind};

use super::super::{marks, session};
use super::grant::Given;
use super::{Evidence, walk};

/// The tokens of records that are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A record with one of these is wanted.
    single: BTreeSet<Token>,
    /// A record with this session and one of these roles is wanted.
    sessions: BTreeMap<Token, BTreeSet<Token>>,
}

/// What has to be looked for, as far as these events tell. They are in order of
/// time, and hold all calls of the mode sessions.
pub fn wanted(events: &[Event], catalogue: &Catalogue) -> Wanted {
    let marks = marks::of(events, catalogue);
    if marks.uses.is_empty() && marks.issues.is_empty() {
        return Wanted::default();
    }
    let mut sessions = session::of(events, &marks);
    let gifts = walk(Evidence { events, catalogue }, &mut sessions);
    let mut wanted = Wanted::default();
    for gift in gifts.iter().filter(|gift| gift.grant.given.can_be_followed()) {
        wanted.add(&gift.grant.given);
    }
    for row in &sessions.rows {
        if let Some(name) = &row.role_session_name {
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

impl Wanted {
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
        self.single.is_empty() && self.sessions.is_empty()
    }

    /// What is wanted here and was not wanted there.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        let news = |session: &Token, roles: &BTreeSet<Token>| -> BTreeSet<Token> {
            let known = other.sessions.get(session);
            roles.iter().filter(|role| !known.is_some_and(|known| known.contains(role))).cloned().collect()
        };
        let sessions = self.sessions.iter().map(|(session, roles)| (session.clone(), news(session, roles)));
        Self {
            single: self.single.difference(&other.single).cloned().collect(),
            sessions: sessions.filter(|(_, roles)| !roles.is_empty()).collect(),
        }
    }

    /// A token of each kind of record that is wanted; a record without any of
    /// them is not.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.single.iter().chain(self.sessions.keys())
    }

    /// Whether a record with these tokens is wanted.
    pub fn holds(&self, tokens: &BTreeSet<Token>) -> bool {
        tokens.iter().any(|token| {
            self.single.contains(token)
                || self.sessions.get(token).is_some_and(|roles| !roles.is_disjoint(tokens))
        })
    }
}
