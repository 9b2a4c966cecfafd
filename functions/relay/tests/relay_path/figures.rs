//! What the largest batch that Lambda hands over costs at Firehose, in counts.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use millrace_shared::kafka::Batch;
use relay::line::Envelope;
use relay::pack::Packing;
use relay::{Destination, StreamMap, Tally};

use crate::event::{Record, START, event};
use crate::world::{Sinks, run};

const PARTITIONS: i32 = 8;
const STEP: u64 = 5 * 1024;

/// 10,000 records in 6 MiB of event, the lengths of their values spread around the mean.
fn largest_batch() -> Vec<Record> {
    let record = |number: i32| {
        let text = "x".repeat(usize::try_from(number % 97).unwrap() * 2 + 86);
        let value = format!(
            r#"{{"userId":"user-{}","eventType":"click","timestamp":{},"eventData":"{text}"}}"#,
            number % 700,
            START + i64::from(number)
        );
        let (partition, offset) = (number % PARTITIONS, i64::from(number / PARTITIONS));
        Record {
            key: Some(format!("user-{}", number % 700).into_bytes()),
            headers: vec![(
                "trace".to_owned(),
                Some(b"00-0af7651916cd43dd8448eb211c80319c".to_vec()),
            )],
            ..Record::new("user-events", partition, offset, Some(value.as_bytes()))
        }
    };
    (0..10_000).map(record).collect()
}

fn cost(packing: Packing) -> Tally {
    let body = event(&largest_batch());
    let six_mib = 6 * 1024 * 1024;
    assert!((six_mib * 95 / 100..=six_mib).contains(&body.len()), "{} bytes", body.len());
    let batch = Batch::decode(&body).unwrap();
    let streams = StreamMap::new(BTreeMap::new(), Some("all".to_owned()));
    let destination = Destination::Firehose { streams, packing };
    let sinks = Rc::new(Sinks::default());
    let done = run(&sinks, &destination, Envelope::Line, &batch, Duration::from_mins(1));
    let taken = &sinks.world.borrow().streams["all"];
    let sent = done.tally.sent;
    assert_eq!(sent.bytes, taken.iter().map(|data| data.len() as u64).sum::<u64>());
    let billed = taken.iter().map(|data| (data.len() as u64).div_ceil(STEP) * STEP);
    assert_eq!(sent.billed_bytes, billed.sum::<u64>());
    assert_eq!(sent.requests, sinks.world.borrow().stream_requests as u64);
    assert_eq!(done.tally.relayed, 10_000);
    done.tally
}

#[test]
fn packed_the_largest_batch_costs_its_bytes_and_few_requests() {
    let sent = cost(Packing::default()).sent;
    let needed = sent.bytes.div_ceil(4 * 1024 * 1024);
    assert!(sent.requests <= needed + u64::from(PARTITIONS.unsigned_abs()), "{sent:?}");
    assert!(sent.billed_bytes * 100 <= sent.bytes * 105, "{sent:?}");
}

#[test]
fn a_line_a_record_is_billed_as_about_ten_times_its_bytes() {
    let off = Packing { is_on: false, ..Packing::default() };
    let sent = cost(off).sent;
    assert_eq!((sent.entries, sent.billed_bytes), (10_000, 10_000 * STEP));
    let times = sent.billed_bytes * 10 / sent.bytes;
    assert!((80..=130).contains(&times), "{times} tenths, {sent:?}");
}
