//! Where in a file something stands that is in the way.
//!
//! Owns: finding lines for the messages of the parser, which name few.

/// A condition that cannot be read, with its line: the parser draws it over five
/// lines. Before Sigma 2 a condition could count.
pub(super) fn of_condition(text: &str, error: &str) -> Option<(Option<usize>, String)> {
    let drawn = error.strip_prefix("Condition parse error")?;
    let condition = drawn.lines().find_map(|line| line.strip_prefix("1 | "))?;
    let line = line_with(text, condition);
    if condition.contains(" | ") {
        return Some((line, of_aggregate(condition)));
    }
    Some((line, format!("its condition cannot be read: `{condition}`")))
}

/// What is to be said of a condition with a `|` in it that cannot be followed.
pub(super) fn of_aggregate(condition: &str) -> String {
    let condition = condition.trim();
    if condition.contains("| near ") {
        let instead = "Sigma 2 has correlations for that: temporal";
        return format!("its condition asks what is near behind a `|`: `{condition}`; {instead}");
    }
    let instead = "Sigma 2 has correlations for that, such as event_count";
    format!("its condition counts behind a `|`: `{condition}`; {instead}")
}

/// The line that a message is about: the one it names, else the one with the
/// first word that it quotes. What is missing stands in no line.
pub(super) fn line_of(text: &str, message: &str) -> Option<usize> {
    if message.starts_with("Missing ") {
        return None;
    }
    if let Some(digits) = message.split("line ").nth(1) {
        let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(line) = digits.parse() {
            return Some(line);
        }
    }
    let word = message.split('\'').nth(1)?;
    line_with(text, &format!("|{word}")).or_else(|| line_with(text, word))
}

/// The line with the title of a document.
pub(super) fn line_of_title(text: &str, title: &str) -> Option<usize> {
    let is_title = |line: &str| {
        let found = line.trim_start().strip_prefix("title:");
        found.is_some_and(|found| found.trim().trim_matches(['"', '\'']) == title)
    };
    text.lines().position(is_title).map(|place| place + 1)
}

fn line_with(text: &str, word: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(word)).map(|place| place + 1)
}
