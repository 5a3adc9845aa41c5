//! `devtrail rules`: what the rules are, and whether a folder of them is sound.
//!
//! Prints to standard output, every text of a rule escaped; faults go to
//! standard error. Reads no evidence.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::cli::{Color, RulesAction, RulesFormat};
use crate::correlate::{Correlated, correlated};
use crate::detect::{Example, Rule, RuleSet};
use crate::error::Error;
use crate::model::count::counted;
use crate::report::escape;
use crate::rulebook;
use crate::terminal::{Terminal, Verbosity};

/// Every rule is proven.
const PROVEN: u8 = 0;
/// A rule fails one of its records.
const UNPROVEN: u8 = 3;

/// Runs one of the actions; gives the exit code.
///
/// # Errors
/// When rules cannot be read or are none, or standard output is closed.
pub fn rules(action: &RulesAction, color: Color) -> Result<u8, Error> {
    let terminal = Terminal::new(color, Verbosity::default());
    match action {
        RulesAction::List { rules, format } => list(rules, *format, &terminal),
        RulesAction::Show { id, rules } => show(id, rules, &terminal),
        RulesAction::Check { folder } => check(folder, &terminal),
    }
}

fn list(folders: &[PathBuf], format: RulesFormat, terminal: &Terminal) -> Result<u8, Error> {
    let catalogue = Catalogue::builtin();
    let loaded = rulebook::load(folders, &catalogue)?;
    let all = listed(&loaded);
    match format {
        RulesFormat::Json => {
            let all: Vec<Value> = all.iter().map(|one| one.as_json(&catalogue)).collect();
            terminal.result(&format!("{:#}", Value::Array(all)))?;
        }
        RulesFormat::Text => {
            let widest = all.iter().map(|one| one.id().len()).max().unwrap_or_default();
            for one in &all {
                let (severity, title) = one.severity_and_title();
                let (id, title) = (escape::terminal(one.id()), escape::terminal(title));
                let controls = counted(one.controls(&catalogue).len() as u64, "control");
                terminal.result(&format!("{id:widest$}  {severity:13}  {title} ({controls})"))?;
            }
        }
    }
    Ok(PROVEN)
}

/// A rule on single records, or one over several rows.
enum Listed<'a> {
    Single(&'a Rule),
    Correlated(Correlated),
}

/// All rules of a run, by id.
fn listed(loaded: &RuleSet) -> Vec<Listed<'_>> {
    let single = loaded.rules().iter().map(Listed::Single);
    let mut all: Vec<Listed<'_>> = single.chain(correlated().map(Listed::Correlated)).collect();
    all.sort_by(|one, other| one.id().cmp(other.id()));
    all
}

impl Listed<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Single(rule) => &rule.words.rule_id,
            Self::Correlated(one) => one.rule_id,
        }
    }

    fn severity_and_title(&self) -> (&'static str, &str) {
        match self {
            Self::Single(rule) => (rule.words.severity.as_str(), &rule.words.title),
            Self::Correlated(one) => (one.severity.as_str(), one.title),
        }
    }

    fn controls(&self, catalogue: &Catalogue) -> Vec<String> {
        match self {
            Self::Single(rule) => controls(rule, catalogue),
            Self::Correlated(one) => with_controls(
                one.rule_id,
                one.controls.iter().map(|control| (*control).to_owned()).collect(),
                catalogue,
            ),
        }
    }

    fn as_json(&self, catalogue: &Catalogue) -> Value {
        let one = match self {
            Self::Single(rule) => return as_json(rule, catalogue),
            Self::Correlated(one) => one,
        };
        json!({
            "id": one.rule_id,
            "kind": "correlated",
            "title": one.title,
            "severity": one.severity.as_str(),
            "confidence": one.confidence.as_str(),
            "when": one.when,
            "case": one.case,
            "near_miss": one.near_miss,
            "response": one.response,
            "techniques": one.technique_ids,
            "controls": self.controls(catalogue),
            "references": [one.rests_on],
        })
    }
}

/// The controls that a rule names itself, then those that the catalogue knows it
/// to bear on, as findings spell them.
fn controls(rule: &Rule, catalogue: &Catalogue) -> Vec<String> {
    let own = rule.words.controls.iter().map(|control| control.to_string()).collect();
    with_controls(&rule.words.rule_id, own, catalogue)
}

fn with_controls(rule_id: &str, mut all: Vec<String>, catalogue: &Catalogue) -> Vec<String> {
    for control in catalogue.controls().of_rule(rule_id) {
        let spelled = control.spelled();
        if !all.contains(&spelled) {
            all.push(spelled);
        }
    }
    all
}

fn as_json(rule: &Rule, catalogue: &Catalogue) -> Value {
    let words = &rule.words;
    json!({
        "id": &*words.rule_id,
        "kind": "record",
        "title": &*words.title,
        "severity": words.severity.as_str(),
        "status": rule.status,
        "confidence": words.confidence.as_str(),
        "summary": &*words.summary,
        "response": &*words.response,
        "techniques": words.technique_ids,
        "controls": controls(rule, catalogue),
        "references": rule.references,
        "author": rule.author,
        "licence": rule.licence,
        "event_source": rule.sources,
        "event_name": rule.names,
        "modes": rule.modes,
        "outcome": rule.wanted.as_str(),
    })
}

fn show(id: &str, folders: &[PathBuf], terminal: &Terminal) -> Result<u8, Error> {
    let catalogue = Catalogue::builtin();
    let loaded = rulebook::load(folders, &catalogue)?;
    match listed(&loaded).iter().find(|one| one.id() == id) {
        Some(Listed::Single(rule)) => show_single(rule, &catalogue, terminal),
        Some(one @ Listed::Correlated(about)) => show_correlated(about, &one.controls(&catalogue), terminal),
        None => Err(Error::NoSuchRule { id: id.to_owned() }),
    }
}

fn show_correlated(one: &Correlated, controls: &[String], terminal: &Terminal) -> Result<u8, Error> {
    let lines = [
        ("id", one.rule_id.to_owned()),
        ("title", one.title.to_owned()),
        ("severity", one.severity.as_str().to_owned()),
        ("confidence", one.confidence.as_str().to_owned()),
        ("made", one.when.to_owned()),
        ("case", one.case.to_owned()),
        ("near miss", one.near_miss.to_owned()),
        ("response", one.response.to_owned()),
        ("techniques", one.technique_ids.join(", ")),
        ("controls", controls.join(", ")),
        ("reference", one.rests_on.to_owned()),
    ];
    for (name, value) in lines {
        terminal.result(&format!("{name:12}  {}", escape::terminal(&value)))?;
    }
    Ok(PROVEN)
}

fn show_single(rule: &Rule, catalogue: &Catalogue, terminal: &Terminal) -> Result<u8, Error> {
    let words = &rule.words;
    let lines = [
        ("id", words.rule_id.to_string()),
        ("title", words.title.to_string()),
        ("severity", words.severity.as_str().to_owned()),
        ("status", rule.status.clone()),
        ("confidence", words.confidence.as_str().to_owned()),
        ("summary", words.summary.to_string()),
        ("response", words.response.to_string()),
        ("event source", any_or(&rule.sources)),
        ("event name", any_or(&rule.names)),
        (
            "caller",
            if rule.modes.is_empty() { "any".to_owned() } else { format!("mode {}", any_or(&rule.modes)) },
        ),
        ("outcome", rule.wanted.as_str().to_owned()),
        ("techniques", words.technique_ids.join(", ")),
        ("controls", controls(rule, catalogue).join(", ")),
        ("author", rule.author.clone()),
        ("licence", rule.licence.clone()),
    ];
    for (name, value) in lines {
        terminal.result(&format!("{name:12}  {}", escape::terminal(&value)))?;
    }
    for reference in &rule.references {
        terminal.result(&format!("{:12}  {}", "reference", escape::terminal(reference)))?;
    }
    for (kind, examples) in [("hit", &rule.hits), ("miss", &rule.misses)] {
        for Example { shows, record, .. } in examples {
            terminal.result(&format!("{kind:12}  {}", escape::terminal(shows)))?;
            terminal.result(&format!("{:12}  {}", "", escape::terminal(record.trim())))?;
        }
    }
    Ok(PROVEN)
}

fn any_or(list: &[String]) -> String {
    if list.is_empty() { "any".to_owned() } else { list.join(", ") }
}

/// Checks a folder beside the built-in rules, whose ids are taken.
fn check(folder: &Path, terminal: &Terminal) -> Result<u8, Error> {
    let files = rulebook::texts(folder, &["toml"])?;
    let own: BTreeSet<&str> = files.iter().map(|(id, _)| id.as_str()).collect();
    let loaded = RuleSet::builtin().with(&files).map_err(|faults| rulebook::invalid(folder, faults))?;
    let mut failed = BTreeSet::new();
    for failure in loaded.failures(&Catalogue::builtin()) {
        if own.contains(failure.rule_id.as_str()) {
            let place = folder.join(format!("{}.toml", failure.rule_id));
            let text = format!("{}:{}: {}", place.display(), failure.line, failure.message);
            terminal.fault(&escape::terminal(&text));
            failed.insert(failure.rule_id);
        }
    }
    let sound = (own.len() - failed.len()) as u64;
    terminal.result(&format!("{sound} of {} proven by their records", counted(own.len() as u64, "rule")))?;
    Ok(if failed.is_empty() { PROVEN } else { UNPROVEN })
}
