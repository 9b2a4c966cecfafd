use allocation_counter::measure;
use millrace_shared::kafka::{Batch, Entry};
use millrace_workloads::decoders::Decoder;
use millrace_workloads::memory::{in_memory, take};
use millrace_workloads::payloads::Payload;

use crate::baselines::{Counts, hold};

#[test]
fn a_record_takes_no_more_allocations_than_before() {
    let mut counts = Counts::new();
    for payload in Payload::ALL {
        let event = payload.event();
        let mut count = |what: &str, job: &mut dyn FnMut()| {
            let allocations = measure(job).count_total as f64;
            let name = format!("{what} {}", payload.name());
            counts.insert(name, allocations / payload.shape().records as f64);
        };
        count("envelope", &mut || {
            let batch = Batch::decode(&event).unwrap();
            assert!(batch.entries().all(|entry| matches!(entry, Entry::Record(_))));
        });
        count("decode", &mut || {
            Decoder::Millrace.run(&event).unwrap();
        });
    }
    counts.insert("apply b_10k".to_owned(), applying());
    hold("allocations.json", &counts, 0.02);
}

/// Of the second batch, which finds the states that the first one made.
fn applying() -> f64 {
    let mut stream = Payload::B10k.stream();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let path = in_memory();
    let mut allocations = 0;
    for _ in 0..2 {
        let event = stream.next_event();
        let batch = Batch::decode(&event).unwrap();
        let measured = measure(|| {
            let done = runtime.block_on(take(&path, &batch));
            assert_eq!(done.tally.applied, Payload::B10k.shape().records);
        });
        allocations = measured.count_total;
    }
    allocations as f64 / Payload::B10k.shape().records as f64
}

#[test]
fn decoding_keeps_the_values_once_and_a_list_of_the_records() {
    let event = Payload::B10k.event();
    let measured = measure(|| {
        let batch = Batch::decode(&event).unwrap();
        assert_eq!(batch.len() as u64, Payload::B10k.shape().records);
    });
    assert!(measured.bytes_max < event.len() as u64, "{measured:?}");
}
