//! The story part of the fixed report: calls, timeline, findings, incident, event.

use crate::model::actor::{ActorKey, ActorRow, ActorSeen, Calls, ModeUse, Span, Values, WeekHours};
use crate::model::control::{ControlRow, Verdict};
use crate::model::destructive::{
    ActionAuthorization, Attribution, Category, DestructiveAction, Reversibility,
};
use crate::model::event::{Event, Outcome};
use crate::model::finding::{Confidence, Finding, Incident};
use crate::model::id::{
    AccountId, Arn, EventId, FindingId, IncidentId, ModeName, Region, RfcId, SessionId, WindowId,
};
use crate::model::principal::PrincipalClass;
use crate::model::principal::{Principal, SessionIssuer};
use crate::model::severity::Severity;
use crate::model::source_grade::SourceGrade;
use crate::model::time::UtcTime;
use crate::model::timeline::{TimelineEntry, TimelineKind};
use crate::report::sample::{ACCOUNTS, Sample, at};

impl Sample<'_> {
    /// Calls over ten days, of every outcome and reversibility.
    pub(super) fn actions(&self) -> Vec<DestructiveAction> {
        let start = at("2025-03-04T12:00:00Z");
        let mut actions: Vec<_> = (0..48).map(|n| self.action(n, start.plus_seconds(n * n * 480))).collect();
        actions.push(DestructiveAction { event_time: None, ..self.action(3, start) });
        actions
    }

    fn action(&self, n: i64, time: UtcTime) -> DestructiveAction {
        const NAMES: [(&str, &str); 4] = [
            ("s3.amazonaws.com", "DeleteBucket"),
            ("kms.amazonaws.com", "ScheduleKeyDeletion"),
            ("ec2.amazonaws.com", "TerminateInstances"),
            ("logs.amazonaws.com", "DeleteLogGroup"),
        ];
        let turn = usize::try_from(n).expect("not negative");
        let reversibility = [
            Reversibility::Irreversible,
            Reversibility::RecoverableUntil,
            Reversibility::Rebuildable,
            Reversibility::Unknown,
        ][turn % 4];
        let in_mode = n % 3 != 0;
        DestructiveAction {
            principal_class: PrincipalClass::Customer,
            link_confidence: None,
            attribution_path: String::new(),
            event_time: Some(time),
            event_id: Some(EventId::new(self.text(&format!("00000000-0000-4000-8000-{n:012}")))),
            account_id: Some(AccountId::from(ACCOUNTS[turn % 5 / 4])),
            region: Some(Region::new(self.text("eu-west-1"))),
            event_source: self.text(NAMES[turn % 4].0),
            event_name: self.text(NAMES[turn % 4].1),
            category: Category::ALL[turn % 9],
            outcome: [Outcome::Succeeded, Outcome::Succeeded, Outcome::Succeeded, Outcome::Denied]
                [turn % 7 / 2],
            error_code: self.some("AccessDenied"),
            reversibility,
            recoverable_until: (turn % 4 == 1).then(|| time.plus_seconds(7 * 86_400)),
            recovery: self.text("cancel the deletion with CancelKeyDeletion before the deadline"),
            undone_by_event_id: (n == 5).then(|| EventId::new(self.text("undo"))),
            undone_at: (n == 5).then(|| time.plus_seconds(3600)),
            undone_evidence: None,
            resource_type: self.some("AWS::KMS::Key"),
            resources: vec![self.text("arn:aws:kms:eu-west-1:111122223333:key/1"), self.text("key/2")],
            resource_count: 2,
            mode: in_mode.then(|| ModeName::new(self.text("developer"))),
            attribution: if in_mode { Attribution::Direct } else { Attribution::None },
            window_id: Some(WindowId::new(self.text("win-0a1b2c3d4e5f"))),
            session_id: Some(SessionId::new(self.text("ses-000000000000"))),
            actor: self.some("jane.roe@example.com"),
            principal_arn: self.some("arn:aws:sts::111122223333:assumed-role/x/jane"),
            principal_type: self.some("AssumedRole"),
            source_ip: self.some("198.51.100.7"),
            user_agent: self.some("aws-cli/2.15.0"),
            authorization: ActionAuthorization::Unauthorized,
            rfc_id: Some(RfcId::new(self.text("a3b1c9d2-0001"))),
            severity: Severity::ALL[turn % 5],
            technique_id: Some("T1485".into()),
            caller: std::sync::Arc::default(),
            technique_id_legacy: None,
            copies: 1,
            lost_configuration: self.some("{\"engine\":\"postgres\"}"),
            source_grade: SourceGrade::Unreferenced,
            evidence: self.evidence(n.unsigned_abs()),
        }
    }

    pub(super) fn entry(&self, action: &DestructiveAction) -> TimelineEntry {
        TimelineEntry {
            time: action.event_time,
            kind: TimelineKind::DestructiveAction,
            account_id: action.account_id.clone(),
            region: action.region.clone(),
            mode: action.mode.clone(),
            actor: action.actor.clone(),
            summary: self.text("jane deleted a bucket").to_string(),
            severity: action.severity,
            window_id: action.window_id.clone(),
            session_id: action.session_id.clone(),
            rfc_id: action.rfc_id.clone(),
            event_id: action.event_id.clone(),
            finding_id: None,
            source_grade: Some(action.source_grade),
            evidence: Some(action.evidence.clone()),
        }
    }

    pub(super) fn undated(&self) -> TimelineEntry {
        TimelineEntry {
            time: None,
            kind: TimelineKind::EvidenceGap,
            source_grade: None,
            evidence: None,
            ..self.entry(&self.action(0, at("2025-03-04T12:00:00Z")))
        }
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let finding = |severity, title: &'static str| Finding {
            finding_id: FindingId::new(self.text("fnd-0123456789ab")),
            rule_id: "mode/used-without-rfc".into(),
            title: title.into(),
            attempt: false,
            records: vec![self.evidence(3)],
            calls: ["CreateRole".into()].into(),
            severity,
            account_id: Some(AccountId::from(ACCOUNTS[0])),
            mode: Some(ModeName::new(self.text("developer"))),
            time: Some(at("2025-03-13T22:05:00Z")),
            end_time: None,
            actor: self.some("zoe"),
            summary: self.text("Developer mode was opened and no RFC explains it").to_string(),
            count: 3,
            event_ids: vec![EventId::new(self.text("e1"))],
            window_id: Some(WindowId::new(self.text("win-0a1b2c3d4e5f"))),
            session_ids: vec![SessionId::new(self.text("ses-000000000000"))],
            rfc_ids: vec![RfcId::new(self.text("a3b1c9d2-0001"))],
            technique_ids: vec!["T1485".into()],
            controls: vec!["AMS-DEV-1".into()],
            response: "ask who opened it".into(),
            confidence: Confidence::High,
            confidence_reason: self.text("its rule says so").to_string(),
            suppression: None,
            evidence: self.evidence(7),
        };
        vec![
            finding(Severity::Critical, "Mode opened without an RFC"),
            finding(Severity::High, "Backups cut before a deletion"),
            finding(Severity::Low, "Mode left open over a weekend"),
        ]
    }

    pub(super) fn controls(&self) -> Vec<ControlRow> {
        let row = |framework: &str, control: &str, verdict, findings| ControlRow {
            framework: framework.into(),
            control: self.text(control),
            title: self.text("audit records are protected"),
            rules: vec![self.text("logging/impaired"), self.text("logging/log-objects-deleted")],
            findings,
            verdict,
            coverage: self.text("Rests on 4,321 records of 2 accounts.").to_string(),
            suppressed: u64::from(findings > 0),
            rules_not_assessed: vec![self.text("logging/log-objects-deleted")],
            finding_ids: vec![FindingId::new(self.text("fnd-0123456789ab"))],
        };
        vec![
            row("nist_800_53_r5", "AU-9", Verdict::ExceptionsFound, 2),
            row("nist_800_53_r5", "AU-12", Verdict::NoneFound, 0),
            row("other", "OWN-1", Verdict::NotAssessable, 0),
        ]
    }

    pub(super) fn actor(&self) -> ActorRow {
        let mut hours = WeekHours::default();
        hours.add(at("2025-03-07T21:00:00Z"));
        let values = ["s3.amazonaws.com", "eu-west-1", "198.51.100.0/24", "aws-cli/2.15.0", "ASIAEXAMPLE"];
        ActorRow {
            key: ActorKey {
                account_id: Some(AccountId::from(ACCOUNTS[0])),
                actor: self.text("jane"),
                actor_type: self.text("AssumedRole"),
                role_name: self.text("r"),
            },
            seen: ActorSeen {
                span: self.span(),
                calls: Calls { reads: 12, writes: 3, denied: 1 },
                hours,
                values: values.map(|value| Values {
                    kept: [(self.text(value), self.span())].into(),
                    cut: value.starts_with("aws-cli"),
                }),
            },
            destructive: 2,
        }
    }

    pub(super) fn mode_use(&self) -> ModeUse {
        ModeUse {
            account_id: AccountId::from(ACCOUNTS[0]),
            mode: ModeName::new(self.text("developer")),
            role_name: self.text("r"),
            event_source: self.text("s3.amazonaws.com"),
            event_name: self.text("DeleteBucket"),
            calls: 3,
            denied: 1,
            span: self.span(),
        }
    }

    fn span(&self) -> Span {
        Span {
            first: Some(at("2025-03-07T21:00:00Z")),
            last: Some(at("2025-03-07T22:30:00Z")),
            in_baseline: false,
        }
    }

    pub(super) fn incident(&self) -> Incident {
        Incident {
            incident_id: IncidentId::new(self.text("inc-0123456789ab")),
            account_id: Some(AccountId::from(ACCOUNTS[0])),
            actor: self.some("jane.roe@example.com"),
            mode: Some(ModeName::new(self.text("developer"))),
            started_at: Some(at("2025-03-07T21:00:00Z")),
            ended_at: Some(at("2025-03-07T22:30:00Z")),
            severity: Severity::Critical,
            actions: 41,
            attempts: 3,
            resources: 64,
            irreversible: 12,
            recoverable: 9,
            next_deadline: Some(at("2025-03-14T21:00:00Z")),
            finding_ids: vec![FindingId::new(self.text("fnd-0123456789ab"))],
            window_ids: [WindowId::new(self.text("win-0a1b2c3d4e5f"))].into(),
            session_ids: [SessionId::new(self.text("ses-000000000000"))].into(),
            summary: self.text("jane.roe destroyed 64 things in 90 minutes").to_string(),
        }
    }

    pub(super) fn event(&self) -> Event {
        Event {
            time: Some(at("2025-03-07T21:00:00Z")),
            event_id: Some(EventId::new(self.text("e1"))),
            event_version: self.some("1.08"),
            account_id: Some(AccountId::from(ACCOUNTS[0])),
            region: Some(Region::new(self.text("eu-west-1"))),
            event_source: self.text("s3.amazonaws.com"),
            event_name: self.text("DeleteBucket"),
            event_name_raw: self.text("DeleteBucket"),
            event_type: self.some("AwsApiCall"),
            event_category: self.some("Management"),
            read_only: Some(false),
            error_code: None,
            error_message: None,
            source_ip: self.some("198.51.100.7"),
            user_agent: self.some("aws-cli/2.15.0"),
            principal: Principal {
                identity_type: self.some("AssumedRole"),
                arn: Some(Arn::new(self.text("arn:aws:sts::111122223333:assumed-role/r/jane"))),
                issuer: Some(SessionIssuer { name: self.some("r"), ..SessionIssuer::default() }),
                mfa: Some(true),
                ..Principal::default()
            }
            .into(),
            request_id: self.some("r-1"),
            shared_event_id: None,
            vpc_endpoint_id: None,
            recipient_account_id: None,
            resources: None,
            request_parameters: self.some(r#"{"bucketName":"b"}"#),
            response_elements: None,
            additional_event_data: None,
            service_event_details: None,
            answered_failure: false,
            category: Some(Category::ResourceDestruction),
            copies: 2,
            source_grade: SourceGrade::Unreferenced,
            evidence: self.evidence(1),
        }
    }
}
