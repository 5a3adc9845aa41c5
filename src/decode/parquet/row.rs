//! Rows put together from their columns, as JSON text.
//!
//! Levels say what is there: a definition level below a node's means that it
//! (or something around it) is null, a repetition level that a list goes on.
//!
//! Source: "Nested Encoding" of the Parquet format (the Dremel paper).

use chrono::{DateTime, NaiveDate, SecondsFormat};
use serde_json::Value;

use crate::decode::parquet::column::{Column, Scalar};
use crate::decode::parquet::fail::Fail;
use crate::decode::parquet::footer::{Content, Meaning, Node};
use crate::decode::parquet::page::Room;
use crate::limits::RECORD_BYTES_MAX;

/// Puts rows together.
pub(super) struct Rows<'r, 'a> {
    pub(super) columns: &'r mut [Column<'a>],
    pub(super) room: &'r mut Room,
    /// The JSON text of the row at hand.
    pub(super) text: String,
    /// Values of the row at hand that were no UTF-8.
    pub(super) not_utf8: u64,
}

impl Rows<'_, '_> {
    /// The next row, of these columns of the table.
    pub(super) fn next(&mut self, roots: &[&Node]) -> Result<(), Fail> {
        self.text.clear();
        self.not_utf8 = 0;
        for root in roots {
            for column in root.columns() {
                match self.peek(column)? {
                    Some((0, _)) => {}
                    Some(_) => return Err("its columns disagree on where a row begins".into()),
                    None => return Err("a column has fewer rows than its row group".into()),
                }
            }
        }
        self.text.push('{');
        for root in roots {
            self.member(root)?;
        }
        self.text.push('}');
        self.room.spend(self.text.len() + ROW_COST)
    }

    /// Whether all these columns are at their end.
    pub(super) fn at_end(&mut self, roots: &[&Node]) -> Result<bool, Fail> {
        for column in roots.iter().flat_map(|root| root.columns()) {
            if self.peek(column)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn peek(&mut self, column: usize) -> Result<Option<(u32, u32)>, Fail> {
        self.columns.get_mut(column).ok_or(NO_COLUMN)?.peek(self.room)
    }

    /// The definition level of the next value in the first column below a node.
    fn defined_to(&mut self, node: &Node) -> Result<u32, Fail> {
        let next = self.peek(node.columns().start)?;
        next.map(|(_, definition)| definition).ok_or_else(|| "a column ends in the middle of a row".into())
    }

    /// Goes past what is not there in all columns below a node.
    fn skip(&mut self, node: &Node) -> Result<(), Fail> {
        for column in node.columns() {
            match self.peek(column)? {
                Some((_, definition)) if definition < node.definition => {}
                _ => return Err("its columns disagree on what is there".into()),
            }
            self.columns.get_mut(column).ok_or(NO_COLUMN)?.skip();
        }
        Ok(())
    }

    /// A named member of an object, unless it is null.
    fn member(&mut self, node: &Node) -> Result<(), Fail> {
        if node.optional && self.defined_to(node)? < node.definition {
            return self.skip(node);
        }
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
        self.string(&node.name);
        self.text.push(':');
        self.value(node)
    }

    fn value(&mut self, node: &Node) -> Result<(), Fail> {
        if node.repeated {
            return self.elements(node, |rows| rows.there(node));
        }
        if node.optional && self.defined_to(node)? < node.definition {
            self.text.push_str("null");
            return self.skip(node);
        }
        self.there(node)
    }

    /// A node that is not null.
    fn there(&mut self, node: &Node) -> Result<(), Fail> {
        match &node.content {
            Content::Leaf { column, meaning, .. } => self.leaf(*column, *meaning),
            Content::Group(members) => {
                self.text.push('{');
                for member in members {
                    self.member(member)?;
                }
                self.text.push('}');
                Ok(())
            }
            Content::List { repeated, wraps } => match (&repeated.content, wraps) {
                (Content::Group(inner), true) => {
                    self.elements(repeated, |rows| inner.iter().try_for_each(|element| rows.value(element)))
                }
                _ => self.elements(repeated, |rows| rows.there(repeated)),
            },
            Content::Map(entry) => self.map(entry),
        }
    }

    fn elements(
        &mut self,
        repeated: &Node,
        mut each: impl FnMut(&mut Self) -> Result<(), Fail>,
    ) -> Result<(), Fail> {
        self.text.push('[');
        if self.defined_to(repeated)? < repeated.definition {
            self.skip(repeated)?;
        } else {
            loop {
                each(self)?;
                if !self.goes_on(repeated)? {
                    break;
                }
                self.text.push(',');
            }
        }
        self.text.push(']');
        Ok(())
    }

    /// A map as an object.
    fn map(&mut self, entry: &Node) -> Result<(), Fail> {
        let Content::Group(pair) = &entry.content else { return Err(NO_COLUMN.into()) };
        let [key, value] = pair.as_slice() else { return Err(NO_COLUMN.into()) };
        self.text.push('{');
        if self.defined_to(entry)? < entry.definition {
            self.skip(entry)?;
        } else {
            loop {
                let start = self.text.len();
                self.value(key)?;
                if !self.text[start..].starts_with('"') {
                    let shown = self.text.split_off(start);
                    self.string(&shown);
                }
                self.text.push(':');
                self.value(value)?;
                if !self.goes_on(entry)? {
                    break;
                }
                self.text.push(',');
            }
        }
        self.text.push('}');
        Ok(())
    }

    /// Whether one more element of this list follows.
    fn goes_on(&mut self, repeated: &Node) -> Result<bool, Fail> {
        if self.text.len() > RECORD_BYTES_MAX {
            return Err(format!("a row of more than {RECORD_BYTES_MAX} bytes; no longer one is read").into());
        }
        match self.peek(repeated.columns().start)? {
            Some((level, _)) if level > repeated.repetition => {
                Err("its columns disagree on how a list goes on".into())
            }
            next => Ok(next.is_some_and(|(level, _)| level == repeated.repetition)),
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push_str(&Value::from(text).to_string());
    }

    fn leaf(&mut self, column: usize, meaning: Meaning) -> Result<(), Fail> {
        let column = self.columns.get_mut(column).ok_or(NO_COLUMN)?;
        column.peek(self.room)?;
        let shown = match column.value()? {
            Scalar::Bool(truth) => truth.to_string(),
            Scalar::Int(number) => whole(number, meaning),
            Scalar::Float(number) => Value::from(number).to_string(),
            Scalar::Int96(bytes) => Value::from(int96(bytes)).to_string(),
            Scalar::Bytes(bytes) => match (meaning, std::str::from_utf8(bytes)) {
                (Meaning::Decimal(scale), _) => decimal(big_endian(bytes), scale),
                (_, Ok(text)) => Value::from(text).to_string(),
                (_, Err(_)) => {
                    self.not_utf8 += 1;
                    Value::from(String::from_utf8_lossy(bytes)).to_string()
                }
            },
        };
        self.text.push_str(&shown);
        Ok(())
    }
}

const NO_COLUMN: &str = "its schema names a column that is not there";

/// What a row costs beside its text: a file of nothing but empty rows ends too.
const ROW_COST: usize = 64;

fn whole(number: i64, meaning: Meaning) -> String {
    match meaning {
        Meaning::AsStored => number.to_string(),
        // A 32-bit number was widened with its sign.
        Meaning::Unsigned if i32::try_from(number).is_ok() => u64::from(low(number)).to_string(),
        Meaning::Unsigned => number.cast_unsigned().to_string(),
        Meaning::Date => date(number).map_or_else(|| number.to_string(), |day| Value::from(day).to_string()),
        Meaning::Timestamp(units) => {
            let nanos = number.rem_euclid(units) * (1_000_000_000 / units);
            let time = u32::try_from(nanos).ok().and_then(|nanos| stamp(number.div_euclid(units), nanos));
            time.map_or_else(|| number.to_string(), |time| Value::from(time).to_string())
        }
        Meaning::Decimal(scale) => decimal(i128::from(number), scale),
    }
}

fn low(number: i64) -> u32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

fn stamp(seconds: i64, nanos: u32) -> Option<String> {
    Some(DateTime::from_timestamp(seconds, nanos)?.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn date(days: i64) -> Option<String> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    Some(epoch.checked_add_signed(chrono::Duration::try_days(days)?)?.to_string())
}

/// The Julian day of 1970-01-01.
const JULIAN_EPOCH: i64 = 2_440_588;

/// A time of older writers: nanoseconds of the day, then the Julian day.
fn int96(bytes: &[u8]) -> Option<String> {
    let (nanos, day) = bytes.split_first_chunk::<8>()?;
    let nanos = i64::from_le_bytes(*nanos);
    let day = i64::from(u32::from_le_bytes(*day.first_chunk::<4>()?)) - JULIAN_EPOCH;
    let seconds = day.checked_mul(86_400)?.checked_add(nanos.div_euclid(1_000_000_000))?;
    stamp(seconds, u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?)
}

/// A number of up to 16 bytes, the highest first.
fn big_endian(bytes: &[u8]) -> i128 {
    let negative = bytes.first().is_some_and(|first| *first >= 0x80);
    bytes.iter().take(16).fold(if negative { -1 } else { 0 }, |number, byte| number << 8 | i128::from(*byte))
}

/// A decimal number as JSON writes it.
fn decimal(number: i128, scale: u32) -> String {
    let scale = scale as usize;
    if scale == 0 {
        return number.to_string();
    }
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    format!("{}{whole}.{part}", if number < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_what_they_mean() {
        for (number, meaning, shown) in [
            (-1, Meaning::AsStored, "-1"),
            (-1, Meaning::Unsigned, "4294967295"),
            (i64::MIN, Meaning::Unsigned, "9223372036854775808"),
            (20_455, Meaning::Date, "\"2026-01-02\""),
            (1_767_323_040_123, Meaning::Timestamp(1_000), "\"2026-01-02T03:04:00.123Z\""),
            (-1, Meaning::Timestamp(1_000_000_000), "\"1969-12-31T23:59:59.999999999Z\""),
            (i64::MAX, Meaning::Timestamp(1_000), "9223372036854775807"),
            (-5, Meaning::Decimal(2), "-0.05"),
        ] {
            assert_eq!(whole(number, meaning), shown);
        }
        assert_eq!(decimal(big_endian(&[0xff, 0x85]), 1), "-12.3");
        let mut old = 3_600_000_000_000i64.to_le_bytes().to_vec();
        old.extend(2_440_589u32.to_le_bytes());
        assert_eq!(int96(&old).as_deref(), Some("1970-01-02T01:00:00Z"));
    }
}
