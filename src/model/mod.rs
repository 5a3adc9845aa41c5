//! The domain's nouns, as plain data whose constructors keep their invariants.
//!
//! Owns: what an Object, Record, Event, Rfc, Principal, Problem, Coverage,
//! Finding and Report *is*. May not import any other module of ours, do I/O,
//! or know a file format.

pub mod actor;
pub mod control;
pub mod count;
pub mod coverage;
pub mod destructive;
pub mod event;
pub mod evidence;
pub mod finding;
pub mod hash;
pub mod hit;
pub mod id;
pub mod inventory;
pub mod mode;
pub mod object;
pub mod principal;
pub mod problem;
pub mod report;
pub mod rfc;
pub mod severity;
pub mod since;
pub mod source_grade;
pub mod technique;
pub mod text;
pub mod ticket;
pub mod time;
pub mod timeline;
pub mod witness;
