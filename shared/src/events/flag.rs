//! Yes and no.

use super::text::{text, trimmed};
use crate::json::{Kind, TextValue};

/// What [`flag`] takes.
pub(super) const A_FLAG: &str = "true, false, 1 or 0";

/// `true` or `false`, `1` or `0`, or a text of one of these.
pub(super) fn flag(value: TextValue<'_>) -> Option<bool> {
    if value.kind() == Kind::Boolean {
        return Some(value.text() == "true");
    }
    match trimmed(text(value)?).as_ref() {
        "1" => Some(true),
        "0" => Some(false),
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Cursor;

    fn read(json: &str) -> Option<bool> {
        flag(Cursor::new(json).value().unwrap())
    }

    #[test]
    fn a_flag_is_a_boolean_a_digit_or_a_text_of_either() {
        for yes in ["true", "1", r#""true""#, r#"" True ""#, r#""1""#] {
            assert_eq!(read(yes), Some(true), "{yes}");
        }
        for no in ["false", "0", r#""FALSE""#, r#""0""#] {
            assert_eq!(read(no), Some(false), "{no}");
        }
        for neither in ["2", "-1", "1.0", "01", r#""yes""#, r#""""#, "[true]", "{}"] {
            assert_eq!(read(neither), None, "{neither}");
        }
    }
}
