//! What is wrong with a catalogue file.
//!
//! Owns: the fault value and how a byte offset becomes a line. The caller knows
//! the file's name.

use std::fmt;
use std::ops::Range;

/// A catalogue file that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueFault {
    /// The line that is wrong, counted from 1; `None` if it is the whole file.
    pub line: Option<usize>,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
}

impl CatalogueFault {
    /// A fault in that line, counted from 1.
    pub fn at_line(line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }

    /// A fault at that place of the text.
    pub fn at(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.as_bytes().iter().take(span.start);
        Self::at_line(1 + before.filter(|&&byte| byte == b'\n').count(), message)
    }

    /// What the TOML reader complains about.
    pub fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let message = error.message().to_owned();
        match error.span() {
            Some(span) => Self::at(text, span, message),
            None => Self { line: None, message },
        }
    }
}

impl fmt::Display for CatalogueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for CatalogueFault {}
