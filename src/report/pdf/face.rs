//! The typefaces of the PDF: how wide text is, where a line may break, and what
//! may be drawn at all.
//!
//! Owns: the fonts, DejaVu Sans Condensed regular and bold (crate `dejavu`), of
//! which only the glyphs used are embedded. Glyphs are set one after the other
//! from left to right, without kerning or shaping: what would need more, or has
//! no glyph, is shown as `\u{…}`, never as an empty box or in a false order.

use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

use crate::report::escape;

/// One typeface.
pub(super) struct Face {
    /// For drawing.
    pub(super) font: Font,
    parsed: FontRef<'static>,
    metrics: GlyphMetrics<'static>,
    units: f32,
    /// Glyph and width at size 1 of each ASCII character, of which most text is.
    ascii: [(Option<skrifa::GlyphId>, f32); 128],
}

/// The two of them.
pub(super) struct Faces {
    /// For most text.
    pub(super) regular: Face,
    /// For what stands out.
    pub(super) bold: Face,
}

impl Faces {
    /// Both, parsed.
    pub(super) fn new() -> Self {
        Self {
            regular: Face::of(dejavu::sans_condensed::regular()),
            bold: Face::of(dejavu::sans_condensed::bold()),
        }
    }

    /// The one of that weight.
    pub(super) const fn of(&self, bold: bool) -> &Face {
        if bold { &self.bold } else { &self.regular }
    }

    /// The text as it can be drawn: hidden and commanding characters as in a
    /// terminal, and those without a glyph, or that need shaping, as `\u{…}`.
    pub(super) fn drawable(&self, text: &str) -> String {
        if escape::is_plain(text) {
            return text.to_owned();
        }
        let mut shown = String::with_capacity(text.len());
        for c in escape::terminal(text).chars() {
            if needs_shaping(c) || self.regular.glyph(c).is_none() || self.bold.glyph(c).is_none() {
                shown.extend(c.escape_unicode());
            } else {
                shown.push(c);
            }
        }
        shown
    }
}

impl Face {
    fn of(bytes: &'static [u8]) -> Self {
        let parsed = FontRef::new(bytes).expect("the font that comes with the program is sound");
        let metrics = parsed.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units = f32::from(parsed.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        let font = Font::new(bytes.into(), 0).expect("the font that comes with the program is sound");
        let mut face = Self { font, parsed, metrics, units, ascii: [(None, 0.0); 128] };
        let ascii = std::array::from_fn(|code| {
            let c = char::from(u8::try_from(code).unwrap_or_default());
            let glyph = face.parsed.charmap().map(c);
            (glyph, face.width_of(glyph))
        });
        face.ascii = ascii;
        face
    }

    fn glyph(&self, c: char) -> Option<skrifa::GlyphId> {
        match self.ascii.get(c as usize) {
            Some((glyph, _)) => *glyph,
            None => self.parsed.charmap().map(c),
        }
    }

    /// The width of a character at size 1.
    fn advance(&self, c: char) -> f32 {
        match self.ascii.get(c as usize) {
            Some((_, width)) => *width,
            None => self.width_of(self.glyph(c)),
        }
    }

    fn width_of(&self, glyph: Option<skrifa::GlyphId>) -> f32 {
        glyph.and_then(|glyph| self.metrics.advance_width(glyph)).unwrap_or_default() / self.units
    }

    /// The width of a text.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(c)).sum::<f32>() * size
    }

    /// The glyphs of a text, each with the bytes it stands for, so that text can
    /// be searched and copied.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, c): (usize, char)| {
            let id = self.glyph(c).map_or(0, skrifa::GlyphId::to_u32);
            let range = at..at + c.len_utf8();
            KrillaGlyph::new(GlyphId::new(id), self.advance(c), 0.0, 0.0, 0.0, range, None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// The lines of a text that is not to be wider than `width`: they break at
    /// spaces; a word that is wider than a line also after marks such as `/` and
    /// `-`, else anywhere.
    pub(super) fn lines<'t>(&self, text: &'t str, size: f32, width: f32) -> Vec<&'t str> {
        let mut lines = Vec::new();
        let mut rest = 0..0;
        let (mut used, mut space, mut joint) = (0.0, None::<usize>, None::<usize>);
        for (at, c) in text.char_indices() {
            let wide = self.advance(c) * size;
            if used + wide > width && rest.start < at && c != ' ' {
                let end = space.or(joint).unwrap_or(at);
                lines.push(cut(text, rest.start..end));
                rest.start = end;
                used = self.width(text.get(end..at).unwrap_or_default(), size);
                space = None;
                joint = joint.filter(|joint| *joint > end);
            }
            used += wide;
            if c == ' ' {
                space = Some(at + 1);
            } else if is_joint(c) {
                joint = Some(at + c.len_utf8());
            }
        }
        lines.push(cut(text, rest.start..text.len()));
        lines
    }
}

fn cut(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default().trim_end_matches(' ')
}

const fn is_joint(c: char) -> bool {
    matches!(c, '/' | '-' | '_' | ':' | ',' | ';' | '.' | '=' | '&' | '?')
}

/// Letters that are read from the right, or change or move with their
/// neighbours. Source: Unicode 17, blocks; read 2026-11.
const fn needs_shaping(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{590}'..='\u{10ff}' | '\u{1700}'..='\u{1cff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{a800}'..='\u{abff}' | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{11fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_visible_ascii_has_a_glyph_and_a_width() {
        let faces = Faces::new();
        for face in [&faces.regular, &faces.bold] {
            for c in ' '..='~' {
                assert!(face.glyph(c).is_some() && face.advance(c) > 0.0, "{c:?}");
                assert_eq!(face.glyph(c), face.parsed.charmap().map(c), "{c:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_shown_as_its_code() {
        let faces = Faces::new();
        for (text, expected) in [
            ("Jürgen Ωμέγα Дмитрий – „ok“ …", "Jürgen Ωμέγα Дмитрий – „ok“ …"),
            ("山田", r"\u{5c71}\u{7530}"),
            ("שלום", r"\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
            ("a\u{202e}b\u{0}\n", r"a\u{202e}b\u{0}\u{a}"),
            ("e\u{301}", r"e\u{301}"),
            ("", ""),
        ] {
            assert_eq!(faces.drawable(text), expected);
        }
    }

    #[test]
    fn no_line_is_wider_than_its_room_and_none_is_lost() {
        let faces = Faces::new();
        let arn = "arn:aws:sts::111122223333:assumed-role/AWSManagedServicesDevelopmentRole/jane";
        for text in ["", "one", "several words that do not fit", arn, &"x".repeat(300), " two  spaces "] {
            for width in [1.0_f32, 40.0, 200.0] {
                let lines = faces.regular.lines(text, 8.0, width);
                for line in &lines {
                    assert!(faces.regular.width(line, 8.0) <= width || line.chars().count() <= 2, "{line:?}");
                }
                let joined: String = lines.concat().chars().filter(|c| *c != ' ').collect();
                assert_eq!(joined, text.replace(' ', ""));
            }
        }
    }
}
