//! The case folder: what objects gave, kept on disk, so that nothing is read
//! twice, a run that was killed goes on, and many machines can share the work.
//!
//! ```text
//!   CASE/devtrail-case.json            version, and the key of all keyed hashes
//!   CASE/partials/<recipe>/<name>      what some objects gave, whole or not there
//! ```
//!
//! There is no list of partials: the folder is the list, and a rename is the only
//! step that is atomic on every file system. A partial is named by what went into
//! it, so making it twice makes it once. Owns the folder and nothing of what the
//! objects say; opens no evidence.

mod held;
mod partial;
mod plan;
mod read;
mod share;

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

pub use self::held::{Held, Today};
pub use self::partial::{Partial, Source};
pub use self::plan::Plan;
pub use self::read::{Filled, Reading};
pub use self::share::Share;
use crate::error::CaseError;
use crate::timeline::RunKey;

/// The file that makes a folder a case.
const CARD: &str = "devtrail-case.json";

/// Changes whenever what a partial holds, or means, does.
const CASE_VERSION: u32 = 5;

/// What stands in the card.
#[derive(Debug, Serialize, Deserialize)]
struct Card {
    case: u32,
    /// Hexadecimal.
    key: String,
}

/// A case, and which of its partials a run may use.
#[derive(Clone, Debug)]
pub struct Case {
    partials: PathBuf,
    key: RunKey,
}

impl Case {
    /// Opens a case for one recipe: a word for everything besides the objects
    /// that decides what is kept of them. With `make`, a case that is not there is
    /// made; two that make it at once make one.
    ///
    /// # Errors
    /// A folder that is no case, or one of another version.
    pub fn open(folder: &Path, recipe: &str, make: bool) -> Result<Self, CaseError> {
        let card = folder.join(CARD);
        if make {
            make_card(folder, &card)?;
        } else if !folder.exists() {
            return Err(CaseError::Absent(folder.to_owned()));
        }
        let text = match text_of(&card) {
            Ok(text) => text,
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                return Err(CaseError::NotACase(folder.to_owned()));
            }
            Err(source) => return Err(CaseError::io(&card)(source)),
        };
        let sound = serde_json::from_str::<Card>(&text).ok().filter(|card| card.case == CASE_VERSION);
        let key = sound.and_then(|card| u64::from_str_radix(&card.key, 16).ok());
        let key = RunKey::of(key.ok_or_else(|| CaseError::OtherVersion(folder.to_owned()))?);
        let case = Self { partials: folder.join("partials").join(recipe), key };
        if make {
            sweep(&case.partials);
        }
        Ok(case)
    }

    /// The key of all keyed hashes in it.
    pub fn key(&self) -> RunKey {
        self.key
    }

    /// The paths of its partials for the recipe, by name.
    fn partial_files(&self) -> Result<Vec<PathBuf>, CaseError> {
        let fault = CaseError::io(&self.partials);
        let entries = match std::fs::read_dir(&self.partials) {
            Ok(entries) => entries,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(fault(source)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(&fault)?.path();
            if path.extension().is_some_and(|ending| ending == partial::ENDING) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

/// Makes the card, unless it is there.
fn make_card(folder: &Path, card: &Path) -> Result<(), CaseError> {
    let fault = CaseError::io(folder);
    if card.exists() {
        return Ok(());
    }
    let known = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name == "partials" || name == CARD || name.starts_with(partial::UNFINISHED)
    };
    if folder.exists() {
        for entry in std::fs::read_dir(folder).map_err(&fault)? {
            if !known(&entry.map_err(&fault)?) {
                return Err(CaseError::NotACase(folder.to_owned()));
            }
        }
    }
    std::fs::create_dir_all(folder).map_err(&fault)?;
    let text = Card { case: CASE_VERSION, key: format!("{:016x}", RunKey::draw().seed()) };
    let text = serde_json::to_string(&text).map_err(|error| fault(error.into()))?;
    let mut file = unfinished(folder).map_err(&fault)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(&fault)?;
    match file.persist_noclobber(card) {
        Ok(_) => Ok(()),
        // Somebody else was faster, and the key is theirs.
        Err(_) if card.exists() => Ok(()),
        Err(error) => Err(fault(error.error)),
    }
}

/// A file that becomes what it is for by a rename. It is locked as long as
/// somebody writes it, so that others can tell what a killed run left.
fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    let file = tempfile::Builder::new().prefix(partial::UNFINISHED).tempfile_in(folder)?;
    // Some file systems know no locks; then leftovers stay.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// Removes what killed runs left unfinished. Whatever cannot be removed stays: it
/// is never read.
fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let left = entry.file_name().to_string_lossy().starts_with(partial::UNFINISHED);
        let free = || {
            let file = OpenOptions::new().write(true).open(entry.path());
            file.is_ok_and(|file| file.try_lock().is_ok() && file.metadata().is_ok_and(|one| one.len() > 0))
        };
        if left && free() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    OpenOptions::new().read(true).open(path)?.read_to_string(&mut text)?;
    Ok(text)
}
