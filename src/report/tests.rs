//! One fixed report through every output and into the folder.

mod spilled;

use std::borrow::Cow;
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use polars_core::prelude::{AnyValue, DataFrame, DataType, TimeUnit, TimeZone};
use polars_io::prelude::{ParquetReader, SerReader};
use sha2::{Digest, Sha256};

use super::*;
use crate::model::event::Event;
use crate::model::timeline::TimelineEntry;
use crate::report::column::{Cell, Kind};

fn every_format() -> BTreeSet<Format> {
    OUTPUTS.iter().map(|output| output.format).collect()
}

fn parquet_of(table: &Table<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    parquet::write(table, "0.1.0", SCHEMA_VERSION, &mut out).unwrap();
    out
}

fn read_parquet(content: &[u8]) -> DataFrame {
    ParquetReader::new(Cursor::new(content)).finish().unwrap()
}

/// What the reader should give for a cell.
fn same(cell: &Cell<'_>, value: &AnyValue<'_>) -> bool {
    match (cell, value) {
        (Cell::Empty, AnyValue::Null) => true,
        (Cell::Int(number), AnyValue::Int64(read)) => i64::try_from(*number) == Ok(*read),
        (Cell::Bool(truth), AnyValue::Boolean(read)) => truth == read,
        (Cell::Time(time), AnyValue::Datetime(read, TimeUnit::Microseconds, _)) => time.micros() == *read,
        (Cell::Time(time), AnyValue::DatetimeOwned(read, TimeUnit::Microseconds, _)) => {
            time.micros() == *read
        }
        (Cell::List(items), AnyValue::List(read)) => {
            let read: Vec<_> = read.str().unwrap().iter().map(|item| item.unwrap().to_owned()).collect();
            *items == read
        }
        (Cell::Text(text), value) => value.get_str() == Some(text),
        _ => false,
    }
}

#[test]
fn parquet_gives_back_every_cell_raw_and_typed() {
    for report in [sample::hostile(), Report { events: Some(vec![]), ..Report::default() }] {
        for table in tables::all(&report) {
            let frame = read_parquet(&parquet_of(&table));
            assert_eq!(
                (frame.height(), frame.width()),
                (table.rows(), table.columns.len()),
                "{}",
                table.name
            );
            let cells = table.cells();
            for (place, head) in table.columns.iter().enumerate() {
                let column = &frame.columns()[place];
                assert_eq!(column.name(), head.name);
                let expected = match head.kind {
                    Kind::Text => DataType::String,
                    Kind::Int => DataType::Int64,
                    Kind::Bool => DataType::Boolean,
                    Kind::Time => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
                    Kind::List => DataType::List(Box::new(DataType::String)),
                };
                assert_eq!(column.dtype(), &expected, "{}.{}", table.name, head.name);
                for (row, cells) in cells.iter().enumerate() {
                    let (cell, value) = (&cells[place], column.get(row).unwrap());
                    assert!(same(cell, &value), "{}.{}: {cell:?} {value:?}", table.name, head.name);
                }
            }
        }
    }
}

#[test]
fn parquet_names_the_versions_and_its_codec() {
    let report = sample::plain();
    let content = parquet_of(&tables::timeline(&report));
    let mut reader = ParquetReader::new(Cursor::new(content));
    let metadata = reader.get_metadata().unwrap();
    let pairs = metadata.key_value_metadata().clone().unwrap();
    let value = |key: &str| pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone());
    assert_eq!(value("devtrail.version").as_deref(), Some("0.1.0"));
    assert_eq!(value("devtrail.schema_version").as_deref(), Some("1"));
    let column = &metadata.row_groups[0].parquet_columns()[7];
    assert_eq!(format!("{:?}", column.compression()).to_lowercase(), "zstd");
    assert!(column.statistics(&metadata.footer_buf).is_some());
}

#[test]
fn equal_rows_give_equal_bytes_whatever_the_threads() {
    let mut report = sample::hostile();
    let event = report.events.as_ref().unwrap()[0].clone();
    let many = (0..70_000).map(|n| Event { copies: n, ..event.clone() });
    report.events = Some(many.collect());
    let hashes = [1, 2, 7].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let tables = tables::all(&report);
            let last = tables.last().unwrap();
            Sha256::digest(parquet_of(last)).to_vec()
        })
    });
    assert!(hashes.iter().all(|hash| *hash == hashes[0]));
}

#[test]
fn the_folder_holds_every_file_of_the_contract_and_the_same_bytes_again() {
    let root = std::env::temp_dir().join(format!("devtrail-report-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    let report = sample::hostile();
    let others = OUTPUTS.len() - 2;
    let sums = [1, 3].map(|threads| {
        let out = root.join(threads.to_string());
        let staging = Staging::begin(&out, false).unwrap();
        let facts = RunFacts { threads, ..sample::facts() };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let written = pool
            .install(|| write_all((&report, &Headline::of(&report)), &facts, &every_format(), true, &staging))
            .unwrap();
        let written: Vec<_> = written.into_iter().flat_map(|one| one.files).collect();
        // Both forms of each table, the other outputs, the manifest, run.json.
        assert_eq!(written.len(), 14 * 2 + others + 2);
        assert_eq!(written.last(), Some(&PathBuf::from("run.json")));
        let place = staging.commit().unwrap();
        assert!(written.iter().all(|path| place.join(path).is_file()));
        let checked =
            std::process::Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(&place).output();
        if let Ok(checked) = checked {
            assert!(checked.status.success());
        }
        let mut lines = String::new();
        std::io::Read::read_to_string(
            &mut fs::OpenOptions::new().read(true).open(place.join("SHA256SUMS")).unwrap(),
            &mut lines,
        )
        .unwrap();
        lines
    });
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(sums[0], sums[1]);
    assert_eq!(sums[0].lines().count(), 14 * 2 + others + 1);
    assert!(!sums[0].contains("run.json"));
}

#[test]
fn only_what_was_asked_for_is_written() {
    let out = std::env::temp_dir().join(format!("devtrail-some-{}", std::process::id()));
    let staging = Staging::begin(&out, false).unwrap();
    let report = sample::plain();
    let some = [Format::Csv, Format::Markdown].into();
    let written =
        write_all((&report, &Headline::of(&report)), &sample::facts(), &some, false, &staging).unwrap();
    let written: Vec<_> = written.into_iter().flat_map(|one| one.files).collect();
    // Thirteen tables, report.md, the manifest, run.json.
    assert_eq!(written.len(), 13 + 1 + 2);
    assert!(!written.contains(&PathBuf::from("tables/events.csv")));
}

#[test]
fn csv_cells_cannot_run_and_hold_no_nul() {
    let report = sample::hostile();
    for table in tables::all(&report) {
        let mut out = Vec::new();
        csv::write(&table, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\0') && !text.contains('\x1b'), "{}", table.name);
        for start in ["\n=", ",=", ",\"=", "\n\"=", "\n+", ",@"] {
            assert!(!text.contains(start), "{}: {start:?}", table.name);
        }
    }
}

#[test]
fn one_text_can_go_to_a_stream() {
    let report = sample::plain();
    for output in OUTPUTS {
        let mut out = Vec::new();
        let written = write_one((&report, &Headline::of(&report)), &sample::facts(), output.format, &mut out);
        assert_eq!(written.is_ok(), output.format != Format::Parquet, "{}", output.name);
        assert_eq!(out.is_empty(), output.format == Format::Parquet, "{}", output.name);
    }
    let mut out = Vec::new();
    write_one((&report, &Headline::of(&report)), &sample::facts(), Format::Csv, &mut out).unwrap();
    assert!(out.starts_with(b"seq,time,kind,"));
}

/// A writer whose disk is full.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_with_its_cause() {
    let report = sample::plain();
    for output in OUTPUTS.iter().filter(|output| output.format != Format::Parquet) {
        match write_one((&report, &Headline::of(&report)), &sample::facts(), output.format, &mut Full) {
            Err(ReportError::Write(error)) => {
                assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{}", output.name)
            }
            other => panic!("{}: {other:?}", output.name),
        }
    }
    let table = tables::timeline(&report);
    let mut whole = Vec::new();
    parquet::write(&table, "0", "1", &mut whole).unwrap();
    // Wherever the disk is full: in the data, in the directory behind it, at the very end.
    for room in (0..whole.len()).step_by(173).chain(whole.len() - 12..whole.len()) {
        let error = parquet::write(&table, "0", "1", &mut Small(room)).unwrap_err();
        assert_eq!(into_io(error).kind(), io::ErrorKind::StorageFull, "{room} of {}", whole.len());
    }
}

/// A disk with room for so many bytes.
struct Small(usize);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 && !bytes.is_empty() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_output_names_a_place_of_this_machine() {
    let report = sample::plain();
    let packed = [Format::Parquet, Format::Xlsx, Format::Pdf];
    for output in OUTPUTS.iter().filter(|output| !packed.contains(&output.format)) {
        let mut out = Vec::new();
        write_one((&report, &Headline::of(&report)), &sample::facts(), output.format, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for forbidden in ["/tmp", "/home", "/root", env!("CARGO_MANIFEST_DIR")] {
            assert!(!text.contains(forbidden), "{}: {forbidden}", output.name);
        }
    }
}
