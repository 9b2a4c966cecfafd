//! The sequential passes: one over the partitions, one over each user, sensor and merchant.

use std::collections::BTreeMap;

use millrace_generator::KafkaRecord;
use millrace_shared::commit::CommitPath;
use millrace_shared::entity::EntityKey;
use millrace_shared::kafka::{Batch, Offset, Partition};
use millrace_shared::state::{Body, EntityState, SourceId, Watermarks};

use super::memory::{Kept, Memory};
use super::{Expected, Oracle, Places, deadline};
use crate::input::Input;
use crate::journal::{Journal, Write};

/// Records that are taken at a time where it makes no difference how many.
const BATCH: usize = 1_000;

type Path<'m> = CommitPath<&'m Memory, &'m Memory, &'m Memory>;

/// Each partition by itself, in the order of its offsets: what the partitions' own states come to,
/// and which records are dead.
pub(super) async fn partitions(oracle: &Oracle, input: &Input, expected: &mut Expected) {
    let memory = Memory::new(Kept::Partitions);
    let path = oracle.path(&memory);
    for log in input.logs() {
        for records in log.records.chunks(BATCH) {
            take(&path, oracle, records).await;
        }
    }
    expected.states.extend(memory.take_states());
    for dead in memory.take_dead() {
        expected.dead.insert((dead.topic, dead.partition, dead.offset), dead.code);
    }
}

/// Each user, sensor and merchant by itself, in the order of the writes that took effect.
pub(super) async fn entities(
    oracle: &Oracle,
    input: &Input,
    journal: &Journal,
    expected: &mut Expected,
) {
    let memory = Memory::new(Kept::Partitions);
    let path = oracle.path(&memory);
    for (entity, places) in oracle.entities(input) {
        memory.keep(Kept::Only(entity.clone()));
        let writes = journal.writes(entity.as_str());
        expected.misordered.extend(misordered(&entity, &writes));
        let mut left = places;
        for write in &writes {
            let records = applied(oracle, input, write, &mut left);
            take(&path, oracle, &records).await;
        }
        // What no write has applied: the tables have to lack it.
        for (place, offsets) in left {
            let log = &input.logs()[place];
            let records: Vec<KafkaRecord> =
                offsets.iter().filter_map(|offset| log.record(*offset).cloned()).collect();
            take(&path, oracle, &records).await;
        }
        expected.states.extend(memory.take_states());
    }
    for (calibrator, taught) in memory.take_taught() {
        let writes = journal.writes(calibrator.as_str());
        expected.misordered.extend(misordered(&calibrator, &writes));
        let mut state = EntityState::new(calibrator.kind());
        state.body = Body::Calibrator(taught);
        expected.states.insert(calibrator, state);
    }
    expected.delivered = memory.take_delivered();
}

/// The records of an entity that a write applied: those that are done by the watermarks that it set
/// and by those of no write before, partition by partition as an event lists them.
fn applied(oracle: &Oracle, input: &Input, write: &Write, left: &mut Places) -> Vec<KafkaRecord> {
    let watermarks = write.watermarks.as_deref().map(Watermarks::decode);
    let Some(Ok(watermarks)) = watermarks else { return Vec::new() };
    let mut records = Vec::new();
    for (place, offsets) in left {
        let log = &input.logs()[*place];
        let source = SourceId::new(oracle.cluster(), &log.topic);
        let is_done =
            |offset: i64| watermarks.is_done(source, Partition(log.partition), Offset(offset));
        let of_write = offsets.extract_if(.., |offset| is_done(*offset));
        records.extend(of_write.filter_map(|offset| log.record(offset).cloned()));
    }
    records
}

/// The versions that two writes made, and those that none made although a later one was.
fn misordered(entity: &EntityKey, writes: &[Write]) -> Vec<String> {
    let mut times: BTreeMap<u64, u64> = BTreeMap::new();
    for write in writes {
        *times.entry(write.version).or_default() += 1;
    }
    let last = times.keys().next_back().copied().unwrap_or_default();
    let problem = |version: u64| match times.get(&version) {
        Some(1) => None,
        Some(count) => Some(format!("version {version} of {entity} was written {count} times")),
        None => Some(format!("version {version} of {entity} was never written")),
    };
    (1..=last).filter_map(problem).collect()
}

/// Takes records through the commit path, where nothing can fail.
async fn take(path: &Path<'_>, oracle: &Oracle, records: &[KafkaRecord]) {
    if records.is_empty() {
        return;
    }
    let body = oracle.source.encode(records);
    let Ok(batch) = Batch::decode(&body) else { unreachable!("what was just encoded is an event") };
    let done = path.run(&batch, deadline()).await;
    path.clear(&done, deadline()).await;
    debug_assert!(done.failed.is_empty(), "nothing fails in memory");
}
