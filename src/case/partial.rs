//! One partial: what some objects gave, in one file.
//!
//! ```text
//!   magic │ length, head │ length, body (zstd) │ SHA-256 of all before
//! ```
//!
//! Owns: the file's form, and that it is whole or not used. Knows nothing of what
//! the objects say.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Case, unfinished};
use crate::error::CaseError;
use crate::evidence::discover::Found;
use crate::examine::Opened;
use crate::limits::CASE_HEAD_BYTES_MAX;
use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;
use crate::usage::Folded;

/// How the names of partials end.
pub(super) const ENDING: &str = "partial";

/// How files begin that are not finished. One that stays was left by a run that
/// was killed; it is never read.
pub(super) const UNFINISHED: &str = ".unfinished-";

const MAGIC: &[u8; 16] = b"devtrail case 1\n";

/// An object, as it was when it was ingested.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Its path inside the dump.
    pub path: ObjectPath,
    /// SHA-256 of it as stored.
    pub sha256: ContentHash,
    /// Its size as stored.
    pub bytes: u64,
    /// Whether other objects lie in it.
    pub archive: bool,
    /// The path that opened it, in bytes.
    location: Vec<u8>,
}

impl Source {
    /// Of an object with that hash.
    pub(super) fn new(found: &Found, sha256: ContentHash, archive: bool) -> Self {
        let location = found.location().as_os_str().as_encoded_bytes().to_vec();
        Self { path: found.path.clone(), sha256, bytes: found.bytes, archive, location }
    }

    /// The path that opened it; `None` if it is none of this platform.
    pub fn location(&self) -> Option<PathBuf> {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            Some(PathBuf::from(std::ffi::OsStr::from_bytes(&self.location)))
        }
        #[cfg(not(unix))]
        {
            std::str::from_utf8(&self.location).ok().map(PathBuf::from)
        }
    }
}

/// What a partial says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    sources: Vec<Source>,
}

/// What the objects gave.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body {
    /// In the order of the sources.
    pub(super) opened: Vec<Opened>,
    /// Callers of all of them.
    pub(super) usage: Folded,
}

/// A partial that is whole.
#[derive(Debug)]
pub struct Partial {
    /// The objects that went into it.
    pub sources: Vec<Source>,
    file: PathBuf,
    body_at: u64,
}

impl Partial {
    /// Checks a file from its first byte to its last; `None` if it is not whole, or
    /// holds none of the objects that `concern` the run: of one that is another
    /// machine's no more than the head is read.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn check(file: &Path, concern: &dyn Fn(&Source) -> bool) -> Result<Option<Self>, CaseError> {
        let fault = CaseError::io(file);
        let mut input = Hashing { from: open(file).map_err(&fault)?, hash: Sha256::new(), read: 0 };
        let mut magic = [0; 16];
        let Ok(()) = input.read_exact(&mut magic) else { return Ok(None) };
        let Some(bytes) = block(&mut input, CASE_HEAD_BYTES_MAX).filter(|_| &magic == MAGIC) else {
            return Ok(None);
        };
        let Ok(head) = postcard::from_bytes::<Head>(&bytes) else { return Ok(None) };
        if !head.sources.iter().any(concern) {
            return Ok(None);
        }
        let body_at = input.read;
        let mut length = [0; 8];
        let Ok(()) = input.read_exact(&mut length) else { return Ok(None) };
        let length = u64::from_le_bytes(length);
        match io::copy(&mut (&mut input).take(length), &mut io::sink()) {
            Ok(read) if read == length => {}
            Ok(_) => return Ok(None),
            Err(source) => return Err(fault(source)),
        }
        let Hashing { mut from, hash, .. } = input;
        let mut tail = Vec::new();
        (&mut from).take(33).read_to_end(&mut tail).map_err(&fault)?;
        if tail != hash.finalize().as_slice() {
            return Ok(None);
        }
        Ok(Some(Self { sources: head.sources, file: file.to_owned(), body_at }))
    }

    /// The file.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Reads what its objects gave.
    ///
    /// # Errors
    /// It cannot be read any more.
    pub(super) fn load(&self) -> Result<Body, CaseError> {
        let fault = CaseError::io(&self.file);
        let mut input = open(&self.file).map_err(&fault)?;
        io::copy(&mut (&mut input).take(self.body_at + 8), &mut io::sink()).map_err(&fault)?;
        let mut unpacked = Vec::new();
        let mut unpacker = zstd::Decoder::with_buffer(input).map_err(&fault)?.single_frame();
        unpacker.read_to_end(&mut unpacked).map_err(&fault)?;
        let mut body: Body = postcard::from_bytes(&unpacked)
            .map_err(|error| fault(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        body.opened.iter_mut().flat_map(|one| &mut one.examined).for_each(crate::examine::Examined::share);
        Ok(body)
    }
}

impl Case {
    /// Writes a partial: it is there whole, or not at all.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn write(&self, sources: Vec<Source>, body: &Body) -> Result<(), CaseError> {
        let file = self.partials.join(format!("{}.{ENDING}", name_of(&sources)));
        let fault = CaseError::io(&file);
        std::fs::create_dir_all(&self.partials).map_err(&fault)?;
        let head = postcard::to_stdvec(&Head { sources });
        let body = postcard::to_stdvec(body);
        let invalid = |error| fault(io::Error::new(io::ErrorKind::InvalidData, error));
        let (head, body) = (head.map_err(invalid)?, body.map_err(invalid)?);
        // The fastest level: most of it are hashes, which no level makes smaller.
        let body = zstd::bulk::compress(&body, 1).map_err(&fault)?;
        let mut output = unfinished(&self.partials).map_err(&fault)?;
        let mut hash = Sha256::new();
        let (head_bytes, body_bytes) = (head.len() as u64, body.len() as u64);
        let pieces: [&[u8]; 5] = [MAGIC, &head_bytes.to_le_bytes(), &head, &body_bytes.to_le_bytes(), &body];
        for piece in pieces {
            hash.update(piece);
            output.write_all(piece).map_err(&fault)?;
        }
        output.write_all(&hash.finalize()).map_err(&fault)?;
        output.as_file().sync_data().map_err(&fault)?;
        output.persist(&file).map_err(|error| fault(error.error))?;
        Ok(())
    }
}

/// The name of a partial: what went into it.
fn name_of(sources: &[Source]) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        for text in [source.path.as_str(), &source.sha256.to_string()] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that stand behind their length; `None` if there are more than may be,
/// or fewer than it says.
fn block(input: &mut impl Read, max: u64) -> Option<Vec<u8>> {
    let mut length = [0; 8];
    input.read_exact(&mut length).ok()?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    input.take(length.min(max)).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}

fn open(file: &Path) -> io::Result<BufReader<File>> {
    OpenOptions::new().read(true).open(file).map(|file| BufReader::with_capacity(1 << 18, file))
}

/// Hashes what is read through it.
struct Hashing {
    from: BufReader<File>,
    hash: Sha256,
    read: u64,
}

impl Read for Hashing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.hash.update(&into[..read]);
        self.read += read as u64;
        Ok(read)
    }
}
