//! From a buffer to an object.

use std::io::Write;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use super::object_key;
use super::stream::Stream;
use crate::s3::S3;

/// Writes the buffer to one object. What cannot be written stays and is tried again when the
/// buffer's time is over once more, as the real service does for 24 hours.
pub(crate) fn deliver(stream: &mut Stream, s3: &S3, now: Instant) {
    if stream.buffer.is_empty() {
        return;
    }
    let is_gzip = stream.destination.is_gzip;
    let key = object_key::new(&stream.destination.prefix, &stream.name, Timestamp::now(), is_gzip);
    let written = if is_gzip {
        match gzip(&stream.buffer) {
            Ok(body) => s3.put(stream.bucket(), &key, &body),
            Err(error) => Err(awsim_core::AwsError::internal(error.to_string())),
        }
    } else {
        s3.put(stream.bucket(), &key, &stream.buffer)
    };
    match written {
        Ok(()) => {
            stream.buffer.clear();
            stream.buffered_since = None;
            stream.object_keys.push(key);
            stream.last_error = None;
        }
        Err(error) => {
            stream.buffered_since = Some(now);
            stream.last_error = Some(format!("S3.{}: {}", error.code, error.message));
        }
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}
