//! Sentences on what could not have been recorded, and on accounts that are
//! expected and absent.
//!
//! Settings of trails hold for the time of their export, which it does not
//! tell; the sentences say no more than that.

use std::collections::BTreeSet;

use crate::model::count::grouped;
use crate::model::coverage::{CoverageDay, gaps};
use crate::model::id::AccountId;
use crate::model::inventory::{DataEvents, Recording};

use crate::model::count::counted;

/// Accounts named in one sentence.
const NAMED_MAX: usize = 10;

/// What it means that no data event was seen.
pub(super) fn no_data_events(recording: &Recording) -> String {
    const UNSEEN: &str = "deletions of S3 objects, table items and other contents cannot be seen";
    let trails = counted(recording.trails, "trail");
    match recording.data_events {
        DataEvents::Untold => format!("No data events: {UNSEEN}."),
        DataEvents::Off => format!(
            "No data events: {UNSEEN}; the exported settings of {trails} say that data events are off."
        ),
        DataEvents::On => {
            let types: Vec<&str> = recording.data_types.iter().map(|kind| &**kind).collect();
            let of = if types.is_empty() { String::new() } else { format!(" of {}", types.join(", ")) };
            format!(
                "No data events were seen, though the exported settings of {trails} say that those{of} are \
                 recorded: they are missing from the dump, or none happened, or the settings are newer."
            )
        }
    }
}

/// What the settings of trails say could not be recorded.
pub(super) fn limits(recording: &Recording) -> Vec<String> {
    [
        (
            recording.without_validation,
            "no digests: alterations of those logs cannot be seen",
            "writes",
            "write",
        ),
        (recording.one_region, "one region only: calls in others are not in the logs", "records", "record"),
        (recording.stopped, "not logging when the status was exported", "was", "were"),
    ]
    .into_iter()
    .filter(|(trails, ..)| *trails > 0)
    .map(|(trails, what, one, more)| {
        let verb = if trails == 1 { one } else { more };
        format!("{} {verb} {what}.", counted(trails, "trail"))
    })
    .collect()
}

/// That accounts and regions have digests or recorded deliveries and no record.
/// Where digests prove that nothing was recorded, nothing lacks.
pub(super) fn without_records(coverage: &[CoverageDay]) -> Option<String> {
    let read: BTreeSet<_> =
        coverage.iter().filter(|day| day.objects > 0).map(|day| (&day.account_id, &day.region)).collect();
    let lacking: BTreeSet<_> = gaps(coverage)
        .into_iter()
        .map(|gap| (gap.account_id, gap.region))
        .filter(|place| !read.contains(place))
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let named: Vec<String> =
        lacking.iter().take(NAMED_MAX).map(|(account, region)| format!("{account} in {region}")).collect();
    let more = match lacking.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let places = match lacking.len() {
        1 => "1 account and region".to_owned(),
        many => format!("{} pairs of account and region", grouped(many as u64)),
    };
    Some(format!(
        "No event of {places} whose logs or digests are known to exist: {}{more}; what was done there \
         cannot be seen.",
        named.join(", "),
    ))
}

/// That accounts are absent which the user expects.
pub(super) fn expected_missing(accounts: &[AccountId]) -> Option<String> {
    if accounts.is_empty() {
        return None;
    }
    let named: Vec<&str> = accounts.iter().take(NAMED_MAX).map(AccountId::as_str).collect();
    let more = match accounts.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "No event about {} that --expect-accounts names: {}{more}; what was done there cannot be seen.",
        counted(accounts.len() as u64, "account"),
        named.join(", "),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_absence_of_data_events_is_told_with_what_was_recorded() {
        let told = |data_events| {
            let data_types = ["AWS::S3::Object".into()].into();
            no_data_events(&Recording { trails: 1, data_events, data_types, ..Recording::default() })
        };
        assert!(told(DataEvents::Untold).ends_with("other contents cannot be seen."));
        assert!(told(DataEvents::Off).ends_with("settings of 1 trail say that data events are off."));
        assert!(told(DataEvents::On).contains("say that those of AWS::S3::Object are recorded"));
    }

    #[test]
    fn a_long_list_of_absent_accounts_is_cut() {
        let accounts: Vec<AccountId> = (0..12).map(|n| AccountId::new(format!("1111222233{n:02}"))).collect();
        let told = expected_missing(&accounts).expect("a sentence");
        assert!(told.contains("12 accounts") && told.contains("111122223309 and 2 more;"), "{told}");
        assert_eq!(expected_missing(&[]), None);
    }

    #[test]
    fn limits_of_trails_are_told_only_where_there_are_some() {
        assert!(limits(&Recording::default()).is_empty());
        let told = limits(&Recording { one_region: 1, stopped: 2, ..Recording::default() });
        assert_eq!(
            told,
            [
                "1 trail records one region only: calls in others are not in the logs.",
                "2 trails were not logging when the status was exported.",
            ]
        );
    }
}
