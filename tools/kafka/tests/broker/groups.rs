//! Two members of one group.

use std::collections::BTreeSet;

use millrace_event_source_mapping::{PartitionOffset, Polled, Source};
use millrace_kafka::Consumer;

use crate::cluster::{Cluster, take};

/// Polls until something else than records and ends comes.
async fn next_change(consumer: &mut Consumer) -> Polled {
    loop {
        match consumer.poll().await.expect("it can go on") {
            Polled::Records(_) | Polled::CaughtUp(_) => {}
            change => return change,
        }
    }
}

#[tokio::test]
async fn a_new_member_gets_its_share_when_the_first_one_has_committed_and_gets_all_when_it_leaves()
{
    let cluster = Cluster::with_topic(4).await;
    for partition in 0..4 {
        cluster.fill(partition, 0..10).await;
    }
    let mut first = cluster.join().await;
    let (_, assigned) = take(&mut first, 40).await;
    assert_eq!(assigned.len(), 4);

    let mut second = cluster.join().await;
    let joined = tokio::spawn(async move {
        let change = next_change(&mut second).await;
        (second, change)
    });
    let Polled::Revoking(partitions) = next_change(&mut first).await else {
        panic!("the group wants some back");
    };
    assert_eq!(partitions.len(), 2, "and no more than that");
    // What was in flight is done, and can still be committed.
    let done: Vec<PartitionOffset> = partitions
        .iter()
        .map(|partition| PartitionOffset { partition: *partition, offset: 6 })
        .collect();
    first.commit(&done).await.unwrap();
    first.release(&partitions).await.unwrap();

    // Meanwhile the first one has to be polled: it takes part in the group.
    let mut joined = joined;
    let (mut second, change) = loop {
        tokio::select! {
            joined = &mut joined => break joined.unwrap(),
            polled = first.poll() => match polled.unwrap() {
                Polled::Records(_) | Polled::CaughtUp(_) => {}
                other => panic!("{other:?}"),
            },
        }
    };
    let Polled::Assigned(mut starts) = change else { panic!("{change:?}") };
    starts.sort();
    let mut done = done;
    done.sort();
    assert_eq!(starts, done, "it goes on where the first one stopped");

    first.leave().await;
    let mut all: BTreeSet<i32> = starts.iter().map(|start| start.partition).collect();
    while all.len() < 4 {
        match next_change(&mut second).await {
            Polled::Assigned(starts) => all.extend(starts.iter().map(|start| start.partition)),
            other => panic!("{other:?}"),
        }
    }
}
