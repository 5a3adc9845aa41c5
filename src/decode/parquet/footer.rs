//! The footer of a Parquet file: its schema, and where the pages of each column lie.
//!
//! Owns what the numbers of the metadata mean, and the check that what they
//! state lies inside the file.
//!
//! Source: parquet.thrift of the Parquet format, version 2.10.

use std::ops::Range;

use crate::decode::parquet::fail::Fail;
use crate::decode::parquet::thrift::{self, Fields};
use crate::limits::{PARQUET_FOOTER_BYTES_MAX, PARQUET_ROWS_MAX, PARQUET_SCHEMA_DEPTH_MAX};

/// The bytes at both ends of a Parquet file.
pub(crate) const MAGIC: &[u8] = b"PAR1";

/// How a column's values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Physical {
    Bool,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    /// Bytes of one length.
    Fixed(usize),
}

/// What a column's values mean, where that changes how they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    AsStored,
    Unsigned,
    /// Days since 1970.
    Date,
    /// This many units a second, since 1970.
    Timestamp(i64),
    /// Divided by ten to this power.
    Decimal(u32),
}

/// What a node of the schema holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A column of values, by its place among the columns.
    Leaf { column: usize, meaning: Meaning },
    /// Named members.
    Group(Vec<Node>),
    /// A list: its repeated member, and whether the member only wraps the element.
    List { repeated: Box<Node>, wraps: bool },
    /// A map: its repeated member with key and value.
    Map(Box<Node>),
}

/// A node of the schema.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) optional: bool,
    pub(super) repeated: bool,
    /// Definition level from which on it is there.
    pub(super) definition: u32,
    /// Repetition level of its own elements.
    pub(super) repetition: u32,
    pub(super) content: Content,
}

impl Node {
    /// The places of the columns below it.
    pub(super) fn columns(&self) -> Range<usize> {
        match &self.content {
            Content::Leaf { column, .. } => *column..*column + 1,
            Content::Group(members) => match (members.first(), members.last()) {
                (Some(first), Some(last)) => first.columns().start..last.columns().end,
                _ => 0..0,
            },
            Content::List { repeated, .. } => repeated.columns(),
            Content::Map(entry) => entry.columns(),
        }
    }
}

/// What reading a column needs to know of the schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf {
    pub(super) physical: Physical,
    pub(super) definition_max: u32,
    pub(super) repetition_max: u32,
}

/// The pages of one column in one row group.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) bytes: Range<usize>,
    pub(super) codec: i64,
    pub(super) values: u64,
}

/// Rows that are stored together.
#[derive(Clone, Debug)]
pub(super) struct RowGroup {
    pub(super) rows: u64,
    /// In the order of the leaves; or why one of them cannot be where it should.
    pub(super) chunks: Result<Vec<Chunk>, Fail>,
}

/// The footer.
#[derive(Clone, Debug)]
pub(super) struct Footer {
    pub(super) roots: Vec<Node>,
    pub(super) leaves: Vec<Leaf>,
    pub(super) groups: Vec<RowGroup>,
}

/// Reads the footer of a file.
pub(super) fn read(file: &[u8]) -> Result<Footer, Fail> {
    let without_magic = file.strip_suffix(MAGIC).ok_or("it does not end as a Parquet file does")?;
    let (rest, length) = without_magic.split_last_chunk::<4>().ok_or("it is too short")?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| "it is too long")?;
    if length > PARQUET_FOOTER_BYTES_MAX {
        return Err(format!("a footer of {length} bytes; at most {PARQUET_FOOTER_BYTES_MAX} are read").into());
    }
    let start = rest.len().checked_sub(length).filter(|start| *start >= MAGIC.len());
    let start = start.ok_or("its footer is longer than the file")?;
    let (fields, _) = thrift::read(rest.get(start..).unwrap_or_default())?;
    let (roots, leaves) = schema(fields.list(2).ok_or("its footer holds no schema")?)?;
    let mut groups = Vec::new();
    let mut rows = 0u64;
    for group in fields.list(4).unwrap_or_default() {
        let group = row_group(group, leaves.len(), start)?;
        rows = rows.saturating_add(group.rows);
        groups.push(group);
    }
    if rows > PARQUET_ROWS_MAX {
        return Err(format!("it states {rows} rows; at most {PARQUET_ROWS_MAX} are read").into());
    }
    let stated = fields.int(3).unwrap_or_default();
    if u64::try_from(stated) != Ok(rows) {
        return Err(format!("its footer states {stated} rows, and its row groups hold {rows}").into());
    }
    Ok(Footer { roots, leaves, groups })
}

fn schema(elements: &[Fields<'_>]) -> Result<(Vec<Node>, Vec<Leaf>), Fail> {
    let mut building = Building { elements: elements.iter(), leaves: Vec::new() };
    let root = building.elements.next().ok_or("its schema is empty")?;
    let mut roots = Vec::new();
    for _ in 0..children(root) {
        roots.push(building.node((0, 0), 0)?);
    }
    if building.elements.next().is_some() {
        return Err("its schema has more than one root".into());
    }
    Ok((roots, building.leaves))
}

fn children(element: &Fields<'_>) -> i64 {
    element.int(5).unwrap_or_default()
}

struct Building<'f, 'a> {
    elements: std::slice::Iter<'f, Fields<'a>>,
    leaves: Vec<Leaf>,
}

impl Building<'_, '_> {
    fn node(&mut self, (definition, repetition): (u32, u32), depth: usize) -> Result<Node, Fail> {
        if depth >= PARQUET_SCHEMA_DEPTH_MAX {
            return Err(Fail::limit(format!(
                "its schema is nested more than {PARQUET_SCHEMA_DEPTH_MAX} deep"
            )));
        }
        let element = self.elements.next().ok_or("its schema ends too early")?;
        let name = String::from_utf8_lossy(element.bytes(4).unwrap_or_default()).into_owned();
        let (optional, repeated) = match element.int(3) {
            Some(0) => (false, false),
            Some(1) => (true, false),
            Some(2) => (false, true),
            _ => return Err(format!("column `{name}` states no repetition").into()),
        };
        let definition = definition + u32::from(optional || repeated);
        let repetition = repetition + u32::from(repeated);
        let content = if children(element) > 0 {
            let mut members = Vec::new();
            for _ in 0..children(element) {
                members.push(self.node((definition, repetition), depth + 1)?);
            }
            group(element, &name, members)
        } else {
            let physical = physical(element).ok_or_else(|| format!("column `{name}` has no known type"))?;
            let column = self.leaves.len();
            self.leaves.push(Leaf { physical, definition_max: definition, repetition_max: repetition });
            Content::Leaf { column, meaning: meaning(element) }
        };
        Ok(Node { name, optional, repeated, definition, repetition, content })
    }
}

/// A group by its annotation: converted type, or logical type.
///
/// Source: LogicalTypes.md of the Parquet format (lists and maps, and the rules
/// for files of older writers).
fn group(element: &Fields<'_>, name: &str, members: Vec<Node>) -> Content {
    let logical = element.inner(10).and_then(Fields::first);
    let converted = element.int(6);
    let one_repeated = matches!(members.as_slice(), [only] if only.repeated);
    if !one_repeated {
        return Content::Group(members);
    }
    let is_list = logical == Some(3) || converted == Some(3);
    let is_map = logical == Some(2) || matches!(converted, Some(1 | 2));
    let pair = matches!(members.as_slice(), [only] if matches!(&only.content, Content::Group(pair) if pair.len() == 2));
    let Some(repeated) = members.first().cloned().map(Box::new).filter(|_| is_list || (is_map && pair))
    else {
        return Content::Group(members);
    };
    if !is_list {
        return Content::Map(repeated);
    }
    let single = matches!(&repeated.content, Content::Group(inner) if inner.len() == 1);
    let older = repeated.name == "array" || repeated.name == format!("{name}_tuple");
    Content::List { repeated, wraps: single && !older }
}

fn physical(element: &Fields<'_>) -> Option<Physical> {
    Some(match element.int(1)? {
        0 => Physical::Bool,
        1 => Physical::Int32,
        2 => Physical::Int64,
        3 => Physical::Int96,
        4 => Physical::Float,
        5 => Physical::Double,
        6 => Physical::Bytes,
        7 => Physical::Fixed(usize::try_from(element.int(2)?).ok().filter(|length| *length > 0)?),
        _ => return None,
    })
}

fn meaning(element: &Fields<'_>) -> Meaning {
    let scale = |scale: Option<i64>| u32::try_from(scale.unwrap_or_default()).unwrap_or_default().min(38);
    if let Some(logical) = element.inner(10) {
        return match logical.first() {
            Some(5) => Meaning::Decimal(scale(logical.inner(5).and_then(|decimal| decimal.int(1)))),
            Some(6) => Meaning::Date,
            Some(8) => {
                let unit = logical.inner(8).and_then(|stamp| stamp.inner(2)).and_then(Fields::first);
                Meaning::Timestamp(match unit {
                    Some(1) => 1_000,
                    Some(2) => 1_000_000,
                    _ => 1_000_000_000,
                })
            }
            Some(10) if logical.inner(10).and_then(|int| int.truth(2)) == Some(false) => Meaning::Unsigned,
            _ => Meaning::AsStored,
        };
    }
    match element.int(6) {
        Some(5) => Meaning::Decimal(scale(element.int(7))),
        Some(6) => Meaning::Date,
        Some(9) => Meaning::Timestamp(1_000),
        Some(10) => Meaning::Timestamp(1_000_000),
        Some(11..=14) => Meaning::Unsigned,
        _ => Meaning::AsStored,
    }
}

/// A row group. `end` is where the footer begins: pages lie before it.
fn row_group(group: &Fields<'_>, leaves: usize, end: usize) -> Result<RowGroup, Fail> {
    let rows = group.int(3).and_then(|rows| u64::try_from(rows).ok());
    let rows = rows.ok_or("a row group states no number of rows")?;
    let chunks = group.list(1).unwrap_or_default();
    if chunks.len() != leaves {
        return Err(format!("a row group has {} columns, and the schema {leaves}", chunks.len()).into());
    }
    let chunks = chunks.iter().map(|chunk| column_chunk(chunk, end)).collect();
    Ok(RowGroup { rows, chunks })
}

fn column_chunk(chunk: &Fields<'_>, end: usize) -> Result<Chunk, Fail> {
    if chunk.bytes(1).is_some() {
        return Err("a column lies in another file".into());
    }
    let facts = chunk.inner(3).ok_or("a column states no place, as where it is encrypted")?;
    let size = |id: i16| facts.int(id).and_then(|size| usize::try_from(size).ok());
    let first_data = size(9).ok_or("a column states no place")?;
    // Some writers put 0 where there is no dictionary.
    let start = size(11).filter(|start| *start > 0).map_or(first_data, |start| start.min(first_data));
    let length = size(7).ok_or("a column states no length")?;
    let stop = start.checked_add(length).filter(|stop| *stop <= end && start >= MAGIC.len());
    let stop = stop.ok_or("a column lies outside the file")?;
    let values = facts.int(5).and_then(|values| u64::try_from(values).ok());
    Ok(Chunk {
        bytes: start..stop,
        codec: facts.int(4).unwrap_or_default(),
        values: values.ok_or("a column states no number of values")?,
    })
}
