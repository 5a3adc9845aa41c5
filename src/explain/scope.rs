//! Which entries of the timeline belong to the story of an id.
//!
//! Owns: the way from an id to the calls, sessions, windows, RFCs and findings
//! around it. Follows ids that the tables state; infers no link of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::explain::sentence::evidence;
use crate::explain::subject::{Kind, Rows};
use crate::readback::{Grid, Tables};

/// Ids of one kind that a story is about, or that frame it.
type Ids = BTreeSet<String>;

/// An object, and the ordinal of a record in it.
type Place = (String, u64);

/// What a story holds.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Calls of which every entry is told, by their ids.
    events: Ids,
    /// The same by where their records lie.
    places: BTreeSet<Place>,
    /// Ids of such calls that other calls have too: of these the place alone counts.
    shared: Ids,
    /// Sessions of which everything is told.
    sessions: Ids,
    /// Sessions whose beginning is told.
    pub(super) around_sessions: Ids,
    /// Windows of which everything is told.
    windows: Ids,
    /// Windows whose opening and end are told.
    around_windows: Ids,
    /// RFCs whose steps are told.
    rfcs: Ids,
    findings: Ids,
    /// Rows of the timeline by themselves.
    timeline: BTreeSet<usize>,
    /// Rows of the table of events by themselves.
    pub(super) calls: BTreeSet<usize>,
}

impl Scope {
    /// The scope of an id, from the rows that it is in.
    pub(super) fn of(kind: Kind, id: &str, rows: &Rows, tables: &Tables) -> Self {
        let mut scope = Self::default();
        scope.timeline.extend(rows.of("timeline"));
        scope.calls.extend(rows.of("events"));
        for row in rows.of("destructive_actions") {
            scope.destructive(tables, row);
        }
        match kind {
            Kind::Event => scope.event(tables, id),
            Kind::Session => scope.sessions(tables, vec![id.to_owned()]),
            Kind::Window => scope.window(tables, id),
            Kind::Rfc => scope.rfc(tables, id),
            Kind::Finding => rows.of("findings").for_each(|row| scope.finding(tables, row)),
            Kind::Incident => rows.of("incidents").for_each(|row| scope.incident(tables, row)),
            Kind::Actor | Kind::AccessKey => {
                let sessions = tables.grid("mode_sessions");
                let ids = rows.of("mode_sessions").map(|row| sessions.text(row, "session_id"));
                scope.sessions(tables, ids.collect());
                add(&mut scope.findings, tables.grid("findings"), rows.of("findings"), "finding_id");
            }
            Kind::Address => {
                let sessions = tables.grid("mode_sessions");
                add(&mut scope.around_sessions, sessions, rows.of("mode_sessions"), "session_id");
            }
            // An account's windows and RFCs are in its timeline already.
            Kind::Resource | Kind::Account => {}
        }
        add(&mut scope.rfcs, tables.grid("rfcs"), rows.of("rfcs"), "rfc_id");
        add(&mut scope.around_windows, tables.grid("mode_windows"), rows.of("mode_windows"), "window_id");
        scope.frame(tables);
        scope.share(tables);
        // Whoever asks for an event id asks for every call of it.
        scope.shared.retain(|event| kind != Kind::Event || event != id);
        scope
    }

    /// Looks for ids that calls in several places have: no more than one can be
    /// meant.
    fn share(&mut self, tables: &Tables) {
        let mut places = BTreeMap::<String, BTreeSet<Place>>::new();
        for table in ["destructive_actions", "timeline", "events"] {
            let grid = tables.grid(table);
            for row in grid.find("event_id", &|event| self.events.contains(event)) {
                let known = places.entry(grid.text(row, "event_id")).or_default();
                known.extend(evidence(grid, row));
            }
        }
        let several = places.into_iter().filter(|(_, places)| places.len() > 1);
        self.shared = several.map(|(event, _)| event).collect();
    }

    /// The rows of a table that name calls of the story.
    pub(super) fn named_in(&self, grid: &Grid) -> Vec<usize> {
        let mut rows = grid.find("event_id", &|event| self.events.contains(event));
        let objects: BTreeSet<&str> = self.places.iter().map(|(object, _)| &**object).collect();
        rows.extend(grid.find("source_object", &|object| objects.contains(object)));
        rows.sort_unstable();
        rows.dedup();
        rows.retain(|row| self.tells(grid, *row));
        rows
    }

    /// Whether a row that names a call names one of the story.
    fn tells(&self, grid: &Grid, row: usize) -> bool {
        let event = grid.text(row, "event_id");
        let by_id = self.events.contains(&event) && !self.shared.contains(&event);
        by_id || !event.is_empty() && evidence(grid, row).is_some_and(|place| self.places.contains(&place))
    }

    /// A destructive call: itself, what undid it, and its frame.
    fn destructive(&mut self, tables: &Tables, row: usize) {
        let grid = tables.grid("destructive_actions");
        put(&mut self.events, grid.text(row, "event_id"));
        self.places.extend(evidence(grid, row));
        self.undone(tables, row);
        put(&mut self.around_sessions, grid.text(row, "session_id"));
        put(&mut self.around_windows, grid.text(row, "window_id"));
        put(&mut self.rfcs, grid.text(row, "rfc_id"));
    }

    /// What undid a destructive call: the event of that id and time.
    fn undone(&mut self, tables: &Tables, row: usize) {
        let grid = tables.grid("destructive_actions");
        let (by, at) = (grid.text(row, "undone_by_event_id"), grid.time(row, "undone_at"));
        put(&mut self.events, by.clone());
        if by.is_empty() {
            return;
        }
        let timeline = tables.grid("timeline");
        let undoing = timeline.find("event_id", &|event| event == by).into_iter();
        let undoing = undoing.filter(|row| timeline.time(*row, "time") == at);
        self.places.extend(undoing.filter_map(|row| evidence(timeline, row)));
    }

    fn event(&mut self, tables: &Tables, id: &str) {
        put(&mut self.events, id.to_owned());
        let timeline = tables.grid("timeline");
        for row in self.timeline.clone() {
            put(&mut self.around_sessions, timeline.text(row, "session_id"));
            put(&mut self.around_windows, timeline.text(row, "window_id"));
            put(&mut self.rfcs, timeline.text(row, "rfc_id"));
        }
        let findings = tables.grid("findings");
        let rows = findings.find("event_ids", &|event| event == id);
        add(&mut self.findings, findings, rows, "finding_id");
    }

    /// Sessions, and those that descend from them.
    fn sessions(&mut self, tables: &Tables, mut waiting: Vec<String>) {
        let sessions = tables.grid("mode_sessions");
        let mut children = BTreeMap::<String, Vec<usize>>::new();
        for row in 0..sessions.rows() {
            children.entry(sessions.text(row, "parent_session_id")).or_default().push(row);
        }
        let mut all = Ids::new();
        while let Some(id) = waiting.pop() {
            let below = children.get(&id).into_iter().flatten();
            if !id.is_empty() && all.insert(id.clone()) {
                waiting.extend(below.map(|row| sessions.text(*row, "session_id")));
            }
        }
        for row in sessions.find("session_id", &|session| all.contains(session)) {
            put(&mut self.around_sessions, sessions.text(row, "parent_session_id"));
            put(&mut self.around_windows, sessions.text(row, "window_id"));
        }
        for row in tables.grid("destructive_actions").find("session_id", &|session| all.contains(session)) {
            self.destructive(tables, row);
        }
        let findings = tables.grid("findings");
        let rows = findings.find("session_ids", &|session| all.contains(session));
        add(&mut self.findings, findings, rows, "finding_id");
        self.sessions.extend(all);
    }

    fn window(&mut self, tables: &Tables, id: &str) {
        put(&mut self.windows, id.to_owned());
        let windows = tables.grid("mode_windows");
        for row in windows.find("window_id", &|window| window == id) {
            self.rfcs.extend(windows.list(row, "rfc_ids"));
        }
        let sessions = tables.grid("mode_sessions");
        let rows = sessions.find("window_id", &|window| window == id);
        self.sessions(tables, rows.into_iter().map(|row| sessions.text(row, "session_id")).collect());
        let findings = tables.grid("findings");
        let rows = findings.find("window_id", &|window| window == id);
        add(&mut self.findings, findings, rows, "finding_id");
    }

    fn rfc(&mut self, tables: &Tables, id: &str) {
        put(&mut self.rfcs, id.to_owned());
        let windows = tables.grid("mode_windows");
        add(&mut self.around_windows, windows, windows.find("rfc_ids", &|rfc| rfc == id), "window_id");
        for row in tables.grid("destructive_actions").find("rfc_id", &|rfc| rfc == id) {
            self.destructive(tables, row);
        }
        let findings = tables.grid("findings");
        add(&mut self.findings, findings, findings.find("rfc_ids", &|rfc| rfc == id), "finding_id");
    }

    fn finding(&mut self, tables: &Tables, row: usize) {
        let findings = tables.grid("findings");
        put(&mut self.findings, findings.text(row, "finding_id"));
        self.events.extend(findings.list(row, "event_ids"));
        self.places.extend(evidence(findings, row));
        self.places.extend(findings.list(row, "source_records").iter().filter_map(|text| place(text)));
        self.around_sessions.extend(findings.list(row, "session_ids"));
        put(&mut self.around_windows, findings.text(row, "window_id"));
        self.rfcs.extend(findings.list(row, "rfc_ids"));
    }

    fn incident(&mut self, tables: &Tables, row: usize) {
        let incidents = tables.grid("incidents");
        let findings = tables.grid("findings");
        for id in incidents.list(row, "finding_ids") {
            for row in findings.find("finding_id", &|finding| finding == id) {
                self.finding(tables, row);
            }
        }
        self.around_sessions.extend(incidents.list(row, "session_ids"));
        self.around_windows.extend(incidents.list(row, "window_ids"));
        let (actor, account) = (incidents.text(row, "actor"), incidents.text(row, "account_id"));
        let (start, end) = (incidents.time(row, "started_at"), incidents.time(row, "ended_at"));
        let grid = tables.grid("destructive_actions");
        for row in grid.find("account_id", &|other| other == account) {
            let time = grid.time(row, "event_time");
            if time >= start && time <= end && grid.text(row, "actor") == actor {
                self.destructive(tables, row);
            }
        }
    }

    /// The sessions above those that are told, up to the root of their chain,
    /// and the RFCs behind the windows.
    fn frame(&mut self, tables: &Tables) {
        let sessions = tables.grid("mode_sessions");
        let mut known = BTreeMap::<String, usize>::new();
        for row in 0..sessions.rows() {
            known.insert(sessions.text(row, "session_id"), row);
        }
        let mut waiting: Vec<String> = self.around_sessions.iter().cloned().collect();
        while let Some(id) = waiting.pop() {
            let Some(row) = known.remove(&id) else { continue };
            put(&mut self.around_windows, sessions.text(row, "window_id"));
            let parent = sessions.text(row, "parent_session_id");
            put(&mut self.around_sessions, parent.clone());
            waiting.push(parent);
        }
        let windows = tables.grid("mode_windows");
        let rows = windows.find("window_id", &|window| {
            self.around_windows.contains(window) && !self.windows.contains(window)
        });
        rows.into_iter().for_each(|row| self.rfcs.extend(windows.list(row, "rfc_ids")));
    }

    /// The rows of the timeline that the story holds, in their order.
    pub(super) fn timeline(&self, tables: &Tables) -> Vec<usize> {
        let grid = tables.grid("timeline");
        let holds = |row: &usize| {
            let kind = grid.text(*row, "kind");
            let is = |column: &str, ids: &Ids| ids.contains(&grid.text(*row, column));
            self.timeline.contains(row)
                || self.tells(grid, *row)
                || is("session_id", &self.sessions)
                || is("window_id", &self.windows)
                || is("finding_id", &self.findings)
                || (kind.starts_with("session_") && is("session_id", &self.around_sessions))
                || (kind.starts_with("mode_") && is("window_id", &self.around_windows))
                || (kind.starts_with("rfc_") && is("rfc_id", &self.rfcs))
        };
        (0..grid.rows()).filter(holds).collect()
    }
}

/// A place as findings list it: `object#ordinal`.
fn place(text: &str) -> Option<Place> {
    let (object, record) = text.rsplit_once('#')?;
    Some((object.to_owned(), record.parse().ok()?))
}

/// Adds an id; an empty cell is none.
fn put(ids: &mut Ids, id: String) {
    if !id.is_empty() {
        ids.insert(id);
    }
}

fn add(ids: &mut Ids, grid: &Grid, rows: impl IntoIterator<Item = usize>, column: &str) {
    rows.into_iter().for_each(|row| put(ids, grid.text(row, column)));
}
