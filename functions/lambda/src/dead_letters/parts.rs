//! Letters that do not fit into one message, in parts.
//!
//! A record's value can be six times larger than what a queue takes as one message. Such a letter is
//! cut, and each part says what it is a part of; the parts' `body`s, decoded from base64 and put
//! together in the order of `part`, are the letter.

use millrace_shared::kafka::DeadRecord;
use serde::Serialize;

/// The largest message sent: what every queue takes, also one with the limit that SQS had until 2025.
pub(super) const MESSAGE_BYTES: usize = 256 * 1024;
/// Of which this much is kept for what a part says besides its body, and for attributes.
const ROOM: usize = 4 * 1024;
/// Bytes of a letter that one part holds. A multiple of three, so that only the last part's base64
/// has padding.
const CHUNK: usize = (MESSAGE_BYTES - ROOM) / 4 * 3;

/// One part of a letter.
#[derive(Serialize)]
struct Piece<'a> {
    id: &'a str,
    /// From 1.
    part: usize,
    parts: usize,
    reason: &'a str,
    topic: Option<&'a str>,
    partition: Option<i32>,
    offset: Option<i64>,
    body_encoding: &'static str,
    body: String,
}

/// The messages that carry a letter: itself if it fits, else its parts.
pub(super) fn messages(letter: String, id: &str, record: &DeadRecord<'_>) -> Vec<String> {
    if letter.len() <= MESSAGE_BYTES - ROOM {
        return vec![letter];
    }
    let chunks = letter.as_bytes().chunks(CHUNK);
    let parts = chunks.len();
    let message = |(place, chunk): (usize, &[u8])| {
        let piece = Piece {
            id,
            part: place + 1,
            parts,
            reason: record.code,
            topic: topic(record),
            partition: record.partition.map(|partition| partition.0),
            offset: record.offset.map(|offset| offset.0),
            body_encoding: "base64",
            body: base64_simd::STANDARD.encode_to_string(chunk),
        };
        let Ok(json) = serde_json::to_string(&piece) else {
            unreachable!("a part holds texts and numbers only")
        };
        json
    };
    chunks.enumerate().map(message).collect()
}

/// The record's topic, if it is a name that Kafka allows: what else an event may hold there can be
/// of any length.
pub(super) fn topic<'b>(record: &DeadRecord<'b>) -> Option<&'b str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    record.topic.filter(|topic| (1..=249).contains(&topic.len()) && topic.bytes().all(allowed))
}

#[cfg(test)]
mod tests {
    use millrace_shared::kafka::{Batch, Entry};
    use serde_json::Value;

    use super::*;

    fn with_dead_record(topic: &str, test: impl FnOnce(&DeadRecord<'_>)) {
        let event = format!(r#"{{"records":{{"t-0":[{{"topic":"{topic}","partition":3}}]}}}}"#);
        let batch = Batch::decode(event.as_bytes()).unwrap();
        let Some(Entry::Dead(record)) = batch.entries().next() else { panic!("it has no offset") };
        test(&record);
    }

    #[test]
    fn what_fits_is_one_message_as_it_is() {
        with_dead_record("t", |record| {
            let letter = "x".repeat(MESSAGE_BYTES - ROOM);
            assert_eq!(messages(letter.clone(), "id", record), [letter]);
        });
    }

    #[test]
    fn parts_are_within_the_limit_and_give_the_letter_back() {
        with_dead_record("t", |record| {
            let letter: String = "0123456789é".chars().cycle().take(3 * CHUNK).collect();
            let messages = messages(letter.clone(), "id", record);
            assert_eq!(messages.len(), 4);
            let mut whole = Vec::new();
            for (place, message) in messages.iter().enumerate() {
                assert!(message.len() < MESSAGE_BYTES, "{}", message.len());
                let part: Value = serde_json::from_str(message).unwrap();
                assert_eq!((&part["id"], &part["topic"]), (&"id".into(), &"t".into()));
                assert_eq!((&part["part"], &part["parts"]), (&(place + 1).into(), &4.into()));
                let body = part["body"].as_str().unwrap();
                whole.extend(base64_simd::STANDARD.decode_to_vec(body).unwrap());
            }
            assert_eq!(String::from_utf8(whole).unwrap(), letter);
        });
    }

    #[test]
    fn a_topic_that_kafka_would_not_have_is_in_the_letter_only() {
        with_dead_record(&"t".repeat(250), |record| assert_eq!(topic(record), None));
        with_dead_record("a b", |record| assert_eq!(topic(record), None));
        with_dead_record("a.b_c-9", |record| assert_eq!(topic(record), Some("a.b_c-9")));
    }
}
