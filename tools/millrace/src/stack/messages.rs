//! What the function sends: alerts as it publishes them, records that it gave up.

use serde::Deserialize;

use crate::error::Error;

/// An alert as it was published.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct PublishedAlert {
    /// One identifier per cause.
    pub(crate) id: String,
    /// LOW to CRITICAL.
    pub(crate) severity: String,
    /// Whose it is.
    pub(crate) entity: String,
    /// A sentence for a person.
    pub(crate) message: String,
}

/// A record that can never succeed: where it stood and why, and nothing of what it held.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct DeadLetter {
    /// The message that it is in.
    #[serde(skip)]
    pub(crate) message_id: String,
    /// Why, in a word.
    pub(crate) reason: String,
    /// The function that gave it up; empty for a letter that did not fit into one message.
    #[serde(default)]
    pub(crate) function: String,
    /// Which part of the letter it is, from 1, if the letter did not fit into one message.
    part: Option<u32>,
    /// Its topic, if that could be read.
    topic: Option<String>,
    /// Its partition, if that could be read.
    partition: Option<i32>,
    /// Its offset, if that could be read.
    offset: Option<i64>,
}

impl PublishedAlert {
    pub(super) fn read(message: &str, topic_arn: &str) -> Result<Self, Error> {
        serde_json::from_str(message).map_err(|error| Error::Message {
            sink: topic_arn.to_owned(),
            wanted: "alert",
            reason: error.to_string(),
        })
    }
}

impl DeadLetter {
    pub(super) fn read(message_id: String, body: &str, queue_url: &str) -> Result<Self, Error> {
        let letter: Self = serde_json::from_str(body).map_err(|error| Error::Message {
            sink: queue_url.to_owned(),
            wanted: "dead letter",
            reason: error.to_string(),
        })?;
        Ok(Self { message_id, ..letter })
    }

    /// Whether it begins a letter, as all messages do but the later parts of a long one.
    pub(super) fn is_first(&self) -> bool {
        self.part.is_none_or(|part| part == 1)
    }

    /// Where the record stood, for comparing.
    pub(crate) fn position(&self) -> (Option<&str>, Option<i32>, Option<i64>) {
        (self.topic.as_deref(), self.partition, self.offset)
    }

    /// Where the record stood, for a person.
    pub(crate) fn place(&self) -> String {
        let topic = self.topic.as_deref().unwrap_or("unknown topic");
        let number =
            |number: Option<i64>| number.map_or("?".to_owned(), |number| number.to_string());
        let partition = number(self.partition.map(i64::from));
        format!("{topic}, partition {partition}, offset {}", number(self.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_tells_where_its_record_stood_and_no_more() {
        let body = r#"{"topic":"orders","partition":3,"offset":17,"reason":"not_json",
            "function":"analytics","value":"c2VjcmV0"}"#;
        let letter = DeadLetter::read("m-1".to_owned(), body, "queue").unwrap();
        assert_eq!(letter.place(), "orders, partition 3, offset 17");
        assert!(!format!("{letter:?}").contains("c2VjcmV0"));
        let body = r#"{"topic":null,"partition":null,"offset":null,"reason":"not_a_list",
            "function":"relay"}"#;
        let letter = DeadLetter::read("m-2".to_owned(), body, "queue").unwrap();
        assert_eq!(letter.place(), "unknown topic, partition ?, offset ?");
    }

    #[test]
    fn a_message_that_is_something_else_is_an_error_without_its_content() {
        let error = DeadLetter::read("m".to_owned(), "secret", "queue").unwrap_err().to_string();
        assert!(error.contains("queue") && !error.contains("secret"), "{error}");
    }
}
