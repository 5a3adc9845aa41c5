//! How cells look: formats, and the colours of words.
//!
//! Owns: which words of which columns are coloured. The word itself stays in
//! the cell, so that nothing is said by colour alone.

use rust_xlsxwriter::{
    Color, ConditionalFormatCell, ConditionalFormatCellRule, Format, FormatAlign, FormatBorder,
    FormatUnderline, Workbook, Worksheet, XlsxError,
};

/// Colours of a word: background and text, dark on light, contrast 4.5:1 or more.
#[derive(Clone, Copy)]
struct Paint(u32, u32);

const DARK_RED: Paint = Paint(0x7F_1D1D, 0xFF_FFFF);
const RED: Paint = Paint(0xFE_CACA, 0x7F_1D1D);
const ORANGE: Paint = Paint(0xFE_D7AA, 0x7C_2D12);
const YELLOW: Paint = Paint(0xFE_F08A, 0x71_3F12);
const GREEN: Paint = Paint(0xBB_F7D0, 0x14_532D);
const GREY: Paint = Paint(0xE5_E7EB, 0x37_4151);

/// Words of columns and their colours. A column of that name is coloured in
/// whatever table it stands.
const PAINTED: &[(&str, &[(&str, Paint)])] = &[
    (
        "severity",
        &[
            ("critical", DARK_RED),
            ("high", RED),
            ("medium", ORANGE),
            ("low", YELLOW),
            ("informational", GREY),
        ],
    ),
    ("outcome", &[("succeeded", RED), ("denied", GREEN), ("failed", GREY), ("dry_run", GREY)]),
    (
        "reversibility",
        &[
            ("irreversible", DARK_RED),
            ("recoverable_until", ORANGE),
            ("recoverable", YELLOW),
            ("rebuildable", YELLOW),
            ("reversible", GREEN),
            ("unknown", GREY),
        ],
    ),
    (
        "authorization",
        &[("unauthorized", RED), ("outside_mode", ORANGE), ("unknown", GREY), ("authorized", GREEN)],
    ),
    ("verdict", &[("exceptions_found", RED), ("not_assessable", GREY)]),
    ("integrity", &[("modified", DARK_RED), ("missing", RED), ("trailing_data", ORANGE), ("signed", GREEN)]),
];

/// Every format there is.
pub(super) struct Look {
    /// The title of the cover.
    pub(super) title: Format,
    /// The heading of a part of the cover.
    pub(super) heading: Format,
    /// What stands before a value on the cover.
    pub(super) label: Format,
    /// Text of the cover, wrapped.
    pub(super) prose: Format,
    /// What must be seen first.
    pub(super) urgent: Format,
    /// A whole number on the cover.
    pub(super) count: Format,
    /// A link to a sheet.
    pub(super) link: Format,
    /// A line to write on.
    pub(super) line: Format,
    /// The header of a table.
    pub(super) header: Format,
    /// Times with 0, 1, 2 and 3 fraction digits, spelt as in the CSV.
    pub(super) times: [Format; 4],
}

impl Look {
    /// The formats.
    pub(super) fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let time =
            |fraction: &str| Format::new().set_num_format(format!(r#"yyyy\-mm\-dd"T"hh:mm:ss{fraction}"Z""#));
        Self {
            title: Format::new().set_bold().set_font_size(18),
            heading: top().set_bold().set_font_size(13).set_font_color(Color::RGB(0x1E_3A8A)),
            label: top().set_bold().set_text_wrap(),
            prose: top().set_text_wrap(),
            urgent: top().set_text_wrap().set_bold().set_font_color(Color::RGB(DARK_RED.0)),
            count: top().set_num_format("#,##0").set_align(FormatAlign::Left),
            link: top().set_font_color(Color::RGB(0x1D_4ED8)).set_underline(FormatUnderline::Single),
            line: Format::new().set_border_bottom(FormatBorder::Thin),
            header: Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(0x1F_2937)),
            times: [time(""), time(".0"), time(".00"), time(".000")],
        }
    }

    /// Gives each format its number. Sheets are filled in parallel, and whichever
    /// came first would decide otherwise.
    pub(super) fn register(&self, workbook: &mut Workbook) {
        let Self { title, heading, label, prose, urgent, count, link, line, header, times } = self;
        for format in
            [title, heading, label, prose, urgent, count, link, line, header].into_iter().chain(times)
        {
            workbook.register_format(format);
        }
    }
}

/// Colours the words of a column below the header, if it is one that has any.
pub(super) fn paint(
    worksheet: &mut Worksheet,
    column: &str,
    (first, last, place): (u32, u32, u16),
) -> Result<(), XlsxError> {
    let Some((_, words)) = PAINTED.iter().find(|(name, _)| *name == column) else { return Ok(()) };
    for (word, Paint(background, text)) in *words {
        let format =
            Format::new().set_background_color(Color::RGB(*background)).set_font_color(Color::RGB(*text));
        let rule = ConditionalFormatCell::new()
            .set_rule(ConditionalFormatCellRule::EqualTo(*word))
            .set_format(format);
        worksheet.add_conditional_format(first, place, last, place, &rule)?;
    }
    Ok(())
}
