//! What a file of tickets may say, and what it is told if it says something else.

use std::collections::BTreeSet;

use super::{NoTickets, Tickets, read};
use crate::model::evidence::ObjectPath;
use crate::model::id::ModeName;

fn tickets(text: &[u8]) -> Result<Tickets, NoTickets> {
    read(text, &ObjectPath::new("policy:t"), &BTreeSet::from([ModeName::new("break_glass")]))
}

const HEADER: &str = "id,account,from,to,requester,approver,actions\n";
const SOUND: &str =
    "CHG-1,111122223333,2026-01-05T08:00:00Z,2026-01-05T12:00:00+01:00,alice,carol,rds:Reboot*\n";

/// What a ticket says, in one line.
fn line(tickets: &Tickets, place: usize) -> String {
    let record = &tickets.records[place];
    let ticket = record.ticket.as_ref().expect("a ticket");
    let [entry] = ticket.entries.as_slice() else { panic!("one row") };
    let accounts: Vec<&str> = entry.accounts.iter().map(|account| account.as_str()).collect();
    let actions: Vec<&str> = entry.actions.iter().map(|action| &**action).collect();
    format!(
        "{} {} {}..{} {} {} {}",
        record.rfc_id,
        accounts.join("+"),
        entry.from,
        entry.to,
        record.created_by.as_deref().unwrap_or("-"),
        record.approved_by.as_deref().unwrap_or("-"),
        actions.join("+")
    )
}

#[test]
fn csv_and_both_kinds_of_json_say_the_same() {
    let told = "CHG-1 111122223333 2026-01-05T08:00:00Z..2026-01-05T11:00:00Z alice carol rds:Reboot*";
    let json = r#"{"id":"CHG-1","account":"111122223333","from":"2026-01-05T08:00:00Z",
        "to":"2026-01-05T12:00:00+01:00","requester":"alice","approver":"carol","actions":["rds:Reboot*"]}"#;
    let one_line = json.replace('\n', " ");
    for text in [
        format!("{HEADER}{SOUND}"),
        format!("\u{feff}{HEADER}\r\n\"CHG-1\", 111122223333 ,{}", &SOUND[19..]),
        format!("[{json}]"),
        format!("\n[\n{json},{json}]"),
        format!("{one_line}\n\n{one_line}\n"),
    ] {
        let read = tickets(text.as_bytes()).expect(&text);
        assert!(read.rejected.is_empty(), "{text}: {:?}", read.rejected);
        for place in 0..read.records.len() {
            assert_eq!(line(&read, place), told, "{text}");
        }
        let spans: Vec<&str> = read
            .records
            .iter()
            .map(|record| &text[record.evidence.start as usize..record.evidence.end as usize])
            .collect();
        assert!(spans.iter().all(|span| span.contains("CHG-1") && !span.contains("requester,")), "{spans:?}");
    }
}

#[test]
fn a_ticket_may_be_for_several_accounts_and_without_approver_and_actions() {
    let csv = "id,account,from,to,requester,approver\nC,111122223333; 444455556666,2026-01-05T08:00Z,20260106T000000Z,a,\n";
    let read = tickets(csv.as_bytes()).expect("tickets");
    assert_eq!(line(&read, 0), "C 111122223333+444455556666 2026-01-05T08:00:00Z..2026-01-06T00:00:00Z a - ");
    let json = r#"[{"id":"C","account":["111122223333","444455556666"],"from":"2026-01-05T08:00:00Z","to":"2026-01-06T00:00:00Z","requester":"a","approver":null}]"#;
    assert_eq!(line(&tickets(json.as_bytes()).expect("tickets"), 0), line(&read, 0));
}

#[test]
fn a_wrong_row_is_named_by_line_and_column_and_the_others_are_read() {
    let row = |cells: &str| format!("{HEADER}{SOUND}\n{cells}\n{SOUND}");
    let cases = [
        (
            "CHG-2,111122223333,2026-01-05 08:00:00,2026-01-05T12:00:00Z,a,b,",
            "line 4, column `from`: `2026-01-05 08:00:00` has no time zone; write 2026",
            true,
        ),
        (
            "CHG-2,111122223333,2026-01-05,2026-01-05T12:00:00Z,a,b,",
            "column `from`: `2026-01-05` has no time zone",
            true,
        ),
        ("CHG-2,111122223333,2026-01-05T08:00:00Z,soon,a,b,", "column `to`: `soon` is no time", true),
        (
            "CHG-2,111122223333,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z,a,b,",
            "column `to`: 2026-01-05T08:00:00Z is not after",
            true,
        ),
        (
            "CHG-2,11112222333,2026-01-05T08:00:00Z,2026-01-05T12:00:00Z,a,b,",
            "column `account`: `11112222333` is no account id",
            false,
        ),
        ("CHG-2,,2026-01-05T08:00:00Z,2026-01-05T12:00:00Z,a,b,", "column `account` is empty", false),
        (",111122223333,2026-01-05T08:00:00Z,2026-01-05T12:00:00Z,a,b,", "column `id` is empty", true),
        (
            "CHG-2,111122223333,2026-01-05T08:00:00Z,2026-01-05T12:00:00Z,,b,",
            "column `requester` is empty",
            true,
        ),
        (
            "CHG-2,111122223333,2026-01-05T08:00:00Z,2026-01-05T12:00:00Z,a,b,reboot the database",
            "column `actions`: `reboot the database` is no call",
            true,
        ),
        ("CHG-2,111122223333,2026-01-05T08:00:00Z", "it has 3 cells where the header has 7", false),
    ];
    for (cells, told, account_known) in cases {
        let read = tickets(row(cells).as_bytes()).expect(cells);
        assert_eq!(read.records.len(), 2, "{cells}");
        let [rejected] = read.rejected.as_slice() else { panic!("{cells}") };
        assert!(rejected.detail.contains(told), "{cells}: {}", rejected.detail);
        assert!(rejected.detail.starts_with("line 4, "), "{cells}: {}", rejected.detail);
        assert_eq!((rejected.record, rejected.accounts.is_some()), (1, account_known), "{cells}");
        assert_eq!(rejected.byte as usize, HEADER.len() + SOUND.len() + 1, "{cells}");
    }
    let mut bytes = row("CHG-2,111122223333,2026-01-05T08:00:00Z,2026-01-05T12:00:00Z,a,X,").into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'X').expect("it is there");
    bytes[at] = 0xff;
    let read = tickets(&bytes).expect("tickets");
    assert_eq!(read.rejected[0].detail, "line 4, column `approver` is no UTF-8");
}

#[test]
fn a_wrong_entry_of_json_is_named_too() {
    let sound = r#""id":"C","account":"111122223333","from":"2026-01-05T08:00:00Z","to":"2026-01-06T00:00:00Z","requester":"a""#;
    for (entry, told) in [
        ("{\"id\":\"C\"}".to_owned(), "column `from` is empty"),
        (format!("{{{sound},\"status\":\"rejected\"}}"), "unknown field `status`"),
        (format!("{{{sound},\"id\":\"D\"}}"), "duplicate field `id`"),
        (
            sound.replace("\"111122223333\"", "111122223333").replacen("\"id\"", "{\"id\"", 1) + "}",
            "column `account` is neither",
        ),
        ("7".to_owned(), "it is no ticket: invalid type"),
    ] {
        let array = format!("[\n{{{sound}}},\n{entry}]");
        let read = tickets(array.as_bytes()).expect(&array);
        assert_eq!(read.records.len(), 1, "{array}");
        assert!(read.rejected[0].detail.starts_with("line 3, "), "{}", read.rejected[0].detail);
        assert!(read.rejected[0].detail.contains(told), "{}", read.rejected[0].detail);
    }
    let lines = format!("{{{sound}}}\n{{{sound}\n{{{sound}}}");
    let read = tickets(lines.as_bytes()).expect("tickets");
    assert_eq!((read.records.len(), read.rejected.len()), (2, 1));
    assert!(read.rejected[0].detail.starts_with("line 2, it is no ticket: EOF"), "{:?}", read.rejected);
}

#[test]
fn a_file_of_other_columns_is_refused() {
    let cases: [(&[u8], usize, &str); 9] = [
        (b"", 1, "it is empty"),
        (b"\n\nid,account,from,to\n", 3, "missing: `requester`, `approver`"),
        (b"id,account,from,to,requester,approver,status\n", 1, "unknown column `status`;"),
        (
            b"id,account,from,to,Requestor,approver\n",
            1,
            "unknown column `Requestor` (did you mean `requester`?); missing: `requester`",
        ),
        (b"id,id,account,from,to,requester,approver\n", 1, "`id` stands twice"),
        (b"id;account;from;to;requester;approver\n", 1, "parted by ';'; export it with commas"),
        (b"\xff\xfei\0d\0", 1, "UTF-16"),
        (b"[{\"id\":\n", 2, "no JSON array"),
        (b"[\xff]", 1, "no UTF-8"),
    ];
    for (text, line, told) in cases {
        let fault = tickets(text).map(|_| ()).expect_err("it is refused");
        assert_eq!(fault.line, line, "{fault:?}");
        assert!(fault.message.contains(told), "{fault:?}");
    }
}

#[test]
fn a_file_cut_anywhere_never_panics_and_every_row_is_counted() {
    let json = format!(
        "[{{\"id\":\"C\",\"account\":\"111122223333\",\"from\":\"2026-01-05T08:00:00Z\",\"to\":\"{}\"}}]",
        "é".repeat(9)
    );
    for text in [format!("{HEADER}{SOUND}{SOUND}"), json.clone(), json[1..].to_owned()] {
        for length in 0..text.len() {
            if let Ok(read) = tickets(&text.as_bytes()[..length]) {
                assert!(read.records.len() + read.rejected.len() <= 2);
            }
        }
    }
}
