//! Patterns of `*` (any text) and `?` (one character).

/// A pattern, ready to match. Upper and lower case differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob(Vec<char>);

impl Glob {
    /// Takes any text; there is none that is wrong.
    pub(super) fn new(pattern: &str) -> Self {
        Self(pattern.chars().collect())
    }

    /// Whether the whole text matches. Takes at most text times pattern steps.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut place) = (0, 0);
        // The last star, and how much of the text it has taken.
        let mut star: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.0.get(place) {
                Some('*') => {
                    star = Some((place, at));
                    place += 1;
                }
                Some(wanted) if *wanted == '?' || *wanted == text[at] => {
                    at += 1;
                    place += 1;
                }
                _ => {
                    let Some((star_place, taken)) = star else { return false };
                    star = Some((star_place, taken + 1));
                    place = star_place + 1;
                    at = taken + 1;
                }
            }
        }
        self.0.iter().skip(place).all(|rest| *rest == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, matches) in [
            ("*Subnet*", "CreateSubnet", true),
            ("*Subnet*", "Subnet", true),
            ("*Subnet*", "CreateSub", false),
            ("mc-*", "mc-x", true),
            ("mc-*", "amc-x", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*ab*ab", "abxabab", true),
            ("*ab*ab", "ab", false),
            ("", "", true),
            ("", "a", false),
            ("**", "", true),
            ("ö*", "öl", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), matches, "{pattern} {text}");
        }
    }
}
