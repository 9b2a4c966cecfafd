//! One record as one line.
//!
//! The line of a record, as [`Envelope::Line`] has it, always has these nine members:
//!
//! ```json
//! {"topic":"orders","partition":0,"offset":15,"timestamp":1545084650987,"timestamp_type":"CREATE_TIME",
//!  "key":"42","headers":[{"name":"trace","value":"00-1"}],"value":{"total":12.50},"encoding":"json"}
//! ```
//!
//! | `encoding` | the value was | `value` holds |
//! |---|---|---|
//! | `"json"` | exactly one JSON document ([`as_document`]) | that document, byte for byte, but that each line feed and carriage return between its tokens is a space |
//! | `"base64"` | any other bytes, none included | those bytes as base64 |
//! | `null` | null: a tombstone | null |
//!
//! So `"value":null` with `"encoding":"json"` is a value of the four bytes `null`.
//!
//! A key that is UTF-8 is a string. One that is not is base64 and followed by
//! `"key_encoding":"base64"`, a member that no other line has. Headers likewise:
//! `{"name":…,"value":…}`, with `"encoding":"base64"` where it applies, `"value":null` for a null,
//! in the record's order, the same name twice as often as it was there. Where a header cannot be
//! read, `headers` holds those that can and `headers_json` all of them as they came.
//!
//! A record without a timestamp has `"timestamp":null`.

use base64_simd::STANDARD;
use millrace_shared::kafka::{Record, TimestampType};
use serde::Serialize;

use crate::document::as_document;

/// What is written of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// The line described in [this module](self).
    #[default]
    Line,
    /// The value's bytes as they came, and a line feed. A tombstone has none, and is not written.
    Raw,
}

/// Appends a record's line, its line feed included. False, and nothing is appended, if the envelope
/// has no line for the record.
pub fn write(envelope: Envelope, record: &Record<'_>, line: &mut Vec<u8>) -> bool {
    match (envelope, record.value()) {
        (Envelope::Line, _) => write_line(record, line),
        (Envelope::Raw, Some(value)) => line.extend_from_slice(value),
        (Envelope::Raw, None) => return false,
    }
    line.push(b'\n');
    true
}

fn write_line(record: &Record<'_>, line: &mut Vec<u8>) {
    write_position(record, line);
    line.extend_from_slice(br#","key":"#);
    write_bytes(record.key(), br#","key_encoding":"base64""#, line);
    write_headers(record, line);
    line.extend_from_slice(br#","value":"#);
    write_value(record.value(), line);
    line.push(b'}');
}

fn write_value(value: Option<&[u8]>, line: &mut Vec<u8>) {
    let Some(value) = value else {
        line.extend_from_slice(br#"null,"encoding":null"#);
        return;
    };
    if let Some(document) = as_document(value) {
        write_document(document.as_bytes(), line);
        line.extend_from_slice(br#","encoding":"json""#);
    } else {
        write_base64(value, line);
        line.extend_from_slice(br#","encoding":"base64""#);
    }
}

/// Appends the line that stands for one that is an object in S3: where the record stood, and where
/// the object is.
///
/// ```json
/// {"topic":"orders","partition":0,"offset":15,"timestamp":1545084650987,"timestamp_type":"CREATE_TIME",
///  "value":null,"encoding":"s3","object":"s3://bucket/oversize/topic=orders/partition=0/offset=15.json.gz"}
/// ```
pub fn write_pointer(record: &Record<'_>, url: &str, line: &mut Vec<u8>) {
    write_position(record, line);
    line.extend_from_slice(br#","value":null,"encoding":"s3","object":"#);
    write_json(url, line);
    line.extend_from_slice(b"}\n");
}

fn write_position(record: &Record<'_>, line: &mut Vec<u8>) {
    line.extend_from_slice(br#"{"topic":"#);
    write_json(record.topic(), line);
    line.extend_from_slice(br#","partition":"#);
    write_json(&record.partition(), line);
    line.extend_from_slice(br#","offset":"#);
    write_json(&record.offset(), line);
    line.extend_from_slice(br#","timestamp":"#);
    write_json(&record.timestamp(), line);
    line.extend_from_slice(match record.timestamp_type() {
        TimestampType::CreateTime => br#","timestamp_type":"CREATE_TIME""#,
        TimestampType::LogAppendTime => br#","timestamp_type":"LOG_APPEND_TIME""#,
        TimestampType::NoTimestampType => br#","timestamp_type":"NO_TIMESTAMP_TYPE""#,
    });
}

fn write_headers(record: &Record<'_>, line: &mut Vec<u8>) {
    line.extend_from_slice(br#","headers":["#);
    let (mut is_first, mut is_whole) = (true, true);
    for header in record.headers() {
        let Ok(header) = header else {
            is_whole = false;
            continue;
        };
        line.extend_from_slice(if is_first { br#"{"name":"# } else { br#",{"name":"# });
        is_first = false;
        write_json(header.name.as_ref(), line);
        line.extend_from_slice(br#","value":"#);
        write_bytes(header.value.as_deref(), br#","encoding":"base64""#, line);
        line.push(b'}');
    }
    line.push(b']');
    if !is_whole {
        line.extend_from_slice(br#","headers_json":"#);
        write_json(&String::from_utf8_lossy(record.headers_json()), line);
    }
}

/// Appends text as a string, other bytes as base64 and what says so.
fn write_bytes(bytes: Option<&[u8]>, says_base64: &[u8], line: &mut Vec<u8>) {
    match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => line.extend_from_slice(b"null"),
        Some((_, Ok(text))) => write_json(text, line),
        Some((bytes, Err(_))) => {
            write_base64(bytes, line);
            line.extend_from_slice(says_base64);
        }
    }
}

/// Appends a document in one line. Strings hold no control characters, so that each line feed and
/// carriage return stands between tokens, where a space means the same.
fn write_document(document: &[u8], line: &mut Vec<u8>) {
    let start = line.len();
    line.extend_from_slice(document);
    let mut rest = &mut line[start..];
    while let Some(place) = memchr::memchr2(b'\n', b'\r', rest) {
        rest[place] = b' ';
        rest = &mut rest[place + 1..];
    }
}

fn write_base64(bytes: &[u8], line: &mut Vec<u8>) {
    line.push(b'"');
    STANDARD.encode_append(bytes, line);
    line.push(b'"');
}

fn write_json(value: &(impl Serialize + ?Sized), line: &mut Vec<u8>) {
    // Texts and numbers can be serialised, and writing to a `Vec` cannot fail.
    let _ = serde_json::to_writer(line, value);
}

#[cfg(test)]
mod tests;
