//! How sessions begin: people enter mode roles, and sessions descend from others.
//!
//! Each beginning is a record and its line in the truth.

use super::{Login, Scene};
use crate::actor::{Actor, Kind, RoleSession, Standing};
use crate::calls::{self, Call};
use crate::clock;
use crate::prng::Prng;
use crate::truth::Session;
use serde_json::json;

impl Scene {
    /// A person enters a mode role with a SAML assertion, and so a session of the mode begins.
    pub(crate) fn enter(&mut self, login: &Login<'_>, time: i64) -> Actor {
        let mut actor = self.role(login.account, login.role, login.person, time);
        let identity = login.source_identity.then(|| format!("{}@example.com", login.person));
        if let Kind::Role(session) = &mut actor.kind {
            session.source_identity.clone_from(&identity);
        }
        let subject = login.person.to_owned();
        self.begin_session(&mut actor, login, identity.unwrap_or(subject), "assume_role");
        self.saml_record(&actor, login, time);
        actor
    }

    /// A session of a mode role that a call begins which the story makes itself; `person` is behind it.
    pub(crate) fn entered(&mut self, login: &Login<'_>, person: &str, time: i64) -> Actor {
        let mut actor = self.role(login.account, login.role, login.person, time);
        self.begin_session(&mut actor, login, person.to_owned(), "assume_role");
        actor
    }

    /// Says by which calls, from the first to the last, a session came to be.
    pub(crate) fn came_by(&mut self, actor: &Actor, event_ids: &[&str]) {
        let Some(standing) = &actor.standing else { return };
        self.truth.sessions[standing.session].path = event_ids.iter().map(|&id| id.to_owned()).collect();
    }

    /// A session of a mode role whose beginning is not in evidence; only its calls are.
    pub(crate) fn resume(&mut self, login: &Login<'_>, created: i64) -> Actor {
        let mut actor = self.role(login.account, login.role, login.person, created);
        self.begin_session(&mut actor, login, login.person.to_owned(), "creation_date");
        actor
    }

    /// A mode session obtains a session of another role, which then descends from it.
    pub(crate) fn chain(&mut self, parent: &Actor, role: &str, session_name: &str, time: i64) -> Actor {
        let mut actor = self.role(&parent.account, role, session_name, time);
        let (Some(session), Some(standing)) = (actor.role_session().cloned(), parent.standing.clone()) else {
            return actor;
        };
        let mut token = String::new();
        self.prng.push_token(&mut token, 340);
        let mut call = calls::assume_role(&parent.account, role, session_name);
        call.response = json!({
            "credentials": {
                "accessKeyId": session.access_key,
                "expiration": clock::locale(time + clock::HOUR), "sessionToken": token,
            },
            "assumedRoleUser": {
                "assumedRoleId": format!("{}:{session_name}", session.role_id),
                "arn": session.session_arn(&parent.account),
            },
        });
        self.call(parent, time, call);
        let root = self.truth.sessions[standing.session].clone();
        self.truth.sessions.push(Session {
            role_name: role.to_owned(),
            role_session_name: session_name.to_owned(),
            access_key_id: session.access_key,
            started_at: time,
            start_basis: "assume_role",
            depth: root.depth + 1,
            events: 0,
            writes: 0,
            denied: 0,
            path: Vec::new(),
            ..root
        });
        let session = self.truth.sessions.len() - 1;
        actor.standing = Some(Standing { attribution: "chained", session, ..standing });
        actor
    }

    /// Says that a caller descends from a mode session: `attribution` is `chained` or `workload`, `basis` what
    /// shows when the session began.
    pub(crate) fn descends(
        &mut self,
        parent: &Actor,
        child: &mut Actor,
        attribution: &'static str,
        (basis, started_at): (&'static str, i64),
    ) {
        let Some(standing) = parent.standing.clone() else { return };
        let root = self.truth.sessions[standing.session].clone();
        let (role_name, role_session_name, access_key_id) = match &child.kind {
            Kind::Role(session) => {
                (session.role.clone(), session.session_name.clone(), session.access_key.clone())
            }
            Kind::User { name, access_key, .. } => {
                (format!("user/{name}"), String::new(), access_key.clone())
            }
            Kind::Federated { name, access_key } => {
                (format!("federated-user/{name}"), name.clone(), access_key.clone())
            }
            Kind::Root | Kind::Saml { .. } | Kind::Web { .. } | Kind::Service(_) => return,
        };
        self.truth.sessions.push(Session {
            account_id: child.account.clone(),
            role_name,
            role_session_name,
            access_key_id,
            started_at,
            start_basis: basis,
            depth: root.depth + 1,
            events: 0,
            writes: 0,
            denied: 0,
            path: Vec::new(),
            ..root
        });
        let session = self.truth.sessions.len() - 1;
        child.standing = Some(Standing { attribution, session, ..standing });
    }

    fn begin_session(&mut self, actor: &mut Actor, login: &Login<'_>, person: String, basis: &'static str) {
        let Some(session) = actor.role_session() else { return };
        self.truth.sessions.push(Session {
            account_id: login.account.to_owned(),
            mode: login.mode,
            role_name: login.role.to_owned(),
            role_session_name: login.person.to_owned(),
            access_key_id: session.access_key.clone(),
            actor: person,
            started_at: session.created,
            start_basis: basis,
            ..Session::default()
        });
        actor.standing = Some(Standing {
            mode: login.mode,
            authorization: login.authorization,
            attribution: "direct",
            session: self.truth.sessions.len() - 1,
        });
    }

    fn saml_record(&mut self, actor: &Actor, login: &Login<'_>, time: i64) {
        let Some(session) = actor.role_session().cloned() else { return };
        let call = saml_call(&session, login, &mut self.prng);
        let person =
            Actor { kind: Kind::Saml { name: login.person.to_owned() }, standing: None, ..actor.clone() };
        self.call(&person, time, call);
    }
}

fn saml_call(session: &RoleSession, login: &Login<'_>, prng: &mut Prng) -> Call {
    let account = login.account;
    let mut token = String::new();
    prng.push_token(&mut token, 340);
    let mut request = json!({
        "sAMLAssertionID": prng.hex("_", 32), "roleSessionName": login.person, "durationSeconds": 3600,
        "roleArn": session.role_arn(account),
        "principalArn": format!("arn:aws:iam::{account}:saml-provider/customer-saml"),
    });
    let mut response = json!({
        "subjectType": "persistent", "issuer": "https://idp.example.com/saml",
        "subject": login.person, "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": "dGVzdC1uYW1lLXF1YWxpZmllcg=",
        "credentials": {
            "accessKeyId": session.access_key,
            "expiration": clock::locale(session.created + clock::HOUR), "sessionToken": token,
        },
        "assumedRoleUser": {
            "assumedRoleId": format!("{}:{}", session.role_id, login.person),
            "arn": session.session_arn(account),
        },
    });
    if let Some(identity) = &session.source_identity {
        request["sourceIdentity"] = json!(identity);
        response["sourceIdentity"] = json!(identity);
    }
    let provider = format!("arn:aws:iam::{account}:saml-provider/customer-saml");
    Call {
        response,
        resources: vec![("AWS::IAM::Role", session.role_arn(account)), ("AWS::IAM::SAMLProvider", provider)],
        ..Call::read("sts", "AssumeRoleWithSAML", request)
    }
}
