//! What a person looks for: the grammar of queries.
//!
//! Owns: words, quotes, patterns, `AND`, `OR`, `NOT` and brackets. What a term
//! means for a record, `term` says.
//!
//! ```text
//! query = both ( OR both )*
//! both  = one ( [AND] one )*
//! one   = ( NOT | - ) one | "(" query ")" | term
//! term  = word | "words" | /regex/ | field:value | field:"value" | field:/regex/
//! ```

use crate::search::needed::Needed;
use crate::search::term::{Term, Value};

/// Brackets and negations, one in the other.
const DEPTH_MAX: usize = 64;

/// A query, taken apart.
#[derive(Debug)]
pub enum Query {
    /// All of these.
    And(Vec<Query>),
    /// One of these.
    Or(Vec<Query>),
    /// Not this.
    Not(Box<Query>),
    /// This.
    Term(Term),
}

impl Query {
    /// Takes a query apart.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = words(text)?;
        if words.is_empty() {
            return Err("it is empty".to_owned());
        }
        let mut rest = words.as_slice();
        let query = either(&mut rest, DEPTH_MAX)?;
        match rest.first() {
            None => Ok(query),
            Some(_) => Err("a `)` without its `(`".to_owned()),
        }
    }

    /// Its terms.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::terms).collect(),
            Self::Not(part) => part.terms(),
            Self::Term(term) => vec![term],
        }
    }

    /// Texts of which every record holds one that answers; `None` if nothing is known
    /// of such records.
    pub(super) fn needed(&self) -> Option<Vec<&Needed>> {
        let weight = |texts: &Vec<&Needed>| texts.iter().map(|text| text.weight()).min();
        match self {
            Self::And(parts) => parts.iter().filter_map(Self::needed).max_by_key(weight),
            Self::Or(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(Self::needed).collect();
                all.map(|texts| texts.concat())
            }
            Self::Not(_) => None,
            Self::Term(term) => term.needed().map(|text| vec![text]),
        }
    }

    /// Whether it holds, where `holds` says that of a term.
    pub fn holds(&self, holds: &mut dyn FnMut(&Term) -> bool) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(holds)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(holds)),
            Self::Not(part) => !part.holds(holds),
            Self::Term(term) => holds(term),
        }
    }
}

/// One word of a query.
#[derive(Debug)]
enum Word {
    Open,
    Close,
    And,
    Or,
    Not,
    Term(Term),
}

fn either(rest: &mut &[Word], depth: usize) -> Result<Query, String> {
    let mut parts = vec![both(rest, depth)?];
    while let [Word::Or, after @ ..] = *rest {
        *rest = after;
        parts.push(both(rest, depth)?);
    }
    Ok(one_of(parts, Query::Or))
}

fn both(rest: &mut &[Word], depth: usize) -> Result<Query, String> {
    let mut parts = vec![one(rest, depth)?];
    loop {
        match *rest {
            [Word::And, after @ ..] => {
                *rest = after;
                parts.push(one(rest, depth)?);
            }
            [Word::Open | Word::Not | Word::Term(_), ..] => parts.push(one(rest, depth)?),
            _ => return Ok(one_of(parts, Query::And)),
        }
    }
}

fn one(rest: &mut &[Word], depth: usize) -> Result<Query, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("more than {DEPTH_MAX} brackets and negations in one another"));
    };
    let Some((word, after)) = rest.split_first() else {
        return Err("it ends where a term is missing".to_owned());
    };
    *rest = after;
    match word {
        Word::Not => Ok(Query::Not(Box::new(one(rest, depth)?))),
        Word::Open => {
            let inner = either(rest, depth)?;
            match *rest {
                [Word::Close, after @ ..] => {
                    *rest = after;
                    Ok(inner)
                }
                _ => Err("a `(` without its `)`".to_owned()),
            }
        }
        Word::Term(term) => Ok(Query::Term(term.clone())),
        Word::Close => Err("a `)` where a term is missing".to_owned()),
        Word::And => Err("an `AND` where a term is missing; quote it to look for the word".to_owned()),
        Word::Or => Err("an `OR` where a term is missing; quote it to look for the word".to_owned()),
    }
}

fn one_of(mut parts: Vec<Query>, all: fn(Vec<Query>) -> Query) -> Query {
    if parts.len() == 1 { parts.swap_remove(0) } else { all(parts) }
}

fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '(' => (Word::Open, &rest[1..]),
            ')' => (Word::Close, &rest[1..]),
            '-' if rest[1..].starts_with(|c: char| !c.is_whitespace()) => (Word::Not, &rest[1..]),
            _ => term(rest)?,
        };
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

/// A term at the start of the text, and what follows it.
fn term(text: &str) -> Result<(Word, &str), String> {
    if let Some((value, after)) = enclosed(text)? {
        return Ok((Word::Term(Term::anywhere(&value)?), after));
    }
    if let Some((field, rest)) = field(text) {
        if let Some((value, after)) = enclosed(rest)? {
            return Ok((Word::Term(Term::in_field(field, &value)?), after));
        }
        let (value, after) = bare(rest);
        if value.is_empty() {
            return Err(format!("`{field}:` without a value; `{field}:*` finds any"));
        }
        return Ok((Word::Term(Term::in_field(field, &Value::Glob(value))?), after));
    }
    let (word, after) = bare(text);
    Ok((
        match word {
            "AND" => Word::And,
            "OR" => Word::Or,
            "NOT" => Word::Not,
            word => Word::Term(Term::anywhere(&Value::Text(word.to_owned()))?),
        },
        after,
    ))
}

/// A quoted text or a pattern at the start of the text.
fn enclosed(text: &str) -> Result<Option<(Value<'_>, &str)>, String> {
    let Some(mark) = text.chars().next().filter(|mark| matches!(mark, '"' | '/')) else { return Ok(None) };
    let mut inner = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, escaped)) if escaped == mark || (mark == '"' && escaped == '\\') => {
                    inner.push(escaped);
                }
                Some((_, other)) => inner.extend(['\\', other]),
                None => inner.push('\\'),
            },
            c if c == mark => {
                let after = &text[1 + at + 1..];
                let ends = after.is_empty() || after.starts_with([')', '(']) || after.trim_start() != after;
                if mark == '/' && !ends {
                    // A path such as /aws/lambda/x is a word.
                    return Ok(None);
                }
                if inner.is_empty() {
                    return Err(format!("nothing between {mark} and {mark}"));
                }
                return Ok(Some((if mark == '"' { Value::Text(inner) } else { Value::Regex(inner) }, after)));
            }
            c => inner.push(c),
        }
    }
    if mark == '"' { Err("a quote without its end".to_owned()) } else { Ok(None) }
}

/// The field that the text begins with, and what follows its colon. An ARN, a
/// URL and an IPv6 address are no fields.
fn field(text: &str) -> Option<(&str, &str)> {
    let (field, rest) = text.split_once(':')?;
    let sound = field.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && field.split('.').all(|part| !part.is_empty());
    let other = rest.starts_with([':', ' ']) || rest.starts_with("//") || field == "arn" && is_arn(rest);
    (sound && !other).then_some((field, rest))
}

/// Whether that is the rest of an ARN, rather than a pattern for one.
fn is_arn(rest: &str) -> bool {
    rest.starts_with("aws:") || rest.starts_with("aws-cn:") || rest.starts_with("aws-us-gov:")
}

/// Everything up to the next blank or bracket. A bracket that was opened
/// inside the word belongs to it.
fn bare(text: &str) -> (&str, &str) {
    let mut open = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open > 0 => open -= 1,
            ')' => return text.split_at(at),
            c if c.is_whitespace() => return text.split_at(at),
            _ => {}
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests;
