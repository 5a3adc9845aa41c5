//! Why a case folder cannot be used.
//!
//! Owns: what is said about it.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a case cannot be used.
#[derive(Debug, Error)]
pub enum CaseError {
    /// Something else lies there.
    #[error("`{}` is no case: it holds other files", .0.display())]
    NotACase(PathBuf),
    /// Nothing lies there.
    #[error("there is no case at `{}`", .0.display())]
    Absent(PathBuf),
    /// It holds nothing that this run could use.
    #[error("nothing in the case `{}` was read by this version with these rules", .0.display())]
    NothingUsable(PathBuf),
    /// Its card is damaged, or of another version.
    #[error("the case `{}` was made by another version, or its devtrail-case.json is damaged", .0.display())]
    OtherVersion(PathBuf),
    /// Two objects of one name, from two folders.
    #[error("two objects are called `{path}`, and their contents differ")]
    TwoOfOneName {
        /// Their path inside the dump.
        path: String,
    },
    /// One object, ingested below two roots.
    #[error("`{one}` and `{other}` are one object, ingested below different folders")]
    TwoNames {
        /// Its path inside one of them.
        one: String,
        /// Its path inside the other.
        other: String,
    },
    /// It cannot be read or written.
    #[error("cannot use the case `{}`", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl CaseError {
    /// For whatever goes wrong with a file or folder.
    pub fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path: path.clone(), source }
    }
}
