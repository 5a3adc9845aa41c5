//! Conditions that count behind a `|`, as Sigma had them before version 2.
//!
//! Owns: reading `selection | count(field) by field > 5` and its time frame. What
//! comes of it is an event_count or a value_count correlation: the counting is
//! `correlation`'s.
//!
//! Source: Sigma specification 1.0.4, "Aggregation expression", "Timeframe".

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use rsigma_parser::ast::ConditionOperator;

use super::lines::of_aggregate;

/// What a condition counts behind its `|`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aggregate {
    /// The field whose different values are counted; hits themselves if `None`.
    pub(super) field: Option<String>,
    /// What hits are grouped by.
    pub(super) group_by: Vec<String>,
    /// What the number has to be.
    pub(super) wanted: (ConditionOperator, u64),
    /// Within how long, in microseconds; all of the evidence if the rule has no
    /// time frame.
    pub(super) timespan_us: i64,
}

/// A part of a file that is read for itself: all of it, or one document of which
/// the condition counts.
#[derive(Debug)]
pub(super) struct Part<'t> {
    /// The text, without what is counted.
    pub(super) text: Cow<'t, str>,
    /// Lines of the file before it.
    pub(super) lines_before: usize,
    /// What is counted.
    pub(super) aggregate: Option<Aggregate>,
}

/// Line and reason of a condition that counts in a way that is not supported.
type Refusal = (usize, String);

/// The parts of a file in their order. Without a condition that counts, and
/// where documents lean on each other (`action: global`), there is one.
pub(super) fn parts(text: &str) -> Vec<Result<Part<'_>, Refusal>> {
    let whole = || vec![Ok(Part { text: Cow::Borrowed(text), lines_before: 0, aggregate: None })];
    let leans = text.lines().any(|line| line.trim_start().starts_with("action:"));
    if leans || !text.lines().any(|line| counting(line).is_some()) {
        return whole();
    }
    let mut parts = Vec::new();
    let mut lines_before = 0;
    for document in documents(text) {
        if !document.trim().is_empty() {
            parts.push(part(document, lines_before));
        }
        lines_before += document.lines().count();
    }
    parts
}

/// The documents of a file, each with the line that begins it.
fn documents(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.extend(text.get(start..at));
            start = at;
        }
        at += line.len();
    }
    documents.extend(text.get(start..));
    documents
}

fn part(text: &str, lines_before: usize) -> Result<Part<'_>, Refusal> {
    let found = text.lines().enumerate().find_map(|(number, line)| Some((number, line, counting(line)?)));
    let Some((number, line, (kept, counted))) = found else {
        return Ok(Part { text: Cow::Borrowed(text), lines_before, aggregate: None });
    };
    let at = lines_before + number + 1;
    let refused = || (at, of_aggregate(line));
    let timespan_us = match timeframe(text) {
        None => i64::MAX,
        Some(span) => {
            microseconds(span).ok_or_else(|| (at, format!("its timeframe `{span}` cannot be read")))?
        }
    };
    let aggregate = aggregate(counted, timespan_us).ok_or_else(refused)?;
    let text = text.replacen(line, kept, 1);
    Ok(Part { text: Cow::Owned(text), lines_before, aggregate: Some(aggregate) })
}

/// A condition's line without what it counts, and what it counts.
fn counting(line: &str) -> Option<(&str, &str)> {
    let condition = line.trim_start().starts_with("condition:");
    let (kept, counted) = line.split_once(" | ").filter(|_| condition)?;
    Some((kept, counted.trim()))
}

/// `count() > 5`, `count(field) by other, another >= 5`.
fn aggregate(counted: &str, timespan_us: i64) -> Option<Aggregate> {
    static COUNT: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"^count\(\s*([^()\s]*)\s*\)(?:\s+by\s+([^<>=]+?))?\s*(<=|>=|==|<|>|=)\s*([0-9]{1,9})$";
        Regex::new(pattern).expect("a pattern of ours")
    });
    // A comment of YAML, and the quote that may stand around a condition.
    let counted = counted.split(" #").next().unwrap_or_default().trim_end().trim_end_matches(['\'', '"']);
    let found = COUNT.captures(counted)?;
    let text = |place: usize| found.get(place).map_or("", |part| part.as_str());
    let operator = match text(3) {
        "<" => ConditionOperator::Lt,
        "<=" => ConditionOperator::Lte,
        ">" => ConditionOperator::Gt,
        ">=" => ConditionOperator::Gte,
        _ => ConditionOperator::Eq,
    };
    let names = text(2).split(',').map(str::trim).filter(|name| !name.is_empty());
    Some(Aggregate {
        field: Some(text(1)).filter(|name| !name.is_empty()).map(str::to_owned),
        group_by: names.map(str::to_owned).collect(),
        wanted: (operator, text(4).parse().ok()?),
        timespan_us,
    })
}

/// Public rules have it in the detection or beside it.
fn timeframe(text: &str) -> Option<&str> {
    let found = text.lines().find_map(|line| line.trim_start().strip_prefix("timeframe:"))?;
    Some(found.split(" #").next().unwrap_or_default().trim().trim_matches(['\'', '"']))
}

fn microseconds(span: &str) -> Option<i64> {
    let seconds = rsigma_parser::Timespan::parse(span).ok()?.seconds;
    i64::try_from(seconds).ok()?.checked_mul(1_000_000).filter(|us| *us > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_and_what_is_not_a_count_is_not() {
        let read = |counted: &str| aggregate(counted, 1);
        let one = read("count() > 5").expect("a count");
        assert_eq!((one.field, one.group_by, one.wanted), (None, vec![], (ConditionOperator::Gt, 5)));
        let one = read("count(eventName) by userIdentity.arn, sourceIPAddress >= 6 # many").expect("a count");
        assert_eq!(one.field.as_deref(), Some("eventName"));
        assert_eq!(one.group_by, ["userIdentity.arn", "sourceIPAddress"]);
        assert_eq!(one.wanted, (ConditionOperator::Gte, 6));
        assert!(read("count() by userIdentity.arn >20").is_some());
        for odd in ["sum(bytes) > 5", "near selection2", "count() > many", "count() by a", "count > 5"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn documents_that_count_are_read_for_themselves() {
        let text = "title: a\ndetection:\n    s:\n        a: b\n    condition: s\n---\ntitle: b\ndetection:\n    s:\n        a: b\n    timeframe: 10m\n    condition: s | count() > 5\n";
        let parts: Vec<Part<'_>> = parts(text).into_iter().map(|part| part.expect("a part")).collect();
        assert_eq!(parts.iter().map(|part| part.lines_before).collect::<Vec<_>>(), [0, 5]);
        assert_eq!(parts[0].aggregate, None);
        let counted = parts[1].aggregate.as_ref().expect("it counts");
        assert_eq!(counted.timespan_us, 600_000_000);
        assert!(parts[1].text.ends_with("    condition: s\n"), "{}", parts[1].text);
        let odd = text.replace("10m", "soon");
        assert!(super::parts(&odd)[1].as_ref().is_err_and(|(line, why)| *line == 12 && why.contains("soon")));
        let leaning = format!("action: global\n---\n{text}");
        assert_eq!(super::parts(&leaning).len(), 1);
    }
}
