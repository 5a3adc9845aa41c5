//! Every form of evidence, cut at every length and with every byte damaged:
//! no panic, nothing lost that lies before the damage, and every entry counted.
//!
//! Runs the decoder itself, for speed; a few cuts run the whole binary.

use std::collections::BTreeSet;

use devtrail::decode::{Decoded, Document, Fault, Record, RfcEntry, Sink, Verdict, decode};
use polars_parquet::write::{CompressionOptions, Encoding, Version};
use serde_json::{Value, json};

use crate::beside::{beside_good, problems};
use crate::forms::parquet::{athena_columns, athena_row};
use crate::parquet_file::{How, parquet};
use crate::runner::{delivery, record};

/// Where an entry begins and ends, and how it names itself.
type Span = (usize, usize, String);

/// Everything that decoding hands out.
#[derive(Default)]
struct Seen {
    entries: Vec<Span>,
    latest: Option<u64>,
    highest: Option<u64>,
}

impl Seen {
    fn note(&mut self, place: devtrail::decode::Place, name: &str) {
        assert!(self.latest.is_none_or(|before| place.ordinal > before), "ordinals rise");
        self.latest = Some(place.ordinal);
        self.highest = self.highest.max(self.latest);
        self.entries.push((place.start, place.end, name.to_owned()));
    }
}

impl Sink for Seen {
    fn record(&mut self, record: Record<'_>) {
        self.note(record.place, record.head.event_id.as_str().unwrap_or_default());
    }

    fn aside(&mut self, _: devtrail::decode::Aside<'_>) {}

    fn rfc(&mut self, entry: RfcEntry<'_>) {
        let value: Value = serde_json::from_str(entry.text).unwrap_or_default();
        self.note(entry.place, value["RfcId"].as_str().unwrap_or_default());
    }

    fn document(&mut self, document: Document<'_>) {
        self.note(document.place, "document");
    }

    fn fault(&mut self, fault: Fault) {
        self.highest = self.highest.max(fault.ordinal);
    }
}

fn take(content: &[u8]) -> (Seen, Decoded) {
    let mut seen = Seen::default();
    let decoded = decode(&mut content.to_vec(), &mut seen);
    (seen, decoded)
}

fn read(content: &[u8]) -> (Seen, Decoded) {
    let (seen, decoded) = take(content);
    if decoded.verdict == Verdict::Evidence {
        let counted = seen.entries.len() as u64 + decoded.rejected;
        assert_eq!(counted, seen.highest.map_or(0, |highest| highest + 1), "every ordinal is counted");
    }
    for (start, end, _) in &seen.entries {
        assert!(start < end && *end <= content.len(), "a span lies in the object");
    }
    (seen, decoded)
}

const TIME: &str = "2026-01-02T03:04:05Z";

/// A record with what trips up careless readers of JSON.
fn rich(id: &str) -> Value {
    let mut one = record(id, TIME);
    one["userAgent"] = "a \"quoted\" \\ agent { [ ü €".into();
    one["requestParameters"] = json!({"items": [{"instanceId": "i-1"}, {"x": [[], {}, null, 1.5e3]}]});
    one
}

fn rfc(id: &str) -> Value {
    json!({"RfcId": id, "ChangeTypeId": "ct-1opjmhuddw194", "ChangeTypeVersion": "1.0", "Title": "t",
        "Status": {"Id": "Success", "Name": "Success"}, "CreatedTime": "20260101T000000Z"})
}

fn eventbridge(id: &str) -> Value {
    json!({"version": "0", "id": "x", "detail-type": "AWS API Call via CloudTrail", "source": "aws.s3",
        "account": "111122223333", "time": TIME, "region": "us-east-1", "resources": [], "detail": rich(id)})
}

/// Name, content, number of entries.
fn fixtures() -> Vec<(&'static str, String, usize)> {
    let ids = ["a1", "a2", "a3"];
    let all = |make: fn(&str) -> Value| -> Vec<Value> { ids.iter().map(|id| make(id)).collect() };
    let lines = |make: fn(&str) -> Value, end: &str| -> String {
        ids.iter().map(|id| format!("{}{end}", make(id))).collect()
    };
    let lookup =
        |id: &str| json!({"EventId": id, "ReadOnly": "false", "CloudTrailEvent": rich(id).to_string()});
    vec![
        ("delivery", json!({"Records": all(rich)}).to_string(), 3),
        ("pretty delivery", serde_json::to_string_pretty(&json!({"Records": all(rich)})).expect("JSON"), 3),
        ("array", json!(all(rich)).to_string(), 3),
        ("lines", lines(rich, "\n"), 3),
        ("lines of another system", lines(rich, "\r\n"), 3),
        ("records with nothing between", lines(rich, ""), 3),
        ("lookup page", json!({"Events": ids.map(lookup), "NextToken": "t"}).to_string(), 3),
        ("eventbridge lines", lines(eventbridge, "\n"), 3),
        ("rfc summaries", json!({"RfcSummaries": all(rfc)}).to_string(), 3),
        ("rfc lines", ids.map(|id| format!("{}\n", json!({"Rfc": rfc(id)}))).concat(), 3),
    ]
}

#[test]
fn every_fixture_cut_at_every_length_keeps_what_is_whole() {
    for (name, whole, count) in fixtures() {
        let (seen, _) = read(whole.as_bytes());
        assert_eq!(seen.entries.len(), count, "{name}");
        for cut in 0..whole.len() {
            let (found, decoded) = read(&whole.as_bytes()[..cut]);
            let before: Vec<&Span> = seen.entries.iter().filter(|(_, end, _)| *end <= cut).collect();
            let kept: Vec<&Span> = found.entries.iter().collect();
            assert_eq!(kept, before, "{name} cut at {cut}");
            let inside = seen.entries.iter().any(|(start, end, _)| (start + 1..*end).contains(&cut));
            if inside && !before.is_empty() {
                assert!(decoded.rejected > 0, "{name} cut at {cut}: the loss is told");
            }
        }
    }
}

/// One damaged byte costs at most the entry that holds it. In the word that
/// holds all entries together it may cost the object, which is then named.
#[test]
fn every_fixture_with_each_byte_damaged_loses_one_entry_at_most() {
    for (name, whole, _) in fixtures() {
        let (seen, _) = read(whole.as_bytes());
        for at in 0..whole.len() {
            for mask in [0x01u8, 0x20, 0x80] {
                let mut damaged = whole.clone().into_bytes();
                damaged[at] ^= mask;
                let (found, decoded) = read(&damaged);
                if at < seen.entries[0].0 && decoded.verdict == Verdict::NotRead {
                    assert!(decoded.rejected > 0, "{name}, byte {at} ^ {mask:#x}: the loss is told");
                    continue;
                }
                let kept: BTreeSet<&Span> = found.entries.iter().collect();
                let lost: Vec<&Span> = seen
                    .entries
                    .iter()
                    .filter(|span| !(span.0..span.1).contains(&at) && !kept.contains(span))
                    .collect();
                let around =
                    String::from_utf8_lossy(&damaged[at.saturating_sub(12)..damaged.len().min(at + 12)]);
                assert!(lost.is_empty(), "{name}, byte {at} ^ {mask:#x}, `{around}`: lost {lost:?}");
            }
        }
    }
}

#[test]
fn a_hole_in_the_middle_costs_only_what_it_touches() {
    for (name, whole, _) in fixtures() {
        let (seen, _) = read(whole.as_bytes());
        let middle = &seen.entries[1];
        for (from, to) in [(0.2, 0.3), (0.1, 0.9), (0.5, 1.0), (0.0, 0.5)] {
            let length = (middle.1 - middle.0) as f64;
            let place = |part: f64| middle.0 + (length * part) as usize;
            let (from, to) = (place(from).max(middle.0 + 1), place(to).min(middle.1 - 1));
            let mut holed = whole.clone().into_bytes();
            holed[from..to].fill(0);
            let (found, _) = read(&holed);
            for other in [&seen.entries[0], &seen.entries[2]] {
                assert!(found.entries.contains(other), "{name}: {from}..{to} lost {}", other.2);
            }
        }
    }
}

#[test]
fn cuts_on_the_binary_leave_the_neighbour_whole() {
    let whole = delivery(&["k1", "k2", "k3"]);
    for part in [1, 2, 11, 13, 40, 70, 99] {
        let cut = &whole.as_bytes()[..whole.len() * part / 100];
        let done = beside_good(&[("cut.json", cut)]);
        assert_eq!(done.ended.code, if cut.is_empty() { 0 } else { 3 }, "{part} %: {}", done.ended.stderr);
        assert_eq!(problems(&done, "cut.json").is_empty(), cut.is_empty(), "{part} %");
    }
}

/// Rows of Athena's table, as small as they come with everything that nests.
fn small_parquet(how: How) -> Vec<u8> {
    let rows: Vec<Value> = ["a1", "a2", "a3"].map(|id| athena_row(&rich(id))).into();
    let wanted = [
        "useridentity",
        "eventtime",
        "eventsource",
        "eventname",
        "requestparameters",
        "eventid",
        "resources",
    ];
    let mut columns = athena_columns();
    columns.retain(|(name, _)| wanted.contains(name));
    parquet(&columns, &rows, how)
}

/// Parquet is read column by column: what is whole of it cannot be told by
/// bytes, but nothing may end the program, and every row is counted.
#[test]
fn parquet_cut_and_damaged_anywhere_is_counted() {
    let ways = [
        How { group: 2, ..How::default() },
        How { compression: CompressionOptions::Uncompressed, page: Some(1), ..How::default() },
        How {
            compression: CompressionOptions::Uncompressed,
            version: Version::V2,
            text: Encoding::DeltaLengthByteArray,
            int: Encoding::DeltaBinaryPacked,
            ..How::default()
        },
        How { compression: CompressionOptions::Snappy, text: Encoding::RleDictionary, ..How::default() },
    ];
    for (step, how) in ways.into_iter().enumerate() {
        let whole = small_parquet(how);
        assert_eq!(read(&whole).0.entries.len(), 3, "{how:?}");
        for cut in (0..whole.len()).step_by(7) {
            let (seen, decoded) = take(&whole[..cut]);
            assert!(seen.entries.is_empty() && decoded.verdict != Verdict::Evidence, "cut at {cut}");
        }
        for at in (step..whole.len()).step_by(5) {
            let mut damaged = whole.clone();
            damaged[at] ^= [0xff, 0x01, 0x80][at % 3];
            let (seen, decoded) = take(&damaged);
            let counted = seen.entries.len() as u64 + decoded.rejected;
            assert!(counted == 3 || seen.entries.is_empty(), "{how:?}: byte {at}: {counted}");
        }
    }
}

#[test]
fn damaged_parquet_beside_a_good_log_is_one_row_and_nothing_on_the_terminal() {
    let whole = small_parquet(How::default());
    for at in [4, whole.len() / 3, whole.len() - 300, whole.len() - 6] {
        let mut damaged = whole.clone();
        damaged[at..(at + 5).min(whole.len())].fill(0xff);
        let done = beside_good(&[("bad.parquet", &damaged)]);
        assert!(problems(&done, "bad.parquet").len() <= 1, "byte {at}: {:?}", done.table("problems"));
    }
    let cut = beside_good(&[("bad.parquet", &whole[..whole.len() / 2])]);
    assert_eq!(problems(&cut, "bad.parquet"), ["truncated_object"]);
}
