//! The rules of a run: the built-in ones and the files of the user.
//!
//! Owns: opening folders of rules, and naming what is wrong with them by file
//! and line. Opens no evidence.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::catalogue::Catalogue;
use crate::detect::{RuleFault, RuleSet, Unused};
use crate::error::{Error, FileFault};
use crate::limits::RULE_BYTES_MAX;
use crate::model::evidence::ObjectPath;
use crate::model::problem::{Problem, ProblemKind};

/// The built-in rules and those below the folders.
///
/// # Errors
/// A folder that cannot be looked at, and every file that cannot be used: one
/// that is no rule, whose id is taken, or whose own records fail it.
pub fn load(folders: &[PathBuf], catalogue: &Catalogue) -> Result<RuleSet, Error> {
    let mut rules = RuleSet::builtin();
    let known = rules.rules().len();
    for folder in folders {
        let files = texts(folder, &["toml"])?;
        rules = rules.with(&files).map_err(|faults| invalid(folder, faults))?;
    }
    // The built-in rules are proven by the tests of the program.
    let failures = if rules.rules().len() > known { rules.failures(catalogue) } else { Vec::new() };
    match failures.first() {
        Some(failure) => Err(Error::RuleUnproven {
            rule_id: failure.rule_id.clone(),
            line: failure.line,
            message: failure.message.clone(),
        }),
        None => Ok(rules),
    }
}

/// Sigma rules below the folders, and what of them is not used.
///
/// # Errors
/// A folder or file that cannot be read, or a folder without any YAML file.
pub fn load_sigma(rules: RuleSet, folders: &[PathBuf]) -> Result<(RuleSet, Vec<Problem>), Error> {
    if folders.is_empty() {
        return Ok((rules, Vec::new()));
    }
    let mut files = Vec::new();
    for folder in folders {
        files.extend(texts(folder, &["yml", "yaml"])?);
    }
    let (rules, unused) = rules.with_sigma(&files);
    Ok((rules, problems(&unused)))
}

/// A problem for each document that is not used; those for other logs are
/// counted in one.
fn problems(unused: &[Unused]) -> Vec<Problem> {
    let (others, ours): (Vec<&Unused>, Vec<&Unused>) = unused.iter().partition(|one| one.for_other_logs);
    let of = |one: &Unused, kind, why: String| {
        let line = one.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        Problem::of_object(&ObjectPath::new(one.file.as_str()), kind, format!("{line}{why}"))
    };
    let mut problems: Vec<Problem> = ours
        .into_iter()
        .map(|one| of(one, ProblemKind::RuleNotUsed, format!("this Sigma rule is not used: {}", one.why)))
        .collect();
    let mut by_logs: BTreeMap<&str, Vec<&Unused>> = BTreeMap::new();
    for one in others {
        by_logs.entry(one.why.as_str()).or_default().push(one);
    }
    for (why, all) in by_logs {
        let Some(first) = all.first() else { continue };
        let more = match all.len() {
            1 => String::new(),
            number => format!(", as are {} more", number - 1),
        };
        problems.push(of(
            first,
            ProblemKind::RuleForOtherLogs,
            format!("this Sigma rule is left out, {why}{more}"),
        ));
    }
    problems.sort();
    problems
}

/// Id and text of every file below a folder with one of these endings, by id.
///
/// # Errors
/// A folder or file that cannot be read, or a folder without any such file.
pub fn texts(folder: &Path, endings: &[&str]) -> Result<Vec<(String, String)>, Error> {
    let unreadable =
        |path: &Path, source: std::io::Error| Error::RulesUnreadable { path: path.to_owned(), source };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            unreadable(&path, error.into())
        })?;
        let ending = entry.path().extension().map(|ending| ending.to_string_lossy().into_owned());
        if !entry.file_type().is_file() || !ending.is_some_and(|ending| endings.contains(&ending.as_str())) {
            continue;
        }
        let text = read(entry.path()).map_err(|source| unreadable(entry.path(), source))?;
        found.push((id_of(folder, entry.path()), text));
    }
    if found.is_empty() {
        return Err(Error::NoRules { path: folder.to_owned(), ending: endings.join(" or .") });
    }
    found.sort();
    Ok(found)
}

/// The path below the folder, of a TOML file without its ending, with `/` between its parts.
fn id_of(folder: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(folder).ok().filter(|inside| !inside.as_os_str().is_empty());
    let inside =
        inside.map_or_else(|| file.file_name().map(PathBuf::from).unwrap_or_default(), PathBuf::from);
    let yaml = inside.extension().is_some_and(|ending| ending != "toml");
    let plain = if yaml { inside } else { inside.with_extension("") };
    let parts = plain.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.collect::<Vec<_>>().join("/")
}

fn read(path: &Path) -> std::io::Result<String> {
    #[expect(clippy::disallowed_methods, reason = "a file of the user's own rules, no evidence")]
    let file = std::fs::File::open(path)?;
    let mut text = String::new();
    file.take(RULE_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > RULE_BYTES_MAX {
        return Err(std::io::Error::other(format!("larger than {RULE_BYTES_MAX} bytes")));
    }
    Ok(text)
}

/// The faults of files with their paths.
pub fn invalid(folder: &Path, faults: Vec<(String, RuleFault)>) -> Error {
    let place =
        |id: &str| if folder.is_file() { folder.to_owned() } else { folder.join(format!("{id}.toml")) };
    let fault = |(id, fault): (String, RuleFault)| FileFault {
        path: place(&id),
        line: fault.line,
        message: fault.message,
    };
    Error::RulesInvalid(faults.into_iter().map(fault).collect())
}
