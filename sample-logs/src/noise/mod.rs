//! The everyday traffic around the stories: one batch of records for one account, region and stretch of time.
//!
//! A batch depends on its seed only, so batches can be made in any order and by any thread.

mod fill;
mod people;
mod reads;
mod table;
mod writes;

use crate::clock;
use crate::prng::Prng;
use crate::record::Record;
use crate::truth::{self, DestructiveAction, Loss, Truth};
use fill::Filling;
use people::{Caller, People};
use std::borrow::Cow;
use table::{Kind, Row};

/// What a batch is made of.
pub(crate) struct Batch<'a> {
    /// Seed of the batch.
    pub seed: u64,
    /// Receiving account.
    pub account: &'a str,
    /// Receiving region.
    pub region: &'a str,
    /// First second of the batch.
    pub begin: i64,
    /// Its length in seconds.
    pub seconds: i64,
    /// How many records.
    pub records: u64,
    /// False where an RFC might explain a deletion: none happens then, so that the truth stays beyond doubt.
    pub may_destroy: bool,
}

/// The records of a batch, in the unordered way of CloudTrail, and what they destroy.
pub(crate) fn batch(plan: &Batch<'_>) -> (Vec<String>, Truth) {
    let mut prng = Prng::new(plan.seed);
    let people = People::new(plan.account, plan.begin, &mut prng);
    let rows: Vec<&Row> = reads::ROWS.iter().chain(writes::ROWS).filter(|row| fits(row, plan)).collect();
    let total: u32 = rows.iter().map(|row| row.weight).sum();
    let mut truth = Truth::default();
    let mut texts = Vec::with_capacity(plan.records as usize);
    for _ in 0..plan.records {
        let mut target = prng.below(u64::from(total)) as u32;
        let row = rows
            .iter()
            .find(|row| {
                let hit = target < row.weight;
                target = target.wrapping_sub(if hit { 0 } else { row.weight });
                hit
            })
            .expect("the target is below the sum of the weights");
        texts.push(one(plan, row, &people, &mut prng, &mut truth));
    }
    (texts, truth)
}

fn fits(row: &Row, plan: &Batch<'_>) -> bool {
    let global = matches!(row.kind, Kind::GlobalRead | Kind::GlobalWrite | Kind::SignIn);
    (plan.may_destroy || row.destroys.is_empty()) && (!global || plan.region == "us-east-1")
}

fn one(plan: &Batch<'_>, row: &'static Row, people: &People, prng: &mut Prng, truth: &mut Truth) -> String {
    let time = plan.begin + prng.below(plan.seconds as u64) as i64;
    let filling = Filling { seed: prng.bits(), account: plan.account, region: plan.region, time };
    let caller = choose(row, people, prng);
    let error = if row.kind == Kind::SignIn { None } else { failure(row, prng) };
    let data_event = matches!(row.kind, Kind::DataRead | Kind::DataWrite);
    let record = Record {
        time,
        event_id: prng.uuid(),
        request_id: prng.uuid(),
        account: plan.account.to_owned(),
        region: plan.region.to_owned(),
        source: Cow::Owned(format!("{}.amazonaws.com", row.service)),
        name: Cow::Borrowed(row.name),
        event_type: Cow::Borrowed(if row.kind == Kind::SignIn { "AwsConsoleSignIn" } else { "" }),
        identity_json: caller.identity_json.clone(),
        source_ip: caller.actor.ip.clone(),
        user_agent: caller.actor.agent.clone(),
        error: error.map(|(code, message)| (Cow::Borrowed(code), Cow::Borrowed(message))),
        request_json: filling.text(row.request),
        response_json: filling.text(row.response),
        additional_json: additional(row, data_event, &filling),
        resources_json: resources(row, &filling),
        details_json: String::new(),
        shared_event_id: String::new(),
        read_only: !matches!(row.kind, Kind::Write | Kind::GlobalWrite | Kind::DataWrite | Kind::SignIn),
        data_event,
        from_console: caller.actor.agent.starts_with("Mozilla"),
    };
    if !row.destroys.is_empty() {
        note(&record, filling.text(row.destroys), caller.actor.person(), truth);
    }
    if row.kind == Kind::SignIn && matches!(caller.actor.kind, crate::actor::Kind::Root) {
        truth.root_sign_ins.push((plan.account.to_owned(), time));
    }
    let mut text = String::with_capacity(1_600);
    record.render(&mut text);
    text
}

fn choose<'a>(row: &Row, people: &'a People, prng: &mut Prng) -> &'a Caller {
    let pool = match row.kind {
        Kind::Service => &people.services,
        Kind::SignIn => &people.console,
        Kind::Write | Kind::GlobalWrite | Kind::DataWrite => &people.writers,
        Kind::Read | Kind::GlobalRead | Kind::DataRead if prng.chance(600) => &people.readers,
        Kind::Read | Kind::GlobalRead | Kind::DataRead => &people.writers,
    };
    prng.pick(pool)
}

/// About 4 % of the calls fail; deletions more often, so that attempts are there to be told apart.
fn failure(row: &Row, prng: &mut Prng) -> Option<(&'static str, &'static str)> {
    if !prng.chance(if row.destroys.is_empty() { 40 } else { 150 }) {
        return None;
    }
    Some(match (row.service, prng.below(4)) {
        ("ec2", 0 | 1) => {
            ("Client.UnauthorizedOperation", "You are not authorized to perform this operation.")
        }
        (_, 0 | 1) => ("AccessDenied", "User is not authorized to perform this operation"),
        ("ec2", 2) => ("Client.RequestLimitExceeded", "Request limit exceeded."),
        (_, 2) => ("ThrottlingException", "Rate exceeded"),
        ("s3", _) => ("NoSuchBucket", "The specified bucket does not exist"),
        _ => ("ResourceNotFoundException", "The resource you requested does not exist."),
    })
}

fn additional(row: &Row, data_event: bool, filling: &Filling<'_>) -> String {
    match row.kind {
        Kind::SignIn => {
            r#"{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"Yes"}"#.to_owned()
        }
        _ if data_event => filling.text(
            r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<hex32>","bytesTransferredOut":48213}"#,
        ),
        _ => String::new(),
    }
}

fn resources(row: &Row, filling: &Filling<'_>) -> String {
    let Some((kind, arn)) = row.resource.split_once(' ') else { return String::new() };
    let mut out = String::from("[{\"accountId\":\"");
    out.push_str(filling.account);
    out.push_str("\",\"type\":\"");
    out.push_str(kind);
    out.push_str("\",\"ARN\":\"");
    filling.push(arn, &mut out);
    out.push_str("\"}]");
    out
}

/// When the keys that the traffic schedules for deletion are gone: the answer's `deletionDate`.
const KEYS_GONE: &str = "2026-02-20T00:00:00Z";

fn note(record: &Record, thing: String, actor: String, truth: &mut Truth) {
    let waits = record.name == "ScheduleKeyDeletion" && record.error.is_none();
    truth.add_destructive(DestructiveAction {
        event_time: record.time,
        event_id: record.event_id.clone(),
        event_name: record.name.clone().into_owned(),
        account_id: record.account.clone(),
        actor,
        outcome: truth::outcome(record.error.as_ref().map(|(code, _)| code.as_ref())),
        mode: "none",
        attribution: "none",
        authorization: "outside_mode",
        rfc_id: String::new(),
        copies: 1,
        resources: vec![thing],
        loss: waits.then(|| Loss {
            reversibility: "recoverable_until",
            recoverable_until: Some(clock::at(KEYS_GONE)),
            ..Loss::default()
        }),
    });
}

/// True if a batch of `seconds` from `begin` comes near one of the `quiet` times.
pub(crate) fn is_near(begin: i64, seconds: i64, quiet: &[(i64, i64)]) -> bool {
    quiet.iter().any(|(from, to)| begin < to + 2 * clock::HOUR && begin + seconds > from - 2 * clock::HOUR)
}
