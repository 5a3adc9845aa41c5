//! Records in wrappers: SIEM exports, messages of queues and topics, and any
//! other JSON that holds a record, or the JSON text of one, somewhere inside.
//!
//! Source: facts/cloudtrail.md 2.2 rows 17, 24, 25, 26.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use crate::decode::ecs;
use crate::decode::entry::{Span, recognise};
use crate::decode::format::{Format, Reading};
use crate::decode::head::{Field, Head};
use crate::decode::json::{Members, string};
use crate::decode::walk::Walk;
use crate::limits::{JSON_STRING_NESTING_MAX, WRAPPER_DEPTH_MAX};
use crate::model::problem::ProblemKind;

/// Where a search is: the entry's span, strings opened so far, objects entered.
#[derive(Clone, Copy)]
struct At {
    span: Span,
    nesting: usize,
    depth: usize,
}

impl Walk<'_, '_> {
    /// Takes every record out of a wrapper. `form` names the wrapper if it is a
    /// known one.
    pub(crate) fn wrapper(
        &mut self,
        form: Option<&'static Format>,
        members: &Members<'_>,
        text: &str,
        at: (Span, usize),
    ) {
        let (span, nesting) = at;
        let before = self.entries();
        self.note_format_of_entry(form.map_or("wrapped_record", |form| form.name));
        let mut seen = BTreeSet::new();
        self.search(members, At { span, nesting, depth: 0 }, &mut seen);
        if self.entries() > before || self.elastic_fields(text, span) {
            return;
        }
        if form.is_none() {
            self.forget_format("wrapped_record");
        }
        if holds_records(text) {
            self.not_read = true;
            let place = self.next_place(span.0, span.1);
            let detail =
                "names of fields of records or RFCs in a wrapper, and none could be found whole in it";
            return self.reject(ProblemKind::FormNotRead, place, detail.to_owned());
        }
        let what = match form {
            Some(form) => format!("{} that holds no CloudTrail record", form.about),
            None => {
                let keys: Vec<&str> = members.iter().map(|(key, _)| key).take(5).collect();
                format!("JSON in no known form, with the keys {}", keys.join(", "))
            }
        };
        self.lookalike(what, span);
    }

    /// Takes the records of documents that hold their fields in Elastic's names
    /// alone; false if there are none.
    fn elastic_fields(&mut self, text: &str, span: Span) -> bool {
        if !text.contains("cloudtrail") || !text.contains("event_version") {
            return false;
        }
        let before = self.entries();
        for record in ecs::records(text) {
            if let Some(head) = Head::tolerant(&record).filter(Head::is_record) {
                self.rebuilt_record(head, &record, span, false);
            }
        }
        self.entries() > before
    }

    /// Takes the record out of an object that has its main fields at the top, as
    /// tools leave them that pick fields out; false if there is none inside.
    pub(crate) fn took_inner(&mut self, head: &Head<'_>, text: &str, (span, nesting): (Span, usize)) -> bool {
        if !is_picked(head, text) {
            return false;
        }
        let Some(members) = Members::parse(text) else { return false };
        let before = self.entries();
        self.note_format_of_entry("wrapped_record");
        self.search(&members, At { span, nesting, depth: 0 }, &mut BTreeSet::new());
        if self.entries() == before {
            self.forget_format("wrapped_record");
        }
        self.entries() > before
    }

    fn search(&mut self, members: &Members<'_>, at: At, seen: &mut BTreeSet<String>) {
        if at.depth >= WRAPPER_DEPTH_MAX {
            return;
        }
        for (_, value) in members.iter().filter(|(_, value)| may_hold(value)) {
            self.search_value(value, At { depth: at.depth + 1, ..at }, seen);
        }
    }

    fn search_value(&mut self, value: &str, at: At, seen: &mut BTreeSet<String>) {
        match value.as_bytes().first() {
            Some(b'"') if at.nesting < JSON_STRING_NESTING_MAX => {
                let Some(inner) = string(value) else { return };
                let Some(brace) = inner.find(['{', '[']) else { return };
                let inner = inner[brace..].trim_end();
                let deeper = At { nesting: at.nesting + 1, ..at };
                if inner.starts_with('{') {
                    self.search_object(inner, deeper, seen);
                } else {
                    self.search_value(inner, deeper, seen);
                }
            }
            Some(b'{') => {
                let span = if at.nesting == 0 { self.span_of(value).unwrap_or(at.span) } else { at.span };
                self.search_object(value, At { span, ..at }, seen);
            }
            Some(b'[') if at.depth < WRAPPER_DEPTH_MAX => {
                let elements: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
                for element in elements.iter().filter(|element| may_hold(element.get())) {
                    self.search_value(element.get(), At { depth: at.depth + 1, ..at }, seen);
                }
            }
            _ => {}
        }
    }

    fn search_object(&mut self, text: &str, at: At, seen: &mut BTreeSet<String>) {
        let Some(head) = Head::tolerant(text) else { return };
        if head.is_record() && !is_picked(&head, text) {
            // One record may lie in a wrapper twice, as text and taken apart.
            let id = head.event_id.as_str().unwrap_or_default();
            if id.is_empty() || seen.insert(id.to_owned()) {
                self.take(head, text, at.span, at.nesting.max(1));
            }
            return;
        }
        let Some(members) = Members::parse(text) else { return };
        let known = recognise(&members)
            .filter(|format| !matches!(format.reading, Reading::Document(_) | Reading::NotEvidence(_)));
        match known {
            Some(format) if !matches!(format.reading, Reading::Wrapper) => {
                self.by_form(format, &members, text, (at.span, at.nesting.max(1)));
            }
            _ => self.search(&members, at, seen),
        }
    }
}

/// Whether an object looks like fields picked from a record whose text it holds.
pub(super) fn is_picked(head: &Head<'_>, text: &str) -> bool {
    head.event_version == Field::Absent && text.contains("\\\"eventVersion\\\"")
}

/// Whether a text names the fields of a record as keys.
fn holds_records(text: &str) -> bool {
    (text.contains("\"eventSource\"") && text.contains("\"eventName\""))
        || text.contains("\"insightDetails\"")
        || text.contains("\\\"eventSource\\\"")
        || (text.contains("\"RfcId\"") && text.contains("\"ChangeTypeId\""))
}

/// Whether a record, an Insight or an RFC could lie in this text.
fn may_hold(text: &str) -> bool {
    (text.contains("eventSource") && text.contains("eventName"))
        || text.contains("insightDetails")
        || text.contains("ChangeTypeId")
        || text.contains("RfcId")
}
