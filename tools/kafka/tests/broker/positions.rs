//! Where a group begins, and where it goes on.

use millrace_event_source_mapping::{PartitionOffset, Polled, Source, StartingPosition};
use millrace_kafka::{Consumer, ConsumerSettings};

use crate::cluster::{Cluster, offsets, take};

/// Young brokers lose records when a consumer resumes in the middle of a batch.
#[tokio::test]
async fn a_group_goes_on_at_its_commit_in_the_middle_of_a_batch() {
    let cluster = Cluster::with_topic(1).await;
    cluster.fill(0, 0..20).await;
    cluster.fill(0, 20..40).await;
    let mut first = cluster.join().await;
    let (came, _) = take(&mut first, 40).await;
    assert_eq!(offsets(&came), (0..40).map(|offset| (0, offset)).collect::<Vec<_>>());
    first.commit(&[PartitionOffset { partition: 0, offset: 7 }]).await.unwrap();
    first.leave().await;

    let mut second = cluster.join().await;
    let (came, assigned) = take(&mut second, 33).await;
    assert_eq!(assigned, [PartitionOffset { partition: 0, offset: 7 }]);
    assert_eq!(offsets(&came), (7..40).map(|offset| (0, offset)).collect::<Vec<_>>());
    let ends = second.end_offsets(&[0]).await.unwrap();
    assert_eq!(ends, [PartitionOffset { partition: 0, offset: 40 }]);
    // And then it says that there is no more.
    assert_eq!(second.poll().await.unwrap(), Polled::CaughtUp(ends[0]));
}

#[tokio::test]
async fn latest_begins_with_what_comes_and_a_time_with_its_first_record() {
    let cluster = Cluster::with_topic(2).await;
    // Record times ascend by a millisecond, and so do values.
    cluster.fill(0, 0..10).await;
    cluster.fill(1, 0..4).await;
    let join = async |name: &str, start| {
        let group = format!("{name}-{}", cluster.topic);
        let settings = ConsumerSettings { group, start, ..cluster.settings() };
        Consumer::join(&cluster.connection, &settings).await.unwrap()
    };
    let mut at_time = join("time", StartingPosition::AtTimestamp(1_767_600_000_007)).await;
    let mut latest = join("latest", StartingPosition::Latest).await;
    let Polled::Assigned(mut starts) = latest.poll().await.unwrap() else {
        panic!("partitions are assigned first");
    };
    starts.sort();
    let start = |partition, offset| PartitionOffset { partition, offset };
    assert_eq!(starts, [start(0, 10), start(1, 4)]);

    cluster.fill(0, 10..12).await;
    let (came, _) = take(&mut latest, 2).await;
    assert_eq!(offsets(&came), [(0, 10), (0, 11)]);
    // Nothing of partition 1 is as late.
    let (came, _) = take(&mut at_time, 5).await;
    assert_eq!(offsets(&came), (7..12).map(|offset| (0, offset)).collect::<Vec<_>>());
}
