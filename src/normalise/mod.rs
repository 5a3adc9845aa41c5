//! The meaning of records: CloudTrail record → `Event`, AMS record → `Rfc`
//! record.
//!
//! Does not know which container a record came in, and sees one record at a
//! time.

pub mod cloudtrail;
pub mod inventory;
pub mod rfc;
pub mod secrets;
pub mod ticket;
pub mod token;
