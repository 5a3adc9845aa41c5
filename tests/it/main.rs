//! The one integration test binary.
//!
//! - `archives`: every kind of archive, one in another, and hostile ones.
//! - `cases`: every story of `sample-logs/cases`, against its expected tables
//!   and against the generator's truth. A new case needs no Rust.
//! - `demo`: what the README's first command prints and writes.
//! - `determinism`: threads, folder order, zone and locale change no byte.
//! - `hostile`: damaged, odd and malicious input.
//! - `forms`: every form of facts/cloudtrail.md 2.2, one sample each.
//! - `quirks`: twenty odd forms in which dumps really come.
//! - `cli`: help, flags, exit codes, what goes to which stream.
//! - `real_logs`: public logs that lie beside the project, if they do.
//! - `tidy`: layers, headers, lengths.

mod archives;
mod cases;
mod demo;
mod determinism;
mod forms;
mod real_logs;
mod runner;
mod tidy;
