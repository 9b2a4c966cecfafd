//! How many records a second a mapping hands over to a function that answers at once.
//!
//! ```sh
//! cargo run -p millrace-event-source-mapping --example throughput
//! ```

use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::future::BoxFuture;
use millrace_event_source_mapping::{
    EventSourceMapping, Function, InvokeOutcome, Invoked, KafkaRecord, MemoryLog, PartialFailures,
    Settings, Until,
};

const PARTITIONS: i32 = 6;
const RECORDS: usize = 300_000;
const VALUE_BYTES: usize = 300;

struct AtOnce;

impl Function for AtOnce {
    fn invoke(&self, _: Bytes) -> BoxFuture<'_, Invoked> {
        Box::pin(async {
            InvokeOutcome::Answered(Bytes::from_static(b"{\"batchItemFailures\":[]}")).into()
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = MemoryLog::new("orders", usize::try_from(PARTITIONS)?);
    for (number, partition) in (0..RECORDS).zip((0..PARTITIONS).cycle()) {
        log.push(KafkaRecord {
            key: Some(format!("user-{number}").into_bytes()),
            value: Some(vec![b'x'; VALUE_BYTES]),
            ..KafkaRecord::at("orders", partition, 0)
        });
    }
    for batch_size in [100, 1_000, 10_000] {
        let settings = Settings {
            batch_size,
            partial_failures: Some(PartialFailures::ListedOnly),
            ..Settings::new("orders", "group")
        };
        let mapping = EventSourceMapping::new(settings, Arc::new(AtOnce))?;
        // Each run starts over: a log's committed offsets are those of one group.
        let log = log.rewound();
        let started = Instant::now();
        let tally = mapping.run(&mut log.consumer(), Until::EndOffsets, pending()).await?;
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "batches of {batch_size}: {} records in {} invocations, {:.2} s, {:.0} a second",
            tally.succeeded,
            tally.invocations,
            seconds,
            f64::from(u32::try_from(tally.succeeded)?) / seconds,
        );
    }
    Ok(())
}
