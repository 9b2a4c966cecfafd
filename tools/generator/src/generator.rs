//! The stream: users and sensors act, each at its time, and each act becomes a record.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::mem;
use std::sync::Arc;

use millrace_kafka_event::{KafkaRecord, TimestampType};

use crate::batches::{BatchLimits, Batches};
use crate::labels::{Label, Labels};
use crate::murmur2::partition_of;
use crate::oddities::{Follower, Oddities};
use crate::population;
use crate::random::source;
use crate::sensor::Sensor;
use crate::settings::Settings;
use crate::tally::Tally;
use crate::user::{Act, User};
use crate::values;

/// Ten clicks at less than 700 ms from each other are a bot's beyond doubt.
const CLICKS_OF_A_BOT: u32 = 10;

/// The largest part of an interval by which a sensor is early or late.
const JITTER_MS: i64 = 2_000;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Actor {
    User(usize),
    Sensor(usize),
    /// Whoever tells what became of the payment that waits longest.
    Label,
}

#[derive(Clone, Copy)]
enum Kind {
    UserEvent,
    Transaction,
    SensorReading,
    Label,
}

/// What an actor did: a record but for its place in its topic.
struct Draft {
    kind: Kind,
    key: Vec<u8>,
    value: String,
}

/// The stream of records, in the order of their times. It ends after as many as the settings say.
pub struct Generator {
    settings: Settings,
    users: Vec<User>,
    sensors: Vec<Sensor>,
    merchants: Vec<String>,
    /// Who acts next, and when (epoch milliseconds).
    schedule: BinaryHeap<Reverse<(i64, Actor)>>,
    oddities: Oddities,
    labels: Labels,
    /// What comes after the record that was handed out last.
    follower: Option<(KafkaRecord, Follower)>,
    next_offsets: HashMap<(Arc<str>, i32), i64>,
    users_seen: Vec<bool>,
    sensors_seen: Vec<bool>,
    tally: Tally,
}

impl Generator {
    /// A stream at its start.
    pub fn new(settings: Settings) -> Self {
        let mut users = population::users(&settings);
        let sensors = population::sensors(&settings);
        let mut schedule = BinaryHeap::with_capacity(users.len() + sensors.len());
        for (index, user) in users.iter_mut().enumerate() {
            let first = settings.start_ms + user.first_session_ms();
            schedule.push(Reverse((first, Actor::User(index))));
        }
        let mut random = source(settings.seed, "first readings", 0);
        for index in 0..sensors.len() {
            let first = settings.start_ms + random.i64(0..settings.reading_interval_ms.max(1));
            schedule.push(Reverse((first, Actor::Sensor(index))));
        }
        Generator {
            users_seen: vec![false; users.len()],
            sensors_seen: vec![false; sensors.len()],
            merchants: values::merchant_names(settings.merchants),
            oddities: Oddities::new(&settings),
            labels: Labels::new(&settings),
            follower: None,
            next_offsets: HashMap::new(),
            tally: Tally::default(),
            schedule,
            users,
            sensors,
            settings,
        }
    }

    /// What there was so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The rest of the stream in batches of one topic each, as an event source mapping hands them
    /// over.
    pub fn batches(self, limits: BatchLimits) -> Batches {
        Batches::by_topic(self, limits)
    }

    /// The rest of the stream in batches that mix all topics. No mapping makes such events: they
    /// are for measuring.
    pub fn mixed_batches(self, limits: BatchLimits) -> Batches {
        Batches::mixed(self, limits)
    }

    fn user_acts(&mut self, index: usize, now: i64) -> (Draft, Option<i64>) {
        let lateness = self.oddities.lateness_ms();
        let user = &mut self.users[index];
        let (act, pause) = user.act();
        let in_time = matches!(act, Act::BotClick(_) | Act::Fraud(_));
        let lateness = if in_time || !user.spelling.tells_time() { 0 } else { lateness };
        let happened = now - lateness;
        let key = user.id.clone().into_bytes();
        let draft = match act {
            Act::Event(kind) => {
                let value = values::user_event(user, kind, happened);
                Draft { kind: Kind::UserEvent, key, value }
            }
            Act::BotClick(clicks) => {
                if clicks == CLICKS_OF_A_BOT {
                    self.tally.bots.insert(user.id.clone());
                }
                let value = values::user_event(user, "click", happened);
                Draft { kind: Kind::UserEvent, key, value }
            }
            Act::Payment(cents) | Act::Fraud(cents) => {
                if matches!(act, Act::Fraud(_)) {
                    self.tally.fraud.insert(user.id.clone());
                }
                let is_fraud = matches!(act, Act::Fraud(_));
                let merchant = values::choose_merchant(&self.merchants, &mut user.random);
                let (value, number) = values::transaction(user, cents, merchant, happened);
                if let Some(transaction) = number {
                    let (user, merchant) = (user.id.clone(), merchant.to_owned());
                    let label = Label { transaction, user, merchant, is_fraud };
                    let due = self.labels.add(index, label, now);
                    self.schedule.extend(due.map(|due| Reverse((due, Actor::Label))));
                }
                Draft { kind: Kind::Transaction, key, value }
            }
        };
        self.tally.late += u64::from(lateness > 0);
        self.tally.users += u64::from(!mem::replace(&mut self.users_seen[index], true));
        (draft, Some(pause))
    }

    /// The label that is due.
    fn label(&mut self, now: i64) -> Option<Draft> {
        let (user, label) = self.labels.take()?;
        self.tally.fraud_labels += u64::from(label.is_fraud);
        let value = values::label(&label, &self.users[user].spelling, now);
        Some(Draft { kind: Kind::Label, key: label.user.into_bytes(), value })
    }

    fn sensor_measures(&mut self, index: usize, now: i64) -> (Draft, Option<i64>) {
        let lateness = self.oddities.lateness_ms();
        let sensor = &mut self.sensors[index];
        let measured = sensor.measure(now);
        if let Some(failure) = measured.failure {
            self.tally.failing_sensors.insert(sensor.id.clone(), failure);
        }
        let in_time = measured.failure.is_some();
        let lateness = if in_time || !sensor.spelling.tells_time() { 0 } else { lateness };
        let value = values::reading(sensor, &measured, now - lateness);
        let draft = Draft { kind: Kind::SensorReading, key: sensor.id.clone().into_bytes(), value };
        let interval = self.settings.reading_interval_ms.max(1);
        let jitter = JITTER_MS.min(interval / 10);
        let pause = interval + sensor.random.i64(-jitter..=jitter);
        self.tally.late += u64::from(lateness > 0);
        self.tally.sensors += u64::from(!mem::replace(&mut self.sensors_seen[index], true));
        (draft, Some(pause))
    }

    fn record(&mut self, draft: Draft, timestamp: i64) -> KafkaRecord {
        let Settings { topics, partitions, .. } = &self.settings;
        let (topic, partitions, counter) = match draft.kind {
            Kind::UserEvent => {
                (&topics.user_events, partitions.user_events, &mut self.tally.user_events)
            }
            Kind::Transaction => {
                (&topics.transactions, partitions.transactions, &mut self.tally.transactions)
            }
            Kind::SensorReading => {
                (&topics.sensor_data, partitions.sensor_data, &mut self.tally.sensor_events)
            }
            Kind::Label => {
                (&topics.transaction_labels, partitions.transaction_labels, &mut self.tally.labels)
            }
        };
        *counter += 1;
        KafkaRecord {
            topic: topic.clone(),
            partition: partition_of(&draft.key, partitions),
            offset: 0,
            timestamp,
            timestamp_type: TimestampType::CreateTime,
            key: Some(draft.key),
            value: Some(draft.value.into_bytes()),
            headers: self.oddities.headers(),
        }
    }

    /// Gives a record its offset and counts it.
    fn hand_out(&mut self, mut record: KafkaRecord) -> KafkaRecord {
        let place = (record.topic.clone(), record.partition);
        let next_offset = self.next_offsets.entry(place).or_default();
        record.offset = *next_offset;
        *next_offset += 1;
        if self.tally.records == 0 {
            self.tally.first_ms = record.timestamp;
        }
        self.tally.last_ms = record.timestamp;
        self.tally.records += 1;
        record
    }

    /// The tombstone or the poison that comes after a record, with its topic and key.
    fn follow(&mut self, record: KafkaRecord, follower: Follower) -> KafkaRecord {
        let value = match follower {
            Follower::Tombstone => {
                self.tally.tombstones += 1;
                None
            }
            Follower::Poison(poison) => {
                *self.tally.poison.entry(poison.name()).or_default() += 1;
                Some(poison.value(record.value.as_deref().unwrap_or_default()))
            }
        };
        self.hand_out(KafkaRecord { value, ..record })
    }
}

impl Iterator for Generator {
    type Item = KafkaRecord;

    fn next(&mut self) -> Option<KafkaRecord> {
        if self.tally.records >= self.settings.records {
            return None;
        }
        if let Some((record, follower)) = self.follower.take() {
            return Some(self.follow(record, follower));
        }
        let Reverse((now, actor)) = self.schedule.pop()?;
        let (draft, pause) = match actor {
            Actor::User(index) => self.user_acts(index, now),
            Actor::Sensor(index) => self.sensor_measures(index, now),
            Actor::Label => (self.label(now)?, None),
        };
        self.schedule.extend(pause.map(|pause| Reverse((now + pause, actor))));
        let record = self.record(draft, now);
        self.follower = self.oddities.follower().map(|follower| (record.clone(), follower));
        Some(self.hand_out(record))
    }
}
