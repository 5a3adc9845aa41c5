//! Counting, its bounds, and that no order of reading shows in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::*;
use crate::decode::head::Head;
use crate::limits::{ACTOR_VALUES_MAX, ACTORS_MAX};
use crate::model::actor::{ActorSeen, Trait};
use crate::model::id::AccountId;

const ACCOUNT: &str = "111122223333";

/// One call, as its record spells it.
#[derive(Clone)]
struct Call {
    user: String,
    agent: String,
    address: &'static str,
    more: &'static str,
    time: &'static str,
}

fn by(user: &str) -> Call {
    Call {
        user: user.to_owned(),
        agent: "aws-cli".to_owned(),
        address: "192.0.2.7",
        more: r#""eventName":"DescribeInstances","readOnly":true"#,
        time: "2025-01-06T10:00:00Z",
    }
}

/// Counts calls, each part of them with a shard of its own; marks of all.
fn counted(usage: &Usage, parts: &[&[Call]]) -> Vec<CallerMark> {
    let mut marks = Vec::new();
    // All shards are taken before one is given back.
    let shards: Vec<Shard> = parts.iter().map(|_| usage.take()).collect();
    for (part, mut shard) in parts.iter().zip(shards) {
        for call in *part {
            let mut text = String::new();
            write!(
                text,
                r#"{{"eventSource":"ec2.amazonaws.com","awsRegion":"eu-west-1","sourceIPAddress":"{}","userAgent":"{}",
                "userIdentity":{{"type":"IAMUser","userName":"{}","accessKeyId":"AKIAEXAMPLE"}},{}}}"#,
                call.address, call.agent, call.user, call.more
            )
            .expect("memory takes it");
            let head: Head<'_> = serde_json::from_str(&text).expect("a head");
            usage.relieve(&mut shard);
            // Keyed in a run; here only equal texts have to be equal.
            let identity = xxh3_64(head.user_identity.unwrap_or_default().as_bytes());
            marks.push(shard.add(
                (&head, identity),
                Some(&AccountId::from(ACCOUNT)),
                UtcTime::parse(call.time),
            ));
        }
        usage.give_back(shard);
    }
    marks
}

fn of(calls: &[Call]) -> Actors {
    let usage = Usage::new(RunKey::draw(), None);
    counted(&usage, &[calls]);
    usage.finish(Vec::new(), &BTreeMap::new())
}

fn seen<'a>(actors: &'a Actors, user: &str) -> &'a ActorSeen {
    let found = actors.seen.iter().find(|(key, _)| &*key.actor == user);
    found.map(|(_, seen)| seen).expect("a caller of that name")
}

#[test]
fn calls_are_told_apart_by_what_they_did_and_what_became_of_them() {
    let call = |more: &'static str| Call { more, ..by("ann") };
    let actors = of(&[
        call(r#""eventName":"DeleteVolume","readOnly":false"#),
        call(r#""eventName":"DeleteVolume","readOnly":"false","errorCode":"Client.UnauthorizedOperation""#),
        call(r#""eventName":"GetObject","readOnly":"true","errorCode":"AccessDenied""#),
        // Without the field the name tells.
        call(r#""eventName":"ListBuckets""#),
        call(r#""eventName":"RunInstances","errorCode":"InsufficientInstanceCapacity""#),
    ]);
    assert_eq!(seen(&actors, "ann").calls, Calls { reads: 2, writes: 3, denied: 2 });
}

#[test]
fn a_caller_is_remembered_with_its_traits_and_times() {
    let late = Call { time: "2025-01-12T23:00:00Z", address: "2001:db8::1", ..by("ann") };
    let service = Call { address: "cloudformation.amazonaws.com", time: "no time", ..by("ann") };
    let actors = of(&[late, by("ann"), service, by("bob")]);
    let ann = seen(&actors, "ann");
    let told = |which: Trait| ann.of(which).kept.keys().map(|value| value.to_string()).collect::<Vec<_>>();
    assert_eq!(told(Trait::Network), ["192.0.2.0/24", "2001:db8::/48", "cloudformation.amazonaws.com"]);
    assert_eq!(told(Trait::Service), ["ec2.amazonaws.com"]);
    assert_eq!(told(Trait::AccessKey), ["AKIAEXAMPLE"]);
    assert_eq!(ann.span.first, UtcTime::parse("2025-01-06T10:00:00Z"));
    assert_eq!(ann.span.last, UtcTime::parse("2025-01-12T23:00:00Z"));
    assert_eq!(ann.hours.words(), ["mon 10".into(), "sun 23".into()]);
    assert_eq!(ann.of(Trait::Network).kept["2001:db8::/48"].first, ann.span.last);
    assert_eq!(actors.seen.len(), 2);
}

#[test]
fn copies_are_taken_back_from_whose_they_are() {
    let usage = Usage::new(RunKey::draw(), None);
    let marks = counted(&usage, &[&[by("ann"), by("ann"), by("bob")]]);
    let denied = Call { more: r#""eventName":"DeleteVolume","errorCode":"AccessDenied""#, ..by("ann") };
    let more = counted(&usage, &[&[denied.clone(), denied]]);
    let copies = BTreeMap::from([(marks[1], 1), (more[1], 1)]);
    let actors = usage.finish(Vec::new(), &copies);
    assert_eq!(seen(&actors, "ann").calls, Calls { reads: 1, writes: 1, denied: 1 });
    assert_eq!(seen(&actors, "bob").calls, Calls { reads: 1, writes: 0, denied: 0 });
}

#[test]
fn the_baseline_is_the_time_from_its_beginning_until_before_its_end() {
    let time = |text: &str| UtcTime::parse(text).expect("a time");
    let usage =
        Usage::new(RunKey::draw(), Some((time("2025-01-06T10:00:00Z"), time("2025-01-07T00:00:00Z"))));
    let at = |agent: &str, time| Call { agent: agent.to_owned(), time, ..by("ann") };
    counted(
        &usage,
        &[&[
            at("before", "2025-01-06T09:59:59Z"),
            at("first", "2025-01-06T10:00:00Z"),
            at("last", "2025-01-06T23:59:59Z"),
            at("after", "2025-01-07T00:00:00Z"),
        ]],
    );
    let actors = usage.finish(Vec::new(), &BTreeMap::new());
    let agents = seen(&actors, "ann").of(Trait::UserAgent).kept.iter();
    let there: Vec<&str> =
        agents.filter(|(_, span)| span.in_baseline).map(|(agent, _)| agent.as_ref()).collect();
    assert_eq!(there, ["first", "last"]);
    assert!(seen(&actors, "ann").span.in_baseline);
}

#[test]
fn secrets_in_user_agents_are_replaced_and_long_ones_cut() {
    let token = "IQoJb3JpZ2luX2VjEXAMPLE".repeat(20);
    let secret = Call { agent: format!("x-amz-security-token={token}&a"), ..by("ann") };
    let long = Call { agent: "é".repeat(5000), ..by("ann") };
    let actors = of(&[secret, long]);
    let agents: Vec<&str> =
        seen(&actors, "ann").of(Trait::UserAgent).kept.keys().map(AsRef::as_ref).collect();
    assert_eq!(agents.len(), 2);
    assert!(agents.iter().all(|agent| agent.chars().count() <= 256 && !agent.contains("IQoJ")), "{agents:?}");
}

/// Numbers in an order that looks like none.
fn shuffled(count: usize) -> impl Iterator<Item = usize> {
    // 7919 is a prime that divides none of the counts used here.
    (0..count).map(move |place| place * 7919 % count)
}

#[test]
fn too_many_values_leave_those_that_sort_first_in_any_order() {
    let agent = |number: usize| Call { agent: format!("agent-{number:06}"), ..by("ann") };
    let forward: Vec<Call> = (0..40_000).map(agent).collect();
    let other: Vec<Call> = shuffled(40_000).map(agent).collect();
    let one = of(&forward);
    let usage = Usage::new(RunKey::draw(), None);
    let (first, rest) = other.split_at(15_000);
    counted(&usage, &[rest, first]);
    assert_eq!(one, usage.finish(Vec::new(), &BTreeMap::new()));
    let values = seen(&one, "ann").of(Trait::UserAgent);
    assert_eq!((values.kept.len(), values.cut), (ACTOR_VALUES_MAX, true));
    assert_eq!(values.kept.keys().next_back().map(AsRef::as_ref), Some("agent-000063"));
    assert_eq!(seen(&one, "ann").calls.reads, 40_000, "all are counted");
    // As many as fit are not cut.
    let fit: Vec<Call> = (0..ACTOR_VALUES_MAX).map(agent).collect();
    assert!(!seen(&of(&fit), "ann").of(Trait::UserAgent).cut);
}

#[test]
fn too_many_callers_leave_those_whose_names_sort_first_and_count_the_rest() {
    let count = ACTORS_MAX + 2_001;
    let caller = |number: usize| by(&format!("user-{number:06}"));
    let forward: Vec<Call> = (0..count).chain([3, count - 1]).map(caller).collect();
    let other: Vec<Call> = shuffled(count).chain([count - 1, 3]).map(caller).collect();
    let one = of(&forward);
    let usage = Usage::new(RunKey::draw(), None);
    let (first, rest) = other.split_at(30_000);
    let marks = counted(&usage, &[rest, first]);
    assert_eq!(one, usage.finish(Vec::new(), &BTreeMap::new()));
    assert_eq!((one.seen.len(), one.rest.reads), (ACTORS_MAX, 2_002));
    assert_eq!(seen(&one, "user-000003").calls.reads, 2);
    let kept: u64 = one.seen.values().map(|seen| seen.calls.all()).sum();
    assert_eq!(kept + one.rest.all(), forward.len() as u64);
    assert_eq!(marks.len(), forward.len());
}

#[test]
fn what_was_counted_apart_is_the_same_as_with_all_others() {
    let usage = Usage::new(RunKey::draw(), None);
    counted(&usage, &[&[by("ann")]]);
    let apart = Usage::new(RunKey::draw(), None);
    counted(&apart, &[&[by("ann"), by("bob")]]);
    let mut folded = Folded::default();
    let mut shard = apart.take();
    shard.fold_into(&mut folded);
    let actors = usage.finish(vec![folded], &BTreeMap::new());
    assert_eq!(actors, of(&[by("ann"), by("ann"), by("bob")]));
}
