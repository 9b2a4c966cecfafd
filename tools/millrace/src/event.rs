//! Event files, looked at before a function gets them.

use std::path::Path;

use serde_json::Value;

use crate::error::Error;

/// Reads a file that has to hold an MSK event; also says how many records are in it.
pub(crate) fn read(path: &Path) -> Result<(Vec<u8>, u64), Error> {
    let payload = std::fs::read(path)
        .map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    match records(&payload) {
        Ok(records) => Ok((payload, records)),
        Err(found) => Err(Error::NoEvent { path: path.to_owned(), found }),
    }
}

/// How many records an event holds, or what a payload is instead of an event.
///
/// What stands in the place of a list of records counts as one: one dead record is all that can
/// come of it.
fn records(payload: &[u8]) -> Result<u64, String> {
    if payload.trim_ascii().is_empty() {
        return Err("it is empty".to_owned());
    }
    let event: Value =
        serde_json::from_slice(payload).map_err(|error| format!("it is not JSON ({error})"))?;
    let Value::Object(members) = event else {
        return Err(format!("it holds {} and no object", kind(&event)));
    };
    let source = members.get("eventSource").and_then(Value::as_str);
    match source {
        Some("aws:kafka" | "SelfManagedKafka" | "aws:SelfManagedKafka") => {}
        Some(other) => return Err(format!("its `eventSource` is `{other}`, not `aws:kafka`")),
        None => return Err("it has no `eventSource`, which should be `aws:kafka`".to_owned()),
    }
    match members.get("records") {
        Some(Value::Object(partitions)) => Ok(partitions.values().map(len).sum()),
        Some(other) => Err(format!("its `records` is {} and no object of lists", kind(other))),
        None => Err("it has no `records`".to_owned()),
    }
}

fn len(records: &Value) -> u64 {
    records.as_array().map_or(1, |records| records.len() as u64)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_over_all_partitions() {
        let event = br#"{"eventSource":"aws:kafka","records":{"a-0":[{},{}],"a-1":[{}],"b-0":[]}}"#;
        assert_eq!(records(event), Ok(3));
        assert_eq!(records(br#"{"eventSource":"SelfManagedKafka","records":{}}"#), Ok(0));
        assert_eq!(records(br#"{"eventSource":"aws:kafka","records":{"a-0":"x"}}"#), Ok(1));
    }

    #[test]
    fn what_is_no_event_is_told_by_what_it_is() {
        let found = |text: &str| records(text.as_bytes()).unwrap_err();
        assert_eq!(found(" \n"), "it is empty");
        assert!(found("<event/>").starts_with("it is not JSON (expected value at line 1"));
        assert_eq!(found("[1]"), "it holds a list and no object");
        assert_eq!(found("{}"), "it has no `eventSource`, which should be `aws:kafka`");
        assert_eq!(
            found(r#"{"eventSource":"aws:sqs","Records":[]}"#),
            "its `eventSource` is `aws:sqs`, not `aws:kafka`"
        );
        assert_eq!(found(r#"{"eventSource":"aws:kafka"}"#), "it has no `records`");
        assert_eq!(
            found(r#"{"eventSource":"aws:kafka","records":[]}"#),
            "its `records` is a list and no object of lists"
        );
    }
}
