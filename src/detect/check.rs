//! The records that prove a rule, held against it.

use crate::catalogue::Catalogue;
use crate::decode::head::Head;
use crate::decode::{Place, Record};
use crate::detect::rule::{Example, Rule};
use crate::detect::rule_set::RuleSet;
use crate::detect::seen::Seen;
use crate::model::id::ModeName;
use crate::model::source_grade::SourceGrade;
use crate::normalise::cloudtrail::principal_of;

/// A record of a rule that does not prove what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Id of the rule.
    pub rule_id: String,
    /// Line of the record in the file of the rule.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl RuleSet {
    /// Every record of a rule that fails: a hit that it does not match, a miss
    /// that it matches, and any record on which index and rule disagree.
    pub fn failures(&self, catalogue: &Catalogue) -> Vec<Failure> {
        let mut failures = Vec::new();
        for (place, rule) in (0u32..).zip(self.rules()) {
            let hits = rule.hits.iter().map(|example| (example, true));
            for (example, wanted) in hits.chain(rule.misses.iter().map(|example| (example, false))) {
                if let Some(message) = self.failure((place, rule), (example, wanted), catalogue) {
                    let rule_id = rule.words.rule_id.to_string();
                    failures.push(Failure { rule_id, line: example.line, message });
                }
            }
        }
        failures
    }

    fn failure(
        &self,
        (place, rule): (u32, &Rule),
        (example, wanted): (&Example, bool),
        catalogue: &Catalogue,
    ) -> Option<String> {
        let shows = &example.shows;
        let head = Head::tolerant(&example.record)?;
        let end = example.record.len();
        let record = Record {
            head,
            text: &example.record,
            place: Place { ordinal: 0, start: 0, end },
            envelope_account: None,
            grade: SourceGrade::Export,
        };
        let seen = Seen::new(&record.head, record.text, None, mode_of(&record.head, catalogue));
        let matched = rule.matches(&seen);
        if seen.view().met_unreadable() {
            return Some(format!("the record `{shows}` cannot be read"));
        }
        if matched != self.matching(&seen, &record).contains(&place) {
            return Some(format!("index and rule disagree on `{shows}`"));
        }
        match (wanted, matched) {
            (true, false) => Some(format!("does not match its hit `{shows}`")),
            (false, true) => Some(format!("matches its miss `{shows}`")),
            _ => None,
        }
    }
}

/// The mode whose role the caller of a record wears.
pub(super) fn mode_of(head: &Head<'_>, catalogue: &Catalogue) -> Option<ModeName> {
    let principal = head.user_identity.map(principal_of)?;
    catalogue.mode_of_role(principal.role_name()?).map(|found| found.mode.name.clone())
}
