use std::collections::BTreeMap;

use crate::events::EventKind;
use crate::state::Epoch;

/// What each topic holds: configuration, never guessed from a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topics(BTreeMap<String, TopicRule>);

/// What is known of one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicRule {
    /// The kind of event in it.
    pub kind: EventKind,
    /// Which life of the topic it is. Raised by hand after it was deleted and created again.
    pub epoch: Epoch,
}

/// What to do with a record whose offset was applied before but which is newer than anything
/// applied: its topic was probably created again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnSuspiciousDuplicate {
    /// Count it and hand it to the dead-letter queue, so that it can be redriven once the topic's
    /// epoch has been raised.
    #[default]
    Report,
    /// Take it as proof that the topic was created again: open the next epoch and apply it.
    Apply,
}

impl Topics {
    /// What each topic holds.
    pub fn new(rules: impl IntoIterator<Item = (String, TopicRule)>) -> Self {
        Self(rules.into_iter().collect())
    }

    /// What this topic holds, if it is known.
    pub fn rule(&self, topic: &str) -> Option<TopicRule> {
        self.0.get(topic).copied()
    }

    /// The topics and what they hold, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, TopicRule)> {
        self.0.iter().map(|(topic, rule)| (topic.as_str(), *rule))
    }
}
