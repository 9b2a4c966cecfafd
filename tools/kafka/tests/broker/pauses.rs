//! A partition that is paused.

use millrace_event_source_mapping::{Polled, Source};

use crate::cluster::{Cluster, offsets, take};

#[tokio::test]
async fn nothing_of_a_paused_partition_comes_and_all_of_it_afterwards_once_and_in_order() {
    let cluster = Cluster::with_topic(2).await;
    cluster.fill(0, 0..1_000).await;
    let mut consumer = cluster.join().await;
    let (mut of_paused, _) = take(&mut consumer, 1).await;
    // More of it is on its way by now.
    consumer.pause(0).unwrap();
    cluster.fill(0, 1_000..1_500).await;
    cluster.fill(1, 0..500).await;
    let (came, _) = take(&mut consumer, 500).await;
    assert_eq!(offsets(&came), (0..500).map(|offset| (1, offset)).collect::<Vec<_>>());

    consumer.resume(0).unwrap();
    let left = 1_500 - of_paused.len();
    of_paused.extend(take(&mut consumer, left).await.0);
    assert_eq!(offsets(&of_paused), (0..1_500).map(|offset| (0, offset)).collect::<Vec<_>>());
}

#[tokio::test]
async fn pausing_again_and_again_loses_nothing_and_repeats_nothing() {
    let cluster = Cluster::with_topic(1).await;
    cluster.fill(0, 0..5_000).await;
    let mut consumer = cluster.join().await;
    let mut came = Vec::new();
    while came.len() < 5_000 {
        match consumer.poll().await.unwrap() {
            Polled::Records(records) => came.extend(records),
            Polled::Assigned(_) | Polled::CaughtUp(_) => continue,
            other => panic!("{other:?}"),
        }
        consumer.pause(0).unwrap();
        consumer.resume(0).unwrap();
    }
    assert_eq!(offsets(&came), (0..5_000).map(|offset| (0, offset)).collect::<Vec<_>>());
}
