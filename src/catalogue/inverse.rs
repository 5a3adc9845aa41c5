//! Which call undoes which.
//!
//! Owns: the form of `data/inverses.csv`, the look-up from either side, and
//! whether two calls are of a pair by their parameters. What really followed
//! what is for those who see more than one event.

use std::ops::Range;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::naming::{Naming, Source};
use crate::catalogue::needed::Needed;
use crate::catalogue::operation::short_source;
use crate::catalogue::rows::rows;

/// In which way a call undoes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UndoKind {
    /// The opposite call: settings and protections are as before.
    Reversed,
    /// The very thing that was deleted is back.
    Restored,
    /// Its data is back as of a snapshot or backup.
    RestoredFromCopy,
    /// A thing of the same name was made again; what the old one held is not back.
    Recreated,
}

/// One pair of a call and the one that undoes it.
#[derive(Debug)]
pub struct Inverse {
    /// In which way the second undoes the first.
    pub kind: UndoKind,
    /// The first's condition as the table spells it: pairs of one operation with
    /// different conditions are all needed to undo it.
    pub part: &'static str,
    doing_named: Naming,
    undoing_named: Naming,
    doing_if: Vec<Test>,
    undoing_if: Vec<Test>,
}

#[derive(Debug)]
enum Test {
    Harmless,
    /// Nothing is there.
    Absent(Source),
    Equals(Source, &'static str),
    Differs(Source, &'static str),
}

impl Inverse {
    /// The names of what the first call did harm to, by each alternative; `None`
    /// if its parameters are not those of the pair. `copies` are the ids of
    /// copies that the evidence shows.
    pub fn done_to(&self, request: &Value, response: &Value, copies: &[String]) -> Option<Vec<Vec<String>>> {
        let holds = self.doing_if.iter().all(|test| test.holds(request, response, false));
        holds.then(|| self.doing_named.names(request, response, copies))
    }

    /// With which alternatives of the second call's names one of the first's is
    /// compared: its own, or all of them where one side has but one.
    pub fn compared_with(&self, alternative: usize) -> Range<usize> {
        match (self.doing_named.len(), self.undoing_named.len()) {
            (1, others) => 0..others,
            (_, 1) => 0..1,
            _ => alternative..alternative + 1,
        }
    }

    /// The names of what the second call is about, by each alternative; `None` if
    /// its parameters are not those of the pair. `harmless`: it makes no row of
    /// `destructive_actions` itself.
    pub fn undone_for(&self, request: &Value, response: &Value, harmless: bool) -> Option<Vec<Vec<String>>> {
        let holds = self.undoing_if.iter().all(|test| test.holds(request, response, harmless));
        holds.then(|| self.undoing_named.names(request, response, &[]))
    }

    /// Adds what of a request and a response [`Self::undone_for`] asks for.
    pub(super) fn add_needed(&self, columns: &mut [Needed; 2]) {
        self.undoing_named.add_needed(columns);
        for test in &self.undoing_if {
            match test {
                Test::Harmless => {}
                Test::Absent(source) | Test::Equals(source, _) | Test::Differs(source, _) => {
                    source.add_needed(columns);
                }
            }
        }
    }
}

impl Test {
    /// All of a column, joined by `&`.
    fn parse(text: &'static str) -> Result<Vec<Self>, String> {
        text.split('&').filter(|test| !test.is_empty()).map(Self::parse_one).collect()
    }

    fn parse_one(text: &'static str) -> Result<Self, String> {
        if text == "harmless" {
            return Ok(Self::Harmless);
        }
        if let Some(path) = text.strip_prefix('!') {
            return Ok(Self::Absent(Source::parse(path)?));
        }
        // A selector in a path holds a `=` too: the last one counts.
        let (path, wanted) = text.rsplit_once('=').ok_or(format!("`{text}` is no condition"))?;
        Ok(match path.strip_suffix('!') {
            Some(path) => Self::Differs(Source::parse(path)?, wanted),
            None => Self::Equals(Source::parse(path)?, wanted),
        })
    }

    fn holds(&self, request: &Value, response: &Value, harmless: bool) -> bool {
        match self {
            Self::Harmless => harmless,
            Self::Absent(source) => source.names(request, response).is_empty(),
            Self::Equals(source, wanted) => source.texts(request, response).iter().any(|text| text == wanted),
            Self::Differs(source, wanted) => {
                let texts = source.texts(request, response);
                !texts.is_empty() && texts.iter().all(|text| text != wanted)
            }
        }
    }
}

/// Places in the table by source and name.
type Index = FxHashMap<&'static str, FxHashMap<&'static str, Vec<usize>>>;

/// All pairs.
#[derive(Debug)]
pub(super) struct Inverses {
    all: Vec<Inverse>,
    by_doing: Index,
    by_undoing: Index,
}

const COLUMNS: &str = "event_source,doing,undoing,kind,doing_named,undoing_named,doing_if,undoing_if";

impl Inverses {
    pub(super) fn parse(text: &'static str) -> Result<Self, CatalogueFault> {
        let mut inverses = Self { all: Vec::new(), by_doing: Index::default(), by_undoing: Index::default() };
        for (number, row) in rows::<8>(text, COLUMNS)? {
            let [source, doing, undoing, ..] = row;
            let inverse = inverse_of(row).map_err(|message| CatalogueFault::at_line(number, message))?;
            let place = inverses.all.len();
            inverses.by_doing.entry(source).or_default().entry(doing).or_default().push(place);
            inverses.by_undoing.entry(source).or_default().entry(undoing).or_default().push(place);
            inverses.all.push(inverse);
        }
        Ok(inverses)
    }

    pub(super) fn get(&self, place: usize) -> Option<&Inverse> {
        self.all.get(place)
    }

    pub(super) fn of_doing(&self, event_source: &str, event_name: &str) -> &[usize] {
        look_up(&self.by_doing, event_source, event_name)
    }

    pub(super) fn of_undoing(&self, event_source: &str, event_name: &str) -> &[usize] {
        look_up(&self.by_undoing, event_source, event_name)
    }

    /// Source and name of every call that undoes another, or is undone.
    pub(super) fn undoings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.by_undoing.iter().flat_map(|(source, names)| names.keys().map(|name| (*source, *name)))
    }

    #[cfg(test)]
    pub(super) fn doings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.by_doing.iter().flat_map(|(source, names)| names.keys().map(|name| (*source, *name)))
    }
}

fn look_up<'i>(index: &'i Index, event_source: &str, event_name: &str) -> &'i [usize] {
    let of_source = index.get(short_source(event_source));
    of_source.and_then(|names| names.get(event_name)).map(Vec::as_slice).unwrap_or_default()
}

fn inverse_of(row: [&'static str; 8]) -> Result<Inverse, String> {
    let [_, _, _, kind, doing_named, undoing_named, doing_if, undoing_if] = row;
    let kind = match kind {
        "reversed" => UndoKind::Reversed,
        "restored" => UndoKind::Restored,
        "restored_from_copy" => UndoKind::RestoredFromCopy,
        "recreated" => UndoKind::Recreated,
        _ => return Err(format!("`{kind}` is no kind")),
    };
    let doing = Naming::parse(doing_named)?;
    let undoing = Naming::parse(if undoing_named.is_empty() { doing_named } else { undoing_named })?;
    if doing.len() != undoing.len() && doing.len() != 1 && undoing.len() != 1 {
        return Err("the two sides have different numbers of alternatives".to_owned());
    }
    Ok(Inverse {
        kind,
        part: doing_if,
        doing_named: doing,
        undoing_named: undoing,
        doing_if: Test::parse(doing_if)?,
        undoing_if: Test::parse(undoing_if)?,
    })
}
