//! What an embedded broker drops is noticed.

use millrace_event_source_mapping::{PartitionOffset, Source};
use millrace_kafka::{Compression, KafkaError, ProducerSettings};

use crate::cluster::{Cluster, take};

/// More than the broker keeps, in records of 100 KB that are not compressed.
async fn overflow(cluster: &Cluster, from: i64) {
    let value = "x".repeat(100_000);
    let records = (from..from + 60).map(|offset| cluster.record(0, offset, &value)).collect();
    let settings =
        ProducerSettings { compression: Compression::None, ..ProducerSettings::default() };
    cluster.produce_with(settings, records).await;
}

#[tokio::test]
async fn a_group_that_comes_too_late_is_told_what_it_missed() {
    let cluster = Cluster::with_topic(1).await;
    if !cluster.is_embedded {
        return; // any other one keeps it
    }
    overflow(&cluster, 0).await;
    let mut consumer = cluster.join().await;
    let error = consumer.poll().await.unwrap_err();
    let KafkaError::Gap { expected: 0, found, partition: 0, .. } = &error else {
        panic!("{error}");
    };
    // 52 records of 100 KB are 5.2 MB, and the 5 MiB are 5.24.
    assert!((8..=9).contains(found), "{found}");
    let told = error.to_string();
    assert!(told.starts_with(&format!("records 0 to {} of test-", found - 1)), "{told}");
    assert!(told.contains("keeps 5 MiB of a partition"), "{told}");
}

#[tokio::test]
async fn a_group_that_falls_behind_is_told_what_it_missed() {
    let cluster = Cluster::with_topic(1).await;
    if !cluster.is_embedded {
        return;
    }
    cluster.fill(0, 0..5).await;
    let mut consumer = cluster.join().await;
    take(&mut consumer, 5).await;
    consumer.commit(&[PartitionOffset { partition: 0, offset: 5 }]).await.unwrap();
    consumer.pause(0).unwrap();
    overflow(&cluster, 5).await;
    consumer.resume(0).unwrap();
    let error = loop {
        match consumer.poll().await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    let KafkaError::Gap { expected: 5, found, .. } = error else { panic!("{error}") };
    assert!((13..=14).contains(&found), "{found}");
}
