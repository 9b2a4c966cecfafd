//! Decodes the largest batch again and again, and parses its values, for a profiler:
//!
//! ```text
//! cargo build --release -p millrace-shared --example decode
//! valgrind --tool=callgrind target/release/examples/decode 11 [parse]
//! ```
//!
//! The instructions that a record takes are what eleven rounds take more than one round, by ten
//! rounds of 10,000 records.

mod b_10k;

use millrace_shared::events::{self, EventKind};
use millrace_shared::kafka::{Batch, Entry, Record};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds: u32 = arguments.next().map_or(Ok(1), |rounds| rounds.parse())?;
    let wants_events = arguments.next().is_some_and(|what| what == "parse");
    let event = b_10k::event()?;
    let (mut value_bytes, mut events) = (0, 0);
    for _ in 0..rounds {
        let batch = Batch::decode(event.as_bytes())?;
        for entry in batch.entries() {
            if let Entry::Record(record) = entry {
                value_bytes += record.value().map_or(0, <[u8]>::len);
                events += u64::from(wants_events && is_event(&record));
            }
        }
    }
    let records = b_10k::RECORDS;
    println!(
        "{rounds} rounds of {records} records, {} bytes of event, {value_bytes} of values, {events} events",
        event.len()
    );
    Ok(())
}

fn is_event(record: &Record<'_>) -> bool {
    let kind = match record.topic() {
        "user-events" => EventKind::UserEvent,
        "transactions" => EventKind::Transaction,
        _ => EventKind::SensorReading,
    };
    let value = record.value().unwrap_or_default();
    events::parse(kind, value, record.timestamp()).is_ok()
}
