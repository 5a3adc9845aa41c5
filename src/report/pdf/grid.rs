//! Tables on pages.
//!
//! Owns: how rows and their head are laid out, and that a table never takes
//! more pages than it may.

use super::flow::{AMBER, Colour, Flow, GREEN, GREY, INK, LEADING, MARGIN, Mark, PALE, RED, Style, WIDTH};

/// Size of the text in tables.
const SIZE: f32 = 6.5;
/// Room around the text of a cell.
const PAD: f32 = 2.5;
/// Lines of a cell before it is cut.
const LINES_MAX: usize = 7;

/// A column: its name and its share of the width.
#[derive(Clone, Copy)]
pub(super) struct Lane {
    /// The name that stands above it.
    pub(super) title: &'static str,
    /// Its width in relation to the others.
    pub(super) share: f32,
}

/// Draws rows until they end or the pages that they may take are full. Gives
/// the number of rows drawn.
pub(super) fn grid(
    flow: &mut Flow<'_>,
    lanes: &[Lane],
    rows: impl Iterator<Item = Vec<String>>,
    pages_max: usize,
) -> usize {
    let first = flow.pages.len();
    let places = places(lanes);
    let mut shown = 0;
    flow.need(60.0);
    head(flow, lanes, &places);
    for row in rows {
        let cells: Vec<Vec<String>> =
            row.iter().zip(&places).map(|(cell, (_, width))| lines(flow, cell, *width)).collect();
        let tallest = cells.iter().map(Vec::len).max().unwrap_or(1);
        let height = tallest as f32 * SIZE * LEADING + 2.0 * PAD;
        if flow.room() < height {
            if flow.pages.len() - first + 1 >= pages_max {
                break;
            }
            flow.turn();
            head(flow, lanes, &places);
        }
        draw(flow, &cells, &places);
        flow.gap(height);
        rule(flow);
        shown += 1;
    }
    flow.gap(4.0);
    shown
}

/// Left edge and width of each column.
fn places(lanes: &[Lane]) -> Vec<(f32, f32)> {
    let all: f32 = lanes.iter().map(|lane| lane.share).sum();
    let mut left = MARGIN.0;
    lanes
        .iter()
        .map(|lane| {
            let width = WIDTH * lane.share / all;
            let place = (left, width);
            left += width;
            place
        })
        .collect()
}

fn head(flow: &mut Flow<'_>, lanes: &[Lane], places: &[(f32, f32)]) {
    let style = Style { size: SIZE, bold: true, colour: INK };
    let titles: Vec<Vec<&str>> = lanes
        .iter()
        .zip(places)
        .map(|(lane, (_, width))| flow.faces.bold.lines(lane.title, SIZE, width - 2.0 * PAD))
        .collect();
    let tallest = titles.iter().map(Vec::len).max().unwrap_or(1);
    let height = tallest as f32 * SIZE * LEADING + 2.0 * PAD;
    flow.mark(Mark::Box { area: (MARGIN.0, flow.y, WIDTH, height), colour: PALE });
    for (lines, (left, _)) in titles.iter().zip(places) {
        for (place, line) in lines.iter().enumerate() {
            let base = flow.y + PAD + SIZE + place as f32 * SIZE * LEADING;
            flow.text((left + PAD, base), style, line);
        }
    }
    flow.gap(height);
}

fn rule(flow: &mut Flow<'_>) {
    flow.mark(Mark::Box { area: (MARGIN.0, flow.y, WIDTH, 0.4), colour: PALE });
}

/// The lines of a cell, the last with a mark if there are more.
fn lines(flow: &Flow<'_>, cell: &str, width: f32) -> Vec<String> {
    let shown = flow.faces.drawable(cell);
    let face = flow.faces.of(colour_of(cell).is_some());
    let mut lines: Vec<String> =
        face.lines(&shown, SIZE, width - 2.0 * PAD).into_iter().map(str::to_owned).collect();
    if lines.len() > LINES_MAX {
        lines.truncate(LINES_MAX - 1);
        lines.push("… (cut)".to_owned());
    }
    lines
}

fn draw(flow: &mut Flow<'_>, cells: &[Vec<String>], places: &[(f32, f32)]) {
    for (lines, (left, _)) in cells.iter().zip(places) {
        let colour = lines.first().filter(|_| lines.len() == 1).and_then(|word| colour_of(word));
        let style = Style { size: SIZE, bold: colour.is_some(), colour: colour.unwrap_or(INK) };
        for (place, line) in lines.iter().enumerate() {
            let base = flow.y + PAD + SIZE + place as f32 * SIZE * LEADING;
            flow.drawn((left + PAD, base), style, line.clone());
        }
    }
}

/// The colour of a word that judges; the word itself says the same.
fn colour_of(word: &str) -> Option<Colour> {
    match word {
        "critical" | "high" | "irreversible" | "unauthorized" | "fail" | "no end seen" => Some(RED),
        "medium" | "recoverable_until" | "recoverable" | "outside_mode" => Some(AMBER),
        "authorized" | "reversible" | "pass" => Some(GREEN),
        "unknown" => Some(GREY),
        _ => None,
    }
}
