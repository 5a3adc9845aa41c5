//! Who acted, as `userIdentity` says it.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::model::id::{AccessKeyId, AccountId, Arn};
use crate::model::text::{Lately, share, shared};
use crate::model::time::UtcTime;

thread_local! {
    static CALLERS: Lately<Principal> = const { Lately::new() };
}

/// The caller of an event. Every part may be absent.
///
/// Source: facts/cloudtrail.md 1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Principal {
    /// `type`: `Root`, `IAMUser`, `AssumedRole`, `AWSService` …
    pub identity_type: Option<Arc<str>>,
    /// `principalId`, such as `AROA…:session`.
    pub principal_id: Option<Arc<str>>,
    /// `arn`.
    pub arn: Option<Arn>,
    /// `accountId`: the account the caller belongs to.
    pub account_id: Option<AccountId>,
    /// `accessKeyId`.
    pub access_key_id: Option<AccessKeyId>,
    /// `userName`.
    pub user_name: Option<Arc<str>>,
    /// `invokedBy`: the service that used the caller's credentials.
    pub invoked_by: Option<Arc<str>>,
    /// `identityProvider` of SAML and web identities.
    pub identity_provider: Option<Arc<str>>,
    /// `sessionContext.sessionIssuer`: whose role the session wears.
    pub issuer: Option<SessionIssuer>,
    /// `sessionContext.sourceIdentity`.
    pub source_identity: Option<Arc<str>>,
    /// `sessionContext.attributes.mfaAuthenticated`.
    pub mfa: Option<bool>,
    /// `sessionContext.attributes.creationDate`.
    pub session_created_at: Option<UtcTime>,
    /// `sessionContext.webIdFederationData.federatedProvider`.
    pub federated_provider: Option<Arc<str>>,
    /// `inScopeOf.sourceArn`: the function, instance or other resource that a
    /// service issued the credentials to.
    pub in_scope_of: Option<Arc<str>>,
    /// `onBehalfOf.userId`: the user of Identity Center behind the caller.
    pub on_behalf_of: Option<Arc<str>>,
}

/// The role or user that a session was issued from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionIssuer {
    /// `type`: `Role`, `IAMUser`, `Root`.
    pub issuer_type: Option<Arc<str>>,
    /// `userName`: the role's name, without its path.
    pub name: Option<Arc<str>>,
    /// `principalId`: the role's own id, `AROA…`.
    pub principal_id: Option<Arc<str>>,
    /// `arn`, with the IAM path.
    pub arn: Option<Arn>,
    /// `accountId`: the account that owns the role.
    pub account_id: Option<AccountId>,
}

impl Principal {
    /// The same, in the memory of an equal one that this thread met lately: a
    /// caller makes many calls.
    pub fn shared(self) -> Arc<Self> {
        CALLERS.with(|callers| callers.shared(&self, || Arc::new(self.clone().with_shared_texts())))
    }

    fn with_shared_texts(mut self) -> Self {
        let issuer = self.issuer.as_mut();
        let of_issuer = issuer.map(|one| {
            one.arn.iter_mut().for_each(Arn::share);
            one.account_id.iter_mut().for_each(AccountId::share);
            [&mut one.issuer_type, &mut one.name, &mut one.principal_id]
        });
        let own = [
            &mut self.identity_type,
            &mut self.principal_id,
            &mut self.user_name,
            &mut self.invoked_by,
            &mut self.identity_provider,
            &mut self.source_identity,
            &mut self.federated_provider,
            &mut self.in_scope_of,
            &mut self.on_behalf_of,
        ];
        own.into_iter().chain(of_issuer.into_iter().flatten()).flatten().for_each(share);
        self.arn.iter_mut().for_each(Arn::share);
        self.account_id.iter_mut().for_each(AccountId::share);
        self
    }

    /// Name of the role a session wears: the issuer's name, else the last path
    /// segment of the issuer's ARN, else the role part of an assumed-role ARN.
    pub fn role_name(&self) -> Option<&str> {
        let issuer = self.issuer.as_ref();
        issuer
            .and_then(|issuer| issuer.name.as_deref())
            .or_else(|| issuer.and_then(|issuer| issuer.arn.as_ref()).map(|arn| last_segment(arn.as_str())))
            .or_else(|| self.assumed_role_parts().map(|(role, _)| role))
    }

    /// The role session name: the part after `assumed-role/<role>/` of the ARN,
    /// else the part after the colon of the principal id.
    pub fn role_session_name(&self) -> Option<&str> {
        self.assumed_role_parts()
            .map(|(_, session)| session)
            .or_else(|| Some(self.principal_id.as_deref()?.split_once(':')?.1))
    }

    /// The account that owns the role a session wears.
    pub fn role_account(&self) -> Option<AccountId> {
        let issuer = self.issuer.as_ref();
        issuer
            .and_then(|issuer| issuer.account_id.clone())
            .or_else(|| AccountId::from_arn(issuer?.arn.as_ref()?.as_str()))
            .or_else(|| AccountId::from_arn(self.arn.as_ref()?.as_str()))
            .or_else(|| self.account_id.clone())
    }

    /// The person or thing behind a caller: root, else the source identity, the
    /// user name, the role session name, the service, the ARN.
    ///
    /// Source: facts/cloudtrail.md 1.2 (which type carries which field).
    pub fn actor(&self) -> Option<Arc<str>> {
        if self.identity_type.as_deref() == Some("Root") {
            return Some(shared("root"));
        }
        self.source_identity
            .clone()
            .or_else(|| self.user_name.clone())
            .or_else(|| self.role_session_name().map(shared))
            .or_else(|| self.invoked_by.clone())
            .or_else(|| self.arn.as_ref().map(Arn::to_text))
            .or_else(|| self.account_id.as_ref().map(AccountId::to_text))
    }

    fn assumed_role_parts(&self) -> Option<(&str, &str)> {
        let (_, rest) = self.arn.as_ref()?.as_str().split_once(":assumed-role/")?;
        rest.split_once('/')
    }
}

/// The part of an ARN or name after the last `/`: role names compare on it,
/// because an ARN may carry an IAM path.
///
/// Source: facts/ams.md 6.
pub fn last_segment(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whose hand a caller is. The words are those of the `principal_class` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PrincipalClass {
    /// A person of AMS, by a documented role of the account itself.
    AmsOperator,
    /// AMS automation, by a documented role of the account itself.
    AmsAutomation,
    /// An AWS service on its own behalf.
    AwsService,
    /// Anybody else with an identity: the customer, or whom the customer let in.
    Customer,
    /// Not to be told: no identity, or the name of an AMS role in an account
    /// that is not the one it acts in.
    Unknown,
}

impl PrincipalClass {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AmsOperator => "ams_operator",
            Self::AmsAutomation => "ams_automation",
            Self::AwsService => "aws_service",
            Self::Customer => "customer",
            Self::Unknown => "unknown",
        }
    }
}
