//! A writer of small databases of addresses in the MaxMind DB format.
//!
//! Owns: the bytes of the format as its specification tells them (search tree of
//! 24-bit records, data section, metadata), and nothing of MaxMind's data.
//!
//! Source: MaxMind DB File Format Specification, version 2.0.

use std::net::IpAddr;

/// A value of the data section.
#[derive(Clone, Debug)]
pub enum Value {
    /// UTF-8 text.
    Text(&'static str),
    /// A number of 16 bits.
    Short(u16),
    /// A number of 32 bits.
    Number(u32),
    /// A number of 64 bits.
    Long(u64),
    /// Names and values.
    Map(Vec<(&'static str, Value)>),
    /// Values in order.
    List(Vec<Value>),
}

/// What an address is said to be: a network and its record.
pub type Network = (&'static str, Value);

/// A record as databases of countries hold it.
#[must_use]
pub fn country(iso_code: &'static str) -> Value {
    Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text(iso_code))]))])
}

/// A record as databases of autonomous systems hold it.
#[must_use]
pub fn asn(number: u32, organization: &'static str) -> Value {
    Value::Map(vec![
        ("autonomous_system_number", Value::Number(number)),
        ("autonomous_system_organization", Value::Text(organization)),
    ])
}

/// A record of the tree: what is known below one bit.
#[derive(Clone, Copy)]
enum Branch {
    Nothing,
    Node(usize),
    Data(usize),
}

/// A database of those networks: IPv4 ones lie in the first 96 zero bits of an
/// IPv6 tree. Networks may not overlap.
///
/// # Panics
/// If a network is none, or all is too large for 24-bit records.
#[must_use]
pub fn database(database_type: &'static str, networks: &[Network]) -> Vec<u8> {
    let mut nodes = vec![[Branch::Nothing; 2]];
    let mut data = Vec::new();
    for (network, value) in networks {
        let (address, length) = bits(network);
        let at = data.len();
        put(&mut data, value);
        let mut node = 0;
        for place in 0..length {
            let side = usize::from(address >> (127 - place) & 1 == 1);
            if place + 1 == length {
                nodes[node][side] = Branch::Data(at);
            } else if let Branch::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([Branch::Nothing; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Branch::Node(next);
                node = next;
            }
        }
    }
    let count = nodes.len();
    let mut bytes = Vec::new();
    for branch in nodes.into_iter().flatten() {
        let record = match branch {
            Branch::Nothing => count,
            Branch::Node(node) => node,
            Branch::Data(at) => count + 16 + at,
        };
        let record = u32::try_from(record).ok().filter(|record| *record < 1 << 24).expect("a small database");
        bytes.extend_from_slice(&record.to_be_bytes()[1..]);
    }
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend(data);
    bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    put(&mut bytes, &metadata(database_type, count));
    bytes
}

fn metadata(database_type: &'static str, nodes: usize) -> Value {
    Value::Map(vec![
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        // 2026-01-01.
        ("build_epoch", Value::Long(1_767_225_600)),
        ("database_type", Value::Text(database_type)),
        ("description", Value::Map(vec![("en", Value::Text("made for tests"))])),
        ("ip_version", Value::Short(6)),
        ("languages", Value::List(vec![Value::Text("en")])),
        ("node_count", Value::Number(u32::try_from(nodes).expect("a small database"))),
        ("record_size", Value::Short(24)),
    ])
}

/// The first bits of a network in the IPv6 tree, and how many they are.
fn bits(network: &str) -> (u128, u32) {
    let (address, length) = network.split_once('/').expect("an address and a length");
    let length: u32 = length.parse().expect("a length");
    match address.parse().expect("an address") {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 96 + length),
        IpAddr::V6(address) => (u128::from(address), length),
    }
}

/// Appends a value: its type and size, and then its bytes.
fn put(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Text(text) => {
            head(out, 2, text.len());
            out.extend_from_slice(text.as_bytes());
        }
        Value::Short(number) => put_number(out, 5, u64::from(*number)),
        Value::Number(number) => put_number(out, 6, u64::from(*number)),
        Value::Long(number) => put_number(out, 9, *number),
        Value::Map(entries) => {
            head(out, 7, entries.len());
            for (name, value) in entries {
                put(out, &Value::Text(name));
                put(out, value);
            }
        }
        Value::List(values) => {
            head(out, 11, values.len());
            for value in values {
                put(out, value);
            }
        }
    }
}

/// Appends a number without its leading zero bytes.
fn put_number(out: &mut Vec<u8>, kind: u8, number: u64) {
    let short = &number.to_be_bytes()[number.leading_zeros() as usize / 8..];
    head(out, kind, short.len());
    out.extend_from_slice(short);
}

/// The control byte, the type beside it where it needs one, and the size.
fn head(out: &mut Vec<u8>, kind: u8, size: usize) {
    let (low, more) = if size < 29 { (size, None) } else { (29, Some(size - 29)) };
    let low = u8::try_from(low).expect("five bits");
    if kind > 7 {
        out.extend_from_slice(&[low, kind - 7]);
    } else {
        out.push(kind << 5 | low);
    }
    out.extend(more.map(|more| u8::try_from(more).expect("texts of the tests are short")));
}
