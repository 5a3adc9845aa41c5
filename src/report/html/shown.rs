//! Which tables and columns the page shows.
//!
//! Owns: that choice alone. Columns left out here are in the tables' own files.

/// Table, title, columns shown, in the order in which a reader needs them.
#[rustfmt::skip]
pub(super) const SHOWN: [(&str, &str, &[&str]); 8] = [
    ("mode_windows", "Mode windows", &[
        "mode", "account_id", "opened_at", "opened_bound", "closed_at", "last_seen_at", "authorization",
        "authorization_reason", "sessions", "actors", "destructive_actions", "rfc_ids", "requested_by",
        "approved_by", "opened_by", "role_names", "open_basis", "window_id", "source_object",
        "source_record",
    ]),
    ("incidents", "Incidents", &[
        "severity", "started_at", "ended_at", "actor", "account_id", "mode", "summary", "actions",
        "attempts", "resources", "irreversible", "recoverable", "next_deadline", "window_ids",
        "finding_ids", "incident_id",
    ]),
    ("findings", "Findings", &[
        "severity", "title", "time", "account_id", "actor", "mode", "summary", "count", "response",
        "confidence", "confidence_reason", "suppressed_by", "suppression_reason", "suppression_expires",
        "technique_ids", "controls", "rule_id", "window_id", "event_ids", "finding_id",
        "source_object", "source_record",
    ]),
    ("destructive_actions", "Destructive actions", &[
        "event_time", "severity", "outcome", "event_name", "account_id", "region", "actor", "mode",
        "authorization", "reversibility", "recoverable_until", "undone_at", "resources",
        "resource_count", "recovery", "category", "attribution", "source_ip", "user_agent",
        "error_code", "technique_id", "rfc_id", "window_id", "session_id", "event_id", "source_object",
        "source_record",
    ]),
    ("mode_sessions", "Mode sessions", &[
        "started_at", "last_event_at", "actor", "mode", "account_id", "role_name", "depth", "via",
        "events", "writes", "denied", "destructive_actions", "mfa", "federation", "source_ips",
        "user_agents", "services", "access_key_id", "window_id", "session_id", "parent_session_id",
        "source_object", "source_record",
    ]),
    ("rfcs", "RFCs", &[
        "rfc_id", "action", "mode", "change_type_id", "change_type_name", "title", "status",
        "account_id", "target_account_id", "created_by", "created_at", "submitted_by", "approved_by",
        "approved_at", "started_at", "ended_at", "sources", "conflicts", "source_object",
        "source_record",
    ]),
    ("timeline", "Timeline", &[
        "seq", "time", "kind", "severity", "summary", "account_id", "region", "mode", "actor",
        "window_id", "rfc_id", "event_id", "source_object", "source_record",
    ]),
    ("coverage", "Coverage", &[
        "account_id", "region", "day", "objects", "records", "first_event_time", "last_event_time",
        "digest_hours", "missing_digest_hours", "missing_objects", "categories",
    ]),
];

#[cfg(test)]
mod tests {
    use crate::model::report::Report;
    use crate::report::tables;

    #[test]
    fn every_column_shown_exists_and_every_row_names_its_source() {
        let report = Report::default();
        let tables = tables::all(&report);
        for (name, _, columns) in super::SHOWN {
            let table = tables.iter().find(|table| table.name == name).expect("the table exists");
            for column in columns {
                assert!(table.column(column).is_some(), "{name}.{column}");
            }
            for source in ["source_object", "source_record"] {
                assert_eq!(table.column(source).is_some(), columns.contains(&source), "{name}.{source}");
            }
        }
    }
}
