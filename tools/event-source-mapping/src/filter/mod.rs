//! Which records a function sees: AWS's filter patterns, on a record's value.
//!
//! | value | pattern of `value` | the record is handed over |
//! | --- | --- | --- |
//! | JSON | an object: `{"value":{"type":["sale"]}}` | if it matches |
//! | text that is no JSON | a list: `{"value":["sale"]}` | if it matches |
//! | JSON | a list | always: the formats do not fit each other |
//! | text that is no JSON | an object | always, for the same reason |
//! | no UTF-8, or none at all (a tombstone) | either | always |
//!
//! "A filter is no validation": what cannot be read is not left out.

mod matcher;
mod pattern;
mod wildcard;

use serde_json::Value;

use pattern::Pattern;

/// The most filters of a mapping.
const MAX_FILTERS: usize = 20;
/// The most characters of a filter.
const MAX_FILTER_CHARACTERS: usize = 4_096;

/// The filters of a mapping: a record is handed over if it passes any one of them, or if there is
/// none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    filters: Vec<Filter>,
}

/// What a filter asks of a record's value.
#[derive(Clone, Debug, PartialEq)]
enum Filter {
    /// Nothing.
    Any,
    Json(Pattern),
    Text(Vec<matcher::Matcher>),
}

impl Filters {
    /// Reads filter patterns, each the JSON of an object with `value` in it.
    ///
    /// # Errors
    /// What Lambda would refuse, with the filter's number (from 1) and where in it.
    pub fn new(patterns: &[impl AsRef<str>]) -> Result<Self, FilterError> {
        if patterns.len() > MAX_FILTERS {
            return Err(FilterError::TooMany { count: patterns.len() });
        }
        let mut filters = Vec::with_capacity(patterns.len());
        for (number, pattern) in (1..).zip(patterns) {
            let read = Filter::read(pattern.as_ref());
            filters.push(read.map_err(|reason| FilterError::Invalid { number, reason })?);
        }
        Ok(Filters { filters })
    }

    /// Whether a record with this value is handed over.
    pub fn pass(&self, value: Option<&[u8]>) -> bool {
        if self.filters.is_empty() {
            return true;
        }
        let Some(text) = value.and_then(|value| str::from_utf8(value).ok()) else { return true };
        let json: Option<Value> = serde_json::from_str(text).ok();
        self.filters.iter().any(|filter| match (filter, &json) {
            (Filter::Json(pattern), Some(json)) => pattern.matches(json),
            (Filter::Text(matchers), None) => {
                let text = Value::from(text);
                matchers.iter().any(|matcher| matcher.matches(&text))
            }
            (Filter::Any, _) | (Filter::Json(_), None) | (Filter::Text(_), Some(_)) => true,
        })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }
}

impl Filter {
    fn read(text: &str) -> Result<Self, String> {
        let characters = text.chars().count();
        if characters > MAX_FILTER_CHARACTERS {
            return Err(format!("it has {characters} characters, and may have 4096"));
        }
        let filter: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON ({error})"))?;
        let Value::Object(members) = filter else { return Err("it is no object".to_owned()) };
        if let Some(name) = members.keys().find(|name| *name != "value") {
            return Err(format!(
                "it asks for `{name}`; Kafka records are filtered by `value` alone"
            ));
        }
        match members.get("value") {
            None => Ok(Filter::Any),
            Some(Value::Array(matchers)) => Ok(Filter::Text(matcher::read(matchers, "value")?)),
            Some(pattern) => Ok(Filter::Json(Pattern::read(pattern, "value")?)),
        }
    }
}

/// What is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// More than a mapping may have.
    #[error("there are {count} filters, and a mapping may have 20")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// One that cannot be read.
    #[error("filter {number} cannot be used: {reason}")]
    Invalid {
        /// Which one, from 1.
        number: usize,
        /// What is wrong with it.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(patterns: &[&str], value: &[u8]) -> bool {
        Filters::new(patterns).unwrap().pass(Some(value))
    }

    #[test]
    fn without_filters_everything_passes() {
        assert!(Filters::default().pass(Some(b"{}")));
        assert!(Filters::default().pass(None));
        assert!(passes(&["{}"], b"anything"));
    }

    /// Any one of several filters is enough.
    #[test]
    fn one_filter_of_several_is_enough() {
        let filters = [r#"{"value":{"a":["1"]}}"#, r#"{"value":{"b":["2"]}}"#];
        assert!(passes(&filters, br#"{"b":"2"}"#));
        assert!(!passes(&filters, br#"{"b":"1"}"#));
    }

    /// "A value that is not JSON passes a JSON pattern. A filter is no validation."
    #[test]
    fn what_a_pattern_cannot_be_held_against_passes() {
        let json = [r#"{"value":{"a":["1"]}}"#];
        let text = [r#"{"value":["error"]}"#];
        let tombstone = None;
        for filters in [json, text] {
            assert!(passes(&filters, b"\xff\xfe"));
            assert!(Filters::new(&filters).unwrap().pass(tombstone));
        }
        assert!(passes(&json, b"plain text"));
        assert!(passes(&text, br#"{"a":"2"}"#));
        assert!(!passes(&json, br#"{"a":"2"}"#));
        assert!(!passes(&json, b"17"));
        assert!(!passes(&text, b"plain text"));
    }

    /// The developer guide's own example for plain strings.
    #[test]
    fn plain_text_is_matched_as_a_whole() {
        let filters = [r#"{"value":[{"anything-but":["error"]}]}"#];
        assert!(passes(&filters, b"fine"));
        assert!(!passes(&filters, b"error"));
        assert!(passes(&filters, b"error "));
    }

    /// "Only on `value` (at most 20 filters of 4,096 characters)."
    #[test]
    fn what_lambda_refuses_is_refused() {
        let reason = |pattern: &str| Filters::new(&[pattern]).unwrap_err().to_string();
        assert_eq!(
            reason(r#"{"key":["a"]}"#),
            "filter 1 cannot be used: it asks for `key`; Kafka records are filtered by `value` alone"
        );
        assert!(reason("{").starts_with("filter 1 cannot be used: it is no JSON"));
        assert_eq!(reason("[]"), "filter 1 cannot be used: it is no object");
        assert!(reason(&format!(r#"{{"value":["{}"]}}"#, "x".repeat(4_096))).contains("4110 char"));
        let many = vec!["{}"; 21];
        assert_eq!(
            Filters::new(&many).unwrap_err().to_string(),
            "there are 21 filters, and a mapping may have 20"
        );
    }
}
