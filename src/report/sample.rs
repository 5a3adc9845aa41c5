//! One fixed report for the tests of every output, with or without hostile text
//! in each of its text fields.

mod story;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::coverage::{Counts, CoverageDay};
use crate::model::evidence::{Evidence, ObjectPath};
use crate::model::hash::ContentHash;
use crate::model::id::{AccessKeyId, AccountId, ChangeTypeId, ModeName, Region, RfcId, SessionId, WindowId};
use crate::model::mode::{
    Authorization, LinkConfidence, ModeSession, ModeWindow, OpenBasis, OpenedBound, SessionVia, StartBasis,
};
use crate::model::object::{Integrity, Object, ObjectStatus};
use crate::model::problem::{Problem, ProblemKind};
use crate::model::report::{Report, Scope};
use crate::model::rfc::{Rfc, RfcAction, RfcSource};
use crate::model::since::{Since, SinceChange, SinceSubject};
use crate::model::time::{Day, UtcTime};
use crate::report::RunFacts;

/// What an attacker would put into a user agent or a tag.
pub(super) const HOSTILE: &str = "=cmd|'<script>alert(1)</script><img src=x onerror=alert(2)>\"'`[x](http://evil.example)\
    \u{202e}gnp\u{200b}\x1b[31m\x1b]52;c;eA==\x07\0\r\n,;|${7*7}{{7*7}}";

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

/// The report with plain text.
pub(super) fn plain() -> Report {
    report("")
}

/// The report with hostile text in every field that holds text of the evidence.
pub(super) fn hostile() -> Report {
    report(HOSTILE)
}

/// Facts of a fixed run.
pub(super) fn facts() -> RunFacts {
    RunFacts {
        version: "0.1.0".to_owned(),
        rules: "those built into devtrail 0.1.0".to_owned(),
        settings: vec!["--as-of 2025-03-20T18:00:00Z".to_owned()],
        arguments: vec!["devtrail".to_owned(), "analyze".to_owned(), "dump".to_owned()],
        catalogue_sha256: "c0ffee".to_owned(),
        policy_sha256: None,
        geoip_sha256: Vec::new(),
        schema_version: "1".to_owned(),
        started_at: at("2026-01-02T03:04:05Z"),
        threads: 2,
    }
}

/// A time that the test spells soundly.
pub(super) fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).expect("the sample spells its times soundly")
}

fn report(evil: &str) -> Report {
    let make = Sample { evil };
    let destructive = make.actions();
    let timeline = destructive.iter().map(|action| make.entry(action)).chain([make.undated()]).collect();
    Report {
        scope: make.scope(),
        objects: make.objects().into(),
        problems: make.problems(),
        coverage: make.coverage(),
        rfcs: make.rfcs(),
        windows: make.windows(),
        sessions: make.sessions(),
        timeline,
        destructive: destructive.into(),
        findings: make.findings().into(),
        incidents: vec![make.incident()].into(),
        controls: make.controls(),
        actors: vec![make.actor()],
        mode_usage: vec![make.mode_use()],
        events: Some(vec![make.event()]),
        events_elsewhere: None,
        since: Some(make.since()),
    }
}

struct Sample<'a> {
    evil: &'a str,
}

impl Sample<'_> {
    /// The hostile text, if any, and a plain one.
    fn text(&self, plain: &str) -> Arc<str> {
        format!("{}{plain}", self.evil).into()
    }

    fn some(&self, plain: &str) -> Option<Arc<str>> {
        Some(self.text(plain))
    }

    fn set(&self, items: &[&str]) -> BTreeSet<Arc<str>> {
        items.iter().map(|item| self.text(item)).collect()
    }

    fn since(&self) -> Since {
        let change = SinceChange {
            word: "gone".to_owned(),
            time: Some(at("2025-03-04T11:05:00Z")),
            told: self.text("a/b.json.gz").to_string(),
            detail: self.text("it is not in the new dump").to_string(),
        };
        Since {
            old_scope: "records of 2025-02-01 to 2025-02-28".to_owned(),
            new_scope: "records of 2025-03-01 to 2025-03-31".to_owned(),
            notes: vec![self.text("Note: the old report is older").to_string()],
            subjects: vec![SinceSubject {
                heading: "Evidence of the old report",
                counts: "1 gone".to_owned(),
                changes: vec![change],
            }],
        }
    }

    fn evidence(&self, record: u64) -> Evidence {
        Evidence { object: self.object(), record, start: 10, end: 900 }
    }

    fn object(&self) -> ObjectPath {
        let key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/03/04/111122223333_CloudTrail_eu-west-1_a.json.gz";
        ObjectPath::new(self.text(key))
    }

    fn scope(&self) -> Scope {
        Scope {
            objects: 5,
            bytes: 123_456,
            inflated_bytes: 2_345_678,
            counts: Counts { seen: 4321, kept: 300, duplicates: 21, counted_only: 3998, rejected: 2 },
            accounts: ACCOUNTS.map(AccountId::from).into(),
            regions: ["eu-west-1", "us-east-1"].map(Region::from).into(),
            categories: ["Management".to_owned(), self.text("Data").to_string(), "Data".to_owned()].into(),
            first_event_time: Some(at("2025-03-03T08:00:00Z")),
            last_event_time: Some(at("2025-03-20T18:00:00Z")),
            as_of: Some(at("2025-03-20T18:00:00Z")),
            as_of_given: false,
            selections: vec![self.text("only what --region names was read.").to_string()],
            objects_left_out: 3,
            account_names: [(AccountId::from(ACCOUNTS[0]), self.text("shop"))].into(),
            ..Scope::default()
        }
    }

    fn objects(&self) -> Vec<Object> {
        let plain = |integrity, status| Object {
            path: self.object(),
            inside_archive: false,
            beside_dump: false,
            sha256: ContentHash::new([0xab; 32]),
            inflated_sha256: ContentHash::new([0xcd; 32]),
            bytes: 12_345,
            inflated_bytes: 99_999,
            format: "cloudtrail_delivery".into(),
            account_id: Some(AccountId::from(ACCOUNTS[0])),
            region: Some(Region::new(self.text("eu-west-1"))),
            records: 800,
            duplicates: 7,
            rejected: 1,
            first_event_time: Some(at("2025-03-03T08:00:00Z")),
            last_event_time: Some(at("2025-03-20T18:00:00Z")),
            status,
            integrity,
            note: self.text("seen").to_string(),
        };
        vec![
            plain(Some(Integrity::Signed), ObjectStatus::Read),
            plain(Some(Integrity::Modified), ObjectStatus::Read),
            plain(Some(Integrity::NoDigest), ObjectStatus::Partial),
            Object { format: "".into(), account_id: None, ..plain(None, ObjectStatus::NotEvidence) },
            Object { note: String::new(), ..plain(None, ObjectStatus::Empty) },
        ]
    }

    fn problems(&self) -> Vec<Problem> {
        let detail = self.text("the stream ends early").to_string();
        let object = self.object();
        vec![
            Problem::of_object(&object, ProblemKind::TruncatedObject, detail.clone()),
            Problem::of_record(&object, ProblemKind::RejectedRecord, (3, 4096), detail.clone()),
            Problem::of_record(&object, ProblemKind::RejectedRecord, (4, 8192), detail.clone()),
            Problem::of_object(&object, ProblemKind::SeveralMembers, detail),
        ]
    }

    fn coverage(&self) -> Vec<CoverageDay> {
        let day = |account: &str, from: &str, until: &str, objects| CoverageDay {
            account_id: AccountId::new(account),
            region: Region::new(self.text("eu-west-1")),
            day: Day::parse(from).expect("a day"),
            until: Day::parse(until).expect("a day"),
            objects,
            records: objects * 100,
            first_event_time: (objects > 0).then(|| at("2025-03-03T08:00:00Z")),
            last_event_time: (objects > 0).then(|| at("2025-03-20T18:00:00Z")),
            quiet: false,
            digest_hours: (objects > 0).then_some(23),
            missing_digest_hours: (objects > 0).then_some(1),
            missing_objects: None,
            categories: if objects > 0 {
                [self.text("Management").to_string()].into()
            } else {
                BTreeSet::new()
            },
        };
        vec![
            day(ACCOUNTS[0], "2025-03-03", "2025-03-03", 4),
            day(ACCOUNTS[0], "2025-03-11", "2025-03-12", 0),
            day(ACCOUNTS[1], "2025-03-20", "2025-03-20", 2),
        ]
    }

    fn rfcs(&self) -> Vec<Rfc> {
        let rfc = |account: &str, day: &str, status: Option<&str>| Rfc {
            rfc_id: RfcId::new(self.text("a3b1c9d2-0001")),
            change_type_id: Some(ChangeTypeId::new(self.text("ct-1opjmhuddw194"))),
            change_type_name: self.some("Developer mode: enable"),
            change_type_version: self.some("1.0"),
            title: self.some("Developer mode for the migration weekend"),
            status: status.map(|status| self.text(status)),
            automation: self.some("Manual"),
            account_id: Some(AccountId::from(ACCOUNTS[0])),
            target_account_id: Some(AccountId::new(account)),
            mode: Some(ModeName::new(self.text("developer"))),
            action: RfcAction::EnableMode,
            created_by: self.some("arn:aws:iam::111122223333:user/jane"),
            created_at: Some(at(&format!("{day}T09:00:00Z"))),
            submitted_by: self.some("arn:aws:iam::111122223333:user/jane"),
            submitted_at: Some(at(&format!("{day}T09:10:00Z"))),
            approved_by: self.some("arn:aws:iam::111122223333:user/boss"),
            approved_at: Some(at(&format!("{day}T10:00:00Z"))),
            aws_approval: self.some("Approved"),
            customer_approval: self.some("Approved"),
            requested_start: None,
            requested_end: None,
            started_at: Some(at(&format!("{day}T11:00:00Z"))),
            ended_at: Some(at(&format!("{day}T11:30:00Z"))),
            parameters: self.some(r#"{"ApplicationAccountId":"111122223333"}"#),
            sources: vec![RfcSource::GetRfc, RfcSource::CloudTrail],
            conflicts: vec!["status"],
            steps: Vec::new(),
            ticket: None,
            evidence: self.evidence(0),
        };
        vec![rfc(ACCOUNTS[0], "2025-03-04", Some("Success")), rfc(ACCOUNTS[1], "2025-03-13", None)]
    }

    fn windows(&self) -> Vec<ModeWindow> {
        let window = |account: &str, mode: &str, opened: &str, closed: Option<&str>| ModeWindow {
            window_id: WindowId::new(self.text("win-0a1b2c3d4e5f")),
            account_id: AccountId::new(account),
            mode: ModeName::new(self.text(mode)),
            landing_zone: Some("malz"),
            opened_at: at(opened),
            opened_bound: OpenedBound::Exact,
            open_basis: OpenBasis::RoleCreated,
            closed_at: closed.map(at),
            gone_by: None,
            last_seen_at: closed.map_or(at("2025-03-19T10:00:00Z"), at),
            authorization: Authorization::Authorized,
            authorization_reason: self.text("RFC a3b1c9d2-0001 holds the opening").to_string(),
            rfc_ids: vec![RfcId::new(self.text("a3b1c9d2-0001"))],
            requested_by: self.some("jane"),
            submitted_by: None,
            approved_by: self.some("boss"),
            opened_by: self.some("arn:aws:sts::111122223333:assumed-role/ams-deployer/s"),
            role_names: self.set(&["AWSManagedServicesDevelopmentRole"]),
            sessions: 4,
            actors: self.set(&["jane.roe@example.com", "zoe"]),
            destructive_actions: 17,
            evidence: self.evidence(12),
        };
        vec![
            window(ACCOUNTS[0], "developer", "2025-03-04T11:20:00Z", Some("2025-03-09T17:00:00Z")),
            ModeWindow {
                authorization: Authorization::Unauthorized,
                ..window(ACCOUNTS[0], "developer", "2025-03-13T22:05:00Z", None)
            },
            ModeWindow {
                authorization: Authorization::Unknown,
                opened_bound: OpenedBound::AtOrBefore,
                open_basis: OpenBasis::RoleUsed,
                ..window(ACCOUNTS[1], "direct_change", "2025-03-06T06:00:00Z", Some("2025-03-16T20:00:00Z"))
            },
        ]
    }

    fn sessions(&self) -> Vec<ModeSession> {
        let session = |depth: u32| ModeSession {
            link_confidence: (depth > 0).then_some(LinkConfidence::Proved),
            attribution_path: "alice > R/alice [login not in evidence]".to_owned(),
            session_id: SessionId::new(self.text(&format!("ses-00000000000{depth}"))),
            window_id: Some(WindowId::new(self.text("win-0a1b2c3d4e5f"))),
            mode: ModeName::from("developer"),
            account_id: AccountId::from(ACCOUNTS[0]),
            role_name: self.text("AWSManagedServicesDevelopmentRole"),
            role_session_name: self.some("jane.roe"),
            actor: self.some("jane.roe@example.com"),
            access_key_id: Some(AccessKeyId::new(self.text("ASIAEXAMPLE"))),
            federation: self.some("corp-saml"),
            mfa: (depth == 0).then_some(true),
            started_at: Some(at("2025-03-07T21:00:00Z")),
            start_basis: StartBasis::AssumeRole,
            expires_at: None,
            last_event_at: Some(at("2025-03-07T22:30:00.250Z")),
            depth,
            parent_session_id: (depth > 0).then(|| SessionId::from("ses-000000000000")),
            via: (depth > 0).then_some(SessionVia::RoleChain),
            events: 220,
            writes: 60,
            denied: 3,
            destructive_actions: 41,
            services: self.set(&["ec2.amazonaws.com", "s3.amazonaws.com"]),
            regions: self.set(&["eu-west-1"]),
            source_ips: self.set(&["198.51.100.7"]),
            user_agents: self.set(&["aws-cli/2.15.0"]),
            evidence: self.evidence(40),
        };
        vec![session(0), session(1)]
    }
}
