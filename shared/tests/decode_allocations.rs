//! How many allocations decoding takes: a count, which does not depend on the machine.

#[path = "../examples/decode/b_10k.rs"]
mod b_10k;

use millrace_shared::kafka::{Batch, Entry};

#[test]
fn decoding_ten_thousand_records_takes_a_handful_of_allocations() {
    let event = b_10k::event().unwrap();
    let mut decoded = 0;
    let allocations = allocation_counter::measure(|| {
        let batch = Batch::decode(event.as_bytes()).unwrap();
        for entry in batch.entries() {
            let Entry::Record(record) = entry else { panic!("{entry:?}") };
            let _ = (record.topic(), record.key(), record.value());
            decoded += 1;
        }
    });
    assert_eq!(decoded, b_10k::RECORDS);
    // Measured: 7. The bound is 0.05 a record, which would be 500.
    assert!(allocations.count_total <= 50, "{allocations:?}");
    // The values and keys, once, and a list entry of about a hundred bytes a record.
    assert!(allocations.bytes_max < event.len() as u64, "{allocations:?}");
}
