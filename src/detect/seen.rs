//! One record as rules see it: its routing fields, what it says, whose it is.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::catalogue::text_of;
use crate::decode::head::{Field, Head};
use crate::detect::view::View;
use crate::model::event::{Outcome, strip_api_date};
use crate::model::id::{AccountId, ModeName};
use crate::model::principal::Principal;
use crate::normalise::cloudtrail::{SIGN_IN, account_of, answers_failure, principal_of};

/// A record while rules look at it. What costs is found out when asked for.
pub(super) struct Seen<'a> {
    head: &'a Head<'a>,
    view: View<'a>,
    around: Option<&'a AccountId>,
    mode: Option<ModeName>,
    principal: OnceCell<Principal>,
    account: OnceCell<Option<AccountId>>,
    outcome: OnceCell<Outcome>,
}

impl<'a> Seen<'a> {
    /// `around` is the account that its envelope or key names; `mode` the one
    /// whose role its caller wears.
    pub(super) fn new(
        head: &'a Head<'a>,
        text: &'a str,
        around: Option<&'a AccountId>,
        mode: Option<ModeName>,
    ) -> Self {
        Self {
            head,
            view: View::with_head(text, head),
            around,
            mode,
            principal: OnceCell::new(),
            account: OnceCell::new(),
            outcome: OnceCell::new(),
        }
    }

    pub(super) fn view(&self) -> &View<'a> {
        &self.view
    }

    pub(super) fn source(&self) -> &str {
        self.head.event_source.as_str().unwrap_or_default()
    }

    /// The event's name without API date.
    pub(super) fn name(&self) -> &str {
        strip_api_date(self.head.event_name.as_str().unwrap_or_default())
    }

    pub(super) fn mode(&self) -> Option<&ModeName> {
        self.mode.as_ref()
    }

    pub(super) fn principal(&self) -> &Principal {
        self.principal.get_or_init(|| self.head.user_identity.map(principal_of).unwrap_or_default())
    }

    /// The account it is about.
    pub(super) fn account(&self) -> Option<&AccountId> {
        let find = || {
            let caller = || self.principal().account_id.clone();
            account_of(self.head.recipient_account_id.as_str(), self.around, caller)
        };
        self.account.get_or_init(find).as_ref()
    }

    /// Who made the call, as far as the record alone tells.
    pub(super) fn actor(&self) -> Option<Arc<str>> {
        self.principal().actor()
    }

    /// How the call ended.
    pub(super) fn outcome(&self) -> Outcome {
        *self.outcome.get_or_init(|| match (&self.head.error_code, &self.head.error_message) {
            (Field::WrongType, _) | (_, Field::WrongType) => self.told_outcome(),
            (code, message) => {
                let told = |field: &Field<'_>| field.as_str().is_some_and(|text| !text.is_empty());
                let code = code.as_str().filter(|code| !code.is_empty());
                Outcome::of(code, told(message) || code.is_none() && self.answers_failure())
            }
        })
    }

    /// Whether its answer says that it failed, where no error code does.
    fn answers_failure(&self) -> bool {
        let name = self.head.event_name.as_str().unwrap_or_default();
        let says = |answer: &str| answers_failure(name, answer);
        let is_sign_in = SIGN_IN.contains(&self.source());
        self.head.response.is_some_and(says)
            || is_sign_in && self.view.raw("serviceEventDetails").is_some_and(says)
    }

    /// The same from values of any type.
    fn told_outcome(&self) -> Outcome {
        let code = self.view.member("errorCode").and_then(text_of).filter(|code| !code.is_empty());
        let message = self.view.member("errorMessage").and_then(text_of);
        let told = message.is_some_and(|message| !message.is_empty());
        Outcome::of(code.as_deref(), told || code.is_none() && self.answers_failure())
    }
}
