//! Smithy's `rpc-v2-cbor`: what the current CloudWatch clients speak.
//!
//! Inside, values are JSON. Coming in, byte strings and numbers that JSON cannot hold become
//! `null`, which every check refuses; going out, numbers under a timestamp's name get CBOR's tag 1.

use awsim_core::AwsError;
use bytes::Bytes;
use ciborium::Value as Cbor;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body_util::Full;
use serde_json::{Map, Number, Value};

use crate::reply::Reply;

/// CBOR's tag for seconds since 1970.
const EPOCH_SECONDS: u64 = 1;

/// Reads a request body, always a map; an empty body is an empty one.
pub(crate) fn decode(body: &[u8]) -> Result<Value, AwsError> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let refusal = |reason: &str| AwsError::bad_request("SerializationException", reason);
    let value: Cbor =
        ciborium::from_reader(body).map_err(|error| refusal(&format!("not CBOR: {error}")))?;
    match to_json(value) {
        Value::Object(object) => Ok(Value::Object(object)),
        _ => Err(refusal("the body is not a CBOR map")),
    }
}

/// Writes an answer.
pub(crate) fn success(output: &Value, request_id: &str) -> Reply {
    let mut body = Vec::new();
    // Writing into memory cannot fail.
    let _ = ciborium::into_writer(&to_cbor(output, false), &mut body);
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    reply
}

fn to_json(value: Cbor) -> Value {
    match value {
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Text(text) => Value::String(text),
        Cbor::Integer(integer) => match i64::try_from(i128::from(integer)) {
            Ok(integer) => Value::Number(integer.into()),
            Err(_) => Value::Null,
        },
        Cbor::Float(float) => Number::from_f64(float).map_or(Value::Null, Value::Number),
        Cbor::Tag(_, inner) => to_json(*inner),
        Cbor::Array(items) => items.into_iter().map(to_json).collect(),
        Cbor::Map(entries) => {
            let named = entries.into_iter().filter_map(|(key, value)| match key {
                Cbor::Text(key) => Some((key, to_json(value))),
                _ => None,
            });
            Value::Object(named.collect())
        }
        _ => Value::Null,
    }
}

fn to_cbor(value: &Value, is_time: bool) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) => {
            let float = Cbor::Float(number.as_f64().unwrap_or_default());
            if is_time {
                return Cbor::Tag(EPOCH_SECONDS, Box::new(float));
            }
            number.as_i64().map_or(float, |integer| Cbor::Integer(integer.into()))
        }
        Value::Array(items) => {
            Cbor::Array(items.iter().map(|item| to_cbor(item, is_time)).collect())
        }
        Value::Object(members) => {
            let entries = members.iter().map(|(name, member)| {
                let is_time = matches!(name.as_str(), "Timestamp" | "Timestamps");
                (Cbor::Text(name.clone()), to_cbor(member, is_time))
            });
            Cbor::Map(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_json_cannot_hold_becomes_null() {
        let body = Cbor::Map(vec![
            (Cbor::Text("Value".into()), Cbor::Float(f64::NAN)),
            (Cbor::Text("Timestamp".into()), Cbor::Tag(1, Box::new(Cbor::Float(1.5)))),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&body, &mut bytes).unwrap();

        assert_eq!(decode(&bytes).unwrap(), json!({ "Value": null, "Timestamp": 1.5 }));
    }

    #[test]
    fn only_timestamps_are_tagged() {
        let value = json!({ "Timestamps": [2], "Values": [2] });
        let expected = Cbor::Map(vec![
            (
                Cbor::Text("Timestamps".into()),
                Cbor::Array(vec![Cbor::Tag(1, Box::new(Cbor::Float(2.0)))]),
            ),
            (Cbor::Text("Values".into()), Cbor::Array(vec![Cbor::Integer(2.into())])),
        ]);
        assert_eq!(to_cbor(&value, false), expected);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(decode(&[0xff, 0x00]).unwrap_err().code, "SerializationException");
        assert_eq!(decode(&[0x01]).unwrap_err().code, "SerializationException");
    }
}
