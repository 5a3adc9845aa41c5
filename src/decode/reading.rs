//! What can be done with an entry of a form.

use crate::decode::{AsideKind, DocumentKind};

/// What is done with an entry of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The array under this key holds entries.
    Elements(&'static str),
    /// The object under this key is an entry.
    Object(&'static str),
    /// The string under this key holds an entry as JSON text.
    Text(&'static str),
    /// The list under this key holds rows of a query result.
    Rows(&'static str),
    /// Its members are the columns of a record.
    Columns,
    /// An OCSF event that was made from a record.
    Ocsf,
    /// A record, or the text of one, lies somewhere inside.
    Wrapper,
    /// A record that tells of no single call: counted.
    Aside(AsideKind),
    /// An EventBridge envelope: an RFC state change, a record, or something else.
    Envelope,
    /// The object under this key is an RFC in full.
    Rfc(&'static str),
    /// The entry itself is an RFC, in full or as a summary.
    BareRfc,
    /// The entry is a document of another kind than records and RFCs.
    Document(DocumentKind),
    /// No evidence of ours; what it is.
    NotEvidence(&'static str),
}
