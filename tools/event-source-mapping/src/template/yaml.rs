//! A template's text as JSON, CloudFormation's short tags in their long form.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// Reads YAML, or JSON, which is YAML too.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    let [document] = documents.as_slice() else {
        return Err(format!("it holds {} documents", documents.len()));
    };
    json(document)
}

fn json(node: &Yaml<'_>) -> Result<Value, String> {
    match node {
        Yaml::Value(scalar) => Ok(plain(scalar)),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(members) => {
            let mut object = Map::new();
            for (name, value) in members {
                object.insert(key(name)?, json(value)?);
            }
            Ok(Value::Object(object))
        }
        Yaml::Tagged(tag, value) if tag.is_yaml_core_schema() => json(value),
        Yaml::Tagged(tag, value) => Ok(long_form(&tag.suffix, json(value)?)),
        Yaml::Representation(text, ..) => Ok(json!(text)),
        Yaml::Alias(_) | Yaml::BadValue => Err("it holds what is no value".to_owned()),
    }
}

fn plain(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => json!(value),
        Scalar::Integer(value) => json!(value),
        Scalar::FloatingPoint(value) => json!(value.into_inner()),
        Scalar::String(value) => json!(value),
    }
}

fn key(name: &Yaml<'_>) -> Result<String, String> {
    match name {
        Yaml::Value(Scalar::String(name)) => Ok(name.to_string()),
        Yaml::Value(scalar) => Ok(plain(scalar).to_string()),
        _ => Err("a name in it is no text".to_owned()),
    }
}

/// `!Ref X` is `{"Ref": "X"}`, `!GetAtt A.B.C` is `{"Fn::GetAtt": ["A", "B.C"]}`, and so on.
fn long_form(tag: &str, argument: Value) -> Value {
    let (name, argument) = match (tag, &argument) {
        ("Ref" | "Condition", _) => (tag.to_owned(), argument),
        ("GetAtt", Value::String(path)) => match path.split_once('.') {
            Some((resource, attribute)) => ("Fn::GetAtt".to_owned(), json!([resource, attribute])),
            None => ("Fn::GetAtt".to_owned(), argument),
        },
        _ => (format!("Fn::{tag}"), argument),
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_functions_and_json_is_read_too() {
        let yaml = "a: !GetAtt Stack.Outputs.Arn\nb: !If [Yes, !Ref X, !Sub 'on ${X}']\nc: 'on'\nd: on\n1: 2.5\ne: !!str 7\nf: !Condition C";
        let expected = json!({
            "a": {"Fn::GetAtt": ["Stack", "Outputs.Arn"]},
            "b": {"Fn::If": ["Yes", {"Ref": "X"}, {"Fn::Sub": "on ${X}"}]},
            "c": "on", "d": "on", "1": 2.5, "e": "7", "f": {"Condition": "C"},
        });
        assert_eq!(read(yaml), Ok(expected.clone()));
        assert_eq!(read(&expected.to_string()), Ok(expected));
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_place() {
        assert!(read("a: [1").unwrap_err().contains("line 2"), "{:?}", read("a: [1"));
        assert_eq!(read("a: 1\n---\nb: 1").unwrap_err(), "it holds 2 documents");
    }
}
