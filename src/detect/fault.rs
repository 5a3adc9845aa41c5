//! What is wrong with the file of a rule.

use std::fmt;
use std::ops::Range;

/// A rule that cannot be used, and why. Who opened the file knows its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// The line that is wrong, counted from 1; `None` if it is the whole file.
    pub line: Option<usize>,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
}

impl RuleFault {
    pub(super) fn whole(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    pub(super) fn at(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { line: Some(Self::line_of(text, span.start)), message: message.into() }
    }

    pub(super) fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let message = error.message().to_owned();
        match error.span() {
            Some(span) => Self::at(text, span, message),
            None => Self::whole(message),
        }
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line_of(text: &str, byte: usize) -> usize {
        1 + text.bytes().take(byte).filter(|&byte| byte == b'\n').count()
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for RuleFault {}
