//! What can be asked of one value.

use serde_json::{Map, Number, Value};

use super::wildcard::Wildcard;

/// One item of a pattern's list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Matcher {
    Equals(Value),
    EqualsIgnoreCase(String),
    Prefix(Text),
    Suffix(Text),
    Wildcard(Wildcard),
    Numeric(Vec<Comparison>),
    /// Of the whole field; see `pattern`.
    Exists(bool),
    AnythingBut(Vec<Matcher>),
}

/// A text that begins or ends another one.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Text {
    AsItIs(String),
    IgnoringCase(String),
}

/// `[">=", 5]`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    operator: Operator,
    operand: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Reads a list of matchers; `place` is where it stands, for the error.
pub(super) fn read(items: &[Value], place: &str) -> Result<Vec<Matcher>, String> {
    if items.is_empty() {
        return Err(format!("the list of `{place}` is empty, so nothing could match it"));
    }
    items.iter().map(|item| Matcher::read(item, place)).collect()
}

impl Matcher {
    fn read(item: &Value, place: &str) -> Result<Self, String> {
        match item {
            Value::Object(members) => Self::operator(members, place),
            Value::Array(_) => Err(format!("the list of `{place}` holds another list")),
            scalar => Ok(Matcher::Equals(scalar.clone())),
        }
    }

    fn operator(members: &Map<String, Value>, place: &str) -> Result<Self, String> {
        let mut entries = members.iter();
        let (Some((name, operand)), None) = (entries.next(), entries.next()) else {
            return Err(format!("an object in the list of `{place}` should have one member"));
        };
        let wrong = |wanted| Err(format!("`{name}` of `{place}` takes {wanted}, not {operand}"));
        match (name.as_str(), operand) {
            ("exists", Value::Bool(wanted)) => Ok(Matcher::Exists(*wanted)),
            ("exists", _) => wrong("true or false"),
            ("numeric", Value::Array(parts)) => match comparisons(parts) {
                Some(comparisons) => Ok(Matcher::Numeric(comparisons)),
                None => wrong("one or two pairs of an operator and a number"),
            },
            ("numeric", _) => wrong("a list of an operator and a number"),
            ("anything-but", Value::Array(items)) if !items.is_empty() => {
                let is_plain = |item: &Value| item.is_string() || item.is_number();
                if !items.iter().all(is_plain) {
                    return wrong("texts and numbers");
                }
                Ok(Matcher::AnythingBut(items.iter().cloned().map(Matcher::Equals).collect()))
            }
            ("anything-but", Value::String(_) | Value::Number(_)) => {
                Ok(Matcher::AnythingBut(vec![Matcher::Equals(operand.clone())]))
            }
            ("anything-but", Value::Object(inner)) => Self::anything_but(inner, place),
            ("anything-but", _) => wrong("texts, numbers or an object"),
            _ => match Self::of_text(name, operand, place) {
                Some(matcher) => matcher,
                None => Err(format!("`{place}` asks for `{name}`, which is no operator")),
            },
        }
    }

    /// `{"anything-but": {"prefix": ["a", "b"]}}`
    fn anything_but(members: &Map<String, Value>, place: &str) -> Result<Self, String> {
        let mut excluded = Vec::new();
        for (name, operand) in members {
            let several = operand.as_array().map_or(std::slice::from_ref(operand), Vec::as_slice);
            for operand in several {
                match Self::of_text(name, operand, place) {
                    Some(matcher) => excluded.push(matcher?),
                    None => {
                        return Err(format!("`anything-but` of `{place}` does not know `{name}`"));
                    }
                }
            }
        }
        if excluded.is_empty() {
            return Err(format!("`anything-but` of `{place}` excludes nothing"));
        }
        Ok(Matcher::AnythingBut(excluded))
    }

    /// The operators that ask something of a text; none if it is another.
    fn of_text(name: &str, operand: &Value, place: &str) -> Option<Result<Self, String>> {
        let wrong = |wanted: &str| Err(format!("`{name}` of `{place}` takes {wanted}"));
        let matcher = match (name, operand) {
            ("equals-ignore-case", Value::String(text)) => {
                Ok(Matcher::EqualsIgnoreCase(text.to_lowercase()))
            }
            ("wildcard", Value::String(text)) => match Wildcard::read(text) {
                Ok(wildcard) => Ok(Matcher::Wildcard(wildcard)),
                Err(reason) => Err(format!("`wildcard` of `{place}`: {reason}")),
            },
            ("equals-ignore-case" | "wildcard", _) => wrong("a text"),
            ("prefix" | "suffix", operand) => match (Text::read(operand), name) {
                (Some(text), "prefix") => Ok(Matcher::Prefix(text)),
                (Some(text), _) => Ok(Matcher::Suffix(text)),
                (None, _) => wrong("a text, or an object with `equals-ignore-case`"),
            },
            _ => return None,
        };
        Some(matcher)
    }

    /// Whether it holds of a scalar that is there.
    pub(super) fn matches(&self, value: &Value) -> bool {
        match self {
            Matcher::Equals(wanted) => is_equal(wanted, value),
            Matcher::Exists(wanted) => *wanted,
            Matcher::AnythingBut(excluded) => {
                !excluded.iter().any(|matcher| matcher.matches(value))
            }
            Matcher::Numeric(comparisons) => value
                .as_f64()
                .is_some_and(|number| comparisons.iter().all(|asked| asked.holds(number))),
            Matcher::EqualsIgnoreCase(wanted) => {
                value.as_str().is_some_and(|text| text.to_lowercase() == *wanted)
            }
            Matcher::Prefix(prefix) => value.as_str().is_some_and(|text| prefix.begins(text)),
            Matcher::Suffix(suffix) => value.as_str().is_some_and(|text| suffix.ends(text)),
            Matcher::Wildcard(wildcard) => {
                value.as_str().is_some_and(|text| wildcard.matches(text))
            }
        }
    }
}

impl Text {
    fn read(operand: &Value) -> Option<Self> {
        match operand {
            Value::String(text) => Some(Text::AsItIs(text.clone())),
            Value::Object(members) if members.len() == 1 => {
                let text = members.get("equals-ignore-case")?.as_str()?;
                Some(Text::IgnoringCase(text.to_lowercase()))
            }
            _ => None,
        }
    }

    fn begins(&self, text: &str) -> bool {
        match self {
            Text::AsItIs(prefix) => text.starts_with(prefix),
            Text::IgnoringCase(prefix) => text.to_lowercase().starts_with(prefix),
        }
    }

    fn ends(&self, text: &str) -> bool {
        match self {
            Text::AsItIs(suffix) => text.ends_with(suffix),
            Text::IgnoringCase(suffix) => text.to_lowercase().ends_with(suffix),
        }
    }
}

fn comparisons(parts: &[Value]) -> Option<Vec<Comparison>> {
    if parts.is_empty() || parts.len() > 4 {
        return None;
    }
    let comparison = |pair: &[Value]| {
        let [operator, operand] = pair else { return None };
        let operator = match operator.as_str()? {
            "=" => Operator::Equal,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            _ => return None,
        };
        Some(Comparison { operator, operand: operand.as_f64()? })
    };
    parts.chunks(2).map(comparison).collect()
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "both are read from JSON by the same parser")]
    fn holds(&self, number: f64) -> bool {
        match self.operator {
            Operator::Equal => number == self.operand,
            Operator::Less => number < self.operand,
            Operator::LessOrEqual => number <= self.operand,
            Operator::Greater => number > self.operand,
            Operator::GreaterOrEqual => number >= self.operand,
        }
    }
}

/// Numbers are equal by value: `300`, `300.0` and `3.0e2` are the same one.
fn is_equal(wanted: &Value, value: &Value) -> bool {
    match (wanted, value) {
        (Value::Number(wanted), Value::Number(number)) => is_same_number(wanted, number),
        _ => wanted == value,
    }
}

fn is_same_number(one: &Number, other: &Number) -> bool {
    // Integers are compared as such: beyond 2⁵³ two of them can be one float.
    let has_fraction = one.is_f64() || other.is_f64();
    if has_fraction { one.as_f64() == other.as_f64() } else { one == other }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(matcher: &Value, value: &Value) -> bool {
        Matcher::read(matcher, "value.a").unwrap().matches(value)
    }

    /// Matches of each operator in AWS's table, and what is next to them.
    #[test]
    fn operators_match_what_they_say() {
        let cases: [(Value, &[Value], &[Value]); 17] = [
            (json!(null), &[json!(null)], &[json!(""), json!(0), json!("null")]),
            (json!(""), &[json!("")], &[json!(null), json!(" ")]),
            (json!("Alice"), &[json!("Alice")], &[json!("alice"), json!("Alice ")]),
            (json!(true), &[json!(true)], &[json!(false), json!("true"), json!(1)]),
            (json!(300), &[json!(300), json!(300.0), json!(3e2)], &[json!("300"), json!(301)]),
            (
                json!({"equals-ignore-case": "aLICE"}),
                &[json!("alice"), json!("ALICE")],
                &[json!("alic"), json!(1)],
            ),
            (
                json!({"prefix": "us-"}),
                &[json!("us-east-1"), json!("us-")],
                &[json!("US-"), json!("eu-")],
            ),
            (json!({"prefix": {"equals-ignore-case": "us-"}}), &[json!("US-East")], &[json!("u")]),
            (
                json!({"suffix": ".png"}),
                &[json!("a.png"), json!(".png")],
                &[json!("png"), json!("a.PNG")],
            ),
            (json!({"suffix": {"equals-ignore-case": ".png"}}), &[json!("a.PNG")], &[json!("a")]),
            (
                json!({"numeric": ["=", 100]}),
                &[json!(100), json!(1e2)],
                &[json!(101), json!("100")],
            ),
            (
                json!({"numeric": [">", 10, "<=", 20]}),
                &[json!(10.5), json!(20)],
                &[json!(10), json!(20.1), json!("15")],
            ),
            (json!({"numeric": [">=", -1]}), &[json!(-1), json!(0)], &[json!(-1.01)]),
            (
                json!({"anything-but": ["ship", 5]}),
                &[json!("shipped"), json!(6), json!(null)],
                &[json!("ship"), json!(5), json!(5.0)],
            ),
            (json!({"anything-but": "ship"}), &[json!("sea")], &[json!("ship")]),
            (
                json!({"anything-but": {"prefix": ["a", "b"]}}),
                &[json!("c"), json!(1)],
                &[json!("ab"), json!("b")],
            ),
            (json!({"wildcard": "a*c"}), &[json!("abc"), json!("ac")], &[json!("abcd"), json!(1)]),
        ];
        for (matcher, matching, others) in cases {
            for value in matching {
                assert!(matches(&matcher, value), "{matcher} against {value}");
            }
            for value in others {
                assert!(!matches(&matcher, value), "{matcher} against {value}");
            }
        }
    }

    /// Beyond 2⁵³ integers are told apart.
    #[test]
    fn large_integers_are_compared_exactly() {
        assert!(matches(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_993_i64)));
        assert!(!matches(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)));
    }

    #[test]
    fn what_is_no_matcher_is_refused() {
        for matcher in [
            json!([1]),
            json!({}),
            json!({"prefix": "a", "suffix": "b"}),
            json!({"prefix": 1}),
            json!({"prefix": {"suffix": "a"}}),
            json!({"cidr": "10.0.0.0/8"}),
            json!({"exists": "true"}),
            json!({"numeric": []}),
            json!({"numeric": [">"]}),
            json!({"numeric": ["!", 1]}),
            json!({"numeric": [">", "1"]}),
            json!({"numeric": [">", 1, "<", 5, "=", 3]}),
            json!({"anything-but": []}),
            json!({"anything-but": [null]}),
            json!({"anything-but": {"exists": true}}),
            json!({"anything-but": {}}),
            json!({"anything-but": {"prefix": []}}),
            json!({"wildcard": "a**b"}),
            json!({"equals-ignore-case": 1}),
        ] {
            assert!(Matcher::read(&matcher, "value.a").is_err(), "{matcher}");
        }
        assert!(read(&[], "value.a").is_err());
    }
}
