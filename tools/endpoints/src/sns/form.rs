//! Form bodies of the query protocol as values.
//!
//! awsim reads maps only as `entry.N.key` and `entry.N.value`; SNS message attributes come as
//! `entry.N.Name` and `entry.N.Value`, and were lost. Hence a reading of our own.

use std::collections::BTreeMap;

use awsim_core::AwsError;
use serde_json::{Map, Value};

/// A form's dotted keys as a tree; numbers sort as numbers because they are padded.
enum Node {
    Leaf(String),
    Branch(BTreeMap<String, Node>),
}

/// No request of SNS nests deeper; a deeper key is not from an AWS client.
const DEEPEST_KEY: usize = 16;

/// Reads `Action=…&TopicArn=…&…`: the operation and its input.
///
/// `X.member.N` becomes an array, `X.entry.N.{key,value}` and `X.entry.N.{Name,Value}` an object.
pub(crate) fn read(body: &[u8]) -> Result<(String, Value), AwsError> {
    let mut operation = None;
    let mut root = BTreeMap::new();
    for (key, value) in form_urlencoded::parse(body) {
        match key.as_ref() {
            "Action" => operation = Some(value.into_owned()),
            "Version" => {}
            _ => insert(&mut root, &key, value.into_owned())?,
        }
    }
    let operation = operation
        .ok_or_else(|| AwsError::bad_request("MissingAction", "the form has no Action"))?;
    Ok((operation, value_of(Node::Branch(root))))
}

fn insert(root: &mut BTreeMap<String, Node>, key: &str, value: String) -> Result<(), AwsError> {
    let parts: Vec<&str> = key.split('.').collect();
    let Some((last, path)) = parts.split_last().filter(|_| parts.len() <= DEEPEST_KEY) else {
        return Err(malformed(key));
    };
    let mut branch = root;
    for part in path {
        let next = branch.entry(sortable(part)).or_insert_with(|| Node::Branch(BTreeMap::new()));
        branch = match next {
            Node::Branch(inner) => inner,
            Node::Leaf(_) => return Err(malformed(key)),
        };
    }
    branch.insert(sortable(last), Node::Leaf(value));
    Ok(())
}

fn malformed(key: &str) -> AwsError {
    AwsError::bad_request("MalformedQueryString", format!("the key {key} cannot be read"))
}

/// Pads an index, so that entry 10 comes after entry 9.
fn sortable(part: &str) -> String {
    if part.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{part:0>10}")
    } else {
        part.into()
    }
}

fn value_of(node: Node) -> Value {
    let branch = match node {
        Node::Leaf(text) => return Value::String(text),
        Node::Branch(branch) => branch,
    };
    let mut object = Map::new();
    for (name, inner) in branch {
        let inner = match inner {
            Node::Branch(mut wrapper) if wrapper.len() == 1 => {
                match (wrapper.remove("member"), wrapper.remove("entry")) {
                    (Some(list), _) => elements(list).into(),
                    (_, Some(map)) => object_of(elements(map)),
                    (None, None) => value_of(Node::Branch(wrapper)),
                }
            }
            other => value_of(other),
        };
        object.insert(name, inner);
    }
    Value::Object(object)
}

fn elements(list: Node) -> Vec<Value> {
    match list {
        Node::Branch(items) => items.into_values().map(value_of).collect(),
        Node::Leaf(text) => vec![Value::String(text)],
    }
}

fn object_of(entries: Vec<Value>) -> Value {
    let mut object = Map::new();
    for mut entry in entries {
        let Some(fields) = entry.as_object_mut() else { continue };
        let name = fields.remove("Name").or_else(|| fields.remove("key"));
        let value = fields.remove("Value").or_else(|| fields.remove("value"));
        if let (Some(Value::String(name)), Some(value)) = (name, value) {
            object.insert(name, value);
        }
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_keep_their_order_past_nine_and_attributes_keep_their_names() {
        let mut body = "Action=PublishBatch&Version=2010-03-31&TopicArn=arn%3Aaws".to_owned();
        for index in (1..=11).rev() {
            let entry = format!("&PublishBatchRequestEntries.member.{index}.Id=id{index}");
            body.push_str(&entry);
        }
        body.push_str(
            "&PublishBatchRequestEntries.member.2.MessageAttributes.entry.1.Name=severity",
        );
        body.push_str(
            "&PublishBatchRequestEntries.member.2.MessageAttributes.entry.1.Value.DataType=String",
        );
        body.push_str(
            "&PublishBatchRequestEntries.member.2.MessageAttributes.entry.1.Value.StringValue=A%2BB",
        );

        let (operation, input) = read(body.as_bytes()).unwrap();

        assert_eq!(operation, "PublishBatch");
        let entries = input["PublishBatchRequestEntries"].as_array().unwrap();
        assert_eq!(entries.len(), 11);
        assert_eq!(entries[10], json!({ "Id": "id11" }));
        assert_eq!(
            entries[1]["MessageAttributes"],
            json!({ "severity": { "DataType": "String", "StringValue": "A+B" } })
        );
    }

    #[test]
    fn a_key_that_is_both_leaf_and_branch_is_refused() {
        assert_eq!(read(b"Action=X&A=1&A.B=2").unwrap_err().code, "MalformedQueryString");
    }
}
