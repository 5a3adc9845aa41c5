//! Thrift's compact protocol, in which Parquet writes its footer and the header
//! of each page.
//!
//! Knows no field of Parquet. Takes nothing on trust: every length is held
//! against the bytes that are there, and depth and size are bounded.
//!
//! Source: the Thrift compact protocol specification, as Parquet's page on
//! metadata refers to it.

use crate::decode::parquet::fail::Fail;
use crate::limits::{PARQUET_METADATA_DEPTH_MAX, PARQUET_METADATA_VALUES_MAX};

/// A value, as far as Parquet's metadata is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number of any width.
    Int(i64),
    /// Text or bytes.
    Bytes(&'a [u8]),
    /// A list of structs; lists of anything else are passed over.
    Structs(Vec<Fields<'a>>),
    /// A struct.
    Struct(Fields<'a>),
    /// Something that is passed over.
    Other,
}

/// The fields of a struct, by their number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields<'a>(Vec<(i16, Value<'a>)>);

impl<'a> Fields<'a> {
    fn get(&self, id: i16) -> Option<&Value<'a>> {
        self.0.iter().find(|(found, _)| *found == id).map(|(_, value)| value)
    }

    /// A whole number.
    pub(super) fn int(&self, id: i16) -> Option<i64> {
        match self.get(id)? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// True or false.
    pub(super) fn truth(&self, id: i16) -> Option<bool> {
        match self.get(id)? {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Text or bytes.
    pub(super) fn bytes(&self, id: i16) -> Option<&'a [u8]> {
        match self.get(id)? {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A struct.
    pub(super) fn inner(&self, id: i16) -> Option<&Fields<'a>> {
        match self.get(id)? {
            Value::Struct(fields) => Some(fields),
            _ => None,
        }
    }

    /// A list of structs.
    pub(super) fn list(&self, id: i16) -> Option<&[Fields<'a>]> {
        match self.get(id)? {
            Value::Structs(list) => Some(list),
            // An empty list may state any type for its elements.
            Value::Other => Some(&[]),
            _ => None,
        }
    }

    /// The number of the first field: what a union holds.
    pub(super) fn first(&self) -> Option<i16> {
        self.0.first().map(|(id, _)| *id)
    }
}

/// Reads one struct from the start of the bytes; gives how long it is.
pub(super) fn read(bytes: &[u8]) -> Result<(Fields<'_>, usize), Fail> {
    let mut reader = Reader { bytes, at: 0, values: 0 };
    let fields = reader.fields(0)?;
    Ok((fields, reader.at))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    values: usize,
}

const CUT: &str = "its metadata ends too early";

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, Fail> {
        let byte = self.bytes.get(self.at).ok_or(CUT)?;
        self.at += 1;
        Ok(*byte)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Fail> {
        let length = usize::try_from(length).map_err(|_| CUT)?;
        let rest = self.bytes.get(self.at..).ok_or(CUT)?;
        let taken = rest.get(..length).ok_or(CUT)?;
        self.at += length;
        Ok(taken)
    }

    fn unsigned(&mut self) -> Result<u64, Fail> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("a number in its metadata has no end".into())
    }

    fn int(&mut self) -> Result<i64, Fail> {
        let number = self.unsigned()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn fields(&mut self, depth: usize) -> Result<Fields<'a>, Fail> {
        let mut fields = Vec::new();
        let mut last = 0i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(Fields(fields));
            }
            let id = match head >> 4 {
                0 => i16::try_from(self.int()?).map_err(|_| "a field of its metadata has no such number")?,
                step => last.saturating_add(i16::from(step)),
            };
            last = id;
            let value = match head & 0x0f {
                1 => Value::Bool(true),
                2 => Value::Bool(false),
                kind => self.value(kind, depth)?,
            };
            self.count()?;
            fields.push((id, value));
        }
    }

    fn count(&mut self) -> Result<(), Fail> {
        self.values += 1;
        if self.values > PARQUET_METADATA_VALUES_MAX {
            return Err(Fail::limit(format!(
                "its metadata holds more than {PARQUET_METADATA_VALUES_MAX} values"
            )));
        }
        Ok(())
    }

    fn value(&mut self, kind: u8, depth: usize) -> Result<Value<'a>, Fail> {
        if depth >= PARQUET_METADATA_DEPTH_MAX {
            return Err(Fail::limit(format!(
                "its metadata is nested more than {PARQUET_METADATA_DEPTH_MAX} deep"
            )));
        }
        Ok(match kind {
            // Inside a list, a truth takes a byte.
            1 | 2 => Value::Bool(self.byte()? == 1),
            3 => Value::Int(i64::from(self.byte()?.cast_signed())),
            4..=6 => Value::Int(self.int()?),
            7 => {
                self.take(8)?;
                Value::Other
            }
            8 => {
                let length = self.unsigned()?;
                Value::Bytes(self.take(length)?)
            }
            9 | 10 => self.list(depth)?,
            12 => Value::Struct(self.fields(depth + 1)?),
            _ => return Err(format!("its metadata holds a value of the unknown kind {kind}").into()),
        })
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Fail> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        let length = match head >> 4 {
            15 => self.unsigned()?,
            short => u64::from(short),
        };
        let left = self.bytes.len().saturating_sub(self.at) as u64;
        if length > left {
            return Err("a list in its metadata is longer than the metadata".into());
        }
        let mut structs = Vec::new();
        for _ in 0..length {
            self.count()?;
            if let Value::Struct(fields) = self.value(kind, depth + 1)? {
                structs.push(fields);
            }
        }
        Ok(if kind == 12 { Value::Structs(structs) } else { Value::Other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_their_number() {
        // 1: 7; 2: "ab"; 4: true; 5: [{1: -1}]; 20: {}.
        let bytes = [0x15, 14, 0x18, 2, b'a', b'b', 0x21, 0x19, 0x1c, 0x15, 1, 0, 0x0c, 40, 0, 0, 99];
        let (fields, length) = read(&bytes).expect("a struct");
        assert_eq!(length, bytes.len() - 1);
        assert_eq!((fields.int(1), fields.bytes(2)), (Some(7), Some(b"ab".as_slice())));
        assert_eq!((fields.truth(4), fields.int(2)), (Some(true), None));
        assert_eq!(fields.list(5).map(|list| list[0].int(1)), Some(Some(-1)));
        assert_eq!(fields.inner(20), Some(&Fields::default()));
        for cut in 0..length {
            assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn nothing_is_taken_on_trust() {
        let huge_list = [0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07];
        let huge_text = [0x18, 0xff, 0xff, 0xff, 0xff, 0x07];
        let endless = [0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let deep = [0x1c; 100_000];
        for bytes in [&huge_list[..], &huge_text, &endless, &deep, &[0x1d, 0]] {
            assert!(read(bytes).is_err());
        }
    }
}
