//! Synthetic CloudTrail and AMS RFC dumps, and the truth about them.
//!
//! ```text
//!  stories ──┐ calls by actors                       ┌─▶ objects of a dump   (bucket, archive)
//!            ├──▶ scene: records + truth ── deliver ─┤
//!  noise ────┘                                       └─▶ truth.json
//! ```
//!
//! This crate does not know the product. It writes JSON from its own reading of the AWS documents, so that a
//! misunderstanding shared by reader and writer cannot cancel out. Same seed, same bytes; no clock is read.

mod actor;
mod archive;
mod bucket;
mod calls;
pub mod casebook;
mod cast;
mod clock;
mod landing;
mod losses;
pub mod mmdb;
mod noise;
mod prng;
mod record;
mod rfc;
mod scene;
mod stories;
mod truth;

pub use landing::{Options, demo, generate};
pub use truth::{DestructiveAction, Finding, Loss, Session, Totals, Truth, Window};
