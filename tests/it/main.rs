//! The one integration test binary.
//!
//! - `archives`: every kind of archive, one in another, and hostile ones.
//! - `case`: reports from a case folder, whole, in parts, killed, changed.
//! - `cases`: every story of `sample-logs/cases`, against its expected tables
//!   and against the generator's truth. A new case needs no Rust.
//! - `delivered`: deliveries that data events recorded, against the dump.
//! - `demo`: what the README's first command prints and writes.
//! - `determinism`: threads, folder order, zone and locale change no byte.
//! - `explain`: the story of every kind of id, against the tables; `explain_dump`
//!   when the dump or the tables have changed.
//! - `flat`: every case with room for nothing in memory.
//! - `forms`: every form of facts/cloudtrail.md 2.2, one sample each.
//! - `geoip`: countries and ASNs in findings, by databases made for the test.
//! - `hostile`: damaged, odd and malicious input; `hostile_cut`, `hostile_paths`
//!   and `hostile_secrets` for damage, places and secrets.
//! - `inventory`: exports of IAM, Config, trails and organizations beside logs.
//! - `parquet_file`: Parquet files for the tests, by the writer of polars.
//! - `quirks`: twenty odd forms in which dumps really come.
//! - `cli`, `cli_runs`: help, flags, exit codes, streams, selections, interrupts.
//! - `integrity`: signed chains of digests beside the project, if they are there.
//! - `lake`: the table of all events, whole and divided.
//! - `rules`: rules of the user, and the command that shows and checks them.
//! - `sigma`: Sigma rules and correlations of the user.
//! - `real_logs`: public logs that lie beside the project, if they do.
//! - `readme`: the README's tables and printed output.
//! - `search`: what a query finds, in which forms, and what is said of the rest.
//! - `tidy`: layers, headers, lengths.

#![expect(clippy::disallowed_methods, reason = "tests read what runs wrote, and name folders by variables")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod actors;
mod archives;
mod beside;
mod case;
mod cases;
mod cli;
mod cli_runs;
mod compare;
mod compare_truth;
mod compare_windows;
mod controls;
mod coverage;
mod delivered;
mod demo;
mod determinism;
mod explain;
mod explain_dump;
mod flat;
mod forms;
mod geoip;
mod hostile;
mod hostile_cut;
mod hostile_paths;
mod hostile_secrets;
mod integrity;
mod inventory;
mod lake;
mod lineage;
mod parquet_file;
mod policy;
mod quirks;
mod readme;
mod real_logs;
mod rules;
mod runner;
mod search;
mod sigma;
mod since;
mod tidy;
