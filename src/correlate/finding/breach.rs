//! Destructive calls that break one rule of the policy, gathered.
//!
//! Owns: how such calls become claims: one per account, actor and broken rule, and
//! run of calls with gaps under an hour. Only what succeeded destroyed something.

use std::sync::Arc;

use crate::model::count::counted;
use crate::model::destructive::DestructiveAction;
use crate::model::id::AccountId;
use crate::model::principal::PrincipalClass;
use crate::policy::Policy;

use super::super::burst::Bursts;
use super::acts::{Acts, Seen};
use super::claim::{Claim, known_as, of_calls};
use super::{Facts, Watch};

/// Account, actor, and what was broken.
type Key = (AccountId, Option<Arc<str>>, String);

/// Gathers the calls for which `rule` names what they break; `words` is how the
/// sentence goes on, from that name and the first of the calls.
struct Breaches<'a, R, W> {
    policy: &'a Policy,
    rule: R,
    words: W,
    bursts: Bursts<Key, Breach>,
}

/// A run of calls that break one rule.
struct Breach {
    account: AccountId,
    broken: String,
    /// How the sentence goes on.
    words: String,
    acts: Acts,
}

/// What gathers the calls for which `rule` names what they break; `words` is how
/// the sentence goes on, from that name and the first of the calls.
pub(super) fn watch<'a>(
    facts: Facts<'a>,
    rule: impl Fn(&DestructiveAction, &AccountId) -> Option<String> + 'a,
    words: impl Fn(&str, &DestructiveAction) -> String + 'a,
) -> Box<dyn Watch + 'a> {
    Box::new(Breaches { policy: facts.policy, rule, words, bursts: Bursts::new(facts.all_timed) })
}

impl<R, W> Watch for Breaches<'_, R, W>
where
    R: Fn(&DestructiveAction, &AccountId) -> Option<String>,
    W: Fn(&str, &DestructiveAction) -> String,
{
    fn see(&mut self, row: &Seen<'_>, made: &mut Vec<Claim>) {
        let Some(account) = row.account_id.as_ref().filter(|_| row.succeeded()) else { return };
        let Some(broken) = (self.rule)(row, account) else { return };
        let words = &self.words;
        let new = || Breach {
            account: account.clone(),
            words: words(&broken, row),
            broken: broken.clone(),
            acts: Acts::default(),
        };
        let key = (account.clone(), row.actor.clone(), broken.clone());
        let (breach, ended) = self.bursts.enter(key, row.event_time, new);
        breach.acts.add(row.act());
        let over = ended.into_iter().chain(self.bursts.over(row.event_time));
        made.extend(over.filter_map(|breach| claim(breach, self.policy)));
    }

    fn finish(self: Box<Self>, made: &mut Vec<Claim>) {
        let policy = self.policy;
        made.extend(self.bursts.finish().filter_map(|breach| claim(breach, policy)));
    }
}

fn claim(Breach { account, broken, words, acts }: Breach, policy: &Policy) -> Option<Claim> {
    let first = acts.first()?;
    let summary = format!(
        "{} made {} in account {} {words}: {}",
        first.by(),
        counted(acts.count, "destructive call"),
        known_as(policy, &account),
        acts.names
    );
    of_calls(format!("{}/{broken}", first.id()), acts, summary)
}

/// Whether an AWS service did it on its own behalf: it keeps no hours.
pub(super) fn is_service(action: &DestructiveAction) -> bool {
    action.principal_class == PrincipalClass::AwsService
}
