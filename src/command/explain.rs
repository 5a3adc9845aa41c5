//! Stub.
use crate::cli::{Color, Explain};
use crate::error::Error;
/// x
/// # Errors
/// x
pub fn explain(_flags: &Explain, _color: Color) -> Result<u8, Error> { Ok(0) }
