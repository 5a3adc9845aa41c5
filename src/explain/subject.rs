//! What an id names: the kinds of ids, and the rows of each table that it is in.
//!
//! Owns: the list of columns in which an id is looked for. A new kind of id, or
//! a new column of one, is a row of `COLUMNS`.

use std::collections::{BTreeMap, BTreeSet};

use crate::readback::Tables;

/// What an id can name, in the order in which a story tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One call.
    Event,
    /// A session of a mode role.
    Session,
    /// A stretch in which a mode was open.
    Window,
    /// An AMS request for change.
    Rfc,
    /// A claim of the tool.
    Finding,
    /// A run of calls of one actor.
    Incident,
    /// Whoever acted.
    Actor,
    /// An access key.
    AccessKey,
    /// What was acted on.
    Resource,
    /// Where calls came from.
    Address,
    /// An account.
    Account,
}

impl Kind {
    /// The word for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Session => "session",
            Self::Window => "window",
            Self::Rfc => "RFC",
            Self::Finding => "finding",
            Self::Incident => "incident",
            Self::Actor => "actor",
            Self::AccessKey => "access key",
            Self::Resource => "resource",
            Self::Address => "address",
            Self::Account => "account",
        }
    }
}

/// In which table and column an id of a kind stands.
const COLUMNS: &[(Kind, &str, &str)] = &[
    (Kind::Event, "destructive_actions", "event_id"),
    (Kind::Event, "destructive_actions", "undone_by_event_id"),
    (Kind::Event, "timeline", "event_id"),
    (Kind::Event, "findings", "event_ids"),
    (Kind::Event, "events", "event_id"),
    (Kind::Session, "mode_sessions", "session_id"),
    (Kind::Window, "mode_windows", "window_id"),
    (Kind::Rfc, "rfcs", "rfc_id"),
    (Kind::Finding, "findings", "finding_id"),
    (Kind::Incident, "incidents", "incident_id"),
    (Kind::Actor, "mode_sessions", "actor"),
    (Kind::Actor, "destructive_actions", "actor"),
    (Kind::Actor, "destructive_actions", "principal_arn"),
    (Kind::Actor, "timeline", "actor"),
    (Kind::Actor, "findings", "actor"),
    (Kind::Actor, "incidents", "actor"),
    (Kind::Actor, "mode_windows", "opened_by"),
    (Kind::Actor, "mode_windows", "requested_by"),
    (Kind::Actor, "mode_windows", "submitted_by"),
    (Kind::Actor, "mode_windows", "approved_by"),
    (Kind::Actor, "rfcs", "created_by"),
    (Kind::Actor, "rfcs", "submitted_by"),
    (Kind::Actor, "rfcs", "approved_by"),
    (Kind::Actor, "events", "principal_arn"),
    (Kind::Actor, "events", "role_session_name"),
    (Kind::Actor, "events", "source_identity"),
    (Kind::AccessKey, "mode_sessions", "access_key_id"),
    (Kind::AccessKey, "events", "access_key_id"),
    (Kind::Resource, "destructive_actions", "resources"),
    (Kind::Resource, "mode_windows", "role_names"),
    (Kind::Resource, "events", "resources"),
    (Kind::Resource, "events", "request_parameters"),
    (Kind::Address, "destructive_actions", "source_ip"),
    (Kind::Address, "mode_sessions", "source_ips"),
    (Kind::Address, "events", "source_ip"),
    (Kind::Account, "timeline", "account_id"),
    (Kind::Account, "mode_windows", "account_id"),
    (Kind::Account, "rfcs", "account_id"),
    (Kind::Account, "rfcs", "target_account_id"),
    (Kind::Account, "events", "account_id"),
    (Kind::Account, "evidence", "account_id"),
];

/// The rows that an id of one kind is in, by table.
#[derive(Debug, Default)]
pub(super) struct Rows(BTreeMap<&'static str, BTreeSet<usize>>);

impl Rows {
    /// The rows of one table.
    pub(super) fn of(&self, table: &str) -> impl Iterator<Item = usize> + '_ {
        self.0.get(table).into_iter().flatten().copied()
    }
}

/// Everything that an id names, with the rows that it is in.
pub(super) fn look_up(tables: &Tables, id: &str) -> BTreeMap<Kind, Rows> {
    let mut found = BTreeMap::<Kind, Rows>::new();
    for &(kind, table, column) in COLUMNS {
        let json = table == "events" && kind == Kind::Resource;
        let is = |text: &str| match kind {
            Kind::Resource if json => names_inside(text, id),
            Kind::Resource => same_resource(text, id),
            _ => text == id,
        };
        let rows = tables.grid(table).find(column, &is);
        if !rows.is_empty() {
            found.entry(kind).or_default().0.entry(table).or_default().extend(rows);
        }
    }
    // A parameter may name anything: an actor that chose a session name is no
    // resource for that.
    let by_parameter = found.get(&Kind::Resource).is_some_and(|rows| rows.0.keys().eq(["events"].iter()));
    if by_parameter && found.len() > 1 {
        found.remove(&Kind::Resource);
    }
    found
}

/// Whether two identifiers may name one resource: they are the same, or one is
/// the last part of the other, which is an ARN.
pub(super) fn same_resource(one: &str, other: &str) -> bool {
    let last_of = |arn: &str, name: &str| {
        arn.starts_with("arn:")
            && !name.is_empty()
            && arn.strip_suffix(name).is_some_and(|front| front.ends_with([':', '/']))
    };
    one == other || last_of(one, other) || last_of(other, one)
}

/// Whether JSON text holds the identifier as a whole string. A quick look at
/// the text spares most rows a closer one.
fn names_inside(json: &str, id: &str) -> bool {
    let last = id.rsplit([':', '/']).next().unwrap_or(id);
    if !(json.contains(last) || json.contains('\\')) {
        return false;
    }
    let Ok(value) = serde_json::from_str::<serde_json::Value>(json) else { return false };
    let mut values = vec![&value];
    while let Some(value) = values.pop() {
        match value {
            serde_json::Value::String(text) if same_resource(text, id) => return true,
            serde_json::Value::Array(items) => values.extend(items),
            serde_json::Value::Object(members) => values.extend(members.values()),
            _ => {}
        }
    }
    false
}

/// Columns whose texts a mistyped id is compared with.
const NEAR: [(&str, &str); 14] = [
    ("destructive_actions", "event_id"),
    ("timeline", "event_id"),
    ("mode_sessions", "session_id"),
    ("mode_windows", "window_id"),
    ("rfcs", "rfc_id"),
    ("findings", "finding_id"),
    ("incidents", "incident_id"),
    ("mode_sessions", "actor"),
    ("destructive_actions", "actor"),
    ("timeline", "actor"),
    ("mode_sessions", "access_key_id"),
    ("destructive_actions", "resources"),
    ("destructive_actions", "source_ip"),
    ("timeline", "account_id"),
];

/// Ids shown as the nearest.
const NEAR_SHOWN: usize = 3;
/// How alike two ids must be, from 0 to 1.
const NEAR_MIN: f64 = 0.75;
/// Characters of an id that are compared; the cost grows with their square.
const NEAR_CHARS_MAX: usize = 120;

/// The ids of the report that look most like this one, nearest first.
pub(super) fn nearest(tables: &Tables, id: &str) -> Vec<String> {
    let mut all = BTreeSet::new();
    for (table, column) in NEAR {
        let grid = tables.grid(table);
        for row in 0..grid.rows() {
            all.extend(grid.list(row, column));
        }
    }
    let start = |text: &str| text.chars().take(NEAR_CHARS_MAX).collect::<String>().to_lowercase();
    let wanted = start(id);
    let alike = |other: &String| {
        let other = start(other);
        let inside = wanted.len() >= 4 && other.contains(&wanted);
        let alike = strsim::normalized_damerau_levenshtein(&wanted, &other);
        if inside { alike.max(NEAR_MIN) } else { alike }
    };
    let mut near: Vec<(f64, String)> = all.into_iter().map(|other| (alike(&other), other)).collect();
    near.retain(|(alike, _)| *alike >= NEAR_MIN);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().take(NEAR_SHOWN).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_and_its_last_part_name_one_resource() {
        for (one, other, same) in [
            ("logs", "logs", true),
            ("arn:aws:s3:::logs", "logs", true),
            ("logs", "arn:aws:s3:::logs", true),
            ("arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "i-1", true),
            ("arn:aws:s3:::other-logs", "logs", false),
            ("arn:aws:s3:::logs", "arn:aws:s3:::logs", true),
            ("arn:aws:s3:::logs", "arn:aws:s3:::log", false),
            ("x/logs", "logs", false),
            ("arn:aws:s3:::logs", "", false),
            ("", "logs", false),
        ] {
            assert_eq!(same_resource(one, other), same, "{one} {other}");
        }
    }

    #[test]
    fn parameters_name_a_resource_only_as_a_whole_string() {
        assert!(names_inside(r#"{"bucketName":"logs","x":[1]}"#, "arn:aws:s3:::logs"));
        assert!(names_inside(r#"[{"ARN":"arn:aws:s3:::\u006cogs"}]"#, "logs"));
        assert!(!names_inside(r#"{"bucketName":"logs-2"}"#, "logs"));
        assert!(!names_inside(r#"{"logs":"x"}"#, "logs"));
        assert!(!names_inside("logs", "logs"));
    }
}
