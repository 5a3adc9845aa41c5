//! The output folder: tried before the long run, written beside its place,
//! renamed into it at the end.
//!
//! Owns: where reports are staged, when an old report may be replaced, and
//! SHA256SUMS. Knows no format. Leaves nothing behind unless committed.
//!
//! ```text
//!  audit/  (may be absent, empty, or with --force an old report)
//!  .audit.devtrail-<pid>/      everything is written here …
//!  audit/                      … and renamed to here; an old report is moved aside first
//! ```

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::report::run_json;

/// The list of hashes in the folder.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// Why the output folder cannot be used or written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The path names no folder of its own: `/`, `..` or nothing.
    #[error("`{path}` names no folder that reports could be written to")]
    NoName {
        /// The path as given.
        path: PathBuf,
    },
    /// The path is taken by something that is no folder.
    #[error("`{path}` is not a folder")]
    NotAFolder {
        /// The path as given.
        path: PathBuf,
    },
    /// The folder holds something and `--force` was not given.
    #[error("`{path}` is not empty")]
    NotEmpty {
        /// The path as given.
        path: PathBuf,
    },
    /// The folder holds something that no run of this tool wrote.
    #[error("`{path}` holds something else than a report of devtrail and is not replaced")]
    NotOurs {
        /// The path as given.
        path: PathBuf,
    },
    /// The system refused: permissions, a full disk, a lost mount.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// A hidden folder beside the output's place. Dropped without [`commit`], it
/// removes itself.
///
/// [`commit`]: Staging::commit
#[derive(Debug)]
pub struct Staging {
    place: PathBuf,
    folder: PathBuf,
    force: bool,
    committed: bool,
}

impl Staging {
    /// Checks that a report may and can be written to `out`, makes its parents
    /// and a staging folder, and writes and removes a file in it.
    ///
    /// # Errors
    /// If `out` is taken, or its surroundings cannot be written.
    pub fn begin(out: &Path, force: bool) -> Result<Self, FolderError> {
        let place = resolve(out)?;
        check_place(&place, force)?;
        let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
            return Err(FolderError::NoName { path: out.to_owned() });
        };
        fs::create_dir_all(parent).map_err(failed("create the folder", parent))?;
        let stem = format!(".{}.devtrail-{}", name.to_string_lossy(), std::process::id());
        let folder = create_unused(parent, &stem)?;
        let staging = Self { place, folder, force, committed: false };
        let probe = staging.folder.join("probe");
        fs::write(&probe, b"devtrail").map_err(failed("write", &probe))?;
        fs::remove_file(&probe).map_err(failed("remove", &probe))?;
        Ok(staging)
    }

    /// The folder to write into.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes SHA256SUMS and renames the folder into its place. Gives the place.
    ///
    /// # Errors
    /// If something came to stand in the place meanwhile, or the system
    /// refuses; an old report is then still, or again, in its place.
    pub fn commit(mut self) -> Result<PathBuf, FolderError> {
        self.write_sums()?;
        check_place(&self.place, self.force)?;
        let aside = self.move_aside()?;
        if let Err(source) = fs::rename(&self.folder, &self.place) {
            if let Some(aside) = &aside {
                let _ = fs::rename(aside, &self.place);
            }
            return Err(failed("create", &self.place)(source));
        }
        self.committed = true;
        if let Some(aside) = aside {
            fs::remove_dir_all(&aside).map_err(failed("remove the old report, moved to", &aside))?;
        }
        Ok(self.place.clone())
    }

    /// Clears the place: removes an empty folder, moves an old report beside it.
    fn move_aside(&self) -> Result<Option<PathBuf>, FolderError> {
        if !self.place.exists() {
            return Ok(None);
        }
        if is_empty(&self.place)? {
            fs::remove_dir(&self.place).map_err(failed("replace", &self.place))?;
            return Ok(None);
        }
        let mut name = self.folder.file_name().unwrap_or_default().to_owned();
        name.push("-old");
        let aside = self.folder.with_file_name(name);
        fs::rename(&self.place, &aside).map_err(failed("move aside", &self.place))?;
        Ok(Some(aside))
    }

    /// One line a file, sorted by path, as `sha256sum -c` reads it. Leaves out
    /// run.json, the one file that differs between equal runs, and itself.
    fn write_sums(&self) -> Result<(), FolderError> {
        let mut paths = Vec::new();
        list_files(&self.folder, "", &mut paths)?;
        paths.sort_unstable();
        let mut sums = String::new();
        for path in paths.iter().filter(|path| *path != run_json::FILE && *path != SUMS_FILE) {
            let full = self.folder.join(path);
            let hash = hash_own(&full).map_err(failed("read", &full))?;
            sums.push_str(&format!("{hash}  {path}\n"));
        }
        write_file(&self.folder.join(SUMS_FILE), |out| out.write_all(sums.as_bytes()))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Creates a file and writes it whole; what the system refuses, a full disk
/// too, comes back with the path.
pub(super) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FolderError> {
    let created = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::File::create(path));
    let mut out = io::BufWriter::new(created.map_err(failed("create", path))?);
    write(&mut out).and_then(|()| out.flush()).map_err(failed("write", path))
}

/// Creates a file, and the folders that it lies in, to be written bit by bit.
///
/// # Errors
/// If the system refuses.
pub fn create(path: &Path) -> Result<io::BufWriter<fs::File>, FolderError> {
    let created = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::File::create(path));
    created.map(io::BufWriter::new).map_err(failed("create", path))
}

/// Writes behind what a file holds already; creates it if it is not there.
///
/// # Errors
/// If the system refuses.
pub fn append(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let opened = folder.and_then(|()| fs::OpenOptions::new().create(true).append(true).open(path));
    opened.and_then(|mut file| file.write_all(bytes)).map_err(failed("write", path))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { action, path, source }
}

/// The absolute place that `out` names, links followed if it exists.
fn resolve(out: &Path) -> Result<PathBuf, FolderError> {
    match fs::canonicalize(out) {
        Ok(place) => Ok(place),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::symlink_metadata(out).is_ok() {
                return Err(FolderError::NotAFolder { path: out.to_owned() });
            }
            std::path::absolute(out).map_err(failed("find", out))
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(FolderError::NotAFolder { path: out.to_owned() })
        }
        Err(error) => Err(failed("open", out)(error)),
    }
}

/// Whether a report may stand in that place.
fn check_place(place: &Path, force: bool) -> Result<(), FolderError> {
    let path = || place.to_owned();
    if !place.exists() {
        return Ok(());
    }
    if !place.is_dir() {
        return Err(FolderError::NotAFolder { path: path() });
    }
    if is_empty(place)? {
        return Ok(());
    }
    if !force {
        return Err(FolderError::NotEmpty { path: path() });
    }
    let ours = read_own(&place.join(run_json::FILE)).is_ok_and(|content| run_json::is_ours(&content));
    if ours { Ok(()) } else { Err(FolderError::NotOurs { path: path() }) }
}

fn is_empty(folder: &Path) -> Result<bool, FolderError> {
    Ok(fs::read_dir(folder).map_err(failed("open", folder))?.next().is_none())
}

/// Makes a folder of that name, or with a number after it if a dead run of the
/// same process id left one.
fn create_unused(parent: &Path, stem: &str) -> Result<PathBuf, FolderError> {
    const TRIES: u32 = 100;
    let mut tried = 1;
    loop {
        let name = if tried == 1 { stem.to_owned() } else { format!("{stem}-{tried}") };
        let folder = parent.join(name);
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < TRIES => tried += 1,
            Err(error) => return Err(failed("create the folder", &folder)(error)),
        }
    }
}

/// Paths of all files below, with `/` between their parts.
fn list_files(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), FolderError> {
    for entry in fs::read_dir(folder).map_err(failed("open", folder))? {
        let entry = entry.map_err(failed("open", folder))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list_files(&entry.path(), &format!("{path}/"), paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// The SHA-256 of a file that this tool wrote, lower-case hex; it may be larger
/// than memory.
fn hash_own(path: &Path) -> io::Result<String> {
    let mut file = fs::OpenOptions::new().read(true).open(path)?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 18];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            length => hash.update(&part[..length]),
        }
    }
}

/// Reads a file that this tool wrote; evidence never comes here.
#[expect(clippy::disallowed_methods, reason = "reads back our own output, not an input")]
fn read_own(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path)
}

#[cfg(test)]
mod tests;
