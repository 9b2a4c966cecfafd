//! A poller that dies, and another one that takes over.

use millrace_endpoints::{Fault, FaultKind, Service};

use super::poller::is_alive;
use super::{FUNCTIONS, Line, assert_good, until};

/// The functions outlive their pollers for a while, and go on where nobody hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_poller_killed_in_the_middle_of_a_batch_is_replaced_and_all_counts_once() {
    let mut line = Line::start().await;
    // Each function writes, and waits for an answer that never comes.
    for (service, operation) in
        [(Service::DynamoDb, "BatchExecuteStatement"), (Service::Firehose, "PutRecordBatch")]
    {
        let hangs = Fault::new(service, operation, FaultKind::HangAfter);
        line.endpoints.inject(hangs.after(2)).expect("it can hang");
    }
    let records = line.user_events(600);
    line.produce(records).await;
    let topic = line.cluster.topics.user_events.to_string();
    // Little time for what the functions do alone.
    let hurried = ["--json", "--timeout", "5s", "--env", "DEADLINE_MARGIN_MS=500"];
    let pollers = FUNCTIONS.map(|function| line.poll(function, &topic, &hurried));
    until("both are in the middle of a batch", || line.endpoints.pending_faults().is_empty()).await;
    let orphans: Vec<u32> = pollers.into_iter().flat_map(super::Poller::kill).collect();
    assert!(orphans.len() >= FUNCTIONS.len(), "{orphans:?}");

    let again = FUNCTIONS.map(|function| line.poll(function, &topic, &["--once", "--json"]));
    for poller in again {
        let report = poller.succeed().await;
        assert!(report["records"]["succeeded"].as_u64() > Some(0), "not all was done: {report}");
    }
    line.until_read(&FUNCTIONS, &topic).await;
    until("the orphans end", || !orphans.iter().any(|orphan| is_alive(*orphan))).await;
    assert_good(&line.verdict().await);
}
