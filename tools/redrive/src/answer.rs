use std::collections::HashSet;

use millrace_shared::kafka::{Offset, Redriven};
use serde::Deserialize;
use thiserror::Error;

use crate::events::Event;
use crate::letter::without_payload;
use crate::record::Record;

/// What a function answered to an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The records that are not durably done, as places in the list that the event was cut from.
    pub not_done: Vec<usize>,
    /// What became of the others.
    pub redriven: Redriven,
}

/// An answer that says nothing about the records: none of them may be taken for done.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// It is no batch response.
    #[error("the function's answer is no batch response: {}", without_payload(.0))]
    NotAResponse(#[from] serde_json::Error),
    /// It is the answer of something that does not know of events that are sent again: of an older
    /// release, of another function, or an error.
    #[error(
        "the function does not say what became of the records; is this release of Millrace deployed?"
    )]
    NotRedriven,
    /// It reports a record that was not in the event.
    #[error("the function reports a record that it was not given; is it one of Millrace's?")]
    UnknownRecord,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    batch_item_failures: Option<Vec<Failure>>,
    redriven: Option<Redriven>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: ItemIdentifier,
}

#[derive(Deserialize)]
struct ItemIdentifier {
    partition: String,
    offset: Offset,
}

impl Answer {
    /// Reads the answer to an event that was cut from these records.
    pub fn read(body: &[u8], event: &Event, records: &[Record]) -> Result<Self, AnswerError> {
        let response: Option<Response> = serde_json::from_slice(body)?;
        let response = response.unwrap_or_default();
        let redriven = response.redriven.ok_or(AnswerError::NotRedriven)?;
        let reported = response.batch_item_failures.unwrap_or_default().into_iter();
        let reported: HashSet<(String, Offset)> = reported
            .map(|failure| (failure.item_identifier.partition, failure.item_identifier.offset))
            .collect();
        let mut not_done = Vec::new();
        let mut met = HashSet::new();
        for &place in &event.records {
            let record = &records[place];
            let identifier = record.offset.map(|offset| (record.map_key.clone(), offset));
            if let Some(identifier) = identifier.filter(|identifier| reported.contains(identifier))
            {
                not_done.push(place);
                met.insert(identifier);
            }
        }
        if met.len() < reported.len() {
            return Err(AnswerError::UnknownRecord);
        }
        Ok(Self { not_done, redriven })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Cluster;

    fn record(offset: Option<i64>) -> Record {
        Record {
            cluster: Cluster::default(),
            map_key: "clicks-0".to_owned(),
            topic: None,
            partition: None,
            offset: offset.map(Offset),
            time: None,
            json: Vec::new(),
        }
    }

    fn read(body: &str) -> Result<Answer, AnswerError> {
        let records = [record(Some(7)), record(None), record(Some(8)), record(Some(7))];
        let event = Event { body: Vec::new(), records: vec![0, 3, 1, 2] };
        Answer::read(body.as_bytes(), &event, &records)
    }

    #[test]
    fn an_empty_list_is_success_if_the_function_knows_what_it_was_asked() {
        for list in ["", r#""batchItemFailures":null,"#, r#""batchItemFailures":[],"#] {
            let body = format!(r#"{{{list}"redriven":{{}}}}"#);
            assert_eq!(read(&body).unwrap(), Answer::default(), "{body}");
        }
        let error = r#"{"errorMessage":"no table","errorType":"Config"}"#;
        for body in ["null", "{}", r#"{"batchItemFailures":[]}"#, error] {
            assert!(matches!(read(body), Err(AnswerError::NotRedriven)), "{body}");
        }
    }

    #[test]
    fn a_record_that_is_reported_is_not_done_wherever_it_stands() {
        let body = r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"clicks-0","offset":7}}],
            "redriven":{"applied":1,"dead":{"not_json":1}}}"#;
        let answer = read(body).unwrap();
        assert_eq!(answer.not_done, [0, 3]);
        assert_eq!((answer.redriven.applied, answer.redriven.dead["not_json"]), (1, 1));
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_no_success() {
        let body = r#"{"redriven":{},"batchItemFailures":[{"itemIdentifier":{"partition":"clicks-0","offset":9}}]}"#;
        assert!(matches!(read(body), Err(AnswerError::UnknownRecord)));
        for body in ["", "[1]", "7", r#"{"batchItemFailures":[{}]}"#, r#"{"errorMessage":"#] {
            let error = read(body).unwrap_err().to_string();
            assert!(error.starts_with("the function's answer is no batch response"), "{error}");
        }
    }
}
