use std::collections::{BTreeMap, BTreeSet};

use millrace_lambda::config::{Problem, Reader};

use super::variables::{STREAM_MAP, STREAM_NAME, TOPICS};
use crate::stream_map::StreamMap;

/// Which topic goes to which stream. Where streams are needed, each topic must have one.
pub(super) fn read(reader: &mut Reader<'_>, are_needed: bool) -> StreamMap {
    let default = reader.optional(STREAM_NAME, is_stream_name);
    let by_topic = reader.read(STREAM_MAP, entries);
    let topics = reader.read(TOPICS, |text| {
        let topics: BTreeSet<String> = listed(text).map(str::to_owned).collect();
        topics.iter().all(|topic| is_topic(topic)).then_some(topics)
    });
    if are_needed && default.is_none() && !reader.has_problems() {
        let lacks = |topic: &&String| !by_topic.contains_key(*topic);
        let lacking: Vec<&str> = topics.iter().filter(lacks).map(String::as_str).collect();
        if topics.is_empty() {
            reader.note(Problem::not_set(STREAM_NAME));
        } else if !lacking.is_empty() {
            reader.note(Problem::wrong(TOPICS, &lacking.join(",")));
        }
    }
    StreamMap::new(by_topic, default)
}

/// Reads `topic=stream,topic=stream`; none if anything in it is wrong or a topic occurs twice.
fn entries(text: &str) -> Option<BTreeMap<String, String>> {
    let mut entries = BTreeMap::new();
    for pair in listed(text) {
        let (topic, stream) = pair.split_once('=')?;
        let (topic, stream) = (topic.trim(), stream.trim());
        let is_valid = is_topic(topic) && is_stream_name(stream);
        if !is_valid || entries.insert(topic.to_owned(), stream.to_owned()).is_some() {
            return None;
        }
    }
    Some(entries)
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Whether Kafka allows a topic of this name.
fn is_topic(name: &str) -> bool {
    (1..=249).contains(&name.len()) && name.bytes().all(is_name_byte)
}

/// Whether Firehose allows a stream of this name.
fn is_stream_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}
