//! An invocation and what it took.

use std::collections::BTreeSet;
use std::time::Duration;

use millrace_generator::{KafkaRecord, encode_event};
use millrace_runtime_api::{InvokeOutcome, MAX_PAYLOAD_BYTES};
use serde_json::{Value, json};

use crate::function::{Function, NOON};

/// What Lambda gives `analytics` of memory by default (`AnalyticsMemory` in the template), with some
/// of it left for the rest of the sandbox.
const MEMORY_BYTES: u64 = 512 * 1_024 * 1_024 * 3 / 4;

/// A payment, small, by this user.
pub(crate) fn payment(user: &str, offset: i64, time: i64, amount: i64) -> KafkaRecord {
    let value = json!({ "userId": user, "amount": amount, "timestamp": time }).to_string();
    of_transactions(0, offset, &value)
}

/// A record of `transactions` with this value.
pub(crate) fn of_transactions(partition: i32, offset: i64, value: &str) -> KafkaRecord {
    KafkaRecord {
        timestamp: NOON,
        value: Some(value.as_bytes().to_vec()),
        ..KafkaRecord::at("transactions", partition, offset)
    }
}

/// The event of these records, which Lambda would hand over.
pub(crate) fn event(records: &[KafkaRecord]) -> Vec<u8> {
    let event = encode_event(records);
    assert!(event.len() <= MAX_PAYLOAD_BYTES, "{} bytes", event.len());
    event
}

/// Hands an event over, in the time that there is; says what was reported and what it took.
pub(crate) async fn hand_over(
    function: &Function,
    name: &str,
    event: &[u8],
    time: Duration,
) -> BTreeSet<i64> {
    let invoked = function.process.invoke_with_deadline(event.to_vec(), time).await.unwrap();
    tell(name, &invoked);
    let Some(answer) = invoked.outcome.response() else { panic!("{name}: {}", invoked.outcome) };
    assert!(invoked.peak_rss_bytes.is_none_or(|bytes| bytes < MEMORY_BYTES), "{invoked:?}");
    reported(answer)
}

/// The offsets that an answer reports.
fn reported(answer: &[u8]) -> BTreeSet<i64> {
    let answer: Value = serde_json::from_slice(answer).unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|one| one["itemIdentifier"]["offset"].as_i64().unwrap()).collect()
}

fn tell(name: &str, invoked: &InvokeOutcome) {
    let megabytes = invoked.peak_rss_bytes.unwrap_or_default() / 1_000_000;
    let cpu = invoked.cpu_time.unwrap_or_default().as_millis();
    let wall = invoked.duration.as_millis();
    println!("limits | {name} | {megabytes} MB | {cpu} ms | {wall} ms |");
}

/// Long enough for anything that works at all.
pub(crate) const PLENTY: Duration = Duration::from_mins(5);

/// The identifiers of the alerts of `high_value` that were published, sorted: one for each payment
/// above the limit, whatever else other detectors make of it.
pub(crate) fn high_values(function: &Function) -> Vec<String> {
    let published = function.aws.endpoints().published().into_iter();
    let of_detector = published.filter(|one| one.attributes["detector"] == "high_value");
    let id = |message: &str| {
        let alert: Value = serde_json::from_str(message).unwrap();
        alert["id"].as_str().unwrap().to_owned()
    };
    let mut ids: Vec<String> = of_detector.map(|one| id(&one.message)).collect();
    ids.sort_unstable();
    ids
}
