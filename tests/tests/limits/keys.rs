//! As many records as Lambda hands over, for one key and for as many keys.

use crate::function::{Function, NOON};
use crate::run::{PLENTY, event, hand_over, high_values, payment};

const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn ten_thousand_records_for_one_hot_key() {
    let function = Function::start().await;
    let records: Vec<_> =
        (0..10_000).map(|offset| payment("anna", offset, NOON + offset, 5)).collect();
    let name = "10,000 records for one key";
    let reported = hand_over(&function, name, &event(&records), PLENTY).await;
    assert!(reported.is_empty());
    assert_eq!(function.transactions_of("anna").await, Some(10_000));
}

/// Each record raises an alert and closes the window of the day before, so that the outbox is full
/// again and again: state and outbox are committed and delivered in rounds.
#[tokio::test]
async fn thousands_of_alerts_and_windows_for_one_hot_key() {
    let function = Function::start().await;
    let of_day = |offset| payment("anna", offset, NOON + offset * DAY_MS, 50_000);
    let records: Vec<_> = (0..4_000).map(of_day).collect();
    let name = "4,000 records for one key, an alert and a closed window each";
    let reported = hand_over(&function, name, &event(&records), PLENTY).await;
    assert!(reported.is_empty());
    assert_eq!(function.transactions_of("anna").await, Some(4_000));
    let mut published = high_values(&function);
    assert_eq!(published.len(), 4_000);
    published.dedup();
    assert_eq!(published.len(), 4_000);
}

#[tokio::test]
async fn ten_thousand_records_for_ten_thousand_new_keys() {
    let function = Function::start().await;
    let of_user = |offset| payment(&format!("user-{offset}"), offset, NOON, 5);
    let records: Vec<_> = (0..10_000).map(of_user).collect();
    let name = "10,000 records for 10,000 new keys";
    let reported = hand_over(&function, name, &event(&records), PLENTY).await;
    assert!(reported.is_empty());
    for user in ["user-0", "user-4999", "user-9999"] {
        assert_eq!(function.transactions_of(user).await, Some(1));
    }
}
