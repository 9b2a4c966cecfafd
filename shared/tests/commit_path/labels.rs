//! I1 to I3 for labels: of several entities each, merchants that many partitions write, and a crash
//! or a fault at every write.

use millrace_shared::detectors::Note;
use millrace_shared::fraud::LabelFate;
use millrace_shared::state::Body;

use crate::lambda::{Redelivery, block_on, deliver, sequential};
use crate::named::{NOON, answer};
use crate::stream::Record;
use crate::world::{Fault, SharedWorld, World};

/// Users of three partitions who pay at two merchants.
const USERS: [(&str, i32); 3] = [("anna", 0), ("bert", 1), ("cleo", 2)];
const MERCHANTS: [&str; 2] = ["kiosk", "garage"];
/// More than a customer remembers the labels of.
const PAYMENTS: i64 = 20;

fn payment((user, partition): (&str, i32), number: i64) -> Record {
    let (merchant, amount) = (MERCHANTS[usize::from(number % 3 == 0)], 10 + number * 7);
    let value = format!(
        r#"{{"transactionId":"{user}-{number}","userId":"{user}","merchant":"{merchant}","amount":{amount},"timestamp":{}}}"#,
        NOON + number * 60_000
    );
    let (topic, time) = ("transactions", NOON);
    Record { topic, partition, offset: number, time, value: Some(value) }
}

fn label((user, partition): (&str, i32), number: i64, offset: i64, fraud: bool) -> Record {
    let merchant = MERCHANTS[usize::from(number % 3 == 0)];
    let value = format!(
        r#"{{"transactionId":"{user}-{number}","userId":"{user}","merchant":"{merchant}","fraud":{fraud},"timestamp":{}}}"#,
        NOON + number * 60_000
    );
    let (topic, time) = ("transaction-labels", NOON);
    Record { topic, partition, offset, time, value: Some(value) }
}

fn payments() -> Vec<Record> {
    let of_user = |user| (0..PAYMENTS).map(move |number| payment(user, number));
    USERS.into_iter().flat_map(of_user).collect()
}

/// Of every payment its label; of some a second one, that says the same or the opposite, and one of
/// a payment that never was.
fn labels() -> Vec<Record> {
    let of_user = |user| {
        let firsts = (0..PAYMENTS).map(move |number| label(user, number, number, number % 5 == 0));
        firsts.chain([
            label(user, 19, PAYMENTS, false),
            label(user, 18, PAYMENTS + 1, true),
            label(user, 77, PAYMENTS + 2, true),
        ])
    };
    USERS.into_iter().flat_map(of_user).collect()
}

async fn world_with_payments() -> SharedWorld {
    let world = World::with_everything();
    deliver(&world, &payments(), &mut std::iter::empty(), Redelivery::WholeBatch).await;
    world
}

async fn one_pass() -> World {
    let settings = World::with_everything().borrow().settings.clone();
    let all: Vec<Record> = payments().into_iter().chain(labels()).collect();
    sequential(&all, &settings).await
}

#[test]
pub(crate) fn i1_i2_whichever_write_of_labels_fails_or_is_the_last_one_the_tables_come_out_the_same()
 {
    block_on(async {
        let expected = one_pass().await.picture().without_outboxes();
        let labels = labels();
        for place in 0..40 {
            for fault in [Fault::Fails, Fault::AnswerLost, Fault::CrashBefore, Fault::CrashAfter] {
                let world = world_with_payments().await;
                let mut broken = vec![Fault::None; place];
                broken.push(fault);
                let mut faults = std::iter::once(broken);
                deliver(&world, &labels, &mut faults, Redelivery::FromLowestReported).await;
                let picture = world.borrow().picture().without_outboxes();
                assert_eq!(picture, expected, "write {place}: {fault:?}");
                world.borrow().assert_all_known(&labels);
            }
        }
    });
}

#[test]
fn each_label_counts_once_for_its_customer_its_merchant_and_a_calibrator() {
    block_on(async {
        let world = world_with_payments().await;
        let (reported, tally) = answer(&world, &labels(), vec![]).await;
        assert_eq!((reported, tally.applied), (0, 69));
        let fate = |fate| tally.notes.get(&Note::Label(fate)).copied().unwrap_or_default();
        assert_eq!(fate(LabelFate::Counted), 60);
        assert_eq!(fate(LabelFate::Repeated), 3);
        assert_eq!(fate(LabelFate::Contradicted), 3);
        assert_eq!(fate(LabelFate::Unknown), 3);
        let world = world.borrow();
        let counted = |part: i32| match &world.states
            [&format!("calibrator#transaction-labels#{part}")]
            .1
            .body
        {
            Body::Calibrator(part) => {
                (part.labels, part.calibration.total().all, part.calibration.total().frauds)
            }
            other => panic!("no calibrator: {other:?}"),
        };
        assert_eq!([0, 1, 2].map(counted), [(23, 20, 4); 3]);
        let frauds = |merchant: &str| match &world.states[&format!("merchant#{merchant}")].1.body {
            Body::Merchant(merchant) => (merchant.labels, merchant.frauds),
            other => panic!("no merchant: {other:?}"),
        };
        // Of 0 to 19 the multiples of 3 are the garage's, those of 5 fraud; 77 is the kiosk's.
        assert_eq!(frauds("garage"), (3 * 7, 3 * 2));
        assert_eq!(frauds("kiosk"), (3 * 14, 3 * 3));
    });
}

#[test]
fn partitions_that_write_one_merchant_at_a_time_lose_no_label() {
    block_on(async {
        let expected = one_pass().await;
        let world = world_with_payments().await;
        let labels = labels();
        let of_partition = async |partition: i32| {
            let records: Vec<Record> =
                labels.iter().filter(|one| one.partition == partition).cloned().collect();
            for batch in records.chunks(5) {
                deliver(&world, batch, &mut std::iter::empty(), Redelivery::WholeBatch).await;
            }
        };
        futures::join!(of_partition(0), of_partition(1), of_partition(2));
        assert!(world.borrow().lost_races > 0, "the merchants were to be written at a time");
        let merchants_and_calibrators = |world: &World| {
            let picture = world.counts().entities;
            picture.into_iter().filter(|(key, _)| !key.starts_with("user#")).collect::<Vec<_>>()
        };
        assert_eq!(
            merchants_and_calibrators(&world.borrow()),
            merchants_and_calibrators(&expected)
        );
        world.borrow().assert_all_known(&labels);
    });
}
