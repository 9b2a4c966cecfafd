//! Records that can never succeed.

use std::borrow::Cow;
use std::fmt;

use super::headers::Headers;
use super::position::{Offset, Partition, RecordIndex};
use super::record::Record;
use super::timestamp::Timestamp;

/// Why a record could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeadReason {
    /// What stands under a map key is not a list of records.
    #[error("what stands under this key of `records` is {found}; expected a list of records")]
    NotAList {
        /// What it is, with its article.
        found: &'static str,
    },
    /// An item of the list is not an object.
    #[error("the record is {found}; expected an object")]
    NotAnObject {
        /// What it is, with its article.
        found: &'static str,
    },
    /// A member that every record has is absent or null.
    #[error("`{field}` is missing")]
    MissingField {
        /// Which one.
        field: Field,
    },
    /// A member holds another kind of JSON value, or one that is out of range.
    #[error("`{field}` is not {}", field.expected())]
    WrongField {
        /// Which one.
        field: Field,
    },
    /// The text of the key or of the value is not standard base64 with padding.
    #[error("wrong base64 in `{field}`")]
    WrongBase64 {
        /// Which one.
        field: Field,
    },
}

impl DeadReason {
    /// A short name that stays the same, for metrics and message attributes.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAList { .. } => "not_a_list",
            Self::NotAnObject { .. } => "not_an_object",
            Self::MissingField { .. } => "missing_field",
            Self::WrongField { .. } => "wrong_field",
            Self::WrongBase64 { .. } => "wrong_base64",
        }
    }
}

/// The members without which a record is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `topic`
    Topic,
    /// `partition`
    Partition,
    /// `offset`
    Offset,
    /// `key`
    Key,
    /// `value`
    Value,
}

impl Field {
    fn expected(self) -> &'static str {
        match self {
            Self::Topic => "a string",
            Self::Partition => "a whole number of 32 bits",
            Self::Offset => "a whole number of 64 bits",
            Self::Key | Self::Value => "a base64 string or null",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Topic => "topic",
            Self::Partition => "partition",
            Self::Offset => "offset",
            Self::Key => "key",
            Self::Value => "value",
        })
    }
}

/// A record that is given up, with everything that its dead letter says.
///
/// [`Batch::entries`](super::Batch::entries) makes one of what could not be decoded,
/// [`DeadRecord::new`] one of a record that a later stage gives up.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadRecord<'b> {
    /// The record's place in the batch.
    pub index: RecordIndex,
    /// The key of `records` that it stood under.
    pub map_key: &'b str,
    /// Its topic, if that could be read.
    pub topic: Option<&'b str>,
    /// Its partition, if that could be read.
    pub partition: Option<Partition>,
    /// Its offset, if that could be read.
    pub offset: Option<Offset>,
    /// Its timestamp, if it has one.
    pub timestamp: Option<Timestamp>,
    /// The decoded key. None if it is null or absent, or could not be decoded.
    pub key: Option<&'b [u8]>,
    /// The decoded value. None if it is null or absent, or could not be decoded.
    pub value: Option<&'b [u8]>,
    /// `headers` as they were written; empty if there are none.
    pub headers_json: &'b [u8],
    /// The whole record as it was written. Where key or value could not be decoded it is all there
    /// is of them.
    pub json: &'b [u8],
    /// A short name of the reason in `snake_case`, one of a few.
    pub code: &'static str,
    /// The reason in words, without any of the payload.
    pub detail: Cow<'b, str>,
}

impl<'b> DeadRecord<'b> {
    /// Gives up a record that could be decoded: its topic is unknown, its value is no event.
    ///
    /// `code` is a short name in `snake_case`; `detail` says it in words, and is logged, so it must
    /// hold no payload.
    pub fn new(record: &Record<'b>, code: &'static str, detail: impl Into<Cow<'b, str>>) -> Self {
        Self {
            index: record.index(),
            map_key: record.map_key(),
            topic: Some(record.topic()),
            partition: Some(record.partition()),
            offset: Some(record.offset()),
            timestamp: record.timestamp(),
            key: record.key(),
            value: record.value(),
            headers_json: record.headers_json(),
            json: record.json(),
            code,
            detail: detail.into(),
        }
    }

    /// The headers, read on demand.
    pub fn headers(&self) -> Headers<'b> {
        Headers::read(self.headers_json)
    }
}

/// Where it stood and why it is dead: key, value and headers stay out of logs.
impl fmt::Debug for DeadRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadRecord")
            .field("index", &self.index)
            .field("map_key", &self.map_key)
            .field("topic", &self.topic)
            .field("partition", &self.partition)
            .field("offset", &self.offset)
            .field("code", &self.code)
            .field("detail", &self.detail)
            .finish_non_exhaustive()
    }
}
