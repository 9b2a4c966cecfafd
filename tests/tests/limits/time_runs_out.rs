//! A deadline that comes in the middle.

use std::collections::BTreeSet;
use std::time::Duration;

use millrace_endpoints::{Fault, FaultKind, Service};

use crate::function::{Function, NOON};
use crate::run::{PLENTY, event, hand_over, high_values, payment};

const USERS: i64 = 2_000;

/// 20 requests read the states, 81 write them and 80 put the alerts, four at a time, each of which
/// takes 30 ms; for all of it there is half a second. Whatever was not done is reported before the
/// deadline (`hand_over` would see a timeout), and the next attempt does it.
#[tokio::test]
async fn work_stops_in_time_and_the_next_attempt_finishes_it() {
    let variables =
        [("DEADLINE_MARGIN_MS", "500"), ("READS_IN_FLIGHT", "4"), ("WRITES_IN_FLIGHT", "4")];
    let function = Function::start_with(&variables).await;
    let latency = FaultKind::Latency(Duration::from_millis(30));
    let fault = Fault::of_service(Service::DynamoDb, latency).times(u32::MAX);
    function.aws.endpoints().inject(fault).unwrap();
    let of_user = |offset| payment(&format!("user-{offset}"), offset, NOON, 50_000);
    let records: Vec<_> = (0..USERS).map(of_user).collect();
    let batch = event(&records);

    let name = "a deadline in the middle of 2,000 records";
    let reported = hand_over(&function, name, &batch, Duration::from_secs(1)).await;
    let everyone: BTreeSet<i64> = (0..USERS).collect();
    assert!(!reported.is_empty() && reported.is_subset(&everyone), "{}", reported.len());

    function.aws.endpoints().clear_faults();
    function.aws.endpoints().settle().await;
    let reported = hand_over(&function, "the rest of them", &batch, PLENTY).await;
    assert!(reported.is_empty());
    for user in 0..USERS {
        if user % 97 == 0 {
            assert_eq!(function.transactions_of(&format!("user-{user}")).await, Some(1), "{user}");
        }
    }
    let mut published = high_values(&function);
    published.dedup();
    assert_eq!(published.len(), usize::try_from(USERS).unwrap());
}
