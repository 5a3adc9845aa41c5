//! Rows through the whole way, against the table of the same events in memory.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use rayon::ThreadPoolBuilder;

use super::*;
use crate::decode::{self, Aside, Document, Fault, Record, RfcEntry, Sink};
use crate::lake::pages::COLUMNS;
use crate::lake::row::{Row, Texts};
use crate::model::event::Event;
use crate::model::evidence::Evidence;
use crate::model::id::AccountId;
use crate::normalise::cloudtrail::event;
use crate::report::column::{Cell, Table};
use crate::report::tables;

/// The records of one object, as a run takes them.
struct Records<'l> {
    path: ObjectPath,
    account: Option<AccountId>,
    ticket: u32,
    shard: Option<Shard>,
    lake: &'l Lake,
    events: Vec<Event>,
    odd: usize,
}

impl Sink for Records<'_> {
    fn record(&mut self, record: Record<'_>) {
        let place = record.place;
        let evidence = Evidence { object: self.path.clone(), record: place.ordinal, start: 0, end: 0 };
        let read = event(record.text, self.account.as_ref(), evidence);
        let around = Around { ticket: self.ticket, account: self.account.as_ref(), category: None };
        let shard = self.shard.as_mut().expect("a shard");
        let odd = shard.add(&record, around);
        self.odd += usize::from(!odd.is_empty());
        self.lake.relieve(shard);
        self.events.push(read.event);
    }

    fn rfc(&mut self, _: RfcEntry<'_>) {}
    fn aside(&mut self, _: Aside<'_>) {}
    fn document(&mut self, _: Document<'_>) {}
    fn fault(&mut self, _: Fault) {}
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Every file of the demo and the cases, inflated, and one of odd records.
fn objects() -> Vec<(ObjectPath, Vec<u8>)> {
    let mut found = Vec::new();
    for folder in ["sample-logs/demo", "sample-logs/cases"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    found.sort();
    let read = |path: &PathBuf| {
        let mut stored = Vec::new();
        let mut file = std::fs::OpenOptions::new().read(true).open(path).expect("a file");
        file.read_to_end(&mut stored).expect("its bytes");
        let mut content = Vec::new();
        let inflated = flate2::read::MultiGzDecoder::new(&stored[..]).read_to_end(&mut content).is_ok();
        let name = ObjectPath::new(path.to_string_lossy().into_owned());
        (name, if inflated { content } else { stored })
    };
    let mut all: Vec<_> = found.iter().map(read).collect();
    all.push((ObjectPath::new("odd"), ODD.as_bytes().to_vec()));
    all
}

/// Records that are read the long way: escapes, odd types, fields twice, secrets.
const ODD: &str = r#"{"Records":[
 {"eventTime":"2026-01-02T03:04:05.250Z","eventSource":"s3.amazonaws.com","eventName":"DeleteFunction20150331v2","eventID":"a","userIdentity":{"type":"IAMUser","userName":"b\u006fb","sessionContext":5},"requestID":7,"readOnly":"true"},
 {"eventTime":"2026-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","eventName":"A","eventID":"b","eventType":"x","eventType":"y","userAgent":"sp\u0061ce \"quoted\"","requestParameters":{"password":"hunter2","z":[{"q":"}\""}]}},
 {"eventTime":"when?","eventSource":"s3.amazonaws.com","eventName":"A","userAgent":"aws --password=hunter2 x=1","errorMessage":"token IQoJxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx end","userIdentity":null,"recipientAccountId":"","resources":[],"additionalEventData":{"a":1e400},"readOnly":false,"sharedEventID":"s","vpcEndpointId":"v"},
 {"eventTime":"2026-01-02T03:04:05Z", "eventSource" : "s3.amazonaws.com" , "eventName":"A","eventID":"c","awsRegion":"x","recipientAccountId":"../../etc","userIdentity":{"accountId":"111122223333","arn":"arn:aws:sts::111122223333:assumed-role/R/alice"},"responseElements":null,"event\u0054ype":"z"},
 {"eventTime":"2026-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","eventName":"","eventID":"d","awsRegion":7},
 {"eventTime":"2026-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","eventName":"B","eventID":"e","tlsDetails":{"a":["b",{"c":"d"}]},"userIdentity":{"accountId":"111122223333"},"managementEvent":true,"n":-1.5e3,"vpcEndpointId":{}}
]}"#;

/// The contract's order, section 2, as `gather` has it.
fn order(event: &Event) -> impl Ord + '_ {
    (
        (event.time.is_none(), event.time),
        (&event.account_id, &event.region),
        (&event.event_source, &event.event_name),
        (&event.event_id, &event.evidence),
    )
}

/// All rows, and the same events put in order as a run does.
fn gathered(bounds: Bounds, threads: usize) -> (Rows, Vec<Event>) {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| {
        let lake = Lake::new(None, bounds);
        let (mut placed, mut events, mut odd) = (Vec::new(), Vec::new(), 0);
        for (place, (path, mut content)) in (0..).zip(objects()) {
            let account = (place % 2 == 0).then(|| AccountId::from("999999999999"));
            let ticket = lake.ticket(&path);
            // Threads take turns, whatever the order they come in.
            let shard = if place % 3 == 0 {
                Shard::new(lake.next_number(), lake.key, lake.bounds.words)
            } else {
                lake.take()
            };
            let mut records = Records {
                path,
                account,
                ticket,
                shard: Some(shard),
                lake: &lake,
                events: Vec::new(),
                odd: 0,
            };
            decode::decode(&mut content, &mut records);
            lake.give_back(records.shard.take().expect("the shard"));
            odd += records.odd;
            events.extend(records.events);
            placed.push((ticket, Placed { object: place, end: u64::MAX }));
        }
        assert!(odd >= 2, "records of odd types are told");
        events.sort_by(|a, b| order(a).cmp(&order(b)));
        (lake.finish(&placed, RowCopies::default()).expect("temporary files"), events)
    })
}

fn cells(table: &Table<'_>) -> Vec<Vec<Cell<'static>>> {
    let owned = |cell: Cell<'_>| match cell {
        Cell::Text(text) => Cell::Text(text.into_owned().into()),
        Cell::Int(number) => Cell::Int(number),
        Cell::Time(time) => Cell::Text(time.to_string().into()),
        Cell::Bool(truth) => Cell::Bool(truth),
        _ => Cell::Empty,
    };
    table.cells().into_iter().map(|row| row.into_iter().map(owned).collect()).collect()
}

fn parquet_of(rows: &Rows, partitions: Partitions) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = Wanted {
        folder: folder.path(),
        parquet: Some(("0", "1")),
        partitions,
        csv: true,
        lines: None,
        selects: None,
        shown: 0,
    };
    std::fs::create_dir_all(folder.path().join("tables")).expect("a folder");
    rows.write(&wanted).expect("files");
    let mut found = Vec::new();
    files(folder.path(), &mut found);
    found.sort();
    let content = |path: &PathBuf| {
        let mut bytes = Vec::new();
        let mut file = std::fs::OpenOptions::new().read(true).open(path).expect("a file");
        file.read_to_end(&mut bytes).expect("its bytes");
        let name = path.strip_prefix(folder.path()).expect("inside").to_string_lossy().into_owned();
        (name, bytes)
    };
    found.iter().map(content).collect()
}

/// Bounds that are met again and again.
const TIGHT: Bounds = Bounds { held_bytes: 8 << 10, words: 40, merged: 3 };

#[test]
fn the_columns_are_those_of_the_table() {
    let table = tables::events(&[]);
    let heads: Vec<&str> = table.columns.iter().map(|head| head.name).collect();
    assert_eq!(COLUMNS.map(|(name, _)| name), heads.as_slice());
}

#[test]
fn each_row_tells_what_the_event_tells_in_the_same_order() {
    for (bounds, threads) in [(Bounds::default(), 1), (TIGHT, 2)] {
        let (rows, events) = gathered(bounds, threads);
        assert!(events.len() > 1_000, "{} records", events.len());
        let mut found = Vec::new();
        rows.each(None, |event| {
            found.push(event.clone());
            Ok(())
        })
        .expect("rows");
        assert_eq!(found.len(), events.len());
        let (found, expected) = (tables::events(&found), tables::events(&events));
        for (row, (found, expected)) in cells(&found).iter().zip(&cells(&expected)).enumerate() {
            assert_eq!(found, expected, "row {row}");
        }
    }
}

#[test]
fn what_ocsf_asks_of_an_event_comes_back() {
    let (rows, events) = gathered(Bounds::default(), 1);
    let mut at = 0;
    rows.each(None, |found| {
        let expected = &events[at];
        assert_eq!(found.principal.user_name, expected.principal.user_name);
        assert_eq!(found.principal.issuer.is_some(), expected.principal.issuer.is_some());
        at += 1;
        Ok(())
    })
    .expect("rows");
}

#[test]
fn runs_on_disk_and_merges_of_merges_change_no_byte() {
    let by = Partitions { account: true, day: true };
    let (rows, _) = gathered(Bounds::default(), 1);
    let (whole, divided) = (parquet_of(&rows, Partitions::default()), parquet_of(&rows, by));
    assert_eq!(
        whole.iter().map(|(name, _)| &**name).collect::<Vec<_>>(),
        ["tables/events.csv", "tables/events.parquet"]
    );
    assert!(divided.len() > 20, "{}", divided.len());
    for (name, _) in divided.iter().filter(|(name, _)| name.ends_with("parquet")) {
        let parts: Vec<&str> = name.split('/').collect();
        let sound = |text: &str| {
            text == "__HIVE_DEFAULT_PARTITION__" || text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        };
        assert_eq!(parts.len(), 5, "{name}");
        assert!(sound(parts[2].strip_prefix("account=").expect("an account")), "{name}");
        assert!(sound(parts[3].strip_prefix("day=").expect("a day")), "{name}");
    }
    for (threads, merged) in [(1, 2), (2, 3), (7, 200)] {
        let (rows, _) = gathered(Bounds { merged, ..TIGHT }, threads);
        assert!(parquet_of(&rows, Partitions::default()) == whole, "{threads} threads");
        assert!(parquet_of(&rows, by) == divided, "{threads} threads");
    }
}

/// Gives the rows of one odd object to a lake; tells its ticket.
fn odd_object(lake: &Lake) -> u32 {
    let path = ObjectPath::new("o");
    let ticket = lake.ticket(&path);
    let shard = Some(lake.take());
    let mut records = Records { path, account: None, ticket, shard, lake, events: Vec::new(), odd: 0 };
    decode::decode(&mut ODD.as_bytes().to_vec(), &mut records);
    lake.give_back(records.shard.take().expect("the shard"));
    ticket
}

#[test]
fn copies_and_what_was_taken_back_are_left_out() {
    let lake = Lake::new(None, Bounds::default());
    let ticket = odd_object(&lake);
    let at = |record| Location { object: 3, record };
    let copies = RowCopies { dropped: vec![at(1)], delivered: vec![(at(0), 4)] };
    let rows = lake.finish(&[(ticket, Placed { object: 3, end: 3 })], copies).expect("rows");
    let mut found = Vec::new();
    rows.each(None, |event| {
        found.push((event.evidence.record, event.copies));
        Ok(())
    })
    .expect("rows");
    found.sort_unstable();
    assert_eq!(found, [(0, 4), (2, 1)]);
}

#[test]
fn a_full_disk_is_told_and_not_a_shorter_table() {
    // A folder that is not there takes no temporary file.
    let lake = Lake::new(Some("/nonexistent/devtrail".into()), Bounds { held_bytes: 1, ..TIGHT });
    odd_object(&lake);
    assert!(lake.is_broken());
    assert!(lake.finish(&[], RowCopies::default()).is_err());
}

#[test]
fn a_time_keeps_its_digits_and_its_place() {
    let (rows, events) = gathered(Bounds::default(), 1);
    let mut merged = rows.runs.merged(&rows.stock).expect("rows");
    let mut times = Vec::new();
    while let Some(row) = merged.row() {
        let Row(bytes) = row;
        assert_eq!(Row::length_at(bytes), Some(bytes.len()));
        assert!(!rows.stock.path(row.ticket()).as_str().is_empty());
        times.push(row.event(&rows.stock, 1).time.map(|time| time.to_string()));
        merged.step().expect("the next row");
    }
    assert_eq!(times, events.iter().map(|one| one.time.map(|time| time.to_string())).collect::<Vec<_>>());
    assert!(times.contains(&Some("2026-01-02T03:04:05.250Z".to_owned())));
    assert_eq!(times.last(), Some(&None));
}
