//! All rules of a run, and a record held against them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::catalogue::{Catalogue, text_of};
use crate::decode::Record;
use crate::detect::builtin::BUILTIN;
use crate::detect::fault::RuleFault;
use crate::detect::index::{Index, Pin, Route, Way};
use crate::detect::literal::Literals;
use crate::detect::noted::Noted;
use crate::detect::rule::Rule;
use crate::detect::rule_file;
use crate::detect::seen::Seen;
use crate::detect::sigma::{Sigma, Unused};
use crate::detect::view::View;
use crate::limits::TOLD_MAX;
use crate::model::event::Event;
use crate::model::evidence::Evidence;
use crate::model::hit::{Compound, Hit, RuleWords};
use crate::model::id::{AccountId, EventId, ModeName};
use crate::model::time::UtcTime;
use crate::normalise::secrets::redact;

/// The rules of a run, in the order of their ids.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    sigma: Sigma,
    index: Index,
    hash: Sha256,
}

impl RuleSet {
    /// No rules: nothing is looked for.
    pub fn none() -> Self {
        Self::of(Vec::new(), Sha256::new())
    }

    /// The rules that are part of the program.
    ///
    /// # Panics
    ///
    /// Never, as a test loads them: a broken embedded file is a bug.
    pub fn builtin() -> Self {
        let rules = BUILTIN.iter().map(|(id, text)| rule_file::read(id, text));
        let rules = rules.collect::<Result<_, _>>().expect("the embedded rules load; a test proves it");
        Self::of(rules, BUILTIN.iter().fold(Sha256::new(), |hash, (id, text)| hashed(hash, id, text)))
    }

    /// Adds rules of the user: id and text of each file.
    ///
    /// # Errors
    ///
    /// Every file that cannot be used, and why. An id that is taken is one.
    pub fn with(self, files: &[(String, String)]) -> Result<Self, Vec<(String, RuleFault)>> {
        let mut rules: BTreeMap<Arc<str>, Rule> =
            self.rules.into_iter().map(|rule| (rule.words.rule_id.clone(), rule)).collect();
        let mut faults = Vec::new();
        for (id, text) in files {
            match rule_file::read(id, text) {
                Err(fault) => faults.push((id.clone(), fault)),
                Ok(_) if rules.contains_key(id.as_str()) => {
                    faults.push((id.clone(), RuleFault::whole("there is a rule of this id already")));
                }
                Ok(rule) => {
                    rules.insert(id.as_str().into(), rule);
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let hash = files.iter().fold(self.hash, |hash, (id, text)| hashed(hash, id, text));
        Ok(Self::of(rules.into_values().collect(), hash))
    }

    fn of(rules: Vec<Rule>, hash: Sha256) -> Self {
        let index = Index::new(rules.iter().map(route));
        Self { rules, sigma: Sigma::default(), index, hash }
    }

    /// Adds Sigma rules: name and text of each file. Gives what is not used of
    /// them. Rules added later would take their places.
    pub fn with_sigma(self, files: &[(String, String)]) -> (Self, Vec<Unused>) {
        let (sigma, routes, unused) = Sigma::read(files, place_after(&self.rules));
        let index = Index::new(self.rules.iter().map(route).chain(routes));
        let hash = files.iter().fold(self.hash, |hash, (name, text)| hashed(hash, name, text));
        (Self { sigma, index, hash, ..self }, unused)
    }

    /// What Sigma correlations make of hits.
    pub fn compounds(&self, hits: &[Hit]) -> Vec<Compound> {
        self.sigma.compounds(hits, place_after(&self.rules))
    }

    /// For each rule, whether its hits are only there for correlations.
    pub fn silent(&self) -> Vec<bool> {
        self.rules.iter().map(|_| false).chain(self.sigma.silent()).collect()
    }

    /// Whether the rule at this place matches.
    pub(super) fn matches(&self, place: u32, seen: &Seen<'_>) -> bool {
        match self.rules.get(place as usize) {
            Some(rule) => rule.matches(seen),
            None => self.sigma.matches(place as usize - self.rules.len(), seen.view()),
        }
    }

    /// All rules, by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The words of all rules, in the places that hits name.
    pub fn words(&self) -> Vec<RuleWords> {
        self.rules.iter().map(|rule| &rule.words).chain(self.sigma.words()).cloned().collect()
    }

    /// SHA-256 over that of the catalogue and the text of every rule, in
    /// lower-case hex: what a run knew.
    pub fn sha256_with(&self, catalogue_sha256: &str) -> String {
        let digest = hashed(self.hash.clone(), "catalogue", catalogue_sha256).finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Places of the rules that match, found by the index.
    pub(super) fn matching(&self, seen: &Seen<'_>, record: &Record<'_>) -> Vec<u32> {
        let mut found = self.index.candidates(&record.head, record.text, seen.mode().is_some());
        found.retain(|place| self.matches(*place, seen));
        found
    }
}

/// The place after all of these rules.
fn place_after(rules: &[Rule]) -> u32 {
    u32::try_from(rules.len()).expect("files of rules are far fewer than 2^32")
}

fn hashed(mut hash: Sha256, id: &str, text: &str) -> Sha256 {
    for part in [id, text] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash
}

/// How records find their way to a rule.
fn route(rule: &Rule) -> Route {
    let literals = Literals::of_conditions(&rule.when);
    if !rule.modes.is_empty() {
        return Route { way: Way::Modes, literals };
    }
    // A name with a wildcard is no name that could be looked up.
    let plain = |name: &&String| !name.contains(['*', '?']);
    let names: Vec<Option<&String>> = match rule.names.iter().all(|name| plain(&name)) {
        true if !rule.names.is_empty() => rule.names.iter().map(Some).collect(),
        _ => vec![None],
    };
    let sources: Vec<Option<&String>> = match rule.sources.is_empty() {
        true => vec![None],
        false => rule.sources.iter().map(Some).collect(),
    };
    if names == [None] && sources == [None] {
        return Route { way: Way::Any, literals };
    }
    let pins = sources
        .iter()
        .flat_map(|source| names.iter().map(|name| Pin { source: source.cloned(), name: name.cloned() }));
    Route { way: Way::Pinned(pins.collect()), literals }
}

/// What rules need beside a record.
pub struct Around<'a> {
    /// The account that the envelope or the key of its object names.
    pub account: Option<&'a AccountId>,
    /// Its event, if it is kept.
    pub event: Option<&'a Event>,
    /// When it happened.
    pub time: Option<UtcTime>,
    /// Where it lies.
    pub evidence: &'a dyn Fn() -> Evidence,
}

/// Holds records against the rules. One for a run, shared by all threads.
#[derive(Debug)]
pub struct Detector<'c> {
    rules: &'c RuleSet,
    catalogue: &'c Catalogue,
}

impl<'c> Detector<'c> {
    /// The catalogue tells which roles mark a mode.
    pub fn new(rules: &'c RuleSet, catalogue: &'c Catalogue) -> Self {
        Self { rules, catalogue }
    }

    /// Whether correlations may count the hits of a rule.
    pub fn correlates(&self, rule: u32) -> bool {
        self.rules.sigma.correlates() && rule >= place_after(&self.rules.rules)
    }

    /// Holds a record against the rules and notes the hits. Tells whether a value
    /// that a rule asks for could not be read.
    pub fn look(&self, record: &Record<'_>, around: &Around<'_>, noted: &mut Noted) -> bool {
        let mode = around.event.and_then(|event| self.worn(event));
        let places = self.rules.index.candidates(&record.head, record.text, mode.is_some());
        if places.is_empty() {
            return false;
        }
        let seen = Seen::new(&record.head, record.text, around.account, mode);
        for place in places {
            if self.rules.matches(place, &seen) {
                let hit = self.hit(place, (&seen, record), around, noted);
                noted.hits.push(hit);
            }
        }
        seen.view().met_unreadable()
    }

    fn hit(
        &self,
        place: u32,
        (seen, record): (&Seen<'_>, &Record<'_>),
        around: &Around<'_>,
        noted: &mut Noted,
    ) -> Hit {
        let actor = seen.actor().map(|actor| noted.whole_text(&actor));
        let in_detail = noted.in_detail(place, actor.as_ref(), around.time);
        let rule = self.rules.rules.get(place as usize);
        let told = rule.filter(|_| in_detail).map(|rule| told(rule, record.text)).unwrap_or_default();
        let from = rule.filter(|rule| in_detail && rule.tells(SOURCE_ADDRESS));
        let from = from.and_then(|_| record.head.source_ip.as_str()).filter(|from| !from.is_empty());
        let id = record.head.event_id.as_str().filter(|id| in_detail && !id.is_empty());
        let keys = match rule {
            Some(_) => Arc::default(),
            None => self.rules.sigma.keys(place as usize - self.rules.rules.len(), record.text, noted),
        };
        Hit {
            rule: place,
            account_id: seen.account().map(|account| AccountId::new(noted.whole_text(account.as_str()))),
            actor,
            event_name: noted.text(seen.name()),
            outcome: seen.outcome(),
            time: around.time,
            event_id: id.map(EventId::from),
            told: noted.told(told),
            from: from.map(|from| noted.text(from)),
            keys,
            source_grade: record.grade,
            evidence: (around.evidence)(),
        }
    }

    /// The mode whose role the caller of a kept event wears. Every call of such
    /// a role is kept.
    fn worn(&self, event: &Event) -> Option<ModeName> {
        let role = event.principal.role_name()?;
        self.catalogue.mode_of_role(role).map(|found| found.mode.name.clone())
    }
}

/// What a call came from is told as such, and not as a thing that it named.
const SOURCE_ADDRESS: &str = "sourceIPAddress";

/// The values that the rule wants told, secrets replaced before they are read.
fn told(rule: &Rule, text: &str) -> Vec<String> {
    if rule.tell.is_empty() {
        return Vec::new();
    }
    let clean: Cow<'_, str> = redact(text);
    let view = View::new(&clean);
    let mut told = Vec::new();
    for path in rule.tell.iter().filter(|path| path.as_str() != SOURCE_ADDRESS) {
        path.any(&view, &mut |value| {
            told.extend(text_of(value).map(Cow::into_owned));
            told.len() >= TOLD_MAX
        });
    }
    told
}
