//! Names of things: one newtype an identifier, and the stable ids of our rows.
//!
//! Owns: identifier types and how a row's id is derived from its facts.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::text;

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as its source spells it.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text itself, in the same memory.
            pub fn to_text(&self) -> Arc<str> {
                self.0.clone()
            }

            /// Puts its text into the memory of an equal one.
            pub fn share(&mut self) {
                text::share(&mut self.0);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    )*};
}

text_id! {
    /// An AWS account id; 12 digits in sound evidence.
    AccountId;
    /// An AWS region code, such as `eu-west-1`.
    Region;
    /// An Amazon resource name.
    Arn;
    /// CloudTrail's `eventID`.
    EventId;
    /// An access key id, `AKIA…` or `ASIA…`. No secret: it names a key.
    AccessKeyId;
    /// The id of an AMS request for change.
    RfcId;
    /// An AMS change type, `ct-` and 13 characters.
    ChangeTypeId;
    /// A privileged mode: `developer`, `direct_change`, or one of the user's own.
    ModeName;
    /// Id of a row of `mode_windows`.
    WindowId;
    /// Id of a row of `mode_sessions`.
    SessionId;
    /// Id of a row of `findings`.
    FindingId;
    /// Id of a row of `incidents`.
    IncidentId;
}

impl AccountId {
    /// The account id inside an ARN (its fifth part), if it has 12 digits.
    pub fn from_arn(arn: &str) -> Option<Self> {
        let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
        Self::if_well_formed(account)
    }

    /// The text as an account id if it is 12 digits, else `None`.
    pub fn if_well_formed(text: &str) -> Option<Self> {
        let sound = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        sound.then(|| Self::new(text))
    }
}

/// A prefix and the first 12 hex digits of SHA-256 over the facts that define
/// a row, so that the same evidence gives the same id next month.
///
/// Facts are joined with their length in front: no two lists of facts can
/// run together into the same text.
pub fn stable_id(prefix: &str, facts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for fact in facts {
        hash.update((fact.len() as u64).to_be_bytes());
        hash.update(fact.as_bytes());
    }
    let digest = hash.finalize();
    let mut id = String::from(prefix);
    for byte in digest.iter().take(6) {
        id.push_str(&format!("{byte:02x}"));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_lists_of_facts_do_not_run_together() {
        assert_eq!(stable_id("win-", &["a", "bc"]), stable_id("win-", &["a", "bc"]));
        assert_ne!(stable_id("win-", &["a", "bc"]), stable_id("win-", &["ab", "c"]));
        assert_eq!(stable_id("win-", &["a"]).len(), 16);
    }

    #[test]
    fn an_account_id_is_taken_from_an_arn_only_if_sound() {
        let account = AccountId::from_arn("arn:aws:iam::111122223333:role/x");
        assert_eq!(account.as_ref().map(AccountId::as_str), Some("111122223333"));
        assert_eq!(AccountId::from_arn("arn:aws:s3:::bucket"), None);
        assert_eq!(AccountId::from_arn("111122223333"), None);
    }
}
