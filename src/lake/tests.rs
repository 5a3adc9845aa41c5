//! Rows through the whole way, against the table of the same events in memory.
