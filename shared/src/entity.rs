//! Entities: what state belongs to, and one item of the state table each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of thing an entity is. The prefix of its key says it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntityKind {
    /// A person or account: `user#…`.
    User,
    /// A device: `sensor#…`.
    Sensor,
    /// A partition of a topic, `partition#topic#number`: how far it has been processed, and who
    /// was active in it.
    Partition,
    /// A merchant or terminal, `merchant#…`: how probably it is compromised.
    Merchant,
    /// A part of what labels teach of amounts, `calibrator#topic#number`.
    Calibrator,
}

impl EntityKind {
    /// The name used in keys, message attributes and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Sensor => "sensor",
            Self::Partition => "partition",
            Self::Merchant => "merchant",
            Self::Calibrator => "calibrator",
        }
    }

    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::User, Self::Sensor, Self::Partition, Self::Merchant, Self::Calibrator];
}

/// The key of an entity: its kind, `#`, its identifier, as in `user#42`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    kind: EntityKind,
    text: Box<str>,
}

impl EntityKey {
    /// The key of the entity of this kind with this identifier.
    pub fn new(kind: EntityKind, id: &str) -> Self {
        Self { kind, text: [kind.name(), "#", id].concat().into() }
    }

    /// Reads a key back from its text; `None` if no kind of entity has such keys.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, id) = text.split_once('#')?;
        let kind = EntityKind::ALL.into_iter().find(|kind| kind.name() == prefix)?;
        (!id.is_empty()).then(|| Self { kind, text: text.into() })
    }

    /// What kind of entity it is.
    pub const fn kind(&self) -> EntityKind {
        self.kind
    }

    /// The identifier, without the kind.
    pub fn id(&self) -> &str {
        &self.text[self.kind.name().len() + 1..]
    }

    /// The whole key, as stored.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_even_if_the_identifier_holds_the_separator() {
        let key = EntityKey::new(EntityKind::User, "a#b");
        assert_eq!(key.as_str(), "user#a#b");
        assert_eq!(EntityKey::parse("user#a#b"), Some(key.clone()));
        assert_eq!((key.kind(), key.id()), (EntityKind::User, "a#b"));
    }

    #[test]
    fn a_text_that_is_no_key_is_none() {
        assert_eq!(EntityKey::parse("order#1"), None);
        assert_eq!(EntityKey::parse("user#"), None);
        assert_eq!(EntityKey::parse("user"), None);
    }
}
