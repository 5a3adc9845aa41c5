//! Lines with JSON behind something else: a time, a stream name, a syslog header.
//!
//! Source: facts/cloudtrail.md 2.2 rows 8, 20, 26.

use crate::decode::format::named;
use crate::decode::head::Head;
use crate::decode::walk::Walk;
use crate::limits::RECORD_BYTES_MAX;
use crate::model::problem::ProblemKind;

/// The form of lines whose first one is like these; `None` for any other text.
pub(crate) fn form(text: &str) -> Option<&'static str> {
    let line = text.trim_start_matches('\u{feff}').trim_start().lines().next()?.trim_end();
    let (before, json) = line.split_at(line.find('{')?);
    let first = before.split(' ').next().unwrap_or_default();
    let dated = first.len() >= 20
        && first.as_bytes().get(4) == Some(&b'-')
        && first.as_bytes().get(10) == Some(&b'T');
    if dated {
        return Some("cloudwatch_export");
    }
    let whole = !before.is_empty() && Head::tolerant(json).is_some();
    whole.then_some("prefixed_lines")
}

impl Walk<'_, '_> {
    /// Walks lines; each is the text before its first brace, and JSON.
    pub(crate) fn prefixed_lines(&mut self, form: &'static str) {
        self.note_format(named(form).name);
        let text = self.text;
        let mut from = 0;
        for line in text.split_inclusive('\n') {
            let start = from;
            from += line.len();
            let brace = line.find('{').unwrap_or(0);
            let json = line[brace..].trim();
            if json.trim_start_matches('\u{feff}').is_empty() {
                continue;
            }
            let span = (start + brace, start + brace + json.len());
            if json.len() > RECORD_BYTES_MAX {
                let place = self.next_place(span.0, span.1);
                let detail = format!("a line of {} bytes; at most {RECORD_BYTES_MAX} are read", json.len());
                self.reject(ProblemKind::LimitReached, place, detail);
                continue;
            }
            match Head::tolerant(json) {
                Some(head) => self.take(head, json, span, 1),
                None => {
                    let place = self.next_place(span.0, span.1);
                    let detail = "a line that holds no whole JSON object".to_owned();
                    self.reject(ProblemKind::DamagedRecord, place, detail);
                }
            }
        }
    }
}
