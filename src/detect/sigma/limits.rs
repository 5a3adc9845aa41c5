//! What of the language is not taken, and which rules are for other logs.
//!
//! Owns: these refusals and their words: whatever is not used is named.

use rsigma_parser::{Detection, LogSource, Modifier, SigmaRule, SigmaValue};

/// The logs a rule is for, if they are not CloudTrail's. Product and service may
/// stand alone.
///
/// Source: Sigma specification 2.0, log source.
pub(super) fn other_logs(source: &LogSource) -> Option<String> {
    let (product, service) = (source.product.as_deref(), source.service.as_deref());
    match (product, service, source.category.as_deref()) {
        (None | Some("aws"), Some("cloudtrail"), _) | (Some("aws"), None, None) => return None,
        _ => {}
    }
    let parts = [("product", product), ("category", source.category.as_deref()), ("service", service)];
    let named: Vec<String> =
        parts.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?))).collect();
    Some(if named.is_empty() { "none are named".to_owned() } else { named.join(", ") })
}

/// What of a rule is not understood here.
///
/// `counts` says that its condition counts, which a time frame belongs to.
pub(super) fn unsupported(rule: &SigmaRule, counts: bool) -> Option<String> {
    if let Some(timeframe) = rule.detection.timeframe.as_ref().filter(|_| !counts) {
        return Some(format!("timeframe `{timeframe}` in a detection is not supported; use a correlation"));
    }
    rule.detection
        .named
        .iter()
        .filter_map(|(name, detection)| Some((name, in_detection(detection)?)))
        .min()
        .map(|(name, why)| format!("in `{name}`: {why}"))
}

fn in_detection(detection: &Detection) -> Option<String> {
    match detection {
        Detection::AllOf(items) => items.iter().find_map(|item| {
            let name = item.field.name.as_deref().unwrap_or_default();
            if item.field.has_modifier(Modifier::Expand) {
                return Some(format!("`{name}|expand`: {}", instead_of_placeholders(&item.values)));
            }
            let odd = name.contains(['[', ']', '\\']);
            odd.then(|| format!("field `{name}`: places in lists are not supported"))
        }),
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter().find_map(in_detection),
        Detection::Keywords(_) => None,
        Detection::ArrayMatch { field, .. } => {
            Some(format!("`{field}[…]`: conditions on elements are not supported"))
        }
        Detection::Conditional { .. } => {
            Some("a condition inside of a selection is not supported".to_owned())
        }
    }
}

/// What to do about placeholders: their values are the user's to know.
fn instead_of_placeholders(values: &[SigmaValue]) -> String {
    let texts = values.iter().filter_map(|value| match value {
        SigmaValue::String(text) => Some(format!("`{}`", text.original)),
        _ => None,
    });
    let named: Vec<String> = texts.collect();
    format!(
        "placeholders have no values here; write your values in place of {}, and take `|expand` away",
        if named.is_empty() { "them".to_owned() } else { named.join(", ") }
    )
}
