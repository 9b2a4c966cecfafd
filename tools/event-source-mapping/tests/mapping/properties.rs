//! Whatever the function answers: nothing is lost, nothing is out of order, nothing is committed
//! that is not done.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millrace_event_source_mapping::{
    FunctionFailure, Observation, Observer, PartialFailures, Until,
};
use proptest::prelude::*;

use crate::scripted::{Call, Reply};
use crate::world::World;

/// What the function does with a call.
#[derive(Clone, Debug)]
enum Act {
    Done,
    Error,
    TimedOut,
    NotInvoked,
    /// Reports the records for which the pattern of bits says so.
    List(u64),
    /// Reports a record that it was not given.
    Nonsense,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Done),
        2 => Just(Act::Error),
        1 => Just(Act::TimedOut),
        1 => Just(Act::NotInvoked),
        4 => any::<u64>().prop_map(Act::List),
        1 => Just(Act::Nonsense),
    ]
}

impl Act {
    fn reply(&self, call: &Call) -> Reply {
        match self {
            Act::Done => Reply::done(),
            Act::Error => Reply::error(),
            Act::TimedOut => Reply::Fail(FunctionFailure::TimedOut),
            Act::NotInvoked => Reply::NotInvoked,
            Act::List(bits) => Reply::listed(&listed(*bits, call)),
            Act::Nonsense => Reply::listed(&[(77, 77)]),
        }
    }

    /// The records that are done by this account.
    fn done(&self, call: &Call, reading: Option<PartialFailures>) -> Vec<(i32, i64)> {
        let is_done = |place: &(i32, i64)| match (self, reading) {
            (Act::Done, _) | (Act::List(_) | Act::Nonsense, None) => true,
            (Act::List(bits), Some(PartialFailures::ListedOnly)) => {
                !listed(*bits, call).contains(place)
            }
            (Act::List(bits), Some(PartialFailures::FromLowestListed)) => {
                let listed = listed(*bits, call);
                !listed.iter().any(|failed| failed.0 == place.0 && failed.1 <= place.1)
            }
            _ => false,
        };
        call.records.iter().copied().filter(is_done).collect()
    }
}

fn listed(bits: u64, call: &Call) -> Vec<(i32, i64)> {
    let is_listed = |place: &&(i32, i64)| bits >> (place.1 % 64) & 1 == 1;
    call.records.iter().filter(is_listed).copied().collect()
}

/// What is done by the function's own account; it also looks at the order and at the commits.
#[derive(Default)]
struct Account {
    done: BTreeSet<(i32, i64)>,
    trouble: Vec<String>,
}

#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<Account>>);

impl Ledger {
    /// All lower offsets of a record have to be done, or in the same call.
    fn called(&self, call: &Call) {
        let mut account = self.0.lock().unwrap();
        for (partition, offset) in &call.records {
            for lower in 0..*offset {
                let place = (*partition, lower);
                if !account.done.contains(&place) && !call.records.contains(&place) {
                    account.trouble.push(format!("{partition}/{offset} came before {lower}"));
                }
            }
        }
    }

    fn did(&self, places: impl IntoIterator<Item = (i32, i64)>) {
        self.0.lock().unwrap().done.extend(places);
    }
}

impl Observer for Ledger {
    fn observe(&self, observation: &Observation<'_>) {
        let mut account = self.0.lock().unwrap();
        match observation {
            Observation::GivenUp { records, is_stored: true, .. } => {
                let places = records.iter().map(|record| (record.partition, record.offset));
                account.done.extend(places);
            }
            Observation::Committed(offsets) => {
                for committed in *offsets {
                    for offset in 0..committed.offset {
                        if !account.done.contains(&(committed.partition, offset)) {
                            account.trouble.push(format!(
                                "{committed:?} was committed while {offset} was not done"
                            ));
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

#[derive(Clone, Debug)]
struct Case {
    records: Vec<usize>,
    acts: Vec<Act>,
    batch_size: usize,
    retries: Option<u32>,
    bisect: bool,
    reading: Option<PartialFailures>,
    max_age: Option<Duration>,
    takes_ms: u64,
    pollers: usize,
    rebalances: Vec<(u64, i32, bool)>,
}

fn case() -> impl Strategy<Value = Case> {
    let reading = prop_oneof![
        Just(None),
        Just(Some(PartialFailures::ListedOnly)),
        Just(Some(PartialFailures::FromLowestListed))
    ];
    let topic = (
        prop::collection::vec(0..40_usize, 1..5),
        prop::collection::vec(act(), 1..30),
        prop::collection::vec((0..20_000_u64, 0..4, any::<bool>()), 0..4),
    );
    let settings = (
        1..20_usize,
        prop::option::of(0..4_u32),
        any::<bool>(),
        reading,
        prop::option::of((1..40_u64).prop_map(Duration::from_secs)),
    );
    (topic, settings, 0..2_000_u64, 1..3_usize).prop_map(
        |(
            (records, acts, rebalances),
            (batch_size, retries, bisect, reading, max_age),
            takes_ms,
            pollers,
        )| Case {
            records,
            acts,
            batch_size,
            retries,
            bisect,
            reading,
            max_age,
            takes_ms,
            pollers,
            rebalances,
        },
    )
}

fn world(case: &Case, ledger: &Ledger) -> World {
    let (acts, reading, kept) = (case.acts.clone(), case.reading, ledger.clone());
    let takes = Duration::from_millis(case.takes_ms);
    let mut world = World::taking(takes, case.records.len(), move |number, call| {
        let act = &acts[number % acts.len()];
        kept.called(call);
        kept.did(act.done(call, reading));
        act.reply(call)
    })
    .with_destination();
    world.settings.batch_size = case.batch_size;
    world.settings.retries = case.retries;
    world.settings.bisect = case.bisect;
    world.settings.partial_failures = case.reading;
    world.settings.max_record_age = case.max_age;
    world.settings.pollers = case.pollers;
    for (partition, count) in (0..).zip(&case.records) {
        world.append(partition, *count);
    }
    world
}

fn in_paused_time(work: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(work);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// One consumer from start to end.
    #[test]
    fn every_record_is_done_or_stored_in_order_and_committed_after_it(case in case()) {
        in_paused_time(async {
            let ledger = Ledger::default();
            let world = world(&case, &ledger);
            // A script of refusals alone would go on for ever.
            let is_hopeless = case.acts.iter().all(|act| matches!(act, Act::NotInvoked));
            if is_hopeless && case.max_age.is_none() {
                return;
            }
            let mapping = world.mapping().observed_by(Arc::new(ledger.clone()));
            let mut source = world.log.consumer();
            let tally = mapping.run(&mut source, Until::EndOffsets, pending()).await.unwrap();

            let account = ledger.0.lock().unwrap();
            assert_eq!(account.trouble, Vec::<String>::new());
            let all: usize = case.records.iter().sum();
            assert_eq!(account.done.len(), all);
            assert_eq!(world.log.committed(), world.log.ends());
            let all = all as u64;
            assert_eq!((tally.polled, tally.succeeded + tally.stored), (all, all));
            assert_eq!(tally.stored, world.stored.records().len() as u64);
            assert_eq!((tally.dropped, tally.abandoned), (0, 0));
            let stored: BTreeSet<(i32, i64)> = world.stored.records().into_iter().collect();
            assert_eq!(stored.len(), world.stored.records().len(), "stored once");
        });
    }

    /// Partitions are taken away, in an orderly way or not, and come back; the mapping is stopped and
    /// started again.
    #[test]
    fn rebalances_lose_nothing(case in case()) {
        in_paused_time(async {
            let ledger = Ledger::default();
            let world = world(&case, &ledger);
            let group = async {
                let mut events: BTreeMap<u64, Vec<(i32, bool)>> = BTreeMap::new();
                for (at, partition, is_orderly) in &case.rebalances {
                    events.entry(*at).or_default().push((*partition, *is_orderly));
                }
                let start = tokio::time::Instant::now();
                for (at, changes) in events {
                    tokio::time::sleep_until(start + Duration::from_millis(at)).await;
                    for (partition, is_orderly) in changes {
                        if usize::try_from(partition).unwrap() >= case.records.len() {
                            continue;
                        }
                        if is_orderly {
                            world.log.revoke(&[partition]);
                            // As long as the longest invocation and the longest store take.
                            tokio::time::sleep(Duration::from_secs(3)).await;
                        } else {
                            world.log.lose(&[partition]);
                        }
                        world.log.assign(&[partition]);
                    }
                }
            };
            let mapping = world.mapping().observed_by(Arc::new(ledger.clone()));
            let mut source = world.log.consumer();
            let stop = tokio::time::sleep(Duration::from_mins(2));
            let (tally, ()) = tokio::join!(mapping.run(&mut source, Until::Stopped, stop), group);
            let tally = tally.unwrap();
            let finished = tally.filtered_out + tally.succeeded + tally.stored + tally.dropped;
            assert_eq!(tally.polled, finished + tally.abandoned);
            let account = ledger.0.lock().unwrap();
            assert_eq!(account.trouble, Vec::<String>::new());
            for (partition, committed) in (0..).zip(world.log.committed()) {
                for offset in 0..committed {
                    assert!(account.done.contains(&(partition, offset)));
                }
            }
        });
    }
}
