//! Decodes the largest batch again and again, and packs its lines, for a profiler:
//!
//! ```text
//! cargo build --release -p relay --example pack
//! valgrind --tool=callgrind target/release/examples/pack 11 [pack]
//! ```
//!
//! The instructions that a record takes are what eleven rounds take more than one round, by ten
//! rounds of 10,000 records.

use std::time::Instant;

use millrace_shared::kafka::{Batch, Entry};
use millrace_workloads::payloads::Payload;
use relay::line::{self, Envelope};
use relay::pack::{Packer, Packing};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds: u32 = arguments.next().map_or(Ok(1), |rounds| rounds.parse())?;
    let packs = arguments.next().is_some_and(|what| what == "pack");
    let event = Payload::B10k.event();
    let (mut bytes, mut entries) = (0, 0);
    let started = Instant::now();
    for _ in 0..rounds {
        let batch = Batch::decode(&event)?;
        let mut packer = Packer::new(Packing::default());
        for entry in batch.entries() {
            if let (true, Entry::Record(record)) = (packs, entry) {
                let write = |line: &mut Vec<u8>| line::write(Envelope::Line, &record, line);
                packer.add(record.topic_index(), record.index(), write);
            }
        }
        let finished = packer.finish();
        entries += finished.len();
        bytes += finished.iter().map(|packed| packed.data.len()).sum::<usize>();
    }
    let micros = started.elapsed().as_micros() / u128::from(rounds.max(1));
    println!(
        "{rounds} rounds of {} records, {} bytes of event: {entries} Firehose records, \
         {bytes} bytes, {micros} µs a round",
        Payload::B10k.shape().records,
        event.len()
    );
    Ok(())
}
