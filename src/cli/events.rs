//! What can be said of the table of events.
//!
//! Owns the words of its flags.

use clap::ValueEnum;

/// By what the table of all events is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EventsBy {
    /// By account
    Account,
    /// By day, UTC
    Day,
}

/// Which events the table of events holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EventsWanted {
    /// Those that a row of another table rests on
    Kept,
    /// Every one
    All,
}
