//! The meaning of fields: records of the dump become the model's nouns.
//!
//! Owns: how a record's fields map to events and RFCs. Does not know which
//! container a record came in, and sees one record at a time.

pub mod rfc;
