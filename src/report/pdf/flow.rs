//! Pages that fill from top to bottom.
//!
//! Owns: the paper, margins, headings, paragraphs and the marks of each page.
//! Draws nothing: a page is a list of marks, so that the number of pages is
//! known when its foot is written. Knows nothing of reports.

use super::face::Faces;

/// A4 in points, upright.
pub(super) const PAPER: (f32, f32) = (595.276, 841.89);
/// Margins left and right, above and below.
pub(super) const MARGIN: (f32, f32) = (42.0, 54.0);
/// The width that text may take.
pub(super) const WIDTH: f32 = PAPER.0 - 2.0 * MARGIN.0;

/// Red, green, blue.
pub(super) type Colour = (u8, u8, u8);
/// Text.
pub(super) const INK: Colour = (0x11, 0x18, 0x27);
/// Less important text, and lines.
pub(super) const GREY: Colour = (0x6b, 0x72, 0x80);
/// Light lines and fillings.
pub(super) const PALE: Colour = (0xe5, 0xe7, 0xeb);
/// What is grave.
pub(super) const RED: Colour = (0x99, 0x1b, 0x1b);
/// What is uncertain or can be saved.
pub(super) const AMBER: Colour = (0xb4, 0x53, 0x09);
/// What is as it should be.
pub(super) const GREEN: Colour = (0x16, 0x65, 0x34);
/// Headings.
pub(super) const BLUE: Colour = (0x1e, 0x3a, 0x8a);

/// Something drawn on a page; coordinates are in points from the top left.
pub(super) enum Mark {
    /// Text whose baseline begins at a point.
    Text { at: (f32, f32), size: f32, bold: bool, colour: Colour, text: String },
    /// A filled box: left, top, width, height.
    Box { area: (f32, f32, f32, f32), colour: Colour },
    /// A filled shape.
    Shape { points: Vec<(f32, f32)>, colour: Colour },
}

/// How text looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// In points.
    pub(super) size: f32,
    /// Whether it stands out.
    pub(super) bold: bool,
    /// Its colour.
    pub(super) colour: Colour,
}

/// Plain text.
pub(super) const PLAIN: Style = Style { size: 9.0, bold: false, colour: INK };
/// Small text under a picture or a table.
pub(super) const SMALL: Style = Style { size: 7.5, bold: false, colour: GREY };
/// Height of a line for each point of size.
pub(super) const LEADING: f32 = 1.35;

/// A heading and where it stands: text, page from 0, height from the top.
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) page: usize,
    pub(super) top: f32,
}

/// The pages so far.
pub(super) struct Flow<'f> {
    /// The typefaces.
    pub(super) faces: &'f Faces,
    /// The marks of each page.
    pub(super) pages: Vec<Vec<Mark>>,
    /// The headings.
    pub(super) outline: Vec<Entry>,
    /// How far down the page is filled.
    pub(super) y: f32,
}

impl<'f> Flow<'f> {
    /// One empty page.
    pub(super) fn new(faces: &'f Faces) -> Self {
        Self { faces, pages: vec![Vec::new()], outline: Vec::new(), y: MARGIN.1 }
    }

    /// The room that is left on the page.
    pub(super) fn room(&self) -> f32 {
        PAPER.1 - MARGIN.1 - self.y
    }

    /// Begins a new page.
    pub(super) fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN.1;
    }

    /// Begins a new page if so much does not fit any more.
    pub(super) fn need(&mut self, height: f32) {
        if self.room() < height && self.y > MARGIN.1 {
            self.turn();
        }
    }

    /// Leaves room.
    pub(super) fn gap(&mut self, height: f32) {
        self.y += height;
    }

    /// Puts a mark on the page.
    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// A line of text at a place; whatever it holds is made drawable.
    pub(super) fn text(&mut self, at: (f32, f32), style: Style, text: &str) {
        let text = self.faces.drawable(text);
        self.drawn(at, style, text);
    }

    /// The same for text that is drawable already.
    pub(super) fn drawn(&mut self, at: (f32, f32), style: Style, text: String) {
        let Style { size, bold, colour } = style;
        if !text.is_empty() {
            self.mark(Mark::Text { at, size, bold, colour, text });
        }
    }

    /// A heading; it never stands alone at the end of a page.
    pub(super) fn heading(&mut self, text: &str) {
        self.need(90.0);
        self.gap(10.0);
        self.outline.push(Entry { text: text.to_owned(), page: self.pages.len() - 1, top: self.y });
        self.text((MARGIN.0, self.y + 12.0), Style { size: 13.0, bold: true, colour: BLUE }, text);
        self.gap(21.0);
    }

    /// Text over the whole width.
    pub(super) fn paragraph(&mut self, style: Style, text: &str) {
        self.indented(0.0, style, text);
    }

    /// Text from so far right of the margin on.
    pub(super) fn indented(&mut self, indent: f32, style: Style, text: &str) {
        let shown = self.faces.drawable(text);
        let height = style.size * LEADING;
        for line in self.faces.of(style.bold).lines(&shown, style.size, WIDTH - indent) {
            self.need(height);
            self.drawn((MARGIN.0 + indent, self.y + style.size), style, line.to_owned());
            self.gap(height);
        }
    }

    /// A label, and its text to the right of it; the longer of them says where the
    /// next begins.
    pub(super) fn labelled(&mut self, label: &str, style: Style, text: &str) {
        const LABEL_WIDTH: f32 = 128.0;
        let height = style.size * LEADING;
        let bold = Style { bold: true, colour: INK, ..style };
        let label = self.faces.drawable(label);
        let lines = self.faces.bold.lines(&label, style.size, LABEL_WIDTH - 8.0);
        self.need(height * lines.len().max(2) as f32);
        let (page, top) = (self.pages.len(), self.y);
        for (place, line) in lines.iter().enumerate() {
            let base = top + style.size + place as f32 * height;
            self.drawn((MARGIN.0, base), bold, (*line).to_owned());
        }
        self.indented(LABEL_WIDTH, style, text);
        if self.pages.len() == page {
            self.y = self.y.max(top + height * lines.len() as f32);
        }
        self.gap(3.0);
    }

    /// A sentence of a list.
    pub(super) fn item(&mut self, text: &str) {
        self.need(PLAIN.size * LEADING);
        self.text((MARGIN.0 + 2.0, self.y + PLAIN.size), PLAIN, "•");
        self.indented(12.0, PLAIN, text);
        self.gap(2.0);
    }
}
