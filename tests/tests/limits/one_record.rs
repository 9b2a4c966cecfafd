//! One record that fills the event: 6 MB with its base64.

use base64_simd::STANDARD;
use serde_json::{Value, json};

use crate::function::{Function, NOON};
use crate::run::{PLENTY, event, hand_over, of_transactions};

/// Bytes of a value that, in base64 and with what surrounds it, is just below the limit.
const BYTES: usize = 4_700_000;

#[tokio::test]
async fn six_megabytes_in_one_sound_record_are_applied_and_the_state_stays_small() {
    let function = Function::start().await;
    let value = json!({
        "userId": "anna", "amount": 50_000, "timestamp": NOON,
        "merchant": "m".repeat(BYTES / 2), "note": "n".repeat(BYTES / 2),
    });
    let record = of_transactions(0, 0, &value.to_string());
    let name = "6 MB in one sound record";
    let reported = hand_over(&function, name, &event(&[record]), PLENTY).await;
    assert!(reported.is_empty());
    assert_eq!(function.transactions_of("anna").await, Some(1));
    let published = function.aws.endpoints().published();
    assert!(published.iter().all(|alert| alert.message.len() < 20_000));
}

#[tokio::test]
async fn six_megabytes_in_one_dead_record_reach_the_queue_whole() {
    let function = Function::start().await;
    let value = "?".repeat(BYTES);
    let record = of_transactions(0, 7, &value);
    let name = "6 MB in one dead record";
    let reported = hand_over(&function, name, &event(&[record]), PLENTY).await;
    assert!(reported.is_empty());
    let letter = letter(&function);
    assert_eq!((&letter["topic"], &letter["offset"]), (&"transactions".into(), &7.into()));
    assert!(letter["value"].as_str() == Some(&value), "the value is not what it was");
}

/// The only letter in the queue, put together from its parts.
fn letter(function: &Function) -> Value {
    let messages = function.aws.endpoints().queue_messages(&function.resources.queue_url);
    let mut parts: Vec<Value> =
        messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    assert!(parts.len() > 1);
    parts.sort_by_key(|part| part["part"].as_u64());
    let bodies = parts.iter().map(|part| part["body"].as_str().unwrap());
    let whole: Vec<u8> = bodies.flat_map(|body| STANDARD.decode_to_vec(body).unwrap()).collect();
    serde_json::from_slice(&whole).unwrap()
}

#[tokio::test]
async fn six_megabytes_in_the_name_of_a_user_are_a_dead_record() {
    let function = Function::start().await;
    let value = json!({ "userId": "u".repeat(BYTES), "amount": 5, "timestamp": NOON });
    let record = of_transactions(0, 7, &value.to_string());
    let name = "6 MB in the name of a user";
    let reported = hand_over(&function, name, &event(&[record]), PLENTY).await;
    assert!(reported.is_empty());
    assert_eq!(letter(&function)["offset"], 7);
}
