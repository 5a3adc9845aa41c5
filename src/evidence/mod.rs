//! The dump as stored: finding objects, reading their keys, opening, hashing
//! and inflating them.
//!
//! The only module that opens inputs, and it opens them read-only. May not
//! parse log records, and never writes.

pub mod archive;
mod at_once;
pub mod discover;
mod held;
mod inflating;
pub mod read;
pub mod s3_key;
mod sum;
pub mod unpack;
