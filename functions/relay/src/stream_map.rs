use std::collections::BTreeMap;

/// Which topic's lines go to which delivery stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamMap {
    by_topic: BTreeMap<String, String>,
    default: Option<String>,
}

impl StreamMap {
    /// These topics to these streams, and any other to the default.
    pub fn new(by_topic: BTreeMap<String, String>, default: Option<String>) -> Self {
        Self { by_topic, default }
    }

    /// The stream of a topic; none if it has no entry and there is no default.
    pub fn stream(&self, topic: &str) -> Option<&str> {
        self.by_topic.get(topic).or(self.default.as_ref()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_before_the_default() {
        let by_topic = BTreeMap::from([("orders".to_owned(), "orders-stream".to_owned())]);
        let map = StreamMap::new(by_topic.clone(), Some("rest".to_owned()));
        assert_eq!(
            (map.stream("orders"), map.stream("clicks")),
            (Some("orders-stream"), Some("rest"))
        );
        assert_eq!(StreamMap::new(by_topic, None).stream("clicks"), None);
    }
}
