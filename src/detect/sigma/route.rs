//! How records find their way to a Sigma rule: what its conditions demand of
//! every record that matches.
//!
//! Owns: reading event sources, event names and texts off a rule. What is not
//! understood demands nothing, so that no match is lost.

use regex_syntax::hir::{Hir, HirKind};
use rsigma_parser::{ConditionExpr, Detection, DetectionItem, Modifier, Quantifier, SigmaRule, SigmaValue};

use crate::detect::index::{Pin, Route, Way};
use crate::detect::literal::Literals;

/// Pins from which one rule is rather looked for by fewer.
const PINS_MAX: usize = 256;

/// The route to a rule.
pub(super) fn route(rule: &SigmaRule) -> Route {
    let demanded = |demand: Demand| {
        any_of(rule.detection.conditions.iter().map(|one| demand.of(one, rule))).unwrap_or_default()
    };
    let pins: Vec<Pin> = demanded(Demand::Pins).into_iter().filter_map(Want::pin).collect();
    // What is pinned already tells nothing more.
    let texts = demanded(if pins.is_empty() { Demand::Texts } else { Demand::MoreTexts });
    let mut fields: Vec<&str> = texts.iter().filter_map(Want::field).collect();
    fields.sort_unstable();
    fields.dedup();
    let words: Vec<String> = texts.iter().filter_map(Want::word).map(str::to_owned).collect();
    // Texts of several fields may stand anywhere in the record.
    let first = if let [one] = fields[..] { one } else { "" };
    let literals = Literals::new(first, &words, true);
    Route { way: if pins.is_empty() { Way::Any } else { Way::Pinned(pins) }, literals }
}

/// One of the things of which every matching record has at least one.
#[derive(Clone, Debug)]
enum Want {
    Pin(Pin),
    Text { field: String, word: String },
}

impl Want {
    fn pin(self) -> Option<Pin> {
        match self {
            Self::Pin(pin) => Some(pin),
            Self::Text { .. } => None,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Text { field, .. } => Some(field),
            Self::Pin(_) => None,
        }
    }

    fn word(&self) -> Option<&str> {
        match self {
            Self::Text { word, .. } => Some(word),
            Self::Pin(_) => None,
        }
    }
}

/// What is read off the conditions.
#[derive(Clone, Copy, Debug)]
enum Demand {
    /// Event sources and names.
    Pins,
    /// Texts of any field.
    Texts,
    /// Texts of fields that pins say nothing of.
    MoreTexts,
}

impl Demand {
    fn of(self, condition: &ConditionExpr, rule: &SigmaRule) -> Option<Vec<Want>> {
        let named = &rule.detection.named;
        match condition {
            ConditionExpr::And(parts) => self.all_of(parts.iter().map(|part| self.of(part, rule))),
            ConditionExpr::Or(parts) => any_of(parts.iter().map(|part| self.of(part, rule))),
            ConditionExpr::Not(_) => None,
            ConditionExpr::Identifier(name) => self.of_detection(named.get(name)?),
            ConditionExpr::Selector { quantifier, pattern } => {
                let mut names: Vec<&String> =
                    named.keys().filter(|name| pattern.matches_detection_name(name)).collect();
                names.sort_unstable();
                let wants =
                    names.into_iter().filter_map(|name| named.get(name)).map(|one| self.of_detection(one));
                match quantifier {
                    Quantifier::All => self.all_of(wants),
                    Quantifier::Any => any_of(wants),
                    Quantifier::Count(0) => None,
                    Quantifier::Count(_) => any_of(wants),
                }
            }
        }
    }

    fn of_detection(self, detection: &Detection) -> Option<Vec<Want>> {
        match detection {
            Detection::AllOf(items) => self.all_of(items.iter().map(|item| self.of_item(item))),
            Detection::AnyOf(parts) => any_of(parts.iter().map(|part| self.of_detection(part))),
            Detection::And(parts) => self.all_of(parts.iter().map(|part| self.of_detection(part))),
            Detection::Keywords(_) | Detection::ArrayMatch { .. } | Detection::Conditional { .. } => None,
        }
    }

    fn of_item(self, item: &DetectionItem) -> Option<Vec<Want>> {
        let field = item.field.name.as_deref()?;
        match self {
            Self::Pins => pins(field, item),
            Self::Texts => texts(field, item),
            Self::MoreTexts if field == "eventSource" || field == "eventName" => None,
            Self::MoreTexts => texts(field, item),
        }
    }

    /// All parts hold: pins of several narrow each other, of texts the fewest do.
    fn all_of(self, parts: impl Iterator<Item = Option<Vec<Want>>>) -> Option<Vec<Want>> {
        let known = parts.flatten();
        match self {
            Self::Texts | Self::MoreTexts => known.min_by_key(Vec::len),
            Self::Pins => known.reduce(|one, other| {
                if one.len() * other.len() > PINS_MAX {
                    return if one.len() <= other.len() { one } else { other };
                }
                let pairs = one.iter().flat_map(|a| other.iter().map(move |b| both(a, b)));
                pairs.collect()
            }),
        }
    }
}

/// One of the parts holds: what each demands, if each demands something.
fn any_of(parts: impl Iterator<Item = Option<Vec<Want>>>) -> Option<Vec<Want>> {
    let parts: Vec<Vec<Want>> = parts.collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.into_iter().flatten().collect())
}

/// Of two that must both hold, all that one pin can say.
fn both(a: &Want, b: &Want) -> Want {
    match (a, b) {
        (Want::Pin(a), Want::Pin(b)) => Want::Pin(Pin {
            source: a.source.clone().or_else(|| b.source.clone()),
            name: a.name.clone().or_else(|| b.name.clone()),
        }),
        _ => a.clone(),
    }
}

/// The plain texts of an item, one of which its field must be or hold.
fn plain(item: &DetectionItem) -> Option<Vec<String>> {
    let text = |value: &SigmaValue| match value {
        SigmaValue::String(text) => text.as_plain().filter(|text| !text.is_empty()),
        _ => None,
    };
    let texts: Vec<String> = item.values.iter().map(text).collect::<Option<_>>()?;
    (!texts.is_empty()).then_some(texts)
}

fn pins(field: &str, item: &DetectionItem) -> Option<Vec<Want>> {
    if item.field.modifiers.iter().any(|modifier| *modifier != Modifier::Cased) {
        return None;
    }
    let pin = |text: String| match field {
        "eventSource" => Some(Want::Pin(Pin { source: Some(text), name: None })),
        "eventName" => Some(Want::Pin(Pin { source: None, name: Some(text) })),
        _ => None,
    };
    plain(item)?.into_iter().map(pin).collect()
}

fn texts(field: &str, item: &DetectionItem) -> Option<Vec<Want>> {
    const OF_TEXT: [Modifier; 5] =
        [Modifier::Contains, Modifier::StartsWith, Modifier::EndsWith, Modifier::Cased, Modifier::All];
    let first = field.split('.').next().unwrap_or(field);
    let want = |word: String| Want::Text { field: first.to_owned(), word };
    let modifiers = &item.field.modifiers;
    if modifiers.as_slice() == [Modifier::Re] {
        let words: Option<Vec<String>> = item.values.iter().map(in_every_match).collect();
        return words.map(|words| words.into_iter().map(want).collect());
    }
    let of_text = modifiers.iter().all(|modifier| OF_TEXT.contains(modifier));
    of_text.then(|| plain(item)).flatten().map(|words| words.into_iter().map(want).collect())
}

/// The longest text that stands in every match of a regular expression.
fn in_every_match(value: &SigmaValue) -> Option<String> {
    let SigmaValue::String(pattern) = value else { return None };
    let hir = regex_syntax::parse(&pattern.original).ok()?;
    let mut found = Vec::new();
    literals(&hir, &mut found);
    found.into_iter().max_by_key(String::len)
}

/// Recurses as deep as the expression nests, which the parser bounds.
fn literals(hir: &Hir, found: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Literal(literal) => found.extend(String::from_utf8(literal.0.to_vec())),
        HirKind::Concat(parts) => parts.iter().for_each(|part| literals(part, found)),
        HirKind::Capture(capture) => literals(&capture.sub, found),
        HirKind::Repetition(repetition) if repetition.min > 0 => literals(&repetition.sub, found),
        _ => {}
    }
}
