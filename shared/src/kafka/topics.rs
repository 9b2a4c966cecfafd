//! The topics of a batch, each kept once.

use std::borrow::Cow;
use std::collections::HashMap;

use super::position::TopicIndex;
use crate::json::Value;

/// Gives every topic a number in the order of its first record.
#[derive(Debug, Default)]
pub(super) struct Topics<'a> {
    names: Vec<Cow<'a, str>>,
    index_of: HashMap<Cow<'a, str>, TopicIndex>,
    /// The last topic as it was written: records of a topic come in a row, so that nearly all of
    /// them end here.
    last: Option<(Value<'a>, TopicIndex)>,
}

impl<'a> Topics<'a> {
    /// The number of the topic that is written so. None if the value is no string or no text.
    pub(super) fn intern(&mut self, written: Value<'a>) -> Option<TopicIndex> {
        if let Some((last_written, index)) = self.last
            && last_written == written
        {
            return Some(index);
        }
        let name = written.string()?;
        let index = match self.index_of.get(&name) {
            Some(&index) => index,
            None => self.insert(name)?,
        };
        self.last = Some((written, index));
        Some(index)
    }

    pub(super) fn into_names(self) -> Vec<Cow<'a, str>> {
        self.names
    }

    fn insert(&mut self, name: Cow<'a, str>) -> Option<TopicIndex> {
        let index = TopicIndex(u32::try_from(self.names.len()).ok()?);
        self.names.push(name.clone());
        self.index_of.insert(name, index);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Cursor;

    #[test]
    fn a_topic_has_one_number_however_it_is_written() {
        let mut topics = Topics::default();
        let mut intern = |text: &'static str| {
            topics.intern(Cursor::new(text.as_bytes()).value().unwrap()).map(TopicIndex::as_usize)
        };
        assert_eq!(intern(r#""orders-eu""#), Some(0));
        assert_eq!(intern(r#""orders-eu""#), Some(0));
        assert_eq!(intern(r#""orders-us""#), Some(1));
        assert_eq!(intern(r#""orders\u002deu""#), Some(0));
        assert_eq!(intern("7"), None);
        assert_eq!(intern(r#""\ud800""#), None);
        assert_eq!(topics.into_names(), ["orders-eu", "orders-us"]);
    }
}
