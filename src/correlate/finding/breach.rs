//! Destructive calls that break one rule of the policy, gathered.
//!
//! Owns: how such calls become claims: one per account, actor and broken rule, and
//! run of calls with gaps under an hour. Only what succeeded destroyed something.

use std::collections::BTreeMap;

use crate::model::count::counted;
use crate::model::destructive::DestructiveAction;
use crate::model::event::Outcome;
use crate::model::id::AccountId;
use crate::model::principal::PrincipalClass;

use super::super::incident;
use super::Facts;
use super::claim::{Claim, by, joined, known_as, of_calls};

/// Claims about the calls for which `rule` names what they break; `words` is how
/// the sentence goes on, from that name and the first of the calls.
pub(super) fn claims<'a>(
    facts: Facts<'a>,
    rule: impl Fn(&DestructiveAction, &AccountId) -> Option<String>,
    words: impl Fn(&str, &DestructiveAction) -> String,
) -> Vec<Claim<'a>> {
    let mut groups: BTreeMap<_, Vec<&DestructiveAction>> = BTreeMap::new();
    for action in facts.destructive.iter().filter(|action| action.outcome == Outcome::Succeeded) {
        let Some(account) = &action.account_id else { continue };
        if let Some(broken) = rule(action, account) {
            groups.entry((account, &action.actor, broken)).or_default().push(action);
        }
    }
    let mut claims = Vec::new();
    for ((account, _, broken), actions) in groups {
        for run in incident::runs(actions, |action| action.event_time) {
            let Some(first) = run.first().copied() else { continue };
            let id = first.event_id.as_ref().map(|id| id.as_str()).unwrap_or_default();
            let summary = format!(
                "{} made {} in account {} {}: {}",
                by(first),
                counted(run.len() as u64, "destructive call"),
                known_as(facts.policy, account),
                words(&broken, first),
                joined(run.iter().map(|action| &*action.event_name))
            );
            claims.extend(of_calls(format!("{id}/{broken}"), run, summary));
        }
    }
    claims
}

/// Whether an AWS service did it on its own behalf: it keeps no hours.
pub(super) fn is_service(action: &DestructiveAction) -> bool {
    action.principal_class == PrincipalClass::AwsService
}
