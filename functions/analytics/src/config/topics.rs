use std::collections::BTreeMap;

use millrace_lambda::config::Reader;
use millrace_shared::commit::{TopicRule, Topics};
use millrace_shared::events::EventKind;
use millrace_shared::state::Epoch;

use super::variables::{TOPIC_EPOCHS, TOPIC_KINDS};

/// What each topic holds, and which life of it this is.
pub(super) fn read(reader: &mut Reader<'_>) -> Topics {
    let kinds = reader.read(TOPIC_KINDS, |text| {
        let kinds =
            pairs(text, |kind| EventKind::ALL.into_iter().find(|known| known.name() == kind))?;
        (!kinds.is_empty()).then_some(kinds)
    });
    let epochs = reader.read(TOPIC_EPOCHS, |text| {
        let epochs = pairs(text, |epoch| epoch.parse().ok().map(Epoch))?;
        epochs.keys().all(|topic| kinds.contains_key(topic)).then_some(epochs)
    });
    let epoch = |topic: &str| epochs.get(topic).copied().unwrap_or_default();
    Topics::new(kinds.into_iter().map(|(topic, kind)| {
        let rule = TopicRule { kind, epoch: epoch(&topic) };
        (topic, rule)
    }))
}

/// Reads `topic=value,topic=value`; `None` if anything in it is wrong or a topic occurs twice.
fn pairs<T>(text: &str, value: impl Fn(&str) -> Option<T>) -> Option<BTreeMap<String, T>> {
    let mut pairs = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (topic, text) = pair.split_once('=')?;
        let (topic, value) = (topic.trim(), value(text.trim())?);
        if !is_topic(topic) || pairs.insert(topic.to_owned(), value).is_some() {
            return None;
        }
    }
    Some(pairs)
}

/// Whether Kafka allows a topic of this name.
fn is_topic(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=249).contains(&name.len()) && name.bytes().all(allowed)
}
