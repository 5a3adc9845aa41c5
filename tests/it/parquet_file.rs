//! Parquet files made of JSON values, by the writer of polars: every shape,
//! packing and encoding that the reader of the product has to take.

use std::sync::Arc;

use polars_core::prelude::{ArrowDataType, ArrowField, ArrowSchema, ArrowTimeUnit, PlSmallStr};
use polars_core::utils::arrow::array::{
    Array, BooleanArray, ListArray, PrimitiveArray, StructArray, Utf8ViewArray,
};
use polars_core::utils::arrow::bitmap::Bitmap;
use polars_core::utils::arrow::offset::Offsets;
use polars_core::utils::arrow::record_batch::RecordBatchT;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{GroupConvertedType, GroupLogicalType};
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, ParquetType, SchemaDescriptor, StatisticsOptions, Version,
    WriteOptions, row_group_iter, to_parquet_type,
};
use serde_json::Value;

/// What a column holds.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Text,
    Int,
    Bool,
    /// Milliseconds since 1970, as a time.
    Time,
    Group(Vec<(&'static str, Kind)>),
    List(Box<Kind>),
    /// Text by text.
    Map,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    pub(crate) compression: CompressionOptions,
    pub(crate) version: Version,
    pub(crate) text: Encoding,
    pub(crate) int: Encoding,
    /// Rows of each row group.
    pub(crate) group: usize,
    /// Bytes of a page.
    pub(crate) page: Option<usize>,
}

impl Default for How {
    fn default() -> Self {
        Self {
            compression: CompressionOptions::Zstd(None),
            version: Version::V1,
            text: Encoding::Plain,
            int: Encoding::Plain,
            group: usize::MAX,
            page: None,
        }
    }
}

fn name(name: &str) -> PlSmallStr {
    PlSmallStr::from_str(name)
}

fn entry() -> ArrowField {
    let pair = vec![
        ArrowField::new(name("key"), ArrowDataType::Utf8View, false),
        ArrowField::new(name("value"), ArrowDataType::Utf8View, true),
    ];
    ArrowField::new(name("element"), ArrowDataType::Struct(pair), false)
}

fn dtype(kind: &Kind) -> ArrowDataType {
    match kind {
        Kind::Text => ArrowDataType::Utf8View,
        Kind::Int => ArrowDataType::Int64,
        Kind::Bool => ArrowDataType::Boolean,
        Kind::Time => ArrowDataType::Timestamp(ArrowTimeUnit::Millisecond, Some(name("UTC"))),
        Kind::Group(members) => {
            ArrowDataType::Struct(members.iter().map(|(name, kind)| field(name, kind)).collect())
        }
        Kind::List(inner) => ArrowDataType::LargeList(Box::new(field("element", inner))),
        Kind::Map => ArrowDataType::LargeList(Box::new(entry())),
    }
}

fn field(called: &str, kind: &Kind) -> ArrowField {
    ArrowField::new(name(called), dtype(kind), true)
}

/// The type that the file states. The writer knows no maps: it writes lists of
/// pairs, whose levels are the same.
fn parquet_type(called: &str, kind: &Kind) -> ParquetType {
    let group = |called: &str, repetition, kinds, members| {
        let (converted, logical) = kinds;
        ParquetType::from_group(name(called), repetition, converted, logical, members, None)
    };
    match kind {
        Kind::Map => {
            let ArrowDataType::Struct(pair) = entry().dtype else { unreachable!("a pair") };
            let pair = pair.iter().map(|one| to_parquet_type(one).expect("a type")).collect();
            let repeated = group("key_value", Repetition::Repeated, (None, None), pair);
            let kinds = (Some(GroupConvertedType::Map), Some(GroupLogicalType::Map));
            group(called, Repetition::Optional, kinds, vec![repeated])
        }
        Kind::Group(members) => {
            let members = members.iter().map(|(name, kind)| parquet_type(name, kind)).collect();
            group(called, Repetition::Optional, (None, None), members)
        }
        kind => to_parquet_type(&field(called, kind)).expect("a type"),
    }
}

fn leaves(kind: &Kind) -> Vec<&Kind> {
    match kind {
        Kind::Group(members) => members.iter().flat_map(|(_, kind)| leaves(kind)).collect(),
        Kind::List(inner) => leaves(inner),
        Kind::Map => vec![&Kind::Text, &Kind::Text],
        kind => vec![kind],
    }
}

fn array(kind: &Kind, values: &[&Value]) -> Box<dyn Array> {
    let there: Bitmap = values.iter().map(|value| !value.is_null()).collect();
    let ints = || values.iter().map(|value| value.as_i64()).collect::<Vec<_>>();
    match kind {
        Kind::Text => {
            Utf8ViewArray::from_slice(values.iter().map(|value| value.as_str()).collect::<Vec<_>>()).boxed()
        }
        Kind::Int => PrimitiveArray::<i64>::from(ints()).boxed(),
        Kind::Time => PrimitiveArray::<i64>::from(ints()).to(dtype(kind)).boxed(),
        Kind::Bool => {
            BooleanArray::from(values.iter().map(|value| value.as_bool()).collect::<Vec<_>>()).boxed()
        }
        Kind::Group(members) => {
            let member = |(name, kind): &(&str, Kind)| {
                let inner: Vec<&Value> =
                    values.iter().map(|value| value.get(name).unwrap_or(&Value::Null)).collect();
                array(kind, &inner)
            };
            let arrays = members.iter().map(member).collect();
            StructArray::new(dtype(kind), values.len(), arrays, Some(there)).boxed()
        }
        Kind::List(inner) => {
            let items = |value: &&Value| value.as_array().map_or(0, Vec::len);
            let offsets = Offsets::<i64>::try_from_lengths(values.iter().map(items)).expect("offsets");
            let flat: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
            ListArray::<i64>::new(dtype(kind), offsets.into(), array(inner, &flat), Some(there)).boxed()
        }
        Kind::Map => {
            let all = values.iter().filter_map(|value| value.as_object()).flatten();
            let (keys, inner): (Vec<&str>, Vec<Option<&str>>) =
                all.map(|(key, value)| (key.as_str(), value.as_str())).unzip();
            let items = |value: &&Value| value.as_object().map_or(0, serde_json::Map::len);
            let offsets = Offsets::<i64>::try_from_lengths(values.iter().map(items)).expect("offsets");
            let pairs = vec![
                Utf8ViewArray::from_slice_values(keys.clone()).boxed(),
                Utf8ViewArray::from_slice(inner).boxed(),
            ];
            let pairs = StructArray::new(entry().dtype, keys.len(), pairs, None).boxed();
            ListArray::<i64>::new(dtype(kind), offsets.into(), pairs, Some(there)).boxed()
        }
    }
}

/// A Parquet file with these columns and rows.
pub(crate) fn parquet(columns: &[(&'static str, Kind)], rows: &[Value], how: How) -> Vec<u8> {
    let schema: ArrowSchema =
        columns.iter().map(|(called, kind)| (name(called), field(called, kind))).collect();
    let stated = columns.iter().map(|(called, kind)| parquet_type(called, kind)).collect();
    let types: Vec<ParquetType> =
        schema.iter_values().map(|field| to_parquet_type(field).expect("a type")).collect();
    let encoding = |leaf: &Kind| match leaf {
        Kind::Text => how.text,
        Kind::Int | Kind::Time => how.int,
        _ => Encoding::Plain,
    };
    let encodings: Vec<Vec<Encoding>> =
        columns.iter().map(|(_, kind)| leaves(kind).into_iter().map(encoding).collect()).collect();
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: how.version,
        compression: how.compression,
        data_page_size: how.page,
    };
    let descriptor = SchemaDescriptor::new(name("root"), stated);
    let mut writer = FileWriter::new_with_parquet_schema(Vec::new(), schema.clone(), descriptor, options);
    for rows in rows.chunks(how.group.min(rows.len().max(1))) {
        let arrays: Vec<Box<dyn Array>> = columns
            .iter()
            .map(|(called, kind)| {
                let values: Vec<&Value> =
                    rows.iter().map(|row| row.get(called).unwrap_or(&Value::Null)).collect();
                array(kind, &values)
            })
            .collect();
        let batch = RecordBatchT::try_new(rows.len(), Arc::new(schema.clone()), arrays).expect("a batch");
        let group = row_group_iter(batch, encodings.clone().into(), types.clone(), options);
        writer.write(rows.len() as u64, group).expect("memory takes it");
    }
    writer.end(Some(Vec::new())).expect("memory takes it");
    writer.into_inner()
}
