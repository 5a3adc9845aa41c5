//! Accounts that the user says must be in the evidence.
//!
//! Owns: how such a list is spelled, and what is said of those that are absent.
//! An account is there if at least one event with a time is about it: an RFC or
//! an export that names it shows nothing of what was done in it.

use std::collections::BTreeSet;

use crate::model::evidence::ObjectPath;
use crate::model::id::AccountId;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::report::Scope;

/// Reads a list of accounts: one id a line, `#` begins a comment; or a JSON
/// array of ids.
///
/// # Errors
/// The 1-based line and what is wrong with it.
pub fn parse(text: &str) -> Result<BTreeSet<AccountId>, (usize, String)> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('[') {
        let ids: Vec<String> = serde_json::from_str(text)
            .map_err(|error| (error.line().max(1), format!("no JSON array of texts: {error}")))?;
        return ids.iter().map(|id| account(id).ok_or_else(|| (1, fault(id)))).collect();
    }
    let lines = text.lines().enumerate();
    let ids = lines.map(|(number, line)| (number + 1, line.split('#').next().unwrap_or_default().trim()));
    ids.filter(|(_, id)| !id.is_empty())
        .map(|(number, id)| account(id).ok_or_else(|| (number, fault(id))))
        .collect()
}

fn account(id: &str) -> Option<AccountId> {
    AccountId::if_well_formed(id.trim())
}

fn fault(id: &str) -> String {
    format!("`{id}` is no account id; it has 12 digits")
}

/// The scope, with the expected accounts that no event is about.
pub(super) fn missing_in(scope: Scope, expected: &BTreeSet<AccountId>) -> Scope {
    let expected_missing = expected.difference(&scope.accounts).cloned().collect();
    Scope { expected_missing, ..scope }
}

/// One problem for each.
pub(super) fn problems(scope: &Scope) -> impl Iterator<Item = Problem> {
    let dump = ObjectPath::new(".");
    scope.expected_missing.iter().map(move |account| {
        let name = scope.account_names.get(account).map(|name| format!(" ({name})")).unwrap_or_default();
        let detail = format!("no event is about account {account}{name}, which --expect-accounts names");
        Problem::of_object(&dump, ProblemKind::ExpectedAccountMissing, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_lines_and_of_json_are_read() {
        let both: BTreeSet<AccountId> = ["111122223333", "444455556666"].map(AccountId::from).into();
        for text in [
            "# ours\n111122223333\n\n 444455556666 # shop\r\n",
            "\u{feff}[\"444455556666\",\n\"111122223333\"]",
        ] {
            assert_eq!(parse(text), Ok(both.clone()), "{text}");
        }
        assert_eq!(parse(""), Ok(BTreeSet::new()));
        assert_eq!(parse("111122223333\n1234\n").map_err(|(line, _)| line), Err(2));
        assert_eq!(parse("[\n1]").map_err(|(line, _)| line), Err(2));
        assert_eq!(parse("[\"1\"]").map_err(|(line, _)| line), Err(1));
    }
}
