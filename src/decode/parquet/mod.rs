//! Parquet: Security Lake's OCSF events, and the tables of Athena.
//!
//! Each row becomes the JSON text of its columns and goes the way that the same
//! table in JSON goes. Read here and not by polars' own reader of columns:
//! that one trusts counts and lengths of the file, and a hostile one ends the
//! program; this one holds one page of each column and takes nothing on trust.
//! Unpacking is polars-parquet's.

mod column;
mod fail;
mod footer;
mod numbers;
mod page;
mod row;
mod thrift;

use crate::decode::format::{Format, Reading, named};
use crate::decode::json::{Members, string};
use crate::decode::parquet::column::Column;
use crate::decode::parquet::fail::Fail;
pub(crate) use crate::decode::parquet::footer::MAGIC;
use crate::decode::parquet::footer::{Footer, Node, RowGroup};
use crate::decode::parquet::page::Room;
use crate::decode::parquet::row::Rows;
use crate::decode::walk::Walk;
use crate::decode::{Decoded, Fault, Sink, Verdict, columns, rebuild};
use crate::limits::{INFLATE_RATIO_FLOOR_BYTES, INFLATE_RATIO_MAX, RECORD_BYTES_MAX};
use crate::model::problem::ProblemKind;

/// The columns of Security Lake that the mapping of OCSF looks at.
const OCSF_COLUMNS: [&str; 12] = [
    "class_uid",
    "metadata",
    "api",
    "time",
    "time_dt",
    "actor",
    "identity",
    "cloud",
    "src_endpoint",
    "http_request",
    "resources",
    "unmapped",
];

/// What a table is, and which of its columns are read.
struct Plan<'f> {
    format: &'static Format,
    roots: Vec<&'f Node>,
    /// A whole record lies in the one column.
    is_cell: bool,
}

/// Finds every record in a Parquet file.
pub(crate) fn decode(file: &[u8], sink: &mut dyn Sink) -> Decoded {
    let footer = match footer::read(file) {
        Ok(footer) => footer,
        Err(fail) => return unreadable(file, fail, sink),
    };
    let Some(plan) = plan(&footer) else {
        let names: Vec<&str> = footer.roots.iter().map(|root| root.name.as_str()).take(8).collect();
        let what = format!("Parquet that holds no CloudTrail records, with the columns {}", names.join(", "));
        return Decoded { format: "", verdict: Verdict::NotEvidence(what), rejected: 0, note: String::new() };
    };
    let bytes = (file.len() as u64).saturating_mul(INFLATE_RATIO_MAX).max(INFLATE_RATIO_FLOOR_BYTES);
    let mut room = Room::new(bytes);
    let mut walk = Walk::new("", Vec::new(), sink);
    walk.note_format(plan.format.name);
    for (index, group) in footer.groups.iter().enumerate() {
        let read = row_group(file, (&footer, group, &plan), &mut room, &mut walk);
        let Err((done, Fail { kind, why })) = read else { continue };
        let lost = group.rows - done;
        let detail = format!(
            "row group {} of {}: {why}; {lost} of its {} rows were not read",
            index + 1,
            footer.groups.len(),
            group.rows
        );
        let start =
            group.chunks.as_ref().ok().and_then(|chunks| chunks.first()).map_or(0, |one| one.bytes.start);
        walk.lose(kind, (lost, start), detail);
    }
    let note = "Parquet: the bytes given for a record are those of its row group".to_owned();
    Decoded { note, ..walk.verdict(0) }
}

/// A file whose footer cannot be read. The footer is its end: a file that is
/// cut short has none.
fn unreadable(file: &[u8], fail: Fail, sink: &mut dyn Sink) -> Decoded {
    let kind = if file.ends_with(MAGIC) { fail.kind } else { ProblemKind::TruncatedObject };
    let detail = format!("Parquet that cannot be read without its footer, which is its end: {}", fail.why);
    sink.fault(Fault { kind, ordinal: None, byte: 0, detail });
    Decoded { format: "parquet", verdict: Verdict::NotRead, rejected: 0, note: String::new() }
}

/// Source: facts/cloudtrail.md 2.2 rows 22, 23.
fn plan(footer: &Footer) -> Option<Plan<'_>> {
    let roots = |wanted: &dyn Fn(&str) -> bool| -> Vec<&Node> {
        footer.roots.iter().filter(|root| wanted(&root.name)).collect()
    };
    let names: Vec<&str> = footer.roots.iter().map(|root| root.name.as_str()).collect();
    if ["class_uid", "metadata", "api"].iter().all(|name| names.contains(name)) {
        let roots = roots(&|name| OCSF_COLUMNS.contains(&name));
        return Some(Plan { format: named("security_lake"), roots, is_cell: false });
    }
    match columns::record_column(&names) {
        None if !columns::has_fields(&names) => None,
        Some(cell) if !columns::has_fields(&names) => {
            let roots = footer.roots.get(cell).into_iter().collect();
            Some(Plan { format: named("wrapped_record"), roots, is_cell: true })
        }
        _ => {
            let roots = roots(&|name| rebuild::field(name) != rebuild::Column::Other);
            Some(Plan { format: named("athena_rows"), roots, is_cell: false })
        }
    }
}

/// Walks the rows of a group; or says how many were read, and what went wrong.
fn row_group(
    file: &[u8],
    (footer, group, plan): (&Footer, &RowGroup, &Plan<'_>),
    room: &mut Room,
    walk: &mut Walk<'_, '_>,
) -> Result<(), (u64, Fail)> {
    let chunks = group.chunks.as_ref().map_err(|why| (0, why.clone()))?;
    let start = chunks.iter().map(|chunk| chunk.bytes.start).min().unwrap_or_default();
    let end = chunks.iter().map(|chunk| chunk.bytes.end).max().unwrap_or_default();
    let mut columns: Vec<Column<'_>> =
        footer.leaves.iter().zip(chunks).map(|(leaf, chunk)| Column::new(file, *leaf, chunk)).collect();
    room.release_all();
    let mut rows = Rows { columns: &mut columns, room, text: String::new(), not_utf8: 0 };
    for row in 0..group.rows {
        rows.next(&plan.roots).map_err(|why| (row, why))?;
        if rows.not_utf8 > 0 {
            let detail =
                format!("{} values that are no UTF-8; each bad place is shown as U+FFFD", rows.not_utf8);
            walk.fault(ProblemKind::InvalidUtf8, Some(walk.entries()), start, detail);
        }
        take(&rows.text, plan, (start, end), walk);
    }
    match rows.at_end(&plan.roots) {
        Ok(true) => Ok(()),
        Ok(false) => Err((group.rows, "a column has more rows than its row group".into())),
        Err(why) => Err((group.rows, why)),
    }
}

/// Hands a row on as the same table in JSON would be.
fn take(text: &str, plan: &Plan<'_>, span: (usize, usize), walk: &mut Walk<'_, '_>) {
    if text.len() > RECORD_BYTES_MAX {
        let place = walk.next_place(span.0, span.1);
        let detail = format!("a row of {} bytes; at most {RECORD_BYTES_MAX} are read", text.len());
        return walk.reject(ProblemKind::LimitReached, place, detail);
    }
    let Some(members) = Members::parse(text) else {
        let place = walk.next_place(span.0, span.1);
        return walk.reject(ProblemKind::DamagedRecord, place, "a row that is no JSON object".to_owned());
    };
    if plan.is_cell {
        let cell = members.iter().next().and_then(|(_, value)| string(value)).unwrap_or_default();
        return walk.text_inside(&cell, (span, 0));
    }
    debug_assert!(matches!(plan.format.reading, Reading::Ocsf | Reading::Columns), "forms of whole rows");
    walk.by_form(plan.format, &members, text, (span, 0));
}
