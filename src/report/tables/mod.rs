//! The tables of the contract, one file each.
//!
//! Owns: which columns a table has, in which order, and what each means. A
//! changed, moved or removed row here is a breaking change of the interface.

mod actors;
pub(super) mod controls;
mod coverage;
pub(super) mod destructive;
mod events;
mod evidence;
pub(super) mod findings;
pub(super) mod incidents;
mod mode_usage;
mod problems;
mod rfcs;
mod sessions;
mod timeline;
pub(super) mod windows;

use crate::model::event::Event;
use crate::model::report::Report;
use crate::report::column::Table;

/// Every table of the report, in the order of the contract; `events` only if
/// the report holds it.
pub fn all(report: &Report) -> Vec<Table<'_>> {
    let mut tables = vec![
        evidence::table(report),
        problems::table(report),
        coverage::table(report),
        rfcs::table(report),
        windows::table(report),
        sessions::table(report),
        destructive::table(report),
        timeline(report),
        findings::table(report),
        incidents::table(report),
        controls::table(report),
        actors::table(report),
        mode_usage::table(report),
    ];
    tables
        .extend(report.events.as_deref().map(|events| self::events(events).of_all(report.events_elsewhere)));
    tables
}

/// The table `events` of some events alone.
pub fn events(events: &[Event]) -> Table<'_> {
    events::table(events)
}

/// The table `timeline` alone.
pub fn timeline(report: &Report) -> Table<'_> {
    timeline::table(report)
}

/// The table `findings` alone.
pub fn findings(report: &Report) -> Table<'_> {
    findings::table(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Section 3 of the contract, to the letter.
    const CONTRACT: [(&str, &str); 14] = [
        (
            "evidence",
            "source_object, sha256, inflated_sha256, bytes, inflated_bytes, format, account_id, region, records, duplicates, rejected, first_event_time, last_event_time, status, integrity, note",
        ),
        ("problems", "problem, severity, source_object, source_record, byte_offset, detail"),
        (
            "coverage",
            "account_id, region, day, objects, records, first_event_time, last_event_time, digest_hours, missing_digest_hours, missing_objects, categories",
        ),
        (
            "rfcs",
            "rfc_id, change_type_id, change_type_name, change_type_version, title, status, automation, account_id, target_account_id, mode, action, created_by, created_at, submitted_by, submitted_at, approved_by, approved_at, aws_approval, customer_approval, requested_start, requested_end, started_at, ended_at, parameters, sources, conflicts, source_object, source_record",
        ),
        (
            "mode_windows",
            "window_id, account_id, mode, landing_zone, opened_at, opened_bound, open_basis, closed_at, close_basis, last_seen_at, authorization, authorization_reason, rfc_ids, requested_by, submitted_by, approved_by, opened_by, role_names, sessions, actors, destructive_actions, source_object, source_record",
        ),
        (
            "mode_sessions",
            "session_id, window_id, mode, account_id, role_name, role_session_name, actor, access_key_id, federation, mfa, started_at, start_basis, expires_at, last_event_at, depth, parent_session_id, via, events, writes, denied, destructive_actions, services, regions, source_ips, user_agents, source_object, source_record, link_confidence, attribution_path",
        ),
        (
            "destructive_actions",
            "event_time, event_id, account_id, region, event_source, event_name, category, outcome, error_code, reversibility, recoverable_until, recovery, undone_by_event_id, undone_at, resource_type, resources, resource_count, mode, attribution, window_id, session_id, actor, principal_arn, principal_type, source_ip, user_agent, authorization, rfc_id, severity, technique_id, technique_id_legacy, copies, source_object, source_record, lost_configuration, source_grade, principal_class, link_confidence, attribution_path",
        ),
        (
            "timeline",
            "seq, time, kind, account_id, region, mode, actor, summary, severity, window_id, session_id, rfc_id, event_id, finding_id, source_object, source_record, source_grade",
        ),
        (
            "findings",
            "finding_id, rule_id, title, severity, account_id, mode, time, end_time, actor, summary, count, event_ids, window_id, session_ids, rfc_ids, technique_ids, controls, response, confidence, source_object, source_record, confidence_reason, suppressed_by, suppression_reason, suppression_expires, source_records",
        ),
        (
            "incidents",
            "incident_id, account_id, actor, mode, started_at, ended_at, severity, actions, attempts, resources, irreversible, recoverable, next_deadline, finding_ids, window_ids, session_ids, summary",
        ),
        (
            "controls",
            "framework, control, title, rules, findings, verdict, coverage, suppressed, rules_not_assessed, finding_ids",
        ),
        (
            "actors",
            "account_id, actor, actor_type, role_name, first_seen, last_seen, services, regions, networks, user_agents, access_key_ids, reads, writes, denied, destructive, hours_of_week, cut_lists",
        ),
        (
            "mode_usage",
            "account_id, mode, role_name, event_source, event_name, calls, denied, first_seen, last_seen",
        ),
        (
            "events",
            "event_time, event_id, event_version, account_id, region, event_source, event_name, event_name_raw, event_type, event_category, read_only, error_code, error_message, source_ip, user_agent, identity_type, principal_id, principal_arn, identity_account_id, access_key_id, issuer_arn, issuer_name, role_session_name, source_identity, invoked_by, mfa, session_created_at, request_id, shared_event_id, vpc_endpoint_id, recipient_account_id, resources, request_parameters, response_elements, additional_event_data, category, copies, source_object, source_record",
        ),
    ];

    #[test]
    fn columns_are_those_of_the_contract_in_its_order() {
        let report = Report { events: Some(Vec::new()), ..Report::default() };
        let tables = all(&report);
        assert_eq!(tables.len(), CONTRACT.len());
        for (table, (name, columns)) in tables.iter().zip(CONTRACT) {
            let names: Vec<&str> = table.columns.iter().map(|head| head.name).collect();
            assert_eq!((table.name, names.join(", ").as_str()), (name, columns));
        }
    }

    #[test]
    fn every_column_says_what_it_holds_in_one_line() {
        let report = Report { events: Some(Vec::new()), ..Report::default() };
        for table in all(&report) {
            for head in &table.columns {
                let sound = head.meaning.len() > 5 && !head.meaning.contains('\n');
                assert!(sound, "{}.{}", table.name, head.name);
            }
        }
    }

    #[test]
    fn every_cell_is_of_its_columns_kind() {
        use crate::report::column::{Cell, Kind};
        let report = crate::report::sample::hostile();
        for table in all(&report) {
            assert!(table.rows() > 0, "{}", table.name);
            for row in table.cells() {
                for (cell, head) in row.into_iter().zip(&table.columns) {
                    let fits = match cell {
                        Cell::Empty => head.kind != Kind::List,
                        Cell::Text(text) => head.kind == Kind::Text && !text.is_empty(),
                        Cell::Int(_) => head.kind == Kind::Int,
                        Cell::Time(_) => head.kind == Kind::Time,
                        Cell::List(_) => head.kind == Kind::List,
                        Cell::Bool(_) => head.kind == Kind::Bool,
                        Cell::Place => false,
                    };
                    assert!(fits, "{}.{}", table.name, head.name);
                }
            }
        }
    }
}
