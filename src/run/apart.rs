//! That nothing is ever written into an input.
//!
//! Owns: telling whether one place lies in another, whatever links lead there.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// The output folder may not be an input, lie in one, or hold one.
///
/// # Errors
/// If it does, and if an input cannot be looked at.
pub fn keep_apart(output: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    let real_output = real_place(output);
    for input in inputs {
        let real_input =
            input.canonicalize().map_err(|source| Error::Input { path: input.clone(), source })?;
        if real_output.starts_with(&real_input) {
            return Err(Error::OutputInsideInput { path: output.to_owned() });
        }
        if real_input.starts_with(&real_output) {
            return Err(Error::InputInsideOutput { path: input.clone() });
        }
    }
    Ok(())
}

/// The real path of a place of which only the beginning may exist.
fn real_place(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return missing.iter().rev().fold(real, |place, part| place.join(part));
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else { return absolute };
        missing.push(name);
        existing = parent;
    }
}
