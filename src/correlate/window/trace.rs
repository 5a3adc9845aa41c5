//! The signs of one mode in one account, in time → its windows.
//!
//! Owns: when a window opens and closes. Sees no RFC but those that succeeded
//! in enabling this mode here, and judges nothing.
//!
//! A window opens at the creation of a marker role; without that record at the
//! end of an enabling RFC; else at the first use. A use strictly before the
//! first creation shows that this creation was not the first, so the earliest of
//! use and RFC end opens. It closes when its last marker role is deleted.
//!
//! A creation that only an export tells (`CreateDate`) is a creation like any
//! other; one that a CreateRole record tells too has become no item here. That
//! AWS Config recorded a role as deleted bounds its end and does not date it:
//! such a window is over, but has no closing time, until a record gives one.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::Mode;
use crate::model::mode::OpenBasis;
use crate::model::rfc::Rfc;
use crate::model::time::UtcTime;

/// The longest a role session can last, in seconds: IAM's MaxSessionDuration
/// goes up to 12 hours. A call of a session of unknown age that comes later than
/// this after a close cannot be a stray of the time before.
///
/// Source: facts/ams.md 5 and IAM User Guide, "maximum session duration".
const SESSION_S_MAX: i64 = 12 * 3600;

/// AWS Config records a deletion after it was made; a capture time this many
/// seconds before the record of the call is a difference of clocks.
const CLOCKS_APART_S_MAX: i64 = 60;

/// What shows an item, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Shown {
    /// Place in the list of events.
    Event(usize),
    /// Place in the list of RFCs.
    Rfc(usize),
    /// Place in the list of listed roles: that it is there.
    Listed(usize),
    /// Place in the list of listed roles: that it is gone.
    Gone(usize),
}

/// One sign of a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A marker role was created.
    Created,
    /// An export tells that a marker role was created.
    Listed,
    /// A successful enabling RFC ended.
    RfcEnded {
        /// When its execution began.
        started: UtcTime,
    },
    /// A marker role was changed.
    Changed,
    /// A marker role was used or assumed.
    Used {
        /// The session.
        session: usize,
        /// When that session began, if more than its first use tells.
        begun: Option<UtcTime>,
    },
    /// An export tells that a marker role was there, or was used.
    Seen,
    /// A marker role was deleted.
    Deleted,
    /// By now AWS Config had recorded a marker role as deleted.
    Gone,
}

impl What {
    /// Order within one instant, of which CloudTrail tells none: a role is
    /// created before it is used, and used before it is deleted.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::Listed => 1,
            Self::RfcEnded { .. } => 2,
            Self::Changed => 3,
            Self::Used { .. } => 4,
            Self::Seen => 5,
            Self::Deleted => 6,
            Self::Gone => 7,
        }
    }
}

/// One sign with its time and place.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// When.
    pub(super) time: UtcTime,
    /// What.
    pub(super) what: What,
    /// The marker role; `None` for an RFC.
    pub(super) role: Option<Arc<str>>,
    /// `malz` or `salz`, if it tells.
    pub(super) landing_zone: Option<&'static str>,
    /// What shows it.
    pub(super) shown: Shown,
}

/// A window as traced, not yet judged.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// When it opened, or was first seen open.
    pub(super) opened_at: UtcTime,
    /// What shows that.
    pub(super) basis: OpenBasis,
    /// What shows that.
    pub(super) shown: Shown,
    /// When it closed, and the event that shows it.
    pub(super) closed: Option<(UtcTime, usize)>,
    /// By when AWS Config had recorded its last role as deleted.
    pub(super) gone_by: Option<UtcTime>,
    /// Latest sign that it was open.
    pub(super) last_seen_at: UtcTime,
    /// `malz` or `salz`, if a sign told.
    pub(super) landing_zone: Option<&'static str>,
    /// Marker roles seen.
    pub(super) role_names: BTreeSet<Arc<str>>,
    /// Sessions that used it.
    pub(super) sessions: BTreeSet<usize>,
    /// Changes of marker roles that neither opened nor closed it.
    pub(super) changes: Vec<(Shown, Arc<str>)>,
    /// Marker roles there now, seen or implied.
    present: BTreeSet<Arc<str>>,
}

/// All windows of one mode in one account, and role changes outside of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// Oldest first.
    pub(super) windows: Vec<Draft>,
    /// Changes of marker roles while no window was open.
    pub(super) outside: Vec<(Shown, Arc<str>)>,
}

/// Traces the windows. `items` are in order of time, then rank.
pub(super) fn of(items: &[Item], mode: Option<&Mode>, rfcs: &[Rfc]) -> Trace {
    debug_assert!(items.iter().all(|item| !matches!(item.shown, Shown::Rfc(place) if place >= rfcs.len())));
    let mut trace = Trace::default();
    for (place, item) in items.iter().enumerate() {
        let later = &items[place + 1..];
        match item.what {
            What::Created => trace.created(item, OpenBasis::RoleCreated),
            What::Listed => trace.created(item, OpenBasis::Inventory),
            What::RfcEnded { started } => trace.rfc_ended(item, started, later, mode),
            What::Changed => trace.changed(item),
            What::Used { session, .. } => trace.used(item, session),
            What::Seen => trace.seen(item),
            What::Deleted => trace.deleted(item, later, mode),
            What::Gone => trace.gone(item, later, mode),
        }
    }
    trace
}

impl Trace {
    fn open_window(&mut self) -> Option<&mut Draft> {
        self.windows.last_mut().filter(|window| window.over_at().is_none())
    }

    /// When the last window closed, or by when it was over.
    fn last_close(&self) -> Option<UtcTime> {
        self.windows.last()?.over_at()
    }

    fn open(&mut self, item: &Item, basis: OpenBasis) {
        let mut draft = Draft {
            opened_at: item.time,
            basis,
            shown: item.shown,
            closed: None,
            gone_by: None,
            last_seen_at: item.time,
            landing_zone: None,
            role_names: BTreeSet::new(),
            sessions: BTreeSet::new(),
            changes: Vec::new(),
            present: BTreeSet::new(),
        };
        draft.see(item);
        self.windows.push(draft);
    }

    fn created(&mut self, item: &Item, basis: OpenBasis) {
        match self.open_window() {
            Some(window) => {
                window.see(item);
                window.note(item);
            }
            None => self.open(item, basis),
        }
    }

    /// An RFC's end opens only if the creation it stands for is not in evidence:
    /// not if the window is open already, nor if its execution began before the
    /// window closed again, nor if a creation is the next sign.
    fn rfc_ended(&mut self, item: &Item, started: UtcTime, later: &[Item], mode: Option<&Mode>) {
        let spent = self.last_close().is_some_and(|closed| started <= closed);
        let next = later.iter().find(|next| match next.what {
            What::Created | What::Listed | What::Deleted | What::Gone => true,
            What::Used { .. } => !self.is_stray(next),
            What::RfcEnded { .. } | What::Changed | What::Seen => false,
        });
        let creation_follows = next.is_some_and(|next| matches!(next.what, What::Created | What::Listed));
        if self.open_window().is_some() || spent || creation_follows {
            return;
        }
        self.open(item, OpenBasis::RfcCompleted);
        let together = mode.filter(|mode| mode.roles_together);
        if let (Some(mode), Some(window)) = (together, self.open_window()) {
            window.present.extend(mode.roles.iter().map(|role| Arc::from(role.name.as_str())));
        }
    }

    fn changed(&mut self, item: &Item) {
        match self.open_window() {
            Some(window) => {
                window.last_seen_at = item.time;
                window.note(item);
            }
            None => self.outside.extend(item.role.clone().map(|role| (item.shown, role))),
        }
    }

    /// What an export saw proves the role then; it opens nothing, for the same
    /// export tells when the role was created.
    fn seen(&mut self, item: &Item) {
        if let Some(window) = self.open_window() {
            window.see(item);
        }
    }

    fn used(&mut self, item: &Item, session: usize) {
        if self.open_window().is_none() {
            if self.is_stray(item) {
                let closed = self.windows.last_mut().expect("a stray call follows a window");
                closed.sessions.insert(session);
                return;
            }
            self.open(item, OpenBasis::RoleUsed);
        }
        let window = self.open_window().expect("opened above if it was not");
        window.see(item);
        window.sessions.insert(session);
    }

    /// Whether a use after a close belongs to the time before it: a call of a
    /// session that began by then, or may have.
    fn is_stray(&self, item: &Item) -> bool {
        let What::Used { session, begun } = item.what else { return false };
        let (Some(window), Some(closed)) = (self.windows.last(), self.last_close()) else { return false };
        match begun {
            Some(begun) => begun <= closed,
            None => window.sessions.contains(&session) || item.time <= closed.plus_seconds(SESSION_S_MAX),
        }
    }

    fn deleted(&mut self, item: &Item, later: &[Item], mode: Option<&Mode>) {
        let (Some(role), Shown::Event(event)) = (&item.role, item.shown) else { return };
        let ahead = |gone_by: UtcTime| item.time <= gone_by.plus_seconds(CLOCKS_APART_S_MAX);
        let unclosed = self.windows.last_mut().filter(|window| window.closed.is_none());
        if let Some(bounded) = unclosed.filter(|window| window.gone_by.is_some_and(ahead)) {
            bounded.see(item);
            bounded.closed = Some((item.time, event));
            return;
        }
        if self.open_window().is_none() {
            self.open(item, OpenBasis::RoleDeleted);
        }
        let window = self.open_window().expect("opened above if it was not");
        window.see(item);
        if window.lose(role, later, mode) {
            window.closed = Some((item.time, event));
        } else {
            window.note(item);
        }
    }

    fn gone(&mut self, item: &Item, later: &[Item], mode: Option<&Mode>) {
        let Some(role) = &item.role else { return };
        let Some(window) = self.open_window() else {
            self.outside.push((item.shown, role.clone()));
            return;
        };
        window.role_names.insert(role.clone());
        window.note(item);
        if window.lose(role, later, mode) {
            window.gone_by = Some(item.time);
        }
    }
}

/// The other role that is deleted next without a creation in between: it was
/// there all along, though nothing showed it. The same deletion may be told
/// twice, by its record and by AWS Config.
fn deleted_next(lost: &Arc<str>, later: &[Item]) -> Option<Arc<str>> {
    let next = later.iter().find(|item| match item.what {
        What::Created | What::Listed => true,
        What::Deleted | What::Gone => item.role.as_ref() != Some(lost),
        _ => false,
    })?;
    next.role.clone().filter(|_| matches!(next.what, What::Deleted | What::Gone))
}

impl Draft {
    /// When it closed, or by when it was over; `None` while it is open.
    fn over_at(&self) -> Option<UtcTime> {
        self.closed.map(|(time, _)| time).or(self.gone_by)
    }

    /// Takes a role that is no longer there; tells whether it was the last.
    fn lose(&mut self, role: &Arc<str>, later: &[Item], mode: Option<&Mode>) -> bool {
        self.present.remove(role);
        if self.present.is_empty() && mode.is_some_and(|mode| mode.roles_together) {
            self.present.extend(deleted_next(role, later));
        }
        self.present.is_empty()
    }

    /// Takes in a sign that a role of the mode was there.
    fn see(&mut self, item: &Item) {
        self.last_seen_at = self.last_seen_at.max(item.time);
        self.landing_zone = self.landing_zone.or(item.landing_zone);
        if let Some(role) = &item.role {
            self.role_names.insert(role.clone());
            self.present.insert(role.clone());
        }
    }

    /// Keeps a change for the timeline.
    fn note(&mut self, item: &Item) {
        self.changes.extend(item.role.clone().map(|role| (item.shown, role)));
    }
}
