//! The signs of one mode in one account, in time → its windows.
//!
//! Owns: when a window opens and closes. Sees no RFC but those that succeeded
//! in enabling this mode here, and judges nothing.
//!
//! A window opens at the creation of a marker role; without that record at the
//! end of an enabling RFC; else at the first use. A use strictly before the
//! first creation shows that this creation was not the first, so the earliest of
//! use and RFC end opens. It closes when its last marker role is deleted.

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

/// What shows an item: an event or an RFC, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shown {
    /// Place in the list of events.
    Event(usize),
    /// Place in the list of RFCs.
    Rfc(usize),
}

/// One sign of a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A marker role was created.
    Created,
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
    /// A marker role was deleted.
    Deleted,
}

impl What {
    /// Order within one instant, of which CloudTrail tells none: a role is
    /// created before it is used, and used before it is deleted.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::RfcEnded { .. } => 1,
            Self::Changed => 2,
            Self::Used { .. } => 3,
            Self::Deleted => 4,
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
    /// The event or RFC.
    pub(super) shown: Shown,
}

/// A window as traced, not yet judged.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// When it opened, or was first seen open.
    pub(super) opened_at: UtcTime,
    /// What shows that.
    pub(super) basis: OpenBasis,
    /// The event or RFC that shows it.
    pub(super) shown: Shown,
    /// When it closed, and the event that shows it.
    pub(super) closed: Option<(UtcTime, usize)>,
    /// Latest sign that it was open.
    pub(super) last_seen_at: UtcTime,
    /// `malz` or `salz`, if a sign told.
    pub(super) landing_zone: Option<&'static str>,
    /// Marker roles seen.
    pub(super) role_names: BTreeSet<Arc<str>>,
    /// Sessions that used it.
    pub(super) sessions: BTreeSet<usize>,
    /// Changes of marker roles that neither opened nor closed it.
    pub(super) changes: Vec<(usize, Arc<str>)>,
    /// Marker roles there now, seen or implied.
    present: BTreeSet<Arc<str>>,
}

/// All windows of one mode in one account, and role changes outside of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// Oldest first.
    pub(super) windows: Vec<Draft>,
    /// Changes of marker roles while no window was open.
    pub(super) outside: Vec<(usize, Arc<str>)>,
}

/// Traces the windows. `items` are in order of time, then rank.
pub(super) fn of(items: &[Item], mode: Option<&Mode>, rfcs: &[Rfc]) -> Trace {
    debug_assert!(items.iter().all(|item| !matches!(item.shown, Shown::Rfc(place) if place >= rfcs.len())));
    let mut trace = Trace::default();
    for (place, item) in items.iter().enumerate() {
        let later = &items[place + 1..];
        match item.what {
            What::Created => trace.created(item),
            What::RfcEnded { started } => trace.rfc_ended(item, started, later, mode),
            What::Changed => trace.changed(item),
            What::Used { session, .. } => trace.used(item, session),
            What::Deleted => trace.deleted(item, later, mode),
        }
    }
    trace
}

impl Trace {
    fn open_window(&mut self) -> Option<&mut Draft> {
        self.windows.last_mut().filter(|window| window.closed.is_none())
    }

    fn last_close(&self) -> Option<UtcTime> {
        self.windows.last()?.closed.map(|(time, _)| time)
    }

    fn open(&mut self, item: &Item, basis: OpenBasis) {
        let mut draft = Draft {
            opened_at: item.time,
            basis,
            shown: item.shown,
            closed: None,
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

    fn created(&mut self, item: &Item) {
        match self.open_window() {
            Some(window) => {
                window.see(item);
                window.note(item);
            }
            None => self.open(item, OpenBasis::RoleCreated),
        }
    }

    /// An RFC's end opens only if the creation it stands for is not in evidence:
    /// not if the window is open already, nor if its execution began before the
    /// window closed again, nor if a creation is the next sign.
    fn rfc_ended(&mut self, item: &Item, started: UtcTime, later: &[Item], mode: Option<&Mode>) {
        let spent = self.last_close().is_some_and(|closed| started <= closed);
        let next = later.iter().find(|next| match next.what {
            What::Created | What::Deleted => true,
            What::Used { .. } => !self.is_stray(next),
            What::RfcEnded { .. } | What::Changed => false,
        });
        let creation_follows = next.is_some_and(|next| next.what == What::Created);
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
        match (self.open_window(), &item.role, item.shown) {
            (Some(window), ..) => {
                window.last_seen_at = item.time;
                window.note(item);
            }
            (None, Some(role), Shown::Event(event)) => self.outside.push((event, role.clone())),
            _ => {}
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
        if self.open_window().is_none() {
            self.open(item, OpenBasis::RoleDeleted);
        }
        let window = self.open_window().expect("opened above if it was not");
        window.see(item);
        window.present.remove(role);
        let together = mode.is_some_and(|mode| mode.roles_together);
        if window.present.is_empty() && together {
            window.present.extend(deleted_next(later));
        }
        if window.present.is_empty() {
            window.closed = Some((item.time, event));
        } else {
            window.note(item);
        }
    }
}

/// The role that is deleted next without having been created in between: it was
/// there all along, though nothing showed it.
fn deleted_next(later: &[Item]) -> Option<Arc<str>> {
    let next = later.iter().find(|item| matches!(item.what, What::Created | What::Deleted))?;
    next.role.clone().filter(|_| next.what == What::Deleted)
}

impl Draft {
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
        if let (Some(role), Shown::Event(event)) = (&item.role, item.shown) {
            self.changes.push((event, role.clone()));
        }
    }
}
