//! What one entry is, and how to get from an envelope to the record inside.

use std::borrow::Cow;

use crate::decode::format::{FORMATS, Format, Reading, STATE_CHANGE};
use crate::decode::head::Head;
use crate::decode::json::{Members, string};
use crate::decode::walk::Walk;
use crate::decode::{Document, Record, RfcEntry, RfcKind};
use crate::limits::JSON_STRING_NESTING_MAX;
use crate::model::problem::ProblemKind;

/// Where an entry lies in the object: start and end of its outermost value.
type Span = (usize, usize);

impl Walk<'_, '_> {
    /// Hands an entry on as what it is. `text` is the entry itself, which may
    /// have been a string inside `span`; `nesting` counts such strings.
    pub(crate) fn take(&mut self, head: Head<'_>, text: &str, span: Span, nesting: usize) {
        if head.is_record() {
            self.note_record_format();
            return self.record(head, text, span, None);
        }
        let Some(members) = Members::parse(text) else {
            let place = self.next_place(span.0, span.1);
            return self.reject(
                ProblemKind::DamagedRecord,
                place,
                "an entry that is no JSON object".to_owned(),
            );
        };
        match recognise(&members) {
            Some(format) => self.by_form(format, &members, text, (span, nesting)),
            None => self.unknown(&members, text, span),
        }
    }

    fn record(&mut self, head: Head<'_>, text: &str, span: Span, envelope_account: Option<&str>) {
        let place = self.next_place(span.0, span.1);
        self.evidence = true;
        self.sink.record(Record { head, text, place, envelope_account });
    }

    fn by_form(&mut self, format: &'static Format, members: &Members<'_>, text: &str, at: (Span, usize)) {
        let (span, nesting) = at;
        match format.reading {
            Reading::Elements(_) if is_health_check(members) => {
                self.note_format(format.name);
                self.evidence = true;
            }
            Reading::Elements(key) => self.inner_elements(format, members.get_any(&either_case(key)), at),
            Reading::Object(key) => {
                let inner = members.get(key).unwrap_or_default();
                let head = Head::tolerant(inner).unwrap_or_default();
                self.take(head, inner, span, nesting);
            }
            Reading::Text(key) => {
                self.note_format(format.name);
                self.inner_text(members.get(key).unwrap_or_default(), at);
            }
            Reading::Envelope => self.envelope(members, text, span),
            Reading::Rfc(key) => {
                self.note_format(format.name);
                let inner = members.get_any(&either_case(key)).unwrap_or_default();
                self.rfc(RfcKind::Full, inner, span);
            }
            Reading::BareRfc => {
                self.note_format(format.name);
                let full =
                    ["ExecutionParameters", "ExecutionOutput", "LastModifiedBy", "executionParameters"];
                let kind =
                    if full.iter().any(|key| members.has(key)) { RfcKind::Full } else { RfcKind::Summary };
                self.rfc(kind, text, span);
            }
            Reading::Document(kind) => {
                self.note_format(format.name);
                self.evidence = true;
                let place = self.next_place(span.0, span.1);
                self.sink.document(Document { kind, text, place });
            }
            Reading::NotRead(why) => {
                self.note_format(format.name);
                self.not_read = true;
                let place = self.next_place(span.0, span.1);
                self.reject(ProblemKind::FormNotRead, place, why.to_owned());
            }
            Reading::NotEvidence(what) => {
                self.note_format(format.name);
                self.lookalike(what.to_owned(), span);
            }
        }
    }

    fn rfc(&mut self, kind: RfcKind, text: &str, span: Span) {
        let place = self.next_place(span.0, span.1);
        self.evidence = true;
        self.sink.rfc(RfcEntry { kind, text, place });
    }

    /// Entries in an array inside an envelope. Their span is the array's own
    /// element where the envelope lies in the object as it is, else the whole.
    fn inner_elements(
        &mut self,
        format: &'static Format,
        array: Option<&str>,
        (span, nesting): (Span, usize),
    ) {
        self.note_format(format.name);
        let Some(array) = array else { return };
        let elements: Vec<&serde_json::value::RawValue> = match serde_json::from_str(array) {
            Ok(elements) => elements,
            Err(_) if array == "null" => Vec::new(),
            Err(_) => match serde_json::from_str(array) {
                Ok(one) => vec![one],
                Err(_) => Vec::new(),
            },
        };
        if elements.is_empty() {
            self.evidence = true;
        }
        for element in elements {
            let element = element.get();
            let inside = self.span_of(element).unwrap_or(span);
            match Head::tolerant(element) {
                Some(head) => self.take(head, element, inside, nesting),
                None => {
                    let place = self.next_place(inside.0, inside.1);
                    let detail = "an entry that is no JSON object".to_owned();
                    self.reject(ProblemKind::RejectedRecord, place, detail);
                }
            }
        }
    }

    /// Where a part of the object's own text lies in it; `None` for text that
    /// was unescaped on the way.
    fn span_of(&self, part: &str) -> Option<Span> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let end = start + part.len();
        (end <= self.text.len()).then_some((start, end))
    }

    fn inner_text(&mut self, raw: &str, (span, nesting): (Span, usize)) {
        let inner = string(raw).unwrap_or(Cow::Borrowed(raw));
        let head = if nesting < JSON_STRING_NESTING_MAX { Head::tolerant(inner.trim()) } else { None };
        match head {
            Some(head) => self.take(head, inner.trim(), span, nesting + 1),
            None => {
                let place = self.next_place(span.0, span.1);
                let detail = "the text inside this entry is no JSON object".to_owned();
                self.reject(ProblemKind::RejectedRecord, place, detail);
            }
        }
    }

    /// Source: facts/cloudtrail.md 2.2 row 15; facts/ams.md 3.8 (one template
    /// spells the key `source` with a trailing blank).
    fn envelope(&mut self, members: &Members<'_>, text: &str, span: Span) {
        let word = |keys: &[&str]| members.get_any(keys).and_then(string).unwrap_or_default();
        let detail_type = word(&["detail-type"]);
        let detail = members.get("detail").unwrap_or_default();
        let of_ams = word(&["source", "source "]) == "aws.managedservices";
        if of_ams && (detail_type == "AMS RFC State Change" || detail.contains("\"RfcId\"")) {
            self.note_format(STATE_CHANGE);
            return self.rfc(RfcKind::StateChange, text, span);
        }
        self.note_format("eventbridge");
        let head = Head::tolerant(detail).unwrap_or_default();
        if head.is_record() {
            let account = word(&["account"]);
            return self.record(head, detail, span, Some(&account));
        }
        if detail.contains("\"insightDetails\"") {
            self.not_read = true;
            let place = self.next_place(span.0, span.1);
            let why = "CloudTrail Insights record in an EventBridge event: recognised and not read";
            return self.reject(ProblemKind::FormNotRead, place, why.to_owned());
        }
        self.lookalike(format!("EventBridge event `{detail_type}`, no CloudTrail record"), span);
    }

    /// An object of no known form: evidence in a wrapper, or no evidence.
    fn unknown(&mut self, members: &Members<'_>, text: &str, span: Span) {
        let holds_records = (text.contains("\"eventSource\"") && text.contains("\"eventName\""))
            || text.contains("\"insightDetails\"")
            || text.contains("\\\"eventSource\\\"")
            || (text.contains("\"RfcId\"") && text.contains("\"ChangeTypeId\""));
        if holds_records {
            self.not_read = true;
            let place = self.next_place(span.0, span.1);
            let detail = "records or RFCs in an unknown wrapper: recognised; take them out of it first";
            return self.reject(ProblemKind::FormNotRead, place, detail.to_owned());
        }
        let keys: Vec<&str> = members.iter().map(|(key, _)| key).take(5).collect();
        self.lookalike(format!("JSON in no known form, with the keys {}", keys.join(", ")), span);
    }

    /// Something that is no evidence. Inside an object that is evidence it is
    /// a rejected entry; by itself it only names the object.
    fn lookalike(&mut self, what: String, span: Span) {
        if self.evidence {
            let place = self.next_place(span.0, span.1);
            return self.reject(ProblemKind::RejectedRecord, place, what);
        }
        let place = self.next_place(span.0, span.1);
        self.lookalike_count += 1;
        self.lookalikes.get_or_insert((place, what));
    }
}

/// Whether an entry is one document, which may be far longer than a record.
pub(crate) fn is_document(text: &str) -> bool {
    let format = Members::parse(text).and_then(|members| recognise(&members));
    format.is_some_and(|format| matches!(format.reading, Reading::Document(_)))
}

/// The first form whose keys are all there.
fn recognise(members: &Members<'_>) -> Option<&'static Format> {
    let fits = |format: &&Format| {
        !format.keys.is_empty()
            && format.keys.iter().all(|spellings| spellings.iter().any(|key| members.has(key)))
            && members.get_any(format.keys[0]).is_some_and(|value| value.contains(format.holding))
    };
    FORMATS.iter().find(fits)
}

/// Whether this is CloudWatch Logs trying out its own subscription: such an
/// object never carries a record.
///
/// Source: facts/cloudtrail.md 2.2 row 7 (`CONTROL_MESSAGE`, to be skipped).
fn is_health_check(members: &Members<'_>) -> bool {
    members.get("messageType") == Some("\"CONTROL_MESSAGE\"")
}

/// A key as given and with its first letter in lower case.
fn either_case(key: &'static str) -> [&'static str; 2] {
    let lower = match key {
        "Rfc" => "rfc",
        "RfcSummaries" => "rfcSummaries",
        _ => key,
    };
    [key, lower]
}
