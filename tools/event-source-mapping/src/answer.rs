//! What a function's answer says about the records it was given.

use std::collections::{HashMap, HashSet};

use millrace_kafka_event::map_key;
use serde_json::Value;

use crate::observe::BatchRecord;

/// What came of a batch, by the function's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// All records are done.
    Done,
    /// These are not: partition and offset.
    Listed(HashSet<(i32, i64)>),
    /// It makes no sense: the whole batch comes again.
    Invalid(String),
}

/// Reads an answer of a mapping with `ReportBatchItemFailures`.
pub(crate) fn read(body: &[u8], topic: &str, records: &[BatchRecord]) -> Answer {
    if body.trim_ascii().is_empty() {
        return Answer::Done;
    }
    let answer: Value = match serde_json::from_slice(body) {
        Ok(answer) => answer,
        Err(error) => return Answer::Invalid(format!("the answer is no JSON ({error})")),
    };
    let failures = match answer {
        Value::Null => return Answer::Done,
        Value::Array(items) if items.is_empty() => return Answer::Done,
        Value::String(text) if text.is_empty() => return Answer::Done,
        Value::Object(mut members) => members.remove("batchItemFailures").unwrap_or_default(),
        _ => return Answer::Invalid("the answer is no object".to_owned()),
    };
    match failures {
        Value::Null => Answer::Done,
        Value::Array(failures) => listed(&failures, topic, records),
        _ => Answer::Invalid("`batchItemFailures` is no list".to_owned()),
    }
}

fn listed(failures: &[Value], topic: &str, records: &[BatchRecord]) -> Answer {
    if failures.is_empty() {
        return Answer::Done;
    }
    let mut partitions: HashMap<String, i32> = HashMap::new();
    let mut given: HashSet<(i32, i64)> = HashSet::with_capacity(records.len());
    for record in records {
        if given.is_empty() || !partitions.values().any(|known| *known == record.partition) {
            partitions.insert(map_key(topic, record.partition), record.partition);
        }
        given.insert((record.partition, record.offset));
    }
    let mut listed = HashSet::with_capacity(failures.len());
    for failure in failures {
        let identifier = &failure["itemIdentifier"];
        let partition = identifier["partition"].as_str().and_then(|key| partitions.get(key));
        let place = partition.copied().zip(identifier["offset"].as_i64());
        match place.filter(|place| given.contains(place)) {
            Some(place) => listed.insert(place),
            None => return Answer::Invalid(format!("{identifier} is no record of the event")),
        };
    }
    Answer::Listed(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<BatchRecord> {
        let place =
            |(partition, offset)| BatchRecord { partition, offset, timestamp: 0, range: 0..0 };
        [(0, 15), (0, 16), (3, 15)].map(place).into()
    }

    fn answer(body: &str) -> Answer {
        read(body.as_bytes(), "orders-eu", &records())
    }

    /// "`null`, `{}` or an empty list is success"
    #[test]
    fn an_empty_answer_is_success() {
        for body in [
            "null",
            "{}",
            "[]",
            "",
            " ",
            r#""""#,
            r#"{"batchItemFailures":[]}"#,
            r#"{"batchItemFailures":null}"#,
            r#"{"statusCode":200}"#,
        ] {
            assert_eq!(answer(body), Answer::Done, "{body}");
        }
    }

    /// `{"batchItemFailures":[{"itemIdentifier":{"partition":"<records map key>","offset":100}}]}`
    #[test]
    fn records_are_named_by_map_key_and_offset() {
        let body = r#"{"batchItemFailures":[
            {"itemIdentifier":{"partition":"orders-eu-0","offset":16}},
            {"itemIdentifier":{"partition":"orders-eu-3","offset":15}},
            {"itemIdentifier":{"partition":"orders-eu-0","offset":16}}]}"#;
        assert_eq!(answer(body), Answer::Listed(HashSet::from([(0, 16), (3, 15)])));
    }

    /// "one identifier that was not in the event makes Lambda retry the **entire** batch"
    #[test]
    fn what_was_not_in_the_event_makes_the_answer_invalid() {
        for identifier in [
            r#"{"partition":"orders-eu-0","offset":17}"#,
            r#"{"partition":"orders-eu-1","offset":15}"#,
            r#"{"partition":"0","offset":15}"#,
            r#"{"partition":0,"offset":15}"#,
            r#"{"partition":"orders-eu-0","offset":"15"}"#,
            r#"{"partition":"orders-eu-0"}"#,
            r#""orders-eu-0""#,
            "null",
        ] {
            let body = format!(
                r#"{{"batchItemFailures":[{{"itemIdentifier":{{"partition":"orders-eu-0","offset":15}}}},{{"itemIdentifier":{identifier}}}]}}"#
            );
            let Answer::Invalid(reason) = answer(&body) else { panic!("{identifier}") };
            assert!(reason.ends_with("is no record of the event"), "{reason}");
        }
    }

    #[test]
    fn what_is_no_batch_response_is_invalid() {
        for body in ["<html>", "7", "true", r#""ok""#, "[1]", r#"{"batchItemFailures":"all"}"#] {
            assert!(matches!(answer(body), Answer::Invalid(_)), "{body}");
        }
    }
}
