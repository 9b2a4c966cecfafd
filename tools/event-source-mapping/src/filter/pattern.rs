//! Patterns of JSON objects.

use serde_json::{Map, Value};

use super::matcher::{self, Matcher};

/// What is asked of an object: all fields, and one alternative of each `$or`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    fields: Vec<(String, Field)>,
    alternatives: Vec<Vec<Pattern>>,
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
enum Field {
    /// One of these holds of its value, or of one in its list.
    Leaf(Vec<Matcher>),
    /// It is an object that matches, or a list that holds one.
    Object(Pattern),
}

impl Pattern {
    /// Reads a pattern; `place` is where it stands, for the error.
    pub(super) fn read(json: &Value, place: &str) -> Result<Self, String> {
        let Value::Object(members) = json else {
            return Err(format!("`{place}` should be an object or a list, and is {json}"));
        };
        if members.is_empty() {
            return Err(format!("`{place}` asks for nothing; leave it out"));
        }
        let mut pattern = Pattern { fields: Vec::new(), alternatives: Vec::new() };
        for (name, asked) in members {
            let place = format!("{place}.{name}");
            match asked {
                Value::Array(items) if name == "$or" => {
                    pattern.alternatives.push(alternatives(items, &place)?);
                }
                Value::Array(items) => {
                    let matchers = matcher::read(items, &place)?;
                    pattern.fields.push((name.clone(), Field::Leaf(matchers)));
                }
                _ => {
                    let inner = Pattern::read(asked, &place)?;
                    pattern.fields.push((name.clone(), Field::Object(inner)));
                }
            }
        }
        Ok(pattern)
    }

    /// Whether a value matches: an object that does, or a list that holds one.
    pub(super) fn matches(&self, value: &Value) -> bool {
        match value {
            Value::Object(members) => self.matches_object(members),
            Value::Array(items) => items.iter().any(|item| self.matches(item)),
            // A scalar has no fields, which is what `exists: false` asks for.
            _ => self.matches_object(&Map::new()),
        }
    }

    fn matches_object(&self, members: &Map<String, Value>) -> bool {
        let holds = |(name, field): &(String, Field)| {
            let value = members.get(name);
            match field {
                Field::Leaf(matchers) => matchers.iter().any(|matcher| is_met(matcher, value)),
                Field::Object(pattern) => pattern.matches(value.unwrap_or(&Value::Null)),
            }
        };
        let has_alternative = |alternatives: &Vec<Pattern>| {
            alternatives.iter().any(|alternative| alternative.matches_object(members))
        };
        self.fields.iter().all(holds) && self.alternatives.iter().all(has_alternative)
    }
}

fn alternatives(items: &[Value], place: &str) -> Result<Vec<Pattern>, String> {
    if items.len() < 2 {
        return Err(format!("`{place}` should have two alternatives or more"));
    }
    items.iter().map(|item| Pattern::read(item, place)).collect()
}

/// Whether a matcher holds of a field: of its value, or of one in its list.
fn is_met(matcher: &Matcher, value: Option<&Value>) -> bool {
    if let Matcher::Exists(wanted) = matcher {
        return value.is_some_and(has_leaf) == *wanted;
    }
    match value {
        None | Some(Value::Object(_)) => false,
        Some(Value::Array(items)) => items.iter().any(|item| is_met(matcher, Some(item))),
        Some(scalar) => matcher.matches(scalar),
    }
}

/// "Exists matching only works on leaf nodes."
fn has_leaf(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(items) => items.iter().any(has_leaf),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(pattern: &Value, value: &Value) -> bool {
        Pattern::read(pattern, "value").unwrap().matches(value)
    }

    #[test]
    fn all_fields_are_asked_for_and_one_value_of_each_is_enough() {
        let pattern = json!({"type": ["sale", "refund"], "shop": {"country": ["DE"]}});
        assert!(matches(&pattern, &json!({"type": "sale", "shop": {"country": "DE"}, "n": 1})));
        assert!(matches(&pattern, &json!({"type": "refund", "shop": {"country": "DE"}})));
        assert!(!matches(&pattern, &json!({"type": "loan", "shop": {"country": "DE"}})));
        assert!(!matches(&pattern, &json!({"type": "sale", "shop": {"country": "FR"}})));
        assert!(!matches(&pattern, &json!({"type": "sale", "shop": "DE"})));
        assert!(!matches(&pattern, &json!({"type": "sale"})));
    }

    #[test]
    fn a_list_matches_if_one_of_its_items_does() {
        let pattern = json!({"tags": ["b"]});
        assert!(matches(&pattern, &json!({"tags": ["a", "b"]})));
        assert!(matches(&pattern, &json!({"tags": [["a"], ["b"]]})));
        assert!(!matches(&pattern, &json!({"tags": ["a"]})));
        assert!(!matches(&pattern, &json!({"tags": []})));
        // Of objects in a list, one has to match by itself.
        let pattern = json!({"items": {"sku": ["x"], "price": [5]}});
        assert!(matches(&pattern, &json!({"items": [{"sku": "y"}, {"sku": "x", "price": 5}]})));
        assert!(!matches(&pattern, &json!({"items": [{"sku": "x"}, {"price": 5}]})));
    }

    /// The operators "Or (multiple fields)" and "And" together.
    #[test]
    fn one_alternative_is_enough_and_the_other_fields_are_asked_for_all_the_same() {
        let pattern = json!({"a": [1], "$or": [{"b": [2]}, {"c": {"d": [3]}}]});
        assert!(matches(&pattern, &json!({"a": 1, "b": 2})));
        assert!(matches(&pattern, &json!({"a": 1, "c": {"d": 3}})));
        assert!(!matches(&pattern, &json!({"a": 1})));
        assert!(!matches(&pattern, &json!({"b": 2, "c": {"d": 3}})));
    }

    /// "Exists" and "Does not exist", which know leaves alone.
    #[test]
    fn a_field_exists_if_it_has_a_value_of_its_own() {
        let exists = json!({"a": [{"exists": true}]});
        let is_missing = json!({"a": [{"exists": false}]});
        for (value, is_there) in [
            (json!({"a": 1}), true),
            (json!({"a": null}), true),
            (json!({"a": ["x"]}), true),
            (json!({}), false),
            (json!({"a": {"b": 1}}), false),
            (json!({"a": []}), false),
        ] {
            assert_eq!(matches(&exists, &value), is_there, "{value}");
            assert_eq!(matches(&is_missing, &value), !is_there, "{value}");
        }
        assert!(matches(&json!({"a": {"b": [{"exists": false}]}}), &json!({})));
        assert!(matches(&json!({"a": ["x", {"exists": false}]}), &json!({"b": 1})));
    }

    #[test]
    fn what_is_no_pattern_is_told_with_its_place() {
        let reason = |pattern| Pattern::read(&pattern, "value").unwrap_err();
        assert_eq!(
            reason(json!({"a": {"b": "x"}})),
            "`value.a.b` should be an object or a list, and is \"x\""
        );
        assert_eq!(reason(json!({"a": {}})), "`value.a` asks for nothing; leave it out");
        assert_eq!(
            reason(json!({"$or": [{"a": [1]}]})),
            "`value.$or` should have two alternatives or more"
        );
    }
}
