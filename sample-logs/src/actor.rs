//! Who makes a call: the `userIdentity` element, and the standing of the caller towards a mode.
//!
//! Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element" (copy of April 2026).

use crate::clock;
use crate::prng::Prng;
use serde_json::{Map, Value, json};

/// A caller as CloudTrail names it.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// Account of the identity, 12 digits.
    pub account: String,
    /// What kind of identity it is.
    pub kind: Kind,
    /// `sourceIPAddress` of its calls.
    pub ip: String,
    /// `userAgent` of its calls.
    pub agent: String,
    /// Where the caller stands towards a mode; `None` for a caller outside any mode.
    pub standing: Option<Standing>,
}

/// The standing of a session of a mode role.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// `developer` or `direct_change`.
    pub mode: &'static str,
    /// The authorization of the window the session belongs to.
    pub authorization: &'static str,
    /// `direct` for the mode role itself, `chained` or `workload` for what descends from it.
    pub attribution: &'static str,
    /// Index of the session in the truth.
    pub session: usize,
}

/// The kinds of identity that stories and noise use.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A session of a role.
    Role(RoleSession),
    /// An IAM user with a long-lived key.
    User {
        /// `userName`.
        name: String,
        /// `AIDA…`.
        user_id: String,
        /// `AKIA…`; empty in the console.
        access_key: String,
    },
    /// A federated user that an IAM user asked a token for.
    Federated {
        /// Name of the federated user.
        name: String,
        /// `ASIA…`.
        access_key: String,
    },
    /// The account root user, in the console.
    Root,
    /// A person who shows a SAML assertion, before a role is assumed.
    Saml {
        /// NameID of the assertion.
        name: String,
    },
    /// Whoever shows a token of an OIDC provider, before a role is assumed.
    Web {
        /// Subject of the token.
        subject: String,
        /// ARN of the provider.
        provider: String,
    },
    /// A service on its own behalf.
    Service(&'static str),
}

/// A session of a role.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoleSession {
    /// Name of the role without its path.
    pub role: String,
    /// Path of the role, `/` at least; lost in the session's own ARN.
    pub path: String,
    /// `AROA…`.
    pub role_id: String,
    /// `RoleSessionName`.
    pub session_name: String,
    /// `ASIA…`.
    pub access_key: String,
    /// `creationDate`, seconds since 1970 UTC.
    pub created: i64,
    /// `mfaAuthenticated`.
    pub mfa: bool,
    /// `sourceIdentity`, if one was set.
    pub source_identity: Option<String>,
    /// `onBehalfOf.userId`: the user of Identity Center.
    pub on_behalf_of: Option<String>,
    /// `inScopeOf.sourceArn`: what a service issued the credentials to.
    pub in_scope_of: Option<String>,
}

impl Actor {
    /// The `userIdentity` of a call, made by the caller or by a service on its behalf.
    pub(crate) fn identity(&self, invoked_by: Option<&str>) -> Value {
        let account = &self.account;
        let mut identity = match &self.kind {
            Kind::Role(session) => session.identity(account),
            Kind::User { name, user_id, access_key } => json!({
                "type": "IAMUser", "principalId": user_id,
                "arn": format!("arn:aws:iam::{account}:user/{name}"),
                "accountId": account, "accessKeyId": access_key, "userName": name,
            }),
            Kind::Federated { name, access_key } => json!({
                "type": "FederatedUser", "principalId": format!("{account}:{name}"),
                "arn": format!("arn:aws:sts::{account}:federated-user/{name}"),
                "accountId": account, "accessKeyId": access_key,
            }),
            Kind::Root => json!({
                "type": "Root", "principalId": account, "arn": format!("arn:aws:iam::{account}:root"),
                "accountId": account, "accessKeyId": "",
            }),
            Kind::Saml { name } => json!({
                "type": "SAMLUser", "principalId": format!("dGVzdC1uYW1lLXF1YWxpZmllcg=:{name}"),
                "userName": name, "identityProvider": "dGVzdC1uYW1lLXF1YWxpZmllcg=",
            }),
            Kind::Web { subject, provider } => json!({
                "type": "WebIdentityUser", "principalId": format!("{provider}:sts.amazonaws.com:{subject}"),
                "userName": subject, "identityProvider": provider,
            }),
            Kind::Service(service) => json!({ "type": "AWSService", "invokedBy": service }),
        };
        if let (Some(service), Some(fields)) = (invoked_by, identity.as_object_mut()) {
            fields.insert("invokedBy".to_owned(), json!(service));
        }
        identity
    }

    /// Who stands behind its calls: a person's or workload's own name.
    pub(crate) fn person(&self) -> String {
        match &self.kind {
            Kind::Role(session) => {
                session.source_identity.clone().unwrap_or_else(|| session.session_name.clone())
            }
            Kind::User { name, .. } | Kind::Federated { name, .. } | Kind::Saml { name } => name.clone(),
            Kind::Web { subject, .. } => subject.clone(),
            Kind::Root => "root".to_owned(),
            Kind::Service(service) => (*service).to_owned(),
        }
    }

    /// The role session behind this actor, if it is one.
    pub(crate) fn role_session(&self) -> Option<&RoleSession> {
        match &self.kind {
            Kind::Role(session) => Some(session),
            _ => None,
        }
    }
}

impl RoleSession {
    /// ARN of the role, with its path.
    pub(crate) fn role_arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path, self.role)
    }

    /// ARN of the session, without the role's path.
    pub(crate) fn session_arn(&self, account: &str) -> String {
        format!("arn:aws:sts::{account}:assumed-role/{}/{}", self.role, self.session_name)
    }

    fn identity(&self, account: &str) -> Value {
        let mut context = Map::new();
        context.insert(
            "sessionIssuer".to_owned(),
            json!({
                "type": "Role", "principalId": self.role_id, "arn": self.role_arn(account),
                "accountId": account, "userName": self.role,
            }),
        );
        context.insert("webIdFederationData".to_owned(), json!({}));
        context.insert(
            "attributes".to_owned(),
            json!({
                "creationDate": clock::extended(self.created),
                "mfaAuthenticated": if self.mfa { "true" } else { "false" },
            }),
        );
        if let Some(identity) = &self.source_identity {
            context.insert("sourceIdentity".to_owned(), json!(identity));
        }
        let mut identity = json!({
            "type": "AssumedRole",
            "principalId": format!("{}:{}", self.role_id, self.session_name),
            "arn": self.session_arn(account),
            "accountId": account, "accessKeyId": self.access_key,
            "sessionContext": context,
        });
        if let Some(user) = &self.on_behalf_of {
            identity["onBehalfOf"] = json!({
                "userId": user,
                "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-9067642ac7",
            });
        }
        if let Some(arn) = &self.in_scope_of {
            identity["inScopeOf"] = json!({
                "issuerType": "AWS::Lambda::Function", "sourceArn": arn, "sourceAccount": account,
                "credentialsIssuedTo": arn,
            });
        }
        identity
    }
}

/// The unique id IAM gives to a role or user: the same for the same account and name, whoever asks.
pub(crate) fn unique_id(prefix: &str, account: &str, name: &str) -> String {
    let letters: Vec<u64> = account.bytes().chain(name.bytes()).map(u64::from).collect();
    Prng::derived(0, &letters).key(prefix, 17)
}
