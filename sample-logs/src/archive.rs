//! An RFC archive as customers keep one: get-rfc answers, list-rfc-summaries pages, EventBridge events by the line.
//!
//! No export to S3 is documented by AMS; these are the shapes its command line and its events have.

use crate::bucket::Objects;
use crate::prng::Prng;
use crate::rfc::{self, Rfc};
use serde_json::{Value, json};

/// One object per RFC, as `aws amscm get-rfc` prints it.
pub(crate) fn details(rfcs: &[Rfc]) -> Objects {
    rfcs.iter()
        .map(|rfc| {
            let text = format!("{:#}\n", rfc.detail());
            (format!("rfc-archive/get-rfc/{}.json", rfc.id), text.into_bytes())
        })
        .collect()
}

/// Two pages of `aws amscm list-rfc-summaries`, newest RFC first: one bare, one in the `Output` wrap.
pub(crate) fn summaries(rfcs: &[Rfc]) -> Objects {
    let mut newest: Vec<&Rfc> = rfcs.iter().collect();
    newest.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    let (first, second) = newest.split_at(newest.len().div_ceil(2));
    let mut pages = Objects::new();
    for (number, page) in [(1, first), (2, second)] {
        if !page.is_empty() {
            let text = rfc::summaries_page(page, number == 2);
            pages.insert(format!("rfc-archive/list-rfc-summaries/page-{number}.json"), text.into_bytes());
        }
    }
    pages
}

/// The state change events of all RFCs by time, one a line.
pub(crate) fn state_changes(rfcs: &[Rfc], prng: &mut Prng) -> Objects {
    let mut events: Vec<Value> = rfcs.iter().flat_map(Rfc::state_changes).collect();
    events.sort_by_key(|event| event["time"].as_str().map(str::to_owned));
    let mut text = String::new();
    for mut event in events {
        event["id"] = json!(prng.uuid());
        text.push_str(&event.to_string());
        text.push('\n');
    }
    [("rfc-archive/eventbridge/rfc-state-changes.ndjson".to_owned(), text.into_bytes())].into()
}
