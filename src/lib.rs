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

pub mod runs;

pub mod model;

pub mod limits;

pub mod evidence;

pub mod decode;

pub mod catalogue;

pub mod normalise;

pub mod classify;

pub mod detect;

pub mod lake;

pub mod policy;

pub mod geoip;

pub mod tally;

pub mod timeline;

pub mod usage;

pub mod integrity;

pub mod examine;

pub mod gather;

pub mod dump;

pub mod case;

pub mod tickets;

pub mod correlate;

pub mod report;

pub mod error;

pub mod readback;

pub mod custody;

pub mod baseline;

pub mod search;

pub mod explain;
pub mod rulebook;

pub mod compare;

pub mod run;

pub mod terminal;

pub mod cli;

pub mod command;

pub mod rules_command;
