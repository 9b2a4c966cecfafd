//! I1 and I2 with everything at once: two pollers, producers that key or not, faults and crashes at
//! any write, zombies that wake at any time, batches that are given up and redriven meanwhile.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use proptest::prelude::*;
use tokio::task::{JoinHandle, LocalSet, spawn_local};

use crate::compare::assert_each_counts_once;
use crate::lambda::{Ending, Mapping, PATIENT, again, block_on, invoke_sent_by, path};
use crate::properties::{config, cut, fault, redelivery, stream};
use crate::stream::{Record, keying, produce};
use crate::world::{Client, Fault, SharedWorld};

/// The world, what will go wrong in it, and who still sleeps in it.
struct Stage {
    world: SharedWorld,
    /// Of each invocation, in the order in which they begin.
    faults: RefCell<std::vec::IntoIter<Vec<Fault>>>,
    /// Invocations that stand still and were given up by Lambda.
    zombies: RefCell<Vec<(Rc<Client>, JoinHandle<Ending>)>>,
    /// After how many invocations those wake that sleep.
    sleep: usize,
    invocations: Cell<usize>,
}

impl Stage {
    /// One invocation; one that comes to stand still counts as timed out.
    async fn invoke(&self, records: &[Record], redrive: Option<&'static str>) -> Ending {
        self.invocations.set(self.invocations.get() + 1);
        if self.invocations.get().is_multiple_of(self.sleep) {
            self.wake();
        }
        let faults = self.faults.borrow_mut().next().unwrap_or_default();
        let client = Client::new(&self.world, faults);
        let invocation = {
            let (client, records) = (Rc::clone(&client), records.to_vec());
            async move { invoke_sent_by(&client, &path(&client), &records, redrive).await }
        };
        let mut task = spawn_local(invocation);
        tokio::select! {
            biased;
            ending = &mut task => ending.unwrap(),
            () = client.paused.notified() => {
                self.zombies.borrow_mut().push((client, task));
                Ending::Crashed
            }
        }
    }

    fn wake(&self) {
        for (client, _) in self.zombies.borrow().iter() {
            client.wake();
        }
    }

    /// Wakes all that still sleep, and lets them end.
    async fn lay_to_rest(&self) {
        for (client, mut task) in self.zombies.take() {
            loop {
                client.wake();
                tokio::select! {
                    biased;
                    ending = &mut task => break drop(ending.unwrap()),
                    // It may come to stand still once more.
                    () = client.paused.notified() => {}
                }
            }
        }
    }

    async fn deliver(&self, batch: &[Record], mapping: Mapping) -> Option<Vec<Record>> {
        let mut remaining = batch.to_vec();
        for attempt in 1..=mapping.attempts {
            if let Ending::Answered { reported, .. } =
                self.invoke(&remaining, mapping.redrive).await
            {
                if reported.is_empty() {
                    return None;
                }
                if attempt < mapping.attempts {
                    remaining = again(&remaining, &reported, mapping.redelivery);
                }
            }
        }
        Some(remaining)
    }
}

fn faults() -> impl Strategy<Value = Vec<Vec<Fault>>> {
    let fault_or_zombie = prop_oneof![20 => fault(), 1 => Just(Fault::Pause)];
    prop::collection::vec(prop::collection::vec(fault_or_zombie, 0..20), 0..30)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_each_record_counts_once_in_the_end(
        actions in stream(),
        keying in keying(),
        sizes in prop::collection::vec(1_usize..12, 1..5),
        redelivery in redelivery(),
        attempts in 1_usize..4,
        faults in faults(),
        sleep in 1_usize..12,
    ) {
        let records = produce(&actions, keying);
        block_on(LocalSet::new().run_until(async {
            let stage = Stage {
                world: SharedWorld::default(),
                faults: RefCell::new(faults.into_iter()),
                zombies: RefCell::default(),
                sleep,
                invocations: Cell::new(0),
            };
            let mapping = Mapping { redelivery, attempts, redrive: None };
            let redriving = Mapping { redrive: Some("ask"), ..PATIENT };
            // Each poller has its partitions, and what it gives up is sent again by somebody.
            let poll = async |records: Vec<Record>| {
                let mut given_up = Vec::new();
                for batch in cut(&records, &sizes) {
                    let before = given_up.len();
                    given_up.extend(stage.deliver(batch, mapping).await);
                    if before > 1 {
                        stage.deliver(&given_up[0], redriving).await;
                    }
                }
                given_up
            };
            let (one, other) = records.iter().cloned().partition(|record| record.partition == 0);
            let (one, other) = futures::join!(poll(one), poll(other));
            for _ in 0..2 {
                for batch in one.iter().chain(&other) {
                    let left = stage.deliver(batch, redriving).await;
                    assert!(left.is_none(), "I4: a redriven batch was never done");
                }
            }
            stage.lay_to_rest().await;
            assert_each_counts_once(&stage.world, &records).await;
        }));
    }
}
