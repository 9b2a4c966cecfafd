//! Attributes of an item: written in one line each, read with an error that names what is wrong.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use millrace_shared::amount::Amount;
use millrace_shared::time::EventTime;
use thiserror::Error;

use super::number;

/// An item, or a map within one.
pub(super) type Item = HashMap<String, AttributeValue>;

/// An attribute that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum AttributeError {
    /// It is not there.
    #[error("its attribute `{name}` is missing")]
    Missing { name: &'static str },
    /// It holds something else.
    #[error("its attribute `{name}` is not {wanted}")]
    Wrong { name: &'static str, wanted: &'static str },
}

pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn texts(texts: &[String]) -> AttributeValue {
    AttributeValue::L(texts.iter().map(text).collect())
}

/// RFC 3339 in UTC with milliseconds, which sorts as the time does.
pub(super) fn time(time: EventTime) -> AttributeValue {
    AttributeValue::S(time.to_string())
}

pub(super) fn bytes(bytes: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

pub(super) fn list<T>(items: &[T], write: impl Fn(&T) -> AttributeValue) -> AttributeValue {
    AttributeValue::L(items.iter().map(write).collect())
}

pub(super) fn map<const N: usize>(members: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::M(item(members))
}

pub(super) fn item<const N: usize>(members: [(&str, AttributeValue); N]) -> Item {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Reads the attributes of an item, taking them out.
#[derive(Debug)]
pub(super) struct Attributes(pub(super) Item);

impl Attributes {
    /// An attribute; none if it is not there.
    pub(super) fn optional(&mut self, name: &'static str) -> Option<AttributeValue> {
        self.0.remove(name)
    }

    pub(super) fn count(&mut self, name: &'static str) -> Result<u64, AttributeError> {
        self.read(name, "a whole number", |value| number::read_count(&value))
    }

    pub(super) fn float(&mut self, name: &'static str) -> Result<f64, AttributeError> {
        self.read(name, "a number", |value| number::read_float(&value))
    }

    pub(super) fn amount(&mut self, name: &'static str) -> Result<Amount, AttributeError> {
        self.read(name, "an amount", |value| number::read_amount(&value))
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<String, AttributeError> {
        self.read(name, "a text", into_text)
    }

    pub(super) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, AttributeError> {
        self.read(name, "a list of texts", |value| match value {
            AttributeValue::L(texts) => texts.into_iter().map(into_text).collect(),
            _ => None,
        })
    }

    pub(super) fn time(&mut self, name: &'static str) -> Result<EventTime, AttributeError> {
        self.read(name, "a time in RFC 3339", |value| {
            let instant: Timestamp = into_text(value)?.parse().ok()?;
            Some(EventTime::from_millis(instant.as_millisecond()))
        })
    }

    pub(super) fn bytes(&mut self, name: &'static str) -> Result<Vec<u8>, AttributeError> {
        self.read(name, "binary", |value| match value {
            AttributeValue::B(blob) => Some(blob.into_inner()),
            _ => None,
        })
    }

    /// A list of maps, each read by itself.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut Attributes) -> Result<T, AttributeError>,
    ) -> Result<Vec<T>, AttributeError> {
        let wanted = "a list of maps";
        let items = self.read(name, wanted, |value| match value {
            AttributeValue::L(items) => Some(items),
            _ => None,
        })?;
        let read_map = |item| match item {
            AttributeValue::M(members) => read(&mut Attributes(members)),
            _ => Err(AttributeError::Wrong { name, wanted }),
        };
        items.into_iter().map(read_map).collect()
    }

    /// A map; none where there is a null.
    pub(super) fn map<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut Attributes) -> Result<T, AttributeError>,
    ) -> Result<Option<T>, AttributeError> {
        match self.optional(name) {
            None => Err(AttributeError::Missing { name }),
            Some(AttributeValue::Null(_)) => Ok(None),
            Some(AttributeValue::M(members)) => read(&mut Attributes(members)).map(Some),
            Some(_) => Err(AttributeError::Wrong { name, wanted: "a map or null" }),
        }
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        wanted: &'static str,
        read: impl FnOnce(AttributeValue) -> Option<T>,
    ) -> Result<T, AttributeError> {
        let value = self.optional(name).ok_or(AttributeError::Missing { name })?;
        read(value).ok_or(AttributeError::Wrong { name, wanted })
    }
}

fn into_text(value: AttributeValue) -> Option<String> {
    match value {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}
