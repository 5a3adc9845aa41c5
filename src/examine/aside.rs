//! Records that tell of no single call: what of them is counted.
//!
//! Source: facts/cloudtrail.md 1.1 (Insights, Aggregated).

use std::collections::BTreeMap;

use crate::decode::json::{Members, string};
use crate::decode::{Aside, AsideKind};
use crate::model::id::AccountId;
use crate::model::time::UtcTime;

/// How many of each category an object holds.
#[derive(Debug, Default)]
pub(super) struct Asides(BTreeMap<&'static str, u64>);

impl Asides {
    /// Counts one; gives its category.
    pub(super) fn add(&mut self, kind: AsideKind) -> &'static str {
        let category = match kind {
            AsideKind::Insight => "Insight",
            AsideKind::Aggregated => "Aggregated",
        };
        *self.0.entry(category).or_default() += 1;
        category
    }

    /// What the row of the object says of them.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> + use<'_> {
        self.0.iter().map(|(category, count)| {
            format!("{count} records of category {category}: counted, they tell of no single call")
        })
    }
}

/// The account and the time of one.
pub fn account_and_time(aside: &Aside<'_>) -> (Option<AccountId>, Option<UtcTime>) {
    let members = Members::parse(aside.text);
    let member = |key: &str| members.as_ref().and_then(|members| members.get(key));
    let window = member("timeWindow").and_then(Members::parse);
    let start = window.as_ref().and_then(|window| window.get("windowStart")).and_then(string);
    let time = aside.head.event_time.as_str().or(start.as_deref()).and_then(UtcTime::parse);
    let own = member("accountId").and_then(string);
    let account = aside.head.recipient_account_id.as_str().or(own.as_deref());
    (account.and_then(AccountId::if_well_formed), time)
}
