//! Reading policies, and what they answer.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{Named, Policy, Suppression};
use crate::catalogue::Catalogue;
use crate::model::id::{AccountId, ModeName, Region};
use crate::model::time::UtcTime;

const RULES: [&str; 3] = ["mode/still-open", "mode/unused", "destroy/protected-resource"];

fn read(text: &str) -> Result<Policy, (Option<usize>, String)> {
    let rules = BTreeSet::from(RULES);
    match Policy::parse(text, Catalogue::builtin(), &rules) {
        Ok((policy, _)) => Ok(policy),
        Err(fault) => Err((fault.line, fault.message)),
    }
}

fn example() -> Policy {
    read(include_str!("../../docs/policy.toml")).expect("the example of the documents")
}

fn shop() -> AccountId {
    AccountId::from("111122223333")
}

fn dev() -> AccountId {
    AccountId::from("444455556666")
}

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).expect("a time")
}

#[test]
fn the_example_of_the_documents_says_what_its_comments_say() {
    let policy = example();
    let developer = ModeName::new("developer");
    assert_eq!(policy.allows(&shop(), &developer), Some(false));
    assert_eq!(policy.allows(&dev(), &developer), Some(true));
    assert_eq!(policy.allows(&dev(), &ModeName::new("direct_change")), Some(false));
    assert_eq!(policy.max_open_s(&shop()), Some(8 * 3600));
    assert_eq!(policy.max_open_s(&AccountId::from("777788889999")), Some(7 * 86_400));
    assert_eq!(policy.unused_days(&shop()), Some(10));
    let approver = |role: &str| format!("arn:aws:sts::111122223333:assumed-role/{role}/bob");
    assert_eq!(policy.may_approve(&shop(), &approver("ChangeApprover")), Some(true));
    assert_eq!(policy.may_approve(&shop(), &approver("Admin")), Some(false));
    assert_eq!(policy.may_submit(&shop(), "arn:aws:iam::111122223333:user/rita"), Some(true));
    assert_eq!(policy.may_submit(&shop(), "arn:aws:sts::1:assumed-role/R/eve@example.com"), Some(true));
    assert_eq!(policy.may_submit(&shop(), "arn:aws:iam::111122223333:user/margarita"), Some(false));
    let [tickets] = policy.tickets() else { panic!("one file of tickets") };
    assert_eq!((tickets.file.as_str(), tickets.modes.len()), ("tickets.csv", 1));
    assert_eq!(tickets.complete, Some((at("2026-01-01"), at("2026-04-01"))));
    assert_eq!(policy.account(&shop()).and_then(|account| account.name.as_deref()), Some("shop-prod"));
    assert_eq!(policy.severity("mode/unused").map(|level| level.as_str()), Some("medium"));
    assert_eq!(policy.severity("mode/still-open"), None);
    assert_eq!(policy.sha256().map(str::len), Some(64));
}

#[test]
fn an_empty_policy_says_nothing() {
    for policy in [Policy::default(), read("").expect("nothing is a policy")] {
        let mode = ModeName::new("developer");
        assert_eq!(policy.allows(&shop(), &mode), None);
        assert_eq!(policy.may_approve(&shop(), "arn:x"), None);
        assert_eq!(policy.trusts(IpAddr::from([192, 0, 2, 1])), None);
        assert!(policy.freeze(&shop(), at("2026-12-24")).is_none());
        assert_eq!(policy.outside_hours(&shop(), at("2026-12-24")), None);
    }
}

#[test]
fn a_freeze_holds_to_the_end_of_its_last_day_in_its_accounts() {
    let policy = example();
    let holds = |account: &AccountId, time: &str| policy.freeze(account, at(time)).is_some();
    assert!(holds(&shop(), "2026-12-18T00:00:00Z"));
    assert!(holds(&shop(), "2027-01-06T23:59:59Z"));
    assert!(!holds(&shop(), "2026-12-17T23:59:59Z"));
    assert!(!holds(&shop(), "2027-01-07T00:00:00Z"));
    assert!(!holds(&dev(), "2026-12-24T00:00:00Z"));
}

#[test]
fn business_hours_are_those_of_the_place_in_summer_and_winter() {
    let policy = example();
    let outside = |time: &str| policy.outside_hours(&shop(), at(time));
    // 2026-01-05 and 2026-07-06 are Mondays; Berlin is UTC+1 in winter, UTC+2 in summer.
    assert_eq!(outside("2026-01-05T07:00:00Z"), None);
    assert_eq!(outside("2026-01-05T06:59:59Z").as_deref(), Some("Mon 2026-01-05 07:59 Europe/Berlin"));
    assert_eq!(outside("2026-07-06T06:00:00Z"), None);
    assert_eq!(outside("2026-07-06T15:59:59Z"), None);
    assert_eq!(outside("2026-07-06T16:00:00Z").as_deref(), Some("Mon 2026-07-06 18:00 Europe/Berlin"));
    assert_eq!(outside("2026-01-05T16:00:00Z"), None, "five o'clock in winter");
    assert_eq!(outside("2026-01-04T12:00:00Z").as_deref(), Some("Sun 2026-01-04 13:00 Europe/Berlin"));
    for far in ["+262142-12-31 23:59:59", "-262143-01-01 00:00:00", "9999-12-31T23:59:59Z"] {
        assert!(
            UtcTime::parse(far).is_none_or(|time| policy.outside_hours(&shop(), time).is_some()),
            "{far}"
        );
    }
    let own = "[[business_hours]]\ntime_zone=\"UTC\"\ndays=[\"sun\"]\nfrom=\"00:00\"\nto=\"24:00\"\n";
    let of_dev = format!("{own}accounts=[\"444455556666\"]\n");
    let policy = read(&of_dev).expect("hours");
    assert_eq!(policy.outside_hours(&dev(), at("2026-01-04T23:59:59Z")), None);
    assert!(policy.outside_hours(&dev(), at("2026-01-05T00:00:00Z")).is_some());
    assert_eq!(policy.outside_hours(&shop(), at("2026-01-05T00:00:00Z")), None, "it has none");
}

#[test]
fn addresses_are_trusted_by_network_in_every_spelling() {
    let policy = example();
    let trusts = |text: &str| policy.trusts(text.parse().expect("an address"));
    assert_eq!(trusts("10.255.0.1"), Some(true));
    assert_eq!(trusts("192.0.3.0"), Some(false));
    assert_eq!(trusts("2001:db8:ffff::1"), Some(true));
    assert_eq!(trusts("::ffff:10.0.0.1"), Some(true), "IPv4 in IPv6");
}

#[test]
fn protected_things_are_found_by_name_arn_and_bucket() {
    let policy = example();
    let (account, region) = (shop(), Region::from("eu-west-1"));
    let protects = |source: &str, resource: &str, account: &AccountId| {
        let thing = Named { event_source: source, region: Some(&region), account: Some(account), resource };
        policy.protects(thing).map(str::to_owned)
    };
    let s3 = |name: &str| protects("s3.amazonaws.com", name, &account).is_some();
    assert!(s3("audit-logs") && s3("audit-logs/2026/a.gz") && s3("arn:aws:s3:::audit-logs/a"));
    assert!(!s3("my-audit-logs") && !s3("logs/audit-x"));
    assert!(protects("rds.amazonaws.com", "audit-db", &account).is_none(), "another service");
    let rds = |name: &str, account| protects("rds.amazonaws.com", name, account).is_some();
    assert!(rds("orders-db", &account) && rds("arn:aws:rds:eu-west-1:111122223333:db:orders-db-2", &account));
    let other = dev();
    assert!(!rds("orders-db", &other), "another account");
    assert!(!rds("Orders-db", &account), "case counts");
}

#[test]
fn a_suppression_holds_through_its_last_day_and_only_if_complete() {
    let lack = |keys: &str, now: Option<&str>| {
        let text = format!("[[suppression]]\nrule = \"mode/still-open\"\n{keys}");
        let policy = read(&text).expect("a policy");
        let one: Vec<&Suppression> = policy.suppressions().iter().collect();
        one[0].lack(now.map(at))
    };
    let all = "reason = \"r\"\nauthor = \"a\"\nexpires = \"2026-03-31\"\n";
    assert_eq!(lack(all, Some("2026-03-31T23:59:59Z")), None);
    assert!(lack(all, Some("2026-04-01T00:00:00Z")).is_some_and(|why| why.starts_with("it expired")));
    assert!(lack(all, None).is_some());
    assert_eq!(
        lack("reason = \" \"", Some("2026-01-01")).as_deref(),
        Some("it has no reason, no author, no expires")
    );
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let cases = [
        ("surprise = 1\n", 1, "unknown field"),
        ("[[account]]\nid = \"1234\"\n", 2, "no account id"),
        ("[[account]]\nid = \"111122223333\"\nnick = \"x\"\n", 3, "unknown field"),
        ("[[account]]\nid = \"111122223333\"\n[[account]]\nid = \"111122223333\"\n", 4, "stands twice"),
        ("[defaults]\nallowed_modes = [\n\"developer\",\n\"devloper\"]\n", 4, "there is no mode `devloper`"),
        ("[defaults]\nmax_open = \"8 hours\"\n", 2, "no length of time"),
        ("[defaults]\nmax_open = \"0h\"\n", 2, "no length of time"),
        ("[defaults]\nmax_open = \"é\"\n", 2, "no length of time"),
        ("[defaults]\nunused_days = 0\n", 2, "no number of days"),
        ("[defaults]\napprovers = [\"a[\"]\n", 2, "no pattern"),
        ("[network]\ntrusted = [\n\"10.0.0.0/33\"]\n", 3, "no network"),
        ("[[freeze]]\nname = \"x\"\nfrom = \"tomorrow\"\nto = \"2026-01-01\"\n", 3, "no time"),
        ("[[freeze]]\nname = \"x\"\nfrom = \"2026-01-02\"\nto = \"2026-01-01\"\n", 4, "after `from`"),
        ("[[protected]]\nresource = \"arn:aws:s3\"\n", 2, "no ARN"),
        ("[severity]\n\"mode/unused\" = \"grave\"\n", 2, "no severity"),
        ("[severity]\n\"mode/unusd\" = \"low\"\n", 2, "did you mean `mode/unused`?"),
        ("[[suppression]]\nrule = \"mode/never\"\n", 2, "there is no rule"),
        ("[[suppression]]\nrule = \"mode/unused\"\nexpires = \"2026-02-30\"\n", 3, "no date"),
        ("[[mode]]\nname = \"empty\"\n", 2, "no role"),
        ("[[tickets]]\nfile = \"\"\nmodes = [\"developer\"]\n", 2, "has a name"),
        ("[[tickets]]\nfile = \"t\"\nmodes = []\n", 3, "it serves no mode"),
        ("[[tickets]]\nfile = \"t\"\nmodes = [\n\"developer\"]\n", 4, "opened by RFCs"),
        ("[[tickets]]\nfile = \"t\"\nmodes = [\"break_glas\"]\n", 3, "there is no mode"),
        (
            "[[tickets]]\nfile = \"t\"\nmodes = [\"own\"]\ncomplete_to = \"2026-01-31\"\n[[mode]]\nname = \"own\"\nrole = [{ name = \"A\" }]\n",
            4,
            "belong together",
        ),
        (
            "[[tickets]]\nfile = \"t\"\nmodes = [\"own\"]\ncomplete_from = \"soon\"\ncomplete_to = \"2026-01-31\"\n[[mode]]\nname = \"own\"\nrole = [{ name = \"A\" }]\n",
            4,
            "no time",
        ),
        (
            "[[tickets]]\nfile = \"t\"\nmodes = [\"own\"]\ncomplete_from = \"2026-02-01\"\ncomplete_to = \"2026-01-31\"\n[[mode]]\nname = \"own\"\nrole = [{ name = \"A\" }]\n",
            5,
            "must be after",
        ),
        (
            "[[tickets]]\nfile = \"t\"\nmodes = [\"own\"]\n[[tickets]]\nfile = \"t\"\nmodes = [\"own\"]\n[[mode]]\nname = \"own\"\nrole = [{ name = \"A\" }]\n",
            5,
            "stands twice",
        ),
        (
            "[[mode]]\nname = \"x\"\nrole = [{ name = \"A\" }]\n[[mode]]\nname = \"x\"\nrole = [{ name = \"B\" }]\n",
            5,
            "stands twice",
        ),
    ];
    for (text, line, told) in cases {
        let (found, message) = read(text).map(|_| ()).expect_err(text);
        assert_eq!(found, Some(line), "{text}: {message}");
        assert!(message.contains(told), "{text}: {message}");
    }
    let hours = |zone: &str, day: &str, from: &str, to: &str| {
        let text = format!(
            "[[business_hours]]\ntime_zone = \"{zone}\"\ndays = [\"{day}\"]\nfrom = \"{from}\"\nto = \"{to}\"\n"
        );
        read(&text).map(|_| ()).map_err(|(line, _)| line)
    };
    assert_eq!(hours("Europe/Berlin", "mon", "08:00", "18:00"), Ok(()));
    assert_eq!(hours("Berlin", "mon", "08:00", "18:00"), Err(Some(2)));
    assert_eq!(hours("UTC", "noday", "08:00", "18:00"), Err(Some(3)));
    assert_eq!(hours("UTC", "mon", "8:00", "18:00"), Err(Some(4)));
    assert_eq!(hours("UTC", "mon", "08:00", "24:01"), Err(Some(5)));
    assert_eq!(hours("UTC", "mon", "18:00", "08:00"), Err(Some(5)));
}
