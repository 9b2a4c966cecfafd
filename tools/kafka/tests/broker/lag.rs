//! How far a group is.

use millrace_event_source_mapping::{PartitionOffset, Source};
use millrace_kafka::{GroupLag, KafkaError, Standing};

use crate::cluster::{Cluster, take};

#[tokio::test]
async fn lag_is_what_is_not_committed_and_reading_it_joins_no_group() {
    let cluster = Cluster::with_topic(2).await;
    cluster.fill(0, 0..10).await;
    let group = cluster.settings().group;
    let topics = [cluster.topic.to_string()];
    let lag = GroupLag::of(&cluster.connection, &group, &topics).await.unwrap();
    let place = |partition| (cluster.topic.to_string(), partition);
    let before = lag.read().await.unwrap();
    assert_eq!(before[&place(0)], Standing { committed: None, end: 10 });
    assert_eq!(before.values().map(|standing| standing.lag()).sum::<u64>(), 10);

    let mut consumer = cluster.join().await;
    let (_, assigned) = take(&mut consumer, 10).await;
    assert_eq!(assigned.len(), 2, "nobody else is in the group");
    consumer.commit(&[PartitionOffset { partition: 0, offset: 8 }]).await.unwrap();
    let after = lag.read().await.unwrap();
    assert_eq!(after[&place(0)], Standing { committed: Some(8), end: 10 });
    assert_eq!((after[&place(0)].lag(), after[&place(1)].lag()), (2, 0));
    assert_eq!(lag.committed().await.unwrap()[&place(0)], Some(8));
}

#[tokio::test]
async fn there_is_no_lag_in_a_topic_that_is_not_there() {
    let cluster = Cluster::with_topic(1).await;
    let topics = ["nowhere".to_owned()];
    let refused = GroupLag::of(&cluster.connection, "any", &topics).await;
    assert!(matches!(refused.err(), Some(KafkaError::UnknownTopic { .. })));
}
