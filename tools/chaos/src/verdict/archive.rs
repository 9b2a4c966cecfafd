//! The archive against the input: every record is a line at least once, and every line is a record,
//! byte for byte.

use std::borrow::Cow;
use std::io::{BufRead, BufReader};

use base64_simd::STANDARD;
use bytes::Buf;
use flate2::bufread::MultiGzDecoder;
use millrace_generator::KafkaRecord;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Verdict;
use crate::input::Input;
use crate::{ChaosError, Site};

const NAME: &str = "lines of the archive";

/// What of a line is compared.
#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    topic: Cow<'a, str>,
    partition: i32,
    offset: i64,
    timestamp: i64,
    #[serde(borrow)]
    key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow)]
    encoding: Option<Cow<'a, str>>,
}

pub(super) fn compare(
    site: &Site<'_>,
    input: &Input,
    verdict: &mut Verdict,
) -> Result<(), ChaosError> {
    let mut seen: Vec<Vec<bool>> =
        input.logs().iter().map(|log| vec![false; log.records.len()]).collect();
    site.endpoints.flush_delivery_streams();
    for object in site.endpoints.s3_objects(&site.archive_bucket()?) {
        let unknown = |reason: String| ChaosError::Unknown { sink: "the archive", reason };
        let mut lines = BufReader::new(MultiGzDecoder::new(object.body.reader()));
        let mut bytes = Vec::new();
        while lines.read_until(b'\n', &mut bytes).map_err(|error| unknown(error.to_string()))? > 0 {
            let line: Line<'_> =
                serde_json::from_slice(&bytes).map_err(|error| unknown(error.to_string()))?;
            note(&line, input, &mut seen, verdict);
            bytes.clear();
        }
    }
    for (log, seen) in input.logs().iter().zip(seen) {
        for offset in seen.iter().enumerate().filter(|(_, seen)| !**seen).map(|(offset, _)| offset)
        {
            let what = || format!("{}, partition {}, offset {offset}", log.topic, log.partition);
            verdict.lost_one(NAME, what);
        }
    }
    Ok(())
}

fn note(line: &Line<'_>, input: &Input, seen: &mut [Vec<bool>], verdict: &mut Verdict) {
    let what = || format!("{}, partition {}, offset {}", line.topic, line.partition, line.offset);
    let log = input.log(&line.topic, line.partition);
    let Some((place, record)) =
        log.and_then(|(place, log)| Some((place, log.record(line.offset)?)))
    else {
        verdict.doubled_one(NAME, what);
        return;
    };
    let Some(seen) =
        usize::try_from(line.offset).ok().and_then(|offset| seen[place].get_mut(offset))
    else {
        return;
    };
    if !line.is_of(record) {
        verdict.different_one(NAME, what);
    } else if std::mem::replace(seen, true) {
        verdict.lines_again += 1;
    } else {
        verdict.found(NAME);
    }
}

impl Line<'_> {
    fn is_of(&self, record: &KafkaRecord) -> bool {
        self.timestamp == record.timestamp
            && self.key.as_deref().map(str::as_bytes) == record.key.as_deref()
            && self.has_value_of(record)
    }

    fn has_value_of(&self, record: &KafkaRecord) -> bool {
        let value = self.value.get();
        match (self.encoding.as_deref(), &record.value) {
            (None, None) => value == "null",
            (Some("json"), Some(wanted)) => value.as_bytes() == wanted.trim_ascii(),
            (Some("base64"), Some(wanted)) => {
                let decoded = STANDARD.decode_to_vec(value.trim_matches('"')).ok();
                decoded.is_some_and(|decoded| decoded == *wanted)
            }
            _ => false,
        }
    }
}
