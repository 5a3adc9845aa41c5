//! Pages of marks into the bytes of a PDF.
//!
//! Owns: drawing, heads and feet, the outline, and what the file says of
//! itself. Reads no clock: equal pages give equal bytes.

use std::io;

use krilla::Document;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;

use super::face::Faces;
use super::flow::{Colour, Flow, GREY, MARGIN, Mark, PALE, PAPER, SMALL, WIDTH};

/// The PDF of these pages; `foot` stands at the left of each one's foot.
///
/// # Errors
/// If the pages cannot be made into a PDF.
pub(super) fn print(flow: &Flow<'_>, foot: &str, creator: &str) -> io::Result<Vec<u8>> {
    let mut document = Document::new();
    let all = flow.pages.len();
    let settings = PageSettings::from_wh(PAPER.0, PAPER.1).ok_or_else(|| io::Error::other("no page"))?;
    for (place, marks) in flow.pages.iter().enumerate() {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        for mark in marks.iter().chain(&feet(flow.faces, foot, (place + 1, all))) {
            draw(&mut surface, flow.faces, mark);
        }
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for entry in &flow.outline {
        let target = XyzDestination::new(entry.page, Point::from_xy(MARGIN.0, entry.top));
        outline.push_child(OutlineNode::new(entry.text.clone(), target));
    }
    document.set_outline(outline);
    let metadata = Metadata::new()
        .title("devtrail audit report".to_owned())
        .creator(creator.to_owned())
        .language("en".to_owned());
    document.set_metadata(metadata);
    document.finish().map_err(|error| io::Error::other(format!("{error:?}")))
}

/// The foot of a page.
fn feet(faces: &Faces, foot: &str, (page, all): (usize, usize)) -> [Mark; 3] {
    let base = PAPER.1 - MARGIN.1 / 2.0;
    let text = |at, text: String| Mark::Text { at, size: SMALL.size, bold: false, colour: GREY, text };
    let number = format!("Page {page} of {all}");
    let right = MARGIN.0 + WIDTH - faces.regular.width(&number, SMALL.size);
    [
        Mark::Box { area: (MARGIN.0, base - 11.0, WIDTH, 0.4), colour: PALE },
        text((MARGIN.0, base), faces.drawable(foot)),
        text((right, base), number),
    ]
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, mark: &Mark) {
    let mut path = PathBuilder::new();
    let colour = match mark {
        Mark::Text { at, size, bold, colour, text } => {
            surface.set_fill(Some(fill(*colour)));
            let face = faces.of(*bold);
            surface.draw_glyphs(
                Point::from_xy(at.0, at.1),
                &face.glyphs(text),
                face.font.clone(),
                text,
                *size,
                false,
            );
            return;
        }
        Mark::Box { area: (left, top, width, height), colour } => {
            if let Some(rect) = Rect::from_xywh(*left, *top, *width, *height) {
                path.push_rect(rect);
            }
            colour
        }
        Mark::Shape { points, colour } => {
            for (place, (x, y)) in points.iter().enumerate() {
                if place == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
            }
            path.close();
            colour
        }
    };
    if let Some(path) = path.finish() {
        surface.set_fill(Some(fill(*colour)));
        surface.draw_path(&path);
    }
}

fn fill((red, green, blue): Colour) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::default(),
    }
}
