//! Two pollers of one group.

use super::{FUNCTIONS, Line, assert_good, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_poller_takes_its_share_and_then_all_while_records_come() {
    let mut line = Line::start().await;
    let mut records = line.user_events(900).into_iter();
    let topic = line.cluster.topics.user_events.to_string();
    line.produce(records.by_ref().take(300)).await;
    let first = line.poll("analytics", &topic, &[]);
    line.until_read(&["analytics"], &topic).await;

    // While it has work to do, the second one comes.
    line.produce(records.by_ref().take(300)).await;
    let second = line.poll("analytics", &topic, &[]);
    until("the first one gives some back", || first.has_told(" went to another consumer")).await;
    until("the second one gets them", || second.has_told("reading partition ")).await;
    line.until_read(&["analytics"], &topic).await;

    // While both have work to do, the first one goes.
    line.produce(records).await;
    first.interrupt();
    let first = first.finish().await;
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    line.until_read(&["analytics"], &topic).await;
    second.interrupt();
    let second = second.finish().await;
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    for told in [&first.stdout, &second.stdout] {
        assert!(told.contains(" records of "), "each did some: {told}");
    }

    line.poll("relay", &topic, &["--once", "--json"]).succeed().await;
    line.until_read(&FUNCTIONS, &topic).await;
    assert_good(&line.verdict().await);
}
