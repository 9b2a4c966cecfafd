use std::borrow::Cow;
use std::fmt;

use base64_simd::STANDARD as BASE64;
use millrace_shared::kafka::{Offset, Partition, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::record::{Cluster, Record};

/// A message of a dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mail {
    /// A whole letter.
    Letter(Letter),
    /// A part of one that did not fit into one message.
    Part(Part),
}

/// A record that a function gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The same whenever the record is given up.
    pub id: String,
    /// Why, in a word.
    pub reason: String,
    /// The function that gave it up.
    pub function: String,
    /// The record.
    pub record: Record,
}

/// A part of a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The letter's.
    pub id: String,
    /// Which part it is, from 1.
    pub part: usize,
    /// How many there are.
    pub parts: usize,
    /// Its stretch of the letter.
    body: Vec<u8>,
}

/// A message that is no dead letter of Millrace.
#[derive(Debug, Error)]
pub enum LetterError {
    /// It is no JSON object with a letter's members.
    #[error("it is no dead letter of this release: {}", without_payload(.0))]
    NotALetter(#[from] serde_json::Error),
    /// What should be base64 is not.
    #[error("its `{0}` is no base64; was it changed?")]
    WrongBase64(&'static str),
    /// Its parts do not make a letter.
    #[error("its parts do not fit together; were they changed?")]
    WrongParts,
}

/// Whether a message is a part.
#[derive(Deserialize)]
struct Probe {
    part: Option<usize>,
}

#[derive(Deserialize)]
struct PartMessage<'a> {
    id: String,
    part: usize,
    parts: usize,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

/// A letter as the functions write it.
#[derive(Deserialize)]
struct LetterMessage<'a> {
    id: String,
    reason: String,
    function: String,
    cluster: String,
    map_key: String,
    topic: Option<String>,
    partition: Option<i32>,
    offset: Option<i64>,
    timestamp: Option<i64>,
    #[serde(borrow)]
    key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    key_encoding: Option<Cow<'a, str>>,
    #[serde(borrow)]
    value: Option<Cow<'a, str>>,
    #[serde(borrow)]
    value_encoding: Option<Cow<'a, str>>,
    #[serde(borrow)]
    headers: Option<&'a RawValue>,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
}

/// What is no JSON stands in a letter as this.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base64<'a> {
    #[serde(borrow)]
    base64: Cow<'a, str>,
}

impl Mail {
    /// Reads a message.
    pub fn read(body: &str) -> Result<Self, LetterError> {
        let probe: Probe = serde_json::from_str(body)?;
        if probe.part.is_none() {
            return Letter::read(body).map(Self::Letter);
        }
        let message: PartMessage<'_> = serde_json::from_str(body)?;
        let (id, part, parts) = (message.id, message.part, message.parts);
        Ok(Self::Part(Part { id, part, parts, body: decoded(&message.body, "body")? }))
    }
}

/// Puts a letter together from its parts, in any order and each as often as it came; none while
/// some are missing.
pub fn join<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Result<Option<Letter>, LetterError> {
    let mut parts: Vec<&Part> = parts.into_iter().collect();
    parts.sort_by_key(|part| part.part);
    parts.dedup_by_key(|part| part.part);
    let Some(count) = parts.first().map(|part| part.parts) else { return Ok(None) };
    if parts.iter().any(|part| part.parts != count || !(1..=count).contains(&part.part)) {
        return Err(LetterError::WrongParts);
    }
    if parts.len() < count {
        return Ok(None);
    }
    let bytes: Vec<u8> = parts.iter().flat_map(|part| part.body.iter().copied()).collect();
    let text = String::from_utf8(bytes).map_err(|_| LetterError::WrongParts)?;
    Letter::read(&text).map(Some)
}

impl Letter {
    fn read(text: &str) -> Result<Self, LetterError> {
        let message: LetterMessage<'_> = serde_json::from_str(text)?;
        let json = match message.record {
            Some(record) => as_it_came(record, "record")?,
            None => message.record_json()?,
        };
        let event_source =
            if message.cluster.starts_with("arn:") { "aws:kafka" } else { "SelfManagedKafka" };
        let record = Record {
            cluster: Cluster { event_source: event_source.to_owned(), id: message.cluster },
            map_key: message.map_key,
            topic: message.topic,
            partition: message.partition.map(Partition),
            offset: message.offset.map(Offset),
            time: message.timestamp.map(Timestamp),
            json,
        };
        let (id, reason, function) = (message.id, message.reason, message.function);
        Ok(Self { id, reason, function, record })
    }
}

impl LetterMessage<'_> {
    /// The record as it stood in the event, but for members that no function reads.
    fn record_json(&self) -> Result<Vec<u8>, LetterError> {
        let mut members: Vec<(&str, Vec<u8>)> = Vec::new();
        let mut number = |name, number: Option<i64>| {
            members.extend(number.map(|number| (name, number.to_string().into_bytes())));
        };
        number("partition", self.partition.map(i64::from));
        number("offset", self.offset);
        number("timestamp", self.timestamp);
        members.extend(self.topic.as_deref().map(|topic| ("topic", quoted(topic))));
        let key = base64_of(self.key.as_deref(), self.key_encoding.as_deref(), "key")?;
        members.extend(key.map(|key| ("key", quoted(&key))));
        let value = base64_of(self.value.as_deref(), self.value_encoding.as_deref(), "value")?;
        members.extend(value.map(|value| ("value", quoted(&value))));
        if let Some(headers) = self.headers {
            members.push(("headers", as_it_came(headers, "headers")?));
        }
        let mut json = vec![b'{'];
        for (place, (name, value)) in members.into_iter().enumerate() {
            if place > 0 {
                json.push(b',');
            }
            json.extend(quoted(name));
            json.push(b':');
            json.extend(value);
        }
        json.push(b'}');
        Ok(json)
    }
}

/// The bytes that a letter holds as JSON, or in base64 where they are none.
fn as_it_came(json: &RawValue, member: &'static str) -> Result<Vec<u8>, LetterError> {
    match serde_json::from_str::<Base64<'_>>(json.get()) {
        Ok(wrapped) => decoded(&wrapped.base64, member),
        Err(_) => Ok(json.get().as_bytes().to_vec()),
    }
}

/// A letter's key or value in base64, whichever way the letter holds it.
fn base64_of<'a>(
    text: Option<&'a str>,
    encoding: Option<&str>,
    member: &'static str,
) -> Result<Option<Cow<'a, str>>, LetterError> {
    match (text, encoding) {
        (None, _) => Ok(None),
        (Some(text), Some("base64")) => {
            decoded(text, member)?;
            Ok(Some(Cow::Borrowed(text)))
        }
        (Some(text), _) => Ok(Some(Cow::Owned(BASE64.encode_to_string(text)))),
    }
}

fn decoded(text: &str, member: &'static str) -> Result<Vec<u8>, LetterError> {
    BASE64.decode_to_vec(text).map_err(|_| LetterError::WrongBase64(member))
}

pub(crate) fn quoted(text: &str) -> Vec<u8> {
    let Ok(json) = serde_json::to_vec(text) else { unreachable!("a text can always be quoted") };
    json
}

/// Where it is wrong, and not what stands there.
pub(crate) fn without_payload(error: &serde_json::Error) -> String {
    let what = if error.is_data() { "a member is missing or wrong" } else { "it is not JSON" };
    format!("{what}, line {} column {}", error.line(), error.column())
}

/// Which part it is: its content stays out of logs.
impl fmt::Debug for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "part {} of {} of {}", self.part, self.parts, self.id)
    }
}

#[cfg(test)]
mod tests;
