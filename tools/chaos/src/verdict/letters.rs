//! The dead-letter queue against the records that can never succeed: a letter for each, whole, and
//! none for any other.

use std::collections::HashMap;

use base64_simd::STANDARD;
use serde::Deserialize;

use super::Verdict;
use crate::input::{Input, Sums};
use crate::oracle::Expected;
use crate::{ChaosError, Site};

const NAME: &str = "dead letters";

/// What of a letter is compared.
#[derive(Debug, Deserialize)]
struct Letter {
    id: String,
    reason: String,
    function: String,
    topic: Option<String>,
    partition: Option<i32>,
    offset: Option<i64>,
    value: Option<String>,
    value_encoding: Option<String>,
}

type Place = (String, i32, i64);

pub(super) fn compare(
    site: &Site<'_>,
    input: &Input,
    sums: &Sums,
    expected: &Expected,
    verdict: &mut Verdict,
) -> Result<(), ChaosError> {
    // Two ways to tell which records are dead: somebody else's parser and the commit path.
    for place in sums.dead.iter().filter(|place| !expected.dead.contains_key(*place)) {
        verdict.lost_one("records told to be dead", || shown(place));
    }
    for place in expected.dead.keys().filter(|place| !sums.dead.contains(*place)) {
        verdict.doubled_one("records told to be dead", || shown(place));
    }
    let mut seen: HashMap<Place, String> = HashMap::new();
    for message in site.endpoints.queue_messages(&site.config()?.dead_letter_queue_url) {
        let letter: Letter = serde_json::from_str(&message.body).map_err(|error| {
            ChaosError::Unknown { sink: "the dead-letter queue", reason: error.to_string() }
        })?;
        let place = letter.place();
        let what = || format!("letter of {} for {}", letter.function, shown(&place));
        // `relay` archives whatever can be decoded, and all of the input can.
        if letter.function != "analytics" {
            verdict.doubled_one(NAME, what);
            continue;
        }
        let Some(reason) = expected.dead.get(&place) else {
            verdict.doubled_one(NAME, what);
            continue;
        };
        let record = input.record(&place.0, place.1, place.2);
        let is_whole = record.is_some_and(|record| letter.value() == record.value);
        match seen.get(&place) {
            Some(id) if *id == letter.id && is_whole => verdict.dead_letters_again += 1,
            None if letter.reason == *reason && is_whole => {
                verdict.found(NAME);
                seen.insert(place, letter.id);
            }
            _ => verdict.different_one(NAME, what),
        }
    }
    for place in expected.dead.keys().filter(|place| !seen.contains_key(*place)) {
        verdict.lost_one(NAME, || format!("letter for {}", shown(place)));
    }
    Ok(())
}

impl Letter {
    fn place(&self) -> Place {
        let topic = self.topic.clone().unwrap_or_default();
        (topic, self.partition.unwrap_or(-1), self.offset.unwrap_or(-1))
    }

    /// The record's value, which a letter holds as text or in base64.
    fn value(&self) -> Option<Vec<u8>> {
        let value = self.value.as_ref()?;
        match self.value_encoding.as_deref() {
            Some("base64") => STANDARD.decode_to_vec(value).ok(),
            _ => Some(value.clone().into_bytes()),
        }
    }
}

fn shown((topic, partition, offset): &Place) -> String {
    format!("{topic}, partition {partition}, offset {offset}")
}
