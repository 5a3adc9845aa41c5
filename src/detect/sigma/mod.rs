//! Sigma rules of the user: YAML → detections and correlations.
//!
//! Owns: which rules are for CloudTrail, what of the language is not taken,
//! and the words of findings. Parsing and matching are rsigma's. Whatever is
//! not used is named.

mod aggregate;
mod correlation;
mod event;
mod limits;
mod lines;
mod route;
#[cfg(test)]
pub(super) mod tests;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use rsigma_eval::{CompiledRule, compile_rule, evaluate_rule};
use rsigma_parser::ast::{CorrelationType, WindowMode};
use rsigma_parser::{
    CorrelationCondition, CorrelationRule, Detection, SigmaRule, SigmaValue, parse_sigma_yaml,
};

use crate::catalogue::text_of;
use crate::detect::index::Route;
use crate::detect::noted::Noted;
use crate::detect::path::Path;
use crate::detect::sigma::aggregate::{Aggregate, Part};
use crate::detect::sigma::correlation::{Base, Correlation, Counts};
use crate::detect::sigma::event::SigmaEvent;
use crate::detect::sigma::limits::{other_logs, unsupported};
use crate::detect::sigma::lines::{line_of, line_of_title, of_condition};
use crate::detect::view::View;
use crate::model::hit::{Compound, Hit, RuleWords};
use crate::normalise::secrets::redact;

/// The Sigma rules of a run.
#[derive(Debug, Default)]
pub(super) struct Sigma {
    detections: Vec<SigmaDetection>,
    correlations: Vec<(RuleWords, Correlation)>,
}

/// One Sigma rule, compiled.
#[derive(Debug)]
struct SigmaDetection {
    words: RuleWords,
    compiled: CompiledRule,
    keys: Vec<String>,
    silent: bool,
}

/// A Sigma document that is not used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unused {
    /// Its file below the folder.
    pub file: String,
    /// 1-based line of what is in the way, as far as it is known.
    pub line: Option<usize>,
    /// Why, in words.
    pub why: String,
    /// Whether it is only meant for other logs.
    pub for_other_logs: bool,
}

/// Documents while they are read.
#[derive(Default)]
struct Draft {
    /// A rule's file, the rule, and what its condition counts.
    rules: Vec<(String, SigmaRule, Option<Aggregate>)>,
    correlations: Vec<(String, usize, CorrelationRule)>,
    unused: Vec<Unused>,
    /// Ids that are taken.
    ids: BTreeMap<String, String>,
}

impl Sigma {
    /// Reads files: name and text of each. `first` is the place of the first
    /// rule. Gives the routes to the rules, and what is not used.
    pub(super) fn read(files: &[(String, String)], first: u32) -> (Self, Vec<Route>, Vec<Unused>) {
        let mut draft = Draft::default();
        for (file, text) in files {
            draft.add(file, text);
        }
        let mut routes = Vec::new();
        let mut sigma = Self::default();
        // Ids and names by which correlations refer to rules.
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (file, rule, aggregate) in &draft.rules {
            match compile_rule(rule) {
                Ok(compiled) => {
                    let place = sigma.detections.len();
                    known.extend([&rule.id, &rule.name].into_iter().flatten().map(|id| (id.clone(), place)));
                    routes.push(route::route(rule));
                    let words = words::of_rule(rule, file);
                    let counting = aggregate.as_ref().map(|aggregate| (words.clone(), aggregate));
                    sigma.detections.push(SigmaDetection {
                        words,
                        compiled,
                        keys: Vec::new(),
                        silent: false,
                    });
                    if let Some((words, aggregate)) = counting {
                        let counted = sigma.aggregated(place, aggregate, first);
                        sigma.correlations.extend(counted.map(|correlation| (words, correlation)));
                    }
                }
                Err(error) => draft.unused.push(unused(file, None, error.to_string())),
            }
        }
        for (file, line, rule) in &draft.correlations {
            match sigma.correlation(rule, &known, first) {
                Ok(correlation) => sigma.correlations.push((words::of_correlation(rule, file), correlation)),
                Err(why) => draft.unused.push(unused(file, Some(*line), why)),
            }
        }
        draft.unused.sort();
        (sigma, routes, draft.unused)
    }

    /// The words of all rules, in their places.
    pub(super) fn words(&self) -> impl Iterator<Item = &RuleWords> {
        self.detections.iter().map(|one| &one.words).chain(self.correlations.iter().map(|(words, _)| words))
    }

    /// Whether there is any correlation.
    pub(super) fn correlates(&self) -> bool {
        !self.correlations.is_empty()
    }

    /// Whether the hits of the rule at this place are only there for correlations.
    pub(super) fn silent(&self) -> impl Iterator<Item = bool> {
        self.detections.iter().map(|one| one.silent).chain(self.correlations.iter().map(|_| false))
    }

    /// Whether the rule at this place, counted from the first, matches.
    pub(super) fn matches(&self, place: usize, view: &View<'_>) -> bool {
        self.detections
            .get(place)
            .is_some_and(|one| evaluate_rule(&one.compiled, &SigmaEvent(view)).is_some())
    }

    /// The values by which correlations group and count the hits of the rule at
    /// this place, secrets replaced before they are read.
    pub(super) fn keys(&self, place: usize, text: &str, noted: &mut Noted) -> Arc<[Option<Arc<str>>]> {
        let keys = self.detections.get(place).map(|one| one.keys.as_slice()).unwrap_or_default();
        if keys.is_empty() {
            return Arc::default();
        }
        let clean = redact(text);
        let view = View::new(&clean);
        let key = |name: &String| {
            let mut found = None;
            Path::parse(name).ok()?.any(&view, &mut |value| {
                found = text_of(value).map(|text| text.into_owned());
                found.is_some()
            });
            found.map(|text| noted.whole_text(&text))
        };
        keys.iter().map(key).collect()
    }

    /// What correlations make of the hits; `first` is the place of the first rule.
    pub(super) fn compounds(&self, hits: &[Hit], first: u32) -> Vec<Compound> {
        let start = first + u32::try_from(self.detections.len()).unwrap_or(u32::MAX);
        let mut of_rule: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        if !self.correlations.is_empty() {
            for (place, hit) in hits.iter().enumerate().filter(|(_, hit)| hit.rule >= first) {
                of_rule.entry(hit.rule).or_default().push(place);
            }
        }
        let all = (start..).zip(&self.correlations);
        all.flat_map(|(place, (_, correlation))| correlation.compounds(place, hits, &of_rule)).collect()
    }

    /// The correlation that the counting condition of the rule at this place comes
    /// to; hits of the rule itself are no findings.
    fn aggregated(&mut self, place: usize, aggregate: &Aggregate, first: u32) -> Option<Correlation> {
        let detection = self.detections.get_mut(place)?;
        detection.silent = true;
        let keys = &mut detection.keys;
        let group = aggregate.group_by.iter().map(|name| place_of(keys, name.clone())).collect();
        let value = aggregate.field.as_ref().map(|name| place_of(keys, name.clone()));
        let rule = first.saturating_add(u32::try_from(place).ok()?);
        Some(Correlation {
            counts: if value.is_some() { Counts::Values } else { Counts::Events },
            wanted: vec![aggregate.wanted],
            timespan_us: aggregate.timespan_us,
            group_by: aggregate.group_by.clone(),
            bases: vec![Base { rule, group, value }],
        })
    }

    /// Joins a correlation to its base rules.
    fn correlation(
        &mut self,
        rule: &CorrelationRule,
        known: &BTreeMap<String, usize>,
        first: u32,
    ) -> Result<Correlation, String> {
        let counts = counts(rule)?;
        let CorrelationCondition::Threshold { predicates, field, .. } = &rule.condition else {
            return Err("a condition in words on its rules is not supported".to_owned());
        };
        let field = match field.as_deref().unwrap_or_default() {
            [] if counts == Counts::Values => return Err("value_count needs a field".to_owned()),
            [] => None,
            [one] => Some(one),
            _ => return Err("counting several fields together is not supported".to_owned()),
        };
        let mut bases = Vec::new();
        for reference in &rule.rules {
            let place = *known
                .get(reference)
                .ok_or_else(|| format!("`{reference}` is no detection rule that is used"))?;
            let detection = self.detections.get_mut(place).ok_or("a rule is lost")?;
            let named = |name: &String| {
                let alias = rule.aliases.iter().find(|alias| alias.alias == *name);
                let identities = [Some(reference.as_str()), detection.compiled.id.as_deref()];
                let mapped = alias
                    .and_then(|alias| identities.into_iter().flatten().find_map(|id| alias.mapping.get(id)));
                mapped.unwrap_or(name).clone()
            };
            let names: Vec<String> = rule.group_by.iter().map(named).collect();
            let counted = field.map(named);
            detection.silent |= !rule.generate;
            let group = names.into_iter().map(|name| place_of(&mut detection.keys, name)).collect();
            let value = counted.map(|name| place_of(&mut detection.keys, name));
            let place = first.saturating_add(u32::try_from(place).map_err(|_| "too many rules")?);
            bases.push(Base { rule: place, group, value });
        }
        let mut wanted = predicates.clone();
        if counts == Counts::Rules {
            wanted.push((rsigma_parser::ast::ConditionOperator::Gte, bases.len() as u64));
        }
        let timespan_us = i64::try_from(rule.timespan.seconds).ok().and_then(|s| s.checked_mul(1_000_000));
        let timespan_us = timespan_us.filter(|us| *us > 0).ok_or("its timespan is out of range")?;
        Ok(Correlation { counts, wanted, timespan_us, group_by: rule.group_by.clone(), bases })
    }
}

/// The place of a name in a list, to which it is added if it is new.
fn place_of(list: &mut Vec<String>, name: String) -> usize {
    list.iter().position(|known| *known == name).unwrap_or_else(|| {
        list.push(name);
        list.len() - 1
    })
}

fn counts(rule: &CorrelationRule) -> Result<Counts, String> {
    if rule.window != WindowMode::Sliding {
        return Err(format!("a window of the kind `{}` is not supported", rule.window.as_str()));
    }
    if rule.rules.is_empty() {
        return Err("it names no rules".to_owned());
    }
    match rule.correlation_type {
        CorrelationType::EventCount => Ok(Counts::Events),
        CorrelationType::ValueCount => Ok(Counts::Values),
        CorrelationType::Temporal => Ok(Counts::Rules),
        CorrelationType::TemporalOrdered => Ok(Counts::Order),
        other => Err(format!("correlation type `{}` is not supported", other.as_str())),
    }
}

fn unused(file: &str, line: Option<usize>, why: impl Into<String>) -> Unused {
    Unused { file: file.to_owned(), line, why: why.into(), for_other_logs: false }
}

impl Draft {
    fn add(&mut self, file: &str, text: &str) {
        for part in aggregate::parts(text) {
            match part {
                Ok(part) => self.add_part(file, &part),
                Err((line, why)) => self.unused.push(unused(file, Some(line), why)),
            }
        }
    }

    /// Adds documents that stand in one part of a file.
    fn add_part(&mut self, file: &str, part: &Part<'_>) {
        let text = &*part.text;
        let at = |line: Option<usize>| line.map(|line| line + part.lines_before);
        let parsed = match parse_sigma_yaml(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                let line = at(line_of(text, &error.to_string()));
                return self.unused.push(unused(file, line, error.to_string()));
            }
        };
        for error in parsed.errors {
            let (line, why) = of_condition(text, &error).unwrap_or_else(|| (line_of(text, &error), error));
            self.unused.push(unused(file, at(line), why));
        }
        for filter in parsed.filters {
            let line = at(line_of_title(text, &filter.title));
            self.unused.push(unused(
                file,
                line,
                format!("filter `{}`: filters are not supported", filter.title),
            ));
        }
        for mut rule in parsed.rules {
            let line = at(line_of_title(text, &rule.title));
            if let Some(other) = other_logs(&rule.logsource) {
                let why = format!("it is for other logs: {other}");
                self.unused.push(Unused { for_other_logs: true, ..unused(file, line, why) });
            } else if let Some(why) = unsupported(&rule, part.aggregate.is_some()) {
                self.unused.push(unused(file, line, why));
            } else if let Some(why) = self.taken(rule.id.as_deref(), file) {
                self.unused.push(unused(file, line, why));
            } else {
                rule.detection.named.values_mut().for_each(null_as_null);
                self.rules.push((file.to_owned(), rule, part.aggregate.clone()));
            }
        }
        for rule in parsed.correlations {
            let line = at(line_of_title(text, &rule.title));
            match self.taken(rule.id.as_deref(), file) {
                Some(why) => self.unused.push(unused(file, line, why)),
                None => self.correlations.push((file.to_owned(), line.unwrap_or(1), rule)),
            }
        }
    }

    fn taken(&mut self, id: Option<&str>, file: &str) -> Option<String> {
        let id = id?;
        if let Some(other) = self.ids.get(id) {
            return Some(format!("its id `{id}` is that of a rule in {other}"));
        }
        self.ids.insert(id.to_owned(), file.to_owned());
        None
    }
}

/// Public rules write `'null'` where they mean a field that is not there.
fn null_as_null(detection: &mut Detection) {
    match detection {
        Detection::AllOf(items) => {
            for item in items.iter_mut().filter(|item| item.field.modifiers.is_empty()) {
                let is_null =
                    |value: &SigmaValue| matches!(value, SigmaValue::String(text) if text.original == "null");
                if item.values.iter().any(is_null) {
                    item.values.push(SigmaValue::Null);
                }
            }
        }
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter_mut().for_each(null_as_null),
        Detection::Keywords(_) | Detection::ArrayMatch { .. } | Detection::Conditional { .. } => {}
    }
}
