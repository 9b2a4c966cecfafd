//! How many bytes of an event a record takes, without writing it.

use base64_simd::STANDARD;

use crate::encode::EventSource;
use crate::record::KafkaRecord;
use crate::writer::map_key;

impl EventSource {
    /// The bytes of an event without records.
    pub fn empty_len(&self) -> usize {
        let mut json = Vec::new();
        self.write_start(&mut json);
        json.len() + "}}".len()
    }

    /// The bytes that a partition adds to an event apart from its records, its comma included.
    pub fn partition_len(topic: &str, partition: i32) -> usize {
        text_len(&map_key(topic, partition)) + ":[],".len()
    }
}

impl KafkaRecord {
    /// The bytes that the record takes in an event, without the comma before or after it.
    pub fn encoded_len(&self) -> usize {
        let mut length =
            r#"{"topic":,"partition":,"offset":,"timestamp":,"timestampType":"","headers":[]}"#
                .len();
        length += text_len(&self.topic);
        length += number_len(self.partition.into());
        length += number_len(self.offset);
        length += number_len(self.timestamp);
        length += self.timestamp_type.name().len();
        if let Some(key) = &self.key {
            length += r#","key":"""#.len() + STANDARD.encoded_length(key.len());
        }
        if let Some(value) = &self.value {
            length += r#","value":"""#.len() + STANDARD.encoded_length(value.len());
        }
        for (name, value) in &self.headers {
            length += text_len(name) + "{:}".len();
            length += value.as_deref().map_or("null".len(), bytes_len);
        }
        length + self.headers.len().saturating_sub(1)
    }
}

/// A list of signed bytes.
fn bytes_len(bytes: &[u8]) -> usize {
    let numbers: usize = bytes.iter().map(|byte| number_len(byte.cast_signed().into())).sum();
    "[]".len() + numbers + bytes.len().saturating_sub(1)
}

fn number_len(number: i64) -> usize {
    let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + usize::from(number < 0)
}

/// A JSON string with its quotes.
fn text_len(text: &str) -> usize {
    let escapes: usize = text.bytes().map(escape_len).sum();
    text.len() + escapes + 2
}

/// How many bytes JSON takes for a byte of a text on top of the one.
fn escape_len(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0x00..=0x1f => 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::TimestampType;

    fn record() -> impl Strategy<Value = KafkaRecord> {
        let bytes = || option::of(vec(any::<u8>(), 0..40));
        let kind = prop_oneof![
            Just(TimestampType::CreateTime),
            Just(TimestampType::LogAppendTime),
            Just(TimestampType::NoTimestamp)
        ];
        let place = ("\\PC{0,8}|[\u{0}-\u{7f}]{0,8}", 0..=i32::MAX, 0..=i64::MAX);
        let headers = vec(("[\u{0}-\u{ff}]{0,6}", bytes()), 0..4);
        (place, any::<i64>(), kind, bytes(), bytes(), headers).prop_map(
            |((topic, partition, offset), timestamp, timestamp_type, key, value, headers)| {
                let place = KafkaRecord::at(topic, partition, offset);
                KafkaRecord { timestamp, timestamp_type, key, value, headers, ..place }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_measured_is_what_is_written(records in vec(record(), 0..6)) {
            let source = EventSource::default();
            let mut expected = source.empty_len();
            let mut places: Vec<_> = Vec::new();
            for record in &records {
                expected += record.encoded_len() + 1;
                let place = (record.topic.clone(), record.partition);
                if !places.contains(&place) {
                    expected += EventSource::partition_len(&place.0, place.1);
                    places.push(place);
                }
            }
            // A comma for each record and each list, of which the first ones have none.
            expected -= places.len() + usize::from(!places.is_empty());
            prop_assert_eq!(source.encode(&records).len(), expected);
        }
    }
}
