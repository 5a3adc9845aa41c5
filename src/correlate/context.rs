//! Which events are held in memory: those that tell something of others.
//!
//! Owns: that choice, in two steps. What an event's own record shows is asked when
//! its object is read (`tells_of_others`); what others ask of it, when all are
//! there (`Plain::of`). The rest are destructive calls outside modes, each of which
//! gives a row and is needed for nothing else: they pass once, in order.
//!
//! ```text
//!  events ──▶ tells_of_others? ─yes─────────────▶ in memory: sessions, windows,
//!                 └─no─▶ asked of by those? ─yes─▶ lineage, history, findings
//!                             └─no─▶ passes by: its row of destructive_actions
//! ```

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::catalogue::Catalogue;
use crate::model::destructive::Category;
use crate::model::event::{Event, in_order};
use crate::model::evidence::Evidence;
use crate::model::inventory::ConfigItem;
use crate::normalise::rfc::is_change_management;
use crate::runs::Runs;

use super::destructive::{Asked, Batches, tells};
use super::lineage::{self, Taken};
use super::log_bucket::LogBuckets;
use super::{finding, marks};

/// Whether an event tells, as far as its own record shows, something of other
/// events: all that are not destructive do.
pub fn tells_of_others(event: &Event, catalogue: &Catalogue) -> bool {
    event.category.is_none()
        || event.principal.role_name().is_some_and(|role| catalogue.mode_of_role(role).is_some())
        || is_change_management(&event.event_source)
        || stops_recording(event)
        || marks::touches(event, catalogue)
        || lineage::bears(event)
        || tells(event, catalogue)
}

/// Recording of what is done in an account: what came after is held against it.
fn stops_recording(event: &Event) -> bool {
    event.category == Some(Category::ImpairLogging)
        && matches!(&*event.event_source, "cloudtrail.amazonaws.com" | "config.amazonaws.com")
}

/// Destructive calls that tell nothing of others, in order.
#[derive(Debug, Default)]
pub(super) struct Plain {
    rows: Runs<Event>,
    /// Those that are in memory after all.
    moved: BTreeSet<Evidence>,
    /// Calls that ask for the deletion of several objects.
    pub(super) batches: Batches,
    /// What they took away that a mode session may have handed out.
    pub(super) taken: Vec<Taken>,
}

/// What asks for events.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    /// What AWS Config recorded.
    pub(super) items: &'a [ConfigItem],
    /// Where trails keep their logs.
    pub(super) log_buckets: &'a LogBuckets,
    /// The catalogue.
    pub(super) catalogue: &'a Catalogue,
}

impl Plain {
    /// Of all destructive calls that tell nothing of others by themselves; those that
    /// others ask for go to the events, whose order stays.
    pub(super) fn of(rows: Runs<Event>, events: &mut Vec<Event>, asking: Asking<'_>) -> Self {
        let mut plain = Self::default();
        events.iter().for_each(|event| plain.batches.note(event));
        let any_mode = marks::any(events, asking.catalogue);
        let mut asked = Asked::of(events, asking.items, asking.catalogue);
        let mut wanted: Vec<Event> = Vec::new();
        for event in &rows {
            plain.batches.note(&event);
            plain.taken.extend(Taken::of(&event).filter(|_| any_mode));
            let older = &mut |event: Event| wanted.push(event);
            if asked.wants(&event, asking.catalogue, older)
                || finding::is_on_log_bucket(&event, asking.log_buckets)
            {
                wanted.push(event.into_owned());
            }
        }
        plain.moved = wanted.iter().map(|event| event.evidence.clone()).collect();
        plain.rows = rows;
        if !wanted.is_empty() {
            events.extend(wanted);
            events.sort_by(in_order);
        }
        plain
    }

    /// Those that are not in memory.
    pub(super) fn iter(&self) -> impl Iterator<Item = Cow<'_, Event>> {
        self.rows.iter().filter(|event| !self.moved.contains(&event.evidence))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{With, call, wearing};
    use super::*;

    #[test]
    fn floods_of_usual_destruction_pass_by() {
        let catalogue = Catalogue::builtin();
        let tells = |source: &str, name: &str, request: &str, role: &str| {
            let mut event = call(1, source, name).by(wearing(role, "ASIA1", Some(1))).request(request);
            event.category = catalogue.judge(&event).map(|judgement| judgement.category);
            assert!(event.category.is_some(), "{name} is destructive");
            tells_of_others(&event, &catalogue)
        };
        let of_version = r#"{"bucketName":"b","key":"k","versionId":"v"}"#;
        for (source, name, request) in [
            ("cloudformation", "DeleteStack", r#"{"stackName":"s","roleARN":"arn:aws:iam::1:role/r"}"#),
            ("s3", "DeleteObject", of_version),
            ("s3", "DeleteObject", r#"{"bucketName":"b","key":"k"}"#),
            ("s3", "DeleteBucket", r#"{"bucketName":"b"}"#),
            ("ec2", "TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#),
            ("sso", "DeleteAccountAssignment", "{}"),
        ] {
            assert!(!tells(source, name, request, "worker"), "{name} passes by");
            assert!(tells(source, name, request, "AWSManagedServicesDevelopmentRole"), "{name} in a mode");
        }
        assert!(tells("cloudtrail", "StopLogging", "{}", "worker"));
        let versions = r#"{"bucketName":"b","delete":{"objects":[{"key":"k","versionId":"v"}]}}"#;
        assert!(tells("s3", "DeleteObjects", versions, "worker"));
    }
}
