//! Sentences on what could not have been recorded, and on accounts that are
//! expected and absent.
//!
//! Settings of trails hold for the time of their export, which it does not
//! tell; the sentences say no more than that.

use std::collections::BTreeSet;

use crate::model::count::grouped;
use crate::model::coverage::{CoverageDay, gaps};
use crate::model::id::{AccountId, Region};
use crate::model::inventory::{DataEvents, Recording};

use super::integrity::Objects;
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
/// Where digests prove that nothing was recorded, nothing lacks; where log objects
/// of that name were read, no record in them names the account.
pub(super) fn without_records(coverage: &[CoverageDay], objects: &Objects) -> Vec<String> {
    let named: BTreeSet<_> =
        coverage.iter().filter(|day| day.objects > 0).map(|day| (&day.account_id, &day.region)).collect();
    let logs_read: BTreeSet<_> =
        objects.logs_read.iter().map(|(account, region)| (account, region)).collect();
    let (read, lacking): (BTreeSet<_>, BTreeSet<_>) = gaps(coverage)
        .into_iter()
        .map(|gap| (gap.account_id, gap.region))
        .filter(|place| !named.contains(place))
        .partition(|place| logs_read.contains(place));
    let lacking = places(&lacking).map(|(places, which)| {
        format!(
            "No event of {places} whose logs or digests are known to exist: {which}; what was done there \
             cannot be seen."
        )
    });
    let read = places(&read).map(|(places, which)| {
        format!(
            "Log objects of {places} were read, and no record in them names it: {which}; what was done \
             there cannot be told."
        )
    });
    lacking.into_iter().chain(read).collect()
}

/// How many accounts and regions these are, and the first of them.
fn places(places: &BTreeSet<(&AccountId, &Region)>) -> Option<(String, String)> {
    let named: Vec<String> =
        places.iter().take(NAMED_MAX).map(|(account, region)| format!("{account} in {region}")).collect();
    let more = match places.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let count = match places.len() {
        0 => return None,
        1 => "1 account and region".to_owned(),
        many => format!("{} pairs of account and region", grouped(many as u64)),
    };
    Some((count, format!("{}{more}", named.join(", "))))
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
    use crate::model::object::{Object, ObjectStatus};

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
    fn logs_that_were_read_are_not_told_to_be_unseen() {
        use crate::model::evidence::ObjectPath;
        use crate::model::time::Day;
        let day = Day::parse("2026-01-02").expect("a day");
        let gap = CoverageDay {
            account_id: "111122223333".into(),
            region: "us-east-1".into(),
            day,
            until: day,
            objects: 0,
            records: 0,
            first_event_time: None,
            last_event_time: None,
            quiet: false,
            digest_hours: Some(3),
            missing_digest_hours: None,
            missing_objects: None,
            categories: BTreeSet::new(),
        };
        let object = |format: &'static str, account: &str, status| Object {
            format: format.into(),
            status,
            account_id: Some(account.into()),
            region: Some("us-east-1".into()),
            ..Object::blank(&ObjectPath::new("x"))
        };
        let told = |objects: &[Object]| without_records(std::slice::from_ref(&gap), &Objects::of(objects));
        let unseen = "No event of 1 account and region whose logs or digests are known to exist: \
                      111122223333 in us-east-1; what was done there cannot be seen.";
        let digest = object("cloudtrail_digest", "111122223333", ObjectStatus::Read);
        let broken = object("cloudtrail_delivery", "111122223333", ObjectStatus::Unreadable);
        let other = object("cloudtrail_delivery", "999988887777", ObjectStatus::Read);
        assert_eq!(told(&[digest, broken, other]), [unseen]);
        let read = object("cloudtrail_delivery", "111122223333", ObjectStatus::Read);
        assert_eq!(
            told(&[read]),
            [
                "Log objects of 1 account and region were read, and no record in them names it: 111122223333 in \
              us-east-1; what was done there cannot be told."
            ]
        );
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
