//! Rules on single records: the built-in ones, the user's own, and Sigma's.
//!
//! Owns: the form of rules, the index that leads records to them, and the
//! judgement of one record. Sees one record at a time; opens no file; what
//! hits come to is `correlate`'s.
//!
//! ```text
//!  rules/*.toml ──┐                record ─▶ Index ─▶ candidates, mostly none
//!  --rules DIR ───┼─▶ RuleSet ───────────────▶ Rule::matches ─▶ Hit
//!  --sigma DIR ───┘                            Sigma ─────────▶ Hit ─▶ correlations
//! ```

mod builtin;
mod check;
mod condition;
mod fault;
mod glob;
mod index;
mod literal;
mod noted;
mod path;
mod rule;
mod rule_file;
mod rule_set;
mod seen;
mod sigma;
#[cfg(test)]
mod tests;
mod view;

pub use check::Failure;
pub use fault::RuleFault;
pub use noted::Noted;
pub use rule::{Example, Rule, STATUSES, Wanted};
pub use rule_set::{Around, Detector, RuleSet};
pub use sigma::Unused;
