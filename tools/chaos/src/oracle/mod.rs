//! What has to stand in the end: the commit path itself, run sequentially in memory, where nothing
//! fails, nothing comes twice and nobody else writes.
//!
//! Between partitions Kafka promises no order, and the sessions of a user who is written from two
//! of them depend on it. So each entity's pass goes in the order in which the entity's own writes
//! took effect, which the [`Journal`] has seen; within a partition it is that of the offsets. Each
//! record is applied once, also one that a watermark only passed over.
//!
//! What a calibrator counts follows from its labels' customers alone, so that it comes of their
//! passes. What a payment's score comes to does not: it depends on when other entities were read.

mod memory;
mod passes;

use std::collections::{BTreeMap, HashMap};

use analytics::Config;
use millrace_event_source_mapping::EventSource;
use millrace_shared::commit::CommitPath;
use millrace_shared::delivery::{Deadline, Retry};
use millrace_shared::entity::{EntityKey, EntityKind};
use millrace_shared::events::{self, Event};
use millrace_shared::kafka::Timestamp;
use millrace_shared::state::{EntityState, OutboxEntry};

use crate::input::Input;
use crate::journal::Journal;
use memory::Memory;

/// What has to stand in the tables, the topic and the queue.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// The states of all entities.
    pub(crate) states: HashMap<EntityKey, EntityState>,
    /// Everything delivered.
    pub(crate) delivered: Vec<(EntityKey, OutboxEntry)>,
    /// Dead records by topic, partition and offset, and why.
    pub(crate) dead: BTreeMap<(String, i32, i64), &'static str>,
    /// What the journal tells that should not be: a version that two writes made, one that none
    /// made.
    pub(crate) misordered: Vec<String>,
}

/// The commit path as the function is configured.
pub(crate) struct Oracle {
    config: Config,
    source: EventSource,
}

/// Where the records of an entity stand: the place of their log, and their offsets in order.
type Places = BTreeMap<usize, Vec<i64>>;

impl Oracle {
    /// For a function with this configuration, which gets events from this source.
    pub(crate) fn new(config: Config, source: EventSource) -> Self {
        Self { config, source }
    }

    /// Works out what has to stand. Runs on this thread until it is done.
    pub(crate) fn expect(&self, input: &Input, journal: &Journal) -> Expected {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build()
        else {
            unreachable!("a runtime on this thread needs nothing that can be missing")
        };
        runtime.block_on(async {
            let mut expected = Expected::default();
            passes::partitions(self, input, &mut expected).await;
            passes::entities(self, input, journal, &mut expected).await;
            expected
        })
    }

    fn path<'m>(&self, memory: &'m Memory) -> CommitPath<&'m Memory, &'m Memory, &'m Memory> {
        CommitPath {
            settings: self.config.settings.clone(),
            topics: self.config.topics.clone(),
            on_suspicious: self.config.on_suspicious,
            cluster: self.config.cluster.clone(),
            retry: Retry::new(Box::new(|| 0.0)),
            store: memory,
            delivery: memory,
            dead_letters: memory,
        }
    }

    fn cluster(&self) -> &str {
        self.config.cluster.as_deref().or(self.source.arn()).unwrap_or_default()
    }

    /// The users, sensors and merchants in the input, and where their records stand.
    fn entities(&self, input: &Input) -> HashMap<EntityKey, Places> {
        let mut entities: HashMap<EntityKey, Places> = HashMap::new();
        for (place, log) in input.logs().iter().enumerate() {
            let Some(rule) = self.config.topics.rule(&log.topic) else { continue };
            for record in &log.records {
                let Some(value) = &record.value else { continue };
                let time = Some(Timestamp(record.timestamp));
                let Ok(event) = events::parse(rule.kind, value, time) else { continue };
                for entity in concerned(&event) {
                    let entity = entities.entry(entity).or_default();
                    entity.entry(place).or_default().push(record.offset);
                }
            }
        }
        entities
    }
}

/// The user or sensor, and of a label the merchant as well.
fn concerned(event: &Event<'_>) -> impl Iterator<Item = EntityKey> {
    let (kind, owner, merchant) = match event {
        Event::UserEvent(event) => (EntityKind::User, &event.user_id, None),
        Event::Transaction(payment) => (EntityKind::User, &payment.user_id, None),
        Event::TransactionLabel(label) => {
            (EntityKind::User, &label.user_id, label.merchant.as_deref())
        }
        Event::SensorReading(reading) => (EntityKind::Sensor, &reading.sensor_id, None),
    };
    let merchant = merchant.map(|id| EntityKey::new(EntityKind::Merchant, id));
    [EntityKey::new(kind, owner)].into_iter().chain(merchant)
}

/// Long enough for anything in memory.
fn deadline() -> Deadline {
    Deadline::after(std::time::Duration::from_hours(1))
}
