//! Evidence text on its way to something that would act on it.
//!
//! Owns: what may reach a terminal, a spreadsheet, Markdown and HTML, and how
//! the rest is shown instead. User agents, session names, tags and paths are
//! chosen by whoever is under investigation. HTML's own characters are escaped
//! by the template engine; `terminal` comes before it, for what hides or moves
//! text there too.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Stands for text that was cut off.
pub const CUT_MARK: &str = "… (cut)";

/// Text that a terminal, or an eye, cannot be fooled with: control characters,
/// line breaks included, and all that is invisible or reorders text become
/// visible `\u{…}`.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { escape_where(text, misleads) }
}

/// Text for one cell of a CSV.
///
/// A cell that a spreadsheet would run gets a leading `'`; control characters
/// other than tab, LF and CR, on which readers choke, become `\u{…}`. Both
/// change the value: Parquet keeps the raw text.
/// Source: facts/cloudtrail.md 5 (CSV for auditors).
pub fn spreadsheet(text: &str) -> Cow<'_, str> {
    if is_plain(text) && !text.starts_with(['=', '+', '-', '@']) {
        return Cow::Borrowed(text);
    }
    let shown = escape_where(text, |c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    if shown.starts_with(['=', '+', '-', '@', '\t', '\n', '\r', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{shown}"))
    } else {
        shown
    }
}

/// Text for Markdown, as a code span: nothing in it becomes a link, a mention,
/// markup or another table cell, in any dialect. Characters that could end the
/// span, or that a lax renderer would still act on, become `\u{…}`.
pub fn markdown(text: &str) -> String {
    let acts = |c| misleads(c) || matches!(c, '`' | '|' | '<' | '>' | '[' | ']' | '\\' | '&');
    if text.is_empty() { String::new() } else { format!("`{}`", escape_where(text, acts)) }
}

/// JSON text, or a part of it, in which no character can mislead: inside
/// strings such characters stand as `\uXXXX`, which reads back as the same.
pub fn json(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.contains(misleads) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if misleads(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(shown, "\\u{unit:04x}").expect("writing to a string cannot fail");
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a text is visible ASCII and blanks alone, as most text is: nothing in
/// it misleads. All bytes are looked at without leaving early, which is done many
/// at a time.
pub fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & (b' '..=b'~').contains(&byte))
}

/// At most `chars` characters of a text, with a mark if that is not all.
pub fn shorten(text: &str, chars: usize) -> Cow<'_, str> {
    // No text has more characters than bytes.
    if text.len() <= chars {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(chars) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}{CUT_MARK}", &text[..end])),
    }
}

fn escape_where(text: &str, replaced: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&replaced) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if replaced(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character commands a terminal, hides itself or moves others.
///
/// Source: Unicode 17, general categories Cc, Cf, Zl, Zp, and the default
/// ignorable code points that have no glyph; read 2026-11.
fn misleads(c: char) -> bool {
    if c.is_ascii() {
        // Nearly all of what is written: asked first.
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(escape: impl Fn(&str) -> String, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(escape(text), *expected, "{text:?}");
        }
    }

    fn to_terminal(text: &str) -> String {
        terminal(text).into_owned()
    }

    #[test]
    fn plain_text_is_not_copied() {
        let text = "arn:aws:iam::111122223333:user/Jürgen 山田 é";
        assert!(matches!(terminal(text), Cow::Borrowed(_)));
        assert!(matches!(spreadsheet(text), Cow::Borrowed(_)));
        assert!(matches!(shorten(text, 500), Cow::Borrowed(_)));
    }

    /// Each character by itself, by the rule that is asked when a text is not plain.
    #[test]
    fn plain_text_holds_nothing_that_is_replaced() {
        for c in ('\0'..='\u{2ff}').chain("\u{200b}\u{202e}\u{feff}＝é".chars()) {
            let text = format!("a{c}b");
            assert!(!is_plain(&text) || !misleads(c), "{c:?}");
            assert_eq!(is_plain(&text), (' '..='~').contains(&c), "{c:?}");
            assert_eq!(terminal(&text), escape_where(&text, misleads), "{c:?}");
        }
        assert!(is_plain(""));
    }

    #[test]
    fn attack_terminal_title_and_clipboard_sequences() {
        check(
            to_terminal,
            &[
                ("\x1b]0;owned\x07", r"\u{1b}]0;owned\u{7}"),
                ("\x1b]52;c;ZXZpbA==\x07", r"\u{1b}]52;c;ZXZpbA==\u{7}"),
                ("\u{9b}31m", r"\u{9b}31m"),
                ("\u{7f}", r"\u{7f}"),
                ("\0", r"\u{0}"),
            ],
        );
    }

    #[test]
    fn attack_forged_lines() {
        check(
            to_terminal,
            &[
                ("ok\rNo findings", r"ok\u{d}No findings"),
                ("a\nb", r"a\u{a}b"),
                ("a\u{2028}b\u{2029}c\u{85}d", r"a\u{2028}b\u{2029}c\u{85}d"),
            ],
        );
    }

    #[test]
    fn attack_reordered_text() {
        check(
            to_terminal,
            &[
                ("admin\u{202e}txt.exe", r"admin\u{202e}txt.exe"),
                ("\u{2066}a\u{2069}", r"\u{2066}a\u{2069}"),
                ("\u{200f}", r"\u{200f}"),
            ],
        );
    }

    #[test]
    fn attack_invisible_text() {
        check(
            to_terminal,
            &[
                ("ad\u{200b}min", r"ad\u{200b}min"),
                ("\u{feff}root", r"\u{feff}root"),
                ("soft\u{ad}hyphen", r"soft\u{ad}hyphen"),
                ("\u{e0041}\u{e0042}", r"\u{e0041}\u{e0042}"),
                ("\u{3164}", r"\u{3164}"),
            ],
        );
    }

    #[test]
    fn attack_spreadsheet_formulas() {
        check(
            |text| spreadsheet(text).into_owned(),
            &[
                ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
                ("+1", "'+1"),
                ("-1", "'-1"),
                ("@SUM(A1)", "'@SUM(A1)"),
                ("\t=1", "'\t=1"),
                ("\r=1", "'\r=1"),
                ("\n=1", "'\n=1"),
                ("＝1", "'＝1"),
                ("＋1", "'＋1"),
                ("－1", "'－1"),
                ("＠a", "'＠a"),
                ("a=b", "a=b"),
                ("'quoted", "'quoted"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn attack_control_characters_in_a_csv() {
        check(
            |text| spreadsheet(text).into_owned(),
            &[("a\0b", r"a\u{0}b"), ("\x1b[2J", r"\u{1b}[2J"), ("a\tb\r\nc", "a\tb\r\nc")],
        );
    }

    #[test]
    fn attack_markdown_links_html_and_table_cells() {
        check(
            markdown,
            &[
                ("plain", "`plain`"),
                ("", ""),
                ("a|b", r"`a\u{7c}b`"),
                ("`code`", r"`\u{60}code\u{60}`"),
                ("[x](http://evil)", r"`\u{5b}x\u{5d}(http://evil)`"),
                ("<img src=x>", r"`\u{3c}img src=x\u{3e}`"),
                ("a\n# head", r"`a\u{a}# head`"),
                ("\\", r"`\u{5c}`"),
            ],
        );
    }

    #[test]
    fn a_cut_is_marked_and_falls_between_characters() {
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöüß", 3), "äöü… (cut)");
    }
}
