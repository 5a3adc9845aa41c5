//! What one entry is, and how to get from an envelope to the record inside.

use std::borrow::Cow;

use crate::decode::format::{DELIVERY, FORMATS, Format, Reading, STATE_CHANGE};
use crate::decode::head::Head;
use crate::decode::json::{Members, string};
use crate::decode::ocsf;
use crate::decode::walk::Walk;
use crate::decode::{Aside, AsideKind, Document, Record, RfcEntry, RfcKind};
use crate::limits::JSON_STRING_NESTING_MAX;
use crate::model::problem::ProblemKind;
use crate::model::source_grade::SourceGrade;

/// Where an entry lies in the object: start and end of its outermost value.
pub(crate) type Span = (usize, usize);

impl Walk<'_, '_> {
    /// Hands an entry on as what it is. `text` is the entry itself, which may
    /// have been a string inside `span`; `nesting` counts such strings.
    pub(crate) fn take(&mut self, head: Head<'_>, text: &str, span: Span, nesting: usize) {
        if head.is_record() {
            if !self.took_inner(&head, text, (span, nesting)) {
                self.note_record_format();
                self.record(head, text, (span, nesting), None);
            }
            return;
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
            None => self.wrapper(None, &members, text, (span, nesting)),
        }
    }

    fn record(
        &mut self,
        head: Head<'_>,
        text: &str,
        (span, nesting): (Span, usize),
        envelope_account: Option<&str>,
    ) {
        let delivered = self.is_delivery() && nesting == 0 && envelope_account.is_none();
        let grade = if delivered { SourceGrade::Unreferenced } else { SourceGrade::Export };
        let place = self.next_place(span.0, span.1);
        self.evidence = true;
        self.sink.record(Record { head, text, place, envelope_account, grade });
    }

    /// A record put together from columns, `whole` if nothing of it is missing.
    pub(crate) fn rebuilt_record(&mut self, head: Head<'_>, text: &str, span: Span, whole: bool) {
        let grade = if whole { SourceGrade::Export } else { SourceGrade::Summary };
        let place = self.next_place(span.0, span.1);
        self.evidence = true;
        self.sink.record(Record { head, text, place, envelope_account: None, grade });
    }

    fn ocsf(&mut self, text: &str, span: Span) {
        let rebuilt = ocsf::record(text);
        let head = rebuilt.as_deref().and_then(Head::tolerant).filter(Head::is_record);
        match (head, &rebuilt) {
            (Some(head), Some(rebuilt)) => self.rebuilt_record(head, rebuilt, span, false),
            _ => self.lookalike("OCSF event that tells of no CloudTrail record".to_owned(), span),
        }
    }

    fn aside(&mut self, kind: AsideKind, text: &str, span: Span) {
        let head = Head::tolerant(text).unwrap_or_default();
        let place = self.next_place(span.0, span.1);
        self.evidence = true;
        self.sink.aside(Aside { head, text, place, kind });
    }

    pub(crate) fn by_form(
        &mut self,
        format: &'static Format,
        members: &Members<'_>,
        text: &str,
        at: (Span, usize),
    ) {
        let (span, nesting) = at;
        if matches!(format.reading, Reading::Text(_) | Reading::Aside(_) | Reading::NotEvidence(_)) {
            self.note_format_of_entry(format.name);
        }
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
                let raw = members.get_any(&either_case(key)).unwrap_or_default();
                let inner = string(raw).unwrap_or(Cow::Borrowed(raw));
                self.text_inside(&inner, at);
            }
            Reading::Rows(key) => {
                self.note_format(format.name);
                self.result_rows(members.get(key).unwrap_or_default(), at);
            }
            Reading::Columns => {
                self.note_format(format.name);
                self.columns_of(members, span);
            }
            Reading::Ocsf => {
                self.note_format(format.name);
                self.ocsf(text, span);
            }
            Reading::Wrapper => self.wrapper(Some(format), members, text, at),
            Reading::Aside(kind) => self.aside(kind, text, span),
            Reading::Envelope => self.envelope(members, text, at),
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
            Reading::NotEvidence(what) => self.lookalike(what.to_owned(), span),
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
        if nesting == 0 && format.name == DELIVERY {
            self.enter_delivery();
        }
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
    pub(crate) fn span_of(&self, part: &str) -> Option<Span> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let end = start + part.len();
        (end <= self.text.len()).then_some((start, end))
    }

    /// Text that should be a record as JSON, or JSON behind a header of a line.
    pub(crate) fn text_inside(&mut self, inner: &str, (span, nesting): (Span, usize)) {
        let inner = inner.trim();
        let json = inner.find('{').map_or(inner, |brace| &inner[brace..]);
        let head = if nesting < JSON_STRING_NESTING_MAX { Head::tolerant(json) } else { None };
        match head {
            Some(head) => self.take(head, json, span, nesting + 1),
            None if json.starts_with('{') => {
                let place = self.next_place(span.0, span.1);
                let detail = "the text inside this entry is no whole JSON object".to_owned();
                self.reject(ProblemKind::RejectedRecord, place, detail);
            }
            None => self.lookalike("a message that is no JSON object".to_owned(), span),
        }
    }

    /// Source: facts/cloudtrail.md 2.2 row 15; facts/ams.md 3.8 (one template
    /// spells the key `source` with a trailing blank).
    fn envelope(&mut self, members: &Members<'_>, text: &str, (span, nesting): (Span, usize)) {
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
            return self.record(head, detail, (span, nesting), Some(&account));
        }
        if detail.contains("\"insightDetails\"") {
            return self.aside(AsideKind::Insight, detail, span);
        }
        self.lookalike(format!("EventBridge event `{detail_type}`, no CloudTrail record"), span);
    }

    /// Something that is no evidence. Inside an object that is evidence it is
    /// a rejected entry; by itself it only names the object.
    pub(crate) fn lookalike(&mut self, what: String, span: Span) {
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
pub(crate) fn recognise(members: &Members<'_>) -> Option<&'static Format> {
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

/// A key as given and with its first letter in the other case.
fn either_case(key: &'static str) -> [&'static str; 2] {
    let lower = match key {
        "Rfc" => "rfc",
        "RfcSummaries" => "rfcSummaries",
        "body" => "Body",
        _ => key,
    };
    [key, lower]
}
