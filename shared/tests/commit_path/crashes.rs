//! Every write of the path, one after the other, as the last thing that an invocation does.

use crate::lambda::{Redelivery, block_on, deliver, sequential};
use crate::lambda::{invoke, path};
use crate::stream::{Action, Keying, Record, produce};
use crate::world::{Client, Fault, World};

/// Two users and a sensor in several partitions, with alerts, a closed session, a tombstone and a
/// dead record: every kind of write but those of labels.
fn records() -> Vec<Record> {
    let hour = 3_600_000;
    let actions = [
        Action::Click { user: 0, after: 0 },
        Action::Pay { user: 0, after: 1_000, amount: 15_000, merchant: 0 },
        Action::Measure { sensor: 0, after: 0, temperature: 55 },
        Action::Tombstone { user: 0 },
        Action::Poison { user: 1 },
        Action::Pay { user: 1, after: 0, amount: 20_000, merchant: 0 },
        Action::Click { user: 0, after: hour },
        Action::Pay { user: 0, after: 2 * hour, amount: 10, merchant: 1 },
        Action::Poison { user: 0 },
    ];
    produce(&actions, Keying::ByEntity)
}

/// How many writes a batch takes when nothing goes wrong.
async fn writes(records: &[Record]) -> usize {
    let client = Client::new(&World::with_everything(), vec![]);
    invoke(&client, &path(&client), records).await;
    client.writes()
}

#[test]
pub(crate) fn i1_i2_i3_whichever_write_fails_or_is_the_last_one_the_tables_come_out_the_same() {
    let records = records();
    block_on(async {
        let settings = World::with_everything().borrow().settings.clone();
        let expected = sequential(&records, &settings).await.picture();
        let writes = writes(&records).await;
        assert!(writes >= 15, "states, rows, messages, letters and clearings: {writes}");
        let faults = [Fault::Fails, Fault::AnswerLost, Fault::CrashBefore, Fault::CrashAfter];
        for (place, fault) in (0..writes).flat_map(|place| faults.map(|fault| (place, fault))) {
            let world = World::with_everything();
            let mut broken = vec![Fault::None; place];
            broken.push(fault);
            let mut faults = std::iter::once(broken);
            deliver(&world, &records, &mut faults, Redelivery::FromLowestReported).await;
            // The next batch finds what could not be cleared.
            deliver(&world, &records, &mut faults, Redelivery::WholeBatch).await;
            let picture = world.borrow().picture();
            assert_eq!(picture, expected, "write {place} of {writes}: {fault:?}");
            world.borrow().assert_all_known(&records);
        }
    });
}
