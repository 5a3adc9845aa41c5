//! What rules found in one object.
//!
//! Owns: hits while an object is read, thin: equal texts are held once, and of
//! very many hits of one kind only the first carry all their details.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::limits::{HITS_IN_DETAIL_MAX, QUOTE_CHARS_MAX, TOLD_MAX};
use crate::model::hit::Hit;
use crate::model::time::UtcTime;

/// Hits of one object, and the records that no rule could judge.
#[derive(Debug, Default)]
pub struct Noted {
    /// Hits in the order of the object.
    pub hits: Vec<Hit>,
    texts: BTreeSet<Arc<str>>,
    alike: BTreeMap<(u32, Option<Arc<str>>, i64), usize>,
}

impl Noted {
    /// The text, held once, cut to what a sentence may quote.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        let end = text.char_indices().nth(QUOTE_CHARS_MAX).map_or(text.len(), |(at, _)| at);
        self.whole_text(&text[..end])
    }

    /// The text, held once.
    pub(super) fn whole_text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let new: Arc<str> = Arc::from(text);
        self.texts.insert(new.clone());
        new
    }

    /// Whether one more hit of this rule, actor and hour is kept with all its
    /// details. It is always counted.
    pub(super) fn in_detail(&mut self, rule: u32, actor: Option<&Arc<str>>, time: Option<UtcTime>) -> bool {
        let hour = time.map_or(i64::MIN, |time| time.seconds().div_euclid(3600));
        let alike = self.alike.entry((rule, actor.cloned(), hour)).or_default();
        *alike += 1;
        *alike <= HITS_IN_DETAIL_MAX
    }

    /// The first few texts of a list, none twice.
    pub(super) fn told(&mut self, texts: Vec<String>) -> Arc<[Arc<str>]> {
        let mut told: Vec<Arc<str>> = Vec::new();
        for text in texts {
            let text = self.text(&text);
            if told.len() < TOLD_MAX && !told.contains(&text) {
                told.push(text);
            }
        }
        told.into()
    }
}
