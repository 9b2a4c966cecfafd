//! Texts with `*` in them.

/// A text in which `*` stands for anything, and `\*` and `\\` for themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wildcard {
    /// What stands between the stars; one more than there are stars.
    parts: Vec<String>,
}

impl Wildcard {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut parts = vec![String::new()];
        let mut characters = text.chars();
        let mut after_star = false;
        while let Some(character) = characters.next() {
            if character == '*' {
                if after_star {
                    return Err("two stars stand beside each other".to_owned());
                }
                parts.push(String::new());
                after_star = true;
                continue;
            }
            after_star = false;
            let character = match character {
                '\\' => match characters.next() {
                    Some(escaped @ ('*' | '\\')) => escaped,
                    _ => return Err("a backslash stands before neither `*` nor `\\`".to_owned()),
                },
                plain => plain,
            };
            if let Some(part) = parts.last_mut() {
                part.push(character);
            }
        }
        Ok(Wildcard { parts })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|whole| whole == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        // The earliest place of each part leaves the most room for the next.
        for part in middle {
            match rest.find(part.as_str()) {
                Some(place) => rest = &rest[place + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let matches = |pattern: &str, text: &str| Wildcard::read(pattern).unwrap().matches(text);
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "abc"),
            ("a*", "a"),
            ("*c", "abc"),
            ("a*b*c", "a-b-b-c"),
            ("*ab*ab", "abab"),
            (r"a\*c", "a*c"),
            (r"a\\*", r"a\bc"),
        ] {
            assert!(matches(pattern, text), "{pattern} against {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a*", "ba"),
            ("*c", "cd"),
            ("a*a", "a"),
            ("*ab*ab", "ab"),
            (r"a\*c", "abc"),
            ("abc", "abcd"),
        ] {
            assert!(!matches(pattern, text), "{pattern} against {text}");
        }
    }

    #[test]
    fn stars_stand_alone_and_backslashes_before_something() {
        for pattern in ["**", "a**b", r"a\b", r"a\"] {
            assert!(Wildcard::read(pattern).is_err(), "{pattern}");
        }
    }
}
