//! A template as JSON: CloudFormation's short tags in their long form.

use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file of the repository.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The template in a file of the repository.
pub(crate) fn read(path: &str) -> Value {
    let text = text(path);
    let documents = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(documents.len(), 1, "{path} holds one document");
    long_form(&documents[0])
}

fn long_form(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(scalar) => plain(scalar),
        Yaml::Sequence(items) => items.iter().map(long_form).collect(),
        Yaml::Mapping(members) => {
            let members = members.iter().map(|(name, value)| (key(name), long_form(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, value) => function(&tag.suffix, long_form(value)),
        other => panic!("a template holds no {other:?}"),
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

fn key(name: &Yaml<'_>) -> String {
    match name {
        Yaml::Value(Scalar::String(name)) => name.to_string(),
        other => panic!("a template's keys are texts, and not {other:?}"),
    }
}

/// `!Ref X` is `{"Ref": "X"}`, `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`, and so on.
fn function(tag: &str, argument: Value) -> Value {
    let (name, argument) = match (tag, &argument) {
        ("Ref" | "Condition", _) => (tag.to_owned(), argument),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').expect("!GetAtt Resource.Attribute");
            ("Fn::GetAtt".to_owned(), json!([resource, attribute]))
        }
        _ => (format!("Fn::{tag}"), argument),
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

#[test]
fn short_tags_become_functions() {
    let yaml = "a: !GetAtt Table.Arn\nb: !If [Yes, !Ref X, !Sub 'on ${X}']\nc: 'on'";
    let documents = Yaml::load_from_str(yaml).unwrap();
    let expected = json!({
        "a": {"Fn::GetAtt": ["Table", "Arn"]},
        "b": {"Fn::If": ["Yes", {"Ref": "X"}, {"Fn::Sub": "on ${X}"}]},
        "c": "on",
    });
    assert_eq!(long_form(&documents[0]), expected);
}
