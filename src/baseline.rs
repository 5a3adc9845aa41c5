//! The callers of an older report, to tell "new" from.
//!
//! Owns: how its table `actors` is read. Opens no evidence.

use std::path::Path;
use std::sync::Arc;

use crate::correlate::Baseline;
use crate::error::Error;
use crate::model::actor::{ActorKey, Span, Trait, Values};
use crate::model::id::AccountId;
use crate::model::problem::ProblemKind;
use crate::readback::Tables;

/// Reads the callers of the report in that folder.
///
/// # Errors
/// A folder that holds no report, one of a version without callers, and tables
/// that are not as the run wrote them.
pub fn of_report(folder: &Path) -> Result<Baseline, Error> {
    let tables = Tables::read(folder, &["actors", "problems"], &[])?;
    let actors = tables.grid("actors");
    let seen = (0..actors.rows()).map(|row| {
        let text = |column: &str| Arc::from(actors.text(row, column));
        let account = actors.text(row, "account_id");
        let key = ActorKey {
            account_id: Some(account).filter(|id| !id.is_empty()).map(AccountId::new),
            actor: text("actor"),
            actor_type: text("actor_type"),
            role_name: text("role_name"),
        };
        let cut = actors.list(row, "cut_lists");
        let values = Trait::ALL.map(|which| Values {
            kept: actors
                .list(row, which.column())
                .into_iter()
                .map(|value| (Arc::from(value), Span::default()))
                .collect(),
            cut: cut.iter().any(|column| column == which.column()),
        });
        (key, values)
    });
    let left_out =
        tables.grid("problems").find("problem", &|word| word == ProblemKind::ActorsLeftOut.as_str());
    Ok(Baseline::Callers { seen: seen.collect(), complete: left_out.is_empty() })
}
