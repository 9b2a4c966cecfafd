//! Tables, topic and queue in memory. Every single write can be made to fail, to take effect
//! without an answer, or to be the last thing that its invocation does.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use millrace_shared::alerts::AlertId;
use millrace_shared::commit::{
    Clear, CommitOutcome, DeadLetters, Delivery, Parcel, StateStore, Stored, Version, Write,
};
use millrace_shared::delivery::Deadline;
use millrace_shared::detectors::sets::{SensorDetectors, UserDetectors};
use millrace_shared::entity::EntityKey;
use millrace_shared::kafka::DeadRecord;
use millrace_shared::settings::{DetectorNames, Settings};
use millrace_shared::state::{EntityState, Features, OutboxEntry};
use millrace_shared::windows::Closed;
use tokio::sync::Notify;

use crate::breach::{Breach, is_broken, tampered};
use crate::lambda::block_on;
use crate::stream::place;

/// What happens at one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The write fails and the invocation learns it.
    Fails,
    /// The write takes effect, and the invocation is told that it failed.
    AnswerLost,
    /// The invocation ends before the write.
    CrashBefore,
    /// The invocation ends after the write took effect.
    CrashAfter,
    /// The invocation stands still before the write until it is woken: a zombie.
    Pause,
}

/// What outlives every invocation.
pub(crate) struct World {
    pub settings: Settings,
    pub states: BTreeMap<String, (Version, EntityState)>,
    pub rows: BTreeMap<String, OutboxEntry>,
    pub published: Vec<AlertId>,
    pub buried: BTreeMap<String, &'static str>,
    /// Writes conditional on a version that no longer stood.
    pub lost_races: usize,
}

pub(crate) type SharedWorld = Rc<RefCell<World>>;

/// The detectors that look at nothing but the event.
pub(crate) const OF_THE_EVENT_ALONE: [&str; 4] =
    ["high_value", "temperature_range", "humidity_range", "battery_low"];

/// A world whose alerts can be counted by hand, whatever the order of the records: detectors that
/// look at nothing but the event, and no alert merged into another.
impl Default for World {
    fn default() -> Self {
        let mut settings = Settings { alert_cooldown: Duration::ZERO, ..Settings::default() };
        let all = UserDetectors::NAMES.iter().chain(SensorDetectors::NAMES);
        let others = all.filter(|name| !OF_THE_EVENT_ALONE.contains(name));
        settings.detectors_off = others.map(|name| (*name).to_owned()).collect();
        Self::with(settings)
    }
}

impl World {
    pub(crate) fn with(settings: Settings) -> Self {
        Self {
            settings,
            states: BTreeMap::new(),
            rows: BTreeMap::new(),
            published: Vec::new(),
            buried: BTreeMap::new(),
            lost_races: 0,
        }
    }

    /// A world with every detector there is, alerts of one cause merged, and features.
    pub(crate) fn with_everything() -> SharedWorld {
        let detectors_off = DetectorNames::default();
        let settings = Settings { detectors_off, features: true, ..Settings::default() };
        Rc::new(RefCell::new(Self::with(settings)))
    }
}

/// One invocation's connection to the world, with the faults of its writes in order.
pub(crate) struct Client {
    pub world: SharedWorld,
    faults: RefCell<std::vec::IntoIter<Fault>>,
    writes: Cell<usize>,
    /// Told when the invocation has crashed.
    pub crashed: Notify,
    /// Told when the invocation has come to stand still.
    pub paused: Notify,
    woken: Notify,
}

impl Client {
    pub(crate) fn new(world: &SharedWorld, faults: Vec<Fault>) -> Rc<Self> {
        Rc::new(Self {
            world: Rc::clone(world),
            faults: RefCell::new(faults.into_iter()),
            writes: Cell::new(0),
            crashed: Notify::new(),
            paused: Notify::new(),
            woken: Notify::new(),
        })
    }

    /// Wakes every write that stands still: an invocation makes some of its writes side by side.
    pub(crate) fn wake(&self) {
        self.woken.notify_waiters();
    }

    /// How many writes there have been.
    pub(crate) fn writes(&self) -> usize {
        self.writes.get()
    }

    /// Makes one write, as its fault has it; the result of the write if the invocation learns it.
    async fn write<T>(&self, effect: impl FnOnce(&mut World) -> T) -> Result<T, String> {
        self.writes.set(self.writes.get() + 1);
        let fault = self.faults.borrow_mut().next().unwrap_or(Fault::None);
        tokio::task::yield_now().await;
        match fault {
            Fault::None => {}
            Fault::Fails => return Err("the write failed".to_owned()),
            Fault::CrashBefore => self.crash().await,
            Fault::Pause => {
                self.paused.notify_one();
                self.woken.notified().await;
            }
            Fault::AnswerLost | Fault::CrashAfter => {
                effect(&mut self.world.borrow_mut());
                if fault == Fault::CrashAfter {
                    self.crash().await;
                }
                return Err("the answer was lost".to_owned());
            }
        }
        Ok(effect(&mut self.world.borrow_mut()))
    }

    async fn crash(&self) {
        self.crashed.notify_one();
        std::future::pending::<()>().await;
    }
}

/// Shared access for the three ports of one path.
#[derive(Clone)]
pub(crate) struct Port(pub Rc<Client>);

impl StateStore for Port {
    async fn load(&self, keys: &[&EntityKey], _: Deadline) -> Vec<Result<Option<Stored>, String>> {
        tokio::task::yield_now().await;
        let distinct: BTreeSet<&str> = keys.iter().map(|key| key.as_str()).collect();
        assert_eq!(distinct.len(), keys.len(), "DynamoDB refuses to read a key twice at a time");
        let world = self.0.world.borrow();
        keys.iter().map(|key| Ok(stored(&world, key).map(|stored| *stored))).collect()
    }

    async fn commit(&self, writes: &[Write<'_>], _: Deadline) -> Vec<CommitOutcome> {
        let mut outcomes = Vec::new();
        for write in writes {
            let outcome = self.0.write(|world| commit(world, write)).await;
            outcomes.push(outcome.unwrap_or_else(CommitOutcome::Failed));
        }
        outcomes
    }

    async fn clear(&self, clears: &[Clear<'_>], _: Deadline) {
        for clear in clears {
            let _ = self
                .0
                .write(|world| {
                    let stands = world.states.get_mut(clear.key.as_str());
                    if let Some((version, state)) = stands
                        && *version == clear.expected
                    {
                        *version = version.next();
                        state.outbox.clear();
                    }
                })
                .await;
        }
    }
}

fn stored(world: &World, key: &EntityKey) -> Option<Box<Stored>> {
    let (version, state) = world.states.get(key.as_str())?;
    Some(Box::new(Stored { state: through_storage(state).into(), version: Some(*version) }))
}

/// As a table would give it back: encoded and decoded.
fn through_storage(state: &EntityState) -> EntityState {
    use millrace_shared::state::{Body, Outbox, Watermarks};
    let mut body = state.body.clone();
    match &mut body {
        Body::User(user) => {
            user.detectors = UserDetectors::decode(&user.detectors.encode()).unwrap();
        }
        Body::Sensor(sensor) => {
            sensor.detectors = SensorDetectors::decode(&sensor.detectors.encode()).unwrap();
        }
        Body::Partition(_) | Body::Merchant(_) | Body::Calibrator(_) => {}
    }
    EntityState {
        body,
        watermarks: tampered(&Watermarks::decode(&state.watermarks.encode()).unwrap()),
        outbox: Outbox::decode(&state.outbox.encode()).unwrap(),
    }
}

fn commit(world: &mut World, write: &Write<'_>) -> CommitOutcome {
    let stands = world.states.get(write.key.as_str()).map(|(version, _)| *version);
    if stands != write.expected && !is_broken(Breach::NoCondition) {
        world.lost_races += 1;
        return CommitOutcome::Stale(stored(world, write.key));
    }
    let version = write.expected.map_or(Version::FIRST, Version::next);
    let mut state = EntityState::clone(write.state);
    if is_broken(Breach::ClearedBeforeDelivery) {
        state.outbox.clear();
    }
    world.states.insert(write.key.as_str().to_owned(), (version, state));
    CommitOutcome::Committed
}

impl Delivery for Port {
    async fn deliver(&self, parcels: &[Parcel<'_>], _: Deadline) -> Vec<Result<(), String>> {
        let mut results = Vec::new();
        for parcel in parcels {
            let row = self.0.write(|world| put_row(world, parcel)).await;
            let published = match (&row, parcel.entry) {
                (Ok(()), OutboxEntry::Alert(alert)) => {
                    self.0.write(|world| world.published.push(alert.id)).await
                }
                _ => row,
            };
            results.push(published);
        }
        results
    }
}

fn put_row(world: &mut World, parcel: &Parcel<'_>) {
    let entity = parcel.entity;
    let key = match parcel.entry {
        OutboxEntry::Features(features) => return put_features(world, entity, features),
        OutboxEntry::Alert(alert) => format!("alert {entity} {}", alert.id),
        OutboxEntry::Closed(Closed::Session(session)) => {
            format!("session {entity} {}", session.0.start)
        }
        OutboxEntry::Closed(Closed::Spend(spend)) => {
            format!("spend {entity} {} {}", spend.start, spend.spent.currency)
        }
        OutboxEntry::Closed(Closed::Measures(measures)) => {
            format!("measures {entity} {}", measures.window.start)
        }
    };
    let before = world.rows.insert(key, parcel.entry.clone());
    if let Some(before) = before {
        assert_eq!(&before, parcel.entry, "a second delivery changed a row");
    }
}

/// The one row that is replaced, on the condition that what stands is older.
fn put_features(world: &mut World, entity: &EntityKey, features: &Features) {
    let key = format!("features {entity}");
    if let Some(OutboxEntry::Features(stands)) = world.rows.get(&key)
        && stands.as_of() >= features.as_of()
        && !is_broken(Breach::FeaturesOverwritten)
    {
        let is_other = stands.as_of() == features.as_of() && stands != features;
        assert!(!is_other, "a second delivery changed a row");
        return;
    }
    world.rows.insert(key, OutboxEntry::Features(features.clone()));
}

impl DeadLetters for Port {
    async fn bury(&self, records: &[DeadRecord<'_>], _: Deadline) -> Vec<Result<(), String>> {
        let mut results = Vec::new();
        for record in records {
            let place = place(record.topic, record.partition, record.offset);
            let code = record.code;
            let buried = self.0.write(|world| world.buried.insert(place, code)).await;
            results.push(buried.map(|_| ()));
        }
        results
    }
}

#[test]
fn writes_that_stand_still_side_by_side_are_woken_together() {
    block_on(async {
        let client = Client::new(&SharedWorld::default(), vec![Fault::Pause, Fault::Pause]);
        let writes = async { futures::join!(client.write(|_| ()), client.write(|_| ())) };
        let wake = async {
            client.paused.notified().await;
            client.wake();
        };
        let both =
            tokio::time::timeout(Duration::from_secs(1), async { futures::join!(writes, wake) });
        assert_eq!(both.await, Ok(((Ok(()), Ok(())), ())));
    });
}
