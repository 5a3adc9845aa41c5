//! The shapes of the picture, and what they mean.
//!
//! Owns: shapes, their colours and the legend. Every kind has a shape of its own,
//! so that nothing is told by colour alone; every colour has a contrast of 3:1 or
//! more with the paper. They are those of report.html.

use crate::model::destructive::Reversibility;
use crate::model::event::Outcome;

use super::super::flow::{AMBER, Colour, Flow, GREEN, GREY, INK, MARGIN, Mark, RED, SMALL, Style, WIDTH};

/// The colour of sessions.
pub(super) const SESSION: Colour = (0x0e, 0x74, 0x90);
const VIOLET: Colour = (0x6d, 0x28, 0xd9);
const BLUE: Colour = (0x1d, 0x4e, 0xd8);

/// What a mark stands for, in the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A call whose loss nothing brings back.
    Irreversible,
    /// A call whose loss can be brought back, maybe for some time only.
    Recoverable,
    /// A call of which the evidence does not tell.
    Unknown,
    /// A call whose loss can be made again or reversed.
    Remade,
    /// A call that was denied, failed or was a dry run.
    Attempt,
    /// A request for change.
    Rfc,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Irreversible, Self::Recoverable, Self::Unknown, Self::Remade, Self::Attempt, Self::Rfc];

    /// What became of a call comes before what it would have been.
    pub(super) const fn of(outcome: Outcome, reversibility: Reversibility) -> Self {
        match (outcome, reversibility) {
            (Outcome::Succeeded, Reversibility::Irreversible) => Self::Irreversible,
            (Outcome::Succeeded, Reversibility::Recoverable | Reversibility::RecoverableUntil) => {
                Self::Recoverable
            }
            (Outcome::Succeeded, Reversibility::Rebuildable | Reversibility::Reversible) => Self::Remade,
            (Outcome::Succeeded, Reversibility::Unknown) => Self::Unknown,
            _ => Self::Attempt,
        }
    }

    /// Its word beside a row.
    pub(super) const fn short(self) -> &'static str {
        match self {
            Self::Irreversible => "irreversible",
            Self::Recoverable => "recoverable",
            Self::Unknown => "unknown",
            Self::Remade => "made again",
            Self::Attempt => "attempts",
            Self::Rfc => "RFCs",
        }
    }

    /// Its words in the legend.
    const fn words(self) -> &'static str {
        match self {
            Self::Irreversible => "destroyed, irreversible",
            Self::Recoverable => "destroyed, recoverable",
            Self::Unknown => "destroyed, reversibility unknown",
            Self::Remade => "destroyed, can be made again or reversed",
            Self::Attempt => "attempt: denied, failed or dry run",
            Self::Rfc => "RFC, or change ticket",
        }
    }

    /// Draws it around a point.
    pub(super) fn draw(self, flow: &mut Flow<'_>, (x, y): (f32, f32)) {
        let around = |points: &[(f32, f32)]| points.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
        let (colour, points): (Colour, Vec<(f32, f32)>) = match self {
            Self::Irreversible => (RED, around(&[(0.0, -3.4), (3.0, 0.0), (0.0, 3.4), (-3.0, 0.0)])),
            Self::Recoverable => (AMBER, circle((x, y), 2.5)),
            Self::Unknown => (VIOLET, around(&[(0.0, -2.9), (2.9, 2.4), (-2.9, 2.4)])),
            Self::Remade => (BLUE, around(&[(-2.3, -2.3), (2.3, -2.3), (2.3, 2.3), (-2.3, 2.3)])),
            Self::Attempt => {
                for side in [1.0, -1.0] {
                    let stroke = [(-2.7, -2.1), (-2.1, -2.7), (2.7, 2.1), (2.1, 2.7)];
                    let points = stroke.map(|(dx, dy)| (x + side * dx, y + dy)).to_vec();
                    flow.mark(Mark::Shape { points, colour: GREY });
                }
                return;
            }
            Self::Rfc => (GREEN, around(&[(-2.3, -2.6), (2.3, -2.6), (2.3, 0.4), (0.0, 3.0), (-2.3, 0.4)])),
        };
        flow.mark(Mark::Shape { points, colour });
    }
}

fn circle((x, y): (f32, f32), radius: f32) -> Vec<(f32, f32)> {
    // The corners of a polygon of 12, of which no eye sees that it is none.
    const CORNERS: [(f32, f32); 12] = [
        (1.0, 0.0),
        (0.866, 0.5),
        (0.5, 0.866),
        (0.0, 1.0),
        (-0.5, 0.866),
        (-0.866, 0.5),
        (-1.0, 0.0),
        (-0.866, -0.5),
        (-0.5, -0.866),
        (0.0, -1.0),
        (0.5, -0.866),
        (0.866, -0.5),
    ];
    CORNERS.map(|(dx, dy)| (x + dx * radius, y + dy * radius)).to_vec()
}

/// An uncertain beginning: slices before the bar.
pub(super) fn slices(flow: &mut Flow<'_>, (left, top, thick): (f32, f32, f32), colour: Colour) {
    for slice in 1..=3_u8 {
        flow.mark(Mark::Box { area: (left - f32::from(slice) * 2.6, top, 1.2, thick), colour });
    }
}

/// An end that nobody saw: a point after the bar.
pub(super) fn point(flow: &mut Flow<'_>, (left, top, thick): (f32, f32, f32), colour: Colour) {
    let points = vec![(left, top - 2.0), (left + 8.0, top + thick / 2.0), (left, top + thick + 2.0)];
    flow.mark(Mark::Shape { points, colour });
}

/// A stretch without evidence: slanting strokes.
pub(super) fn hatch(flow: &mut Flow<'_>, (from, to): (f32, f32), top: f32) {
    const STEP: f32 = 3.2;
    const TALL: f32 = 5.0;
    let mut x = from;
    // Even a short gap has its stroke.
    while x < to.max(from + 1.0) {
        let points = vec![(x, top + TALL), (x + 1.2, top + TALL), (x + 3.2, top), (x + 2.0, top)];
        flow.mark(Mark::Shape { points, colour: AMBER });
        x += STEP;
    }
}

/// What the shapes mean, as shapes with words, from left to right.
pub(super) fn legend(flow: &mut Flow<'_>) {
    let mut pen = Pen { flow, x: MARGIN.0 };
    pen.flow.gap(5.0);
    for (colour, words) in [
        (GREEN, "authorized window"),
        (RED, "unauthorized window"),
        (GREY, "window, authorization not known"),
    ] {
        pen.item(words, |flow, x, y| flow.mark(Mark::Box { area: (x, y - 3.0, 14.0, 6.0), colour }));
    }
    pen.item("no end seen", |flow, x, y| {
        flow.mark(Mark::Box { area: (x, y - 2.5, 6.0, 5.0), colour: INK });
        point(flow, (x + 6.0, y - 2.5, 5.0), INK);
    });
    pen.item("open by then, perhaps earlier", |flow, x, y| {
        flow.mark(Mark::Box { area: (x + 8.0, y - 2.5, 6.0, 5.0), colour: INK });
        slices(flow, (x + 8.0, y - 2.5, 5.0), INK);
    });
    pen.item("session of a mode role", |flow, x, y| {
        flow.mark(Mark::Box { area: (x, y - 1.7, 14.0, 3.4), colour: SESSION });
    });
    pen.item("session that descends from one", |flow, x, y| {
        for top in [y - 1.7, y + 0.7] {
            flow.mark(Mark::Box { area: (x, top, 14.0, 1.0), colour: SESSION });
        }
    });
    for kind in Kind::ALL {
        pen.item(kind.words(), |flow, x, y| kind.draw(flow, (x + 7.0, y)));
    }
    pen.item("days with records", |flow, x, y| {
        flow.mark(Mark::Box { area: (x, y - 0.8, 14.0, 1.6), colour: GREY });
    });
    pen.item("days without evidence in a region", |flow, x, y| hatch(flow, (x, x + 11.0), y - 2.5));
    pen.flow.gap(13.0);
    let text = "Times are UTC. A mark may stand for several things close together; the number at the right says how many a row has.";
    pen.flow.paragraph(SMALL, text);
}

/// Sets items of a legend one after the other.
struct Pen<'p, 'f> {
    flow: &'p mut Flow<'f>,
    x: f32,
}

impl Pen<'_, '_> {
    fn item(&mut self, words: &str, draw: impl FnOnce(&mut Flow<'_>, f32, f32)) {
        const ICON: f32 = 18.0;
        const LINE: f32 = 12.0;
        let style = Style { size: 7.5, bold: false, colour: INK };
        let width = ICON + self.flow.faces.regular.width(words, style.size) + 12.0;
        if self.x + width > MARGIN.0 + WIDTH + 12.0 {
            self.x = MARGIN.0;
            self.flow.gap(LINE);
        }
        self.flow.need(LINE);
        let y = self.flow.y;
        draw(self.flow, self.x, y + 5.0);
        self.flow.text((self.x + ICON, y + 7.6), style, words);
        self.x += width;
    }
}
