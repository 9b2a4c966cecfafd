//! Sinks that take 300 ms for every request.

use std::time::Duration;

use millrace_endpoints::{Fault, FaultKind, Service};

use crate::function::{Function, NOON};
use crate::run::{PLENTY, event, hand_over, high_values, of_transactions, payment};

#[tokio::test]
async fn with_sinks_at_300_milliseconds_one_invocation_does_all() {
    let function = Function::start().await;
    for service in [Service::DynamoDb, Service::Sns, Service::Sqs, Service::CloudWatch] {
        let latency = FaultKind::Latency(Duration::from_millis(300));
        let fault = Fault::of_service(service, latency).times(u32::MAX);
        function.aws.endpoints().inject(fault).unwrap();
    }
    // 2,000 users, every tenth of whom raises an alert, and some dead records.
    let mut records: Vec<_> = (0..2_000)
        .map(|offset| {
            let amount = if offset % 10 == 0 { 50_000 } else { 5 };
            payment(&format!("user-{offset}"), offset, NOON, amount)
        })
        .collect();
    records.extend((2_000..2_020).map(|offset| of_transactions(0, offset, "{")));
    let name = "2,020 records, 2,000 keys, every request takes 300 ms";
    let reported = hand_over(&function, name, &event(&records), PLENTY).await;
    assert!(reported.is_empty());
    function.aws.endpoints().clear_faults();
    assert_eq!(high_values(&function).len(), 200);
    let letters = function.aws.endpoints().queue_messages(&function.resources.queue_url);
    assert_eq!(letters.len(), 20);
    assert_eq!(function.transactions_of("user-1999").await, Some(1));
}
