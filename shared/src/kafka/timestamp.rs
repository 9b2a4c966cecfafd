//! When a record was written, as Kafka says it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::json::{Kind, Value};

/// Milliseconds since 1970-01-01T00:00:00Z. Never negative when it comes from a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads a record's `timestamp`.
    ///
    /// | written as | read as |
    /// |---|---|
    /// | a whole number | that number |
    /// | a number with a fraction or an exponent | its whole milliseconds |
    /// | one of these in a string, as `KafkaEvent` of `aws_lambda_events` writes it | likewise |
    /// | -1 (`NO_TIMESTAMP_TYPE`), another negative number, null, anything else | none |
    pub(super) fn from_value(value: Value<'_>) -> Option<Self> {
        if let Some(millis) = value.integer() {
            return (millis >= 0).then_some(Self(millis));
        }
        let text = match value.kind() {
            Kind::Number => std::str::from_utf8(value.text()).ok()?.into(),
            Kind::String { .. } => value.string()?,
            _ => return None,
        };
        if let Ok(millis) = text.parse::<i64>() {
            return (millis >= 0).then_some(Self(millis));
        }
        Self::from_fractional(text.parse().ok()?)
    }

    fn from_fractional(millis: f64) -> Option<Self> {
        /// Every whole number below 2^53 has a double of its own; it is the year 287,396.
        const LIMIT: f64 = 9_007_199_254_740_992.0;
        if !(0.0..LIMIT).contains(&millis) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "within 2^53, and the fraction is dropped on purpose"
        )]
        let whole = millis as i64;
        Some(Self(whole))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who set a record's timestamp.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TimestampType {
    /// The producer, when it made the record.
    CreateTime,
    /// The broker, when it appended the record.
    LogAppendTime,
    /// Nobody; also what is read from an absent or unknown type.
    #[default]
    NoTimestampType,
}

impl TimestampType {
    pub(super) fn from_value(value: Value<'_>) -> Self {
        match value.string_bytes().as_deref() {
            Some(b"CREATE_TIME") => Self::CreateTime,
            Some(b"LOG_APPEND_TIME") => Self::LogAppendTime,
            _ => Self::NoTimestampType,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Cursor;

    fn timestamp(text: &str) -> Option<i64> {
        let value = Cursor::new(text.as_bytes()).value().unwrap();
        Timestamp::from_value(value).map(|timestamp| timestamp.0)
    }

    #[test]
    fn milliseconds_are_read_exactly() {
        assert_eq!(timestamp("1545084650987"), Some(1_545_084_650_987));
        assert_eq!(timestamp("0"), Some(0));
        assert_eq!(timestamp("9223372036854775807"), Some(i64::MAX));
        assert_eq!(timestamp("\"1545084650987\""), Some(1_545_084_650_987));
    }

    #[test]
    fn fractions_are_dropped() {
        assert_eq!(timestamp("1545084650987.9"), Some(1_545_084_650_987));
        assert_eq!(timestamp("1.545084650987e12"), Some(1_545_084_650_987));
        assert_eq!(timestamp("\"1545084650987.5\""), Some(1_545_084_650_987));
        assert_eq!(timestamp("0.9"), Some(0));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "-1",
            "-1.0",
            "-5",
            "1e400",
            "-1e400",
            "1e300",
            "9223372036854775808",
            "-",
            "1-2",
            "null",
            "true",
            "\"\"",
            "\"-1\"",
            "\"NaN\"",
            "\"inf\"",
            "\"2018-12-17T22:10:50Z\"",
            "[1545084650987]",
            "{}",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn types_are_kafkas_own_names() {
        let read =
            |text: &str| TimestampType::from_value(Cursor::new(text.as_bytes()).value().unwrap());
        assert_eq!(read("\"CREATE_TIME\""), TimestampType::CreateTime);
        assert_eq!(read("\"LOG_APPEND_TIME\""), TimestampType::LogAppendTime);
        assert_eq!(read("\"NO_TIMESTAMP_TYPE\""), TimestampType::NoTimestampType);
        assert_eq!(read("\"create_time\""), TimestampType::NoTimestampType);
        assert_eq!(read("null"), TimestampType::NoTimestampType);
        assert_eq!(
            serde_json::to_string(&TimestampType::LogAppendTime).unwrap(),
            "\"LOG_APPEND_TIME\""
        );
    }
}
