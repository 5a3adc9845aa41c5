//! Tables of knowledge as comma-separated text.
//!
//! Owns: their form. No field holds a comma or a quote, so a line splits at its
//! commas; a line that begins with `#` is a note.

use crate::catalogue::fault::CatalogueFault;

/// The rows below the header, each with its line number, 1-based.
pub(super) fn rows<const N: usize>(
    text: &'static str,
    columns: &str,
) -> Result<Vec<(usize, [&'static str; N])>, CatalogueFault> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let mut lines = lines.filter(|(_, line)| !line.starts_with('#'));
    if lines.next().is_none_or(|(_, line)| line != columns) {
        return Err(CatalogueFault::at_line(1, format!("the first row is not `{columns}`")));
    }
    let split = |(number, line): (usize, &'static str)| {
        let fields: Vec<&'static str> = line.split(',').collect();
        let count = fields.len();
        let fields: Result<[&'static str; N], _> = fields.try_into();
        fields
            .map(|fields| (number, fields))
            .map_err(|_| CatalogueFault::at_line(number, format!("{count} fields where {N} belong")))
    };
    lines.map(split).collect()
}
