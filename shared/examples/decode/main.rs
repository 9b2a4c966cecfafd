//! Decodes the largest batch again and again, for a profiler:
//!
//! ```text
//! cargo build --release -p millrace-shared --example decode
//! valgrind --tool=callgrind target/release/examples/decode 11
//! ```
//!
//! The instructions that a record takes are what eleven rounds take more than one round, by ten
//! rounds of 10,000 records.

mod b_10k;

use millrace_shared::kafka::{Batch, Entry};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(1), |rounds| rounds.parse())?;
    let event = b_10k::event()?;
    let mut value_bytes = 0;
    for _ in 0..rounds {
        let batch = Batch::decode(event.as_bytes())?;
        for entry in batch.entries() {
            if let Entry::Record(record) = entry {
                value_bytes += record.value().map_or(0, <[u8]>::len);
            }
        }
    }
    let records = b_10k::RECORDS;
    println!(
        "{rounds} rounds of {records} records, {} bytes of event, {value_bytes} of values",
        event.len()
    );
    Ok(())
}
