//! Which objects the dump holds, in one order that no folder listing decides.
//!
//! Owns: walking roots, printable paths, symbolic links, overlapping roots.
//! Opens no object.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::limits::FOLDER_DEPTH_MAX;
use crate::model::evidence::ObjectPath;
use crate::model::problem::{Problem, ProblemKind};

/// One entry of the dump that is no folder.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its printable path inside the dump.
    pub path: ObjectPath,
    /// What opens it.
    pub place: Place,
    /// Its size as stored; 0 if unknown.
    pub bytes: u64,
    /// Why it cannot be opened as an object; `None` for a regular file.
    pub obstacle: Option<Box<Obstacle>>,
}

/// Where an entry lies. A dump has many: a path is not held twice.
#[derive(Clone, Debug)]
pub enum Place {
    /// Below this folder, by the path that it has inside the dump.
    Below(Arc<Path>),
    /// At this path.
    At(Box<Path>),
}

impl Found {
    /// The path that opens it.
    pub fn location(&self) -> Cow<'_, Path> {
        match &self.place {
            Place::Below(folder) => Cow::Owned(folder.join(self.path.as_str())),
            Place::At(path) => Cow::Borrowed(path),
        }
    }
}

/// Why an entry is not opened.
#[derive(Clone, Debug)]
pub enum Obstacle {
    /// A link to something that is read at its own place in the dump.
    LinkInside(String),
    /// A link to something outside the dump, or to nothing.
    LinkOutside(String),
    /// A socket, pipe or device.
    NotAFile,
    /// Its folder or its metadata could not be read.
    Unreadable(String),
}

impl Obstacle {
    /// The problem it makes; a link inside the dump loses nothing.
    pub fn problem(&self, path: &ObjectPath) -> Option<Problem> {
        match self {
            Self::LinkInside(_) => None,
            Self::LinkOutside(target) => Some(Problem::of_object(
                path,
                ProblemKind::LinkNotFollowed,
                format!("symbolic link to `{target}`, which is outside the paths given; give that path too"),
            )),
            Self::NotAFile => Some(Problem::of_object(path, ProblemKind::NotAFile, "not a regular file")),
            Self::Unreadable(why) => {
                Some(Problem::of_object(path, ProblemKind::UnreadableObject, why.clone()))
            }
        }
    }
}

/// A root that could not be looked at.
#[derive(Debug)]
pub struct RootFault {
    /// The root as given.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Lists every object below the roots, sorted by path.
///
/// A root inside another root is not walked twice. With several roots, paths
/// begin below their nearest common folder, so they do not depend on the order
/// in which the roots were given.
///
/// # Errors
/// A root that does not exist or cannot be looked at.
pub fn discover(roots: &[PathBuf]) -> Result<Vec<Found>, RootFault> {
    let roots = distinct(roots)?;
    let base: Arc<Path> = base_folder(&roots).into();
    let mut found = Vec::new();
    for root in &roots {
        for entry in WalkDir::new(root).max_depth(FOLDER_DEPTH_MAX) {
            if let Some(one) = look(entry, &roots, &base) {
                found.push(one);
            }
        }
    }
    found.shrink_to_fit();
    found.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.location().cmp(&b.location())));
    Ok(found)
}

/// The real paths of the roots, without those that lie in another one.
fn distinct(roots: &[PathBuf]) -> Result<Vec<PathBuf>, RootFault> {
    let mut real = Vec::new();
    for path in roots {
        let canonical = path.canonicalize().map_err(|source| RootFault { path: path.clone(), source })?;
        real.push(canonical);
    }
    real.sort();
    real.dedup();
    let covered = |path: &PathBuf| real.iter().any(|other| other != path && path.starts_with(other));
    Ok(real.iter().filter(|path| !covered(path)).cloned().collect())
}

/// The folder that printable paths begin below.
fn base_folder(roots: &[PathBuf]) -> PathBuf {
    let [first, rest @ ..] = roots else { return PathBuf::new() };
    if rest.is_empty() {
        return if first.is_dir() { first.clone() } else { parent(first) };
    }
    let mut base = parent(first);
    while !rest.iter().all(|root| root.starts_with(&base)) {
        base = parent(&base);
    }
    base
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_path_buf()
}

fn look(
    entry: Result<walkdir::DirEntry, walkdir::Error>,
    roots: &[PathBuf],
    base: &Arc<Path>,
) -> Option<Found> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return Some(unreadable(&error, base)),
    };
    let kind = entry.file_type();
    if kind.is_dir() {
        let cut = entry.depth() == FOLDER_DEPTH_MAX;
        return cut.then(|| {
            let why = format!("folder more than {FOLDER_DEPTH_MAX} levels deep: not looked into");
            found(entry.path(), base, 0, Some(Obstacle::Unreadable(why)))
        });
    }
    let obstacle = if kind.is_symlink() {
        Some(link(entry.path(), roots))
    } else if kind.is_file() {
        None
    } else {
        Some(Obstacle::NotAFile)
    };
    let bytes = entry.metadata().as_ref().map_or(0, Metadata::len);
    Some(found(entry.path(), base, if obstacle.is_some() { 0 } else { bytes }, obstacle))
}

fn unreadable(error: &walkdir::Error, base: &Arc<Path>) -> Found {
    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    found(error.path().unwrap_or(base), base, 0, Some(Obstacle::Unreadable(why)))
}

fn link(path: &Path, roots: &[PathBuf]) -> Obstacle {
    match path.canonicalize() {
        Ok(target) if roots.iter().any(|root| target.starts_with(root)) => {
            Obstacle::LinkInside(printable(&target))
        }
        Ok(target) => Obstacle::LinkOutside(printable(&target)),
        Err(_) => Obstacle::LinkOutside("a path that does not exist".to_owned()),
    }
}

fn found(location: &Path, base: &Arc<Path>, bytes: u64, obstacle: Option<Obstacle>) -> Found {
    let inside = location.strip_prefix(base).unwrap_or(location);
    let path = ObjectPath::new(printable(inside));
    // A name that is no UTF-8 is not the one that is printed.
    let as_printed = base.join(path.as_str()).as_os_str() == location.as_os_str();
    let place = if as_printed { Place::Below(base.clone()) } else { Place::At(location.into()) };
    Found { path, place, bytes, obstacle: obstacle.map(Box::new) }
}

/// The path with `/` between its parts and each byte that is no UTF-8 as `\xNN`.
fn printable(path: &Path) -> String {
    let text = printable_bytes(path.as_os_str().as_encoded_bytes());
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// The text with each byte that is no UTF-8 as `\xNN`.
pub(super) fn printable_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_utf8_stay_printable_and_distinct() {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let name = std::ffi::OsStr::from_bytes(b"a\xffb\xfe.json");
            assert_eq!(printable(Path::new(name)), "a\\xFFb\\xFE.json");
        }
        assert_eq!(printable(Path::new("löschen/x")), "löschen/x");
    }
}
