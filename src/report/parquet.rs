//! A table as Parquet: raw text, typed columns, zstd.
//!
//! Owns: how cells become Arrow values and which metadata a file carries.
//! INVARIANT: equal rows give equal bytes, whatever the threads: row groups
//! have a fixed number of rows and columns are encoded one after the other.

use std::io::{self, Write};
use std::ops::Range;

use polars_core::prelude::{
    ArrowDataType, ArrowField, ArrowSchema, ArrowTimeUnit, BooleanChunkedBuilder, ChunkedBuilder, Column,
    DataFrame, Int64Type, IntoColumn, IntoSeries, ListBuilderTrait, ListStringChunkedBuilder, PlSmallStr,
    PolarsResult, PrimitiveChunkedBuilder, StringChunkedBuilder, TimeUnit, TimeZone,
};
use polars_io::prelude::{KeyValueMetadata, ParquetCompression, ParquetWriter, StatisticsOptions};
use polars_parquet::write::{
    KeyValue, SchemaDescriptor, ZstdLevel, schema_to_metadata_key, to_parquet_schema,
};

use crate::report::column::{Cell, Kind, Table};

/// Rows of one row group; the last may have fewer.
const ROW_GROUP_ROWS: usize = 65_536;

/// The fastest level of zstd: the tables are small beside what they are made of.
const COMPRESSION_LEVEL: i32 = 1;

/// Writes the table. `version` is the tool's, `schema_version` the contract's.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(
    table: &Table<'_>,
    version: &str,
    schema_version: &str,
    out: &mut dyn Write,
) -> PolarsResult<()> {
    let mut out = Remembering { out, fault: None };
    let written = write_to(table, version, schema_version, &mut out);
    match out.fault {
        Some(fault) => Err(fault.into()),
        None => written,
    }
}

/// Keeps the error of the system: some writers of the format tell another.
struct Remembering<'o> {
    out: &'o mut dyn Write,
    fault: Option<io::Error>,
}

impl Remembering<'_> {
    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.fault.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl Write for Remembering<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.note(flushed)
    }
}

fn write_to(
    table: &Table<'_>,
    version: &str,
    schema_version: &str,
    out: &mut Remembering<'_>,
) -> PolarsResult<()> {
    let metadata = KeyValueMetadata::Static(metadata(table, version, schema_version));
    let mut rows = 0..table.held().min(ROW_GROUP_ROWS);
    let first = frame(table, rows.clone())?;
    let mut writer = ParquetWriter::new(out)
        .with_compression(ParquetCompression::Zstd(Some(ZstdLevel::try_new(COMPRESSION_LEVEL)?)))
        .with_statistics(StatisticsOptions::default())
        .with_key_value_metadata(Some(metadata))
        .set_parallel(false)
        .batched(first.schema())?;
    writer.write_batch(&first)?;
    while rows.end < table.held() {
        rows = rows.end..table.held().min(rows.end + ROW_GROUP_ROWS);
        writer.write_batch(&frame(table, rows.clone())?)?;
    }
    writer.finish()?;
    Ok(())
}

/// What a file says of itself beside its columns.
pub fn metadata(table: &Table<'_>, version: &str, schema_version: &str) -> Vec<KeyValue> {
    let pair = |key: &str, value: &str| KeyValue { key: key.to_owned(), value: Some(value.to_owned()) };
    vec![
        schema_to_metadata_key(&arrow_schema(table)),
        pair("devtrail.version", version),
        pair("devtrail.schema_version", schema_version),
    ]
}

/// The columns of a table as Parquet has them.
///
/// # Errors
/// If Parquet has no such types.
pub fn schema(table: &Table<'_>) -> PolarsResult<SchemaDescriptor> {
    to_parquet_schema(&arrow_schema(table))
}

/// The types that readers built on Arrow should see: `string` and `list<string>`.
/// Polars would name the forms of its own memory (`string_view`, `large_list`),
/// which older readers do not know; the bytes are the same.
fn arrow_schema(table: &Table<'_>) -> ArrowSchema {
    let field = |name: &'static str, dtype| ArrowField::new(PlSmallStr::from_static(name), dtype, true);
    let dtype = |kind| match kind {
        Kind::Text => ArrowDataType::Utf8,
        Kind::Int => ArrowDataType::Int64,
        Kind::Bool => ArrowDataType::Boolean,
        Kind::Time => {
            ArrowDataType::Timestamp(ArrowTimeUnit::Microsecond, Some(PlSmallStr::from_static("UTC")))
        }
        Kind::List => ArrowDataType::List(Box::new(field("element", ArrowDataType::Utf8))),
    };
    let fields = table.columns.iter().map(|head| field(head.name, dtype(head.kind)));
    fields.map(|field| (field.name.clone(), field)).collect()
}

/// All rows of a table as the frame that a reader of its file would get.
///
/// # Errors
/// If its columns make no frame.
pub fn whole(table: &Table<'_>) -> PolarsResult<DataFrame> {
    frame(table, 0..table.held())
}

fn frame(table: &Table<'_>, rows: Range<usize>) -> PolarsResult<DataFrame> {
    let columns = (0..table.columns.len())
        .map(|column| {
            let head = table.columns[column];
            values(head.name, head.kind, rows.clone().map(|row| table.cell(row, column)))
        })
        .collect();
    DataFrame::new(rows.len(), columns)
}

/// A column of Arrow values. A cell of another kind than its column's, which
/// a test of the tables rules out, would be null.
fn values<'a>(name: &'static str, kind: Kind, cells: impl ExactSizeIterator<Item = Cell<'a>>) -> Column {
    let (name, length) = (PlSmallStr::from_static(name), cells.len());
    match kind {
        Kind::Text => {
            let mut builder = StringChunkedBuilder::new(name, length);
            cells.for_each(|cell| match cell {
                Cell::Text(text) => builder.append_value(text),
                _ => builder.append_null(),
            });
            builder.finish().into_column()
        }
        Kind::Int | Kind::Time => {
            let mut builder = PrimitiveChunkedBuilder::<Int64Type>::new(name, length);
            cells.for_each(|cell| match cell {
                Cell::Int(number) => builder.append_value(i64::try_from(number).unwrap_or(i64::MAX)),
                Cell::Time(time) => builder.append_value(time.micros()),
                _ => builder.append_null(),
            });
            let numbers = builder.finish();
            if kind == Kind::Int {
                return numbers.into_column();
            }
            numbers.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_series().into_column()
        }
        Kind::Bool => {
            let mut builder = BooleanChunkedBuilder::new(name, length);
            cells.for_each(|cell| match cell {
                Cell::Bool(truth) => builder.append_value(truth),
                _ => builder.append_null(),
            });
            builder.finish().into_column()
        }
        Kind::List => {
            let mut builder = ListStringChunkedBuilder::new(name, length, length);
            cells.for_each(|cell| match cell {
                Cell::List(items) => builder.append_values_iter(items.iter().map(AsRef::as_ref)),
                _ => builder.append_null(),
            });
            builder.finish().into_column()
        }
    }
}
