//! The table of operations: what each does to whom it is called on.
//!
//! Owns: the form of `data/operations.csv` and the look-up by event source and
//! name. Knows nothing of parameters; those are `condition`'s.

use rustc_hash::FxHashMap;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::rows::rows;
use crate::model::destructive::{Category, Reversibility};
use crate::model::technique::Technique;

/// What the catalogue says of one operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// The kind of harm; `None` if it only sounds destructive.
    pub(super) category: Option<Category>,
    /// Whether it can be undone, parameters aside.
    pub(super) reversibility: Reversibility,
    /// The ATT&CK technique.
    pub(super) technique: Option<Technique>,
    /// The opposite operations joined by `/`, a sentence, or nothing.
    pub(super) recovery: &'static str,
    /// Its entry among the conditions.
    pub(super) condition: Option<usize>,
}

/// All operations, by event source and event name.
///
/// Two maps, so that a look-up takes two borrowed words and allocates nothing:
/// every record of a dump passes here.
#[derive(Debug)]
pub(super) struct OperationTable {
    by_source: FxHashMap<&'static str, FxHashMap<&'static str, Operation>>,
}

const COLUMNS: &str = "event_source,event_name,category,reversibility,technique,recovery";

impl OperationTable {
    /// Reads the table.
    pub(super) fn parse(text: &'static str) -> Result<Self, CatalogueFault> {
        let mut by_source: FxHashMap<_, FxHashMap<_, _>> = FxHashMap::default();
        for (number, row) in rows::<6>(text, COLUMNS)? {
            let fault = |message: String| CatalogueFault::at_line(number, message);
            let [source, name, category, reversibility, technique, recovery] = row;
            let operation = Operation {
                category: parse_category(category).map_err(fault)?,
                reversibility: parse_reversibility(reversibility, category).map_err(fault)?,
                technique: Technique::parse_or_empty(technique).map_err(fault)?,
                recovery,
                condition: None,
            };
            if by_source.entry(source).or_default().insert(name, operation).is_some() {
                return Err(fault(format!("`{source}` `{name}` stands twice")));
            }
        }
        Ok(Self { by_source })
    }

    /// The operation of that source and name; the source with or without
    /// `.amazonaws.com`, the name without API date.
    pub(super) fn find(&self, event_source: &str, event_name: &str) -> Option<&Operation> {
        self.by_source.get(short_source(event_source))?.get(event_name)
    }

    pub(super) fn find_mut(&mut self, event_source: &str, event_name: &str) -> Option<&mut Operation> {
        self.by_source.get_mut(event_source)?.get_mut(event_name)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_source.values().map(FxHashMap::len).sum()
    }
}

/// The event source without `.amazonaws.com`.
pub(super) fn short_source(event_source: &str) -> &str {
    event_source.strip_suffix(".amazonaws.com").unwrap_or(event_source)
}

fn parse_category(word: &str) -> Result<Option<Category>, String> {
    match Category::parse(word) {
        None if word == "none" => Ok(None),
        None => Err(format!("`{word}` is no category")),
        known => Ok(known),
    }
}

fn parse_reversibility(word: &str, category: &str) -> Result<Reversibility, String> {
    if category == "none" && word.is_empty() {
        return Ok(Reversibility::Unknown);
    }
    reversibility_of(word)
}

/// The reversibility of that word. `recoverable_until` is none of them: a
/// deadline is a fact of an event, not of an operation.
pub(super) fn reversibility_of(word: &str) -> Result<Reversibility, String> {
    const WORDS: [Reversibility; 5] = [
        Reversibility::Irreversible,
        Reversibility::Recoverable,
        Reversibility::Rebuildable,
        Reversibility::Reversible,
        Reversibility::Unknown,
    ];
    let found = WORDS.into_iter().find(|known| known.as_str() == word);
    found.ok_or_else(|| format!("`{word}` is no reversibility"))
}
