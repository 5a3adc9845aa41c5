//! The everyday calls of a landing zone, as data: a row a call.
//!
//! A `<slot>` in a text is filled per record; the same slot gives the same value all through one record.
//! Slots are listed in `fill`. Deletions are few and clear ones, so that the truth about them is beyond doubt.

/// One kind of call.
pub(super) struct Row {
    /// Share of the noise, in parts of the sum of all weights.
    pub weight: u32,
    /// First part of `eventSource`.
    pub service: &'static str,
    /// `eventName`.
    pub name: &'static str,
    /// Who makes it, and whether it reads or writes.
    pub kind: Kind,
    /// `requestParameters`; empty for null.
    pub request: &'static str,
    /// `responseElements`; empty for null.
    pub response: &'static str,
    /// `resources` as `TYPE ARN`; empty for none.
    pub resource: &'static str,
    /// The slot that is destroyed; empty if nothing is.
    pub destroys: &'static str,
}

/// Who makes a call, and whether it reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// People, workloads and auditors.
    Read,
    /// People and workloads.
    Write,
    /// A write of a service whose events stand in us-east-1 only.
    GlobalWrite,
    /// A read of a service whose events stand in us-east-1 only.
    GlobalRead,
    /// A data event.
    DataRead,
    /// A data event that writes.
    DataWrite,
    /// An AWS service on its own behalf, reading.
    Service,
    /// A person in the console, the root user now and then.
    SignIn,
}

pub(super) const fn row(
    weight: u32,
    service: &'static str,
    name: &'static str,
    kind: Kind,
    texts: [&'static str; 3],
) -> Row {
    Row {
        weight,
        service,
        name,
        kind,
        request: texts[0],
        response: texts[1],
        resource: texts[2],
        destroys: "",
    }
}

pub(super) const fn gone(
    weight: u32,
    service: &'static str,
    name: &'static str,
    thing: &'static str,
    texts: [&'static str; 3],
) -> Row {
    Row { destroys: thing, ..row(weight, service, name, Kind::Write, texts) }
}
