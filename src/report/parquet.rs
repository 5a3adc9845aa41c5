//! A table as Parquet: raw text, typed columns, zstd.
//!
//! Owns: how cells become Arrow values and which metadata a file carries.
//! INVARIANT: equal rows give equal bytes, whatever the threads: row groups
//! hang on the rows alone and columns are encoded one after the other.

use std::io::{self, Write};

use polars_core::prelude::{
    ArrowDataType, ArrowField, ArrowSchema, ArrowTimeUnit, BooleanChunkedBuilder, ChunkedBuilder, Column,
    DataFrame, Int64Type, IntoColumn, IntoSeries, ListBuilderTrait, ListStringChunkedBuilder, PlSmallStr,
    PolarsResult, PrimitiveChunkedBuilder, StringChunkedBuilder, TimeUnit, TimeZone,
};
use polars_io::prelude::{KeyValueMetadata, ParquetCompression, ParquetWriter, StatisticsOptions};
use polars_parquet::write::{
    KeyValue, SchemaDescriptor, ZstdLevel, schema_to_metadata_key, to_parquet_schema,
};

use crate::report::column::{Cell, Head, Kind, Line, Table};

/// Rows of one row group; the last may have fewer.
const ROW_GROUP_ROWS: usize = 65_536;

/// Bytes of text from which on a row group has fewer rows: its columns are in memory
/// until it is written. Rows of most tables have some 500.
const ROW_GROUP_BYTES: usize = 64 * 1024 * 1024;

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
    let mut group = Group::of(table, table.held().min(ROW_GROUP_ROWS));
    let mut writer = ParquetWriter::new(out)
        .with_compression(ParquetCompression::Zstd(Some(ZstdLevel::try_new(COMPRESSION_LEVEL)?)))
        .with_statistics(StatisticsOptions::default())
        .with_key_value_metadata(Some(metadata))
        .set_parallel(false)
        .batched(Group::of(table, 0).frame()?.schema())?;
    let mut left = table.held();
    table.try_each(|row| {
        group.push(row);
        if group.rows < ROW_GROUP_ROWS && group.bytes < ROW_GROUP_BYTES {
            return PolarsResult::Ok(());
        }
        left -= group.rows;
        let full = std::mem::replace(&mut group, Group::of(table, 0));
        writer.write_batch(&full.frame()?)?;
        group = Group::of(table, left.min(ROW_GROUP_ROWS));
        Ok(())
    })?;
    // A table without rows has one group all the same.
    if group.rows > 0 || table.held() == 0 {
        writer.write_batch(&group.frame()?)?;
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
    let mut group = Group::of(table, table.held());
    table.each_while(|row| {
        group.push(row);
        true
    });
    group.frame()
}

/// Rows that become columns of Arrow values, one after the other.
struct Group {
    columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

impl Group {
    /// With room for so many rows of a table.
    fn of(table: &Table<'_>, rows: usize) -> Self {
        let columns = table.columns.iter().map(|head| Values::of(head, rows)).collect();
        Self { columns, rows: 0, bytes: 0 }
    }

    fn push(&mut self, row: &Line<'_>) {
        for (place, column) in self.columns.iter_mut().enumerate() {
            let cell = row.cell(place);
            self.bytes += bytes_of(&cell);
            column.push(cell);
        }
        self.rows += 1;
    }

    fn frame(self) -> PolarsResult<DataFrame> {
        DataFrame::new(self.rows, self.columns.into_iter().map(Values::finish).collect())
    }
}

/// Bytes of the texts of a cell, and of what tells where they are.
fn bytes_of(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::List(items) => items.iter().map(|item| item.len() + 16).sum(),
        _ => 0,
    }
}

/// The values of a column that are there so far.
enum Values {
    Text(StringChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int64Type>),
    Time(PrimitiveChunkedBuilder<Int64Type>),
    Bool(BooleanChunkedBuilder),
    List(ListStringChunkedBuilder),
}

impl Values {
    fn of(head: &Head, rows: usize) -> Self {
        let name = PlSmallStr::from_static(head.name);
        match head.kind {
            Kind::Text => Self::Text(StringChunkedBuilder::new(name, rows)),
            Kind::Int => Self::Int(PrimitiveChunkedBuilder::new(name, rows)),
            Kind::Time => Self::Time(PrimitiveChunkedBuilder::new(name, rows)),
            Kind::Bool => Self::Bool(BooleanChunkedBuilder::new(name, rows)),
            Kind::List => Self::List(ListStringChunkedBuilder::new(name, rows, rows)),
        }
    }

    /// Adds a cell. One of another kind than its column's, which a test of the
    /// tables rules out, would be null.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(values), Cell::Text(text)) => values.append_value(text),
            (Self::Text(values), _) => values.append_null(),
            (Self::Int(values), Cell::Int(number)) => {
                values.append_value(i64::try_from(number).unwrap_or(i64::MAX));
            }
            (Self::Time(values), Cell::Time(time)) => values.append_value(time.micros()),
            (Self::Int(values) | Self::Time(values), _) => values.append_null(),
            (Self::Bool(values), Cell::Bool(truth)) => values.append_value(truth),
            (Self::Bool(values), _) => values.append_null(),
            (Self::List(values), Cell::List(items)) => {
                values.append_values_iter(items.iter().map(AsRef::as_ref));
            }
            (Self::List(values), _) => values.append_null(),
        }
    }

    fn finish(self) -> Column {
        match self {
            Self::Text(values) => values.finish().into_column(),
            Self::Int(values) => values.finish().into_column(),
            Self::Time(values) => {
                let times = values.finish().into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
                times.into_series().into_column()
            }
            Self::Bool(values) => values.finish().into_column(),
            Self::List(mut values) => values.finish().into_column(),
        }
    }
}
