//! `devtrail`: what happened in AMS Developer mode and Direct Change mode, told
//! from exported files alone.
//!
//! ```text
//!  S3 dump, read-only                                ┌────── catalogue ──────┐
//!       │                                            ▼     (rules as data)   ▼
//!   evidence ──▶ decode ──▶ normalise ──▶ classify ──▶ timeline ──▶ correlate ──▶ report
//!       │ inflated │ records   │ Event, Rfc │ labelled   │ one order   │ Report    │ csv parquet html …
//!       └──────────┴───────────┴─ Problems ─┴────────────┘                         ▼
//!                                                                               folder
//! ```
//!
//! Modules are declared in the order in which evidence passes them. Each uses
//! only lower layers; `tests/it/tidy.rs` holds them to it.

pub mod model;

pub mod limits;

pub mod catalogue;

pub mod normalise;

pub mod correlate;
