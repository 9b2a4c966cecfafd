//! How records are batched and encoded.

use std::collections::BTreeSet;

use aws_lambda_events::kafka::KafkaEvent;
use millrace_generator::{
    Batch, BatchLimits, Generator, KafkaRecord, Rates, Settings, encode_event,
};

fn settings(records: u64) -> Settings {
    Settings { records, ..Settings::default() }
}

fn topics(batch: &Batch) -> BTreeSet<&str> {
    batch.records.iter().map(|record| &*record.topic).collect()
}

#[test]
fn every_record_is_in_one_batch_which_holds_one_topic_and_keeps_each_partitions_order() {
    let limits = BatchLimits { max_records: 500, ..BatchLimits::default() };
    let mut batched: Vec<KafkaRecord> = Vec::new();
    let (mut most_partitions, mut most_records) = (0, 0);
    for batch in Generator::new(settings(20_000)).batches(limits) {
        assert_eq!(topics(&batch).len(), 1);
        let partitions: BTreeSet<i32> =
            batch.records.iter().map(|record| record.partition).collect();
        most_partitions = most_partitions.max(partitions.len());
        most_records = most_records.max(batch.records.len());
        if !batch.redelivery {
            batched.extend(batch.records);
        }
    }
    assert_eq!((most_records, most_partitions), (500, 6));

    let by_place = |record: &KafkaRecord| (record.topic.clone(), record.partition, record.offset);
    assert!(batched.iter().zip(batched.iter().skip(1)).all(|(earlier, later)| {
        earlier.topic != later.topic
            || earlier.partition != later.partition
            || earlier.offset < later.offset
    }));
    let mut expected: Vec<KafkaRecord> = Generator::new(settings(20_000)).collect();
    expected.sort_by_key(by_place);
    let in_order_of_batches = batched.clone();
    batched.sort_by_key(by_place);
    assert!(batched == expected);
    assert_eq!(in_order_of_batches.len(), 20_000);
}

#[test]
fn no_event_passes_the_limit_of_bytes_and_batches_come_close_to_it() {
    let limits = BatchLimits { max_records: 10_000, max_bytes: 100_000, window_ms: 3_600_000 };
    let lengths: Vec<usize> = Generator::new(settings(10_000))
        .batches(limits)
        .map(|batch| batch.encode().len())
        .collect();
    assert!(lengths.iter().all(|length| *length <= 100_000));
    let close = lengths.iter().filter(|length| **length > 97_000).count();
    // The last batch of each topic is what was left.
    assert!(close >= lengths.len() - 3, "{lengths:?}");
}

#[test]
fn a_window_ends_a_batch() {
    let limits = BatchLimits { window_ms: 60_000, ..BatchLimits::default() };
    for batch in Generator::new(settings(10_000)).batches(limits) {
        let first = batch.records.first().map(|record| record.timestamp);
        let last = batch.records.last().map(|record| record.timestamp);
        assert!(last.unwrap() - first.unwrap() < 60_000);
    }
}

#[test]
fn a_redelivered_batch_is_the_same_as_the_one_before_and_tallied() {
    let rates = Rates { redelivered_batches: 0.3, ..Rates::default() };
    let mut batches =
        Generator::new(Settings { rates, ..settings(20_000) }).batches(BatchLimits::default());
    let (mut again, mut records) = (0, 0);
    let mut before: Option<Batch> = None;
    for batch in batches.by_ref() {
        if batch.redelivery {
            assert!(before.is_some_and(|before| before.records == batch.records));
            again += 1;
            records += batch.records.len() as u64;
        }
        before = Some(batch);
    }
    assert!(again > 5);
    let tally = batches.tally();
    assert_eq!((tally.redelivered_batches, tally.redelivered_records), (again, records));
    assert_eq!(tally.records, 20_000);
}

#[test]
fn a_mixed_batch_holds_ten_thousand_records_of_all_topics() {
    let limits = BatchLimits { window_ms: i64::MAX, ..BatchLimits::default() };
    let batch = Generator::new(settings(30_000)).mixed_batches(limits).next().unwrap();
    assert_eq!(batch.records.len(), 10_000);
    assert_eq!(topics(&batch), BTreeSet::from(["sensor-data", "transactions", "user-events"]));
    let length = batch.encode().len();
    assert!((4_000_000..6 * 1024 * 1024).contains(&length), "{length}");
}

/// The crate that Rust functions read such events with, which is stricter than Lambda.
#[test]
fn aws_lambda_events_reads_every_record_back() {
    let records: Vec<KafkaRecord> = Generator::new(settings(3_000)).collect();
    let event: KafkaEvent = serde_json::from_slice(&encode_event(&records)).unwrap();
    assert_eq!(event.event_source.as_deref(), Some("aws:kafka"));
    let mut read = 0;
    for record in &records {
        let place = format!("{}-{}", record.topic, record.partition);
        let list = &event.records[&place];
        let found = list.iter().find(|found| found.offset == record.offset).unwrap();
        read += 1;
        assert_eq!(found.topic.as_deref(), Some(&*record.topic));
        assert_eq!(i64::from(record.partition), found.partition);
        let base64 = |bytes: &Option<Vec<u8>>| {
            bytes.as_ref().map(|bytes| base64_simd::STANDARD.encode_to_string(bytes))
        };
        assert_eq!(found.key, base64(&record.key));
        assert_eq!(found.value, base64(&record.value));
        let headers: Vec<(String, Option<Vec<u8>>)> = found
            .headers
            .iter()
            .flatten()
            .map(|(name, value)| {
                (name.clone(), Some(value.iter().map(|byte| byte.cast_unsigned()).collect()))
            })
            .collect();
        assert_eq!(headers, record.headers);
    }
    assert_eq!(read, event.records.values().map(Vec::len).sum::<usize>());
}
