//! What is sent is what comes.

use std::time::Duration;

use millrace_kafka::{Acks, Compression, ProducerSettings};
use millrace_kafka_event::{KafkaRecord, TimestampType};

use crate::cluster::{Cluster, offsets, take};

#[tokio::test]
async fn everything_that_kafka_holds_of_a_record_comes_back() {
    let cluster = Cluster::with_topic(1).await;
    let place = |offset| KafkaRecord {
        timestamp: 1_767_600_000_123,
        timestamp_type: TimestampType::CreateTime,
        ..KafkaRecord::at(cluster.topic.clone(), 0, offset)
    };
    let header = |name: &str, value: Option<&[u8]>| (name.to_owned(), value.map(<[u8]>::to_vec));
    let sent = vec![
        KafkaRecord {
            key: Some(b"user-1".to_vec()),
            value: Some(vec![0, 255, 128, b'"']),
            headers: vec![
                header("trace", Some(b"00-\xff")),
                header("empty", Some(b"")),
                header("null", None),
                header("trace", Some(b"again")),
            ],
            ..place(0)
        },
        // A tombstone, a value without a key, and one that is empty, which is no tombstone.
        KafkaRecord { key: Some(b"user-1".to_vec()), ..place(1) },
        KafkaRecord { value: Some(b"{}".to_vec()), ..place(2) },
        KafkaRecord { key: Some(Vec::new()), value: Some(Vec::new()), ..place(3) },
    ];
    cluster.produce(sent.clone()).await;
    let (came, assigned) = take(&mut cluster.join().await, 4).await;
    assert_eq!((came, assigned.len(), assigned[0].offset), (sent, 1, 0));
}

#[tokio::test]
async fn every_codec_is_read_and_a_key_is_in_the_partition_that_javas_producer_chooses() {
    let cluster = Cluster::with_topic(16).await;
    let mut codecs =
        vec![Compression::None, Compression::Gzip, Compression::Lz4, Compression::Zstd];
    if cluster.is_embedded {
        codecs.push(Compression::Snappy); // not every young broker has it
    }
    let count = codecs.len();
    for compression in codecs {
        // -1: the key decides. Kafka's own test has the hash of `21`: see the generator's murmur2.
        let key = Some(b"21".to_vec());
        let record = KafkaRecord { key, ..cluster.record(-1, 0, &"a value ".repeat(100)) };
        let settings = ProducerSettings { compression, ..ProducerSettings::default() };
        cluster.produce_with(settings, vec![record]).await;
    }
    let (came, _) = take(&mut cluster.join().await, count).await;
    let expected: Vec<(i32, i64)> = (0..).take(count).map(|offset| (12, offset)).collect();
    assert_eq!(offsets(&came), expected);
    assert!(
        came.iter().all(|record| record.value.as_ref().is_some_and(|value| value.len() == 800))
    );
}

#[tokio::test]
async fn a_producer_without_acknowledgement_and_lingering_sends_all_the_same() {
    let cluster = Cluster::with_topic(1).await;
    let settings = ProducerSettings {
        acks: Acks::Leader,
        is_idempotent: false,
        linger: Duration::from_millis(50),
        batch_bytes: 1_000,
        ..ProducerSettings::default()
    };
    let records = (0..100).map(|offset| cluster.record(0, offset, "a value")).collect();
    cluster.produce_with(settings, records).await;
    let (came, _) = take(&mut cluster.join().await, 100).await;
    assert_eq!(offsets(&came), (0..100).map(|offset| (0, offset)).collect::<Vec<_>>());
}
